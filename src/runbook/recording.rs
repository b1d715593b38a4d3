//! Where a run is recorded: in memory, in a new journal of the state folder, or
//! in the journal of a run that goes on.

use std::collections::HashSet;
use std::sync::Arc;

use super::fault::Misuse;
use crate::effect::{Vault, outside};
use crate::journal::{Cursor, Entry, Journal, Opening, ReadError, StoreError, Verdict};
use crate::store::{self, FileStore, Memory, State};
use crate::value::Timestamp;

pub enum Recording {
    /// Nothing is left of it.
    Memory,
    Files(State),
    /// A prompt's session: whatever it does, it cannot be played again.
    Session(State),
    /// A run that stopped before its end.
    Resumed(Box<Stopped>),
    /// The record and the secrets of a run, to be played again for nobody.
    Again(Vec<Entry>, Arc<Vault>),
}

/// A run that can go on, held by this process.
pub struct Stopped {
    pub opening: Box<Opening>,
    pub cursor: Cursor,
    /// Take today's scripts instead of the recorded ones.
    pub edited: bool,
    /// A person has looked: writes without an answer did not happen.
    pub send_again: bool,
    /// Bytes that were cut off the end of the journal.
    pub torn: u64,
    state: State,
    store: FileStore,
}

/// A recording that has begun.
pub(super) struct Recorder {
    pub run: String,
    pub journal: Journal,
    pub cursor: Option<Cursor>,
    pub vault: Arc<Vault>,
    pub state: Option<State>,
    pub edited: bool,
    pub send_again: bool,
}

impl Recording {
    /// The time of the last thing that was recorded.
    pub(super) fn last(&self) -> Option<Timestamp> {
        match self {
            Recording::Resumed(stopped) => stopped.cursor.last,
            _ => None,
        }
    }

    pub(super) fn is_new(&self) -> bool {
        matches!(self, Recording::Memory | Recording::Files(_) | Recording::Session(_))
    }

    pub(super) fn begin(self, writes: bool) -> Result<Recorder, Misuse> {
        match self {
            Recording::Memory => Ok(Recorder::in_memory(None, Arc::default())),
            Recording::Again(entries, vault) => {
                let cursor = Cursor::read(&entries);
                let cursor = cursor.map_err(|error| Misuse::new(format!("the record cannot be played: {error}")))?;
                Ok(Recorder::in_memory(Some(cursor), vault))
            }
            Recording::Files(state) => {
                let (run, store, key) = state.create_run(writes).map_err(|error| cannot_record(&state, &error))?;
                let mut journal = Journal::new(Box::new(store));
                if !writes {
                    journal.calls_only();
                }
                let vault = Arc::new(key.map_or_else(Vault::default, |key| Vault::sealing(&key)));
                Ok(Recorder { run, journal, cursor: None, vault, state: Some(state), edited: false, send_again: false })
            }
            Recording::Session(state) => {
                let (run, store, _) = state.create_run(false).map_err(|error| cannot_record(&state, &error))?;
                let journal = Journal::new(Box::new(store));
                let vault = Arc::default();
                Ok(Recorder { run, journal, cursor: None, vault, state: Some(state), edited: false, send_again: false })
            }
            Recording::Resumed(stopped) => {
                let Stopped { opening, cursor, edited, send_again, state, store, .. } = *stopped;
                let key = state.key(&opening.run);
                if key.is_none() && !cursor.secrets.is_empty() {
                    return Err(without_key(&opening.run, &cursor));
                }
                let vault = key.map_or_else(Vault::default, |key| Vault::sealing(&key));
                vault.remember(cursor.secrets.clone());
                let journal = Journal::after(Box::new(store), &cursor);
                let run = opening.run.clone();
                let (cursor, vault, state) = (Some(cursor), Arc::new(vault), Some(state));
                Ok(Recorder { run, journal, cursor, vault, state, edited, send_again })
            }
        }
    }
}

impl Recorder {
    fn in_memory(cursor: Option<Cursor>, vault: Arc<Vault>) -> Recorder {
        let run = format!("{:04X}", outside::random_u64() as u16);
        Recorder {
            run,
            journal: Journal::new(Box::new(Memory::default())),
            cursor,
            vault,
            state: None,
            edited: false,
            send_again: false,
        }
    }
}

/// Without its key, a run can neither open a secret nor tell one from another.
fn without_key(run: &str, cursor: &Cursor) -> Misuse {
    let mut origins: Vec<&str> = cursor.secrets.values().map(|kept| kept.origin.as_str()).collect();
    origins.sort_unstable();
    origins.dedup();
    let what = format!("the key of run {run} is gone, and with it the secrets that the run had");
    let lines: Vec<String> = origins.iter().map(|origin| format!("the one {origin}")).collect();
    let misuse = Misuse::new(what)
        .detail(lines.join("\n"))
        .hint("the run cannot go on without them: look how far it came, then start it anew");
    Misuse { verdict: Verdict::OutcomeUnknown, ..misuse }
}

fn cannot_record(state: &State, error: &StoreError) -> Misuse {
    Misuse::new(format!("cannot record the run in {}: {error}", state.folder().display()))
        .hint("nothing is done that is not recorded first: make room there, or set ROLLBOOK_STATE to another folder")
}

impl Stopped {
    /// Takes over a run that has not come to its end.
    pub fn take_over(state: &State, run: &str, edited: bool) -> Result<Stopped, Misuse> {
        let path = state.journal(run);
        if !outside::is_there(&path) {
            return Err(Misuse::new(format!("there is no run {run}")).hint("rollbook history shows those that there are"));
        }
        let taken = FileStore::take_over(&path).map_err(|error| unreadable(run, &error.to_string()))?;
        let Some((store, contents)) = taken else {
            return Err(Misuse::new(format!("run {run} is not interrupted: a process plays it now")).refused());
        };
        let cursor = Cursor::read(&contents.entries).map_err(|error| unreadable(run, &explain(&error)))?;
        refuse_cut(state, run, &cursor)?;
        let Some(opening) = cursor.opening.clone() else {
            return Err(Misuse::new(format!("run {run} ended before it had begun anything")).hint("start it anew"));
        };
        if cursor.is_finished() {
            return Err(Misuse::new(format!("run {run} has come to its end")).hint(format!("rollbook show {run}")));
        }
        if opening.runbook == super::book::PROMPT && !opening.writes {
            return Err(Misuse::new(format!("run {run} was a prompt's session, and those do not go on"))
                .hint(format!("rollbook show {run} tells what was done")));
        }
        if !opening.writes {
            return Err(Misuse::new(format!("run {run} only looked, so its answers were not kept"))
                .hint(format!("start it anew: rollbook run {}", opening.runbook)));
        }
        Ok(Stopped { opening, cursor, edited, send_again: false, torn: contents.torn, state: state.clone(), store })
    }

    /// The last run that was cut off. One that the history knows has ended,
    /// whatever its journal looks like now.
    pub fn newest(state: &State) -> Option<String> {
        let ended: HashSet<String> = state.history().unwrap_or_default().into_iter().map(|row| row.run).collect();
        let stopped = state.runs().into_iter().filter(|run| !ended.contains(run)).filter_map(|run| {
            let path = state.journal(&run);
            let contents = store::read_file(&path).ok()?;
            let cursor = Cursor::read(&contents.entries).ok()?;
            let opening = cursor.opening.as_ref().filter(|opening| opening.writes)?;
            (!cursor.is_finished() && !store::is_held(&path)).then_some((opening.started, run))
        });
        stopped.max().map(|(_, run)| run)
    }
}

/// A finished run whose end is gone looks like one that was cut off.
fn refuse_cut(state: &State, run: &str, cursor: &Cursor) -> Result<(), Misuse> {
    let rows = state.history().map_err(|error| unreadable(run, &error.to_string()))?;
    match rows.iter().any(|row| row.run == run && row.head != cursor.head().to_string()) {
        true => Err(unreadable(run, "the history says that the run came to its end, and the journal's end is gone")),
        false => Ok(()),
    }
}

pub(super) fn unreadable(run: &str, why: &str) -> Misuse {
    Misuse::new(format!("the journal of run {run} cannot be used: {why}"))
        .hint(format!("nothing was done. rollbook journal verify {run} says more"))
        .refused()
}

fn explain(error: &ReadError) -> String {
    match error {
        ReadError::Newer(_) => format!("{error}; install that one"),
        other => other.to_string(),
    }
}
