//! What the standard library makes of names, alarms and dashboards.

use serde_json::{Value, json};

use super::{assert_table, play};

#[test]
fn names_begin_as_the_service_does() {
    let rows = [
        ("web-service", "web"),
        ("web-service-dev", "web-dev"),
        ("web", "web"),
        ("-service", "-service"),
        ("service", "service"),
    ];
    let rows: Vec<_> = rows.iter().map(|(name, wanted)| (json!(name), json!(wanted))).collect();
    assert_table("watching", "watching::prefix(one.input)", &rows);
}

#[test]
fn conditions_are_said_in_words() {
    let alarm = |threshold: f64, more: Value| {
        let mut alarm = json!({ "MetricName": "CPUUtilization", "ComparisonOperator": "GreaterThanThreshold", "Threshold": threshold,
            "EvaluationPeriods": 3, "Period": 300 });
        alarm.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        alarm
    };
    let rows = [
        (alarm(80.0, json!({})), json!("CPUUtilization > 80, 3 of 3 times 5 min")),
        (
            alarm(0.5, json!({ "DatapointsToAlarm": 2, "ComparisonOperator": "LessThanThreshold" })),
            json!("CPUUtilization < 0.5, 2 of 3 times 5 min"),
        ),
    ];
    assert_table("alarms", "alarms::condition(one.input)", &rows);
}

/// Two alarms that work alike are equal, whatever AWS tells beside their settings.
#[test]
fn alarms_that_work_alike_are_equal() {
    let put = json!({ "AlarmName": "a", "MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 2,
        "Threshold": 1.5, "ComparisonOperator": "GreaterThanThreshold",
        "Dimensions": [{ "Name": "b", "Value": "1" }, { "Name": "a", "Value": "2" }] });
    let with = |more: Value| {
        let mut alarm = put.clone();
        alarm.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        alarm
    };
    let told =
        with(json!({ "AlarmArn": "arn", "StateValue": "OK", "StateReason": "x", "StateUpdatedTimestamp": "2026-07-01T09:00:00Z",
        "AlarmConfigurationUpdatedTimestamp": "2026-07-01T09:00:00Z", "ActionsEnabled": true, "OKActions": [], "AlarmActions": [],
        "InsufficientDataActions": [], "TreatMissingData": "missing", "DatapointsToAlarm": 2,
        "Dimensions": [{ "Name": "a", "Value": "2" }, { "Name": "b", "Value": "1" }] }));
    let cases = [
        (told, true),
        (with(json!({ "Threshold": 2.0 })), false),
        (with(json!({ "DatapointsToAlarm": 1 })), false),
        (with(json!({ "TreatMissingData": "breaching" })), false),
        (with(json!({ "Dimensions": [] })), false),
        (with(json!({ "AlarmActions": ["arn:aws:sns:r:1:t"] })), false),
        (with(json!({ "Unit": "Count" })), false),
    ];
    let inputs: Vec<Value> = cases.iter().map(|(other, _)| json!({ "put": put, "other": other })).collect();
    let found = play(&["alarms"], "alarms::settings(one.put) == alarms::settings(one.other)", &inputs);
    assert_eq!(found, cases.iter().map(|(_, equal)| json!(equal)).collect::<Vec<_>>());
}

/// What somebody else put on a dashboard moves below ours, once.
#[test]
fn others_widgets_stay() {
    let ours =
        json!({ "widgets": [{ "type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": { "title": "CPU" } }] });
    let text = |y: i64| json!({ "type": "text", "x": 0, "y": y, "properties": { "markdown": "hello" } });
    let board = |widgets: Vec<Value>| json!({ "start": "-P1D", "widgets": widgets });
    let whole = |y: i64| board(vec![ours["widgets"][0].clone(), text(y)]);
    let cases = [
        (json!({}), ours.clone()),
        (board(vec![text(2)]), whole(6)),
        (whole(6), whole(6)),
        (whole(9), whole(9)),
        (board(vec![json!({ "type": "metric", "y": 3, "properties": { "title": "CPU" } }), text(8)]), whole(8)),
    ];
    let inputs: Vec<Value> = cases.iter().map(|(before, _)| json!({ "ours": ours, "before": before })).collect();
    let found = play(&["watching"], "watching::with_others(one.ours, one.before)", &inputs);
    assert_eq!(found, cases.iter().map(|(_, after)| after.clone()).collect::<Vec<_>>());
}
