//! A: Application Auto Scaling. What clients put and what is refused stands
//! here, what moves the count in `moving`, what acts by the clock in `clock`.

mod clock;
mod moving;

use rollbook::api::{AwsError, Failure};
use rollbook::map;
use rollbook::sim::Scenario;
use rollbook::value::Value;

use super::desk::with;
use super::stage::{SERVICE, Stage, int, text};

pub const RESOURCE: &str = "service/nest-wallet-cluster/nest-wallet-service";
const DIMENSION: &str = "ecs:service:DesiredCount";

/// What every request about the guide's target says.
pub fn target(more: Value) -> Value {
    with(map! { "ServiceNamespace" => "ecs", "ResourceId" => RESOURCE, "ScalableDimension" => DIMENSION }, more)
}

pub fn scaling(stage: &mut Stage, method: &str, more: Value) -> Value {
    stage.send("application_autoscaling", method, target(more)).unwrap_or_else(|failure| panic!("{method}: {failure}"))
}

/// The refusal, which must have changed nothing.
fn refused(stage: &mut Stage, method: &str, request: Value) -> AwsError {
    let before = stage.sim.to_json();
    match stage.send("application_autoscaling", method, request) {
        Err(Failure::Answered(error)) => {
            assert!(stage.sim.to_json() == before, "{method} was refused and changed something");
            error
        }
        other => panic!("{method} was not refused: {other:?}"),
    }
}

pub fn described(stage: &mut Stage) -> Value {
    let request = map! { "ServiceNamespace" => "ecs", "ResourceIds" => vec![RESOURCE] };
    let answer = stage.send("application_autoscaling", "describe_scalable_targets", request).unwrap();
    answer.items("ScalableTargets").first().cloned().unwrap_or_default()
}

pub fn activities(stage: &mut Stage) -> Vec<Value> {
    let request = map! { "ServiceNamespace" => "ecs", "ResourceId" => RESOURCE, "IncludeNotScaledActivities" => false };
    let answer = stage.send("application_autoscaling", "describe_scaling_activities", request).unwrap();
    answer.items("ScalingActivities").to_vec()
}

pub fn desired(stage: &mut Stage) -> i64 {
    int(&stage.service(), "desiredCount")
}

/// Lets the guide's service bear so many percent of one task's CPU and memory,
/// from the next second on.
pub fn bear(stage: &mut Stage, members: &str) {
    let text = format!("[[fault]]\nkind = \"load\"\nservice = \"{SERVICE}\"\nafter = \"0s\"\n{members}\n");
    stage.sim.play(Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}")));
    stage.wait(1);
}

/// A policy that follows one of AWS's metrics.
pub fn tracking(name: &str, metric: &str, goal: f64, more: Value) -> Value {
    let settings = map! { "TargetValue" => goal, "PredefinedMetricSpecification" => map! { "PredefinedMetricType" => metric } };
    map! {
        "PolicyName" => name, "PolicyType" => "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration" => with(settings, more),
    }
}

fn alarms(stage: &mut Stage) -> Vec<Value> {
    let request = map! { "AlarmNamePrefix" => "TargetTracking-" };
    stage.send("cloudwatch", "describe_alarms", request).unwrap().items("MetricAlarms").to_vec()
}

/// A1 Registering a target again changes what it says and leaves the rest, its
/// ARN and what is suspended included.
#[test]
fn a01_registering_is_an_upsert() {
    let mut stage = Stage::new();
    let arn = text(&described(&mut stage), "ScalableTargetARN");
    scaling(&mut stage, "register_scalable_target", map! { "SuspendedState" => map! { "ScheduledScalingSuspended" => true } });
    let answer = scaling(&mut stage, "register_scalable_target", map! { "MaxCapacity" => 6 });
    assert_eq!(text(&answer, "ScalableTargetARN"), arn);
    let target = described(&mut stage);
    assert_eq!((int(&target, "MinCapacity"), int(&target, "MaxCapacity")), (2, 6));
    let suspended = ["DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"];
    let state = target.get("SuspendedState").unwrap();
    assert_eq!(suspended.map(|name| state.get(name).and_then(Value::as_bool)), [Some(false), Some(false), Some(true)]);
}

/// A2 Every registration brings the count into the bounds, whatever else it
/// says, and an activity tells of it.
#[test]
fn a02_registering_brings_the_count_into_the_bounds() {
    let mut stage = Stage::new();
    scaling(&mut stage, "register_scalable_target", map! { "MinCapacity" => 4 });
    assert_eq!(desired(&mut stage), 4);
    let activity = activities(&mut stage).remove(0);
    assert_eq!(text(&activity, "Description"), "Setting desired count to 4.");
    assert_eq!(text(&activity, "Cause"), "minimum capacity was set to 4");
    assert_eq!(text(&activity, "StatusCode"), "InProgress");
    stage.wait(120);
    let activity = activities(&mut stage).remove(0);
    let message = "Successfully set desired count to 4. Change successfully fulfilled by ecs.";
    assert_eq!((text(&activity, "StatusCode"), text(&activity, "StatusMessage")), ("Successful".into(), message.into()));
    // Somebody sets it by hand, and the next request puts it right that says nothing of bounds.
    stage.update("desiredCount", 12);
    assert_eq!(desired(&mut stage), 12);
    scaling(&mut stage, "register_scalable_target", map! { "SuspendedState" => map! { "DynamicScalingInSuspended" => true } });
    assert_eq!(desired(&mut stage), 10);
}

/// A3 A target is for a service that is there, of ECS, and its bounds are in order.
#[test]
fn a03_what_is_no_target() {
    let mut stage = Stage::new();
    let register = |more: Value| target(with(map! { "MinCapacity" => 1, "MaxCapacity" => 3 }, more));
    for (request, message) in [
        (
            register(map! { "ResourceId" => "service/nest-wallet-cluster/nobody" }),
            "ECS service doesn't exist: service/nest-wallet-cluster/nobody",
        ),
        (register(map! { "ResourceId" => "table/x" }), "Unsupported service namespace, resource type or scalable dimension"),
        (register(map! { "ScalableDimension" => "ec2:spot-fleet-request:TargetCapacity" }), "Unsupported service namespace"),
        (register(map! { "MinCapacity" => 4 }), "Maximum capacity cannot be less than minimum capacity"),
        (register(map! { "MinCapacity" => -1 }), "Minimum capacity cannot be less than 0"),
        (
            register(
                map! { "ResourceId" => "service/nest-wallet-cluster/nest-wallet-service-dev", "MaxCapacity" => Value::Null },
            ),
            "Maximum capacity must be specified",
        ),
    ] {
        let error = refused(&mut stage, "register_scalable_target", request);
        assert_eq!(error.code, "ValidationException");
        assert!(error.message.contains(message), "{}", error.message);
    }
}

/// A4 A policy, a scheduled action and a deregistration need a registered target.
#[test]
fn a04_without_a_target() {
    let mut stage = Stage::new();
    let dev = map! { "ResourceId" => "service/nest-wallet-cluster/nest-wallet-service-dev" };
    let place = "service namespace: ecs, resource ID: service/nest-wallet-cluster/nest-wallet-service-dev, scalable dimension: ecs:service:DesiredCount";
    let policy = tracking("p", "ECSServiceAverageCPUUtilization", 50.0, map! {});
    let action =
        map! { "ScheduledActionName" => "a", "Schedule" => "rate(1 day)", "ScalableTargetAction" => map! { "MinCapacity" => 1 } };
    for (method, more, message) in [
        ("put_scaling_policy", policy, "No scalable target registered for"),
        ("put_scheduled_action", action, "No scalable target registered for"),
        ("deregister_scalable_target", map! {}, "No scalable target found for"),
        ("delete_scaling_policy", map! { "PolicyName" => "p" }, "No scaling policy found for"),
        ("delete_scheduled_action", map! { "ScheduledActionName" => "a" }, "No scheduled action found for"),
    ] {
        let error = refused(&mut stage, method, target(with(more, dev.clone())));
        assert_eq!(error.code, "ObjectNotFoundException", "{method}");
        assert!(error.message.starts_with(&format!("{message} {place}")), "{}", error.message);
    }
}

/// A5 Deregistering takes policies, their alarms and scheduled actions along.
#[test]
fn a05_deregistering() {
    let mut stage = Stage::new();
    assert_eq!(alarms(&mut stage).len(), 2);
    scaling(&mut stage, "deregister_scalable_target", map! {});
    assert!(described(&mut stage).is_null());
    let policies = scaling(&mut stage, "describe_scaling_policies", map! {});
    assert_eq!((policies.items("ScalingPolicies").len(), alarms(&mut stage).len()), (0, 0));
    bear(&mut stage, "cpu = 900");
    stage.wait(3600);
    assert_eq!(desired(&mut stage), 2, "nobody scales it any more");
}

/// A6 A policy that follows a metric brings two alarms, above the target value
/// for three minutes and a tenth below it for fifteen.
#[test]
fn a06_a_policy_brings_two_alarms() {
    let mut stage = Stage::new();
    let answer =
        scaling(&mut stage, "put_scaling_policy", tracking("memory", "ECSServiceAverageMemoryUtilization", 80.0, map! {}));
    let names: Vec<String> = answer.items("Alarms").iter().map(|alarm| text(alarm, "AlarmName")).collect();
    assert!(names[0].starts_with(&format!("TargetTracking-{RESOURCE}-AlarmHigh-")), "{names:?}");
    assert!(names[1].starts_with(&format!("TargetTracking-{RESOURCE}-AlarmLow-")), "{names:?}");
    let all = alarms(&mut stage);
    assert_eq!(all.len(), 4);
    for (name, threshold, periods, comparison) in
        [(&names[0], 80.0, 3, "GreaterThanThreshold"), (&names[1], 72.0, 15, "LessThanThreshold")]
    {
        let alarm = all.iter().find(|alarm| text(alarm, "AlarmName") == *name).unwrap();
        assert_eq!(alarm.get("Threshold"), Some(&Value::Float(threshold)));
        assert_eq!((int(alarm, "Period"), int(alarm, "EvaluationPeriods")), (60, periods));
        assert_eq!(
            (text(alarm, "ComparisonOperator"), text(alarm, "MetricName")),
            (comparison.into(), "MemoryUtilization".into())
        );
        assert_eq!(alarm.items("AlarmActions"), [answer.get("PolicyARN").unwrap().clone()]);
    }
    scaling(&mut stage, "delete_scaling_policy", map! { "PolicyName" => "memory" });
    assert_eq!(alarms(&mut stage).len(), 2);
}

/// A7 Putting a policy again replaces its settings and keeps its ARN and alarms.
#[test]
fn a07_putting_a_policy_is_an_upsert() {
    let mut stage = Stage::new();
    let metric = "ECSServiceAverageCPUUtilization";
    let before = scaling(
        &mut stage,
        "put_scaling_policy",
        tracking("nest-wallet-scale-up", metric, 50.0, map! { "ScaleInCooldown" => 60 }),
    );
    let after = scaling(&mut stage, "put_scaling_policy", tracking("nest-wallet-scale-up", metric, 60.0, map! {}));
    assert_eq!(before, after);
    let policies = scaling(&mut stage, "describe_scaling_policies", map! {}).items("ScalingPolicies").to_vec();
    let settings = policies[0].get("TargetTrackingScalingPolicyConfiguration").unwrap();
    assert_eq!(
        (policies.len(), settings.get("TargetValue"), settings.get("ScaleInCooldown")),
        (1, Some(&Value::Float(60.0)), None)
    );
    assert_eq!(alarms(&mut stage).iter().filter(|alarm| alarm.get("Threshold") == Some(&Value::Float(60.0))).count(), 1);
}

/// A8 Two policies cannot follow the same metric, and what follows none is no policy.
#[test]
fn a08_policies_that_make_no_sense() {
    let mut stage = Stage::new();
    let cpu = "ECSServiceAverageCPUUtilization";
    let step = |steps: Vec<Value>| {
        let settings = map! { "AdjustmentType" => "ChangeInCapacity", "StepAdjustments" => steps };
        map! { "PolicyName" => "p", "PolicyType" => "StepScaling", "StepScalingPolicyConfiguration" => settings }
    };
    for (more, message) in [
        (
            tracking("other", cpu, 50.0, map! {}),
            "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
        ),
        (tracking("p", cpu, 0.0, map! {}), "greater than 0"),
        (tracking("p", "DynamoDBReadCapacityUtilization", 50.0, map! {}), "not supported for the service namespace ecs"),
        (tracking("p", "ALBRequestCountPerTarget", 50.0, map! {}), "resource label"),
        (map! { "PolicyName" => "p" }, "PolicyType must be specified"),
        (map! { "PolicyName" => "p", "PolicyType" => "StepScaling" }, "StepScalingPolicyConfiguration must be specified"),
        (step(vec![]), "At least one step"),
        (
            step(vec![map! { "MetricIntervalLowerBound" => 5.0, "MetricIntervalUpperBound" => 5.0, "ScalingAdjustment" => 1 }]),
            "upper bound",
        ),
    ] {
        let error = refused(&mut stage, "put_scaling_policy", target(more));
        assert_eq!(error.code, "ValidationException");
        assert!(error.message.contains(message), "{}", error.message);
    }
}

/// A9 Tags belong to a target, and a registration brings them only to a new one.
#[test]
fn a09_tags() {
    let mut stage = Stage::new();
    let arn = text(&described(&mut stage), "ScalableTargetARN");
    let error = refused(&mut stage, "register_scalable_target", target(map! { "Tags" => map! { "a" => "b" } }));
    assert!(error.message.starts_with("The scalable target that you tried to tag already exists."), "{}", error.message);
    let ask = |stage: &mut Stage, method: &str, more: Value| {
        let request = with(map! { "ResourceARN" => arn.as_str() }, more);
        stage.send("application_autoscaling", method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
    };
    ask(&mut stage, "tag_resource", map! { "Tags" => map! { "team" => "wallet", "x" => "y" } });
    ask(&mut stage, "untag_resource", map! { "TagKeys" => vec!["x"] });
    let tags = ask(&mut stage, "list_tags_for_resource", map! {});
    assert_eq!(tags.get("Tags"), Some(&map! { "team" => "wallet" }));
    let error = refused(&mut stage, "list_tags_for_resource", map! { "ResourceARN" => "arn:aws:x" });
    assert_eq!(error.code, "ResourceNotFoundException");
}
