//! The events of a run, in the form in which they are kept.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::key::Key;
use super::verdict::Verdict;
use crate::value::{Marked, Timestamp, Value, parse_str};

/// A value without secrets. Its times, and what looks like a mark of ours, are
/// marked when it is written, and are marks still when it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded(pub Value);

impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Marked(&self.0).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Recorded {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Recorded, D::Error> {
        let raw = Box::<serde_json::value::RawValue>::deserialize(from)?;
        parse_str(raw.get()).map(Recorded).map_err(serde::de::Error::custom)
    }
}

/// Everything that a run began with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    pub format: u32,
    pub run: String,
    pub rollbook: String,
    pub runbook: String,
    pub version: String,
    /// The world's own time, which is virtual in the sandbox.
    pub at: Timestamp,
    /// The time on the wall.
    pub started: Timestamp,
    /// Who started it, and where: `jane@build-7`.
    pub by: String,
    /// Its permits hold a write: it can be resumed.
    pub writes: bool,
    /// The revision that was asked for, as `deploy@v1.4`.
    pub asked: Option<String>,
    /// The git revision of the project, and whether something was changed in it.
    pub revision: Option<String>,
    pub dirty: bool,
    /// The folder that the project stands in.
    pub project: Option<String>,
    /// What the command line chose: environment, service, cluster, sandbox.
    pub selection: Recorded,
    /// The `env` of the script, but for the account.
    pub environment: Recorded,
    pub arguments: Recorded,
}

/// Where a secret can be read again: a version of a secret never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub arn: String,
    pub version: String,
    /// `SecretString` or `SecretBinary`.
    pub member: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The first event of a run.
    Opened(Box<Opening>),
    /// The exact text of a script that the run loaded, and the path by which
    /// others import it; the runbook itself has none.
    Script { path: Option<String>, name: String, hash: String, text: String },
    /// A secret that later events name by its fingerprint: where it can be read
    /// again, or its sealed form. Never its value.
    Secret { fingerprint: String, origin: String, source: Option<Source>, sealed: Option<String> },
    /// The run holds a name; the number rises each time somebody takes it.
    Held { at: Timestamp, name: String, fence: u64 },
    /// An effect is about to happen. Durable before a write leaves.
    Intent { key: Key, at: Timestamp, write: bool, effect: Recorded },
    /// One try of an effect that did not settle it.
    Attempt { key: Key, number: u32, at: Timestamp, failure: Recorded, wait_ms: u64 },
    /// How the effect ended, for good.
    Outcome { key: Key, at: Timestamp, ok: bool, result: Recorded },
    /// The effect is known not to have happened; it will be tried anew.
    Withdrawn { key: Key, at: Timestamp, why: String },
    /// A look told what an unanswered write came to.
    Settled { key: Key, at: Timestamp, how: String },
    /// Something said to people at a certain point of the script.
    Mark { key: Key, at: Timestamp, mark: Mark },
    /// The run stopped before its end and can be resumed.
    Paused { at: Timestamp, verdict: Verdict, summary: String },
    /// It goes on, in another process.
    Resumed { at: Timestamp, by: String, edited: bool },
    /// The last event of a run.
    Closed { at: Timestamp, verdict: Verdict, summary: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Mark {
    StepBegan {
        name: String,
    },
    StepEnded {
        name: String,
        ok: bool,
        note: Option<String>,
    },
    /// A fact worth a line below its step.
    Said(String),
    Warned(String),
    /// How far a wait has come; each replaces the one before on a terminal.
    Progress(String),
    /// The same, with how much of it is done and how long it may take.
    Measured {
        text: String,
        done: i64,
        of: i64,
        limit_ms: i64,
    },
    /// Text for standard output: the run's result, or a part of it.
    Printed(String),
    /// Why the run is about to end as it does: causes and their evidence.
    Found(Recorded),
}

impl Mark {
    /// The same mark with every text in it changed.
    pub fn map_text(self, change: impl Fn(String) -> String) -> Mark {
        match self {
            Mark::StepBegan { name } => Mark::StepBegan { name: change(name) },
            Mark::StepEnded { name, ok, note } => Mark::StepEnded { name: change(name), ok, note: note.map(change) },
            Mark::Said(text) => Mark::Said(change(text)),
            Mark::Warned(text) => Mark::Warned(change(text)),
            Mark::Progress(text) => Mark::Progress(change(text)),
            Mark::Measured { text, done, of, limit_ms } => Mark::Measured { text: change(text), done, of, limit_ms },
            Mark::Printed(text) => Mark::Printed(change(text)),
            Mark::Found(found) => Mark::Found(Recorded(found.0.map_text(&change))),
        }
    }
}

impl Event {
    pub const FORMAT: u32 = 1;

    pub fn key(&self) -> Option<&Key> {
        match self {
            Event::Intent { key, .. }
            | Event::Attempt { key, .. }
            | Event::Outcome { key, .. }
            | Event::Withdrawn { key, .. }
            | Event::Settled { key, .. }
            | Event::Mark { key, .. } => Some(key),
            _ => None,
        }
    }

    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Event::Opened(opening) => Some(opening.at),
            Event::Script { .. } | Event::Secret { .. } => None,
            Event::Held { at, .. }
            | Event::Intent { at, .. }
            | Event::Attempt { at, .. }
            | Event::Outcome { at, .. }
            | Event::Withdrawn { at, .. }
            | Event::Settled { at, .. }
            | Event::Mark { at, .. }
            | Event::Paused { at, .. }
            | Event::Resumed { at, .. }
            | Event::Closed { at, .. } => Some(*at),
        }
    }

    /// Whether it must outlive a power failure before the run goes on. What
    /// comes between two such events is made durable by the second.
    pub(super) fn must_last(&self) -> bool {
        match self {
            Event::Intent { write, .. } => *write,
            Event::Paused { .. } | Event::Resumed { .. } | Event::Closed { .. } => true,
            _ => false,
        }
    }

    /// The name of its last member, when that can be large.
    pub(super) fn payload_name(&self) -> Option<&'static str> {
        match self {
            Event::Opened(_) => Some("arguments"),
            Event::Script { .. } => Some("text"),
            Event::Intent { .. } => Some("effect"),
            Event::Outcome { .. } => Some("result"),
            Event::Mark { .. } => Some("mark"),
            _ => None,
        }
    }
}

/// Sees each event once it is recorded: progress on a terminal, JSON lines.
pub trait Observer: Send + Sync {
    fn see(&self, event: &Event);
}
