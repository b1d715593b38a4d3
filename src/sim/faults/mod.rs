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
#[cfg(test)]
pub use fate::Sickness;
pub use fate::{Crash, Fate, Launch};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Faults {
    /// What every task meets that is launched from the definitions of a family
    /// whose name ends so, in the tests of the crate.
    #[cfg(test)]
    #[serde(skip)]
    pub forced: Vec<(String, Fate)>,
}

/// What is in store for a task that is about to be launched.
pub fn fate(_sim: &mut Sim, _launch: &Launch) -> Fate {
    #[cfg(test)]
    if let Some(fate) = forced(_sim, _launch) {
        return fate;
    }
    Fate::default()
}

#[cfg(test)]
fn forced(sim: &Sim, launch: &Launch) -> Option<Fate> {
    let definition = launch.definition.text("taskDefinitionArn");
    let mut forced = sim.faults.forced.iter();
    forced.find(|(end, _)| definition.ends_with(end.as_str())).map(|(_, fate)| fate.clone())
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
