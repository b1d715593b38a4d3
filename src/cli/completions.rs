//! `rollbook completions SHELL`: made from the same declarations as parsing.

use clap::{Args, CommandFactory};

use super::{Cli, arguments};
use crate::runbook::{Book, Misuse, Shelf};
use crate::script::Limits;

#[derive(Args)]
pub struct Completions {
    shell: clap_complete::Shell,
}

impl Completions {
    pub fn execute(self, shelf: &Shelf) -> Result<u8, Misuse> {
        let mut command = with_runbooks(Cli::command(), shelf);
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "rollbook", &mut script);
        anstream::print!("{}", String::from_utf8_lossy(&script));
        Ok(0)
    }
}

/// `run` gets each runbook as a subcommand, and so does the short form.
fn with_runbooks(command: clap::Command, shelf: &Shelf) -> clap::Command {
    let host = shelf.host(Limits::default());
    let runbooks: Vec<_> = shelf
        .names()
        .into_keys()
        .filter_map(|name| {
            let book = Book::open(&host, shelf.find(&name).ok()?).ok()?;
            Some(arguments::command(&name, &book.header).no_binary_name(false))
        })
        .collect();
    let taken: Vec<_> = command.get_subcommands().map(|known| known.get_name().to_owned()).collect();
    let short = runbooks.iter().filter(|runbook| !taken.iter().any(|name| name == runbook.get_name())).cloned();
    let short: Vec<_> = short.collect();
    let run = clap::Command::new("run").about("Run a runbook").subcommands(runbooks);
    command.mut_subcommand("run", |_| run).subcommands(short)
}
