//! `rollbook show RUN`: a run told from its journal.

use clap::Args;

use super::arguments::Output;
use crate::map;
use crate::report::{Paint, show_timeline, timeline};
use crate::runbook::{Misuse, Story, find_run, state_folder};
use crate::store::State;
use crate::value::{Value, pretty};

#[derive(Args)]
pub struct Show {
    /// The run, as history names it; without it, the last one
    run: Option<String>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    output: Output,
}

impl Show {
    pub fn execute(self) -> Result<u8, Misuse> {
        let state = State::new(state_folder()?);
        let run = find_run(&state, self.run.as_deref())?;
        let story = Story::read(&state, &run)?;
        let moments = timeline(&story.events);
        match self.output {
            Output::Text => {
                anstream::print!("{}", show_timeline(Paint::for_stdout(), &story.opening, &moments));
                if !story.finished {
                    anstream::println!("\n   rollbook resume {run}");
                }
            }
            Output::Json => {
                let opening = &story.opening;
                let document = map! {
                    "run" => run.as_str(),
                    "runbook" => opening.runbook.as_str(),
                    "version" => opening.version.as_str(),
                    "began" => opening.at.to_string(),
                    "by" => opening.by.as_str(),
                    "revision" => opening.revision.clone(),
                    "dirty" => opening.dirty,
                    "environment" => opening.environment.0.clone(),
                    "arguments" => opening.arguments.0.clone(),
                    "finished" => story.finished,
                    "moments" => Value::List(moments.iter().map(|moment| moment.to_value()).collect()),
                };
                anstream::println!("{}", pretty(&document, &|_| None).unwrap_or_default());
            }
        }
        Ok(0)
    }
}
