//! What the users of a service ask of it, and how busy that keeps its tasks. AWS
//! shows none of it but as metrics: the demand is told in what whole tasks could
//! do, and a task that runs bears its even share.
//!
//! A course of steps: nothing is sampled, and any moment of the last days can be
//! asked about.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Sim, cloudwatch, ecs, scaling};
use crate::value::Timestamp;

/// How long the past is kept.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(15 * 24);

/// What is measured of a service's tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    /// In percent, on average.
    Cpu,
    /// In percent, on average.
    Memory,
    /// In a minute, for each task.
    Requests,
}

/// What a service has to bear, all its tasks together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// How many tasks it would keep wholly busy.
    pub cpu: f64,
    /// How many tasks it would fill.
    pub memory: f64,
    pub requests_a_minute: f64,
}

impl Default for Load {
    fn default() -> Load {
        Load { cpu: 0.2, memory: 0.3, requests_a_minute: 60.0 }
    }
}

/// From a moment on, until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Step {
    at: Timestamp,
    running: i64,
    load: Load,
}

/// By `cluster/service`; oldest first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Loads(BTreeMap<String, Vec<Step>>);

impl Sim {
    /// How busy the tasks of a service (`cluster/service`) are now; nothing when
    /// none runs.
    pub fn utilization(&self, service: &str, what: Gauge) -> Option<f64> {
        self.utilization_at(service, what, self.now)
    }

    /// The same at a moment that is past.
    pub fn utilization_at(&self, service: &str, what: Gauge, at: Timestamp) -> Option<f64> {
        let steps = self.loads.0.get(service)?;
        let step = steps[..steps.partition_point(|step| step.at <= at)].last()?;
        let share = |demand: f64| demand / step.running as f64;
        let percent = |demand: f64| (share(demand) * 100.0).min(100.0);
        (step.running > 0).then(|| match what {
            Gauge::Cpu => percent(step.load.cpu),
            Gauge::Memory => percent(step.load.memory),
            Gauge::Requests => share(step.load.requests_a_minute),
        })
    }
}

/// What a service had to bear at a moment that is past, and how many tasks bore
/// it.
pub fn at(sim: &Sim, service: &str, at: Timestamp) -> Option<(Load, i64)> {
    let steps = sim.loads.0.get(service)?;
    let step = steps[..steps.partition_point(|step| step.at <= at)].last()?;
    Some((step.load, step.running))
}

/// What a service has to bear now.
pub fn load(sim: &Sim, service: &str) -> Load {
    sim.loads.0.get(service).and_then(|steps| Some(steps.last()?.load)).unwrap_or_default()
}

/// From now on it bears this.
pub fn set(sim: &mut Sim, service: &str, load: Load) {
    let running = ecs::running(sim, service);
    step(sim, service, running, load);
}

/// A task of the service may have begun or ceased to run.
pub fn tasks_changed(sim: &mut Sim, service: &str) {
    let running = ecs::running(sim, service);
    let load = load(sim, service);
    step(sim, service, running, load);
}

fn step(sim: &mut Sim, service: &str, running: i64, load: Load) {
    let (at, steps) = (sim.now, sim.loads.0.entry(service.to_owned()).or_default());
    if steps.last().is_some_and(|last| (last.running, last.load) == (running, load)) {
        return;
    }
    steps.retain(|step| step.at < at);
    let kept = steps.partition_point(|step| step.at <= at - REMEMBERED);
    // The one before still says how it was until the next.
    steps.drain(..kept.saturating_sub(1));
    steps.push(Step { at, running, load });
    cloudwatch::wake(sim, at);
    scaling::wake(sim, service);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    const WALLET: &str = "nest-wallet-cluster/nest-wallet-service";

    #[test]
    fn more_tasks_bear_less_each_and_no_task_bears_nothing() {
        let mut sim = Sim::guide(1);
        set(&mut sim, WALLET, Load { cpu: 1.5, memory: 3.0, requests_a_minute: 900.0 });
        let before = sim.now;
        assert_eq!(sim.utilization(WALLET, Gauge::Cpu), Some(75.0));
        assert_eq!(sim.utilization(WALLET, Gauge::Memory), Some(100.0), "no task is more than full");
        assert_eq!(sim.utilization(WALLET, Gauge::Requests), Some(450.0));
        let count = |count: i64| {
            map! { "cluster" => "nest-wallet-cluster", "service" => "nest-wallet-service", "desiredCount" => count }
        };
        ecs::handle(&mut sim, "update_service", &count(3)).unwrap().unwrap();
        sim.advance(before + SignedDuration::from_mins(5));
        assert_eq!(sim.utilization(WALLET, Gauge::Cpu), Some(50.0));
        assert_eq!(sim.utilization_at(WALLET, Gauge::Cpu, before), Some(75.0), "as it was then");
        ecs::handle(&mut sim, "update_service", &count(0)).unwrap().unwrap();
        sim.advance(before + SignedDuration::from_mins(10));
        assert_eq!(sim.utilization(WALLET, Gauge::Cpu), None);
        assert_eq!(sim.utilization("nest-wallet-cluster/nobody", Gauge::Cpu), None);
    }

    #[test]
    fn the_past_is_forgotten_but_for_what_still_holds() {
        let mut sim = Sim::guide(1);
        set(&mut sim, WALLET, Load { cpu: 1.0, ..Load::default() });
        let then = sim.now;
        sim.advance(then + SignedDuration::from_hours(20 * 24));
        set(&mut sim, WALLET, Load { cpu: 2.0, ..Load::default() });
        assert_eq!(sim.loads.0[WALLET].len(), 2);
        assert_eq!(sim.utilization_at(WALLET, Gauge::Cpu, sim.now - SignedDuration::from_hours(24)), Some(50.0));
    }
}
