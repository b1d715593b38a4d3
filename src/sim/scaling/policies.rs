//! Scaling policies: putting them, taking them away, asking for them.

use super::super::document::Document;
use super::super::load::Gauge;
use super::super::refuse::refuse_if;
use super::super::request::{passes, passes_any};
use super::super::{Answer, Sim};
use super::alarms::{self, Metric};
use super::target::{Policy, Target};
use super::{DIMENSION, PAGING, invalid, not_found, number, place, registered, resource, service_of};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

const TRACKING: &str = "TargetTrackingScaling";
const STEPS: &str = "StepScaling";

/// AWS's predefined metrics that a service has, and what of its load they are.
const METRICS: &[(&str, Gauge)] = &[
    ("ECSServiceAverageCPUUtilization", Gauge::Cpu),
    ("ECSServiceAverageMemoryUtilization", Gauge::Memory),
    ("ALBRequestCountPerTarget", Gauge::Requests),
];

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let all = sim.scaling.targets.values().flat_map(|target| &target.policies).map(|policy| &policy.document);
    let wanted = all.filter(|policy| {
        let members = ["ServiceNamespace", "ScalableDimension", "ResourceId"];
        members.iter().all(|name| passes(request, name, policy.text(name)))
            && passes_any(request, "PolicyNames", policy.text("PolicyName"))
    });
    PAGING.page(request, "ScalingPolicies", wanted.map(Document::to_value).collect())
}

/// An upsert by name; the settings are replaced as a whole.
pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    let resource = registered(sim, request)?;
    let target = sim.scaling.targets.get(&resource).ok_or_else(|| not_found(""))?;
    let name = request.text("PolicyName").unwrap_or_default().to_owned();
    let known = target.policy(&name).cloned();
    let settings = settings(request, target, known.as_ref())?;
    let mut policy = known.unwrap_or_default();
    if policy.document.is_empty() {
        policy.document = new_policy(sim, &resource, &name);
    }
    policy.document.extend(settings);
    if let Some(tracking) = policy.tracking().cloned() {
        if policy.document.items("Alarms").is_empty() {
            policy.document.set("Alarms", alarms::name(sim, resource.as_str()));
        }
        if let Some(metric) = metric(&tracking, service_of(&resource)) {
            alarms::put(sim, &policy, &metric, number(&tracking, "TargetValue").unwrap_or_default());
        }
    }
    // What it has seen was seen against other settings.
    (policy.high_since, policy.low_since) = (None, None);
    let answer = map! { "PolicyARN" => policy.arn(), "Alarms" => policy.document.items("Alarms").to_vec() };
    let now = sim.now;
    sim.scaling.targets.change(&resource, |target| {
        match target.policies.iter_mut().find(|one| one.name() == name) {
            Some(old) => *old = policy,
            None => target.policies.push(policy),
        }
        target.look_by(now);
    });
    Ok(answer)
}

fn new_policy(sim: &mut Sim, resource: &str, name: &str) -> Document {
    let path = format!("scalingPolicy:{}:resource/ecs/{resource}:policyName/{name}", sim.dice.uuid());
    Document::from(map! {
        "PolicyARN" => sim.place.arn("autoscaling", &path),
        "PolicyName" => name,
        "ServiceNamespace" => "ecs",
        "ResourceId" => resource,
        "ScalableDimension" => DIMENSION,
        "Alarms" => Value::List(vec![]),
        "CreationTime" => sim.now,
    })
}

/// The members of the request that belong to a policy of its type, if they make sense.
fn settings(request: &Value, target: &Target, known: Option<&Policy>) -> Result<Map, Failure> {
    let old = known.map_or("", |policy| policy.document.text("PolicyType"));
    let kind = request.text("PolicyType").unwrap_or(old).to_owned();
    refuse_if(kind.is_empty(), || invalid("PolicyType must be specified when creating a scaling policy."))?;
    refuse_if(!old.is_empty() && old != kind, || invalid("The type of a scaling policy cannot be changed."))?;
    let member = match kind.as_str() {
        TRACKING => "TargetTrackingScalingPolicyConfiguration",
        STEPS => "StepScalingPolicyConfiguration",
        other => return Err(super::super::refuse::unsupported(&format!("policies of the type {other}"))),
    };
    let lacks = || invalid(format!("{member} must be specified for the policy type {kind}."));
    let settings = request.get(member).ok_or_else(lacks)?;
    match kind.as_str() {
        TRACKING => check_tracking(settings, target, request.text("PolicyName").unwrap_or_default())?,
        _ => check_steps(settings)?,
    }
    Ok([("PolicyType".into(), Value::from(kind)), (member.into(), with_doubles(settings))].into_iter().collect())
}

/// AWS answers a double with its point, however it was asked.
fn with_doubles(settings: &Value) -> Value {
    const DOUBLES: [&str; 3] = ["TargetValue", "MetricIntervalLowerBound", "MetricIntervalUpperBound"];
    match settings {
        Value::Map(members) => Value::Map(
            members
                .iter()
                .map(|(name, value)| match value {
                    Value::Int(whole) if DOUBLES.contains(&name.as_str()) => (name.clone(), Value::Float(*whole as f64)),
                    value => (name.clone(), with_doubles(value)),
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(with_doubles).collect()),
        other => other.clone(),
    }
}

fn check_tracking(settings: &Value, target: &Target, name: &str) -> Result<(), Failure> {
    let value = number(settings, "TargetValue").unwrap_or_default();
    refuse_if(!(value > 0.0 && value <= 1e12), || {
        invalid("The target value of a target tracking policy must be greater than 0.")
    })?;
    let predefined = settings.get("PredefinedMetricSpecification");
    let both = predefined.is_some() == settings.get("CustomizedMetricSpecification").is_some();
    let message = "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.";
    refuse_if(both, || invalid(message))?;
    if let Some(metric) = predefined {
        let kind = metric.text("PredefinedMetricType").unwrap_or_default();
        let known = METRICS.iter().any(|(name, _)| *name == kind);
        refuse_if(!known, || {
            invalid(format!("The predefined metric type {kind} is not supported for the service namespace ecs."))
        })?;
        let unlabeled = kind == "ALBRequestCountPerTarget" && metric.text("ResourceLabel").is_none();
        refuse_if(unlabeled, || invalid("A resource label must be specified for the metric type ALBRequestCountPerTarget."))?;
    }
    let cooldowns = ["ScaleOutCooldown", "ScaleInCooldown"].iter().filter_map(|name| number(settings, name));
    refuse_if(cooldowns.into_iter().any(|seconds| seconds < 0.0), || invalid("A cooldown cannot be less than 0."))?;
    let same = |policy: &Policy| {
        policy.name() != name && policy.tracking().is_some_and(|other| specification(other) == specification(settings))
    };
    let message = "Only one TargetTrackingScaling policy for a given metric specification is allowed.";
    refuse_if(target.policies.iter().any(same), || invalid(message))
}

fn specification(settings: &Value) -> [Option<&Value>; 2] {
    ["PredefinedMetricSpecification", "CustomizedMetricSpecification"].map(|name| settings.get(name))
}

fn check_steps(settings: &Value) -> Result<(), Failure> {
    let steps = settings.items("StepAdjustments");
    refuse_if(steps.is_empty(), || invalid("At least one step adjustment must be specified."))?;
    let empty = |step: &Value| match (number(step, "MetricIntervalLowerBound"), number(step, "MetricIntervalUpperBound")) {
        (Some(lower), Some(upper)) => lower >= upper,
        (None, None) => steps.len() > 1,
        _ => false,
    };
    refuse_if(steps.iter().any(empty), || invalid("The upper bound of a step must be greater than its lower bound."))?;
    let exact = settings.text("AdjustmentType") == Some("ExactCapacity");
    let negative = steps.iter().any(|step| number(step, "ScalingAdjustment").unwrap_or_default() < 0.0);
    refuse_if(exact && negative, || invalid("An exact capacity cannot be less than 0."))
}

/// What of a service's load the policy follows; nothing for a metric of the
/// account's own, which has no data here.
pub fn gauge(tracking: &Value) -> Option<Gauge> {
    let kind = tracking.get("PredefinedMetricSpecification")?.text("PredefinedMetricType")?;
    METRICS.iter().find(|(name, _)| *name == kind).map(|(_, gauge)| *gauge)
}

fn metric(tracking: &Value, service: &str) -> Option<Metric> {
    let label = || tracking.get("PredefinedMetricSpecification")?.text("ResourceLabel");
    Some(match gauge(tracking)? {
        Gauge::Cpu => Metric::of_service(service, "CPUUtilization"),
        Gauge::Memory => Metric::of_service(service, "MemoryUtilization"),
        Gauge::Requests => Metric::of_group(label().unwrap_or_default()),
    })
}

pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let resource = resource(request)?;
    let name = request.text("PolicyName").unwrap_or_default();
    let found = sim.scaling.targets.get(&resource).and_then(|target| target.policy(name)).cloned();
    let lacks = || not_found(format!("No scaling policy found for {}, policy name: {name}", place(&resource)));
    let policy = found.ok_or_else(lacks)?;
    alarms::delete(sim, &policy);
    sim.scaling.targets.change(&resource, |target| target.policies.retain(|policy| policy.name() != name));
    Ok(map! {})
}
