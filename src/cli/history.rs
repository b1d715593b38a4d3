//! `rollbook history`: what ran, and how it ended.

use std::time::Duration;

use clap::Args;
use comfy_table::{Table, presets};
use jiff::SignedDuration;

use super::arguments::Output;
use crate::effect::outside;
use crate::map;
use crate::runbook::{Listed, Misuse, ledger, state_folder};
use crate::store::State;
use crate::value::{Timestamp, Value, pretty, show_span};

#[derive(Args)]
pub struct History {
    /// Runs in this environment only
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Runs of this runbook only
    #[arg(long, value_name = "NAME")]
    runbook: Option<String>,
    /// Runs of this service only, by ECS's name
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Runs that ended like this: succeeded, failed, interrupted, …
    #[arg(long, value_name = "VERDICT")]
    verdict: Option<String>,
    /// Runs that began within this time, as 7d
    #[arg(long, value_name = "DURATION", value_parser = super::arguments::wait)]
    since: Option<Duration>,
    /// Runs that may change something only
    #[arg(long)]
    writes: bool,
    /// How many, the newest ones; 0 for all
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: usize,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    output: Output,
}

impl History {
    pub fn execute(self) -> Result<u8, Misuse> {
        let state = State::new(state_folder()?);
        let mut listed = ledger(&state)?;
        let unreadable = state.runs().into_iter().filter(|run| !listed.iter().any(|found| found.row.run == *run));
        unreadable.for_each(|run| anstream::eprintln!("a journal cannot be read: rollbook journal verify {run} says why"));
        listed.retain(|run| self.wants(run));
        if self.limit > 0 {
            listed.drain(..listed.len().saturating_sub(self.limit));
        }
        match self.output {
            Output::Json => {
                let rows = Value::List(listed.iter().map(row_value).collect());
                anstream::println!("{}", pretty(&rows, &|_| None).unwrap_or_default());
            }
            Output::Text if listed.is_empty() => anstream::eprintln!("no runs"),
            Output::Text => table(&listed).lines().for_each(|line| anstream::println!("{}", line.trim())),
        }
        Ok(0)
    }

    fn wants(&self, run: &Listed) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let row = &run.row;
        let oldest = self.since.and_then(|since| outside::now().checked_sub(since).ok()).unwrap_or(Timestamp::MIN);
        is(&self.env, &row.environment)
            && is(&self.runbook, &row.runbook)
            && is(&self.service, row.service.as_deref().unwrap_or_default())
            && self.verdict.as_ref().is_none_or(|wanted| wanted.replace('-', " ") == run.verdict())
            && row.began >= oldest
            && (row.writes || !self.writes)
    }
}

fn table(listed: &[Listed]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["RUN", "BEGAN", "RUNBOOK", "VERSION", "SCRIPT", "REVISION", "WHERE", "VERDICT", "TOOK"]);
    for run in listed {
        let row = &run.row;
        let place = if row.sandbox { format!("{} SANDBOX", row.environment) } else { row.environment.clone() };
        let began = row.began.strftime("%Y-%m-%d %H:%M").to_string();
        let took = show_span(SignedDuration::from_millis(row.took_ms));
        let cells =
            [&row.run, &began, &row.runbook, &row.version, short(&row.script), &revision(run), &place, run.verdict(), &took];
        table.add_row(cells.map(str::to_owned));
    }
    table
}

fn short(hash: &str) -> &str {
    &hash[..hash.len().min(8)]
}

/// `1a2b3c4d`, with a `+` when something had been changed since.
fn revision(run: &Listed) -> String {
    let changed = if run.row.dirty { "+" } else { "" };
    run.row.revision.as_deref().map_or("-".into(), |revision| format!("{}{changed}", short(revision)))
}

fn row_value(run: &Listed) -> Value {
    let row = &run.row;
    map! {
        "run" => row.run.as_str(),
        "runbook" => row.runbook.as_str(),
        "version" => row.version.as_str(),
        "script" => row.script.as_str(),
        "revision" => row.revision.clone(),
        "dirty" => row.dirty,
        "environment" => row.environment.as_str(),
        "service" => row.service.clone(),
        "account" => row.account.clone(),
        "region" => row.region.as_str(),
        "sandbox" => row.sandbox,
        "by" => row.by.as_str(),
        "began" => row.began.to_string(),
        "ended" => row.ended.to_string(),
        "seconds" => row.took_ms / 1000,
        "writes" => row.writes,
        "verdict" => run.verdict(),
        "summary" => row.summary.as_str(),
        "journal" => run.kept,
    }
}
