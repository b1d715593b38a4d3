//! G1 to G6: groups, streams, retention, tags.

use super::*;

fn names(answer: &Value, list: &str, name: &str) -> Vec<String> {
    answer.items(list).iter().map(|one| text(one, name)).collect()
}

/// G1 A group is made once, found by its prefix or by a part in any case, and
/// gone when it is deleted.
#[test]
fn g1_groups() {
    let mut stage = with_streams(&[]);
    ask(&mut stage, "create_log_group", map! { "logGroupName" => "/ecs/other", "tags" => map! { "team" => "a" } });
    let found =
        |stage: &mut Stage, request: Value| names(&ask(stage, "describe_log_groups", request), "logGroups", "logGroupName");
    assert_eq!(found(&mut stage, map! {}), ["/ecs/nest-wallet", "/ecs/other", "g"]);
    assert_eq!(found(&mut stage, map! { "logGroupNamePrefix" => "/ecs/n" }), [GROUP]);
    assert_eq!(found(&mut stage, map! { "logGroupNamePattern" => "WALLET" }), [GROUP]);
    assert_eq!(names(&ask(&mut stage, "list_log_groups", map! {}), "logGroups", "logGroupName").len(), 3);
    let both = map! { "logGroupNamePattern" => "a", "logGroupNamePrefix" => "a" };
    refuses(&mut stage, "describe_log_groups", both, INVALID, "mutually exclusive");
    let again = map! { "logGroupName" => "g" };
    let taken = "The specified log group already exists";
    refuses(&mut stage, "create_log_group", again.clone(), "ResourceAlreadyExistsException", taken);
    ask(&mut stage, "delete_log_group", again.clone());
    assert_eq!(found(&mut stage, map! { "logGroupNamePrefix" => "g" }), [""; 0]);
    refuses(&mut stage, "delete_log_group", again, MISSING, "The specified log group does not exist.");
}

/// G2 Names have a length and certain letters.
#[test]
fn g2_names() {
    let mut stage = with_streams(&[]);
    for name in ["", "a b", "größe", &"x".repeat(513)] {
        refuses(&mut stage, "create_log_group", map! { "logGroupName" => name }, INVALID, "at 'logGroupName'");
    }
    for name in ["", "a:b", "a*", &"x".repeat(513)] {
        let request = map! { "logGroupName" => "g", "logStreamName" => name };
        refuses(&mut stage, "create_log_stream", request, INVALID, "at 'logStreamName'");
    }
}

/// G3 A stream is made once in a group that exists, listed by name or by its
/// last line, either way round, and not by both at once.
#[test]
fn g3_streams() {
    let mut stage = with_streams(&["b", "a", "c"]);
    put(&mut stage, "b", &[(2_000, "older")]);
    put(&mut stage, "a", &[(1_000, "newer")]);
    let list = |stage: &mut Stage, request: Value| {
        names(&ask(stage, "describe_log_streams", with(&request, "logGroupName", "g")), "logStreams", "logStreamName")
    };
    assert_eq!(list(&mut stage, map! {}), ["a", "b", "c"]);
    assert_eq!(list(&mut stage, map! { "descending" => true }), ["c", "b", "a"]);
    assert_eq!(list(&mut stage, map! { "orderBy" => "LastEventTime", "descending" => true, "limit" => 1 }), ["a"]);
    assert_eq!(list(&mut stage, map! { "logStreamNamePrefix" => "b" }), ["b"]);
    let both = map! { "logGroupName" => "g", "orderBy" => "LastEventTime", "logStreamNamePrefix" => "b" };
    refuses(&mut stage, "describe_log_streams", both, INVALID, "Cannot order by LastEventTime with a logStreamNamePrefix.");
    refuses(&mut stage, "describe_log_streams", map! { "logGroupName" => "g", "limit" => 51 }, INVALID, "'limit'");
    let taken = map! { "logGroupName" => "g", "logStreamName" => "a" };
    refuses(&mut stage, "create_log_stream", taken.clone(), "ResourceAlreadyExistsException", "log stream already exists");
    let stream =
        ask(&mut stage, "describe_log_streams", map! { "logGroupName" => "g", "limit" => 1 }).items("logStreams")[0].clone();
    assert_eq!(int(&stream, "lastEventTimestamp"), stage.now.as_millisecond() - 1_000);
    assert!(text(&stream, "arn").ends_with(":log-group:g:log-stream:a"));
    ask(&mut stage, "delete_log_stream", taken);
    assert_eq!(list(&mut stage, map! {}), ["b", "c"]);
    let found = ask(&mut stage, "filter_log_events", map! { "logGroupName" => "g" });
    assert_eq!(messages(&found), ["older"], "its lines are gone with it");
}

/// G4 What is not there is refused in AWS's words, group and stream apart.
#[test]
fn g4_what_is_not_there() {
    let mut stage = with_streams(&[]);
    let no_group = map! { "logGroupName" => "nope", "logStreamName" => "s" };
    for method in ["create_log_stream", "get_log_events", "delete_log_stream"] {
        refuses(&mut stage, method, no_group.clone(), MISSING, "The specified log group does not exist.");
    }
    let event = vec![map! { "timestamp" => stage.now.as_millisecond(), "message" => "m" }];
    let no_stream = map! { "logGroupName" => "g", "logStreamName" => "s" };
    let put = with(&no_stream, "logEvents", event);
    for (method, request) in [("get_log_events", no_stream.clone()), ("delete_log_stream", no_stream), ("put_log_events", put)] {
        refuses(&mut stage, method, request, MISSING, "The specified log stream does not exist.");
    }
    let named = map! { "logGroupName" => "g", "logStreamNames" => vec!["s"] };
    refuses(&mut stage, "filter_log_events", named, MISSING, "The specified log stream does not exist.");
    let twice = map! { "logGroupName" => "g", "logGroupIdentifier" => "g" };
    refuses(&mut stage, "filter_log_events", twice, INVALID, "cannot be specified together");
    refuses(&mut stage, "filter_log_events", map! {}, INVALID, "is required");
}

/// G5 Retention has certain lengths; what is older is gone, also for queries, and
/// does not come back.
#[test]
fn g5_retention() {
    let mut stage = with_streams(&["s"]);
    const HOUR: i64 = 3_600_000;
    put(&mut stage, "s", &[(30 * HOUR, "old")]);
    put(&mut stage, "s", &[(HOUR, "new")]);
    let all = map! { "logGroupName" => "g" };
    assert_eq!(messages(&ask(&mut stage, "filter_log_events", all.clone())), ["old", "new"]);
    let days = |days: i64| map! { "logGroupName" => "g", "retentionInDays" => days };
    refuses(&mut stage, "put_retention_policy", days(2), INVALID, "at 'retentionInDays'");
    ask(&mut stage, "put_retention_policy", days(1));
    assert_eq!(messages(&ask(&mut stage, "filter_log_events", all.clone())), ["new"]);
    stage.wait(24 * 3600);
    assert_eq!(messages(&ask(&mut stage, "filter_log_events", all.clone())), [""; 0]);
    ask(&mut stage, "delete_retention_policy", all.clone());
    let group = ask(&mut stage, "describe_log_groups", map! { "logGroupNamePrefix" => "g" }).items("logGroups")[0].clone();
    assert!(group.get("retentionInDays").is_none());
    // What containers wrote expires as well.
    let oldest = ask(&mut stage, "filter_log_events", map! { "logGroupName" => GROUP, "limit" => 1 });
    let age = stage.now.as_millisecond() - int(&oldest.items("events")[0], "timestamp");
    ask(&mut stage, "put_retention_policy", map! { "logGroupName" => GROUP, "retentionInDays" => 1 });
    let kept = ask(&mut stage, "filter_log_events", map! { "logGroupName" => GROUP, "limit" => 1 });
    let kept = stage.now.as_millisecond() - int(&kept.items("events")[0], "timestamp");
    assert!(age > 24 * HOUR && kept <= 24 * HOUR, "{age} {kept}");
}

/// G6 A group carries tags.
#[test]
fn g6_tags() {
    let mut stage = Stage::new();
    ask(&mut stage, "create_log_group", map! { "logGroupName" => "g", "tags" => map! { "a" => "1" } });
    let arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:g";
    ask(&mut stage, "tag_resource", map! { "resourceArn" => arn, "tags" => map! { "b" => "2", "a" => "3" } });
    let tags = |stage: &mut Stage| ask(stage, "list_tags_for_resource", map! { "resourceArn" => arn });
    assert_eq!(tags(&mut stage), map! { "tags" => map! { "a" => "3", "b" => "2" } });
    ask(&mut stage, "untag_resource", map! { "resourceArn" => arn, "tagKeys" => vec!["a"] });
    assert_eq!(tags(&mut stage), map! { "tags" => map! { "b" => "2" } });
    refuses(&mut stage, "list_tags_for_resource", map! { "resourceArn" => format!("{arn}x") }, MISSING, "");
}
