//! Step scaling: an alarm of the account's own names a policy among its actions,
//! and how far its metric is beyond the threshold decides about the step.

use jiff::SignedDuration;

use super::super::load::Gauge;
use super::super::{Sim, cloudwatch, ecs};
use super::target::{Policy, Switch, Target};
use super::{activities, number, service_of};
use crate::map;
use crate::value::{Timestamp, Value};

const COOLDOWN_SECONDS: f64 = 300.0;

/// An alarm has another state: the targets look whose steps it may set off.
pub fn alarm_changed(sim: &mut Sim) {
    let steps = |target: &&Target| target.policies.iter().any(|policy| policy.steps().is_some());
    let resources: Vec<String> =
        sim.scaling.targets.values().filter(steps).map(|target| target.document.text("ResourceId").to_owned()).collect();
    let now = sim.now;
    for resource in resources {
        sim.scaling.targets.change(&resource, |target| target.look_by(now));
    }
}

/// Takes the steps that alarms ask for now.
pub fn look(sim: &mut Sim, resource: &str) {
    let Some(target) = sim.scaling.targets.get(resource) else {
        return;
    };
    let policies: Vec<Policy> = target.policies.iter().filter(|policy| policy.steps().is_some()).cloned().collect();
    if policies.is_empty() {
        return;
    }
    let asked = map! { "StateValue" => "ALARM", "MaxRecords" => 100 };
    let answer = cloudwatch::handle(sim, "describe_alarms", &asked).and_then(Result::ok).unwrap_or_default();
    for policy in policies {
        let acts = |alarm: &&Value| alarm.items("AlarmActions").iter().any(|action| action.as_str() == Some(policy.arn()));
        if let Some(alarm) = answer.items("MetricAlarms").iter().find(acts) {
            let again = step(sim, resource, &policy, alarm);
            sim.scaling.targets.change(resource, |target| again.map(|at| target.look_by(at)));
        }
    }
}

/// When to look again, as long as the alarm stays.
fn step(sim: &mut Sim, resource: &str, policy: &Policy, alarm: &Value) -> Option<Timestamp> {
    let (now, settings) = (sim.now, policy.steps()?);
    let seconds = number(settings, "Cooldown").unwrap_or(COOLDOWN_SECONDS);
    let cooldown = SignedDuration::try_from_secs_f64(seconds).ok().filter(|span| *span > SignedDuration::ZERO)?;
    let rested = policy.stepped_at.map(|at| at.saturating_add(cooldown).unwrap_or(Timestamp::MAX));
    if let Some(rested) = rested.filter(|rested| *rested > now) {
        return Some(rested);
    }
    let service = service_of(resource);
    let desired = ecs::desired(sim, service)?;
    let beyond = measured(sim, service, alarm)? - number(alarm, "Threshold")?;
    let count = adjusted(settings, beyond, desired)?;
    let target = sim.scaling.targets.get(resource)?;
    let (least, most) = target.bounds();
    let switch = if count > desired { Switch::ScaleOut } else { Switch::ScaleIn };
    if target.is_suspended(switch) || count == desired {
        return None;
    }
    let name = alarm.text("AlarmName").unwrap_or_default();
    let cause = format!("monitor alarm {name} in state ALARM triggered policy {}", policy.name());
    activities::set_count(sim, resource, count.max(least).min(most), &cause);
    sim.scaling.targets.change(resource, |target| {
        let stepped = target.policies.iter_mut().find(|one| one.arn() == policy.arn());
        stepped.map(|stepped| stepped.stepped_at = Some(now))
    });
    Some(now.saturating_add(cooldown).unwrap_or(Timestamp::MAX))
}

/// The metric of the alarm, where it is one of the service's.
fn measured(sim: &Sim, service: &str, alarm: &Value) -> Option<f64> {
    let gauge = match alarm.text("MetricName")? {
        "CPUUtilization" => Gauge::Cpu,
        "MemoryUtilization" => Gauge::Memory,
        "RequestCountPerTarget" => Gauge::Requests,
        _ => return None,
    };
    sim.utilization(service, gauge)
}

/// The count after the step that is for so much beyond the threshold.
fn adjusted(settings: &Value, beyond: f64, desired: i64) -> Option<i64> {
    let inside = |step: &&Value| {
        let lower = number(step, "MetricIntervalLowerBound").unwrap_or(f64::NEG_INFINITY);
        let upper = number(step, "MetricIntervalUpperBound").unwrap_or(f64::INFINITY);
        // The bound that is nearer to the threshold belongs to the step.
        if beyond >= 0.0 { lower <= beyond && beyond < upper } else { lower < beyond && beyond <= upper }
    };
    let step = settings.items("StepAdjustments").iter().find(inside)?;
    let adjustment = step.get("ScalingAdjustment")?.as_int()?;
    let least = settings.get("MinAdjustmentMagnitude").and_then(Value::as_int).unwrap_or(0);
    Some(match settings.text("AdjustmentType")? {
        "ExactCapacity" => adjustment,
        "PercentChangeInCapacity" => {
            let change = desired as f64 * adjustment as f64 / 100.0;
            // Rounded away from no change at all, else towards it.
            let whole = if change.abs() < 1.0 { change.signum() } else { change.trunc() } as i64;
            desired.saturating_add(whole.signum().saturating_mul(whole.saturating_abs().max(least)))
        }
        _ => desired.saturating_add(adjustment),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(kind: &str, steps: &[(Option<f64>, Option<f64>, i64)]) -> Value {
        let step = |&(lower, upper, adjustment): &(Option<f64>, Option<f64>, i64)| {
            let mut step = map! { "ScalingAdjustment" => adjustment };
            let members = step.as_map_mut().unwrap();
            members.extend(lower.map(|lower| ("MetricIntervalLowerBound".into(), Value::Float(lower))));
            members.extend(upper.map(|upper| ("MetricIntervalUpperBound".into(), Value::Float(upper))));
            step
        };
        map! { "AdjustmentType" => kind, "StepAdjustments" => steps.iter().map(step).collect::<Vec<_>>() }
    }

    #[test]
    fn the_step_is_the_one_that_the_distance_falls_into() {
        let steps = settings("ChangeInCapacity", &[(Some(0.0), Some(10.0), 1), (Some(10.0), None, 3)]);
        for (beyond, count) in [(0.0, Some(5)), (9.9, Some(5)), (10.0, Some(7)), (40.0, Some(7)), (-0.1, None)] {
            assert_eq!(adjusted(&steps, beyond, 4), count, "{beyond}");
        }
        let steps = settings("PercentChangeInCapacity", &[(None, None, -50)]);
        assert_eq!((adjusted(&steps, -3.0, 9), adjusted(&steps, -3.0, 1)), (Some(5), Some(0)));
        assert_eq!(adjusted(&settings("ExactCapacity", &[(None, None, 6)]), 1.0, 2), Some(6));
    }
}
