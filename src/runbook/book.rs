//! A runbook that was found, compiled and understood, and not yet run.

use super::fault::Misuse;
use super::header::{Header, is_newer};
use super::shelf::{Found, Source};
use crate::script::{Host, Program, Text};

pub struct Book {
    pub found: Found,
    pub program: Program,
    pub header: Header,
}

/// The name under which a prompt's session stands in the history.
pub const PROMPT: &str = "repl";

impl Book {
    /// What a prompt's session has in place of a runbook.
    pub fn of_prompt(host: &Host) -> Book {
        let text = Text { name: PROMPT.into(), text: String::new() };
        let program = host.compile(text.clone()).expect("nothing compiles");
        let header = Header { version: env!("CARGO_PKG_VERSION").into(), ..Header::default() };
        Book { found: Found { name: PROMPT.into(), source: Source::BuiltIn, text, revision: None }, program, header }
    }

    pub fn open(host: &Host, found: Found) -> Result<Book, Misuse> {
        let program = host.compile(found.text.clone()).map_err(|error| Misuse::script(&found.name, error.into()))?;
        let header = Header::read(&program).map_err(|findings| Misuse::script(&found.name, findings.into()))?;
        let present = env!("CARGO_PKG_VERSION");
        if let Some(needed) = header.needs_rollbook.clone().filter(|needed| is_newer(Some(&needed.clone().into()))) {
            return Err(Misuse::new(format!("{} needs rollbook {needed}, and this is {present}", found.name))
                .hint("install a newer rollbook, or take an older version of the runbook"));
        }
        Ok(Book { found, program, header })
    }
}
