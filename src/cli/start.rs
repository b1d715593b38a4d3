//! Plays a run at the command line, new or resumed, and says how it ended.

use std::sync::{Arc, OnceLock};

use super::arguments::{Output, RunOptions};
use super::console::Terminal;
use super::{ShelfTexts, signals};
use crate::effect::Cancel;
use crate::journal::Observer;
use crate::report::{self, Document, End, Opening, Paint, Printing, Progress};
use crate::runbook::{self, Announcement, Book, Ended, Misuse, Place, Recording, Request, SandboxFile, Shelf};
use crate::script::Host;
use crate::value::{Map, Value, pretty};

pub struct Start<'a> {
    pub shelf: &'a Shelf,
    pub host: &'a Host,
    pub book: &'a Book,
    pub place: Place,
    pub options: RunOptions,
    pub arguments: Map,
    pub recording: Recording,
    /// What an earlier process of the run has printed.
    pub printed: Vec<String>,
}

impl Start<'_> {
    /// Runs it to its end; gives its exit code.
    pub fn play(self) -> Result<u8, Misuse> {
        let (shelf, output) = (self.shelf, self.options.output);
        let here = self.place.flags();
        let shown = self.run()?;
        Ok(Closing { shelf, here, shown, output }.show())
    }

    fn run(self) -> Result<Shown, Misuse> {
        let paint = Paint::for_stderr();
        let options = self.options;
        let printing = match (options.output, self.place.sandbox) {
            (Output::Json, _) => Printing::Keep,
            (Output::Text, true) => Printing::SandboxStdout,
            (Output::Text, false) => Printing::Stdout,
        };
        let progress = Arc::new(Progress::new(paint, Terminal::can_draw(), printing, self.printed));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Misuse::new(format!("cannot start: {error}")))?;
        let cancel = Arc::new(Cancel::default());
        let resumable = Arc::new(OnceLock::new());
        signals::watch(&runtime, cancel.clone(), resumable.clone());
        let writes = self.book.header.for_run(&self.arguments).writes();
        let is_promised = self.book.header.returns.is_some();
        let scenario = options.trial().open(self.place.sandbox)?;
        let (announcing, saying) = (progress.clone(), progress.clone());
        let request = Request {
            place: self.place,
            project: self.shelf.project().map(ToOwned::to_owned),
            arguments: self.arguments,
            confirmed: options.confirm,
            wait_for_lease: options.wait_for_lease,
            console: Arc::new(Terminal::new(options.yes, options.output == Output::Json, progress.clone(), cancel.clone())),
            cancel,
            observers: vec![progress.clone() as Arc<dyn Observer>],
            runtime: runtime.handle().clone(),
            sandbox: SandboxFile::standard()?,
            scenario,
            announce: Box::new(move |announcement| {
                if writes {
                    let _ = resumable.set(announcement.run.clone());
                }
                announce(&announcing, paint, announcement);
            }),
            say: Box::new(move |text| saying.remark(text)),
            recording: self.recording,
            arming: None,
        };
        let ended = runbook::run(self.host, self.book, request);
        progress.finish();
        Ok(Shown { ended: ended?, progress, is_promised })
    }
}

fn announce(progress: &Progress, paint: Paint, it: &Announcement) {
    let title = format!("{} {}", it.runbook, it.version);
    let opening = Opening {
        title: &title,
        environment: &it.environment,
        account: it.account.as_deref(),
        region: &it.region,
        run: &it.run,
        resumed: it.resumed,
        sandbox: it.sandbox,
    };
    progress.open(&report::show_opening(paint, &opening));
}

/// A run that has ended, and what it printed where that was kept.
struct Shown {
    ended: Ended,
    progress: Arc<Progress>,
    /// Its result is for machines, as its header promises it.
    is_promised: bool,
}

struct Closing<'a> {
    shelf: &'a Shelf,
    /// The options that name the place of the run.
    here: String,
    shown: Shown,
    output: Output,
}

impl Closing<'_> {
    /// Says how the run ended; gives its exit code.
    fn show(&self) -> u8 {
        let paint = Paint::for_stderr();
        let Shown { ended, progress, is_promised } = &self.shown;
        let placed = ended.error.as_deref().filter(|error| {
            error.frames.first().is_some_and(|frame| frame.line > 0) || error.faulty_script && !error.message.is_empty()
        });
        if let Some(error) = placed {
            // The lines of the script itself are shown with it.
            let text = report::show_script_error(paint, &ShelfTexts(self.shelf), error);
            anstream::eprint!("\n{}", ended.vault.redact(text));
        }
        // What the error above has said already is not said again.
        let summary = if placed.is_some_and(|error| error.message == ended.summary) { "" } else { &ended.summary };
        let next = self.next();
        let found = progress.take_found();
        let end = End {
            verdict: ended.verdict,
            summary,
            hint: ended.hint.as_deref(),
            took: ended.took,
            sandbox: ended.announcement.sandbox,
            found: found.as_ref(),
            next: &next,
        };
        match self.output {
            Output::Text if *is_promised => {}
            Output::Text => show_result(progress, &ended.result),
            Output::Json => anstream::println!(
                "{}",
                ended.vault.redact(document(ended, progress.take_printed(), found.clone(), next.clone()))
            ),
        }
        anstream::eprint!("\n{}", ended.vault.redact(report::show_end(paint, &end)));
        ended.exit_code
    }

    /// What one may want to type now.
    fn next(&self) -> Vec<String> {
        let ended = &self.shown.ended;
        let run = &ended.announcement.run;
        match (ended.recorded, ended.open) {
            (false, _) => Vec::new(),
            (true, false) => vec![format!("rollbook show {run}")],
            (true, true) => {
                let back = self.way_back().filter(|_| ended.wrote);
                [Some(format!("rollbook resume {run}")), back].into_iter().flatten().collect()
            }
        }
    }

    /// `rollbook rollback --env prod`, where there is such a runbook.
    fn way_back(&self) -> Option<String> {
        let known = self.shelf.names().contains_key("rollback");
        known.then(|| format!("rollbook rollback {}", self.here).trim_end().to_owned())
    }
}

/// The value of the last expression: text as it is, anything else as JSON.
fn show_result(progress: &Progress, result: &Value) {
    match result {
        Value::Null => {}
        Value::Text(text) => progress.print(text),
        other => progress.print(&pretty(other, &|_| Some("(secret)".into())).unwrap_or_default()),
    }
}

fn document(ended: &Ended, printed: Vec<String>, found: Option<Value>, next: Vec<String>) -> String {
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
        exit_code: ended.exit_code,
        summary: &ended.summary,
        hint: ended.hint.as_deref(),
        took: ended.took,
        printed,
        found,
        result: &ended.result,
        error: ended.error.as_deref(),
        resumable: ended.open,
        next,
    })
}
