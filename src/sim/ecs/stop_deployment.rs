//! StopServiceDeployment: back to what ran before, or no further.

use super::super::refuse::refuse;
use super::super::{Answer, Sim};
use super::{history, monitors};
use crate::map;
use crate::value::Value;

pub fn stop(sim: &mut Sim, request: &Value) -> Answer {
    let arn = request.text("serviceDeploymentArn").unwrap_or_default();
    let unknown = || refuse("ServiceDeploymentNotFoundException", "Service deployment not found.");
    let service = history::service_of(sim, arn).ok_or_else(unknown)?;
    let meant = service.rollouts.iter().find(|rollout| rollout.document.text("serviceDeploymentArn") == arn);
    let status = meant.ok_or_else(unknown)?.status();
    if !matches!(status, "PENDING" | "IN_PROGRESS") {
        let message = format!("The service deployment cannot be stopped because its status is {status}.");
        return Err(refuse("ConflictException", message));
    }
    let status = if request.text("stopType") == Some("ABORT") { "STOP_REQUESTED" } else { "ROLLBACK_REQUESTED" };
    let (now, key, next) = (sim.now, service.key(), sim.ecs.pace.next_tick(sim.now));
    sim.ecs.services.change(&key, |service| {
        monitors::freeze(service);
        // Only the newest one can be under way and not told to stop yet.
        if let Some(rollout) = service.rollout() {
            rollout.enter(status, now);
        }
        service.look_by(next);
    });
    Ok(map! { "serviceDeploymentArn" => arn })
}
