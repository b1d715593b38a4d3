//! The scheduler's look at one service: what it registers, starts and stops, and
//! when it calls a deployment completed. It looks about every ten seconds while
//! there is something to do, and otherwise when something has changed.

use super::super::Sim;
use super::super::rules::capacity::{Group, Moves};
use super::ending::Ending;
use super::events::Said;
use super::failing::{self, Cause};
use super::pace::after;
use super::service::Service;
use super::task::{Proof, Task};
use super::{deployments, launch, rollouts, targets};
use crate::value::Timestamp;

pub fn tick(sim: &mut Sim, key: &str) {
    // Taken out while it is worked on: its tasks stand beside it in the same state.
    let Some(mut service) = sim.ecs.services.take(key) else {
        return;
    };
    service.tick_at = if service.is_scheduled() { look(sim, &mut service) } else { Timestamp::MAX };
    sim.ecs.services.put(key, service);
}

/// When it looks next.
fn look(sim: &mut Sim, service: &mut Service) -> Timestamp {
    if rollouts::begin(sim, service) {
        failing::roll_back(sim, service, &Cause::Request);
    }
    let mut acted = targets::deregister(sim, service);
    acted |= targets::register(sim, service);
    acted |= failing::judge(sim, service);
    let mut groups = groups(sim, service);
    acted |= carry_out(sim, service, &mut groups);
    acted |= targets::condemn(sim, service);
    if acted {
        service.steady_at = None;
    } else if is_settled(service, &groups) {
        settle(sim, service);
    }
    deployments::retire(sim, service);
    if acted { sim.ecs.pace.next_tick(sim.now) } else { next_look(sim, service) }
}

/// When it looks again if nobody tells it anything before.
fn next_look(sim: &Sim, service: &Service) -> Timestamp {
    let (now, pace) = (sim.now, &sim.ecs.pace);
    let steady_again = after(service.steady_at.unwrap_or(now), pace.steady_again_ms);
    let waits = [service.backoff.until, service.watch.bake_until, targets::next_condemned(sim, service)];
    let next = waits.into_iter().flatten().filter(|wait| *wait > now).min();
    next.map_or(steady_again, |next| pace.tick_from(next).min(steady_again))
}

/// A service's deployments with what their tasks are, in the same order.
fn groups(sim: &Sim, service: &Service) -> Vec<Group> {
    let ids: Vec<&str> = service.deployments.iter().map(|document| document.text("id")).collect();
    let deployment = |place: usize| {
        let document = &service.deployments[place];
        let state = document.text("rolloutState");
        Group {
            asked: if place == 0 { service.document.int("desiredCount") } else { document.int("desiredCount") },
            starts: if place == 0 { state != "FAILED" } else { state == "COMPLETED" },
            waits: service.backoff.holds(ids[place], sim.now),
            ..Group::default()
        }
    };
    let mut groups: Vec<Group> = (0..service.deployments.len()).map(deployment).collect();
    for task in sim.ecs.tasks.alive_of(&service.key()) {
        let Some(place) = ids.iter().position(|id| *id == task.deployment) else {
            continue;
        };
        let group = &mut groups[place];
        match (task.is_wanted(), task.condemned, task.is_healthy()) {
            (false, ..) => group.leaving += i64::from(task.is_leaving_by_itself()),
            (true, true, _) => group.condemned += 1,
            (true, false, true) => group.healthy += 1,
            (true, false, false) => group.coming += 1,
        }
    }
    groups
}

/// Starts and stops what the rules say; whether there was anything to do.
fn carry_out(sim: &mut Sim, service: &mut Service, groups: &mut [Group]) -> bool {
    let Some((primary, old)) = groups.split_first_mut() else {
        return false;
    };
    let plan = service.limits().plan(primary, old);
    if plan.stuck && !service.stuck {
        service.stuck = true;
        service.say(sim.now, &mut sim.dice, &Said::Stuck);
    }
    if service.backoff.unsaid {
        service.backoff.unsaid = false;
        service.say(sim.now, &mut sim.dice, &Said::Impaired);
    }
    let moves = || [&plan.primary].into_iter().chain(&plan.old).enumerate();
    let leaving: Vec<String> = moves().flat_map(|(place, moves)| choose(sim, service, place, moves)).collect();
    stop(sim, service, &leaving);
    let tried = moves().fold(false, |tried, (place, moves)| start(sim, service, place, moves.start) || tried);
    ask(sim, service, groups);
    tried || !leaving.is_empty()
}

/// Which tasks of one deployment leave: the least far along, then the oldest.
fn choose(sim: &Sim, service: &Service, place: usize, moves: &Moves) -> Vec<String> {
    if moves.stop_condemned + moves.stop_coming + moves.stop_healthy == 0 {
        return vec![];
    }
    let id = service.deployments[place].text("id");
    let wanted = sim.ecs.tasks.alive_of(&service.key()).filter(|task| task.is_wanted() && task.deployment == id);
    let mut tasks: Vec<&Task> = wanted.collect();
    tasks.sort_by_key(|task| (task.running_since, task.id()));
    let pick = |fits: fn(&Task) -> bool, most: i64| {
        let picked = tasks.iter().filter(move |task| fits(task)).take(most as usize);
        picked.map(|task| task.id().to_owned())
    };
    let condemned = pick(|task| task.condemned, moves.stop_condemned);
    let coming = pick(|task| !task.condemned && !task.is_healthy(), moves.stop_coming);
    let healthy = pick(|task| !task.condemned && task.is_healthy(), moves.stop_healthy);
    condemned.chain(coming).chain(healthy).collect()
}

fn stop(sim: &mut Sim, service: &mut Service, leaving: &[String]) {
    let (mut running, mut pending) = (vec![], 0);
    for id in leaving {
        let Some(task) = sim.ecs.tasks.get(id) else {
            continue;
        };
        match task.is_running() {
            true => running.push(id.clone()),
            false => pending += 1,
        }
        if task.condemned {
            service.count_failure(&task.deployment);
        }
        let ending = ending(service, task);
        sim.ecs.tasks.change(id, |task| task.stop(sim.now, &sim.ecs.pace, &ending));
    }
    if pending > 0 {
        service.say(sim.now, &mut sim.dice, &Said::StoppedPending(pending));
    }
    if !running.is_empty() {
        service.say(sim.now, &mut sim.dice, &Said::StoppedRunning(&running));
    }
}

fn ending(service: &Service, task: &Task) -> Ending {
    match (task.condemned, task.sick, service.target()) {
        (true, Some(Proof::TargetHealthy), Some((group, _))) => Ending::sick_target(&group),
        (true, ..) => Ending::sick_container(),
        (false, ..) => Ending::scaled(&task.deployment),
    }
}

/// Starts so many tasks of one deployment; whether it tried.
fn start(sim: &mut Sim, service: &mut Service, place: usize, count: i64) -> bool {
    let mut started = vec![];
    for _ in 0..count {
        match launch::launch(sim, service, place) {
            Ok(id) => started.push(id),
            Err(reason) => {
                no_place(sim, service, place, &reason);
                break;
            }
        }
    }
    if !started.is_empty() {
        service.say(sim.now, &mut sim.dice, &Said::Started(&started));
    }
    count > 0
}

fn no_place(sim: &mut Sim, service: &mut Service, place: usize, reason: &str) {
    let id = service.deployments[place].text("id").to_owned();
    service.say(sim.now, &mut sim.dice, &Said::NoPlace(reason));
    service.count_failure(&id);
    service.backoff.failed(&id, sim.now, sim.now, &sim.ecs.pace);
    // Its own event has said so.
    service.backoff.unsaid = false;
}

/// Notes what each deployment is asked for now.
fn ask(sim: &Sim, service: &mut Service, groups: &[Group]) {
    for (deployment, group) in service.deployments.iter_mut().zip(groups) {
        if deployment.int("desiredCount") != group.asked {
            deployment.set("desiredCount", group.asked);
            deployment.set("updatedAt", sim.now);
        }
    }
}

/// The wanted tasks are there, healthy, and all of the PRIMARY deployment.
fn is_settled(service: &Service, groups: &[Group]) -> bool {
    let desired = service.document.int("desiredCount");
    groups.iter().enumerate().all(|(place, group)| {
        let healthy = if place == 0 { desired } else { 0 };
        (group.healthy, group.coming, group.condemned) == (healthy, 0, 0)
    })
}

/// Says so: of the deployment once, of the steady state again and again.
fn settle(sim: &mut Sim, service: &mut Service) {
    let now = sim.now;
    if service.document.text("status") == "DRAINING" {
        return;
    }
    if service.is_deploying() {
        if bakes(sim, service) {
            return;
        }
        complete(sim, service);
    }
    let again = |steady_at| after(steady_at, sim.ecs.pace.steady_again_ms) <= now;
    if service.steady_at.is_none_or(again) {
        service.say(now, &mut sim.dice, &Said::Steady);
        service.steady_at = Some(now);
    }
}

/// Whether the deployment is still watched for a while before it is completed.
fn bakes(sim: &Sim, service: &mut Service) -> bool {
    let bake = if service.watch.rolls_back { sim.ecs.pace.rollback_ms } else { service.bake_minutes() * 60_000 };
    let until = *service.watch.bake_until.get_or_insert(after(sim.now, bake));
    sim.now < until
}

fn complete(sim: &mut Sim, service: &mut Service) {
    let (now, id) = (sim.now, service.primary_id().to_owned());
    rollouts::succeed(service, now);
    let primary = service.primary();
    primary.set("rolloutState", "COMPLETED");
    primary.set("rolloutStateReason", format!("ECS deployment {id} completed."));
    primary.set("failedTasks", 0);
    primary.set("updatedAt", now);
    service.last_good = service.deployments.first().cloned();
    service.say(now, &mut sim.dice, &Said::Completed(&id));
}
