//! Families of task definitions, and how a request finds one revision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::place::short;
use super::super::request::{has_prefix, passes};
use super::super::{Answer, Sim};
use super::paging;
use crate::value::Value;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Family {
    /// The highest number ever given: none is given twice.
    pub latest: i64,
    pub revisions: BTreeMap<i64, Definition>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Definition {
    pub document: Document,
    /// AWS keeps them beside the definition, never inside it.
    pub tags: Vec<Document>,
}

impl Definition {
    pub fn is_active(&self) -> bool {
        self.document.text("status") == "ACTIVE"
    }

    pub fn arn(&self) -> &str {
        self.document.text("taskDefinitionArn")
    }
}

/// A family and one of its revisions, as `family`, `family:revision` or an ARN.
pub fn split(name: &str) -> (&str, Option<i64>) {
    let name = short(name);
    match name.rsplit_once(':') {
        Some((family, revision)) => (family, Some(revision.parse().unwrap_or(-1))),
        None => (name, None),
    }
}

/// A bare family means its newest revision that is active.
pub fn find<'a>(sim: &'a Sim, name: &str) -> Option<&'a Definition> {
    let (family, revision) = split(name);
    let family = sim.ecs.families.get(family)?;
    match revision {
        Some(revision) => family.revisions.get(&revision),
        None => family.revisions.values().rev().find(|definition| definition.is_active()),
    }
}

/// `familyPrefix` is the whole name of a family here, whatever it is called.
pub fn list_definitions(sim: &Sim, request: &Value) -> Answer {
    let status = request.text("status").unwrap_or("ACTIVE");
    let families = sim.ecs.families.iter().filter(|(name, _)| passes(request, "familyPrefix", name));
    let definitions = families.flat_map(|(_, family)| family.revisions.values());
    let wanted = definitions.filter(|definition| definition.document.text("status") == status);
    let mut arns: Vec<Value> = wanted.map(|definition| Value::from(definition.arn())).collect();
    if request.text("sort") == Some("DESC") {
        arns.reverse();
    }
    paging(100).page(request, "taskDefinitionArns", arns)
}

/// Here `familyPrefix` is a prefix.
pub fn list(sim: &Sim, request: &Value) -> Answer {
    let wanted = |family: &Family| match request.text("status").unwrap_or("ALL") {
        "ACTIVE" => family.revisions.values().any(Definition::is_active),
        "INACTIVE" => !family.revisions.values().any(Definition::is_active),
        _ => true,
    };
    let families = sim.ecs.families.iter().filter(|(name, _)| has_prefix(request, "familyPrefix", name));
    let families = families.filter(|(_, family)| !family.revisions.is_empty() && wanted(family));
    let names = families.map(|(name, _)| Value::from(name.as_str()));
    paging(100).page(request, "families", names.collect())
}
