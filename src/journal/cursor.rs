//! The reading end: the record of an earlier run, by key.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::chain::{Entry, Hash};
use super::content::{Body, Library, Packed};
use super::event::{Event, Mark, Opening, Recorded, Source};
use super::key::{Key, StreamPath};
use super::state::{Phase, Step, next_phase};
use crate::value::{Timestamp, Value};

/// A recorded value, unpacked only when it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    Plain(Recorded),
    Packed(Arc<Packed>),
    /// The run recorded only that there was one.
    Unkept,
}

impl Payload {
    /// The value, where it was kept and is intact.
    pub fn read(&self) -> Option<Cow<'_, Recorded>> {
        match self {
            Payload::Plain(recorded) => Some(Cow::Borrowed(recorded)),
            Payload::Packed(packed) => serde_json::from_str(&packed.text()?).ok().map(Cow::Owned),
            Payload::Unkept => None,
        }
    }
}

/// What the record holds for one key.
#[derive(Clone, Debug, PartialEq)]
pub enum Past {
    Effect {
        effect: Payload,
        write: bool,
        /// When it was last about to happen.
        at: Timestamp,
        /// Nothing when the run ended between the intent and the outcome.
        outcome: Option<(bool, Payload)>,
    },
    Mark(Mark),
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("entry {0} does not follow the one before it: the journal was changed")]
    Broken(usize),
    #[error("entry {0} cannot be read: {1}")]
    Unreadable(usize, String),
    #[error("the event {0} stands in an order that no run writes")]
    Disorder(Key),
    #[error("it was written by a newer rollbook (format {0}; this one reads up to {format})", format = Event::FORMAT)]
    Newer(u32),
}

/// A secret that the record names.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub origin: String,
    pub source: Option<Source>,
    pub sealed: Option<String>,
}

/// A script that the run loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub path: Option<String>,
    pub name: String,
    pub text: String,
}

#[derive(Debug, Default)]
pub struct Cursor {
    past: HashMap<Key, Past>,
    streams: HashSet<StreamPath>,
    library: Library,
    pub opening: Option<Box<Opening>>,
    pub scripts: Vec<Loaded>,
    pub secrets: HashMap<String, Kept>,
    /// What the run has printed.
    pub printed: Vec<String>,
    /// The time of the last event.
    pub last: Option<Timestamp>,
    /// Time in which no process played the run.
    pub dead_ms: i64,
    head: Hash,
    finished: bool,
}

impl Cursor {
    /// Checks the chain and the order of events, and files them by key.
    pub fn read(entries: &[Entry]) -> Result<Cursor, ReadError> {
        let mut cursor = Cursor::default();
        for (number, entry) in entries.iter().enumerate() {
            if entry.previous != cursor.head || !entry.is_intact() {
                return Err(ReadError::Broken(number));
            }
            cursor.head = entry.hash;
            let unreadable = |error: String| ReadError::Unreadable(number, error);
            let body = cursor.library.read(&entry.body).map_err(unreadable)?;
            let (text, packed) = match &body {
                Body::Piece => continue,
                Body::Whole(text) => (*text, None),
                Body::Split(head, packed) => (head.as_str(), Some(packed.clone())),
            };
            refuse_newer(text)?;
            let event = event_of(text, packed.as_ref()).map_err(unreadable)?;
            cursor.file(event, packed)?;
        }
        Ok(cursor)
    }

    /// Whether the run that wrote this came to its end.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    pub fn past(&self, key: &Key) -> Option<&Past> {
        self.past.get(key)
    }

    /// Whether a write was about to be sent.
    pub fn wrote(&self) -> bool {
        self.past.values().any(|past| matches!(past, Past::Effect { write: true, .. }))
    }

    /// Whether something was recorded in the stream itself.
    pub fn has_stream(&self, path: &StreamPath) -> bool {
        self.streams.contains(path)
    }

    /// The hash of the last entry.
    pub fn head(&self) -> Hash {
        self.head
    }

    pub(super) fn contents(&self) -> impl Iterator<Item = Hash> {
        self.library.hashes()
    }

    fn file(&mut self, event: Event, packed: Option<Option<Arc<Packed>>>) -> Result<(), ReadError> {
        self.check_order(&event)?;
        if let Some(key) = event.key().filter(|key| !self.streams.contains(&key.path)) {
            self.streams.insert(key.path.clone());
        }
        let at = event.at();
        let payload = |value: Recorded| match packed {
            None => Payload::Plain(value),
            Some(Some(packed)) => Payload::Packed(packed),
            Some(None) => Payload::Unkept,
        };
        self.finished = matches!(event, Event::Closed { .. });
        match event {
            Event::Opened(opening) => self.opening = Some(opening),
            Event::Script { path, name, text, .. } => self.scripts.push(Loaded { path, name, text }),
            Event::Secret { fingerprint, origin, source, sealed } => {
                self.secrets.insert(fingerprint, Kept { origin, source, sealed });
            }
            Event::Intent { key, at, write, effect } => {
                self.past.insert(key, Past::Effect { effect: payload(effect), write, at, outcome: None });
            }
            Event::Outcome { key, ok, result, .. } => {
                if let Some(Past::Effect { outcome, .. }) = self.past.get_mut(&key) {
                    *outcome = Some((ok, payload(result)));
                }
            }
            Event::Withdrawn { key, .. } => drop(self.past.remove(&key)),
            Event::Mark { key, mark, .. } => {
                if let Mark::Printed(text) = &mark {
                    self.printed.push(text.clone());
                }
                self.past.insert(key, Past::Mark(mark));
            }
            Event::Resumed { at, .. } => self.dead_ms += self.last.map_or(0, |last| at.as_millisecond() - last.as_millisecond()),
            Event::Attempt { key, at: tried, wait_ms, .. } => {
                if let Some(Past::Effect { at, .. }) = self.past.get_mut(&key) {
                    *at = tried.checked_add(std::time::Duration::from_millis(wait_ms)).unwrap_or(tried);
                }
            }
            Event::Held { .. } | Event::Settled { .. } | Event::Paused { .. } | Event::Closed { .. } => {}
        }
        self.last = at.or(self.last);
        Ok(())
    }

    fn check_order(&self, event: &Event) -> Result<(), ReadError> {
        let (Some(key), Some(step)) = (event.key(), step_of(event)) else {
            return Ok(());
        };
        match next_phase(self.phase(key), step) {
            Some(_) => Ok(()),
            None => Err(ReadError::Disorder(key.clone())),
        }
    }

    fn phase(&self, key: &Key) -> Phase {
        match self.past.get(key) {
            None => Phase::New,
            Some(Past::Effect { outcome: None, .. }) => Phase::Intended,
            Some(_) => Phase::Settled,
        }
    }
}

/// Every event of a journal, whole, in order: for showing. The chain is not checked.
pub fn events(entries: &[Entry]) -> Result<Vec<Event>, ReadError> {
    let mut library = Library::default();
    let mut events = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let unreadable = |error: String| ReadError::Unreadable(number, error);
        let event = match library.read(&entry.body).map_err(unreadable)? {
            Body::Piece => continue,
            Body::Whole(text) => event_of(text, None),
            Body::Split(head, packed) => event_of(&head, Some(&packed)).and_then(|event| whole(event, packed.as_deref())),
        };
        events.push(event.map_err(unreadable)?);
    }
    Ok(events)
}

/// The event, with an empty value where its text stands apart; a mark and a
/// script are small or needed at once, so their texts are put in.
fn event_of(text: &str, packed: Option<&Option<Arc<Packed>>>) -> Result<Event, String> {
    let parse = |text: &str| serde_json::from_str::<Event>(text).map_err(|error| error.to_string());
    match packed {
        Some(Some(packed)) if !is_value(text) => {
            let inner = packed.text().ok_or("its text is damaged")?;
            parse(&format!("{}{inner}}}}}", text.strip_suffix("null}}").unwrap_or(text)))
        }
        _ => parse(text),
    }
}

/// Whether the text apart is a value that can be read later.
fn is_value(text: &str) -> bool {
    text.starts_with("{\"Intent\"") || text.starts_with("{\"Outcome\"")
}

fn whole(event: Event, packed: Option<&Packed>) -> Result<Event, String> {
    let value = || -> Result<Recorded, String> {
        match packed {
            None => Ok(Recorded(Value::Null)),
            Some(packed) => {
                let text = packed.text().ok_or("its text is damaged")?;
                serde_json::from_str(&text).map_err(|error| error.to_string())
            }
        }
    };
    Ok(match event {
        Event::Intent { key, at, write, .. } => Event::Intent { key, at, write, effect: value()? },
        Event::Outcome { key, at, ok, .. } => Event::Outcome { key, at, ok, result: value()? },
        other => other,
    })
}

/// Said before anything else of it is read: nothing else need make sense.
fn refuse_newer(text: &str) -> Result<(), ReadError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Opened {
        opened: Format,
    }
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    if !text.starts_with("{\"Opened\"") {
        return Ok(());
    }
    match serde_json::from_str::<Opened>(text) {
        Ok(Opened { opened: Format { format } }) if format > Event::FORMAT => Err(ReadError::Newer(format)),
        _ => Ok(()),
    }
}

fn step_of(event: &Event) -> Option<Step> {
    match event {
        Event::Intent { .. } => Some(Step::Intent),
        Event::Attempt { .. } => Some(Step::Attempt),
        Event::Settled { .. } => Some(Step::Settled),
        Event::Outcome { .. } => Some(Step::Outcome),
        Event::Withdrawn { .. } => Some(Step::Withdrawn),
        Event::Mark { .. } => Some(Step::Mark),
        _ => None,
    }
}
