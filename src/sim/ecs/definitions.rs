//! Task definitions: registering, describing, deregistering. A definition keeps
//! every member it was registered with, known here or not.

use super::super::document::Document;
use super::super::refuse::{client, invalid_parameter, refuse_if};
use super::super::request::{includes, texts};
use super::super::rules::{definition, fargate};
use super::super::{Answer, Sim};
use super::clusters::missing;
use super::families::{Definition, Family, find, split};
use super::{capabilities, tags};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

const DELETE_MOST: usize = 10;

/// What an answer shows beyond what was registered; sent back, it is ignored.
const GIVEN_BY_AWS: &[&str] = &[
    "compatibilities",
    "deleteRequestedAt",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
];

pub fn register(sim: &mut Sim, request: &Value) -> Answer {
    definition::check(request)?;
    tags::check(request.items("tags"))?;
    let name = request.text("family").unwrap_or_default().to_owned();
    let revision = sim.ecs.families.get(&name).map_or(0, |family| family.latest) + 1;
    let document = complete(sim, request, &name, revision);
    let tags: Vec<Document> = request.items("tags").iter().cloned().map(Document::from).collect();
    let answer = answer(&document, &tags);
    let family: &mut Family = sim.ecs.families.entry(name).or_default();
    family.latest = revision;
    family.revisions.insert(revision, Definition { document, tags });
    Ok(answer)
}

/// The next revision of `family` is number `next`.
pub fn number_from(sim: &mut Sim, family: &str, next: i64) {
    sim.ecs.families.entry(family.to_owned()).or_default().latest = next - 1;
}

/// The document that AWS makes of a request: its members, with what AWS adds.
fn complete(sim: &Sim, request: &Value, family: &str, revision: i64) -> Document {
    let mut document = Document(request.as_map().cloned().unwrap_or_default());
    document.retain(|name, _| name != "tags" && !GIVEN_BY_AWS.contains(&name.as_str()));
    for name in ["volumes", "placementConstraints"] {
        document.entry(name.into()).or_insert_with(|| Value::List(vec![]));
    }
    let awsvpc = document.text("networkMode") == "awsvpc";
    if let Some(Value::List(containers)) = document.get_mut("containerDefinitions") {
        containers.iter_mut().filter_map(Value::as_map_mut).for_each(|container| complete_container(container, awsvpc));
    }
    document.set("compatibilities", capabilities::compatibilities(request));
    document.set("requiresAttributes", capabilities::attributes(request));
    complete_size(&mut document);
    document.set("taskDefinitionArn", sim.place.ecs(&format!("task-definition/{family}:{revision}")));
    document.set("revision", revision);
    document.set("status", "ACTIVE");
    document.set("registeredAt", sim.now);
    document.set("registeredBy", format!("arn:aws:iam::{}:user/sandbox", sim.place.account));
    document
}

/// AWS takes `1 vCPU` and `2 GB`, and answers numbers of units and mebibytes.
fn complete_size(document: &mut Document) {
    let cpu = fargate::cpu_units(document.text("cpu"));
    let memory = fargate::mebibytes(document.text("memory"));
    for (name, number) in [("cpu", cpu), ("memory", memory)] {
        if let Some(number) = number {
            document.set(name, number.to_string());
        }
    }
}

fn complete_container(container: &mut Map, awsvpc: bool) {
    let mut fill = |name: &str, value: Value| {
        container.entry(name.into()).or_insert(value);
    };
    fill("cpu", Value::Int(0));
    fill("essential", Value::Bool(true));
    for name in ["environment", "mountPoints", "portMappings", "systemControls", "volumesFrom"] {
        fill(name, Value::List(vec![]));
    }
    if let Some(Value::Map(check)) = container.get_mut("healthCheck") {
        for (name, number) in [("interval", 30), ("timeout", 5), ("retries", 3)] {
            check.entry(name.into()).or_insert(Value::Int(number));
        }
    }
    let Some(Value::List(ports)) = container.get_mut("portMappings") else {
        return;
    };
    for port in ports.iter_mut().filter_map(Value::as_map_mut) {
        port.entry("protocol".into()).or_insert_with(|| "tcp".into());
        if let (true, Some(number)) = (awsvpc, port.get("containerPort").cloned()) {
            port.entry("hostPort".into()).or_insert(number);
        }
    }
}

fn answer(document: &Document, tags: &[Document]) -> Value {
    let mut answer = map! { "taskDefinition" => document.to_value() };
    if let (false, Some(members)) = (tags.is_empty(), answer.as_map_mut()) {
        members.insert("tags".into(), Value::List(tags.iter().map(Document::to_value).collect()));
    }
    answer
}

fn unknown() -> Failure {
    client("Unable to describe task definition.")
}

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let name = request.text("taskDefinition").unwrap_or_default();
    let definition = find(sim, name).ok_or_else(unknown)?;
    let tags = if includes(request, "TAGS") { definition.tags.as_slice() } else { &[] };
    Ok(answer(&definition.document, tags))
}

/// The family and the revision of a request that must name both.
fn exactly(name: &str) -> Result<(&str, i64), Failure> {
    let (family, revision) = split(name);
    let revision = revision.ok_or_else(|| client("Revision is missing."))?;
    let number = name.rsplit(':').next().unwrap_or_default();
    refuse_if(revision < 1, || invalid_parameter(format!("Invalid revision number. Number: {number}")))?;
    Ok((family, revision))
}

/// What runs with it goes on; nothing new can.
pub fn deregister(sim: &mut Sim, request: &Value) -> Answer {
    let (family, revision) = exactly(request.text("taskDefinition").unwrap_or_default())?;
    let family = sim.ecs.families.get_mut(family).ok_or_else(unknown)?;
    let definition = family.revisions.get_mut(&revision).ok_or_else(unknown)?;
    if definition.is_active() {
        definition.document.set("status", "INACTIVE");
        definition.document.set("deregisteredAt", sim.now);
    }
    Ok(answer(&definition.document, &[]))
}

/// Each definition for itself: one that cannot go does not keep the others.
pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let asked = texts(request, "taskDefinitions");
    let message = "size of TaskDefinition references list must be greater than 0";
    refuse_if(asked.is_empty(), || invalid_parameter(message))?;
    let message = || invalid_parameter(format!("Size of TaskDefinition references list cannot exceed {DELETE_MOST}"));
    refuse_if(asked.len() > DELETE_MOST, message)?;
    for name in &asked {
        exactly(name)?;
    }
    let (mut deleted, mut failures) = (vec![], vec![]);
    for name in asked {
        match delete_one(sim, name) {
            Ok(definition) => deleted.push(definition),
            Err(failure) => failures.push(failure),
        }
    }
    Ok(map! { "taskDefinitions" => deleted, "failures" => failures })
}

/// The definition on its way out, or the entry that says why it is not.
fn delete_one(sim: &mut Sim, name: &str) -> Result<Value, Value> {
    let (family, revision) = split(name);
    let arn = sim.place.ecs(&format!("task-definition/{family}:{}", revision.unwrap_or_default()));
    let family = sim.ecs.families.get_mut(family);
    let definition = family.and_then(|family| family.revisions.get_mut(&revision?)).ok_or_else(|| missing(arn.clone()))?;
    if definition.is_active() {
        let reason = "The specified task definition is still in ACTIVE status. Please deregister the target and try again.";
        return Err(map! { "arn" => arn, "reason" => reason });
    }
    if definition.document.text("status") == "INACTIVE" {
        definition.document.set("status", "DELETE_IN_PROGRESS");
        definition.document.set("deleteRequestedAt", sim.now);
    }
    Ok(definition.document.to_value())
}

/// The ARN of a definition that something new may use.
pub fn usable(sim: &Sim, name: &str) -> Result<String, Failure> {
    match find(sim, name) {
        Some(definition) if definition.is_active() => Ok(definition.arn().to_owned()),
        Some(_) => Err(client("TaskDefinition is inactive")),
        None => Err(client("TaskDefinition not found.")),
    }
}
