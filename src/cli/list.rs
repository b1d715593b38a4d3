//! `rollbook list`

use std::sync::Arc;

use clap::Args;
use comfy_table::{Table, presets};

use crate::runbook::{Misuse, Shelf, prepare};
use crate::script::{Host, Limits};

#[derive(Args)]
pub struct List {}

impl List {
    pub fn execute(self, shelf: &Shelf) -> Result<u8, Misuse> {
        let host = Host::new(Limits::default(), Arc::new(shelf.clone()));
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["RUNBOOK", "VERSION", "FROM", "SUMMARY"]);
        for (name, source) in shelf.names() {
            let found = shelf.find(&name)?;
            let (version, summary) = match prepare(&host, &found) {
                Ok((_, header)) => (header.version, header.summary),
                Err(_) => ("?".into(), format!("cannot be read: rollbook check {name}")),
            };
            table.add_row([name.as_str(), &version, source.name(), &summary]);
        }
        table.lines().for_each(|line| anstream::println!("{}", line.trim()));
        Ok(0)
    }
}
