//! M30 to M34: what an alarm may say.

use rollbook::map;
use rollbook::value::Value;

use super::super::stage::Stage;
use super::{alarm, ask, assert_refused, described, refused};

/// M30 An alarm must say what it watches and when it goes off, once and not twice.
#[test]
fn m30_what_an_alarm_must_say() {
    let mut stage = Stage::new();
    let null = |path: &str| format!("Value null at '{path}' failed to satisfy constraint: Member must not be null");
    for (more, part) in [
        (map! { "EvaluationPeriods" => Value::Null }, null("evaluationPeriods")),
        (map! { "Threshold" => Value::Null }, null("threshold")),
        (map! { "ComparisonOperator" => Value::Null }, null("comparisonOperator")),
        (map! { "Period" => Value::Null }, null("period")),
        (map! { "Namespace" => Value::Null }, null("namespace")),
        (map! { "MetricName" => Value::Null }, "Exactly one of MetricName, Metrics".into()),
        (map! { "Statistic" => Value::Null }, "Exactly one of Statistic or ExtendedStatistic".into()),
        (map! { "ExtendedStatistic" => "p99" }, "Exactly one of Statistic or ExtendedStatistic".into()),
        (map! { "Metrics" => vec![map! { "Id" => "m1" }] }, "Exactly one of MetricName, Metrics".into()),
    ] {
        assert_refused(&mut stage, "put_metric_alarm", alarm("a", more), "ValidationError", &part);
    }
    ask(&mut stage, "put_metric_alarm", alarm("a", map! { "Statistic" => Value::Null, "ExtendedStatistic" => "p99" }));
}

/// M31 Numbers, options and texts of an alarm have bounds.
#[test]
fn m31_bounds() {
    let mut stage = Stage::new();
    for (more, part) in [
        (map! { "AlarmName" => "" }, "at 'alarmName' failed to satisfy constraint: Member must have length greater"),
        (map! { "AlarmName" => "x".repeat(256) }, "Member must have length less than or equal to 255"),
        (map! { "AlarmDescription" => "x".repeat(1025) }, "Member must have length less than or equal to 1024"),
        (map! { "Period" => 15 }, "Period must be 10, 20, 30 or a multiple of 60"),
        (map! { "Period" => 90 }, "Period must be 10, 20, 30 or a multiple of 60"),
        (map! { "Period" => 0 }, "Period must be 10, 20, 30 or a multiple of 60"),
        (
            map! { "EvaluationPeriods" => 0 },
            "at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater",
        ),
        (map! { "DatapointsToAlarm" => 4 }, "DatapointsToAlarm must be less than or equal to EvaluationPeriods"),
        (
            map! { "Period" => 1800, "EvaluationPeriods" => 49 },
            "across more than a day (EvaluationPeriods * Period must be <= 86400)",
        ),
        (
            map! { "Period" => 86_400, "EvaluationPeriods" => 8 },
            "across more than a week (EvaluationPeriods * Period must be <= 604800)",
        ),
        (map! { "EvaluationPeriods" => i64::MAX }, "across more than a day"),
        (map! { "TreatMissingData" => "Breaching" }, "Supported options for parameter TreatMissingData are breaching"),
        (map! { "EvaluateLowSampleCountPercentile" => "no" }, "are evaluate and ignore."),
        (map! { "Dimensions" => vec![map! { "Name" => "a", "Value" => "b" }; 31] }, "less than or equal to 30"),
    ] {
        assert_refused(&mut stage, "put_metric_alarm", alarm("a", more), "ValidationError", part);
    }
    let whole_day = map! { "Period" => 3600, "EvaluationPeriods" => 24 };
    ask(&mut stage, "put_metric_alarm", alarm("a", whole_day));
}

/// M32 Actions are ARNs of this region, at most five for a state.
#[test]
fn m32_actions() {
    let mut stage = Stage::new();
    let topic = "arn:aws:sns:ap-northeast-2:123456789012:ops";
    for (actions, part) in [
        (vec![topic; 6], "at 'alarmActions' failed to satisfy constraint: Member must have length less than or equal to 5"),
        (vec!["ops"], "Invalid arn syntax: ops"),
        (vec!["arn:aws:sns:us-east-1:123456789012:ops"], "Invalid region us-east-1 specified. Only ap-northeast-2 is supported."),
    ] {
        assert_refused(&mut stage, "put_metric_alarm", alarm("a", map! { "AlarmActions" => actions }), "ValidationError", part);
    }
    ask(&mut stage, "put_metric_alarm", alarm("a", map! { "AlarmActions" => vec![topic; 2] }));
    assert_eq!(described(&mut stage, "a").items("AlarmActions").len(), 2);
}

fn on_queries(queries: Vec<Value>) -> Value {
    map! {
        "AlarmName" => "a", "EvaluationPeriods" => 1, "Threshold" => 1, "ComparisonOperator" => "GreaterThanThreshold",
        "Metrics" => queries,
    }
}

fn query(id: &str, period: i64, returns: bool) -> Value {
    let metric = map! { "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization" };
    let stat = map! { "Metric" => metric, "Period" => period, "Stat" => "Average" };
    map! { "Id" => id, "MetricStat" => stat, "ReturnData" => returns }
}

/// M33 Of an alarm's queries exactly one returns data, and all metrics have one
/// period.
#[test]
fn m33_queries_of_alarms() {
    let mut stage = Stage::new();
    let sum = |text: &str| map! { "Id" => "e", "Expression" => text };
    for (queries, code, part) in [
        (
            vec![query("a", 60, true), query("b", 60, true)],
            "ValidationError",
            "Exactly one element of the metrics list should return data.",
        ),
        (vec![query("a", 60, false)], "ValidationError", "Exactly one element"),
        (vec![query("a", 60, false), query("b", 300, false), sum("a + b")], "ValidationError", "the same period"),
        (vec![query("a", 60, false), sum("a + c")], "ValidationError", "Error in expression 'e'"),
        (vec![query("a", 60, false), sum("a +")], "ValidationError", "Error in expression 'e'"),
        (vec![query("a", 60, false), sum("e + a")], "ValidationError", "Error in expression 'e'"),
        (vec![query("A", 60, true)], "ValidationError", "is not matching the expected pattern"),
        (vec![query("a", 60, false), query("a", 60, true)], "ValidationError", "are not unique"),
        (vec![query("a", 60, false), sum("SEARCH('x', 'Sum')")], "UnsupportedOperation", "SEARCH"),
    ] {
        assert_refused(&mut stage, "put_metric_alarm", on_queries(queries), code, part);
    }
    let mut both = on_queries(vec![query("a", 60, true)]);
    both.as_map_mut().unwrap().insert("Period".into(), Value::Int(60));
    assert_refused(&mut stage, "put_metric_alarm", both, "ValidationError", "you cannot specify Period");
    ask(&mut stage, "put_metric_alarm", on_queries(vec![query("a", 60, false), sum("2 * a")]));
}

/// M34 What is not there is not found, and what the sandbox does not evaluate it
/// refuses to take.
#[test]
fn m34_unknown_alarms_and_kinds() {
    let mut stage = Stage::new();
    let state = map! { "AlarmName" => "nobody", "StateValue" => "OK", "StateReason" => "x" };
    for (method, request) in [
        ("set_alarm_state", state),
        ("delete_alarms", map! { "AlarmNames" => vec!["nobody"] }),
        ("list_tags_for_resource", map! { "ResourceARN" => "arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:nobody" }),
    ] {
        let (code, status, _) = refused(&mut stage, method, request);
        assert!(code.starts_with("ResourceNotFound") && status == 404, "{method}: {code} {status}");
    }
    let data =
        map! { "AlarmName" => "nest-wallet-cpu-high", "StateValue" => "OK", "StateReason" => "x", "StateReasonData" => "{" };
    assert_refused(&mut stage, "set_alarm_state", data, "InvalidFormat", "StateReasonData");
    let band = map! { "ComparisonOperator" => "GreaterThanUpperThreshold" };
    assert_refused(&mut stage, "put_metric_alarm", alarm("a", band), "UnsupportedOperation", "anomaly detection");
    let tags = vec![map! { "Key" => "team", "Value" => "wallet" }];
    ask(&mut stage, "put_metric_alarm", alarm("a", map! { "Tags" => tags.clone() }));
    let arn = "arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:a";
    assert_eq!(ask(&mut stage, "list_tags_for_resource", map! { "ResourceARN" => arn }).items("Tags"), tags);
    ask(&mut stage, "untag_resource", map! { "ResourceARN" => arn, "TagKeys" => vec!["team"] });
    ask(&mut stage, "tag_resource", map! { "ResourceARN" => arn, "Tags" => vec![map! { "Key" => "a", "Value" => "b" }] });
    let left = ask(&mut stage, "list_tags_for_resource", map! { "ResourceARN" => arn });
    assert_eq!(left.items("Tags"), [map! { "Key" => "a", "Value" => "b" }]);
}
