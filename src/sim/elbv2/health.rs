//! DescribeTargetHealth: what ECS registered, in ELB's words.

use super::super::ecs::{self, Health, Registered};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::group;
use crate::map;
use crate::value::Value;

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let group = group(sim, request)?;
    let arn = group.text("TargetGroupArn");
    let targets: Vec<Registered> = ecs::registered(sim).into_iter().filter(|target| target.group == arn).collect();
    let with_anomalies = texts(request, "Include").iter().any(|what| ["All", "AnomalyDetection"].contains(what));
    let known = |target: &Registered| shown(target, with_anomalies);
    let asked = request.items("Targets");
    let descriptions: Vec<Value> = match asked.is_empty() {
        true => targets.iter().map(known).collect(),
        false => asked.iter().flat_map(|asked| of(asked, &targets, group.int("Port"), known)).collect(),
    };
    Ok(map! { "TargetHealthDescriptions" => descriptions })
}

/// What stands at an address that was asked about; one that is unknown is unused.
fn of(asked: &Value, targets: &[Registered], port_default: i64, known: impl Fn(&Registered) -> Value) -> Vec<Value> {
    let port = asked.get("Port").and_then(Value::as_int);
    let fits =
        |target: &&Registered| Some(target.address.as_str()) == asked.text("Id") && port.is_none_or(|port| port == target.port);
    let found: Vec<Value> = targets.iter().filter(fits).map(known).collect();
    if !found.is_empty() {
        return found;
    }
    let port = port.unwrap_or(port_default);
    let health = map! {
        "State" => "unused", "Reason" => "Target.NotRegistered",
        "Description" => "Target is not registered to the target group",
    };
    let target = map! { "Id" => asked.text("Id"), "Port" => port };
    vec![map! { "Target" => target, "HealthCheckPort" => port.to_string(), "TargetHealth" => health }]
}

fn shown(target: &Registered, with_anomalies: bool) -> Value {
    let place = map! { "Id" => target.address.as_str(), "Port" => target.port, "AvailabilityZone" => target.zone.as_str() };
    let mut description =
        map! { "Target" => place, "HealthCheckPort" => target.port.to_string(), "TargetHealth" => health(target.health) };
    if let (true, Some(members)) = (with_anomalies, description.as_map_mut()) {
        members.insert("AnomalyDetection".into(), map! { "Result" => "normal", "MitigationInEffect" => "no" });
    }
    description
}

fn health(health: Health) -> Value {
    let because = |state: &str, reason: &str, description: &str| {
        map! { "State" => state, "Reason" => reason, "Description" => description }
    };
    match health {
        Health::Healthy => map! { "State" => "healthy" },
        Health::Initial => because("initial", "Elb.RegistrationInProgress", "Target registration is in progress"),
        Health::Unhealthy => because("unhealthy", "Target.FailedHealthChecks", "Health checks failed"),
        Health::Draining => because("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"),
    }
}
