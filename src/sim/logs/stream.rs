//! Log streams: made by requests, or by a container that begins to write.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::paging::Paging;
use super::super::refuse::{invalid_parameter, refuse, refuse_if};
use super::super::request::has_prefix;
use super::super::{Answer, Sim};
use super::group::{self, Group};
use super::line::{self, Range};
use super::voice::Voice;
use super::{named, named_mut};
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const STREAMS: Paging = Paging { size: "limit", token: "nextToken", size_default: 50, refusal: group::REFUSAL };

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Stream {
    pub created: i64,
    /// The container that writes here; nothing when only requests do.
    pub voice: Option<Voice>,
}

pub(super) fn lacks() -> Failure {
    refuse("ResourceNotFoundException", "The specified log stream does not exist.")
}

pub(super) fn create(sim: &mut Sim, request: &Value) -> Answer {
    let created = sim.now.as_millisecond();
    let group = named_mut(sim, request)?;
    let name = request.text("logStreamName").unwrap_or_default();
    group::check_name("logStreamName", name, "[^:*]*", |letter| !":*".contains(letter))?;
    let taken = || refuse("ResourceAlreadyExistsException", "The specified log stream already exists");
    refuse_if(group.streams.contains_key(name), taken)?;
    group.streams.insert(name.to_owned(), Stream { created, voice: None });
    Ok(map! {})
}

pub(super) fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let group = named_mut(sim, request)?;
    let name = request.text("logStreamName").unwrap_or_default();
    group.streams.remove(name).ok_or_else(lacks)?;
    group.lines.retain(|line| line.stream != name);
    Ok(map! {})
}

pub(super) fn describe(sim: &Sim, request: &Value) -> Answer {
    let group = named(sim, request)?;
    let by_time = request.text("orderBy") == Some("LastEventTime");
    let prefixed = request.text("logStreamNamePrefix").is_some();
    refuse_if(by_time && prefixed, || invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix."))?;
    let limit = request.get("limit").and_then(Value::as_int).unwrap_or(1);
    refuse_if(!(1..=50).contains(&limit), || {
        invalid_parameter(format!(
            "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value less \
             than or equal to 50"
        ))
    })?;
    let now = sim.now.as_millisecond();
    let wanted = group.streams.iter().filter(|(name, _)| has_prefix(request, "logStreamNamePrefix", name));
    let mut streams: Vec<Document> = wanted.map(|(name, stream)| shown(group, name, stream, now)).collect();
    if by_time {
        streams.sort_by_key(|stream| stream.int("lastEventTimestamp"));
    }
    if request.get("descending").and_then(Value::as_bool).unwrap_or(false) {
        streams.reverse();
    }
    STREAMS.page(request, "logStreams", streams.iter().map(Document::to_value).collect())
}

fn shown(group: &Group, name: &str, stream: &Stream, now: i64) -> Document {
    let arn = format!("{}:log-stream:{name}", group.document.text("logGroupArn"));
    let mut document = Document::from(map! {
        "logStreamName" => name, "creationTime" => stream.created, "arn" => arn,
        // AWS does not count the bytes of streams any more.
        "storedBytes" => 0, "uploadSequenceToken" => SEQUENCE_TOKEN,
    });
    let mine = |other: &str| other == name;
    let range = Range { streams: &mine, from: (i64::MIN, 0), until: i64::MAX, now };
    let ends = (line::lines(group, &range).next(), last(group, name, stream, now));
    if let (Some((_, first)), Some((last_at, last_ingested))) = ends {
        document.set("firstEventTimestamp", first.at);
        document.set("lastEventTimestamp", last_at);
        document.set("lastIngestionTime", last_ingested);
    }
    document
}

/// AWS ignores it and gives the same form still.
pub(super) const SEQUENCE_TOKEN: &str = "49039859597586643193786137286453157612334873467134509058";

/// The time and the arrival of the last line.
fn last(group: &Group, name: &str, stream: &Stream, now: i64) -> Option<(i64, i64)> {
    let said = stream.voice.as_ref().and_then(|voice| voice.last(now)).map(|line| (line.at, line.ingested));
    let brought = group.lines.iter().rev().find(|line| line.stream == name).map(|line| (line.at, line.ingested));
    said.max(brought)
}
