//! The recorded side of the gate: answering from the record, and writing down
//! how an effect ended.

use super::branch::Branch;
use super::gate::{Ending, Gate};
use super::kind::Effect;
use super::record::{conceal_known, is_plain, pack, unpack};
use super::trouble::{Stop, Trouble};
use crate::api::{self, Failure, Operation};
use crate::journal::{Event, Key, Past, Recorded};
use crate::map;
use crate::value::{Value, to_json};

impl Gate {
    pub(super) fn past(&self, key: &Key) -> Option<&Past> {
        self.record.as_ref()?.past(key)
    }

    pub(super) fn answer_from(&self, branch: &Branch, past: &Past, key: &Key, now: &Recorded, effect: &Effect) -> Ending {
        let Past::Effect { effect: recorded, write, outcome } = past else {
            return Err(diverged(key, &describe(past), &text(now)).into());
        };
        if recorded != now {
            return Err(diverged(key, &text(recorded), &text(now)).into());
        }
        let broken = |what: &str| Trouble::from(Stop::Journal(format!("the record of effect {key} {what}")));
        match (outcome, effect) {
            (Some((true, result)), _) => {
                let value = unpack(result, &*self.vault).ok_or_else(|| broken("lacks a secret"))?;
                // Marked once more, to learn the same names as the first time.
                Ok(self.mark_answer(branch, effect, value))
            }
            (Some((false, result)), Effect::Call { operation, .. }) => {
                let failure = Failure::from_value(&result.0).ok_or_else(|| broken("holds an unknown failure"))?;
                let attempts = result.0.get(ATTEMPTS).and_then(Value::as_int).unwrap_or(1);
                Err(trouble_of(operation, failure, attempts as u32))
            }
            (Some((false, result)), _) => Err(Trouble::Unavailable(result.0.text("message").unwrap_or_default().to_owned())),
            (None, Effect::Call { operation, .. }) if *write => {
                Err(unknown_outcome(operation, "the run ended before the answer was recorded").into())
            }
            // A read that was cut off is simply done again; its intent stands.
            (None, _) => {
                let ending = self.attempt(branch, key, effect);
                self.settle(branch, key, effect, ending)
            }
        }
    }

    /// Records how the effect ended, unless that is not known.
    pub(super) fn settle(&self, branch: &Branch, key: &Key, effect: &Effect, ending: Ending) -> Ending {
        let (result, ending) = match ending {
            Ok(value) => return self.settle_well(key, self.mark_answer(branch, effect, value)),
            Err(Trouble::Failed { operation, failure, attempts }) => {
                let mut result = failure.to_value();
                if let Some(members) = result.as_map_mut() {
                    members.insert(ATTEMPTS.into(), Value::Int(attempts.into()));
                }
                (result, Err(trouble_of(operation, failure, attempts)))
            }
            Err(Trouble::Unavailable(message)) => (map! { "message" => message.as_str() }, Err(Trouble::Unavailable(message))),
            Err(stop) => return Err(stop),
        };
        self.append(&[self.outcome(key, false, Recorded(result))])?;
        ending
    }

    /// Most answers are recorded as they are and handed on without a copy.
    fn settle_well(&self, key: &Key, value: Value) -> Ending {
        if !is_plain(&value) {
            self.append(&[self.outcome(key, true, pack(&value, &*self.vault))])?;
            return Ok(value);
        }
        let event = self.outcome(key, true, Recorded(value));
        self.append(std::slice::from_ref(&event))?;
        match event {
            Event::Outcome { result, .. } => Ok(result.0),
            _ => unreachable!("it was made as an outcome"),
        }
    }

    fn outcome(&self, key: &Key, ok: bool, result: Recorded) -> Event {
        Event::Outcome { key: key.clone(), at: self.world.now(), ok, result }
    }

    /// Secrets in an answer must be marked before the record sees it: what its
    /// shape calls sensitive, and what this run knows to be one.
    fn mark_answer(&self, branch: &Branch, effect: &Effect, mut value: Value) -> Value {
        if let Effect::Call { operation, .. } = effect {
            branch.learn(api::read_answer(operation, &mut value, &self.reading));
            conceal_known(&mut value, &self.vault.long_ones());
        }
        value
    }
}

/// Beside a recorded failure: how many tries it took.
const ATTEMPTS: &str = "attempts";

/// What a failure means for the run, the first time and every time after.
fn trouble_of(operation: &'static Operation, failure: Failure, attempts: u32) -> Trouble {
    match failure.is_credentials() {
        true => credentials(&failure).into(),
        false => Trouble::Failed { operation, failure, attempts },
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

pub(super) fn unknown_outcome(operation: &Operation, why: &str) -> Stop {
    Stop::OutcomeUnknown {
        what: format!("{operation} was sent and nobody knows whether it took effect: {why}"),
        hint: "it was not sent again. Look at the resource before you run this once more".into(),
    }
}
