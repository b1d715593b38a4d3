//! The first line of a run and the last.

use jiff::SignedDuration;

use super::style::{Paint, show_hint};
use crate::journal::Verdict;
use crate::value::show_span;

/// What the last lines are made from.
pub struct End<'a> {
    pub verdict: Verdict,
    pub summary: &'a str,
    pub hint: Option<&'a str>,
    pub took: SignedDuration,
    pub sandbox: bool,
}

/// `deploy 1.0.0 · prod · 123456789012 ap-northeast-2 · run 7K2M`
pub fn show_opening(
    paint: Paint,
    title: &str,
    environment: &str,
    account: Option<&str>,
    region: &str,
    run: &str,
    sandbox: bool,
) -> String {
    let account = account.unwrap_or("account unknown");
    let sandbox = if sandbox { format!("{} · ", paint.warning("SANDBOX")) } else { String::new() };
    format!("{sandbox}{} · {environment} · {account} {region} · run {run}\n", paint.strong(title))
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
    text
}
