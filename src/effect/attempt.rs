//! The live side of the gate: doing an effect, and for calls, trying again.

use std::time::Duration;

use super::branch::Branch;
use super::gate::{Ending, Gate};
use super::kind::Effect;
use super::outside;
use super::trouble::{Stop, Trouble};
use crate::api::{Failure, Operation};
use crate::journal::{Event, Key, Recorded};
use crate::value::{Origin, Secret, Value};

impl Gate {
    pub(super) fn attempt(&self, branch: &Branch, key: &Key, effect: &Effect) -> Ending {
        match effect {
            Effect::Call { operation, request } => self.send(branch, key, operation, request),
            Effect::Sleep(duration) => Ok(self.world.sleep(branch.path(), *duration, &self.cancel).map(|()| Value::Null)?),
            Effect::Now => Ok(Value::Time(self.world.now())),
            Effect::Token => Ok(Value::Text(uuid(self.world.dice(key)))),
            Effect::Environment { name, secret } => {
                Ok(outside::variable(name).map(|text| text_or_secret(text, *secret, Origin::Environment(name.clone()))).into())
            }
            Effect::ReadFile { path, secret } => outside::read_text(std::path::Path::new(path))
                .map(|text| text_or_secret(text, *secret, Origin::File(path.clone())))
                .map_err(|error| Trouble::Unavailable(format!("cannot read {path}: {error}"))),
            Effect::Ask { question, secret } => self.ask(question, *secret),
            Effect::Confirm { question } => Ok(Value::Bool(self.confirm(question))),
            Effect::Look { shown, .. } => Ok(shown.clone()),
            Effect::Join { ends } => Ok(ends.clone()),
        }
    }

    fn ask(&self, question: &str, secret: bool) -> Ending {
        if !self.console.is_terminal() {
            let hint = "there is no terminal to ask at: give the answer as a param".into();
            return Err(Stop::Refused { what: format!("the runbook asks \"{question}\""), hint }.into());
        }
        let answer = self.console.ask(question, secret).ok_or(Stop::Interrupted)?;
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
        let mut number = 1;
        loop {
            let failure = match self.world.call(operation, request, &self.cancel)? {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if !self.retry.again(operation, &failure, number) {
                return Err(Trouble::Failed { operation, failure, attempts: number });
            }
            let wait = self.retry.wait(number, self.world.dice(key) as f64 / u64::MAX as f64);
            self.note_attempt(key, number, &failure, wait)?;
            self.world.sleep(branch.path(), wait, &self.cancel)?;
            number += 1;
        }
    }

    fn note_attempt(&self, key: &Key, number: u32, failure: &Failure, wait: Duration) -> Result<(), Stop> {
        let failure = Recorded(failure.to_value());
        let wait_ms = wait.as_millis() as u64;
        self.append(&[Event::Attempt { key: key.clone(), number, at: self.world.now(), failure, wait_ms }])
    }
}

fn text_or_secret(text: String, secret: bool, origin: Origin) -> Value {
    match secret {
        true => Value::Secret(Secret::new(text, origin)),
        false => Value::Text(text),
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
