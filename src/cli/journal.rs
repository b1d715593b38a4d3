//! `rollbook journal verify RUN`: whether a journal is still what was written.

use clap::{Args, Subcommand};

use crate::runbook::{Misuse, Story, find_run, state_folder};
use crate::store::State;

#[derive(Args)]
pub struct Journal {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Check a run's journal: every hash, the order of events, its end
    Verify {
        /// The run, as history names it
        run: String,
    },
}

/// What is left to do where a journal cannot be trusted.
const ADVICE: &str = "do not go on with it. What AWS was asked stands in CloudTrail";

impl Journal {
    pub fn execute(self) -> Result<u8, Misuse> {
        let Action::Verify { run } = self.action;
        let state = State::new(state_folder()?);
        let run = find_run(&state, Some(&run))?;
        let story = Story::read(&state, &run).map_err(|misuse| misuse.hint(ADVICE))?;
        let rows = state.history().map_err(|error| Misuse::new(format!("the history cannot be read: {error}")))?;
        let row = rows.iter().rev().find(|row| row.run == run);
        let head = story.head.to_string();
        if let Some(row) = row.filter(|row| row.head != head) {
            return Err(Misuse::new(format!(
                "the journal of run {run} was changed: its end is not the one that the history knows"
            ))
            .detail(format!("the history knows  {}\nthe journal ends   {head}", row.head))
            .hint(ADVICE)
            .refused());
        }
        anstream::println!("run {run}: {} entries, each follows the one before it, down to {}", story.entries, &head[..16]);
        match (story.finished, row) {
            (true, Some(_)) => anstream::println!("it is finished, and the history knows the same end"),
            (true, None) => anstream::println!("it is finished; the history does not know its end yet"),
            (false, _) => anstream::println!("it has no end: whether something is missing there cannot be told"),
        }
        if story.torn > 0 {
            anstream::println!("the last {} bytes were written only in part; a resume cuts them", story.torn);
        }
        Ok(0)
    }
}
