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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The first event of a run.
    Opened {
        format: u32,
        run: String,
        rollbook: String,
        runbook: String,
        at: Timestamp,
        environment: Recorded,
        arguments: Recorded,
    },
    /// The exact text of a script that the run loaded.
    Script { name: String, hash: String, text: String },
    /// An effect is about to happen. Durable before a write leaves.
    Intent { key: Key, at: Timestamp, write: bool, effect: Recorded },
    /// One try of an effect that did not settle it.
    Attempt { key: Key, number: u32, at: Timestamp, failure: Recorded, wait_ms: u64 },
    /// How the effect ended, for good.
    Outcome { key: Key, at: Timestamp, ok: bool, result: Recorded },
    /// Something said to people at a certain point of the script.
    Mark { key: Key, at: Timestamp, mark: Mark },
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
            Mark::Printed(text) => Mark::Printed(change(text)),
            Mark::Found(found) => Mark::Found(Recorded(found.0.map_text(&change))),
        }
    }
}

impl Event {
    pub const FORMAT: u32 = 1;

    pub fn key(&self) -> Option<&Key> {
        match self {
            Event::Intent { key, .. } | Event::Attempt { key, .. } | Event::Outcome { key, .. } | Event::Mark { key, .. } => {
                Some(key)
            }
            Event::Opened { .. } | Event::Script { .. } | Event::Closed { .. } => None,
        }
    }
}

/// Sees each event once it is recorded: progress on a terminal, JSON lines.
pub trait Observer: Send + Sync {
    fn see(&self, event: &Event);
}
