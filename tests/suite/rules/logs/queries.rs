//! G23 to G26: queries.

use super::*;

fn ready() -> Stage {
    let mut stage = with_streams(&["a", "b"]);
    let json = |level: &str, ms: i64| format!("{{\"level\":\"{level}\",\"http\":{{\"ms\":{ms}}}}}");
    let lines = [json("info", 10), json("error", 300), json("info", 20), json("error", 100)];
    for (place, line) in lines.iter().enumerate() {
        let stream = ["a", "b"][place % 2];
        put(&mut stage, stream, &[(600_000 - place as i64 * 120_000, line)]);
    }
    put(&mut stage, "a", &[(1_000, "plain error text")]);
    stage
}

fn start(stage: &mut Stage, text: &str) -> String {
    let now = stage.now.as_second();
    let request = map! { "logGroupName" => "g", "startTime" => now - 3600, "endTime" => now, "queryString" => text };
    self::text(&ask(stage, "start_query", request), "queryId")
}

/// The cells of each row, without the pointer.
fn run(stage: &mut Stage, query: &str) -> Vec<Vec<(String, String)>> {
    let id = start(stage, query);
    stage.wait(2);
    let answer = ask(stage, "get_query_results", map! { "queryId" => id });
    assert_eq!(text(&answer, "status"), "Complete");
    let rows = answer.items("results").iter().map(|row| row.as_list().unwrap().iter());
    let cell = |cell: &Value| (text(cell, "field"), text(cell, "value"));
    rows.map(|cells| cells.map(cell).filter(|(field, _)| field != "@ptr").collect()).collect()
}

fn values(stage: &mut Stage, query: &str) -> Vec<String> {
    run(stage, query).into_iter().map(|row| row.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" ")).collect()
}

/// G23 A query takes the newest lines first; fields, filter, sort and limit do
/// what they say, on AWS's fields and on the members of JSON lines.
#[test]
fn g23_a_query() {
    let mut stage = ready();
    let shown = run(&mut stage, "fields @timestamp, @message");
    assert_eq!(shown.len(), 5);
    assert_eq!(shown[0][1], ("@message".into(), "plain error text".into()));
    for (query, expected) in [
        ("fields http.ms | filter level = \"error\" | sort http.ms asc", vec!["100", "300"]),
        ("fields http.ms | filter level = \"error\" | sort http.ms desc | limit 1", vec!["300"]),
        ("fields @logStream | filter @message like /(?i)ERROR/ | limit 2", vec!["a", "b"]),
        ("fields http.ms | filter @message like \"info\" and http.ms > 10", vec!["20"]),
        ("fields http.ms | filter level in [\"info\"] or http.ms >= 300", vec!["20", "300", "10"]),
        ("fields http.ms | filter not (level = 'info') and ispresent(level)", vec!["100", "300"]),
        ("fields @message | filter @message not like /level/", vec!["plain error text"]),
    ] {
        assert_eq!(values(&mut stage, query), expected, "{query}");
    }
}

/// G24 Stats count and add up, over all or by fields and steps of time.
#[test]
fn g24_stats() {
    let mut stage = ready();
    for (query, expected) in [
        ("stats count(*)", vec!["5"]),
        ("filter @message like /nothing/ | stats count(*) as lines", vec!["0"]),
        ("filter ispresent(level) | stats count(*) as lines by level | sort lines desc, level", vec![]),
        (
            "filter ispresent(level) | stats count(*) as lines, max(http.ms), avg(http.ms) by level | sort level",
            vec!["error 2 300 200", "info 2 20 15"],
        ),
        ("stats count(*) by @logStream", vec!["a 3", "b 2"]),
    ] {
        if expected.is_empty() {
            let now = stage.now.as_second();
            let request = map! { "logGroupName" => "g", "startTime" => 0, "endTime" => now, "queryString" => query };
            refuses(&mut stage, "start_query", request, "MalformedQueryException", "sort");
            continue;
        }
        assert_eq!(values(&mut stage, query), expected, "{query}");
    }
    let steps = run(&mut stage, "stats count(*) by bin(5m)");
    assert!(
        steps.len() >= 2
            && steps.iter().all(|row| row[0].0 == "bin(5m)" && row[0].1.contains(":") && row[0].1.ends_with(":00.000")),
        "{steps:?}"
    );
}

/// G25 A query is under way for a moment; it can be stopped then, and not later.
#[test]
fn g25_the_life_of_a_query() {
    let mut stage = ready();
    let id = start(&mut stage, "fields @message");
    let status = |stage: &mut Stage, id: &str| text(&ask(stage, "get_query_results", map! { "queryId" => id }), "status");
    assert_eq!(status(&mut stage, &id), "Running");
    assert_eq!(ask(&mut stage, "stop_query", map! { "queryId" => id.as_str() }), map! { "success" => true });
    stage.wait(5);
    assert_eq!(status(&mut stage, &id), "Cancelled");
    let id = start(&mut stage, "fields @message");
    stage.wait(5);
    assert_eq!(status(&mut stage, &id), "Complete");
    refuses(&mut stage, "stop_query", map! { "queryId" => id.as_str() }, INVALID, "not running");
    let listed = ask(&mut stage, "describe_queries", map! { "logGroupName" => "g", "status" => "Complete" });
    assert_eq!(listed.items("queries").iter().map(|query| text(query, "queryId")).collect::<Vec<_>>(), [id]);
}

/// G26 What is no query, no group or no time is refused.
#[test]
fn g26_what_is_no_query() {
    let mut stage = ready();
    let now = stage.now.as_second();
    let request = map! { "logGroupName" => "g", "startTime" => now - 3600, "endTime" => now, "queryString" => "fields @message" };
    for query in ["dance", "filter", "filter level", "filter level ~ 3", "limit many", "stats median(x)", "fields \"open"] {
        refuses(&mut stage, "start_query", with(&request, "queryString", query), "MalformedQueryException", "");
    }
    refuses(&mut stage, "start_query", with(&request, "endTime", now - 7200), "MalformedQueryException", "before the start");
    refuses(&mut stage, "start_query", with(&request, "logGroupName", "nope"), MISSING, "Log group 'nope' does not exist");
    refuses(&mut stage, "start_query", with(&request, "logGroupNames", vec!["g"]), INVALID, "Exactly one");
    refuses(&mut stage, "start_query", with(&request, "limit", 0), INVALID, "limit");
    refuses(&mut stage, "get_query_results", map! { "queryId" => "x" }, MISSING, "");
}
