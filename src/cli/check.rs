//! `rollbook check [NAME…]`

use clap::Args;

use super::{ShelfTexts, find_text};
use crate::journal::Verdict;
use crate::report::{Paint, show_findings};
use crate::runbook::{Header, Misuse, Shelf};
use crate::script::{Declared, Finding, Host, Library, Limits, Severity, Text};

#[derive(Args)]
pub struct Check {
    /// Runbooks, modules (std/deploy) or files; all of them when none is named
    names: Vec<String>,
}

impl Check {
    pub fn execute(self, shelf: &Shelf) -> Result<u8, Misuse> {
        let host = shelf.host(Limits::default());
        let names = if self.names.is_empty() { shelf.paths() } else { self.names };
        let mut errors = 0;
        for name in &names {
            let findings = check(&host, &find_text(shelf, name)?);
            errors += findings.iter().filter(|finding| finding.severity == Severity::Error).count();
            anstream::eprint!("{}", show_findings(Paint::for_stderr(), &ShelfTexts(shelf), &findings));
        }
        match errors {
            0 => {
                anstream::println!("{} checked, no mistakes found", count(names.len(), "script"));
                Ok(0)
            }
            errors => {
                anstream::eprintln!("{} in {}", count(errors, "mistake"), count(names.len(), "script"));
                Ok(Verdict::Misused.exit_code())
            }
        }
    }
}

/// A script with a header is a runbook; without one, a module.
fn check(host: &Host, text: &Text) -> Vec<Finding> {
    let Ok(program) = host.compile(text.clone()) else {
        return host.check(text, None);
    };
    if text.name.starts_with("stdlib/") || (!program.declares("RUNBOOK") && !program.has_statements()) {
        return host.check(text, None);
    }
    match Header::read(&program) {
        Ok(header) => host.check(text, Some(&Declared { params: &header.param_names(), permits: &header.permits })),
        Err(mut findings) => {
            findings.extend(host.check(text, None));
            findings
        }
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
