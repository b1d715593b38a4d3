//! The line editor of a person at a terminal: keys, colors, completion, the
//! history. What a line means is not its business.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{ColorMode, CompletionType, Config, Editor, Helper};

use super::busy::Busy;
use super::commands::is_command;
use super::completion::{self, Candidate};
use super::highlight;
use super::history::History;
use super::known::Known;
use super::session::{Next, Prompt};
use crate::report::Paint;
use crate::runbook::Misuse;
use crate::script::Host;

/// Lines that can be recalled.
const RECALLED: usize = 2000;
/// Up to so many candidates, each has its note beside it.
const WITH_NOTES: usize = 24;
/// Two empty lines end what would go on otherwise.
const ENOUGH: &str = "\n\n";

pub fn play(prompt: &mut Prompt, busy: &Busy) -> Result<(), Misuse> {
    let paint = Paint::for_stdout();
    let mut history = History::open(RECALLED)?;
    let mut editor = open(prompt, paint, &history).map_err(|error| cannot_read(&error))?;
    prompt.greet();
    loop {
        let title = prompt.title();
        let styled = if prompt.is_armed() { paint.bad(&title) } else { paint.faint(&title) };
        match editor.readline(&(title, styled)) {
            Ok(line) => {
                prompt.resize(editor.dimensions().map(|(columns, rows)| (columns.into(), rows.into())));
                let next = busy.while_playing(|| prompt.take(&line));
                if prompt.may_remember(&line) {
                    let _ = editor.add_history_entry(line.as_str());
                    if prompt.could_read() {
                        history.remember(&line);
                    }
                }
                history.forget(&|line| !prompt.may_remember(line));
                if next == Next::Leave || busy.is_leaving() {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => prompt.screen.note("Ctrl-D leaves"),
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Signal(_)) => {}
            Err(error) => return Err(cannot_read(&error)),
        }
    }
}

fn cannot_read(error: &ReadlineError) -> Misuse {
    Misuse::new(format!("the terminal cannot be read: {error}"))
}

type Lines = Editor<Keys, MemHistory>;

fn open(prompt: &Prompt, paint: Paint, history: &History) -> rustyline::Result<Lines> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .color_mode(if paint.is_colored() { ColorMode::Enabled } else { ColorMode::Disabled })
        .max_history_size(RECALLED)?
        .history_ignore_dups(true)?
        .build();
    let memory = MemHistory::with_config(&config);
    let mut editor = Lines::with_history(config, memory)?;
    for line in history.lines() {
        editor.add_history_entry(line.as_str())?;
    }
    editor.set_helper(Some(Keys { host: prompt.host.clone(), known: prompt.shared_known(), paint }));
    Ok(editor)
}

/// What the editor asks at each key.
struct Keys {
    host: Arc<Host>,
    known: Arc<RwLock<Known>>,
    paint: Paint,
}

impl Keys {
    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Helper for Keys {}

impl Completer for Keys {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let found = completion::complete(line, position, &self.known());
        let widest = found.candidates.iter().map(|candidate| candidate.shown.chars().count()).max().unwrap_or_default();
        let with_notes = found.candidates.len() <= WITH_NOTES;
        let pairs = found.candidates.into_iter().map(|Candidate { text, shown, note }| {
            let display = if with_notes && !note.is_empty() { format!("{shown:<widest$}  {note}") } else { shown };
            Pair { display, replacement: text }
        });
        Ok((found.start, pairs.collect()))
    }
}

/// Faint words behind the cursor.
struct Faint(completion::Hint);

impl Hint for Faint {
    fn display(&self) -> &str {
        &self.0.shown
    }

    fn completion(&self) -> Option<&str> {
        self.0.insert.as_deref()
    }
}

impl Hinter for Keys {
    type Hint = Faint;

    fn hint(&self, line: &str, position: usize, _: &rustyline::Context<'_>) -> Option<Faint> {
        completion::hint(line, position, &self.known()).map(Faint)
    }
}

impl Highlighter for Keys {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned(highlight::paint(line, &self.known(), self.paint.is_colored()))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.paint.faint(hint))
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.paint.is_colored()
    }
}

impl Validator for Keys {
    fn validate(&self, context: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let goes_on = !is_command(text) && !text.ends_with(ENOUGH) && self.host.goes_on(text);
        Ok(if goes_on { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}
