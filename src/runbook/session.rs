//! A prompt's session: the same door, gate and journal as a run has, but lines
//! of a person in place of a runbook, and that person's word in place of a
//! header.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::book::Book;
use super::door::Door;
use super::fault::Misuse;
use super::judge::{Judged, judge_beginning};
use super::request::{Announcement, Request};
use super::revision::GitState;
use super::run::{Run, watch_time};
use crate::api::{self, Known, Operation, Reading};
use crate::effect::{Branch, Cancel, Gate, Vault};
use crate::journal::Verdict;
use crate::script::{Host, Strand};
use crate::value::{Timestamp, Value};

pub struct Session<'a> {
    run: Run<'a>,
    branch: Arc<Branch>,
    env: Value,
    /// Ends a line that takes longer than a run may.
    clock: Option<JoinHandle<()>>,
    is_closed: bool,
}

/// One read call beside the session, for names to complete: neither recorded
/// nor tried again.
pub type Look = dyn Fn(&'static Operation, Value) -> Result<Value, String> + Send + Sync;

impl<'a> Session<'a> {
    /// Opens the world and finds out whose it is. `book` is
    /// [`Book::of_prompt`]'s.
    pub fn open(host: &Host, book: &'a Book, request: Request) -> Result<Session<'a>, Misuse> {
        let door = Door::open(&request, false)?;
        let no_git = std::thread::spawn(GitState::default);
        let mut run = Run::new(request, book, door, no_git)?;
        let branch = Arc::new(Branch::default());
        let began = run.begin(host, &branch);
        let left = run.door.step_out();
        match began {
            Ok(given) => {
                left?;
                let env = given.into_iter().find(|(name, _)| *name == "env").map(|(_, env)| env).unwrap_or_default();
                Ok(Session { run, branch, env, clock: None, is_closed: false })
            }
            Err(trouble) => {
                let judged = judge_beginning(trouble);
                let _ = run.close(&judged);
                let Judged { verdict, summary, hint, .. } = judged;
                Err(Misuse { verdict, ..Misuse::new(summary).maybe_hint(hint) })
            }
        }
    }

    /// The `env` of its lines.
    pub fn env(&self) -> &Value {
        &self.env
    }

    pub fn announcement(&self) -> &Announcement {
        &self.run.announcement
    }

    pub fn gate(&self) -> &Arc<Gate> {
        &self.run.gate
    }

    pub fn vault(&self) -> &Arc<Vault> {
        &self.run.vault
    }

    pub fn strand(&self) -> Strand {
        Strand { gate: self.run.gate.clone(), branch: self.branch.clone() }
    }

    /// The time in the world that it looks at.
    pub fn now(&self) -> Timestamp {
        self.run.gate.now()
    }

    /// Before a line plays: the sandbox is taken, as it stands now.
    pub fn enter(&mut self) -> Result<(), Misuse> {
        let Request { cancel, scenario, arming, .. } = &self.run.request;
        cancel.renew();
        let may_write = arming.as_ref().is_some_and(|arming| arming.is_armed());
        self.run.door.step_in(cancel, scenario, may_write)?;
        self.clock = Some(watch_time(&self.run.request)?);
        Ok(())
    }

    /// After a line has played.
    pub fn leave(&mut self) -> Result<(), Misuse> {
        if let Some(clock) = self.clock.take() {
            clock.abort();
        }
        self.run.door.step_out()
    }

    pub fn look(&self) -> Arc<Look> {
        let world = self.run.door.world.clone();
        Arc::new(move |operation, mut request| {
            if operation.is_write() {
                return Err(format!("{operation} is a write"));
            }
            let faults = |faults: Vec<api::Fault>| faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; ");
            api::validate(operation, &mut request, &Known::default()).map_err(faults)?;
            let answer = world.peek(operation, &request, &Cancel::default());
            let mut answer = answer.map_err(|stop| stop.to_string())?.map_err(|failure| failure.to_string())?;
            api::read_answer(operation, &mut answer, &Reading::default());
            Ok(answer)
        })
    }

    /// Writes down how it ended.
    pub fn close(&mut self, verdict: Verdict, summary: &str) -> Result<(), Misuse> {
        if std::mem::replace(&mut self.is_closed, true) {
            return Ok(());
        }
        let judged = Judged {
            verdict,
            summary: summary.to_owned(),
            hint: None,
            result: Value::Null,
            error: None,
            open: false,
            exit_code: None,
        };
        self.run.close(&judged).map_err(|stop| Misuse::new(stop.to_string()))
    }
}
