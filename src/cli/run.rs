//! `rollbook run NAME …`, and `rollbook NAME …` for short.

use clap::Args;

use super::arguments::{self, Output, RunOptions};
use super::start::Start;
use super::{params_file, usage};
use crate::report;
use crate::runbook::{Book, Misuse, Place, Recording, Shelf, project_root, read_config, state_folder};
use crate::store::State;

#[derive(Args)]
pub struct Run {
    /// The runbook, then its params: rollbook run NAME --help shows them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "NAME [PARAMS]")]
    words: Vec<String>,
}

impl Run {
    pub fn from_words(words: Vec<String>) -> Run {
        Run { words }
    }

    pub fn execute(self, shelf: Shelf) -> Result<u8, Misuse> {
        let (name, words) = self.words.split_first().expect("clap requires a name");
        if name.starts_with('-') {
            return Ok(help_on_run(name, &shelf));
        }
        let (shelf, plain_name) = shelf.at_revision(name)?;
        let found = shelf.find(&plain_name)?;
        let config = read_config(project_root().as_ref())?;
        let host = shelf.host(config.limits()?);
        let book = Book::open(&host, found)?;
        let words = params_file::with_file(&book.header, words)?;
        let matches = match arguments::command(name, &book.header).try_get_matches_from(words) {
            Ok(matches) => matches,
            Err(error) => return Ok(usage(&error)),
        };
        let (options, arguments) = match arguments::read(&book.header, &matches) {
            Ok(read) => read,
            Err(error) => return Ok(usage(&error)),
        };
        let json = options.output == Output::Json;
        let recording = || Ok(Recording::Files(State::new(state_folder()?)));
        let ended = Place::choose(config, &options.selection()).and_then(|place| {
            let start = Start {
                shelf: &shelf,
                host: &host,
                book: &book,
                place,
                options,
                arguments,
                recording: recording()?,
                printed: Vec::new(),
            };
            start.play()
        });
        ended.inspect_err(|misuse| {
            if json {
                anstream::println!("{}", report::early_document(name, misuse.verdict, &misuse.what, misuse.hint.as_deref()));
            }
        })
    }
}

/// `rollbook run --help`, or an option where the name belongs.
fn help_on_run(word: &str, shelf: &Shelf) -> u8 {
    let names: Vec<String> = shelf.names().into_keys().collect();
    let command = RunOptions::augment_args(clap::Command::new("run"))
        .bin_name("rollbook run")
        .about("Run a runbook")
        .override_usage("rollbook run NAME [PARAMS] [OPTIONS]")
        .after_help(format!("Runbooks: {}\nThe params of one: rollbook run NAME --help", names.join(", ")));
    match command.clone().no_binary_name(true).try_get_matches_from([word]) {
        Err(error) if !error.use_stderr() => usage(&error),
        _ => {
            let mut command = command;
            usage(&command.error(
                clap::error::ErrorKind::InvalidSubcommand,
                "the name of the runbook comes first, its params and options follow",
            ))
        }
    }
}
