//! M50 to M53: GetMetricData.

use rollbook::map;
use rollbook::value::{Timestamp, Value};

use super::super::stage::{Stage, text};
use super::{ask, assert_refused, before, of_service};

fn query(id: &str, name: &str, period: i64) -> Value {
    let metric = map! { "Namespace" => "AWS/ECS", "MetricName" => name, "Dimensions" => of_service() };
    map! { "Id" => id, "MetricStat" => map! { "Metric" => metric, "Period" => period, "Stat" => "Average" } }
}

fn request(stage: &Stage, queries: Vec<Value>, more: Value) -> Value {
    let mut request = map! { "MetricDataQueries" => queries, "StartTime" => before(stage, 10), "EndTime" => stage.now };
    request.as_map_mut().unwrap().extend(more.as_map().cloned().unwrap());
    request
}

fn results(stage: &mut Stage, queries: Vec<Value>, more: Value) -> Vec<Value> {
    let request = request(stage, queries, more);
    ask(stage, "get_metric_data", request).items("MetricDataResults").to_vec()
}

fn minutes(result: &Value) -> Vec<i64> {
    let second = |time: &Value| match time {
        Value::Time(at) => at.as_second() / 60 % 60,
        other => panic!("{other:?}"),
    };
    result.items("Timestamps").iter().map(second).collect()
}

/// M50 Each query has its result, newest point first unless asked otherwise, at
/// its own period, under its label or the metric's name.
#[test]
fn m50_results() {
    let mut stage = Stage::new();
    let mut named = query("m2", "MemoryUtilization", 300);
    named.as_map_mut().unwrap().insert("Label".into(), "Memory".into());
    let queries = vec![query("m1", "CPUUtilization", 60), named];
    let found = results(&mut stage, queries.clone(), map! {});
    assert_eq!([text(&found[0], "Label"), text(&found[1], "Label")], ["CPUUtilization", "Memory"]);
    assert_eq!((minutes(&found[0])[..2].to_vec(), minutes(&found[1])), (vec![59, 58], vec![55, 50]));
    assert_eq!(found[1].items("Values"), [Value::Float(45.0), Value::Float(45.0)]);
    assert_eq!(text(&found[0], "StatusCode"), "Complete");
    let turned = results(&mut stage, queries, map! { "ScanBy" => "TimestampAscending" });
    assert_eq!(minutes(&turned[0])[..2], [50, 51]);
}

/// M51 Expressions are computed from results by their ids, and what returns no
/// data is left out.
#[test]
fn m51_expressions() {
    let mut stage = Stage::new();
    let mut hidden = query("m1", "CPUUtilization", 60);
    hidden.as_map_mut().unwrap().insert("ReturnData".into(), Value::Bool(false));
    let queries = vec![
        map! { "Id" => "e2", "Expression" => "e1 + m2" },
        map! { "Id" => "e1", "Expression" => "m1 / 65 * 2" },
        hidden,
        query("m2", "MemoryUtilization", 60),
    ];
    let found = results(&mut stage, queries, map! {});
    let shown: Vec<_> = found.iter().map(|one| (text(one, "Id"), one.items("Values")[0].clone())).collect();
    let expected = [("e2", 47.0), ("e1", 2.0), ("m2", 45.0)].map(|(id, value)| (id.to_owned(), Value::Float(value)));
    assert_eq!(shown, expected);
}

/// M52 A page holds so many points of all queries together, and the token leads
/// to the rest: nothing is lost or repeated.
#[test]
fn m52_pages() {
    let mut stage = Stage::new();
    let queries = || vec![query("m1", "CPUUtilization", 60), query("m2", "MemoryUtilization", 60)];
    let (mut token, mut seen, mut pages) = (Value::Null, vec![], 0);
    loop {
        let request = request(&stage, queries(), map! { "MaxDatapoints" => 8, "NextToken" => token });
        let answer = ask(&mut stage, "get_metric_data", request);
        for result in answer.items("MetricDataResults") {
            seen.extend(minutes(result).into_iter().map(|minute| (text(result, "Id"), minute)));
        }
        pages += 1;
        let states: Vec<String> = answer.items("MetricDataResults").iter().map(|result| text(result, "StatusCode")).collect();
        let expected = [vec!["PartialData", "PartialData"], vec!["Complete", "PartialData"], vec!["Complete"]];
        assert_eq!(states, expected[pages - 1], "page {pages}");
        match answer.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    let expected = ["m1", "m2"].into_iter().flat_map(|id| (50..60).rev().map(move |minute| (id.to_owned(), minute)));
    assert_eq!((pages, seen), (3, expected.collect()));
    let wrong = request(&stage, queries(), map! { "NextToken" => "x" });
    assert_refused(&mut stage, "get_metric_data", wrong, "InvalidNextToken", "");
}

/// M53 What makes no sense is refused; far away times are answered with nothing.
#[test]
fn m53_refusals() {
    let mut stage = Stage::new();
    let fine = || query("m1", "CPUUtilization", 60);
    let with = |more: Value| {
        let mut query = fine();
        query.as_map_mut().unwrap().extend(more.as_map().cloned().unwrap());
        query
    };
    let stat = |stat: &str| {
        let mut stat_of = fine().get("MetricStat").unwrap().clone();
        stat_of.as_map_mut().unwrap().insert("Stat".into(), stat.into());
        map! { "Id" => "m1", "MetricStat" => stat_of }
    };
    for (queries, more, code, part) in [
        (vec![fine()], map! { "EndTime" => before(&stage, 10) }, "ValidationError", "must not equal"),
        (vec![fine()], map! { "EndTime" => before(&stage, 20) }, "ValidationError", "must be greater than StartTime"),
        (vec![with(map! { "Expression" => "m1" })], map! {}, "ValidationError", "mutually exclusive"),
        (vec![map! { "Id" => "m1" }], map! {}, "ValidationError", "MetricDataQueries.member.1.MetricStat is required"),
        (vec![with(map! { "ReturnData" => false })], map! {}, "ValidationError", "should return data"),
        (vec![query("m1", "CPUUtilization", 7)], map! {}, "ValidationError", "Period must be"),
        (vec![stat("p")], map! {}, "ValidationError", "Stat is not supported"),
        (vec![stat("tm90")], map! {}, "UnsupportedOperation", "tm90"),
        (vec![map! { "Id" => "q", "Expression" => "SELECT AVG(x) FROM y" }], map! {}, "UnsupportedOperation", "Metrics Insights"),
    ] {
        let request = request(&stage, queries, more);
        assert_refused(&mut stage, "get_metric_data", request, code, part);
    }
    let ages: [Timestamp; 2] = ["1970-01-01T00:00:00Z", "9999-12-30T00:00:00Z"].map(|text| text.parse().unwrap());
    let found = results(&mut stage, vec![fine()], map! { "StartTime" => ages[0], "EndTime" => ages[1] });
    assert!((3 * 24 * 60 - 10..=3 * 24 * 60).contains(&found[0].items("Values").len()), "from the world's beginning until now");
}
