//! Tags: keys with values, each key once.

use super::super::refuse::invalid_parameter;
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::secret::Secret;
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

const TAGS_MAX: usize = 50;

pub fn tag(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    check(request)?;
    let tags = merged(secret, request);
    check_count(&tags)?;
    keep(secret, tags);
    secret.changed(sim.now);
    Ok(Value::Map(Map::new()))
}

pub fn untag(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    let keys = texts(request, "TagKeys");
    let kept = secret.document.items("Tags").iter().filter(|tag| !tag.text("Key").is_some_and(|key| keys.contains(&key)));
    let kept: Vec<Value> = kept.cloned().collect();
    keep(secret, kept);
    secret.changed(sim.now);
    Ok(Value::Map(Map::new()))
}

pub fn check(request: &Value) -> Result<(), Failure> {
    check_count(request.items("Tags"))?;
    request.items("Tags").iter().try_for_each(|tag| {
        let (key, value) = (tag.text("Key").unwrap_or_default(), tag.text("Value").unwrap_or_default());
        let fault = match key.chars().count() {
            0 | 129.. => "The key of a tag must have 1 to 128 characters.",
            _ if key.starts_with("aws:") => "Tag keys that begin with aws: are reserved for AWS.",
            _ if value.chars().count() > 256 => "The value of a tag can have at most 256 characters.",
            _ => return Ok(()),
        };
        Err(invalid_parameter(fault))
    })
}

fn check_count(tags: &[Value]) -> Result<(), Failure> {
    if tags.len() <= TAGS_MAX {
        return Ok(());
    }
    Err(invalid_parameter(format!("A secret can have at most {TAGS_MAX} tags.")))
}

pub fn add(secret: &mut Secret, request: &Value) {
    let tags = merged(secret, request);
    keep(secret, tags);
}

/// A key that is there already gets the new value.
fn merged(secret: &Secret, request: &Value) -> Vec<Value> {
    let mut tags = secret.document.items("Tags").to_vec();
    for tag in request.items("Tags") {
        let key = tag.text("Key").unwrap_or_default();
        let tag = map! { "Key" => key, "Value" => tag.text("Value").unwrap_or_default() };
        match tags.iter_mut().find(|found| found.text("Key") == Some(key)) {
            Some(found) => *found = tag,
            None => tags.push(tag),
        }
    }
    tags
}

/// Without tags there is no list of them.
fn keep(secret: &mut Secret, tags: Vec<Value>) {
    match tags.is_empty() {
        true => _ = secret.document.remove("Tags"),
        false => secret.document.set("Tags", tags),
    }
}
