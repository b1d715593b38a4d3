//! For the tests of the crate: what no answer shows, and what no request arranges.

use super::super::Sim;
use super::task::Task;
pub use super::watch::Exits;
use crate::value::{Timestamp, Value};

pub fn count_exits(sim: &mut Sim, exits: Exits) {
    sim.ecs.exits = exits;
}

pub fn forget_last_good(sim: &mut Sim, key: &str) {
    sim.ecs.services.change(key, |service| service.last_good = None);
}

/// Where the newest wanted task, or the newest one that is not wanted, stands at
/// its target group.
pub fn targets_of(sim: &Sim, key: &str, wanted: bool) -> Option<String> {
    let tasks = sim.ecs.tasks.of(key).filter(|task| task.is_wanted() == wanted);
    tasks.max_by_key(|task| task.created()).map(|task| format!("{:?}", task.target))
}

/// The ids of a service's tasks that count as healthy.
pub fn healthy(sim: &Sim, key: &str) -> Vec<String> {
    sim.ecs.tasks.ids_of(key, Task::is_healthy)
}

/// What a service said after `since`, oldest first.
pub fn said<'a>(sim: &'a Sim, key: &str, since: Timestamp) -> Vec<(Timestamp, &'a str)> {
    let events = sim.ecs.services.get(key).map_or(&[][..], |service| &service.events);
    let told = events.iter().filter_map(|event| match event.get("createdAt") {
        Some(Value::Time(at)) if *at > since => Some((*at, event.text("message"))),
        _ => None,
    });
    let mut told: Vec<_> = told.collect();
    told.reverse();
    told
}
