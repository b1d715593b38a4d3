//! Reads that show the world as it stood some time earlier. The world is kept
//! as it was after each write; a stale read takes the last one that is old
//! enough, lets its time pass up to the moment asked for, and answers from it.

use serde::{Deserialize, Serialize};

use super::super::{Answer, Sim};
use super::fault::Fault;
use super::kinds::Kind;
use crate::api::Operation;
use crate::value::{Timestamp, Value};

/// More writes than this within the time that reads are behind, and the oldest
/// that is left must do.
const KEPT: usize = 16;

/// Oldest first. Empty unless some fault wants it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Past(Vec<Sim>);

fn behind_ms(fault: &Fault) -> i64 {
    fault.span("by").unwrap_or(0)
}

fn earlier(now: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(now.as_millisecond().saturating_sub(milliseconds)).unwrap_or(Timestamp::MIN)
}

/// Keeps the world as it stands now, for as long as a read may want it.
pub fn remember(sim: &mut Sim) {
    let now = sim.now;
    let longest = sim.faults.of(Kind::StaleReads).filter(|armed| !armed.is_spent(now)).map(|armed| behind_ms(&armed.fault)).max();
    let Some(longest) = longest else {
        sim.faults.past.0.clear();
        return;
    };
    let mut past = std::mem::take(&mut sim.faults.past.0);
    past.push(sim.clone());
    let wanted = earlier(now, longest);
    let oldest = past.iter().rposition(|world| world.now <= wanted).unwrap_or(0);
    let beyond = past.len().saturating_sub(KEPT);
    past.drain(..oldest.max(beyond));
    sim.faults.past.0 = past;
}

/// The answer to a read that a fault strikes.
pub fn answer(sim: &mut Sim, operation: &'static Operation, request: &Value) -> Option<Answer> {
    let behind = behind_ms(sim.faults.striking(&[Kind::StaleReads], sim.now, operation)?);
    let wanted = earlier(sim.now, behind);
    let past = &sim.faults.past.0;
    let mut world = past.iter().rev().find(|world| world.now <= wanted).or(past.first())?.clone();
    world.advance(wanted);
    Some(world.answer(operation, request))
}
