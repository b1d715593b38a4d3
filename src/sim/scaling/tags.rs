//! The tags of scalable targets. Policies and scheduled actions have none.

use super::super::document::Document;
use super::super::refuse::{refuse, refuse_if};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::invalid;
use super::target::Target;
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const MOST: usize = 50;

/// The tags that a registration brings, if it brings any.
pub fn given(request: &Value) -> Result<Option<Document>, Failure> {
    let tags = request.get("Tags").and_then(Value::as_map).filter(|tags| !tags.is_empty());
    tags.map(|tags| check(Document(tags.clone()))).transpose()
}

fn check(tags: Document) -> Result<Document, Failure> {
    let reserved = tags.keys().find(|key| key.to_lowercase().starts_with("aws:"));
    refuse_if(reserved.is_some(), || invalid("aws: prefixed tag key names are not allowed for external use."))?;
    let message = format!("The number of tags exceeds the limit of {MOST}.");
    refuse_if(tags.len() > MOST, || refuse("TooManyTagsException", message))?;
    Ok(tags)
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let resource = resource(sim, request)?;
    let tags = sim.scaling.targets.get(&resource).map(|target| target.tags.to_value());
    Ok(map! { "Tags" => tags.unwrap_or_default() })
}

pub fn tag(sim: &mut Sim, request: &Value) -> Answer {
    let resource = resource(sim, request)?;
    let mut tags = sim.scaling.targets.get(&resource).map(|target| target.tags.clone()).unwrap_or_default();
    tags.extend(request.get("Tags").and_then(Value::as_map).cloned().unwrap_or_default());
    let tags = check(tags)?;
    sim.scaling.targets.change(&resource, |target| target.tags = tags);
    Ok(map! {})
}

pub fn untag(sim: &mut Sim, request: &Value) -> Answer {
    let resource = resource(sim, request)?;
    let keys = texts(request, "TagKeys");
    sim.scaling.targets.change(&resource, |target| target.tags.retain(|key, _| !keys.contains(&key.as_str())));
    Ok(map! {})
}

/// The resource of the target with this ARN.
fn resource(sim: &Sim, request: &Value) -> Result<String, Failure> {
    let arn = request.text("ResourceARN").unwrap_or_default();
    let found = sim.scaling.targets.values().find(|target: &&Target| target.arn() == arn);
    let lacks = || refuse("ResourceNotFoundException", format!("No scalable target found for ARN {arn}"));
    Ok(found.ok_or_else(lacks)?.document.text("ResourceId").to_owned())
}
