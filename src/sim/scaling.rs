//! Application Auto Scaling: scalable targets and their policies as documents.
//! Nothing scales by itself yet; only the bounds take effect at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::Paging;
use super::refuse::refuse;
use super::request::{passes, passes_any};
use super::{Answer, Sim, ecs};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

const PAGING: Paging = Paging { size: "MaxResults", token: "NextToken", size_default: 50, refusal: "InvalidNextTokenException" };

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Scaling {
    /// By namespace, resource and dimension.
    targets: BTreeMap<String, Document>,
    policies: Vec<Document>,
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "describe_scalable_targets" => describe_targets(sim, request),
        "describe_scaling_policies" => describe_policies(sim, request),
        "register_scalable_target" => register_target(sim, request),
        _ => return None,
    })
}

/// Puts a target tracking policy on the CPU of one service into the world.
pub fn create_policy(sim: &mut Sim, resource: &str, name: &str, target_value: f64) {
    let metric = map! { "PredefinedMetricType" => "ECSServiceAverageCPUUtilization" };
    let id = sim.dice.uuid();
    let path = format!("scalingPolicy:{id}:resource/ecs/{resource}:policyName/{name}");
    let alarms = ["AlarmHigh", "AlarmLow"].map(|end| {
        let alarm = format!("TargetTracking-{resource}-{end}-{}", sim.dice.uuid());
        map! { "AlarmName" => alarm.as_str(), "AlarmARN" => sim.place.arn("cloudwatch", &format!("alarm:{alarm}")) }
    });
    let policy = map! {
        "PolicyARN" => sim.place.arn("autoscaling", &path),
        "PolicyName" => name,
        "ServiceNamespace" => "ecs",
        "ResourceId" => resource,
        "ScalableDimension" => "ecs:service:DesiredCount",
        "PolicyType" => "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration" => map! {
            "TargetValue" => target_value, "PredefinedMetricSpecification" => metric,
            "ScaleOutCooldown" => 300, "ScaleInCooldown" => 300, "DisableScaleIn" => false,
        },
        "Alarms" => alarms.to_vec(),
        "CreationTime" => sim.now,
    };
    sim.scaling.policies.push(Document::from(policy));
}

fn describe_targets(sim: &Sim, request: &Value) -> Answer {
    let targets = sim.scaling.targets.values().filter(|target| {
        passes(request, "ServiceNamespace", target.text("ServiceNamespace"))
            && passes(request, "ScalableDimension", target.text("ScalableDimension"))
            && passes_any(request, "ResourceIds", target.text("ResourceId"))
    });
    PAGING.page(request, "ScalableTargets", targets.map(Document::to_value).collect())
}

fn describe_policies(sim: &Sim, request: &Value) -> Answer {
    let policies = sim.scaling.policies.iter().filter(|policy| {
        let members = ["ServiceNamespace", "ScalableDimension", "ResourceId"];
        members.iter().all(|name| passes(request, name, policy.text(name)))
            && passes_any(request, "PolicyNames", policy.text("PolicyName"))
    });
    PAGING.page(request, "ScalingPolicies", policies.map(Document::to_value).collect())
}

/// An upsert: members that are not given stay as they were.
pub fn register_target(sim: &mut Sim, request: &Value) -> Answer {
    let identity = ["ServiceNamespace", "ResourceId", "ScalableDimension"];
    let key = identity.map(|name| request.text(name).unwrap_or_default()).join(" ");
    let resource = request.text("ResourceId").unwrap_or_default().to_owned();
    let service = resource.strip_prefix("service/").unwrap_or_default().to_owned();
    let known = sim.scaling.targets.get(&key).cloned();
    if known.is_none() && !ecs::has_service(sim, &service) {
        return Err(invalid(format!("ECS service doesn't exist: {resource}")));
    }
    let mut target = known.unwrap_or_else(|| new_target(sim, &resource));
    let settings = ["ServiceNamespace", "ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity", "RoleARN"];
    target.copy(request.as_map().unwrap_or(&Map::new()), &settings);
    suspend(&mut target, request.get("SuspendedState"));
    let bounds = bounds(&target)?;
    if target.text("ScalableTargetARN").is_empty() {
        let path = format!("scalable-target/{}", sim.dice.hex(32));
        target.set("ScalableTargetARN", sim.place.arn("application-autoscaling", &path));
    }
    let arn = target.text("ScalableTargetARN").to_owned();
    sim.scaling.targets.insert(key, target);
    ecs::scale_into(sim, &service, bounds.0, bounds.1);
    Ok(map! { "ScalableTargetARN" => arn })
}

/// Without its ARN, which costs a draw: the request may still be refused.
fn new_target(sim: &Sim, resource: &str) -> Document {
    let suspended = map! {
        "DynamicScalingInSuspended" => false, "DynamicScalingOutSuspended" => false, "ScheduledScalingSuspended" => false,
    };
    let role = "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService";
    Document::from(map! {
        "ResourceId" => resource,
        "RoleARN" => format!("arn:aws:iam::{}:role/{role}", sim.place.account),
        "CreationTime" => sim.now,
        "SuspendedState" => suspended,
    })
}

fn suspend(target: &mut Document, given: Option<&Value>) {
    if let (Some(Value::Map(old)), Some(Value::Map(new))) = (target.get_mut("SuspendedState"), given) {
        old.extend(new.clone());
    }
}

fn bounds(target: &Document) -> Result<(i64, i64), Failure> {
    let bound = |name| target.get(name).and_then(Value::as_int);
    match (bound("MinCapacity"), bound("MaxCapacity")) {
        (Some(least), _) if least < 0 => Err(invalid("Minimum capacity cannot be less than 0")),
        (Some(least), Some(most)) if least > most => Err(invalid("Maximum capacity cannot be less than minimum capacity")),
        (Some(least), Some(most)) => Ok((least, most)),
        (None, _) => Err(invalid("Minimum capacity must be specified")),
        (_, None) => Err(invalid("Maximum capacity must be specified")),
    }
}

fn invalid(message: impl Into<String>) -> Failure {
    refuse("ValidationException", message)
}
