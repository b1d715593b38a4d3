//! G7 to G9: batches of lines, and which of them are taken.

use super::*;

const HOUR: i64 = 3_600_000;

fn batch(stage: &Stage, lines: Vec<(i64, String)>) -> Value {
    let now = stage.now.as_millisecond();
    let events: Vec<Value> =
        lines.into_iter().map(|(ago, message)| map! { "timestamp" => now - ago, "message" => message }).collect();
    map! { "logGroupName" => "g", "logStreamName" => "s", "logEvents" => events }
}

/// G7 A batch has lines, in order, not too many, not too large and not of more
/// than a day; its limits hold to the byte.
#[test]
fn g7_batches() {
    let mut stage = with_streams(&["s"]);
    let line = |ago: i64, length: usize| (ago, "x".repeat(length));
    for (lines, message) in [
        (vec![], "greater than or equal to 1"),
        (vec![line(0, 1); 10_001], "less than or equal to 10000"),
        (vec![line(0, 0)], "message"),
        (vec![line(1, 1), line(2, 1)], "must be in chronological order"),
        (vec![line(25 * HOUR, 1), line(0, 1)], "cannot span more than 24 hours"),
        (vec![line(0, 1_048_576 - 26 + 1)], "Upload too large: 1048577 bytes exceeds limit of 1048576"),
    ] {
        let request = batch(&stage, lines);
        refuses(&mut stage, "put_log_events", request, INVALID, message);
    }
    for lines in [vec![line(0, 1); 10_000], vec![line(0, 1_048_576 - 26)], vec![line(24 * HOUR, 1), line(0, 1)]] {
        let request = batch(&stage, lines);
        ask(&mut stage, "put_log_events", request);
    }
}

/// G8 Lines that are older than 14 days or than the retention, or more than two
/// hours ahead, are left out, and the answer says which.
#[test]
fn g8_too_old_and_too_new() {
    let mut stage = with_streams(&["s"]);
    let day = 24 * HOUR;
    let answer = put(&mut stage, "s", &[(14 * day + 1, "a"), (14 * day, "b")]);
    assert_eq!(answer.get("rejectedLogEventsInfo"), Some(&map! { "tooOldLogEventEndIndex" => 1 }));
    let answer = put(&mut stage, "s", &[(0, "c"), (-2 * HOUR, "d"), (-2 * HOUR - 1, "e")]);
    assert_eq!(answer.get("rejectedLogEventsInfo"), Some(&map! { "tooNewLogEventStartIndex" => 2 }));
    ask(&mut stage, "put_retention_policy", map! { "logGroupName" => "g", "retentionInDays" => 3 });
    let answer = put(&mut stage, "s", &[(3 * day + 1, "f"), (3 * day - 1, "g")]);
    assert_eq!(answer.get("rejectedLogEventsInfo"), Some(&map! { "expiredLogEventEndIndex" => 1 }));
    assert!(put(&mut stage, "s", &[(0, "h")]).get("rejectedLogEventsInfo").is_none());
    stage.wait(2 * 3600);
    assert_eq!(messages(&ask(&mut stage, "filter_log_events", map! { "logGroupName" => "g" })), ["c", "h", "d"]);
}

/// G9 A line keeps the time that it was written at beside the time at which it
/// came; equal lines are two.
#[test]
fn g9_two_times() {
    let mut stage = with_streams(&["s"]);
    put(&mut stage, "s", &[(5_000, "same"), (5_000, "same")]);
    let events = ask(&mut stage, "filter_log_events", map! { "logGroupName" => "g" }).items("events").to_vec();
    let now = stage.now.as_millisecond();
    for event in &events {
        assert_eq!((int(event, "timestamp"), int(event, "ingestionTime")), (now - 5_000, now));
        let id = text(event, "eventId");
        assert!(id.len() == 56 && id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    }
    assert!(events.len() == 2 && events[0].get("eventId") != events[1].get("eventId"));
}
