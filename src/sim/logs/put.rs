//! PutLogEvents: which batches are taken, and which of their lines.

use super::super::refuse::{invalid_parameter, refuse_if};
use super::super::{Answer, Sim};
use super::line::{OVERHEAD, Stored};
use super::{named, named_mut, stream};
use crate::api::Failure;
use crate::value::{Map, Value};

const BATCH_MOST: usize = 10_000;
const BYTES_MOST: usize = 1_048_576;
const HOUR_MS: i64 = 3_600_000;
/// A batch may span so much time.
const SPAN_MS: i64 = 24 * HOUR_MS;
const TOO_NEW_MS: i64 = 2 * HOUR_MS;
const TOO_OLD_MS: i64 = 14 * 24 * HOUR_MS;

pub(super) fn put(sim: &mut Sim, request: &Value) -> Answer {
    let name = request.text("logStreamName").unwrap_or_default().to_owned();
    let group = named(sim, request)?;
    refuse_if(!group.streams.contains_key(&name), stream::lacks)?;
    let events = request.items("logEvents");
    check(events)?;
    let now = sim.now.as_millisecond();
    let (taken, rejected) = sift(events, now, group.kept_since(now));
    let numbers = sim.logs.brought + 1..;
    sim.logs.brought += taken.len() as u64;
    let group = named_mut(sim, request)?;
    group.expire(now);
    for (number, event) in numbers.zip(taken) {
        let (at, message) = (time_of(event), event.text("message").unwrap_or_default().to_owned());
        let line = Stored { at, number, ingested: now, stream: name.clone(), message };
        // Nearly always close to the end: what comes now was written now.
        let place = group.lines.partition_point(|other| (other.at, other.number) < (at, number));
        group.lines.insert(place, line);
    }
    let mut answer = Map::from([("nextSequenceToken".into(), stream::SEQUENCE_TOKEN.into())]);
    if rejected.as_map().is_some_and(|members| !members.is_empty()) {
        answer.insert("rejectedLogEventsInfo".into(), rejected);
    }
    Ok(Value::Map(answer))
}

fn time_of(event: &Value) -> i64 {
    event.get("timestamp").and_then(Value::as_int).unwrap_or_default()
}

fn check(events: &[Value]) -> Result<(), Failure> {
    let invalid = |constraint: String| {
        invalid_parameter(format!("1 validation error detected: Value at 'logEvents' failed to satisfy constraint: {constraint}"))
    };
    refuse_if(events.is_empty(), || invalid("Member must have length greater than or equal to 1".into()))?;
    refuse_if(events.len() > BATCH_MOST, || invalid(format!("Member must have length less than or equal to {BATCH_MOST}")))?;
    let empty = events.iter().any(|event| event.text("message").is_none_or(str::is_empty));
    refuse_if(empty, || invalid("Member must have a message of at least one character".into()))?;
    let bytes: usize = events.iter().filter_map(|event| event.text("message")).map(|text| text.len() + OVERHEAD).sum();
    refuse_if(bytes > BYTES_MOST, || {
        invalid_parameter(format!("Upload too large: {bytes} bytes exceeds limit of {BYTES_MOST}"))
    })?;
    let times: Vec<i64> = events.iter().map(time_of).collect();
    refuse_if(times.iter().any(|at| *at < 0), || invalid("Member must have a timestamp of at least 0".into()))?;
    refuse_if(!times.is_sorted(), || {
        invalid_parameter("Log events in a single PutLogEvents request must be in chronological order.")
    })?;
    refuse_if(times[times.len() - 1] - times[0] > SPAN_MS, || {
        invalid_parameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    })
}

/// What is neither too old, expired nor from the future; and where those begin
/// and end that are.
fn sift(events: &[Value], now: i64, kept_since: i64) -> (Vec<&Value>, Value) {
    let before = |time: i64| events.partition_point(|event| time_of(event) < time);
    let (old, expired, new) = (before(now - TOO_OLD_MS), before(kept_since), before(now + TOO_NEW_MS + 1));
    let mut rejected = Map::new();
    let mut note = |name: &str, place: usize, holds: bool| {
        if holds {
            rejected.insert(name.into(), Value::Int(place as i64));
        }
    };
    note("tooOldLogEventEndIndex", old, old > 0);
    note("expiredLogEventEndIndex", expired, expired > old);
    note("tooNewLogEventStartIndex", new, new < events.len());
    let first = old.max(expired);
    (events[first.min(new)..new].iter().collect(), Value::Map(rejected))
}
