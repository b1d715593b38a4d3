//! `rollbook resume [RUN]`: goes on with a run that was cut off.

use std::path::PathBuf;

use clap::Args;

use super::arguments::{Output, RunOptions};
use super::start::Start;
use crate::effect::outside;
use crate::report;
use crate::runbook::{
    Book, CONFIG_FILE, Found, Misuse, Place, Recording, Selection, Shelf, Stopped, read_config, state_folder, user_runbooks,
};
use crate::store::State;

#[derive(Args)]
pub struct Resume {
    /// The run; without it, the last one that was interrupted
    run: Option<String>,
    /// Take today's scripts. Stops at the first difference from what was done
    #[arg(long)]
    edited: bool,
    /// You have looked: the write without an answer did not happen. Send it again
    #[arg(long)]
    send_again: bool,
    #[command(flatten)]
    options: ResumeOptions,
}

#[derive(Args)]
struct ResumeOptions {
    /// Allow changes to a protected environment without being asked
    #[arg(long, value_name = "ENV")]
    confirm: Option<String>,
    /// Answer yes to the runbook's questions
    #[arg(long, short = 'y')]
    yes: bool,
    /// Wait for another run on this machine that holds the service, this long at most [30m]
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "30m", value_parser = super::arguments::wait)]
    wait_for_lease: Option<std::time::Duration>,
    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    output: Output,
}

impl Resume {
    pub fn execute(self) -> Result<u8, Misuse> {
        let json = self.options.output == Output::Json;
        let name = self.run.clone().unwrap_or_else(|| "resume".into());
        self.resume().inspect_err(|misuse| {
            if json {
                anstream::println!("{}", report::early_document(&name, misuse.verdict, &misuse.what, misuse.hint.as_deref()));
            }
        })
    }

    fn resume(self) -> Result<u8, Misuse> {
        let state = State::new(state_folder()?);
        let run = match self.run {
            Some(run) => run.to_uppercase(),
            None => Stopped::newest(&state)
                .ok_or_else(|| Misuse::new("there is no run to resume").hint("rollbook history shows those that there are"))?,
        };
        let mut stopped = Stopped::take_over(&state, &run, self.edited)?;
        stopped.send_again = self.send_again;
        if stopped.torn > 0 {
            anstream::eprintln!("the journal ended in the middle of an entry: {} bytes were cut", stopped.torn);
        }
        let opening = &stopped.opening;
        let project = opening.project.as_ref().map(PathBuf::from);
        let shelf = shelf(&stopped, project.clone())?;
        let config = read_config(project.as_ref().filter(|root| outside::is_there(&root.join(CONFIG_FILE))))?;
        let host = shelf.host(config.limits()?);
        let book = Book::open(&host, find(&shelf, &stopped)?)?;
        let place = Place::choose(config, &Selection::recorded(&opening.selection.0))?;
        let arguments = opening.arguments.0.as_map().cloned().unwrap_or_default();
        let ResumeOptions { confirm, yes, wait_for_lease, output } = self.options;
        let options = RunOptions { confirm, yes, wait_for_lease, output, ..RunOptions::default() };
        let printed = stopped.cursor.printed.clone();
        let recording = Recording::Resumed(Box::new(stopped));
        Start { shelf: &shelf, host: &host, book: &book, place, options, arguments, recording, printed }.play()
    }
}

fn shelf(stopped: &Stopped, project: Option<PathBuf>) -> Result<Shelf, Misuse> {
    let shelf = Shelf::new(project, user_runbooks());
    match (stopped.edited, &stopped.opening.asked) {
        (false, _) => Ok(shelf.with_recorded(stopped.cursor.scripts.clone())),
        (true, None) => Ok(shelf),
        (true, Some(asked)) => Ok(shelf.at_revision(&format!("{}@{asked}", stopped.opening.runbook))?.0),
    }
}

fn find(shelf: &Shelf, stopped: &Stopped) -> Result<Found, Misuse> {
    let name = &stopped.opening.runbook;
    let main = stopped.cursor.scripts.iter().find(|script| script.path.is_none());
    // A runbook that was named by its path is found by it again.
    match (shelf.find(name), main) {
        (Err(_), Some(main)) => shelf.find(&main.name).map(|found| Found { name: name.clone(), ..found }),
        (found, _) => found,
    }
}
