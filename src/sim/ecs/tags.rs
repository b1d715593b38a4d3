//! Tags of clusters, services, tasks and task definitions, by the ARN of each.

use super::super::document::Document;
use super::super::refuse::{cluster_not_found, invalid_parameter, refuse, refuse_if};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::{clusters, families, service};
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const MOST: usize = 50;
const KEY_MOST: usize = 128;
const VALUE_MOST: usize = 256;

/// Something that carries tags, by what the state keeps it under.
enum Tagged {
    Cluster(String),
    Service(String),
    Task(String),
    Definition(String, i64),
}

/// Whether tags may be put on something at all.
pub fn check(tags: &[Value]) -> Result<(), Failure> {
    refuse_if(tags.len() > MOST, || invalid_parameter(format!("Tags can have at most {MOST} items.")))?;
    let mut seen = vec![];
    for tag in tags {
        let (key, value) = (tag.text("key").unwrap_or_default(), tag.text("value").unwrap_or_default());
        let length = key.chars().count();
        let message = || invalid_parameter(format!("Tag key must be between 1 and {KEY_MOST} characters long."));
        refuse_if(length == 0 || length > KEY_MOST, message)?;
        let message = || invalid_parameter(format!("Tag value cannot be longer than {VALUE_MOST} characters."));
        refuse_if(value.chars().count() > VALUE_MOST, message)?;
        let message = "Tag keys starting with 'aws:' are reserved for system use.";
        refuse_if(key.to_lowercase().starts_with("aws:"), || invalid_parameter(message))?;
        refuse_if(seen.contains(&key), || invalid_parameter(format!("Duplicate tag key found: {key}")))?;
        seen.push(key);
    }
    Ok(())
}

pub fn tag(sim: &mut Sim, request: &Value) -> Answer {
    let new = request.items("tags");
    refuse_if(new.is_empty(), || invalid_parameter("Tags can not be empty."))?;
    check(new)?;
    let tagged = find(sim, request, "ResourceNotFoundException")?;
    let mut tags = read(sim, &tagged);
    for tag in new {
        match tags.iter_mut().find(|known| known.text("key") == tag.text("key")) {
            Some(known) => *known = tag.clone(),
            None => tags.push(tag.clone()),
        }
    }
    refuse_if(tags.len() > MOST, || invalid_parameter(format!("The maximum number of tags ({MOST}) has been reached.")))?;
    write(sim, &tagged, tags);
    Ok(map! {})
}

/// A key that is not there is gone already.
pub fn untag(sim: &mut Sim, request: &Value) -> Answer {
    let tagged = find(sim, request, "ResourceNotFoundException")?;
    let keys = texts(request, "tagKeys");
    let reserved = keys.iter().any(|key| key.to_lowercase().starts_with("aws:"));
    refuse_if(reserved, || invalid_parameter("Tag keys starting with 'aws:' are reserved for system use."))?;
    let mut tags = read(sim, &tagged);
    tags.retain(|tag| !keys.contains(&tag.text("key").unwrap_or_default()));
    write(sim, &tagged, tags);
    Ok(map! {})
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let tagged = find(sim, request, "InvalidParameterException")?;
    Ok(map! { "tags" => read(sim, &tagged) })
}

/// What the request's ARN stands for; `code` if there is no such thing.
fn find(sim: &Sim, request: &Value, code: &str) -> Result<Tagged, Failure> {
    let arn = request.text("resourceArn").unwrap_or_default();
    let resource = arn.strip_prefix(&sim.place.ecs("")).and_then(|resource| resource.split_once('/'));
    let (kind, name) = resource.ok_or_else(|| invalid_parameter(format!("The ARN provided is invalid: {arn}")))?;
    let missing = || refuse(code, format!("The specified {kind} was not found. Specify a valid {kind} and try again."));
    match kind {
        "cluster" => {
            let cluster = sim.ecs.clusters.get(name).ok_or_else(cluster_not_found)?;
            let message = "The specified cluster is inactive. Specify an active cluster and try again.";
            refuse_if(!clusters::is_active(cluster), || invalid_parameter(message))?;
            Ok(Tagged::Cluster(name.to_owned()))
        }
        "service" => {
            let service = sim.ecs.services.get(name).ok_or_else(missing)?;
            let message = "The specified service is inactive. Specify an active service and try again.";
            refuse_if(service.is_inactive(), || invalid_parameter(message))?;
            Ok(Tagged::Service(service::key(&service.cluster, &service.name)))
        }
        "task" => {
            let task = name.rsplit('/').next().and_then(|id| sim.ecs.tasks.get(id)).ok_or_else(missing)?;
            Ok(Tagged::Task(task.id().to_owned()))
        }
        "task-definition" => {
            let (family, revision) = families::split(name);
            let revision = revision.filter(|_| families::find(sim, name).is_some()).ok_or_else(missing)?;
            Ok(Tagged::Definition(family.to_owned(), revision))
        }
        _ => Err(invalid_parameter(format!("The ARN provided is invalid: {arn}"))),
    }
}

fn read(sim: &Sim, tagged: &Tagged) -> Vec<Value> {
    let of = |document: &Document| document.items("tags").to_vec();
    let found = match tagged {
        Tagged::Cluster(name) => sim.ecs.clusters.get(name).map(of),
        Tagged::Service(key) => sim.ecs.services.get(key).map(|service| of(&service.document)),
        Tagged::Task(id) => sim.ecs.tasks.get(id).map(|task| of(&task.document)),
        Tagged::Definition(family, revision) => {
            let definition = sim.ecs.families.get(family).and_then(|family| family.revisions.get(revision));
            definition.map(|definition| definition.tags.iter().map(Document::to_value).collect())
        }
    };
    found.unwrap_or_default()
}

fn write(sim: &mut Sim, tagged: &Tagged, tags: Vec<Value>) {
    let ecs = &mut sim.ecs;
    match tagged {
        Tagged::Cluster(name) => {
            if let Some(document) = ecs.clusters.get_mut(name) {
                document.set("tags", tags);
            }
        }
        Tagged::Service(key) => drop(ecs.services.change(key, |service| service.document.set("tags", tags))),
        Tagged::Task(id) => drop(ecs.tasks.change(id, |task| task.document.set("tags", tags))),
        Tagged::Definition(family, revision) => {
            let definition = ecs.families.get_mut(family).and_then(|family| family.revisions.get_mut(revision));
            if let Some(definition) = definition {
                definition.tags = tags.into_iter().map(Document::from).collect();
            }
        }
    }
}
