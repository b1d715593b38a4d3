//! The reading end: the record of an earlier run, by key.

use std::collections::HashMap;

use super::chain::{Entry, Hash};
use super::event::{Event, Mark, Recorded};
use super::key::Key;
use super::state::{Phase, Step, next_phase};

/// What the record holds for one key.
#[derive(Clone, Debug, PartialEq)]
pub enum Past {
    Effect {
        effect: Recorded,
        write: bool,
        /// Nothing when the run ended between the intent and the outcome.
        outcome: Option<(bool, Recorded)>,
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
}

#[derive(Debug, Default)]
pub struct Cursor {
    past: HashMap<Key, Past>,
    pub events: Vec<Event>,
}

impl Cursor {
    /// Checks the chain and the order of events, and files them by key.
    pub fn read(entries: &[Entry]) -> Result<Cursor, ReadError> {
        let mut cursor = Cursor::default();
        let mut head = Hash::default();
        for (number, entry) in entries.iter().enumerate() {
            if entry.previous != head || !entry.is_intact() {
                return Err(ReadError::Broken(number));
            }
            head = entry.hash;
            let event = serde_json::from_str(&entry.body).map_err(|error| ReadError::Unreadable(number, error.to_string()))?;
            cursor.file(&event)?;
            cursor.events.push(event);
        }
        Ok(cursor)
    }

    /// Whether the run that wrote this came to its end.
    pub fn is_finished(&self) -> bool {
        matches!(self.events.last(), Some(Event::Closed { .. }))
    }

    pub fn past(&self, key: &Key) -> Option<&Past> {
        self.past.get(key)
    }

    fn file(&mut self, event: &Event) -> Result<(), ReadError> {
        let (Some(key), Some(step)) = (event.key(), step_of(event)) else {
            return Ok(());
        };
        if next_phase(self.phase(key), step).is_none() {
            return Err(ReadError::Disorder(key.clone()));
        }
        match event {
            Event::Intent { write, effect, .. } => {
                let past = Past::Effect { effect: effect.clone(), write: *write, outcome: None };
                self.past.insert(key.clone(), past);
            }
            Event::Outcome { ok, result, .. } => {
                if let Some(Past::Effect { outcome, .. }) = self.past.get_mut(key) {
                    *outcome = Some((*ok, result.clone()));
                }
            }
            Event::Mark { mark, .. } => {
                self.past.insert(key.clone(), Past::Mark(mark.clone()));
            }
            _ => {}
        }
        Ok(())
    }

    fn phase(&self, key: &Key) -> Phase {
        match self.past.get(key) {
            None => Phase::New,
            Some(Past::Effect { outcome: None, .. }) => Phase::Intended,
            Some(_) => Phase::Settled,
        }
    }
}

fn step_of(event: &Event) -> Option<Step> {
    match event {
        Event::Intent { .. } => Some(Step::Intent),
        Event::Attempt { .. } => Some(Step::Attempt),
        Event::Outcome { .. } => Some(Step::Outcome),
        Event::Mark { .. } => Some(Step::Mark),
        _ => None,
    }
}
