//! Tags of alarms and dashboards, by ARN.

use std::collections::BTreeMap;

use super::super::refuse::refuse_if;
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::checks::bad_value;
use super::not_found;
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const TAGS_MAX: usize = 50;

pub fn read(tags: &[Value]) -> BTreeMap<String, String> {
    let text = |tag: &Value, name: &str| tag.text(name).unwrap_or_default().to_owned();
    tags.iter().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect()
}

pub fn check(tags: &[Value]) -> Result<(), Failure> {
    refuse_if(tags.len() > TAGS_MAX, || bad_value(format!("A resource can have at most {TAGS_MAX} tags.")))?;
    tags.iter().try_for_each(|tag| {
        let (key, value) = (tag.text("Key").unwrap_or_default(), tag.text("Value").unwrap_or_default());
        let length = key.chars().count();
        refuse_if(!(1..=128).contains(&length), || bad_value("The key of a tag must have 1 to 128 characters."))?;
        refuse_if(key.starts_with("aws:"), || bad_value("Tag keys that begin with aws: are reserved for AWS."))?;
        refuse_if(value.chars().count() > 256, || bad_value("The value of a tag can have at most 256 characters."))
    })
}

fn of<'a>(sim: &'a mut Sim, request: &Value) -> Result<&'a mut BTreeMap<String, String>, Failure> {
    let arn = request.text("ResourceARN").unwrap_or_default();
    let lacks = || not_found("ResourceNotFoundException", format!("{arn} does not exist"));
    sim.cloudwatch.tags.get_mut(arn).ok_or_else(lacks)
}

pub fn tag(sim: &mut Sim, request: &Value) -> Answer {
    check(request.items("Tags"))?;
    let tags = of(sim, request)?;
    let added = read(request.items("Tags"));
    let count = tags.keys().chain(added.keys().filter(|key| !tags.contains_key(*key))).count();
    refuse_if(count > TAGS_MAX, || bad_value(format!("A resource can have at most {TAGS_MAX} tags.")))?;
    tags.extend(added);
    Ok(map! {})
}

pub fn untag(sim: &mut Sim, request: &Value) -> Answer {
    let tags = of(sim, request)?;
    texts(request, "TagKeys").into_iter().for_each(|key| drop(tags.remove(key)));
    Ok(map! {})
}

pub fn list(sim: &mut Sim, request: &Value) -> Answer {
    let tags = of(sim, request)?.iter().map(|(key, value)| map! { "Key" => key.as_str(), "Value" => value.as_str() });
    Ok(map! { "Tags" => tags.collect::<Vec<_>>() })
}
