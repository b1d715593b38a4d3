//! Application Auto Scaling: the bounds of services' counts, and what moves the
//! counts inside them: policies that follow a metric, steps that an alarm takes,
//! actions at set times.
//!
//! Nothing is polled. A target is looked at when its tasks or its load have
//! changed, and when something that it waits for is over.

mod activities;
mod alarms;
mod cron;
mod policies;
mod schedule;
mod steps;
mod tags;
mod target;
mod targets;
mod tracking;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::Paging;
use super::refuse::{refuse, refuse_if, unsupported};
use super::timed::Timed;
use super::{Answer, Sim};
use crate::api::Failure;
use crate::value::{Timestamp, Value};
pub use steps::alarm_changed;
use target::Target;

const PAGING: Paging = Paging { size: "MaxResults", token: "NextToken", size_default: 50, refusal: "InvalidNextTokenException" };
/// The only thing about a service that scales.
const DIMENSION: &str = "ecs:service:DesiredCount";

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Scaling {
    /// By resource: `service/cluster/name`.
    targets: Timed<Target>,
    /// Newest first, by resource; they outlive their target.
    activities: BTreeMap<String, Vec<Document>>,
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "register_scalable_target" => targets::register(sim, request),
        "deregister_scalable_target" => targets::deregister(sim, request),
        "describe_scalable_targets" => targets::describe(sim, request),
        "put_scaling_policy" => policies::put(sim, request),
        "delete_scaling_policy" => policies::delete(sim, request),
        "describe_scaling_policies" => policies::describe(sim, request),
        "describe_scaling_activities" => activities::describe(sim, request),
        "put_scheduled_action" => schedule::put(sim, request),
        "delete_scheduled_action" => schedule::delete(sim, request),
        "describe_scheduled_actions" => schedule::describe(sim, request),
        "tag_resource" => tags::tag(sim, request),
        "untag_resource" => tags::untag(sim, request),
        "list_tags_for_resource" => tags::list(sim, request),
        _ => return None,
    })
}

/// When the next target wants to be looked at.
pub fn due(sim: &Sim) -> Option<Timestamp> {
    sim.scaling.targets.first_due()
}

pub fn run_due(sim: &mut Sim) {
    while let Some(resource) = sim.scaling.targets.next_due(sim.now) {
        schedule::run(sim, &resource);
        tracking::look(sim, &resource);
    }
}

/// The tasks or the load of a service (`cluster/service`) have changed.
pub fn wake(sim: &mut Sim, service: &str) {
    let now = sim.now;
    sim.scaling.targets.change(&format!("service/{service}"), |target| target.look_by(now));
}

/// What the state of ECS calls the service of a resource.
fn service_of(resource: &str) -> &str {
    resource.strip_prefix("service/").unwrap_or_default()
}

/// The resource that a request is about, if it is one that is simulated.
fn resource(request: &Value) -> Result<String, Failure> {
    let namespace = request.text("ServiceNamespace").unwrap_or_default();
    refuse_if(namespace != "ecs", || unsupported(&format!("scaling of {namespace}")))?;
    let resource = request.text("ResourceId").unwrap_or_default();
    let fits = resource.starts_with("service/") && request.text("ScalableDimension") == Some(DIMENSION);
    refuse_if(!fits, || invalid("Unsupported service namespace, resource type or scalable dimension"))?;
    Ok(resource.to_owned())
}

/// The same, of a target that must be registered.
fn registered(sim: &Sim, request: &Value) -> Result<String, Failure> {
    let resource = resource(request)?;
    let known = sim.scaling.targets.contains(&resource);
    refuse_if(!known, || not_found(format!("No scalable target registered for {}", place(&resource))))?;
    Ok(resource)
}

/// As a refusal names a target.
fn place(resource: &str) -> String {
    format!("service namespace: ecs, resource ID: {resource}, scalable dimension: {DIMENSION}")
}

fn invalid(message: impl Into<String>) -> Failure {
    refuse("ValidationException", message)
}

fn not_found(message: impl Into<String>) -> Failure {
    refuse("ObjectNotFoundException", message)
}

/// A number, however a request wrote it.
fn number(value: &Value, name: &str) -> Option<f64> {
    match value.get(name)? {
        Value::Int(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}
