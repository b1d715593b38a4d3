//! M20 to M29: alarms while time passes.

use rollbook::map;
use rollbook::sim::Scenario;
use rollbook::value::Value;

use super::super::scaling::bear;
use super::super::stage::{SERVICE, Stage, int, text, time};
use super::{alarm, ask, before, described, fixed, state};

fn put(stage: &mut Stage, name: &str, more: Value) {
    ask(stage, "put_metric_alarm", alarm(name, more));
}

/// M20 A new alarm knows nothing; it looks every minute, over periods that end
/// then, and what it knew before other settings it still knows.
#[test]
fn m20_a_new_alarm() {
    let mut stage = fixed();
    put(&mut stage, "a", map! {});
    let new = described(&mut stage, "a");
    assert_eq!(
        (text(&new, "StateValue"), text(&new, "StateReason")),
        ("INSUFFICIENT_DATA".into(), "Unchecked: Initial alarm creation".into())
    );
    assert_eq!(new.get("ActionsEnabled"), Some(&Value::Bool(true)));
    stage.wait(60);
    let seen = described(&mut stage, "a");
    assert_eq!(text(&seen, "StateValue"), "OK");
    assert_eq!(
        text(&seen, "StateReason"),
        "Threshold Crossed: 3 datapoints [65.0 (01/07/26 09:00:00), 65.0 (01/07/26 08:59:00), 65.0 (01/07/26 08:58:00)] were \
         not greater than the threshold (80.0)."
    );
    assert!(text(&seen, "StateReasonData").contains("\"recentDatapoints\":[65.0,65.0,65.0]"));
    put(&mut stage, "a", map! { "Threshold" => 30.0 });
    let changed = described(&mut stage, "a");
    assert_eq!(
        (text(&changed, "StateValue"), time(&changed, "StateUpdatedTimestamp")),
        ("OK".into(), time(&seen, "StateUpdatedTimestamp"))
    );
    assert!(time(&changed, "AlarmConfigurationUpdatedTimestamp") >= time(&seen, "StateUpdatedTimestamp"));
    stage.wait(60);
    assert_eq!(state(&mut stage, "a"), "ALARM");
}

/// M21 So many of the last datapoints must breach, and the state comes back when
/// too few of them do.
#[test]
fn m21_datapoints_to_alarm() {
    let mut stage = fixed();
    put(&mut stage, "all", map! {});
    put(&mut stage, "two", map! { "DatapointsToAlarm" => 2 });
    put(&mut stage, "one", map! { "DatapointsToAlarm" => 1 });
    stage.wait(120);
    bear(&mut stage, "cpu = 180");
    stage.wait(59);
    let mut seen = vec![];
    for _ in 0..5 {
        seen.push(["one", "two", "all"].map(|name| state(&mut stage, name) == "ALARM"));
        stage.wait(60);
    }
    assert_eq!(seen[..3], [[true, false, false], [true, true, false], [true, true, true]]);
    bear(&mut stage, "cpu = 70");
    stage.wait(59);
    let all = described(&mut stage, "all");
    assert_eq!(text(&all, "StateValue"), "OK");
    assert!(text(&all, "StateReason").ends_with("(minimum 1 datapoint for ALARM -> OK transition)."), "{all:?}");
    assert_eq!((state(&mut stage, "two"), state(&mut stage, "one")), ("ALARM".into(), "ALARM".into()));
    stage.wait(120);
    assert_eq!((state(&mut stage, "two"), state(&mut stage, "one")), ("OK".into(), "OK".into()));
}

/// M22 Without data an alarm does as it is told: it knows nothing, stays, goes
/// off or is content.
#[test]
fn m22_without_data() {
    let mut stage = fixed();
    let treatments = ["missing", "ignore", "breaching", "notBreaching"];
    for treatment in treatments {
        put(&mut stage, treatment, map! { "TreatMissingData" => treatment, "EvaluationPeriods" => 1 });
    }
    stage.wait(60);
    assert!(treatments.iter().all(|name| state(&mut stage, name) == "OK"));
    super::scaling(&mut stage, "register_scalable_target", map! { "MinCapacity" => 0 });
    stage.update("desiredCount", 0);
    stage.wait(600);
    assert_eq!(treatments.map(|name| state(&mut stage, name)), ["INSUFFICIENT_DATA", "OK", "ALARM", "OK"]);
    assert_eq!(text(&described(&mut stage, "missing"), "StateReason"), "Insufficient Data: 3 datapoints were unknown.");
    let reason = text(&described(&mut stage, "breaching"), "StateReason");
    assert_eq!(
        reason,
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching]."
    );
}

/// M23 An alarm whose dimensions name no metric never has data: the guide's own
/// command makes one.
#[test]
fn m23_an_alarm_on_nothing() {
    let mut stage = fixed();
    put(&mut stage, "nest-wallet-cpu-high", map! { "Dimensions" => Value::Null, "Period" => 300, "EvaluationPeriods" => 2 });
    bear(&mut stage, "cpu = 200");
    stage.wait(3600);
    assert_eq!(state(&mut stage, "nest-wallet-cpu-high"), "INSUFFICIENT_DATA");
}

/// M24 A state that somebody sets lasts until the alarm looks again; one that a
/// scenario sets lasts.
#[test]
fn m24_a_state_that_is_set() {
    let mut stage = fixed();
    stage.wait(20);
    let request = map! { "AlarmName" => "nest-wallet-cpu-high", "StateValue" => "ALARM", "StateReason" => "a drill" };
    ask(&mut stage, "set_alarm_state", request);
    let set = described(&mut stage, "nest-wallet-cpu-high");
    assert_eq!((text(&set, "StateReason"), time(&set, "StateTransitionedTimestamp")), ("a drill".into(), stage.now));
    stage.wait(39);
    assert_eq!(state(&mut stage, "nest-wallet-cpu-high"), "ALARM");
    stage.wait(1);
    assert_eq!(state(&mut stage, "nest-wallet-cpu-high"), "OK");
    let scenario = "[[fault]]\nkind = \"alarm\"\nalarm = \"nest-wallet-cpu-high\"\nafter = \"5s\"\n";
    stage.sim.play(Scenario::parse(scenario).unwrap());
    stage.wait(3600);
    assert_eq!(state(&mut stage, "nest-wallet-cpu-high"), "ALARM");
}

/// M25 An alarm that goes off because of the load stops the deployment that
/// watches it, and rolls it back.
#[test]
fn m25_load_rolls_a_deployment_back() {
    let mut stage = fixed();
    put(&mut stage, "hot", map! { "EvaluationPeriods" => 2 });
    stage.wait(60);
    let alarms = map! { "alarmNames" => vec!["hot"], "enable" => true, "rollback" => true };
    stage.update("deploymentConfiguration", map! { "alarms" => alarms, "bakeTimeInMinutes" => 30 });
    stage.wait(600);
    stage.scene();
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(240);
    assert_eq!(text(&stage.rollout(), "status"), "IN_PROGRESS", "it bakes");
    bear(&mut stage, "cpu = 190");
    stage.wait(200);
    assert!(stage.says("deployment failed: alarm detected."), "{:?}", stage.said());
    stage.wait(400);
    let rollout = stage.rollout();
    assert_eq!(text(&rollout, "status"), "ROLLBACK_SUCCESSFUL");
    assert_eq!(rollout.get("alarms").unwrap().items("triggeredAlarmNames"), [Value::from("hot")]);
    assert!(text(&stage.service(), "taskDefinition").ends_with(":41"));
}

/// M26 The history tells of settings, states and actions, newest first, and
/// outlives its alarm; actions that are off are not taken.
#[test]
fn m26_history() {
    let mut stage = fixed();
    let topic = "arn:aws:sns:ap-northeast-2:123456789012:ops";
    put(&mut stage, "a", map! { "EvaluationPeriods" => 1, "AlarmActions" => vec![topic] });
    stage.wait(60);
    bear(&mut stage, "cpu = 190");
    stage.wait(119);
    let told = |stage: &mut Stage, more: Value| {
        let mut request = map! { "AlarmName" => "a" };
        request.as_map_mut().unwrap().extend(more.as_map().cloned().unwrap());
        let answer = ask(stage, "describe_alarm_history", request);
        answer.items("AlarmHistoryItems").iter().map(|item| text(item, "HistorySummary")).collect::<Vec<_>>()
    };
    let all = told(&mut stage, map! {});
    assert_eq!(
        all,
        [
            format!("Successfully executed action {topic}").as_str(),
            "Alarm updated from OK to ALARM",
            "Alarm updated from INSUFFICIENT_DATA to OK",
            "Alarm \"a\" created"
        ]
    );
    let mut turned = told(&mut stage, map! { "ScanBy" => "TimestampAscending" });
    turned.reverse();
    assert_eq!(turned, all);
    assert_eq!(told(&mut stage, map! { "HistoryItemType" => "StateUpdate", "MaxRecords" => 1 }), all[1..2]);
    let start = before(&stage, 1);
    assert_eq!(told(&mut stage, map! { "StartDate" => start }).len(), 2);
    ask(&mut stage, "disable_alarm_actions", map! { "AlarmNames" => vec!["a", "nobody"] });
    assert_eq!(described(&mut stage, "a").get("ActionsEnabled"), Some(&Value::Bool(false)));
    for state in ["OK", "ALARM"] {
        ask(&mut stage, "set_alarm_state", map! { "AlarmName" => "a", "StateValue" => state, "StateReason" => "x" });
    }
    assert_eq!(told(&mut stage, map! { "HistoryItemType" => "Action" }).len(), 1);
    ask(&mut stage, "enable_alarm_actions", map! { "AlarmNames" => vec!["a"] });
    ask(&mut stage, "delete_alarms", map! { "AlarmNames" => vec!["a", "nobody"] });
    assert_eq!(state(&mut stage, "a"), "none");
    assert_eq!(told(&mut stage, map! {})[0], "Alarm \"a\" deleted");
}

/// M27 An alarm on an expression watches the one series that returns data.
#[test]
fn m27_an_alarm_on_an_expression() {
    let mut stage = fixed();
    let (balancer, group) = super::balancer(&mut stage);
    let metric = |id: &str, name: &str| {
        let dimensions = super::pairs(&[("LoadBalancer", balancer.as_str()), ("TargetGroup", group.as_str())]);
        let metric = map! { "Namespace" => "AWS/ApplicationELB", "MetricName" => name, "Dimensions" => dimensions };
        map! { "Id" => id, "ReturnData" => false, "MetricStat" => map! { "Metric" => metric, "Period" => 60, "Stat" => "Sum" } }
    };
    let rate = map! { "Id" => "rate", "Expression" => "100 * FILL(bad, 0) / all", "ReturnData" => true };
    let request = map! {
        "AlarmName" => "errors", "EvaluationPeriods" => 2, "Threshold" => 10, "ComparisonOperator" => "GreaterThanThreshold",
        "Metrics" => vec![metric("bad", "HTTPCode_Target_5XX_Count"), metric("all", "RequestCount"), rate],
    };
    ask(&mut stage, "put_metric_alarm", request);
    stage.wait(60);
    assert_eq!(state(&mut stage, "errors"), "OK");
    bear(&mut stage, "cpu = 400");
    stage.wait(179);
    let alarm = described(&mut stage, "errors");
    assert_eq!(text(&alarm, "StateValue"), "ALARM");
    assert!(text(&alarm, "StateReason").contains("[50.0 ("), "{alarm:?}");
}

/// M28 DescribeAlarms filters by name, prefix, state and action, in pages;
/// DescribeAlarmsForMetric finds those on exactly that metric.
#[test]
fn m28_describing_alarms() {
    let mut stage = fixed();
    let topic = "arn:aws:sns:ap-northeast-2:123456789012:ops";
    put(&mut stage, "x-1", map! { "AlarmActions" => vec![topic] });
    put(&mut stage, "x-2", map! { "Period" => 300, "OKActions" => vec![topic] });
    put(&mut stage, "x-3", map! { "MetricName" => "MemoryUtilization" });
    let names = |stage: &mut Stage, method: &str, request: Value| {
        let answer = ask(stage, method, request);
        answer.items("MetricAlarms").iter().map(|alarm| text(alarm, "AlarmName")).collect::<Vec<_>>()
    };
    let by = |stage: &mut Stage, request| names(stage, "describe_alarms", request);
    assert_eq!(by(&mut stage, map! { "AlarmNamePrefix" => "x-" }), ["x-1", "x-2", "x-3"]);
    assert_eq!(by(&mut stage, map! { "AlarmNames" => vec!["x-2", "nobody"] }), ["x-2"]);
    assert_eq!(by(&mut stage, map! { "ActionPrefix" => "arn:aws:sns" }), ["x-1", "x-2"]);
    assert_eq!(by(&mut stage, map! { "AlarmNamePrefix" => "x-", "StateValue" => "OK" }), [] as [String; 0]);
    assert_eq!(by(&mut stage, map! { "AlarmTypes" => vec!["CompositeAlarm"] }), [] as [String; 0]);
    let first = ask(&mut stage, "describe_alarms", map! { "AlarmNamePrefix" => "x-", "MaxRecords" => 2 });
    let token = first.text("NextToken").unwrap();
    assert_eq!(by(&mut stage, map! { "AlarmNamePrefix" => "x-", "MaxRecords" => 2, "NextToken" => token }), ["x-3"]);
    let metric = |more: Value| {
        let mut request =
            map! { "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization", "Dimensions" => super::of_service() };
        request.as_map_mut().unwrap().extend(more.as_map().cloned().unwrap());
        request
    };
    let of_metric = |stage: &mut Stage, request| names(stage, "describe_alarms_for_metric", request);
    let all = of_metric(&mut stage, metric(map! {}));
    assert!(
        all.contains(&"nest-wallet-cpu-high".into()) && all.contains(&"x-2".into()) && !all.contains(&"x-3".into()),
        "{all:?}"
    );
    assert_eq!(of_metric(&mut stage, metric(map! { "Period" => 300 })), ["nest-wallet-cpu-high", "x-2"]);
    assert_eq!(of_metric(&mut stage, metric(map! { "Dimensions" => Value::Null })), [] as [String; 0]);
}

/// M29 An alarm that sees the same for ever costs nothing, and misses nothing:
/// months later it goes off as fast as on the first day.
#[test]
fn m29_quiet_times() {
    let mut stage = fixed();
    put(&mut stage, "a", map! {});
    stage.wait(200 * 24 * 3600);
    bear(&mut stage, "cpu = 190");
    stage.wait(239);
    let alarm = described(&mut stage, "a");
    assert_eq!(text(&alarm, "StateValue"), "ALARM");
    let since = stage.now.as_second() - time(&alarm, "StateUpdatedTimestamp").as_second();
    assert!((0..120).contains(&since), "{since}");
    assert_eq!(int(&stage.service(), "desiredCount"), 2, "{SERVICE}");
}
