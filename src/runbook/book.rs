//! A runbook that was found, compiled and understood, and not yet run.

use super::fault::Misuse;
use super::header::{Header, is_newer};
use super::shelf::Found;
use crate::script::{Host, Program};

pub struct Book {
    pub found: Found,
    pub program: Program,
    pub header: Header,
}

impl Book {
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
