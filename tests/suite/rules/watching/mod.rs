//! M: CloudWatch. What is measured stands in `metrics`, how it is asked for in
//! `queries`, alarms in `watch`, what is refused of them in `settings`,
//! dashboards in `boards`.

mod boards;
mod metrics;
mod queries;
mod settings;
mod watch;

use jiff::SignedDuration;
use rollbook::api::Failure;
use rollbook::map;
use rollbook::value::{Timestamp, Value};

use super::scaling::scaling;
use super::stage::{CLUSTER, SERVICE, Stage};

/// The guide's service with two tasks, whatever it bears.
fn fixed() -> Stage {
    let mut stage = Stage::new();
    scaling(&mut stage, "register_scalable_target", map! { "MinCapacity" => 2, "MaxCapacity" => 2 });
    stage
}

fn ask(stage: &mut Stage, method: &str, request: Value) -> Value {
    stage.send("cloudwatch", method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
}

/// Code, status and message of a refusal, which must have changed nothing.
#[track_caller]
fn refused(stage: &mut Stage, method: &str, request: Value) -> (String, u16, String) {
    let before = stage.sim.to_json();
    match stage.send("cloudwatch", method, request) {
        Err(Failure::Answered(error)) => {
            assert!(stage.sim.to_json() == before, "{method} was refused and changed something");
            (error.code, error.status, error.message)
        }
        other => panic!("{method} was not refused: {other:?}"),
    }
}

#[track_caller]
fn assert_refused(stage: &mut Stage, method: &str, request: Value, code: &str, part: &str) {
    let (found, status, message) = refused(stage, method, request);
    assert_eq!((found.as_str(), status), (code, 400), "{method}: {message}");
    assert!(message.contains(part), "{method}: {message}");
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<Value> {
    pairs.iter().map(|(name, value)| map! { "Name" => *name, "Value" => *value }).collect()
}

fn of_service() -> Vec<Value> {
    pairs(&[("ClusterName", CLUSTER), ("ServiceName", SERVICE)])
}

/// How metrics name the guide's load balancer and its group.
fn balancer(stage: &mut Stage) -> (String, String) {
    let named = |stage: &mut Stage, method: &str, list: &str, name: &str, member: &str| {
        let answer = stage.send("elbv2", method, map! { "Names" => vec![name] }).unwrap();
        answer.items(list)[0].text(member).unwrap().to_owned()
    };
    let balancer = named(stage, "describe_load_balancers", "LoadBalancers", "nest-wallet-alb", "LoadBalancerArn");
    let group = named(stage, "describe_target_groups", "TargetGroups", "nest-wallet-tg", "TargetGroupArn");
    let path = balancer.split_once(":loadbalancer/").unwrap().1.to_owned();
    (path, group.rsplit(':').next().unwrap().to_owned())
}

/// One statistic of a metric over the last minutes, oldest first.
fn values(stage: &mut Stage, metric: (&str, &str, Vec<Value>), statistic: &str, minutes: i64) -> Vec<f64> {
    let (namespace, name, dimensions) = metric;
    let request = map! {
        "Namespace" => namespace, "MetricName" => name, "Dimensions" => dimensions, "Period" => 60,
        "Statistics" => vec![statistic], "StartTime" => before(stage, minutes), "EndTime" => stage.now,
    };
    let answer = ask(stage, "get_metric_statistics", request);
    answer.items("Datapoints").iter().filter_map(|point| float(point, statistic)).collect()
}

fn before(stage: &Stage, minutes: i64) -> Timestamp {
    stage.now - SignedDuration::from_mins(minutes)
}

fn float(value: &Value, name: &str) -> Option<f64> {
    match value.get(name)? {
        Value::Float(number) => Some(*number),
        Value::Int(number) => Some(*number as f64),
        _ => None,
    }
}

/// An alarm on the CPU of the guide's service, with other members.
fn alarm(name: &str, more: Value) -> Value {
    let settings = map! {
        "AlarmName" => name, "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization", "Dimensions" => of_service(),
        "Statistic" => "Average", "Period" => 60, "EvaluationPeriods" => 3, "Threshold" => 80,
        "ComparisonOperator" => "GreaterThanThreshold",
    };
    let mut members = settings.as_map().cloned().unwrap();
    members.extend(more.as_map().cloned().unwrap());
    members.retain(|_, value| !value.is_null());
    Value::Map(members)
}

fn described(stage: &mut Stage, name: &str) -> Value {
    let answer = ask(stage, "describe_alarms", map! { "AlarmNames" => vec![name] });
    answer.items("MetricAlarms").first().cloned().unwrap_or_default()
}

fn state(stage: &mut Stage, name: &str) -> String {
    described(stage, name).text("StateValue").unwrap_or("none").to_owned()
}
