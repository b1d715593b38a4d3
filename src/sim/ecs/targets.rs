//! Registering tasks at the service's target groups, and taking them out again.
//! Both happen when the scheduler looks, not when the task changes.

use super::super::Sim;
use super::events::Said;
use super::pace::after;
use super::service::Service;
use super::task::{Target, Task};

/// Registers what has run for long enough; whether there was anything to do.
pub fn register(sim: &mut Sim, service: &mut Service) -> bool {
    let (now, pace) = (sim.now, sim.ecs.pace.clone());
    let ready = |task: &Task| {
        let since = task.running_since.filter(|_| task.is_wanted() && task.is_running());
        task.target == Target::Unregistered && since.is_some_and(|since| after(since, pace.register_after_ms) <= now)
    };
    let arrived = sim.ecs.tasks.ids_of(&service.key(), ready);
    for id in &arrived {
        sim.ecs.tasks.change(id, |task| task.register_target(now, &pace));
    }
    say(sim, service, arrived.len(), |count, group| Said::Registered(count, group))
}

/// Takes out the tasks that were stopped at an earlier look: they drain from now on.
pub fn deregister(sim: &mut Sim, service: &mut Service) -> bool {
    let (now, pace) = (sim.now, sim.ecs.pace.clone());
    let mut leaving: Vec<(String, usize)> = vec![];
    for id in sim.ecs.tasks.ids_of(&service.key(), |task| task.is_draining() && task.target == Target::Registered) {
        let deployment = sim.ecs.tasks.change(&id, |task| {
            task.deregister_target(now, &pace);
            task.deployment.clone()
        });
        let deployment = deployment.unwrap_or_default();
        match leaving.iter_mut().find(|(known, _)| *known == deployment) {
            Some((_, count)) => *count += 1,
            None => leaving.push((deployment, 1)),
        }
    }
    let count = leaving.iter().map(|(_, count)| count).sum();
    let any = say(sim, service, count, |count, group| Said::Deregistered(count, group));
    for (deployment, count) in leaving {
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
