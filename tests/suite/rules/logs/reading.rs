//! G10 to G15: one stream from either end, a search over many, throttling.

use std::collections::BTreeSet;

use rollbook::sim::Scenario;

use super::*;

/// G10 A search gives the lines of all streams, or of those that it names by
/// name or prefix, oldest first, from the first time to the last, both included.
#[test]
fn g10_a_search() {
    let mut stage = with_streams(&["web/1", "web/2", "job/1"]);
    put(&mut stage, "web/1", &[(9_000, "a"), (7_000, "c"), (5_000, "e")]);
    put(&mut stage, "web/2", &[(8_000, "b"), (5_000, "f")]);
    put(&mut stage, "job/1", &[(6_000, "d")]);
    let now = stage.now.as_millisecond();
    let all = map! { "logGroupName" => "g" };
    for (members, expected) in [
        (map! {}, "abcdef"),
        (map! { "startTime" => now - 8_000, "endTime" => now - 6_000 }, "bcd"),
        (map! { "logStreamNamePrefix" => "web/" }, "abcef"),
        (map! { "logStreamNames" => vec!["web/2", "job/1"] }, "bdf"),
        (map! { "filterPattern" => "?a ?d" }, "ad"),
        (map! { "logGroupIdentifier" => "arn:aws:logs:ap-northeast-2:123456789012:log-group:g" }, "abcdef"),
    ] {
        let mut request = if members.get("logGroupIdentifier").is_some() {
            map! {}
        } else {
            all.clone()
        };
        for (name, value) in members.as_map().unwrap() {
            request = with(&request, name, value.clone());
        }
        assert_eq!(messages(&ask(&mut stage, "filter_log_events", request)).concat(), expected, "{members:?}");
    }
    let both = with(&with(&all, "logStreamNamePrefix", "web"), "logStreamNames", vec!["web/1"]);
    refuses(&mut stage, "filter_log_events", both, INVALID, "cannot be specified together");
}

/// G11 Pages follow each other without a gap or a repetition, whatever arrives
/// in between; a token holds for its search alone.
#[test]
fn g11_pages_of_a_search() {
    let mut stage = with_streams(&["s", "t"]);
    for number in 0..10 {
        put(&mut stage, "s", &[(20_000 - number * 1_000, &format!("s{number}"))]);
        put(&mut stage, "t", &[(20_000 - number * 1_000, &format!("t{number}"))]);
    }
    let request = map! { "logGroupName" => "g", "limit" => 7 };
    let found = pages(&mut stage, &request);
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7, 6]);
    let ids: BTreeSet<String> = found.concat().iter().map(|event| text(event, "eventId")).collect();
    assert_eq!(ids.len(), 20);

    let first = ask(&mut stage, "filter_log_events", request.clone());
    let token = text(&first, "nextToken");
    put(&mut stage, "s", &[(30_000, "before")]);
    put(&mut stage, "s", &[(1_000, "behind")]);
    let rest = ask(&mut stage, "filter_log_events", with(&with(&request, "nextToken", token.as_str()), "limit", 100));
    let seen = [messages(&first), messages(&rest)].concat();
    assert!(seen.len() == 21 && seen.contains(&"behind".to_owned()) && !seen.contains(&"before".to_owned()), "{seen:?}");

    let other = with(&with(&request, "nextToken", token), "filterPattern", "s1");
    refuses(&mut stage, "filter_log_events", other, INVALID, "The specified nextToken is invalid.");
    refuses(&mut stage, "filter_log_events", with(&request, "nextToken", "x"), INVALID, "The specified nextToken is invalid.");
    refuses(&mut stage, "filter_log_events", with(&request, "limit", 10_001), INVALID, "'limit'");
}

/// G12 A page ends at a megabyte, and after so much that does not fit: then it
/// may be empty and still have a token.
#[test]
fn g12_short_pages() {
    let mut stage = with_streams(&["s"]);
    let large = "x".repeat(200_000);
    for _ in 0..6 {
        put(&mut stage, "s", &[(1_000, &large)]);
    }
    let found = pages(&mut stage, &map! { "logGroupName" => "g" });
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [5, 1]);

    let mut stage = with_streams(&["s"]);
    for _ in 0..3 {
        put(&mut stage, "s", &vec![(1_000, "dull"); 10_000]);
    }
    put(&mut stage, "s", &[(0, "rare")]);
    let found = pages(&mut stage, &map! { "logGroupName" => "g", "filterPattern" => "rare" });
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(found[1].iter().map(|event| text(event, "message")).collect::<Vec<_>>(), ["rare"]);
}

/// G13 One stream is read from its newest lines, or from its head; the last time
/// is left out.
#[test]
fn g13_one_stream() {
    let mut stage = with_streams(&["s"]);
    put(&mut stage, "s", &[(5_000, "a"), (4_000, "b"), (3_000, "c"), (2_000, "d")]);
    let now = stage.now.as_millisecond();
    let request = map! { "logGroupName" => "g", "logStreamName" => "s", "limit" => 2 };
    assert_eq!(messages(&ask(&mut stage, "get_log_events", request.clone())), ["c", "d"]);
    assert_eq!(messages(&ask(&mut stage, "get_log_events", with(&request, "startFromHead", true))), ["a", "b"]);
    let times = with(&with(&request, "startTime", now - 4_000), "endTime", now - 2_000);
    assert_eq!(messages(&ask(&mut stage, "get_log_events", with(&times, "limit", 100))), ["b", "c"]);
    refuses(&mut stage, "get_log_events", with(&request, "nextToken", "f/1/s"), INVALID, "nextToken");
}

/// G14 Tokens lead forward and backward; at either end the token comes back as it
/// was sent, and goes on when there is more.
#[test]
fn g14_tokens_of_one_stream() {
    let mut stage = with_streams(&["s"]);
    put(&mut stage, "s", &[(5_000, "a"), (4_000, "b"), (3_000, "c")]);
    let request = map! { "logGroupName" => "g", "logStreamName" => "s", "limit" => 2, "startFromHead" => true };
    let turn = |stage: &mut Stage, answer: &Value, token: &str| {
        ask(stage, "get_log_events", with(&request, "nextToken", text(answer, token)))
    };
    let first = ask(&mut stage, "get_log_events", request.clone());
    let second = turn(&mut stage, &first, "nextForwardToken");
    let end = turn(&mut stage, &second, "nextForwardToken");
    assert_eq!((messages(&first).concat(), messages(&second).concat(), messages(&end).len()), ("ab".into(), "c".into(), 0));
    assert_eq!(text(&end, "nextForwardToken"), text(&second, "nextForwardToken"));
    assert_eq!(messages(&turn(&mut stage, &end, "nextBackwardToken")).concat(), "bc");
    assert_eq!(messages(&turn(&mut stage, &second, "nextBackwardToken")).concat(), "ab");
    let head = turn(&mut stage, &first, "nextBackwardToken");
    assert_eq!((messages(&head).len(), text(&head, "nextBackwardToken")), (0, text(&first, "nextBackwardToken")));
    put(&mut stage, "s", &[(1_000, "d")]);
    assert_eq!(messages(&turn(&mut stage, &end, "nextForwardToken")).concat(), "d");
    assert_eq!(messages(&turn(&mut stage, &head, "nextForwardToken")).concat(), "ab");
}

/// G15 An account may search its logs five times a second.
#[test]
fn g15_throttling() {
    let mut stage = Stage::new();
    stage.sim.play(Scenario { throttle: true, ..Scenario::default() });
    let request = map! { "logGroupName" => GROUP, "limit" => 1 };
    let answered = |stage: &mut Stage| {
        let answers = (0..10).map(|_| stage.send("logs", "filter_log_events", request.clone()));
        let answers: Vec<_> = answers.collect();
        let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
        assert!(refused.into_iter().all(|failure| failure.code() == "ThrottlingException"));
        answers.iter().filter(|answer| answer.is_ok()).count()
    };
    assert_eq!(answered(&mut stage), 5);
    stage.wait(1);
    assert_eq!(answered(&mut stage), 5);
}
