//! Log groups: made, listed, tagged, and how long they keep their lines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::paging::{Paging, milliseconds};
use super::super::refuse::{invalid_parameter, refuse, refuse_if};
use super::super::request::{has_prefix, passes, texts};
use super::super::{Answer, Sim};
use super::line::Stored;
use super::stream::Stream;
use super::{named, named_mut};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

pub(super) const REFUSAL: &str = "InvalidParameterException";
const GROUPS: Paging = Paging { size: "limit", token: "nextToken", size_default: 50, refusal: REFUSAL };
const NAME_MOST: usize = 512;
const DAY_MS: i64 = 24 * 3_600_000;
/// How many days lines can be kept.
const RETENTIONS: &[i64] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Group {
    pub document: Document,
    pub streams: BTreeMap<String, Stream>,
    /// What PutLogEvents brought, in the order of the lines.
    #[serde(default)]
    pub lines: Vec<Stored>,
    #[serde(default)]
    tags: Document,
}

impl Group {
    /// The time of the oldest line that is kept.
    pub fn kept_since(&self, now_ms: i64) -> i64 {
        match self.document.int("retentionInDays") {
            0 => i64::MIN,
            days => now_ms - days * DAY_MS,
        }
    }

    /// Forgets what nobody can read any more.
    pub fn expire(&mut self, now_ms: i64) {
        let since = self.kept_since(now_ms);
        let expired = self.lines.partition_point(|line| line.at < since);
        self.lines.drain(..expired);
    }

    fn stored_bytes(&self, now_ms: i64) -> i64 {
        let brought: i64 = self.lines.iter().map(Stored::bytes).sum();
        let since = self.kept_since(now_ms);
        let said: i64 = self.streams.values().filter_map(|stream| Some(stream.voice.as_ref()?.bytes(since, now_ms))).sum();
        brought + said
    }

    fn shown(&self, now_ms: i64) -> Value {
        let mut document = self.document.clone();
        document.set("storedBytes", self.stored_bytes(now_ms));
        document.to_value()
    }
}

pub(super) fn lacks() -> Failure {
    refuse("ResourceNotFoundException", "The specified log group does not exist.")
}

/// The name in `logGroupName`, or in the ARN or name of `logGroupIdentifier`.
pub(super) fn name_in(request: &Value) -> Result<&str, Failure> {
    match (request.text("logGroupName"), request.text("logGroupIdentifier")) {
        (Some(_), Some(_)) => Err(invalid_parameter("LogGroup name and LogGroup identifier cannot be specified together.")),
        (Some(name), None) => Ok(name),
        (None, Some(identifier)) => Ok(name_of(identifier)),
        (None, None) => Err(invalid_parameter("Either logGroupName or logGroupIdentifier is required.")),
    }
}

/// `/ecs/web` of `arn:…:log-group:/ecs/web:*`, or of itself.
pub(super) fn name_of(identifier: &str) -> &str {
    identifier.rsplit(":log-group:").next().unwrap_or(identifier).trim_end_matches(":*")
}

/// A name in the words in which AWS validates it.
pub(super) fn check_name(member: &str, name: &str, pattern: &str, fits: impl Fn(char) -> bool) -> Result<(), Failure> {
    let invalid = |constraint: String| {
        let message =
            format!("1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: {constraint}");
        invalid_parameter(message)
    };
    refuse_if(name.is_empty(), || invalid("Member must have length greater than or equal to 1".into()))?;
    let long = name.chars().count() > NAME_MOST;
    refuse_if(long, || invalid(format!("Member must have length less than or equal to {NAME_MOST}")))?;
    refuse_if(!name.chars().all(fits), || invalid(format!("Member must satisfy regular expression pattern: {pattern}")))
}

pub fn create(sim: &mut Sim, name: &str, retention_days: i64) {
    let arn = sim.place.arn("logs", &format!("log-group:{name}"));
    let mut document = Document::from(map! {
        "logGroupName" => name, "creationTime" => milliseconds(sim.now), "metricFilterCount" => 0,
        "arn" => format!("{arn}:*"), "logGroupArn" => arn, "logGroupClass" => "STANDARD",
    });
    if retention_days > 0 {
        document.set("retentionInDays", retention_days);
    }
    let group = Group { document, streams: BTreeMap::new(), lines: vec![], tags: Document::default() };
    sim.logs.groups.insert(name.to_owned(), group);
}

pub(super) fn create_asked(sim: &mut Sim, request: &Value) -> Answer {
    let name = request.text("logGroupName").unwrap_or_default();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-/#".contains(letter);
    check_name("logGroupName", name, r"[\.\-_/#A-Za-z0-9]+", fits)?;
    let taken = || refuse("ResourceAlreadyExistsException", "The specified log group already exists");
    refuse_if(sim.logs.groups.contains_key(name), taken)?;
    create(sim, name, 0);
    if let Some(group) = sim.logs.groups.get_mut(name) {
        let given = request.as_map().cloned().unwrap_or_default();
        group.document.copy(&given, &["logGroupClass", "kmsKeyId", "deletionProtectionEnabled"]);
        group.tags = Document(request.get("tags").and_then(Value::as_map).cloned().unwrap_or_default());
    }
    Ok(map! {})
}

pub(super) fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let group = named(sim, request)?;
    let protected = group.document.get("deletionProtectionEnabled").and_then(Value::as_bool).unwrap_or(false);
    let message = "The log group is protected: turn its deletion protection off first.";
    refuse_if(protected, || refuse("ValidationException", message))?;
    let name = group.document.text("logGroupName").to_owned();
    sim.logs.groups.remove(&name);
    Ok(map! {})
}

pub(super) fn describe(sim: &Sim, request: &Value) -> Answer {
    let both = request.text("logGroupNamePrefix").is_some() && request.text("logGroupNamePattern").is_some();
    let message = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.";
    refuse_if(both, || invalid_parameter(message))?;
    let identifiers = texts(request, "logGroupIdentifiers");
    let wanted = found(sim, request)
        .filter(|(name, _)| identifiers.is_empty() || identifiers.iter().any(|identifier| name_of(identifier) == *name));
    let now = sim.now.as_millisecond();
    GROUPS.page(request, "logGroups", wanted.map(|(_, group)| group.shown(now)).collect())
}

pub(super) fn list(sim: &Sim, request: &Value) -> Answer {
    let briefly = |group: &Group| {
        let mut brief = Document::default();
        brief.copy(&group.document, &["logGroupName", "logGroupArn", "logGroupClass"]);
        brief.to_value()
    };
    GROUPS.page(request, "logGroups", found(sim, request).map(|(_, group)| briefly(group)).collect())
}

/// By prefix with its case, by a part in any case, by class.
fn found<'a>(sim: &'a Sim, request: &'a Value) -> impl Iterator<Item = (&'a str, &'a Group)> {
    let part = request.text("logGroupNamePattern").map(str::to_lowercase);
    let groups = sim.logs.groups.iter().map(|(name, group)| (name.as_str(), group));
    groups.filter(move |(name, group)| {
        has_prefix(request, "logGroupNamePrefix", name)
            && part.as_ref().is_none_or(|part| name.to_lowercase().contains(part))
            && passes(request, "logGroupClass", group.document.text("logGroupClass"))
    })
}

pub(super) fn put_retention(sim: &mut Sim, request: &Value) -> Answer {
    let days = request.get("retentionInDays").and_then(Value::as_int).unwrap_or_default();
    let now = sim.now.as_millisecond();
    let group = named_mut(sim, request)?;
    refuse_if(!RETENTIONS.contains(&days), || {
        let listed = RETENTIONS.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let constraint = format!("failed to satisfy constraint: Member must satisfy enum value set: [{listed}]");
        invalid_parameter(format!("1 validation error detected: Value '{days}' at 'retentionInDays' {constraint}"))
    })?;
    group.document.set("retentionInDays", days);
    group.expire(now);
    Ok(map! {})
}

pub(super) fn delete_retention(sim: &mut Sim, request: &Value) -> Answer {
    named_mut(sim, request)?.document.remove("retentionInDays");
    Ok(map! {})
}

fn tagged<'a>(sim: &'a mut Sim, request: &Value) -> Result<&'a mut Map, Failure> {
    let arn = request.text("resourceArn").unwrap_or_default();
    let group = sim.logs.groups.get_mut(name_of(arn));
    let lacks = || refuse("ResourceNotFoundException", "The specified resource does not exist.");
    group.map(|group| &mut group.tags.0).ok_or_else(lacks)
}

pub(super) fn tag(sim: &mut Sim, request: &Value) -> Answer {
    let given = request.get("tags").and_then(Value::as_map).cloned().unwrap_or_default();
    tagged(sim, request)?.extend(given);
    Ok(map! {})
}

pub(super) fn untag(sim: &mut Sim, request: &Value) -> Answer {
    let keys = texts(request, "tagKeys");
    tagged(sim, request)?.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(map! {})
}

pub(super) fn list_tags(sim: &mut Sim, request: &Value) -> Answer {
    let tags = tagged(sim, request)?.clone();
    Ok(map! { "tags" => tags })
}
