//! The two things that may end a deployment, as a service deployment shows
//! them: the circuit breaker and the deployment alarms.

use super::super::{Sim, cloudwatch};
use super::rollouts::Rollout;
use super::service::Service;
use crate::map;
use crate::value::Value;

const SHOWN: &[&str] = &["deploymentConfiguration", "deploymentCircuitBreaker", "alarms"];

/// Those deployment alarms of a service that are in ALARM now.
pub fn alarming(sim: &Sim, service: &Service) -> Vec<String> {
    let names = service.alarms().map(|(names, _)| names).unwrap_or_default();
    names.into_iter().filter(|name| cloudwatch::is_alarming(sim, name)).map(str::to_owned).collect()
}

/// What a service deployment shows beside its states: as it is now, or as it was
/// when it ended or began to roll back.
pub fn show(service: &Service, rollout: &Rollout, document: &mut super::Document) {
    if rollout.document.contains_key("deploymentCircuitBreaker") {
        return;
    }
    let breaker = service.breaker();
    let status = status(breaker.enabled, service.watch.tripped, rollout);
    let threshold = breaker.threshold(service.document.int("desiredCount"));
    let failures = if rollout.deployment == service.primary_id() { service.watch.failures } else { 0 };
    let shown = map! { "status" => status, "failureCount" => failures, "threshold" => threshold };
    document.set("deploymentCircuitBreaker", shown);
    document.set("alarms", alarms(service, rollout));
    document.copy(&service.document, &["deploymentConfiguration"]);
}

fn alarms(service: &Service, rollout: &Rollout) -> Value {
    let Some((names, _)) = service.alarms() else {
        return map! { "status" => "DISABLED" };
    };
    let triggered = &service.watch.triggered_alarms;
    let status = status(true, !triggered.is_empty(), rollout);
    let text = |name: &String| Value::from(name.as_str());
    map! {
        "status" => status, "alarmNames" => names,
        "triggeredAlarmNames" => Value::List(triggered.iter().map(text).collect()),
    }
}

fn status(enabled: bool, triggered: bool, rollout: &Rollout) -> &'static str {
    match (enabled, triggered, rollout.status()) {
        (false, ..) => "DISABLED",
        (true, true, _) => "TRIGGERED",
        (true, false, "PENDING" | "IN_PROGRESS") => "MONITORING",
        (true, false, _) => "MONITORING_COMPLETE",
    }
}

/// Nothing of the newest service deployment is watched any more: what was seen
/// stays as it is.
pub fn freeze(service: &mut Service) {
    let Some(rollout) = service.rollouts.first().filter(|rollout| !rollout.is_over()) else {
        return;
    };
    let mut seen = super::Document::default();
    show(service, rollout, &mut seen);
    for name in ["deploymentCircuitBreaker", "alarms"] {
        if let Some(Value::Map(monitor)) = seen.get_mut(name).filter(|monitor| monitor.text("status") == Some("MONITORING")) {
            monitor.insert("status".into(), "MONITORING_COMPLETE".into());
        }
    }
    if let Some(rollout) = service.rollout() {
        rollout.document.copy(&seen, SHOWN);
    }
}
