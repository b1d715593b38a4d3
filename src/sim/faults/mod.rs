//! What goes wrong on purpose: named faults of a scenario, each with whom it
//! strikes and when.
//!
//! The model of a service asks here and nowhere else: [`fate`] when a task is
//! launched, [`before`] and [`after`] around every request, [`due`] and
//! [`run_due`] for what happens by the clock.

mod buckets;
mod denied;
mod fate;
mod fault;
mod kinds;
mod others;
mod pattern;
mod requests;
mod scenario;
mod setting;
mod stale;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::Sim;
use super::dice::Dice;
use crate::api::Operation;
use crate::value::Timestamp;
#[cfg(test)]
pub use fate::Sickness;
pub use fate::{Crash, Fate, Launch, fate};
use fault::Armed;
pub use fault::Fault;
pub use kinds::{Kind, Member, Row, Strikes};
pub use others::{due, run_due};
pub use requests::{after, before};
pub use scenario::{Scenario, ScenarioError};
pub use setting::Takes;

/// A scenario in play.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    armed: Vec<Armed>,
    /// What others will do in the middle.
    plans: Vec<others::Plan>,
    past: stale::Past,
    /// Only where requests are throttled.
    buckets: Option<buckets::Buckets>,
    /// What every task meets that is launched from the definitions of a family
    /// whose name ends so, in the tests of the crate.
    #[cfg(test)]
    #[serde(skip)]
    pub forced: Vec<(String, Fate)>,
}

impl Faults {
    fn of(&mut self, kind: Kind) -> impl Iterator<Item = &mut Armed> {
        self.armed.iter_mut().filter(move |armed| armed.fault.kind == kind)
    }

    /// The first fault of one of these kinds that is about the request and
    /// strikes it.
    fn striking(&mut self, kinds: &[Kind], now: Timestamp, operation: &Operation) -> Option<&Fault> {
        let meant = |armed: &&mut Armed| kinds.contains(&armed.fault.kind) && requests::means(&armed.fault, operation);
        self.armed.iter_mut().filter(meant).find_map(|armed| armed.strikes(now).then_some(&armed.fault))
    }
}

/// From now on the faults of `scenario` are in the world, and those of the one
/// before are not. What has struck already stays so.
pub fn play(sim: &mut Sim, scenario: Scenario) {
    let Sim { now, dice, .. } = sim;
    let armed = scenario.faults.into_iter().map(|fault| Armed::new(fault, *now, Dice::new(dice.draw()))).collect();
    let buckets = scenario.throttle.then(buckets::Buckets::default);
    sim.faults = Faults { armed, buckets, ..Faults::default() };
    others::plan_by_the_clock(sim);
    stale::remember(sim);
}
