//! A run as one JSON document, for machines: `--output json`.

use jiff::SignedDuration;

use crate::journal::Verdict;
use crate::map;
use crate::script::ScriptError;
use crate::value::{Value, pretty};

pub struct Document<'a> {
    pub runbook: &'a str,
    pub version: &'a str,
    pub run: &'a str,
    pub environment: &'a str,
    pub account: Option<&'a str>,
    pub region: &'a str,
    pub sandbox: bool,
    pub verdict: Verdict,
    pub exit_code: u8,
    pub summary: &'a str,
    pub hint: Option<&'a str>,
    pub took: SignedDuration,
    pub printed: Vec<String>,
    pub found: Option<Value>,
    pub result: &'a Value,
    pub error: Option<&'a ScriptError>,
    pub resumable: bool,
    /// Commands that one may want to type now.
    pub next: Vec<String>,
}

pub fn document(run: &Document) -> String {
    let error = run.error.map(|error| {
        let place = error.frames.first().filter(|frame| frame.line > 0);
        map! {
            "message" => error.message.as_str(),
            "script" => place.map(|frame| frame.source.clone()),
            "line" => place.map(|frame| frame.line as i64),
            "column" => place.map(|frame| frame.column as i64),
            "help" => error.help.clone(),
            "thrown" => error.value.clone(),
        }
    });
    let value = map! {
        "runbook" => run.runbook,
        "version" => run.version,
        "run" => run.run,
        "environment" => run.environment,
        "account" => run.account.map(str::to_owned),
        "region" => run.region,
        "world" => if run.sandbox { "SANDBOX" } else { "AWS" },
        "sandbox" => run.sandbox,
        "verdict" => run.verdict.name(),
        "exit_code" => i64::from(run.exit_code),
        "summary" => run.summary,
        "hint" => run.hint.map(str::to_owned),
        "seconds" => run.took.as_secs(),
        "printed" => run.printed.clone(),
        "findings" => run.found.clone(),
        "result" => run.result.clone(),
        "error" => error,
        "resumable" => run.resumable,
        "next" => run.next.clone(),
    };
    // A secret in a result is named as one; its value has no way out.
    pretty(&value, &|_| Some("(secret)".into())).unwrap_or_default()
}

/// A run that never began.
pub fn early_document(runbook: &str, verdict: Verdict, summary: &str, hint: Option<&str>) -> String {
    let value = map! {
        "runbook" => runbook,
        "verdict" => verdict.name(),
        "exit_code" => i64::from(verdict.exit_code()),
        "summary" => summary,
        "hint" => hint.map(str::to_owned),
    };
    pretty(&value, &|_| None).unwrap_or_default()
}
