//! Container instances and their attributes, as an account answers that has
//! none: with Fargate the machines are AWS's own.

use super::super::refuse::{invalid_parameter, refuse, refuse_if};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::clusters::{self, missing, within};
use super::paging;
use crate::map;
use crate::value::Value;

pub fn list(sim: &Sim, request: &Value) -> Answer {
    clusters::named(sim, request)?;
    paging(100).page(request, "containerInstanceArns", vec![])
}

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let asked = texts(request, "containerInstances");
    refuse_if(asked.is_empty(), || invalid_parameter("Container Instances cannot be empty."))?;
    refuse_if(asked.len() > 100, || invalid_parameter("instanceIds can have at most 100 items."))?;
    let mut failures = vec![];
    for instance in asked {
        failures.push(missing(sim.place.ecs(&format!("container-instance/{cluster}/{}", within(&cluster, instance)?))));
    }
    Ok(map! { "containerInstances" => Vec::<Value>::new(), "failures" => failures })
}

pub fn list_attributes(sim: &Sim, request: &Value) -> Answer {
    clusters::named(sim, request)?;
    let no_name = request.text("attributeValue").is_some() && request.text("attributeName").is_none();
    refuse_if(no_name, || invalid_parameter("attributeName is required to filter by attributeValue."))?;
    paging(100).page(request, "attributes", vec![])
}

/// PutAttributes and DeleteAttributes: there is nothing that could have any.
pub fn change_attributes(sim: &Sim, request: &Value) -> Answer {
    clusters::named(sim, request)?;
    let attributes = request.items("attributes");
    refuse_if(attributes.is_empty(), || invalid_parameter("attributes can not be empty"))?;
    refuse_if(attributes.len() > 10, || invalid_parameter("attributes can have at most 10 items."))?;
    let target = attributes[0].text("targetId").unwrap_or_default();
    Err(refuse("TargetNotFoundException", format!("Could not find {target}")))
}
