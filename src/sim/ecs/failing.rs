//! A deployment that fails, and the way back to the last one that was completed.

use super::super::Sim;
use super::backoff::Backoff;
use super::events::Said;
use super::service::Service;
use super::watch::Watch;
use super::{deployments, monitors, rollouts};
use crate::map;

const NO_WAY_BACK: &str = "No rollback candidate was found to run the rollback.";

/// What ends a deployment before it is completed.
pub enum Cause {
    Breaker,
    Alarms,
    /// Somebody asked for the rollback.
    Request,
}

impl Cause {
    /// The end of the event and the failed deployment's own reason.
    fn failure(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Cause::Breaker => Some(("tasks failed to start", "ECS deployment circuit breaker: tasks failed to start.")),
            Cause::Alarms => Some(("alarm detected", "ECS deployment alarm: alarm detected.")),
            Cause::Request => None,
        }
    }

    fn why(&self) -> &'static str {
        match self {
            Cause::Breaker => "the circuit breaker threshold was exceeded.",
            Cause::Alarms => "one or more CloudWatch alarms were triggered.",
            Cause::Request => "a rollback was requested.",
        }
    }

    fn way_back(&self, to: &str) -> String {
        match self {
            Cause::Breaker => format!("ECS deployment circuit breaker: rolling back to deploymentId {to}."),
            Cause::Alarms => format!("ECS deployment alarm: rolling back to deploymentId {to}."),
            Cause::Request => format!("ECS deployment rolling back to deploymentId {to}."),
        }
    }
}

/// Fails the deployment under way if there is reason to; whether it did.
pub fn judge(sim: &mut Sim, service: &mut Service) -> bool {
    if !service.is_deploying() {
        return false;
    }
    let breaker = service.breaker();
    if breaker.enabled && service.watch.failures >= breaker.threshold(service.document.int("desiredCount")) {
        service.watch.tripped = true;
        fail(sim, service, &Cause::Breaker, breaker.rollback);
        return true;
    }
    let Some((_, rollback)) = service.alarms() else {
        return false;
    };
    let mut alarming = monitors::alarming(sim, service);
    alarming.retain(|name| !service.watch.ignored_alarms.contains(name));
    if alarming.is_empty() {
        return false;
    }
    service.watch.triggered_alarms = alarming;
    fail(sim, service, &Cause::Alarms, rollback);
    true
}

fn fail(sim: &mut Sim, service: &mut Service, cause: &Cause, rollback: bool) {
    let id = service.primary_id().to_owned();
    if let Some((end, reason)) = cause.failure() {
        deployments::give_up(service, sim.now, reason);
        service.say(sim.now, &mut sim.dice, &Said::Failed(&id, end));
    }
    if service.watch.rolls_back {
        conclude(sim, service, "ROLLBACK_FAILED", NO_WAY_BACK);
    } else if rollback {
        roll_back(sim, service, cause);
    } else {
        conclude(sim, service, "STOPPED", &format!("Service deployment stopped because {}", cause.why()));
    }
}

fn conclude(sim: &Sim, service: &mut Service, status: &str, reason: &str) {
    monitors::freeze(service);
    if let Some(rollout) = service.rollout() {
        rollout.document.set("statusReason", reason);
        rollout.enter(status, sim.now);
    }
}

/// Back to the deployment that was completed last: it is the PRIMARY one again.
pub fn roll_back(sim: &mut Sim, service: &mut Service, cause: &Cause) {
    let from = service.primary_id().to_owned();
    let Some(good) = service.last_good.clone().filter(|good| good.text("id") != from) else {
        deployments::give_up(service, sim.now, cause.failure().map_or(NO_WAY_BACK, |(_, reason)| reason));
        return conclude(sim, service, "ROLLBACK_FAILED", NO_WAY_BACK);
    };
    let to = good.text("id").to_owned();
    let reason = format!("Service deployment rolled back because {}", cause.why());
    conclude(sim, service, "ROLLBACK_IN_PROGRESS", &reason);
    let revision = rollouts::revision(service, &to).map(|revision| revision.text("serviceRevisionArn").to_owned());
    if let Some(rollout) = service.rollout() {
        let arn = revision.unwrap_or_default();
        rollout.document.set("rollback", map! { "reason" => reason, "startedAt" => sim.now, "serviceRevisionArn" => arn });
    }
    deployments::return_to(service, good, sim.now, &cause.way_back(&to));
    // The alarm that led here must not fail the way back.
    let ignored_alarms = monitors::alarming(sim, service);
    service.watch = Watch { rolls_back: true, ignored_alarms, ..Watch::default() };
    service.backoff = Backoff::default();
    service.say(sim.now, &mut sim.dice, &Said::RollingBack(&to));
}
