//! G: CloudWatch Logs: what containers write, what requests bring, and how
//! lines are read, searched and queried. The rules of filter patterns stand
//! beside them.

mod containers;
mod groups;
mod putting;
mod queries;
mod reading;

use rollbook::api::{AwsError, Failure};
use rollbook::map;
use rollbook::value::Value;

use super::stage::{Stage, int, text};

const GROUP: &str = "/ecs/nest-wallet";
const INVALID: &str = "InvalidParameterException";
const MISSING: &str = "ResourceNotFoundException";

fn ask(stage: &mut Stage, method: &str, request: Value) -> Value {
    stage.send("logs", method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
}

/// Asserts that the request is refused so, and that it changes nothing.
#[track_caller]
fn refuses(stage: &mut Stage, method: &str, request: Value, code: &str, message: &str) {
    let before = stage.sim.to_json();
    match stage.send("logs", method, request) {
        Err(Failure::Answered(AwsError { code: found, message: said, status, .. })) => {
            assert_eq!((found.as_str(), status), (code, 400), "{method}: {said}");
            assert!(said.contains(message), "{method}: {said}");
        }
        other => panic!("{method} was not refused with {message:?}: {other:?}"),
    }
    assert!(stage.sim.to_json() == before, "{method} was refused and changed something");
}

/// A stage with an empty group `g` and its streams.
fn with_streams(names: &[&str]) -> Stage {
    let mut stage = Stage::new();
    ask(&mut stage, "create_log_group", map! { "logGroupName" => "g" });
    for name in names {
        ask(&mut stage, "create_log_stream", map! { "logGroupName" => "g", "logStreamName" => *name });
    }
    stage
}

/// Puts lines that were written so many milliseconds before now.
fn put(stage: &mut Stage, stream: &str, lines: &[(i64, &str)]) -> Value {
    let now = stage.now.as_millisecond();
    let events: Vec<Value> =
        lines.iter().map(|(ago, message)| map! { "timestamp" => now - ago, "message" => *message }).collect();
    ask(stage, "put_log_events", map! { "logGroupName" => "g", "logStreamName" => stream, "logEvents" => events })
}

fn messages(answer: &Value) -> Vec<String> {
    answer.items("events").iter().map(|event| text(event, "message")).collect()
}

/// A request with one more member.
fn with(request: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut members = request.as_map().cloned().unwrap_or_default();
    members.insert(name.into(), value.into());
    Value::Map(members)
}

/// All pages of a search.
fn pages(stage: &mut Stage, request: &Value) -> Vec<Vec<Value>> {
    let (mut pages, mut next) = (vec![], request.clone());
    loop {
        let answer = ask(stage, "filter_log_events", next);
        pages.push(answer.items("events").to_vec());
        match answer.text("nextToken") {
            Some(token) => next = with(request, "nextToken", token),
            None => return pages,
        }
    }
}
