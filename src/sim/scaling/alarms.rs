//! The two alarms that a policy which follows a metric brings along. They are
//! CloudWatch's like any other, and asked for as a client would.

use super::super::{Sim, cloudwatch};
use super::target::Policy;
use crate::map;
use crate::value::Value;

/// Which alarm, how long the metric must be beyond its threshold.
pub const HIGH: (&str, i64) = ("AlarmHigh", 3);
pub const LOW: (&str, i64) = ("AlarmLow", 15);
/// The lower threshold is this part of the target value.
pub const LOW_SHARE: f64 = 0.9;

/// New names for both; `resource` is the service's.
pub fn name(sim: &mut Sim, resource: &str) -> Vec<Value> {
    let name = |(end, _): (&str, i64)| {
        let alarm = format!("TargetTracking-{resource}-{end}-{}", sim.dice.uuid());
        map! { "AlarmName" => alarm.as_str(), "AlarmARN" => sim.place.arn("cloudwatch", &format!("alarm:{alarm}")) }
    };
    [HIGH, LOW].map(name).to_vec()
}

/// Puts both into CloudWatch, or brings them up to date.
pub fn put(sim: &mut Sim, policy: &Policy, metric: &Metric, target_value: f64) {
    let comparisons = ["GreaterThanThreshold", "LessThanThreshold"];
    for ((end, periods), comparison) in [HIGH, LOW].into_iter().zip(comparisons) {
        let threshold = if end == LOW.0 { target_value * LOW_SHARE } else { target_value };
        let request = map! {
            "AlarmName" => policy.alarm(end),
            "AlarmDescription" => format!("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {}.", policy.arn()),
            "ActionsEnabled" => true,
            "AlarmActions" => vec![policy.arn()],
            "Namespace" => metric.namespace, "MetricName" => metric.name, "Statistic" => metric.statistic,
            "Dimensions" => metric.dimensions.clone(),
            "Period" => 60, "EvaluationPeriods" => periods, "Threshold" => threshold, "ComparisonOperator" => comparison,
        };
        cloudwatch::handle(sim, "put_metric_alarm", &request);
    }
}

pub fn delete(sim: &mut Sim, policy: &Policy) {
    let names: Vec<&str> = policy.document.items("Alarms").iter().filter_map(|alarm| alarm.text("AlarmName")).collect();
    if policy.tracking().is_some() && !names.is_empty() {
        cloudwatch::handle(sim, "delete_alarms", &map! { "AlarmNames" => names });
    }
}

/// What CloudWatch calls the metric of a policy.
pub struct Metric {
    pub namespace: &'static str,
    pub name: &'static str,
    pub statistic: &'static str,
    pub dimensions: Vec<Value>,
}

impl Metric {
    /// Of a service, `cluster/name`.
    pub fn of_service(service: &str, name: &'static str) -> Metric {
        let (cluster, service) = service.split_once('/').unwrap_or_default();
        let dimensions = [("ClusterName", cluster), ("ServiceName", service)];
        Metric { namespace: "AWS/ECS", name, statistic: "Average", dimensions: pairs(&dimensions) }
    }

    /// Of a target group: `targetgroup/…` is how a label ends.
    pub fn of_group(label: &str) -> Metric {
        let group = label.find("targetgroup/").map_or(label, |at| &label[at..]);
        let dimensions = pairs(&[("TargetGroup", group)]);
        Metric { namespace: "AWS/ApplicationELB", name: "RequestCountPerTarget", statistic: "Sum", dimensions }
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<Value> {
    pairs.iter().map(|(name, value)| map! { "Name" => *name, "Value" => *value }).collect()
}
