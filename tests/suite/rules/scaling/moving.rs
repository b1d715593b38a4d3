//! A20 to A35: what moves the count of a service.

use rollbook::map;
use rollbook::value::Value;

use super::super::stage::{CLUSTER, SERVICE, Stage, int, text};
use super::{RESOURCE, activities, bear, described, desired, scaling, tracking};

fn suspend(stage: &mut Stage, switch: &str, on: bool) {
    scaling(stage, "register_scalable_target", map! { "SuspendedState" => map! { switch => on } });
}

fn after_minutes(stage: &mut Stage, minutes: i64) -> i64 {
    stage.wait(minutes * 60);
    desired(stage)
}

/// A20 A service scales out once its metric was above the target value for three
/// whole minutes, to as many tasks as bring it back there.
#[test]
fn a20_scaling_out() {
    let mut stage = Stage::new();
    bear(&mut stage, "cpu = 180");
    stage.wait(178);
    assert_eq!(desired(&mut stage), 2, "one second less than three minutes");
    stage.wait(1);
    assert_eq!(desired(&mut stage), 3, "two tasks at 90 % are three at 60 %");
    let activity = activities(&mut stage).remove(0);
    let cause = text(&activity, "Cause");
    assert!(cause.starts_with(&format!("monitor alarm TargetTracking-{RESOURCE}-AlarmHigh-")), "{cause}");
    assert!(cause.ends_with(" in state ALARM triggered policy nest-wallet-scale-up"), "{cause}");
    assert_eq!(after_minutes(&mut stage, 60), 3);
}

/// A21 It scales on only after the cooldown, though no metric of a full task says
/// how much is missing.
#[test]
fn a21_the_cooldown_after_scaling_out() {
    let mut stage = Stage::new();
    bear(&mut stage, "cpu = 600");
    assert_eq!(after_minutes(&mut stage, 4), 3, "two tasks at 100 %");
    assert_eq!(after_minutes(&mut stage, 3), 3, "the third runs by now, and all are full");
    assert_eq!(after_minutes(&mut stage, 2), 5, "five minutes after the first");
    assert_eq!(after_minutes(&mut stage, 30), 9, "600 % are nine tasks at less than 70 %");
}

/// A22 It scales in after fifteen minutes a tenth below the target value, and
/// rests after it.
#[test]
fn a22_scaling_in() {
    let mut stage = Stage::new();
    stage.update("desiredCount", 6);
    bear(&mut stage, "cpu = 180");
    assert_eq!(after_minutes(&mut stage, 12), 6);
    assert_eq!(after_minutes(&mut stage, 6), 3, "as many as bear 180 %");
    assert!(text(&activities(&mut stage)[0], "Cause").contains("-AlarmLow-"));
    bear(&mut stage, "cpu = 10");
    assert_eq!(after_minutes(&mut stage, 17), 2, "the bounds hold");
}

/// A23 Between both thresholds nothing moves.
#[test]
fn a23_near_the_target_value() {
    let mut stage = Stage::new();
    bear(&mut stage, "cpu = 130");
    assert_eq!(after_minutes(&mut stage, 120), 2, "65 % is neither above 70 % nor below 63 %");
    assert!(activities(&mut stage).is_empty());
}

/// A24 A suspended direction stands still, the other one does not; resumed, it
/// does what is due.
#[test]
fn a24_suspension() {
    let mut stage = Stage::new();
    suspend(&mut stage, "DynamicScalingOutSuspended", true);
    bear(&mut stage, "cpu = 180");
    assert_eq!(after_minutes(&mut stage, 30), 2);
    suspend(&mut stage, "DynamicScalingOutSuspended", false);
    assert_eq!(after_minutes(&mut stage, 1), 3);
    suspend(&mut stage, "DynamicScalingInSuspended", true);
    bear(&mut stage, "cpu = 20");
    assert_eq!(after_minutes(&mut stage, 60), 3);
    suspend(&mut stage, "DynamicScalingInSuspended", false);
    assert_eq!(after_minutes(&mut stage, 1), 2);
}

/// A25 During a deployment a service scales out and not in.
#[test]
fn a25_during_a_deployment() {
    let mut stage = Stage::new();
    bear(&mut stage, "cpu = 260");
    assert_eq!(after_minutes(&mut stage, 15), 4);
    let scenario = "[[fault]]\nkind = \"slow-start\"\nby = \"20m\"\n";
    stage.sim.play(rollbook::sim::Scenario::parse(scenario).unwrap());
    stage.update("forceNewDeployment", true);
    stage.wait(15);
    bear(&mut stage, "cpu = 20");
    assert_eq!(after_minutes(&mut stage, 18), 4, "the load is low for long, but for the deployment");
    let mut other = Stage::new();
    other.sim.play(rollbook::sim::Scenario::parse(scenario).unwrap());
    other.update("forceNewDeployment", true);
    other.wait(30);
    bear(&mut other, "cpu = 180");
    assert_eq!(after_minutes(&mut other, 5), 3);
    assert_eq!(other.deployments().len(), 2, "it is still under way");
    assert_eq!(after_minutes(&mut stage, 40), 2, "and in, once it is over");
}

/// A26 One policy is enough to scale out, and the largest count counts.
#[test]
fn a26_any_policy_scales_out() {
    let mut stage = Stage::new();
    scaling(&mut stage, "put_scaling_policy", tracking("memory", "ECSServiceAverageMemoryUtilization", 40.0, map! {}));
    bear(&mut stage, "cpu = 150\nmemory = 190");
    assert_eq!(after_minutes(&mut stage, 5), 5, "190 % of memory at 40 % are five tasks, 150 % of CPU at 70 % three");
}

/// A27 All policies must agree to scale in, but for those that never do.
#[test]
fn a27_all_policies_scale_in() {
    for (disabled, expected) in [(false, 4), (true, 2)] {
        let mut stage = Stage::new();
        stage.update("desiredCount", 4);
        let memory = tracking("memory", "ECSServiceAverageMemoryUtilization", 40.0, map! { "DisableScaleIn" => disabled });
        scaling(&mut stage, "put_scaling_policy", memory);
        bear(&mut stage, "cpu = 50\nmemory = 150");
        assert_eq!(after_minutes(&mut stage, 40), expected, "the memory is at its target value");
    }
}

/// A28 Requests for each target are a metric like the others.
#[test]
fn a28_requests() {
    let mut stage = Stage::new();
    let mut policy = tracking("requests", "ALBRequestCountPerTarget", 1000.0, map! {});
    let label = "app/nest-wallet-alb/0123456789abcdef/targetgroup/nest-wallet-tg/0123456789abcdef";
    let settings = policy.as_map_mut().unwrap().get_mut("TargetTrackingScalingPolicyConfiguration").unwrap();
    let metric = map! { "PredefinedMetricType" => "ALBRequestCountPerTarget", "ResourceLabel" => label };
    settings.as_map_mut().unwrap().insert("PredefinedMetricSpecification".into(), metric);
    scaling(&mut stage, "put_scaling_policy", policy);
    bear(&mut stage, "requests = 4500");
    assert_eq!(after_minutes(&mut stage, 5), 5);
}

/// A29 A policy moves a count that somebody set beyond the bounds only in the
/// direction of its alarm, and then into the bounds.
#[test]
fn a29_a_count_beyond_the_bounds() {
    let mut stage = Stage::new();
    stage.update("desiredCount", 14);
    bear(&mut stage, "cpu = 1400");
    assert_eq!(after_minutes(&mut stage, 20), 14, "scaling out does not touch what is above the maximum");
    bear(&mut stage, "cpu = 680");
    assert_eq!(after_minutes(&mut stage, 20), 10);
    let mut stage = Stage::new();
    bear(&mut stage, "cpu = 50");
    stage.wait(20 * 60);
    stage.update("desiredCount", 1);
    assert_eq!(after_minutes(&mut stage, 60), 1, "scaling in does not touch what is below the minimum");
    bear(&mut stage, "cpu = 75");
    assert_eq!(after_minutes(&mut stage, 5), 2);
}

/// A30 At a bound it says so, to those who ask for it.
#[test]
fn a30_not_scaled() {
    let mut stage = Stage::new();
    scaling(&mut stage, "register_scalable_target", map! { "MaxCapacity" => 2 });
    bear(&mut stage, "cpu = 180");
    assert_eq!(after_minutes(&mut stage, 10), 2);
    assert!(activities(&mut stage).is_empty());
    let all = scaling(&mut stage, "describe_scaling_activities", map! { "IncludeNotScaledActivities" => true });
    let newest = &all.items("ScalingActivities")[0];
    assert_eq!(text(newest, "Description"), "Attempting to scale due to alarm triggered");
    assert_eq!(text(&newest.items("NotScaledReasons")[0], "Code"), "AlreadyAtMaxCapacity");
    assert_eq!((text(newest, "StatusCode"), int(&newest.items("NotScaledReasons")[0], "MaxCapacity")), ("Failed".into(), 2));
}

/// A31 A step policy acts on an alarm that names it, by how far the metric is
/// beyond the threshold.
#[test]
fn a31_steps() {
    let mut stage = Stage::new();
    scaling(&mut stage, "delete_scaling_policy", map! { "PolicyName" => "nest-wallet-scale-up" });
    let step = |lower: f64, more: Value, count: i64| {
        super::with(map! { "MetricIntervalLowerBound" => lower, "ScalingAdjustment" => count }, more)
    };
    let steps = vec![step(0.0, map! { "MetricIntervalUpperBound" => 15.0 }, 1), step(15.0, map! {}, 3)];
    let settings = map! { "AdjustmentType" => "ChangeInCapacity", "StepAdjustments" => steps, "Cooldown" => 120 };
    let policy = map! { "PolicyName" => "steps", "PolicyType" => "StepScaling", "StepScalingPolicyConfiguration" => settings };
    let arn = text(&scaling(&mut stage, "put_scaling_policy", policy), "PolicyARN");
    bear(&mut stage, "cpu = 180");
    let alarm = map! {
        "AlarmName" => "busy", "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization", "Statistic" => "Average",
        "Period" => 60, "EvaluationPeriods" => 1, "Threshold" => 70.0, "ComparisonOperator" => "GreaterThanThreshold",
        "AlarmActions" => vec![arn],
        "Dimensions" => [("ClusterName", CLUSTER), ("ServiceName", SERVICE)].map(|(name, value)| map! { "Name" => name, "Value" => value }).to_vec(),
    };
    stage.send("cloudwatch", "put_metric_alarm", alarm).unwrap();
    let alarming = map! { "AlarmName" => "busy", "StateValue" => "ALARM", "StateReason" => "test" };
    stage.send("cloudwatch", "set_alarm_state", alarming).unwrap();
    assert_eq!(after_minutes(&mut stage, 1), 5, "90 % is 20 beyond 70");
    assert!(text(&activities(&mut stage)[0], "Cause").contains("monitor alarm busy in state ALARM triggered policy steps"));
}

/// A32 A service that was deleted is not scaled, and a world without load moves
/// nothing.
#[test]
fn a32_nothing_to_scale() {
    let mut stage = Stage::new();
    assert_eq!(after_minutes(&mut stage, 24 * 60), 2);
    assert!(activities(&mut stage).is_empty());
    stage.ask("delete_service", map! { "cluster" => CLUSTER, "service" => SERVICE, "force" => true });
    bear(&mut stage, "cpu = 900");
    scaling(&mut stage, "register_scalable_target", map! { "MinCapacity" => 3 });
    assert_eq!(after_minutes(&mut stage, 60), 0);
    assert_eq!(int(&described(&mut stage), "MinCapacity"), 3);
}
