//! Registering tasks at the service's target groups, taking them out again, and
//! seeing which tasks are unhealthy. All of it happens when the scheduler
//! looks, not when the task changes.

use super::super::Sim;
use super::events::Said;
use super::pace::after;
use super::service::Service;
use super::task::{Proof, Target, Task};
use crate::value::Timestamp;

/// Registers what runs; whether there was anything to do.
pub fn register(sim: &mut Sim, service: &mut Service) -> bool {
    let (now, pace, dice) = (sim.now, &sim.ecs.pace, &mut sim.dice);
    let ready = |task: &Task| task.target == Target::Unregistered && task.is_wanted() && task.is_running();
    let arrived = sim.ecs.tasks.ids_of(&service.key(), ready);
    for id in &arrived {
        let phase = dice.below(pace.target_interval_ms.max(1) as u64) as i64;
        sim.ecs.tasks.change(id, |task| task.register_target(now, pace, phase));
    }
    say(sim, service, arrived.len(), |count, group| Said::Registered(count, group))
}

/// Takes out the tasks that stopped or were stopped at an earlier look. Those
/// whose containers still run drain from now on.
pub fn deregister(sim: &mut Sim, service: &mut Service) -> bool {
    let (now, delay) = (sim.now, sim.ecs.pace.deregistration_delay_ms);
    let mut count = 0;
    let mut draining: Vec<(String, usize)> = vec![];
    for id in sim.ecs.tasks.ids_of(&service.key(), |task| !task.is_wanted() && task.target.is_registered()) {
        count += 1;
        let deployment = sim.ecs.tasks.change(&id, |task| task.deregister_target(now, delay)).flatten();
        let Some(deployment) = deployment else {
            continue;
        };
        match draining.iter_mut().find(|(known, _)| *known == deployment) {
            Some((_, count)) => *count += 1,
            None => draining.push((deployment, 1)),
        }
    }
    let any = say(sim, service, count, |count, group| Said::Deregistered(count, group));
    for (deployment, count) in draining {
        service.say(now, &mut sim.dice, &Said::Draining(&deployment, count));
    }
    any
}

/// One event for each target group.
fn say(sim: &mut Sim, service: &mut Service, count: usize, said: fn(usize, &str) -> Said) -> bool {
    if count > 0 {
        for group in service.target_groups() {
            service.say(sim.now, &mut sim.dice, &said(count, &group));
        }
    }
    count > 0
}

impl Service {
    /// A task's failing checks are looked at from then on.
    fn grace_end(&self, task: &Task) -> Option<Timestamp> {
        task.running_since.map(|since| after(since, self.grace_ms()))
    }
}

/// Sees which tasks have become unhealthy, and says so: they are replaced at the
/// next look.
pub fn condemn(sim: &mut Sim, service: &mut Service) -> bool {
    let now = sim.now;
    let due = |task: &Task| is_sick(task) && service.grace_end(task).is_some_and(|end| end <= now);
    let sick = sim.ecs.tasks.ids_of(&service.key(), due);
    for id in &sick {
        let proof = sim.ecs.tasks.change(id, |task| {
            task.condemned = true;
            task.sick
        });
        match (proof.flatten(), service.target()) {
            (Some(Proof::TargetHealthy), Some((group, port))) => {
                service.say(now, &mut sim.dice, &Said::SickTarget(id, port, &group));
            }
            _ => service.say(now, &mut sim.dice, &Said::SickContainer(id)),
        }
    }
    !sick.is_empty()
}

fn is_sick(task: &Task) -> bool {
    task.sick.is_some() && !task.condemned && task.is_wanted()
}

/// When the next of the unhealthy tasks that are not looked at yet will be.
pub fn next_condemned(sim: &Sim, service: &Service) -> Option<Timestamp> {
    let sick = sim.ecs.tasks.alive_of(&service.key()).filter(|task| is_sick(task));
    sick.filter_map(|task| service.grace_end(task)).min()
}
