//! One prompt: takes what a person entered, plays it, says what came of it.
//! How the lines are read (an editor, a pipe) is not its business.

use std::sync::{Arc, PoisonError, RwLock};

use super::calls::{Calls, Voice};
use super::commands;
use super::discreet::{WITHHELD, types_a_secret};
use super::excerpts::Texts;
use super::known::{Known, Variable};
use super::screen::Screen;
use super::setup::{Question, Runner, Setup, Whereabouts};
use crate::effect::{Arming, Stop};
use crate::journal::{Mark, Verdict};
use crate::report::show_script_error;
use crate::runbook::{Misuse, Session, Shelf, verdict_of};
use crate::script::{Function, Host, PROMPT, Piece, Played, ScriptError, Workspace};
use crate::value::Value;

/// A line that worked, for `:save`.
#[derive(Clone, Debug)]
pub struct Good {
    pub text: String,
    /// The number of its result; it had none where there is none.
    pub number: Option<usize>,
    /// Its result can be written out.
    pub is_plain: bool,
    /// It sent writes.
    pub wrote: bool,
}

/// Whether the prompt goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    GoOn,
    Leave,
}

pub struct Prompt<'a> {
    pub(super) host: Arc<Host>,
    pub(super) shelf: Shelf,
    pub(super) session: Session<'a>,
    pub(super) workspace: Workspace,
    pub(super) arming: Arc<Arming>,
    pub(super) whereabouts: Whereabouts,
    pub(super) calls: Arc<Calls>,
    pub(super) voice: Arc<Voice>,
    pub(super) known: Arc<RwLock<Known>>,
    pub(super) runner: Box<Runner<'a>>,
    pub(super) question: Box<Question<'a>>,
    pub(super) screen: Screen,
    pub(super) good: Vec<Good>,
    /// What the last error came to.
    trouble: Option<Verdict>,
    /// The last script that was entered.
    entered: Option<String>,
    /// A command shows the result in its own way.
    is_mute: bool,
    lines: usize,
    /// What was entered last was neither a script nor a command.
    is_unread: bool,
}

impl<'a> Prompt<'a> {
    pub fn new(setup: Setup<'a>) -> Prompt<'a> {
        let Setup { host, shelf, session, arming, whereabouts, calls, voice, known, runner, question, screen } = setup;
        let workspace = Workspace::new(vec![("args", Value::Map(Default::default())), ("env", session.env().clone())]);
        let known = Arc::new(RwLock::new(known));
        let mut prompt = Prompt {
            host,
            shelf,
            session,
            workspace,
            arming,
            whereabouts,
            calls,
            voice,
            known,
            runner,
            question,
            screen,
            good: Vec::new(),
            trouble: None,
            entered: None,
            is_mute: false,
            lines: 0,
            is_unread: false,
        };
        prompt.renew_known();
        prompt
    }

    /// Whether the text goes on on another line.
    pub fn goes_on(&self, text: &str) -> bool {
        !commands::is_command(text) && self.host.goes_on(text)
    }

    /// Plays what was entered.
    pub fn take(&mut self, text: &str) -> Next {
        self.is_unread = false;
        if text.trim().is_empty() {
            self.workspace.skip_lines(text);
            return Next::GoOn;
        }
        self.lines += 1;
        let done = match commands::is_command(text) {
            true => {
                self.workspace.skip_lines(text);
                commands::run(self, text.trim())
            }
            false => self.enter(text).map(|()| Next::GoOn),
        };
        self.renew_known();
        done.unwrap_or_else(|misuse| {
            self.complain(&misuse);
            Next::GoOn
        })
    }

    /// Says what is wrong; the prompt goes on.
    pub fn complain(&mut self, misuse: &Misuse) {
        self.trouble = Some(misuse.verdict);
        let texts = Texts { prompt: self.workspace.text(), shelf: &self.shelf };
        self.screen.misuse(misuse, &texts, self.session.vault());
    }

    /// Plays lines of script.
    pub(super) fn play(&mut self, text: &str) -> Result<(), Misuse> {
        let piece = match self.host.read_piece(&mut self.workspace, text) {
            Ok(piece) => piece,
            Err(error) => {
                self.explain(&error);
                self.trouble = Some(Verdict::Misused);
                self.is_unread = true;
                return Ok(());
            }
        };
        self.session.enter()?;
        let first = self.calls.count();
        self.note(&piece, None)?;
        let played = self.host.play_piece(&mut self.workspace, &piece, self.session.strand());
        self.session.gate().cancel().renew();
        let ok = matches!(played, Played::Done { .. });
        let noted = self.note(&piece, Some(ok));
        let left = self.session.leave();
        self.tell(&piece, played, first);
        noted.and(left)
    }

    /// Plays an expression for a command that shows its value in another form.
    pub(super) fn value_of(&mut self, text: &str) -> Result<Option<Value>, Misuse> {
        let before = self.workspace.last_result();
        self.is_mute = true;
        let played = self.play(text);
        self.is_mute = false;
        played?;
        match self.workspace.last_result() == before {
            true => Ok(None),
            false => match self.workspace.variable("_") {
                Some(Ok(value)) => Ok(Some(value)),
                _ => Err(Misuse::new("that has no JSON form")),
            },
        }
    }

    /// Plays lines as if they had been typed.
    pub(super) fn enter(&mut self, text: &str) -> Result<(), Misuse> {
        self.entered = Some(text.to_owned());
        self.play(text)
    }

    /// The last script that was entered.
    pub(super) fn last_entered(&self) -> Option<&str> {
        self.entered.as_deref()
    }

    /// A run that was started here ended with this code.
    pub(super) fn note_exit(&mut self, code: u8) {
        self.trouble = Verdict::ALL.iter().copied().find(|verdict| verdict.exit_code() == code);
    }

    /// The record tells a line as a step; its text stands there as a script.
    fn note(&self, piece: &Piece, ended: Option<bool>) -> Result<(), Misuse> {
        let text = if types_a_secret(&piece.text) { WITHHELD.to_owned() } else { piece.text.clone() };
        let text = self.session.vault().redact(text);
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let strand = self.session.strand();
        let noted = self.voice.silently(|| match ended {
            None => strand
                .gate
                .note_script(Some(&format!("{PROMPT}:{}", piece.line)), PROMPT, &text)
                .and_then(|()| strand.gate.mark(&strand.branch, Mark::StepBegan { name })),
            Some(ok) => strand.gate.mark(&strand.branch, Mark::StepEnded { name, ok, note: None }),
        });
        noted.map_err(|stop| Misuse::new(stop.to_string()).hint("what cannot be recorded is not done"))
    }

    fn tell(&mut self, piece: &Piece, played: Played, first: usize) {
        let wrote = self.calls.since(first).iter().any(|call| call.write);
        if wrote {
            self.known().live.forget();
        }
        match played {
            Played::Done { value, number } => {
                let is_plain = value.as_ref().is_ok_and(|value| !value.holds_secret());
                self.good.push(Good { text: piece.text.clone(), number, is_plain, wrote });
                if let Some(number) = number.filter(|_| !self.is_mute) {
                    self.show(value, number);
                }
            }
            Played::Failed(error) => {
                self.trouble = Some(if error.faulty_script { Verdict::Misused } else { Verdict::Failed });
                self.explain(&error);
            }
            Played::Stopped(stop, error) => self.stopped(&stop, &error),
        }
    }

    fn show(&self, value: Result<Value, String>, number: usize) {
        match value {
            Ok(value) => self.screen.result(&value, number, self.session.now(), self.session.vault()),
            Err(kind) => self.screen.line(&kind),
        }
    }

    fn stopped(&mut self, stop: &Stop, error: &ScriptError) {
        let (verdict, hint) = verdict_of(stop);
        // A session does not go on in another process; whoever is here can.
        let hint = hint.map(|hint| hint.replace("rollbook resume --send-again", "enter the line again"));
        self.trouble = Some(verdict);
        match stop {
            Stop::Unarmed { would_send } => {
                let arm = self.arm_words();
                self.screen.refused(&self.session.vault().redact(would_send.clone()), &arm);
            }
            Stop::Interrupted => self.screen.note("interrupted"),
            Stop::Concluded { summary, .. } => self.screen.note(&format!("{}: {summary}", verdict.name())),
            // Only what ends a line unasked has a place worth showing.
            other => {
                if !error.message.is_empty() {
                    self.explain(error);
                }
                let what = if error.message.is_empty() { other.to_string() } else { String::new() };
                self.screen.trouble(&self.session.vault().redact(what), hint.as_deref());
            }
        }
    }

    /// `:arm`, as it must be typed here.
    pub(super) fn arm_words(&self) -> String {
        match &self.whereabouts.name {
            Some(name) if self.whereabouts.protected => format!(":arm {name}"),
            _ => ":arm".into(),
        }
    }

    fn explain(&self, error: &ScriptError) {
        let texts = Texts { prompt: self.workspace.text(), shelf: &self.shelf };
        let text = show_script_error(self.screen.paint, &texts, error);
        self.screen.error(&self.session.vault().redact(text));
    }

    pub(super) fn known(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What completing may use, shared with the editor.
    pub fn shared_known(&self) -> Arc<RwLock<Known>> {
        self.known.clone()
    }

    /// What was entered last is known when the next key is pressed.
    fn renew_known(&mut self) {
        let variables = self.workspace.variables().into_iter().map(|variable| {
            let seen = match variable.value {
                Ok(value) => Variable::of(value),
                Err(kind) => Variable::opaque(&kind),
            };
            (variable.name, seen)
        });
        let variables = variables.collect();
        let imports = self.workspace.imports().iter().map(|import| (import.name.clone(), import.path.clone())).collect();
        let functions = self.workspace.functions().into_iter().map(|(name, params)| Function {
            module: String::new(),
            name,
            params,
            help: String::new(),
        });
        let functions = functions.collect();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        (known.variables, known.imports, known.functions) = (variables, imports, functions);
    }

    /// `prod · 123456789012 · read-only ❯ `
    pub fn title(&self) -> String {
        let it = self.session.announcement();
        let place = match (&self.whereabouts.name, it.sandbox) {
            (Some(name), true) => format!("SANDBOX {name}"),
            (None, true) => "SANDBOX".into(),
            (_, false) => self.whereabouts.title.clone(),
        };
        let account = it.account.as_deref().unwrap_or("account unknown");
        let state = if self.arming.is_armed() { "ARMED" } else { "read-only" };
        format!("{place} · {account} · {state} ❯ ")
    }

    /// Said once, below the first line.
    pub fn greet(&self) {
        self.screen.note(&format!(":help · Tab completes · Ctrl-D leaves · {} allows writes", self.arm_words()));
    }

    /// Columns and rows of the terminal, for what is shown next.
    pub fn resize(&self, size: Option<(usize, usize)>) {
        self.screen.size.set(size);
    }

    /// Whether a line may be kept: no secret is typed into it, and none that is
    /// known stands there.
    pub fn may_remember(&self, line: &str) -> bool {
        !types_a_secret(line) && !commands::gives_a_secret(self, line) && !self.session.vault().filter().finds(line)
    }

    /// Whether the last line could be read. What is in another one nobody knows:
    /// it can be recalled and mended, and is not written to a file.
    pub fn could_read(&self) -> bool {
        !self.is_unread
    }

    pub(super) fn cannot_read(&mut self) {
        self.is_unread = true;
    }

    pub fn is_armed(&self) -> bool {
        self.arming.is_armed()
    }

    /// The exit code of a script on standard input: that of its last error.
    pub fn last_error(&self) -> Option<Verdict> {
        self.trouble
    }

    pub fn was_interrupted(&self) -> bool {
        self.trouble == Some(Verdict::Interrupted)
    }

    /// Ends the record.
    pub fn close(&mut self, verdict: Verdict) -> Result<(), Misuse> {
        let calls = self.calls.since(0);
        let writes = calls.iter().filter(|call| call.write).count();
        let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
        let summary = format!("{}, {}, {}", count(self.lines, "line"), count(calls.len(), "call"), count(writes, "write"));
        self.session.close(verdict, &summary)
    }
}
