//! Task definitions: registering, describing, deregistering. A definition keeps
//! every member it was registered with, known here or not.

use super::super::document::Document;
use super::super::refuse::{client, invalid_parameter};
use super::super::request::{includes, texts};
use super::super::rules::fargate;
use super::super::{Answer, Sim};
use super::families::{Definition, Family, find, split};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

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
    check(request)?;
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

fn check(request: &Value) -> Result<(), Failure> {
    let family = request.text("family").unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if family.is_empty() || family.len() > 255 || !family.chars().all(fits) {
        return Err(client("Family contains invalid characters when it should match ^[a-zA-Z0-9-_]+$"));
    }
    if request.items("containerDefinitions").is_empty() {
        return Err(client("Container list cannot be empty."));
    }
    if request.get("tags").is_some_and(|tags| tags.as_list().is_none_or(<[Value]>::is_empty)) {
        return Err(invalid_parameter("Tags can not be empty."));
    }
    if texts(request, "requiresCompatibilities").contains(&"FARGATE") {
        let size = |name| request.text(name).unwrap_or_default();
        if let Some(refusal) = fargate::refusal(size("cpu"), size("memory")) {
            return Err(client(refusal));
        }
    }
    Ok(())
}

/// The document that AWS makes of a request: its members, with what AWS adds.
fn complete(sim: &Sim, request: &Value, family: &str, revision: i64) -> Document {
    let mut document = Document(request.as_map().cloned().unwrap_or_default());
    document.retain(|name, _| name != "tags" && !GIVEN_BY_AWS.contains(&name.as_str()));
    for name in ["volumes", "placementConstraints"] {
        document.entry(name.to_owned()).or_insert_with(|| Value::List(vec![]));
    }
    let awsvpc = document.text("networkMode") == "awsvpc";
    if let Some(Value::List(containers)) = document.get_mut("containerDefinitions") {
        containers.iter_mut().filter_map(Value::as_map_mut).for_each(|container| complete_container(container, awsvpc));
    }
    let fargate = texts(request, "requiresCompatibilities").contains(&"FARGATE");
    document.set("compatibilities", if fargate { vec!["EC2", "FARGATE"] } else { vec!["EC2"] });
    document.set("requiresAttributes", vec![map! { "name" => "com.amazonaws.ecs.capability.docker-remote-api.1.18" }]);
    document.set("taskDefinitionArn", sim.place.ecs(&format!("task-definition/{family}:{revision}")));
    document.set("revision", revision);
    document.set("status", "ACTIVE");
    document.set("registeredAt", sim.now);
    document.set("registeredBy", format!("arn:aws:iam::{}:user/sandbox", sim.place.account));
    document
}

fn complete_container(container: &mut Map, awsvpc: bool) {
    let mut fill = |name: &str, value: Value| {
        container.entry(name.to_owned()).or_insert(value);
    };
    fill("cpu", Value::Int(0));
    fill("essential", Value::Bool(true));
    for name in ["environment", "mountPoints", "portMappings", "systemControls", "volumesFrom"] {
        fill(name, Value::List(vec![]));
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

pub fn deregister(sim: &mut Sim, request: &Value) -> Answer {
    let (family, revision) = split(request.text("taskDefinition").unwrap_or_default());
    let revision = revision.ok_or_else(|| client("Invalid revision number. Number: null"))?;
    let family = sim.ecs.families.get_mut(family).ok_or_else(unknown)?;
    let definition = family.revisions.get_mut(&revision).ok_or_else(unknown)?;
    if definition.is_active() {
        definition.document.set("status", "INACTIVE");
        definition.document.set("deregisteredAt", sim.now);
    }
    Ok(answer(&definition.document, &[]))
}

/// The ARN of a definition that a service may use.
pub fn usable(sim: &Sim, name: &str) -> Result<String, Failure> {
    match find(sim, name) {
        Some(definition) if definition.is_active() => Ok(definition.arn().to_owned()),
        Some(_) => Err(client("TaskDefinition is inactive")),
        None => Err(client("TaskDefinition not found.")),
    }
}
