//! Registering scalable targets, and asking for them.

use super::super::document::Document;
use super::super::refuse::refuse_if;
use super::super::request::{passes, passes_any};
use super::super::{Answer, Sim, ecs};
use super::target::{Switch, Target};
use super::{PAGING, activities, alarms, invalid, not_found, place, resource, service_of, tags};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let targets = sim.scaling.targets.values().map(|target| &target.document).filter(|target| {
        passes(request, "ServiceNamespace", target.text("ServiceNamespace"))
            && passes(request, "ScalableDimension", target.text("ScalableDimension"))
            && passes_any(request, "ResourceIds", target.text("ResourceId"))
    });
    PAGING.page(request, "ScalableTargets", targets.map(Document::to_value).collect())
}

/// An upsert: members that are not given stay as they were. Every such request
/// brings the count into the bounds, one that says nothing of them too.
pub fn register(sim: &mut Sim, request: &Value) -> Answer {
    let resource = resource(request)?;
    let service = service_of(&resource).to_owned();
    let known = sim.scaling.targets.get(&resource).cloned();
    if known.is_none() && !ecs::has_service(sim, &service) {
        return Err(invalid(format!("ECS service doesn't exist: {resource}")));
    }
    let tags = tags::given(request)?;
    let message = "The scalable target that you tried to tag already exists. To update tags on an existing scalable target, use the \
                   TagResource API.";
    refuse_if(known.is_some() && tags.is_some(), || invalid(message))?;
    let before = known.as_ref().map(Target::bounds);
    let mut target = known.unwrap_or_else(|| new_target(sim));
    let settings = ["ServiceNamespace", "ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity", "RoleARN"];
    target.document.copy(request.as_map().unwrap_or(&Map::new()), &settings);
    suspend(&mut target.document, request.get("SuspendedState"));
    check_bounds(&target.document)?;
    if target.arn().is_empty() {
        let path = format!("scalable-target/{}", sim.dice.hex(32));
        target.document.set("ScalableTargetARN", sim.place.arn("application-autoscaling", &path));
    }
    target.tags = tags.unwrap_or(target.tags);
    target.look_by(sim.now);
    let (arn, after) = (target.arn().to_owned(), target.bounds());
    sim.scaling.targets.put(&resource, target);
    bring_inside(sim, &resource, &changed(before, after));
    Ok(map! { "ScalableTargetARN" => arn })
}

/// Without its ARN, which costs a draw: the request may still be refused.
fn new_target(sim: &Sim) -> Target {
    let role = "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService";
    let suspended = Switch::ALL.into_iter().map(|switch| (switch.name().into(), Value::Bool(false)));
    let document = Document::from(map! {
        "RoleARN" => format!("arn:aws:iam::{}:role/{role}", sim.place.account),
        "CreationTime" => sim.now,
        "SuspendedState" => Value::Map(suspended.collect()),
    });
    Target { document, ..Target::default() }
}

fn suspend(target: &mut Document, given: Option<&Value>) {
    if let (Some(Value::Map(old)), Some(Value::Map(new))) = (target.get_mut("SuspendedState"), given) {
        old.extend(new.clone());
    }
}

fn check_bounds(target: &Document) -> Result<(), Failure> {
    let bound = |name| target.get(name).and_then(Value::as_int);
    match (bound("MinCapacity"), bound("MaxCapacity")) {
        (Some(least), _) if least < 0 => Err(invalid("Minimum capacity cannot be less than 0")),
        (Some(least), Some(most)) if least > most => Err(invalid("Maximum capacity cannot be less than minimum capacity")),
        (Some(_), Some(_)) => Ok(()),
        (None, _) => Err(invalid("Minimum capacity must be specified")),
        (_, None) => Err(invalid("Maximum capacity must be specified")),
    }
}

/// What an activity gives as its cause.
fn changed(before: Option<(i64, i64)>, (least, most): (i64, i64)) -> String {
    match before {
        Some((old, _)) if old == least => format!("maximum capacity was set to {most}"),
        _ => format!("minimum capacity was set to {least}"),
    }
}

/// Brings the count of an active service into the bounds of its target.
pub fn bring_inside(sim: &mut Sim, resource: &str, cause: &str) {
    let Some((least, most)) = sim.scaling.targets.get(resource).map(Target::bounds) else {
        return;
    };
    if let Some(desired) = ecs::desired(sim, service_of(resource)) {
        activities::set_count(sim, resource, desired.min(most).max(least), cause);
    }
}

/// Takes policies and scheduled actions along; what has happened is remembered.
pub fn deregister(sim: &mut Sim, request: &Value) -> Answer {
    let resource = resource(request)?;
    let lacks = || not_found(format!("No scalable target found for {}", place(&resource)));
    let target = sim.scaling.targets.take(&resource).ok_or_else(lacks)?;
    for policy in &target.policies {
        alarms::delete(sim, policy);
    }
    Ok(map! {})
}
