//! `rollbook run NAME …`, and `rollbook NAME …` for short.

use std::sync::Arc;

use clap::Args;

use super::arguments::{self, Output, RunOptions};
use super::console::Terminal;
use super::{ShelfTexts, signals, usage};
use crate::effect::Cancel;
use crate::journal::Observer;
use crate::report::{self, Document, End, Paint, Printing, Progress};
use crate::runbook::{self, Announcement, Ended, Header, Misuse, Place, Request, SandboxFile, Shelf, project_root, read_config};
use crate::script::{Host, Limits};
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
            return Ok(help_on_run(name));
        }
        let found = shelf.find(name)?;
        let host = Host::new(Limits::default(), Arc::new(shelf.clone()));
        let (_, header) = runbook::prepare(&host, &found)?;
        let matches = match arguments::command(name, &header).try_get_matches_from(words) {
            Ok(matches) => matches,
            Err(error) => return Ok(usage(&error)),
        };
        let (options, given) = match arguments::read(&header, &matches) {
            Ok(read) => read,
            Err(error) => return Ok(usage(&error)),
        };
        start(shelf, found, &header, &options, given)
    }
}

/// `rollbook run --help`, or an option where the name belongs.
fn help_on_run(word: &str) -> u8 {
    let command = RunOptions::augment_args(clap::Command::new("run"))
        .bin_name("rollbook run")
        .about("Run a runbook")
        .override_usage("rollbook run NAME [PARAMS] [OPTIONS]")
        .after_help("rollbook list shows the runbooks, rollbook run NAME --help the params of one.");
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

fn start(shelf: Shelf, found: runbook::Found, _header: &Header, options: &RunOptions, given: Map) -> Result<u8, Misuse> {
    let config = read_config(project_root().as_ref())?;
    let place = Place::choose(config, &options.selection())?;
    let paint = Paint::for_stderr();
    let printing = match (options.output, place.sandbox) {
        (Output::Json, _) => Printing::Keep,
        (Output::Text, true) => Printing::SandboxStdout,
        (Output::Text, false) => Printing::Stdout,
    };
    let progress = Arc::new(Progress::new(paint, Terminal::can_draw(), printing));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Misuse::new(format!("cannot start: {error}")))?;
    let cancel = Arc::new(Cancel::default());
    signals::watch(&runtime, cancel.clone());
    let request = Request {
        place,
        shelf: shelf.clone(),
        found,
        arguments: given,
        confirmed: options.confirm.clone(),
        console: Arc::new(Terminal::new(options.yes, progress.clone())),
        cancel,
        observers: vec![progress.clone() as Arc<dyn Observer>],
        runtime: runtime.handle().clone(),
        sandbox: SandboxFile::standard()?,
        announce: {
            let progress = progress.clone();
            Box::new(move |announcement| announce(&progress, paint, announcement))
        },
        replay: None,
    };
    let ended = runbook::run(request);
    progress.finish();
    let ended = ended?;
    show(&shelf, &ended, &progress, options.output);
    Ok(ended.verdict.exit_code())
}

fn announce(progress: &Progress, paint: Paint, it: &Announcement) {
    let title = format!("{} {}", it.runbook, it.version);
    let line = report::show_opening(paint, &title, &it.environment, it.account.as_deref(), &it.region, &it.run, it.sandbox);
    progress.open(&line);
}

fn show(shelf: &Shelf, ended: &Ended, progress: &Progress, output: Output) {
    let paint = Paint::for_stderr();
    let placed = ended.error.as_deref().filter(|error| !error.message.is_empty() && !error.frames.is_empty());
    if let Some(error) = placed {
        anstream::eprint!("\n{}", report::show_script_error(paint, &ShelfTexts(shelf), error));
    }
    let it = &ended.announcement;
    // What the error above has said already is not said again.
    let summary = if placed.is_some_and(|error| error.message == ended.summary) { "" } else { &ended.summary };
    let end = End { verdict: ended.verdict, summary, hint: ended.hint.as_deref(), took: ended.took, sandbox: it.sandbox };
    match output {
        Output::Text => show_result(progress, &ended.result),
        Output::Json => anstream::println!("{}", document(ended, progress.take_printed())),
    }
    anstream::eprint!("\n{}", report::show_end(paint, &end));
}

/// The value of the last expression: text as it is, anything else as JSON.
fn show_result(progress: &Progress, result: &Value) {
    match result {
        Value::Null => {}
        Value::Text(text) => progress.print(text),
        other => progress.print(&pretty(other, &|_| Some("(secret)".into())).unwrap_or_default()),
    }
}

fn document(ended: &Ended, printed: Vec<String>) -> String {
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
        result: &ended.result,
        error: ended.error.as_deref(),
    })
}
