//! What a run leaves as it found it though it is cut short: writes that a script
//! named beforehand, sent once after its last word. A run that goes on later
//! goes its own way: they stand in the record, and answer nothing in it.

use super::branch::Branch;
use super::cancel::Cancel;
use super::gate::{Gate, lock};
use super::kind::Effect;
use super::recall::trouble_of;
use super::trouble::{Stop, Trouble};
use crate::api::{self, Operation};
use crate::journal::{Event, Key, Mark, Recorded, StreamPath};
use crate::value::Value;

/// One such write, and what is said once it is done.
pub struct Parting {
    operation: &'static Operation,
    request: Value,
    said: String,
}

/// No `parallel` has so many forks.
const STREAM: (u32, u32) = (u32::MAX, 0);

impl Gate {
    /// From here on the write is sent if the run is cut short. It must be one
    /// that can be sent twice.
    pub fn part_with(
        &self,
        branch: &Branch,
        operation: &'static Operation,
        mut request: Value,
        said: String,
    ) -> Result<(), Trouble> {
        api::validate(operation, &mut request, &branch.known()).map_err(|faults| Trouble::Invalid { operation, faults })?;
        self.guard.check(operation, &request, self.account.get().map(String::as_str))?;
        lock(&self.partings).push(Parting { operation, request, said });
        Ok(())
    }

    /// Nothing is left to be put back.
    pub fn part_with_nothing(&self) {
        lock(&self.partings).clear();
    }

    /// Sends what was named, each once, whatever stopped the run; what could not
    /// be sent is said.
    pub fn part(&self) {
        let partings = std::mem::take(&mut *lock(&self.partings));
        // Who ended once does nothing more, and nobody writes unasked where a person must be asked.
        if self.record.as_ref().is_some_and(|record| record.is_finished()) || !self.may_write() {
            return;
        }
        for (number, parting) in partings.into_iter().enumerate() {
            let said = match self.send_parting(&parting, number as u64 * 2) {
                Ok(()) => Mark::Said(parting.said),
                Err(problem) => Mark::Warned(format!("this could not be put back as it was: {} ({problem})", parting.operation)),
            };
            // There is nobody left to tell that it cannot be recorded.
            let _ = self.say_aside(number as u64 * 2 + 1, said);
        }
    }

    fn may_write(&self) -> bool {
        self.guard.protection.as_ref().is_none_or(|protection| self.is_lifted(protection))
    }

    fn send_parting(&self, parting: &Parting, number: u64) -> Result<(), String> {
        let (key, at) = (self.aside(number), self.now());
        let effect = Effect::Call { operation: parting.operation, request: parting.request.clone() };
        let intent = Event::Intent { key: key.clone(), at, write: true, effect: effect.signature(&self.vault) };
        let recorded = |stop: Stop| stop.to_string();
        self.begin_aside(&key, intent).map_err(recorded)?;
        let answer = self.try_parting(parting);
        let (ok, result) = match &answer {
            Ok(answer) => (true, answer.clone()),
            Err(problem) => (false, crate::map! { "message" => problem.as_str() }),
        };
        let outcome = Event::Outcome { key: key.clone(), at: self.now(), ok, result: Recorded(result) };
        self.append(&[outcome, self.withdrawn(&key)]).map_err(recorded)?;
        answer.map(drop)
    }

    /// The run's own cancel has done its work: this one has its own.
    fn try_parting(&self, parting: &Parting) -> Result<Value, String> {
        let cancel = Cancel::default();
        let mut number = 1;
        loop {
            let failure = match self.world.call(parting.operation, &parting.request, &cancel).map_err(|stop| stop.to_string())? {
                Ok(answer) => return Ok(answer),
                Err(failure) => self.redacted(failure),
            };
            if number == TRIES || !self.retry.again(parting.operation, &failure, number) {
                return Err(match trouble_of(parting.operation, failure, number) {
                    Trouble::Stop(stop) => stop.to_string(),
                    Trouble::Failed { failure, .. } => failure.to_string(),
                    Trouble::Unavailable(why) => why,
                    Trouble::Invalid { .. } => "it cannot be asked like that".into(),
                });
            }
            cancel.sleep(self.retry.wait(number, 0.5)).map_err(|stop| stop.to_string())?;
            number += 1;
        }
    }

    fn say_aside(&self, number: u64, mark: Mark) -> Result<(), Stop> {
        let key = self.aside(number);
        let mark = mark.map_text(|text| self.vault.redact(text));
        self.begin_aside(&key, Event::Mark { key: key.clone(), at: self.now(), mark })?;
        self.append(&[self.withdrawn(&key)])
    }

    fn aside(&self, number: u64) -> Key {
        Key { path: StreamPath::default().item(STREAM.0, STREAM.1), number }
    }

    /// One that was cut off itself last time begins anew.
    fn begin_aside(&self, key: &Key, event: Event) -> Result<(), Stop> {
        if self.past(key).is_some() {
            self.append(&[self.withdrawn(key)])?;
        }
        self.append(&[event])
    }

    fn withdrawn(&self, key: &Key) -> Event {
        Event::Withdrawn { key: key.clone(), at: self.now(), why: "it belongs to how the run was cut short".into() }
    }
}

/// A person waits for the prompt.
const TRIES: u32 = 3;
