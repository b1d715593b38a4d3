//! The scheduler's look at one service, about every ten seconds: what it
//! registers, starts and stops, and when it calls a deployment completed.

use super::super::Sim;
use super::super::rules::capacity::{Counts, Plan};
use super::events::Said;
use super::pace::after;
use super::service::Service;
use super::task::Task;
use super::{deployments, launch, rollouts, targets};
use crate::value::Value;

pub fn tick(sim: &mut Sim, key: &str) {
    // Taken out while it is worked on: its tasks stand beside it in the same state.
    let Some(mut service) = sim.ecs.services.take(key) else {
        return;
    };
    rollouts::begin(&mut service, sim.now);
    let mut acted = targets::deregister(sim, &mut service);
    acted |= targets::register(sim, &mut service);
    acted |= carry_out(sim, &mut service);
    ask_counts(sim, &mut service);
    deployments::retire(sim, &mut service);
    if acted {
        service.steady_at = None;
    } else if is_settled(sim, &service) {
        settle(sim, &mut service);
    }
    service.tick_at = match service.steady_at {
        Some(steady_at) if service.deployments.len() == 1 => after(steady_at, sim.ecs.pace.steady_again_ms),
        _ => sim.ecs.pace.next_tick(sim.now),
    };
    sim.ecs.services.put(key, service);
}

fn wanted<'a>(sim: &'a Sim, service: &Service) -> impl Iterator<Item = &'a Task> {
    sim.ecs.tasks.of(&service.key()).filter(|task| task.is_wanted())
}

fn count(sim: &Sim, service: &Service) -> Counts {
    let mut counts = Counts::default();
    for task in wanted(sim, service) {
        let count = match (task.deployment == service.primary_id(), task.is_healthy()) {
            (true, true) => &mut counts.new_healthy,
            (true, false) => &mut counts.new_unhealthy,
            (false, true) => &mut counts.old_healthy,
            (false, false) => &mut counts.old_unhealthy,
        };
        *count += 1;
    }
    counts
}

/// Starts and stops what the rules say; whether there was anything to do.
fn carry_out(sim: &mut Sim, service: &mut Service) -> bool {
    let plan = service.limits().plan(count(sim, service));
    if plan.stuck && !service.stuck {
        service.stuck = true;
        service.say(sim.now, &mut sim.dice, &Said::Stuck);
    }
    let leaving = choose(sim, service, &plan);
    stop(sim, service, &leaving);
    let started: Vec<String> = (0..plan.start).map(|_| launch::launch(sim, service)).collect();
    if !started.is_empty() {
        service.say(sim.now, &mut sim.dice, &Said::Started(&started));
    }
    !leaving.is_empty() || !started.is_empty()
}

/// Which tasks leave: of the new ones the least far along, of the old the oldest.
fn choose(sim: &Sim, service: &Service, plan: &Plan) -> Vec<String> {
    let primary = service.primary_id();
    let mut tasks: Vec<&Task> = wanted(sim, service).collect();
    tasks.sort_by_key(|task| (task.is_healthy(), task.running_since, task.id()));
    let pick = |new: bool, healthy: Option<bool>, most: i64| {
        let fits = move |task: &&&Task| {
            (task.deployment == primary) == new && healthy.is_none_or(|healthy| task.is_healthy() == healthy)
        };
        let picked = tasks.iter().filter(fits).take(most as usize);
        picked.map(|task| task.id().to_owned()).collect::<Vec<_>>()
    };
    let mut leaving = pick(true, None, plan.stop_new);
    leaving.extend(pick(false, Some(false), plan.stop_old_unhealthy));
    leaving.extend(pick(false, Some(true), plan.stop_old_healthy));
    leaving
}

fn stop(sim: &mut Sim, service: &mut Service, leaving: &[String]) {
    let (mut running, mut pending) = (vec![], 0);
    for id in leaving {
        let was_running = sim.ecs.tasks.change(id, |task| {
            let running = task.is_running();
            task.stop(sim.now, &sim.ecs.pace);
            running
        });
        match was_running {
            Some(true) => running.push(id.clone()),
            Some(false) => pending += 1,
            None => {}
        }
    }
    if pending > 0 {
        service.say(sim.now, &mut sim.dice, &Said::StoppedPending(pending));
    }
    if !running.is_empty() {
        service.say(sim.now, &mut sim.dice, &Said::StoppedRunning(&running));
    }
}

/// The PRIMARY deployment is asked for all the tasks, an old one for those it
/// still has.
fn ask_counts(sim: &Sim, service: &mut Service) {
    let desired = service.document.int("desiredCount");
    let mut asked = vec![desired];
    for deployment in service.deployments.iter().skip(1) {
        let id = deployment.text("id");
        asked.push(wanted(sim, service).filter(|task| task.deployment == id).count() as i64);
    }
    for (deployment, asked) in service.deployments.iter_mut().zip(asked) {
        if deployment.int("desiredCount") != asked {
            deployment.set("desiredCount", asked);
            deployment.set("updatedAt", sim.now);
        }
    }
}

/// The wanted tasks are there, healthy, and all of the PRIMARY deployment.
fn is_settled(sim: &Sim, service: &Service) -> bool {
    let active = service.document.text("status") == "ACTIVE";
    active && count(sim, service) == Counts { new_healthy: service.limits().desired, ..Counts::default() }
}

/// Says so: of the deployment once, of the steady state again and again.
fn settle(sim: &mut Sim, service: &mut Service) {
    let (now, id) = (sim.now, service.primary_id().to_owned());
    let primary = service.primary();
    if primary.get("rolloutState").and_then(Value::as_str) == Some("IN_PROGRESS") {
        primary.set("rolloutState", "COMPLETED");
        primary.set("rolloutStateReason", format!("ECS deployment {id} completed."));
        primary.set("updatedAt", now);
        rollouts::succeed(service, now);
        service.say(now, &mut sim.dice, &Said::Completed(&id));
    }
    let again = |steady_at| after(steady_at, sim.ecs.pace.steady_again_ms) <= now;
    if service.steady_at.is_none_or(again) {
        service.say(now, &mut sim.dice, &Said::Steady);
        service.steady_at = Some(now);
    }
}
