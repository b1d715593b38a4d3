//! Moving the count, and telling of it: scaling activities in AWS's words.

use jiff::SignedDuration;

use super::super::document::Document;
use super::super::request::passes;
use super::super::rules::MOST_TASKS;
use super::super::{Answer, Sim, ecs};
use super::{DIMENSION, PAGING, service_of};
use crate::map;
use crate::value::{Timestamp, Value};

/// How long they are told of.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(6 * 7 * 24);
/// How many of one service are kept.
const MOST: usize = 1000;

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let since = sim.now - REMEMBERED;
    let idle = request.get("IncludeNotScaledActivities").and_then(Value::as_bool).unwrap_or(false);
    let all = sim.scaling.activities.values().flatten().filter(|activity| {
        let members = ["ServiceNamespace", "ResourceId", "ScalableDimension"];
        members.iter().all(|name| passes(request, name, activity.text(name)))
            && started(activity) > since
            && (idle || !activity.contains_key("NotScaledReasons"))
    });
    let mut wanted: Vec<&Document> = all.collect();
    wanted.sort_by_key(|activity| std::cmp::Reverse(started(activity)));
    PAGING.page(request, "ScalingActivities", wanted.into_iter().map(Document::to_value).collect())
}

fn started(activity: &Document) -> Timestamp {
    match activity.get("StartTime") {
        Some(Value::Time(time)) => *time,
        _ => Timestamp::UNIX_EPOCH,
    }
}

/// Sets the count of an active service, if it is another one; whether it is.
pub fn set_count(sim: &mut Sim, resource: &str, count: i64, cause: &str) -> bool {
    let service = service_of(resource);
    let count = count.min(MOST_TASKS);
    if ecs::desired(sim, service).is_none_or(|desired| desired == count) {
        return false;
    }
    ecs::scale_into(sim, service, count, count);
    let (now, activities) = (sim.now, sim.scaling.activities.entry(resource.to_owned()).or_default());
    for activity in activities.iter_mut().filter(|activity| activity.text("StatusCode") == "InProgress") {
        activity.set("StatusCode", "Overridden");
        activity.set("StatusMessage", "A new scaling activity took the place of this one.");
        activity.set("EndTime", now);
    }
    let status = format!("Successfully set desired count to {count}. Waiting for change to be fulfilled by ecs.");
    let members = map! { "StatusCode" => "InProgress", "StatusMessage" => status };
    add(sim, resource, &format!("Setting desired count to {count}."), cause, members);
    true
}

/// Notes that an alarm moved nothing, unless that was what was noted last.
pub fn note_idle(sim: &mut Sim, resource: &str, cause: &str, reason: Value) {
    let reasons = Value::List(vec![reason]);
    let last = sim.scaling.activities.get(resource).and_then(|all| all.first());
    if last.is_some_and(|last| last.get("NotScaledReasons") == Some(&reasons)) {
        return;
    }
    let members = map! { "StatusCode" => "Failed", "NotScaledReasons" => reasons };
    add(sim, resource, "Attempting to scale due to alarm triggered", cause, members);
}

/// Notes something that is done at once.
pub fn note_done(sim: &mut Sim, resource: &str, description: &str, cause: &str, message: &str) {
    let members = map! { "StatusCode" => "Successful", "StatusMessage" => message, "EndTime" => sim.now };
    add(sim, resource, description, cause, members);
}

fn add(sim: &mut Sim, resource: &str, description: &str, cause: &str, members: Value) {
    let activities = sim.scaling.activities.entry(resource.to_owned()).or_default();
    let mut activity = Document::from(map! {
        "ActivityId" => id(resource, sim.now, activities.len(), description),
        "ServiceNamespace" => "ecs",
        "ResourceId" => resource,
        "ScalableDimension" => DIMENSION,
        "Description" => description,
        "Cause" => cause,
        "StartTime" => sim.now,
    });
    activity.extend(members.as_map().cloned().unwrap_or_default());
    activities.insert(0, activity);
    activities.truncate(MOST);
}

/// Made of what it tells, not of chance: what scales in the background changes
/// no other id.
fn id(resource: &str, now: Timestamp, place: usize, description: &str) -> String {
    let digest = ecs::hashed(&format!("{resource} {now} {place} {description}"));
    let hex = digest.trim_start_matches("sha256:");
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30])
}

/// The count that was set last runs: its activity is done.
pub fn fulfil(sim: &mut Sim, resource: &str) {
    let service = service_of(resource);
    let (now, running, desired) = (sim.now, ecs::running(sim, service), ecs::desired(sim, service));
    let under_way = |activity: &&mut Document| activity.text("StatusCode") == "InProgress";
    let Some(last) = sim.scaling.activities.get_mut(resource).and_then(|all| all.iter_mut().find(under_way)) else {
        return;
    };
    if Some(running) == desired {
        last.set("StatusCode", "Successful");
        last.set("StatusMessage", format!("Successfully set desired count to {running}. Change successfully fulfilled by ecs."));
        last.set("EndTime", now);
    }
}
