//! The live side of the gate: doing an effect, and for calls, trying again.

use std::time::Duration;

use super::branch::Branch;
use super::gate::{Ending, Gate};
use super::kind::Effect;
use super::recall::unknown_outcome;
use super::settle::Settled;
use super::trouble::{Stop, Trouble};
use super::{local, outside};
use crate::api::{self, AwsError, Failure, Operation};
use crate::journal::{Event, Key, Recorded};
use crate::value::{Origin, Secret, Timestamp, Value};

impl Gate {
    pub(super) fn attempt(&self, branch: &Branch, key: &Key, effect: &Effect) -> Ending {
        match effect {
            Effect::Call { operation, request } => self.send(branch, key, operation, request),
            Effect::Sleep(duration) => Ok(self.world.sleep(branch.path(), *duration, &self.cancel).map(|()| Value::Null)?),
            Effect::Now => Ok(Value::Time(self.world.now())),
            Effect::Alive => Ok(Value::Int(self.alive().as_millis() as i64)),
            Effect::Token => Ok(Value::from(uuid(self.world.dice(key)))),
            Effect::Environment { name, secret } => {
                Ok(outside::variable(name).map(|text| text_or_secret(text, *secret, Origin::Environment(name.clone()))).into())
            }
            Effect::ReadFile { path, secret, optional } => local::read_file(path, *secret, *optional),
            Effect::WriteFile { path, content } => self.write_file(path, content),
            Effect::Reveal { name, secret } => self.reveal(name, secret),
            Effect::Ask { question, secret, otherwise } => self.ask(question, *secret, otherwise.as_deref()),
            Effect::Confirm { question } => {
                let answer = self.confirm(question);
                self.cancel.check()?;
                Ok(Value::Bool(answer))
            }
            Effect::Look { shown, .. } => Ok(shown.clone()),
            Effect::Join { ends } => Ok(ends.clone()),
        }
    }

    fn ask(&self, question: &str, secret: bool, otherwise: Option<&str>) -> Ending {
        if let Some(otherwise) = otherwise.filter(|_| !self.console.is_terminal()) {
            return Ok(Value::from(otherwise));
        }
        if !self.console.is_terminal() {
            let hint = "there is no terminal to ask at: give the answer as a param".into();
            return Err(Stop::Refused { what: format!("the runbook asks \"{question}\""), hint }.into());
        }
        let answer = self.console.ask(question, secret).ok_or(Stop::Interrupted)?;
        let answer = otherwise.filter(|_| answer.trim().is_empty()).map_or(answer, str::to_owned);
        Ok(text_or_secret(answer, secret, Origin::Prompt))
    }

    /// Where nobody can answer, having typed the command is the answer: what
    /// must not happen unattended is protected instead.
    fn confirm(&self, question: &str) -> bool {
        if self.console.assume_yes() || !self.console.is_terminal() {
            return true;
        }
        let answer = self.console.ask(&format!("{question} [y/N]"), false).unwrap_or_default();
        matches!(answer.trim(), "y" | "Y" | "yes")
    }

    fn send(&self, branch: &Branch, key: &Key, operation: &'static Operation, request: &Value) -> Ending {
        let mut looked = false;
        loop {
            let (failure, attempts) = match self.try_to_send(branch, key, operation, request)? {
                Sent::Answered(answer) => return Ok(answer),
                Sent::InDoubt(failure, attempts) => (failure, attempts),
            };
            let why = failure.to_string();
            let sent = self.now();
            if self.cancel.is_stopped() || looked {
                return Err(self.in_doubt(operation, request, sent, &why));
            }
            match self.settle_write(branch, key, (operation, request), sent, &why)? {
                Settled::Answer(answer) => return Ok(answer),
                // Whoever says that it may be sent twice need not know whether it was.
                Settled::SendAgain if operation.is_http() => {
                    return Err(Trouble::Failed { operation, failure, attempts });
                }
                // Every try that may be made without a look was made.
                Settled::SendAgain => return Err(unknown_outcome(operation, request, sent, &why).into()),
                Settled::Absent => self.intend_again(branch, key, &Effect::Call { operation, request: request.clone() })?,
            }
            looked = true;
        }
    }

    /// The write at `key` is known not to have happened and is about to be
    /// tried anew.
    pub(super) fn intend_again(&self, branch: &Branch, key: &Key, effect: &Effect) -> Result<(), Stop> {
        self.check(branch, effect)?;
        let at = self.now();
        let why = "a look showed that it did not happen".into();
        let withdrawn = Event::Withdrawn { key: key.clone(), at, why };
        let effect = effect.signature(&self.vault);
        self.append(&[withdrawn, Event::Intent { key: key.clone(), at, write: true, effect }])
    }

    /// Tries until there is an answer, or a failure that settles the call, or
    /// doubt that another try cannot end.
    fn try_to_send(&self, branch: &Branch, key: &Key, operation: &'static Operation, request: &Value) -> Result<Sent, Trouble> {
        // Once an answer was lost, no later refusal proves that nothing happened.
        let mut doubt = None;
        let mut number = 1;
        loop {
            let failure = match self.world.call(operation, request, &self.cancel)? {
                Ok(answer) => return Ok(Sent::Answered(answer)),
                Err(failure) => self.redacted(failure),
            };
            if failure.leaves_doubt() && operation.is_write() {
                doubt.get_or_insert_with(|| failure.clone());
            }
            if self.cancel.is_stopped() || !self.retry.again(operation, &failure, number) {
                return match doubt {
                    Some(first) => Ok(Sent::InDoubt(first, number)),
                    None => Err(Trouble::Failed { operation, failure, attempts: number }),
                };
            }
            let wait = self.retry.wait(number, self.world.dice(key) as f64 / u64::MAX as f64);
            self.note_attempt(key, number, &failure, wait)?;
            if let Err(stop) = self.world.sleep(branch.path(), wait, &self.cancel) {
                return doubt.map_or(Err(stop.into()), |first| Ok(Sent::InDoubt(first, number)));
            }
            number += 1;
        }
    }

    /// A write that may have happened. What can safely be sent again is simply
    /// left open when the run was interrupted; anything else must be said.
    fn in_doubt(&self, operation: &'static Operation, request: &Value, sent: Timestamp, why: &str) -> Trouble {
        match (self.cancel.reason(), operation.effect) {
            (Some(stop), api::Effect::Write(settle)) if settle.may_send_again() => stop.into(),
            _ => unknown_outcome(operation, request, sent, why).into(),
        }
    }

    fn note_attempt(&self, key: &Key, number: u32, failure: &Failure, wait: Duration) -> Result<(), Stop> {
        let failure = Recorded(failure.to_value());
        let wait_ms = wait.as_millis() as u64;
        self.append(&[Event::Attempt { key: key.clone(), number, at: self.world.now(), failure, wait_ms }])
    }

    /// AWS likes to quote what it refuses.
    pub(super) fn redacted(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Answered(error) => Failure::Answered(AwsError { message: self.vault.redact(error.message), ..error }),
            other => other,
        }
    }
}

/// What came of sending a request.
enum Sent {
    Answered(Value),
    /// A write that may have happened or not: the failure that left the doubt,
    /// and the tries.
    InDoubt(Failure, u32),
}

pub(super) fn text_or_secret(text: String, secret: bool, origin: Origin) -> Value {
    match secret {
        true => Value::Secret(Secret::new(text, origin)),
        false => Value::from(text),
    }
}

/// A random id in the form of a version 4 UUID, from 64 random bits.
fn uuid(dice: u64) -> String {
    let mut random = fastrand::Rng::with_seed(dice);
    let bits = random.u128(..);
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
