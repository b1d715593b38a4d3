//! `rollbook cat NAME`

use clap::Args;

use super::find_text;
use crate::runbook::{Misuse, Shelf};

#[derive(Args)]
pub struct Cat {
    /// A runbook, or a module as it is imported: std/deploy
    name: String,
}

impl Cat {
    pub fn execute(self, shelf: &Shelf) -> Result<u8, Misuse> {
        print!("{}", find_text(shelf, &self.name)?.text);
        Ok(0)
    }
}
