//! All runs that left a trace: those in the history, and those whose journals
//! have no end yet.

use std::collections::BTreeMap;

use super::fault::Misuse;
use super::recording::unreadable;
use crate::journal::{Cursor, Event, Hash, Opening, Verdict, events};
use crate::store::{Contents, Row, State, is_held, read_file};
use crate::value::Timestamp;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Finished,
    /// A process plays it now.
    Running,
    /// It was cut off and can be resumed.
    Interrupted,
    /// It was cut off, changed nothing, and is not worth going on with.
    Abandoned,
}

#[derive(Clone, Debug)]
pub struct Listed {
    pub row: Row,
    pub standing: Standing,
    /// Its journal is there.
    pub kept: bool,
}

impl Listed {
    /// The word for how it ended, or stands.
    pub fn verdict(&self) -> &'static str {
        match self.standing {
            Standing::Finished => self.row.verdict.name(),
            Standing::Running => "running",
            Standing::Interrupted if self.row.verdict == Verdict::OutcomeUnknown => self.row.verdict.name(),
            Standing::Interrupted => "interrupted",
            Standing::Abandoned => "abandoned",
        }
    }
}

/// Every run, the newest last. A journal that cannot be read is left out:
/// `journal verify` says what is wrong with it.
pub fn ledger(state: &State) -> Result<Vec<Listed>, Misuse> {
    let rows = state.history().map_err(|error| Misuse::new(format!("the history cannot be read: {error}")))?;
    let kept = state.runs();
    let finished = rows.into_iter().map(|row| {
        let kept = kept.contains(&row.run);
        (row.run.clone(), Listed { row, standing: Standing::Finished, kept })
    });
    let mut listed: BTreeMap<String, Listed> = finished.collect();
    for run in &kept {
        if !listed.contains_key(run)
            && let Some(found) = unfinished(state, run)
        {
            listed.insert(run.clone(), found);
        }
    }
    let mut listed: Vec<Listed> = listed.into_values().collect();
    listed.sort_by(|one, other| (one.row.began, &one.row.run).cmp(&(other.row.began, &other.row.run)));
    Ok(listed)
}

fn unfinished(state: &State, run: &str) -> Option<Listed> {
    let path = state.journal(run);
    let held = is_held(&path);
    let story = Story::read(state, run).ok()?;
    let verdict = story.events.iter().rev().find_map(|event| match event {
        Event::Paused { verdict, summary, .. } | Event::Closed { verdict, summary, .. } => Some((*verdict, summary.clone())),
        _ => None,
    });
    let (verdict, summary) = verdict.unwrap_or((Verdict::Interrupted, String::new()));
    let standing = match (held, story.finished, story.opening.writes) {
        (true, ..) => Standing::Running,
        (_, true, _) => Standing::Finished,
        (_, _, true) => Standing::Interrupted,
        (_, _, false) => Standing::Abandoned,
    };
    let row = story.row(verdict, summary);
    if standing == Standing::Finished {
        // The process ended between the journal's last line and the history's.
        let _ = state.remember(&row);
        state.forget_key(run);
    }
    Some(Listed { row, standing, kept: true })
}

/// The run that a person means: by its name, or the last one.
pub fn find_run(state: &State, name: Option<&str>) -> Result<String, Misuse> {
    let known = ledger(state)?;
    let wanted = match name {
        Some(name) => name.to_uppercase(),
        None => known.last().map(|run| run.row.run.clone()).ok_or_else(|| Misuse::new("nothing has run yet"))?,
    };
    if state.runs().contains(&wanted) {
        return Ok(wanted);
    }
    Err(match known.iter().find(|run| run.row.run == wanted) {
        Some(run) => Misuse::new(format!("the journal of run {wanted} was removed")).hint(format!(
            "the history knows: {} {} {}",
            run.row.runbook,
            run.row.version,
            run.verdict()
        )),
        None => Misuse::new(format!("there is no run {wanted}")).hint("rollbook history shows those that there are"),
    })
}

/// A run as its journal tells it.
pub struct Story {
    pub opening: Box<Opening>,
    pub events: Vec<Event>,
    pub finished: bool,
    pub head: Hash,
    /// Bytes at the end that were written only in part.
    pub torn: u64,
    /// Lines of the journal.
    pub entries: usize,
}

impl Story {
    /// Reads and checks a journal without changing it.
    pub fn read(state: &State, run: &str) -> Result<Story, Misuse> {
        let Contents { entries, torn } = read_file(&state.journal(run)).map_err(|error| unreadable(run, &error.to_string()))?;
        let cursor = Cursor::read(&entries).map_err(|error| unreadable(run, &error.to_string()))?;
        let events = events(&entries).map_err(|error| unreadable(run, &error.to_string()))?;
        let (finished, head) = (cursor.is_finished(), cursor.head());
        let opening = cursor.opening.ok_or_else(|| unreadable(run, "it has no beginning"))?;
        Ok(Story { opening, events, finished, head, torn, entries: entries.len() })
    }

    fn row(&self, verdict: Verdict, summary: String) -> Row {
        let account = self.events.iter().find_map(|event| match event {
            Event::Outcome { ok: true, result, .. } => result.0.text("Account").map(str::to_owned),
            _ => None,
        });
        let script = self.events.iter().find_map(|event| match event {
            Event::Script { path: None, hash, .. } => Some(hash.clone()),
            _ => None,
        });
        let ended = self.events.iter().rev().find_map(Event::at).unwrap_or(Timestamp::UNIX_EPOCH);
        Row { script: script.unwrap_or_default(), ..self.opening.row(account, ended, verdict, summary, self.head) }
    }
}
