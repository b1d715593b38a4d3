//! `rollbook run NAME …`, and `rollbook NAME …` for short.

use std::sync::Arc;

use clap::Args;

use super::arguments::{self, Output, RunOptions};
use super::console::Terminal;
use super::{ShelfTexts, signals, usage};
use crate::effect::Cancel;
use crate::journal::Observer;
use crate::report::{self, Document, End, Paint, Printing, Progress};
use crate::runbook::{self, Announcement, Book, Ended, Misuse, Place, Request, SandboxFile, Shelf, project_root, read_config};
use crate::script::Host;
use crate::value::{Map, Value, pretty};

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
        let found = shelf.find(name)?;
        let config = read_config(project_root().as_ref())?;
        let host = shelf.host(config.limits()?);
        let book = Book::open(&host, found)?;
        let matches = match arguments::command(name, &book.header).try_get_matches_from(words) {
            Ok(matches) => matches,
            Err(error) => return Ok(usage(&error)),
        };
        let (options, given) = match arguments::read(&book.header, &matches) {
            Ok(read) => read,
            Err(error) => return Ok(usage(&error)),
        };
        let ended = Place::choose(config, &options.selection()).and_then(|place| start(&host, &book, place, &options, given));
        match ended {
            Ok(ended) => Ok(show(&shelf, &ended, options.output)),
            Err(misuse) => {
                if options.output == Output::Json {
                    anstream::println!("{}", report::early_document(name, misuse.verdict, &misuse.what, misuse.hint.as_deref()));
                }
                Err(misuse)
            }
        }
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

/// A run that has ended, and what it printed where that was kept.
struct Shown {
    ended: Ended,
    progress: Arc<Progress>,
}

fn start(host: &Host, book: &Book, place: Place, options: &RunOptions, arguments: Map) -> Result<Shown, Misuse> {
    let scenario = options.trial().open(place.sandbox)?;
    let paint = Paint::for_stderr();
    let printing = match (options.output, place.sandbox) {
        (Output::Json, _) => Printing::Keep,
        (Output::Text, true) => Printing::SandboxStdout,
        (Output::Text, false) => Printing::Stdout,
    };
    let progress = Arc::new(Progress::new(paint, Terminal::can_draw(), printing));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Misuse::new(format!("cannot start: {error}")))?;
    let cancel = Arc::new(Cancel::default());
    signals::watch(&runtime, cancel.clone());
    let announcing = progress.clone();
    let request = Request {
        place,
        arguments,
        confirmed: options.confirm.clone(),
        console: Arc::new(Terminal::new(options.yes, progress.clone(), cancel.clone())),
        cancel,
        observers: vec![progress.clone() as Arc<dyn Observer>],
        runtime: runtime.handle().clone(),
        sandbox: SandboxFile::standard()?,
        scenario,
        announce: Box::new(move |announcement| announce(&announcing, paint, announcement)),
        replay: None,
    };
    let ended = runbook::run(host, book, request);
    progress.finish();
    Ok(Shown { ended: ended?, progress })
}

fn announce(progress: &Progress, paint: Paint, it: &Announcement) {
    let title = format!("{} {}", it.runbook, it.version);
    let line = report::show_opening(paint, &title, &it.environment, it.account.as_deref(), &it.region, &it.run, it.sandbox);
    progress.open(&line);
}

/// Says how the run ended; gives its exit code.
fn show(shelf: &Shelf, Shown { ended, progress }: &Shown, output: Output) -> u8 {
    let paint = Paint::for_stderr();
    let placed = ended.error.as_deref().filter(|error| {
        error.frames.first().is_some_and(|frame| frame.line > 0) || error.faulty_script && !error.message.is_empty()
    });
    if let Some(error) = placed {
        anstream::eprint!("\n{}", report::show_script_error(paint, &ShelfTexts(shelf), error));
    }
    let it = &ended.announcement;
    // What the error above has said already is not said again.
    let summary = if placed.is_some_and(|error| error.message == ended.summary) { "" } else { &ended.summary };
    let end = End { verdict: ended.verdict, summary, hint: ended.hint.as_deref(), took: ended.took, sandbox: it.sandbox };
    let found = progress.take_found();
    match output {
        Output::Text => show_result(progress, &ended.result),
        Output::Json => anstream::println!("{}", document(ended, progress.take_printed(), found.clone())),
    }
    anstream::eprint!("\n{}", report::show_end(paint, &end));
    if let Some(found) = found {
        anstream::eprint!("{}", report::show_causes(paint, &found));
    }
    ended.verdict.exit_code()
}

/// The value of the last expression: text as it is, anything else as JSON.
fn show_result(progress: &Progress, result: &Value) {
    match result {
        Value::Null => {}
        Value::Text(text) => progress.print(text),
        other => progress.print(&pretty(other, &|_| Some("(secret)".into())).unwrap_or_default()),
    }
}

fn document(ended: &Ended, printed: Vec<String>, found: Option<Value>) -> String {
    let it = &ended.announcement;
    report::document(&Document {
        runbook: &it.runbook,
        version: &it.version,
        run: &it.run,
        environment: &it.environment,
        account: it.account.as_deref(),
        region: &it.region,
        sandbox: it.sandbox,
        verdict: ended.verdict,
        summary: &ended.summary,
        hint: ended.hint.as_deref(),
        took: ended.took,
        printed,
        found,
        result: &ended.result,
        error: ended.error.as_deref(),
    })
}
