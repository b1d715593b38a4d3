//! The recorded side of the gate: answering from the record, and writing down
//! how an effect ended.

use super::branch::Branch;
use super::gate::{Ending, Gate, lock};
use super::kind::Effect;
use super::record::{pack, unpack};
use super::trouble::{Stop, Trouble};
use crate::api::{self, Failure};
use crate::journal::{Event, Key, Past, Recorded};
use crate::map;
use crate::value::{Value, to_json};

impl Gate {
    pub(super) fn past(&self, key: &Key) -> Option<&Past> {
        self.record.as_ref()?.past(key)
    }

    pub(super) fn answer_from(&self, past: &Past, key: &Key, now: &Recorded, effect: &Effect) -> Ending {
        let Past::Effect { effect: recorded, write, outcome } = past else {
            return Err(diverged(key, &describe(past), &text(now)).into());
        };
        if recorded != now {
            return Err(diverged(key, &text(recorded), &text(now)).into());
        }
        match (outcome, effect) {
            // Marked once more, to learn the same names as the first time.
            (Some((true, result)), _) => unpack(result, &*self.vault)
                .map(|value| self.mark_answer(effect, value))
                .ok_or_else(|| Stop::Journal(format!("the record of effect {key} lacks a secret")).into()),
            (Some((false, result)), Effect::Call { operation, .. }) => match Failure::from_value(&result.0) {
                Some(failure) => Err(Trouble::Failed { operation, failure, attempts: 1 }),
                None => Err(Stop::Journal(format!("the record of effect {key} holds an unknown failure")).into()),
            },
            (Some((false, result)), _) => Err(Trouble::Unavailable(result.0.text("message").unwrap_or_default().to_owned())),
            (None, _) if *write => Err(unknown_outcome(effect, "the run ended before the answer was recorded").into()),
            // A read that was cut off is simply done again; its intent stands.
            (None, _) => {
                let ending = self.attempt(&Branch::at(key.path.clone()), key, effect);
                self.settle(key, effect, ending)
            }
        }
    }

    /// Records how the effect ended, unless that is not known.
    pub(super) fn settle(&self, key: &Key, effect: &Effect, ending: Ending) -> Ending {
        let (ok, result, ending) = match ending {
            Ok(value) => {
                let value = self.mark_answer(effect, value);
                (true, pack(&value, &*self.vault), Ok(value))
            }
            Err(Trouble::Failed { operation, failure, attempts }) => {
                if operation.is_write() && failure.leaves_doubt() {
                    return Err(unknown_outcome(effect, &failure.to_string()).into());
                }
                let result = Recorded(failure.to_value());
                let trouble = match failure.is_credentials() {
                    true => credentials(&failure).into(),
                    false => Trouble::Failed { operation, failure, attempts },
                };
                (false, result, Err(trouble))
            }
            Err(Trouble::Unavailable(message)) => {
                (false, Recorded(map! { "message" => message.as_str() }), Err(Trouble::Unavailable(message)))
            }
            Err(stop) => return Err(stop),
        };
        self.append(&[Event::Outcome { key: key.clone(), at: self.world.now(), ok, result }])?;
        ending
    }

    /// Secrets in an answer must be marked before the record sees it.
    fn mark_answer(&self, effect: &Effect, mut value: Value) -> Value {
        if let Effect::Call { operation, .. } = effect {
            let learned = api::read_answer(operation, &mut value, &self.reading);
            if !learned.is_empty() {
                lock(&self.known).extend(learned);
            }
        }
        value
    }
}

fn text(recorded: &Recorded) -> String {
    to_json(&recorded.0).unwrap_or_default()
}

pub(super) fn describe(past: &Past) -> String {
    match past {
        Past::Effect { effect, .. } => text(effect),
        Past::Mark(mark) => format!("{mark:?}"),
    }
}

pub(super) fn diverged(key: &Key, recorded: &str, now: &str) -> Stop {
    Stop::Diverged { place: key.to_string(), recorded: recorded.to_owned(), now: now.to_owned() }
}

fn credentials(failure: &Failure) -> Stop {
    Stop::Credentials {
        what: format!("AWS does not accept these credentials: {failure}"),
        hint: "log in again (for SSO: aws sso login), or try --sandbox, which needs none".into(),
    }
}

fn unknown_outcome(effect: &Effect, why: &str) -> Stop {
    let what = match effect {
        Effect::Call { operation, .. } => operation.to_string(),
        _ => "an effect".into(),
    };
    Stop::OutcomeUnknown {
        what: format!("{what} was sent and nobody knows whether it took effect: {why}"),
        hint: "it was not sent again. Look at the resource before you run this once more".into(),
    }
}
