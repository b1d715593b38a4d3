//! RunTask: tasks that no service looks after.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::faults::{self, Launch};
use super::super::refuse::{client, invalid_parameter, refuse, refuse_if};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::launch::{Order, launch_alone};
use super::pace::after;
use super::{clusters, definitions, families};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Timestamp, Value};

const COUNT_MOST: i64 = 10;
const TOKEN_MOST: usize = 64;
const TOKEN_LIFE_MS: i64 = 24 * 3_600_000;
/// Members of the request that a task takes over.
const SETTINGS: &[&str] =
    &["capacityProviderStrategy", "launchType", "platformVersion", "networkConfiguration", "enableExecuteCommand"];

/// A request with a token, and the tasks it was answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    at: Timestamp,
    request: Document,
    tasks: Vec<String>,
}

pub fn run(sim: &mut Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    if let Some(answer) = asked_before(sim, request)? {
        return Ok(answer);
    }
    let name = definitions::usable(sim, request.text("taskDefinition").unwrap_or_default())?;
    let definition = families::find(sim, &name).cloned();
    let definition = definition.ok_or_else(|| client("TaskDefinition not found."))?;
    let settings = settings(request, &definition.document);
    check(request, &definition.document, &settings)?;
    let family = definition.document.text("family");
    let order = Order {
        cluster: &cluster,
        group: request.text("group").map_or_else(|| format!("family:{family}"), str::to_owned),
        started_by: request.text("startedBy").unwrap_or_default(),
        definition: &definition.document,
        settings: &[&settings],
        tags: tags(request, &definition.tags),
        overrides: request.get("overrides"),
    };
    let (ids, failures) = launch_all(sim, &order, request.get("count").and_then(Value::as_int).unwrap_or(1));
    remember(sim, request, &ids);
    Ok(answer(sim, &ids, failures))
}

fn launch_all(sim: &mut Sim, order: &Order, count: i64) -> (Vec<String>, Vec<Value>) {
    let (mut ids, mut failures) = (vec![], vec![]);
    for _ in 0..count {
        let launch = Launch { cluster: order.cluster, service: None, definition: order.definition };
        let mut fate = faults::fate(sim, &launch);
        match fate.no_place.take() {
            Some(reason) => failures.push(map! { "reason" => reason }),
            None => ids.push(launch_alone(sim, order, fate)),
        }
    }
    (ids, failures)
}

fn answer(sim: &Sim, ids: &[String], failures: Vec<Value>) -> Value {
    let tasks = ids.iter().filter_map(|id| sim.ecs.tasks.get(id)).map(|task| task.document.to_value());
    map! { "tasks" => tasks.collect::<Vec<_>>(), "failures" => failures }
}

/// What the task takes over; Fargate, asked for as a capacity provider, is the
/// launch type all the same.
fn settings(request: &Value, definition: &Document) -> Map {
    let mut settings = Document::default();
    settings.copy(request.as_map().unwrap_or(&Map::new()), SETTINGS);
    let provider = request.items("capacityProviderStrategy").first().and_then(|provider| provider.text("capacityProvider"));
    if provider.is_some_and(|provider| provider.starts_with("FARGATE")) {
        settings.set("launchType", "FARGATE");
    }
    if settings.text("launchType") == "FARGATE" {
        settings.entry("platformVersion".into()).or_insert_with(|| "LATEST".into());
        let family = definition.get("runtimePlatform").and_then(|platform| platform.text("operatingSystemFamily"));
        settings.set("platformFamily", if family == Some("LINUX") || family.is_none() { "Linux" } else { "Windows" });
    }
    settings.0
}

fn tags(request: &Value, of_definition: &[Document]) -> Vec<Value> {
    let handed_on = request.text("propagateTags") == Some("TASK_DEFINITION");
    let mut tags: Vec<Value> = of_definition.iter().filter(|_| handed_on).map(Document::to_value).collect();
    tags.extend(request.items("tags").iter().cloned());
    tags
}

fn check(request: &Value, definition: &Document, settings: &Map) -> Result<(), Failure> {
    let count = request.get("count").and_then(Value::as_int).unwrap_or(1);
    if !(1..=COUNT_MOST).contains(&count) {
        return Err(invalid_parameter(format!("count must be between 1 and {COUNT_MOST}.")));
    }
    let fargate = settings.get("launchType").and_then(Value::as_str) == Some("FARGATE");
    if !fargate {
        return Err(invalid_parameter("No Container Instances were found in your cluster."));
    }
    if !texts(&definition.to_value(), "compatibilities").contains(&"FARGATE") {
        return Err(invalid_parameter("Task definition does not support launch_type FARGATE."));
    }
    let network = settings.get("networkConfiguration").and_then(|network| network.get("awsvpcConfiguration"));
    if definition.text("networkMode") == "awsvpc" && network.is_none_or(|network| network.items("subnets").is_empty()) {
        return Err(invalid_parameter("Network Configuration must be provided when networkMode 'awsvpc' is specified."));
    }
    let overrides = request.get("overrides").map_or(&[][..], |overrides| overrides.items("containerOverrides"));
    let known = |name: &str| definition.items("containerDefinitions").iter().any(|each| each.text("name") == Some(name));
    match overrides.iter().filter_map(|each| each.text("name")).find(|name| !known(name)) {
        Some(name) => {
            let message = format!("Override for container named {name} is not a container in the TaskDefinition.");
            Err(invalid_parameter(message))
        }
        None => Ok(()),
    }
}

/// The answer to a request whose token was used before: the same tasks for the
/// same request, and a refusal for another one.
fn asked_before(sim: &Sim, request: &Value) -> Result<Option<Value>, Failure> {
    let token = request.text("clientToken").unwrap_or_default();
    let message = || invalid_parameter(format!("clientToken can have at most {TOKEN_MOST} characters."));
    refuse_if(token.chars().count() > TOKEN_MOST, message)?;
    let asked = sim.ecs.runs.get(token);
    let Some(asked) = asked.filter(|asked| after(asked.at, TOKEN_LIFE_MS) > sim.now) else {
        return Ok(None);
    };
    if asked.request.to_value() == *request {
        return Ok(Some(answer(sim, &asked.tasks, vec![])));
    }
    Err(refuse("ConflictException", "The provided clientToken is already in use with a different RunTask request."))
}

fn remember(sim: &mut Sim, request: &Value, ids: &[String]) {
    let now = sim.now;
    sim.ecs.runs.retain(|_, asked| after(asked.at, TOKEN_LIFE_MS) > now);
    if let Some(token) = request.text("clientToken") {
        let asked = Asked { at: now, request: Document(request.as_map().cloned().unwrap_or_default()), tasks: ids.to_vec() };
        sim.ecs.runs.insert(token.to_owned(), asked);
    }
}
