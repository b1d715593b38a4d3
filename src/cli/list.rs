//! `rollbook list`

use clap::Args;
use comfy_table::{Table, presets};

use crate::runbook::{Book, Misuse, Shelf};
use crate::script::Limits;

#[derive(Args)]
pub struct List {}

impl List {
    pub fn execute(self, shelf: &Shelf) -> Result<u8, Misuse> {
        let host = shelf.host(Limits::default());
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["RUNBOOK", "VERSION", "FROM", "SUMMARY"]);
        for (name, source) in shelf.names() {
            let (version, summary) = match shelf.find(&name).map(|found| Book::open(&host, found)) {
                Ok(Ok(book)) => (book.header.version, book.header.summary),
                Ok(Err(_)) => ("?".into(), format!("cannot be read: rollbook check {name}")),
                Err(misuse) => ("?".into(), misuse.what),
            };
            table.add_row([name.as_str(), &version, source.name(), &summary]);
        }
        table.lines().for_each(|line| anstream::println!("{}", line.trim()));
        Ok(0)
    }
}
