//! DeleteService, and what becomes of a service that was deleted: it drains, then
//! it is inactive, and it can be described all the while.

use super::super::refuse::{invalid_parameter, refuse_if, service_not_found};
use super::super::{Answer, Sim};
use super::clusters::{self, within};
use super::service::named;
use super::{services, task};
use crate::map;
use crate::value::Value;

/// States in which a task no longer holds up the end of its service.
const GOING: &[&str] = &["STOPPING", "DEPROVISIONING", "STOPPED", "DELETED"];

pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let key = named(sim, &cluster, within(&cluster, request.text("service").unwrap_or_default())?)?;
    let service = sim.ecs.services.get(&key).ok_or_else(service_not_found)?;
    refuse_if(service.is_inactive(), service_not_found)?;
    let forced = request.get("force").and_then(Value::as_bool).unwrap_or(false);
    let scaled = service.document.int("desiredCount") > 0 && !forced;
    refuse_if(scaled, || invalid_parameter("The service cannot be stopped while it is scaled above 0."))?;
    let (now, pace) = (sim.now, &sim.ecs.pace);
    sim.ecs.services.change(&key, |service| {
        service.document.set("status", "DRAINING");
        service.document.set("desiredCount", 0);
        service.wake(now, pace);
    });
    let answer = map! { "service" => sim.ecs.services.get(&key).map(|service| services::shown(sim, service, false)) };
    // Nobody looks after it: it has no tasks to wait for.
    if sim.ecs.services.get(&key).is_some_and(|service| !service.is_scheduled()) {
        settle(sim, &key);
    }
    Ok(answer)
}

/// Ends a draining service once its last task is going.
pub fn settle(sim: &mut Sim, key: &str) {
    let here = |task: &task::Task| !GOING.contains(&task.document.text("lastStatus"));
    let draining = sim.ecs.services.get(key).is_some_and(|service| service.document.text("status") == "DRAINING");
    if !draining || sim.ecs.tasks.of(key).any(here) {
        return;
    }
    sim.ecs.services.change(key, |service| {
        service.document.set("status", "INACTIVE");
        service.deployments.clear();
    });
}
