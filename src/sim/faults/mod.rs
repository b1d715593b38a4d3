//! What goes wrong on purpose: named faults of a scenario, each with whom it
//! strikes and when.
//!
//! The model of a service asks here and nowhere else: [`fate`] when a task is
//! launched, [`before`] and [`after`] around every request, [`due`] and
//! [`run_due`] for what happens by the clock.

mod fate;

use serde::{Deserialize, Serialize};

use super::{Answer, Sim};
use crate::api::Operation;
use crate::value::{Timestamp, Value};
pub use fate::{Crash, Fate, Launch, Sickness};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Faults {}

/// What is in store for a task that is about to be launched.
pub fn fate(_sim: &mut Sim, _launch: &Launch) -> Fate {
    Fate::default()
}

/// The answer to a request that never reaches the model.
pub fn before(_sim: &mut Sim, _operation: &'static Operation, _request: &Value) -> Option<Answer> {
    None
}

/// What becomes of the model's answer on its way back.
pub fn after(_sim: &mut Sim, _operation: &'static Operation, answer: Answer) -> Answer {
    answer
}

pub fn due(_sim: &Sim) -> Option<Timestamp> {
    None
}

pub fn run_due(_sim: &mut Sim) {}
