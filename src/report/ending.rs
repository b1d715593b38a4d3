//! The first line of a run and the last.

use jiff::SignedDuration;

use super::causes::show_causes;
use super::style::{Paint, show_hint};
use crate::journal::Verdict;
use crate::value::{Value, show_span};

/// What the last lines are made from.
pub struct End<'a> {
    pub verdict: Verdict,
    pub summary: &'a str,
    pub hint: Option<&'a str>,
    pub took: SignedDuration,
    pub sandbox: bool,
    /// Causes and their evidence.
    pub found: Option<&'a Value>,
    /// Commands that one may want to type now.
    pub next: &'a [String],
}

/// What the first line is made from.
pub struct Opening<'a> {
    pub title: &'a str,
    pub environment: &'a str,
    pub account: Option<&'a str>,
    pub region: &'a str,
    pub run: &'a str,
    pub resumed: bool,
    pub sandbox: bool,
}

/// `deploy 1.0.0 · prod · 123456789012 ap-northeast-2 · run 7K2M`
pub fn show_opening(paint: Paint, it: &Opening) -> String {
    let account = it.account.unwrap_or("account unknown");
    let sandbox = if it.sandbox { format!("{} · ", paint.warning("SANDBOX")) } else { String::new() };
    let resumed = if it.resumed { " · resumed" } else { "" };
    let (title, environment, region, run) = (paint.strong(it.title), it.environment, it.region, it.run);
    format!("{sandbox}{title} · {environment} · {account} {region} · run {run}{resumed}\n")
}

/// `✓ succeeded in 2m51s · …`, or what went wrong, with the exit code.
pub fn show_end(paint: Paint, end: &End) -> String {
    let code = end.verdict.exit_code();
    let summary = if end.summary.is_empty() { String::new() } else { format!(" · {}", end.summary) };
    let sandbox = if end.sandbox { format!(" · {}", paint.warning("SANDBOX")) } else { String::new() };
    let took = show_span(end.took);
    let mut text = match end.verdict {
        Verdict::Succeeded => format!(" {} succeeded in {took}{summary}{sandbox}\n", paint.good("✓")),
        verdict => {
            let name = paint.bad(verdict.name());
            format!(" {} {name} after {took}{summary}{sandbox} · exit {code}\n", paint.bad("✗"))
        }
    };
    if let Some(hint) = end.hint {
        text.push_str(&show_hint(paint, hint));
    }
    if let Some(found) = end.found {
        text.push_str(&show_causes(paint, found));
    }
    if !end.next.is_empty() {
        text.push_str(&format!("   {}\n", end.next.join(" · ")));
    }
    text
}
