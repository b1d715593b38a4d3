//! What a load balancer knows of tasks: the addresses that ECS registered at
//! target groups, and what their health checks find there. Not the words in
//! which ELB says it.

use serde::{Deserialize, Serialize};

use super::super::Sim;
use super::service::Service;
use super::task::{Target, Task};
use crate::value::Value;

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
    services.flat_map(|service| sim.ecs.tasks.of(&service.key()).flat_map(|task| targets(service, task))).collect()
}

/// How many targets of one service its load balancers know, and how they are;
/// those that drain count no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetCounts {
    pub initial: i64,
    pub healthy: i64,
    pub unhealthy: i64,
}

impl TargetCounts {
    pub fn all(self) -> i64 {
        self.initial + self.healthy + self.unhealthy
    }
}

/// Nothing for a service without target groups.
pub fn target_counts(sim: &Sim, key: &str) -> Option<TargetCounts> {
    let service = sim.ecs.services.get(key)?;
    if service.document.items("loadBalancers").is_empty() {
        return None;
    }
    let mut counts = TargetCounts::default();
    for health in sim.ecs.tasks.alive_of(key).filter_map(health) {
        match health {
            Health::Initial => counts.initial += 1,
            Health::Healthy => counts.healthy += 1,
            Health::Unhealthy => counts.unhealthy += 1,
            Health::Draining => {}
        }
    }
    Some(counts)
}

/// How long a target drains. The same at every group: the model of a task knows one.
pub fn deregistration_delay_seconds(sim: &Sim) -> i64 {
    sim.ecs.pace.deregistration_delay_ms / 1000
}

fn targets(service: &Service, task: &Task) -> Vec<Registered> {
    let Some(health) = health(task) else {
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

fn health(task: &Task) -> Option<Health> {
    match task.target {
        Target::None | Target::Unregistered => None,
        Target::Draining => Some(Health::Draining),
        // Nobody answers there any more.
        _ if !task.is_running() && !task.is_draining() => Some(Health::Unhealthy),
        Target::Initial => Some(Health::Initial),
        Target::Healthy => Some(Health::Healthy),
        Target::Unhealthy => Some(Health::Unhealthy),
    }
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

    /// The guide's world and the id of one task that runs.
    fn running() -> (Sim, String) {
        let sim = Sim::guide(1);
        let id = sim.ecs.tasks.all().find(|task| task.is_running()).expect("the guide's services run").id().to_owned();
        (sim, id)
    }

    fn health_of(sim: &Sim, id: &str) -> Vec<Health> {
        let address = sim.ecs.tasks.get(id).and_then(address).expect("an address");
        registered(sim).iter().filter(|target| target.address == address).map(|target| target.health).collect()
    }

    #[test]
    fn a_target_whose_health_checks_fail_is_unhealthy_from_then_on() {
        let (mut sim, _) = running();
        let wallet = "service:nest-wallet-service";
        sim.faults
            .forced
            .push((":41".into(), crate::sim::faults::Fate { target: Some(Sickness { after_ms: 0 }), ..Default::default() }));
        let old: Vec<String> = sim.ecs.tasks.all().map(|task| task.id().to_owned()).collect();
        let request =
            crate::map! { "cluster" => "nest-wallet-cluster", "service" => "nest-wallet-service", "forceNewDeployment" => true };
        super::super::handle(&mut sim, "update_service", &request).unwrap().unwrap();
        let mut seen = vec![];
        for _ in 0..60 {
            sim.advance(sim.now + SignedDuration::from_secs(5));
            let fresh =
                sim.ecs.tasks.all().find(|task| task.document.text("group") == wallet && !old.contains(&task.id().to_owned()));
            let health = fresh.map(|task| health_of(&sim, task.id())).unwrap_or_default();
            if seen.last() != Some(&health) {
                seen.push(health);
            }
        }
        assert!(seen.windows(2).any(|pair| pair == [vec![Health::Initial], vec![Health::Unhealthy]]), "{seen:?}");
    }

    #[test]
    fn nobody_answers_for_a_task_that_has_stopped() {
        let (mut sim, id) = running();
        assert_eq!(health_of(&sim, &id), [Health::Healthy]);
        sim.ecs.tasks.change(&id, |task| task.status = super::super::status::Status::Stopped);
        assert_eq!(health_of(&sim, &id), [Health::Unhealthy]);
    }
}
