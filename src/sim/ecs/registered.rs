//! What a load balancer knows of tasks: the addresses that ECS registered at
//! target groups, and what their health checks find there. Not the words in
//! which ELB says it.

use super::super::Sim;
use super::pace::{Pace, after};
use super::service::Service;
use super::task::{Proof, Target, Task};
use crate::value::{Timestamp, Value};

/// One task at one target group.
pub struct Registered {
    /// The target group's ARN.
    pub group: String,
    pub address: String,
    pub port: i64,
    pub zone: String,
    pub health: Health,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Registered; no health check has passed or failed for good.
    Initial,
    Healthy,
    Unhealthy,
    /// Deregistered; its connections are not all gone.
    Draining,
}

/// Every target there is, in the order of services and tasks.
pub fn registered(sim: &Sim) -> Vec<Registered> {
    let services = sim.ecs.services.values();
    services.flat_map(|service| sim.ecs.tasks.of(&service.key()).flat_map(|task| targets(sim, service, task))).collect()
}

/// How long a target drains. The same at every group: the model of a task knows one.
pub fn deregistration_delay_seconds(sim: &Sim) -> i64 {
    sim.ecs.pace.deregistration_delay_ms / 1000
}

fn targets(sim: &Sim, service: &Service, task: &Task) -> Vec<Registered> {
    let Some(health) = health(task, sim.now, &sim.ecs.pace) else {
        return vec![];
    };
    let balancers = service.document.items("loadBalancers").iter();
    let target = |balancer: &Value| {
        Some(Registered {
            group: balancer.text("targetGroupArn")?.to_owned(),
            address: address(task)?.to_owned(),
            port: balancer.get("containerPort")?.as_int()?,
            zone: task.document.text("availabilityZone").to_owned(),
            health,
        })
    };
    balancers.filter_map(target).collect()
}

fn health(task: &Task, now: Timestamp, pace: &Pace) -> Option<Health> {
    match task.target {
        Target::None | Target::Unregistered => None,
        Target::Draining => Some(Health::Draining),
        Target::Registered if fails(task, now, pace) => Some(Health::Unhealthy),
        Target::Registered if task.awaits.contains(&Proof::TargetHealthy) => Some(Health::Initial),
        Target::Registered => Some(Health::Healthy),
    }
}

/// Nobody answers there any more, or not as the health checks want it. A target
/// that was never healthy is called unhealthy no sooner than it could be healthy.
fn fails(task: &Task, now: Timestamp, pace: &Pace) -> bool {
    let (Some(running_since), true) = (task.running_since, task.is_running() || task.is_draining()) else {
        return true;
    };
    let judged = pace.register_after_ms + pace.target_healthy_ms;
    task.fate.target.as_ref().is_some_and(|sickness| after(running_since, sickness.after_ms.max(judged)) <= now)
}

/// The private address of the task's network interface.
fn address(task: &Task) -> Option<&str> {
    let details = task.document.items("attachments").iter().flat_map(|attachment| attachment.items("details"));
    details.filter(|detail| detail.text("name") == Some("privateIPv4Address")).find_map(|detail| detail.text("value"))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::super::faults::Sickness;
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    /// The guide's world with one running task whose target will fail, its id
    /// and the moment since which it runs.
    fn sick(after_ms: i64) -> (Sim, String, Timestamp) {
        let mut sim = Sim::guide(1);
        let task = sim.ecs.tasks.all().find(|task| task.is_running()).expect("the guide's services run");
        let (id, since) = (task.id().to_owned(), task.running_since.expect("it runs"));
        sim.ecs.tasks.change(&id, |task| task.fate.target = Some(Sickness { after_ms }));
        (sim, id, since)
    }

    /// How its target is, so long after the task began to run.
    fn at(sim: &mut Sim, id: &str, since: Timestamp, milliseconds: i64) -> Vec<Health> {
        sim.now = since + SignedDuration::from_millis(milliseconds);
        let address = sim.ecs.tasks.get(id).and_then(address).expect("an address");
        registered(sim).iter().filter(|target| target.address == address).map(|target| target.health).collect()
    }

    #[test]
    fn a_target_whose_health_checks_fail_is_unhealthy_from_then_on() {
        let (mut sim, id, since) = sick(HOUR_MS);
        assert_eq!(at(&mut sim, &id, since, HOUR_MS - 1), [Health::Healthy]);
        assert_eq!(at(&mut sim, &id, since, HOUR_MS), [Health::Unhealthy]);
    }

    #[test]
    fn a_target_that_is_never_healthy_is_initial_first() {
        let (mut sim, id, since) = sick(0);
        sim.ecs.tasks.change(&id, |task| task.awaits = vec![Proof::TargetHealthy]);
        assert_eq!(at(&mut sim, &id, since, 20_000), [Health::Initial]);
        assert_eq!(at(&mut sim, &id, since, 36_000), [Health::Unhealthy]);
    }

    #[test]
    fn nobody_answers_for_a_task_that_has_stopped() {
        let (mut sim, id, since) = sick(HOUR_MS);
        sim.ecs.tasks.change(&id, |task| task.document.set("lastStatus", "STOPPED"));
        assert_eq!(at(&mut sim, &id, since, 60_000), [Health::Unhealthy]);
    }
}
