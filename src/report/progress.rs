//! What a run does, as it does it, on standard error. At a terminal the
//! present step turns; elsewhere there are plain lines and nothing is drawn
//! over.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::SignedDuration;

use super::style::Paint;
use crate::journal::{Event, Key, Mark, Observer, StreamPath};
use crate::value::{Timestamp, Value, show_span};

/// Columns of a bar.
const BAR: i64 = 16;

pub struct Progress {
    paint: Paint,
    state: Mutex<State>,
    /// Where `print` goes: standard output, or nowhere when it will be in the
    /// JSON document.
    printing: Printing,
}

pub enum Printing {
    Stdout,
    /// As `Stdout`, below a line that says SANDBOX.
    SandboxStdout,
    Keep,
}

struct State {
    spinner: Option<ProgressBar>,
    /// Steps that have begun, innermost last.
    steps: Vec<Step>,
    last_progress: String,
    printed: Vec<String>,
    found: Option<Value>,
    has_printed: bool,
    /// Lines that wait for the run's first line; nothing once it was said.
    waiting: Option<Vec<String>>,
    /// The operations that are under way, for saying which is tried again.
    calls: BTreeMap<Key, String>,
}

struct Step {
    path: StreamPath,
    name: String,
    began: Timestamp,
    /// Its own line stands already.
    headed: bool,
}

impl Progress {
    /// `printed` is what an earlier process of the same run has printed.
    pub fn new(paint: Paint, terminal: bool, printing: Printing, printed: Vec<String>) -> Progress {
        let spinner = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template(" {spinner} {wide_msg}").expect("a well-formed template"));
            bar
        });
        let state = State {
            spinner,
            steps: Vec::new(),
            last_progress: String::new(),
            printed,
            found: None,
            has_printed: false,
            waiting: Some(Vec::new()),
            calls: BTreeMap::new(),
        };
        Progress { paint, state: Mutex::new(state), printing }
    }

    /// The run's first line, which says where it happens.
    pub fn open(&self, line: &str) {
        let mut state = self.lock();
        let waiting = state.waiting.take().unwrap_or_default();
        state.line(line);
        waiting.iter().for_each(|line| state.line(line));
    }

    /// A line that belongs to no step.
    pub fn remark(&self, text: &str) {
        self.lock().line(&format!(" {text}"));
    }

    /// Lines that the script printed, when they are kept.
    pub fn take_printed(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().printed)
    }

    /// What the run found out about its end.
    pub fn take_found(&self) -> Option<Value> {
        self.lock().found.take()
    }

    /// Clears what turns, before the end is said.
    pub fn finish(&self) {
        let mut state = self.lock();
        state.waiting.take().unwrap_or_default().iter().for_each(|line| state.line(line));
        if let Some(spinner) = &state.spinner {
            spinner.finish_and_clear();
        }
    }

    /// A line of the result. The first of a sandbox's says whose it is, so that
    /// a file of it can never pass for AWS's.
    pub fn print(&self, text: &str) {
        self.print_in(&mut self.lock(), text);
    }

    fn print_in(&self, state: &mut State, text: &str) {
        let first = !std::mem::replace(&mut state.has_printed, true);
        state.suspend(|| {
            if first && matches!(self.printing, Printing::SandboxStdout) {
                anstream::println!("SANDBOX");
            }
            anstream::println!("{text}");
        });
    }

    /// Nothing is drawn while a person types an answer.
    pub fn pause<R>(&self, ask: impl FnOnce() -> R) -> R {
        let state = self.lock();
        match &state.spinner {
            Some(spinner) => spinner.suspend(ask),
            None => ask(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, key: &Key, at: Timestamp, mark: &Mark) {
        let mut state = self.lock();
        match mark {
            Mark::StepBegan { name } => state.begin(&key.path, name, at),
            Mark::StepEnded { name, ok, note } => state.end(self.paint, &key.path, name, *ok, note.as_deref()),
            Mark::Said(text) => state.say(self.paint, &key.path, text),
            Mark::Warned(text) => state.say(self.paint, &key.path, &format!("{} {text}", self.paint.warning("warning:"))),
            Mark::Progress(text) => state.progress(self.paint, &key.path, text),
            Mark::Measured { text, done, of, limit_ms } => {
                let bar = state.bar(at, *done, *of, *limit_ms);
                state.progress_with(self.paint, &key.path, text, &bar);
            }
            Mark::Found(found) => state.found = Some(found.0.clone()),
            Mark::Printed(text) => match self.printing {
                // A document has no colors.
                Printing::Keep => state.printed.push(anstream::adapter::strip_str(text).to_string()),
                Printing::Stdout | Printing::SandboxStdout => self.print_in(&mut state, text),
            },
        }
    }
}

impl Observer for Progress {
    fn see(&self, event: &Event) {
        match event {
            Event::Mark { key, at, mark } => self.mark(key, *at, mark),
            Event::Intent { key, effect, .. } => {
                if let Some(operation) = effect.0.text("operation") {
                    self.lock().calls.insert(key.clone(), operation.to_owned());
                }
            }
            Event::Settled { key, how, .. } => {
                let mut state = self.lock();
                // Of a run that goes on, another process has seen the call begin.
                let call = state.calls.get(key).cloned().unwrap_or_else(|| "the write that was cut off".into());
                let text = format!("{call}: no answer came, but it happened: {how}");
                state.say(self.paint, &StreamPath::default(), &self.paint.faint(&text));
            }
            Event::Outcome { key, .. } => drop(self.lock().calls.remove(key)),
            Event::Attempt { key, number, failure, wait_ms, .. } => {
                let what = failure.0.text("code").or(failure.0.text("message")).unwrap_or_default();
                let mut state = self.lock();
                let call = state.calls.get(key).cloned().unwrap_or_default();
                let text = format!("{call}: try {number} failed ({what}), again in {:.1}s", *wait_ms as f64 / 1000.0);
                state.say(self.paint, &StreamPath::default(), &self.paint.faint(&text));
            }
            _ => {}
        }
    }
}

impl State {
    fn begin(&mut self, path: &StreamPath, name: &str, began: Timestamp) {
        self.steps.push(Step { path: path.clone(), name: name.to_owned(), began, headed: false });
        self.turn(name);
    }

    fn end(&mut self, paint: Paint, path: &StreamPath, name: &str, ok: bool, note: Option<&str>) {
        if let Some(at) = self.steps.iter().rposition(|step| step.path == *path && step.name == name) {
            self.steps.remove(at);
        }
        let mark = if ok { paint.good("✓") } else { paint.bad("✗") };
        let line = match note {
            Some(note) => format!("{indent}{mark} {name:<34} {note}", indent = self.indent(path)),
            None => format!("{indent}{mark} {name}", indent = self.indent(path)),
        };
        self.line(&line);
        if let Some(spinner) = self.spinner.as_ref().filter(|_| self.steps.is_empty()) {
            spinner.finish_and_clear();
        }
    }

    /// A step's own line comes before the first thing said in it.
    fn head(&mut self, paint: Paint, path: &StreamPath) {
        let indent = self.indent(path);
        let open: Vec<String> = self.steps.iter().filter(|step| !step.headed).map(|step| step.name.clone()).collect();
        self.steps.iter_mut().for_each(|step| step.headed = true);
        for name in open {
            self.line(&format!("{indent}{} {name}", paint.faint("▸")));
        }
    }

    fn say(&mut self, paint: Paint, path: &StreamPath, text: &str) {
        self.head(paint, path);
        let indent = self.indent(path);
        text.lines().for_each(|line| self.line(&format!("{indent}    {line}")));
    }

    fn progress(&mut self, paint: Paint, path: &StreamPath, text: &str) {
        self.progress_with(paint, path, text, "");
    }

    /// The bar is for terminals: elsewhere a line says only what has changed.
    fn progress_with(&mut self, paint: Paint, path: &StreamPath, text: &str, bar: &str) {
        let changed = self.last_progress != text;
        text.clone_into(&mut self.last_progress);
        match (&self.spinner, self.steps.last()) {
            (Some(_), Some(step)) => self.turn(&format!("{}  {text}{bar}", step.name)),
            _ if changed => self.say(paint, path, text),
            _ => {}
        }
    }

    /// ` · ████████░░░░ · 1m12s of 30m`
    fn bar(&self, at: Timestamp, done: i64, of: i64, limit_ms: i64) -> String {
        let share = if of > 0 { (done.clamp(0, of) * BAR / of) as usize } else { 0 };
        let bar = format!("{}{}", "█".repeat(share), "░".repeat(BAR as usize - share));
        let spent = self.steps.last().map_or(SignedDuration::ZERO, |step| at.duration_since(step.began));
        let spent = SignedDuration::from_secs(spent.as_secs());
        format!(" · {bar} · {} of {}", show_span(spent), show_span(SignedDuration::from_millis(limit_ms)))
    }

    fn turn(&self, message: &str) {
        if let Some(spinner) = &self.spinner {
            spinner.reset();
            spinner.enable_steady_tick(Duration::from_millis(100));
            spinner.set_message(message.to_owned());
        }
    }

    fn indent(&self, path: &StreamPath) -> &'static str {
        if path.is_main() { " " } else { "   " }
    }

    fn line(&mut self, text: &str) {
        if let Some(waiting) = &mut self.waiting {
            waiting.push(text.to_owned());
            return;
        }
        self.suspend(|| anstream::eprintln!("{text}"));
    }

    fn suspend(&self, write: impl FnOnce()) {
        match &self.spinner {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }
}
