//! A new task, from its definition and from what asks for it.

use super::super::Sim;
use super::super::document::Document;
use super::super::faults::{self, Fate, Launch};
use super::checks::{Probe, is_essential};
use super::containers::{container, interface};
use super::families::{self, Definition};
use super::pace::Pace;
use super::service::Service;
use super::task::{Proof, Target, Task};
use super::{deployments, images, rollouts};
use crate::map;
use crate::value::{Map, Value};

/// What asks for a task, and how it is to run.
pub struct Order<'a> {
    pub cluster: &'a str,
    pub group: String,
    pub started_by: &'a str,
    pub definition: &'a Document,
    /// What is to be taken over, from where it is found first.
    pub settings: &'a [&'a Map],
    pub tags: Vec<Value>,
    pub overrides: Option<&'a Value>,
}

/// Members that a task takes over from what asks for it.
const SETTINGS: &[&str] = &["launchType", "platformVersion", "platformFamily", "enableExecuteCommand"];

/// Starts one task of the deployment at `place`; its id, or why there is no
/// place for it.
pub fn launch(sim: &mut Sim, service: &Service, place: usize) -> Result<String, String> {
    let deployment = &service.deployments[place];
    let Definition { document: definition, tags } = definition(sim, deployment.text("taskDefinition"));
    let launch = Launch { cluster: &service.cluster, service: Some(&service.name), definition: &definition };
    let mut fate = faults::fate(sim, &launch);
    if let Some(reason) = fate.no_place.take() {
        return Err(reason);
    }
    let order = Order {
        cluster: &service.cluster,
        group: format!("service:{}", service.name),
        started_by: deployment.text("id"),
        definition: &definition,
        settings: &[deployment, &service.document],
        tags: service_tags(service, &tags),
        overrides: None,
    };
    let id = sim.dice.hex(32);
    let mut task = Task::new(document(sim, &order, &id), &service.key(), order.started_by, fate);
    equip(&mut task, &definition, &sim.ecs.pace);
    task.digests = rollouts::digests(service, order.started_by);
    find_images(sim, &mut task, &definition);
    let balanced = service.is_balanced();
    task.target = if balanced { Target::Unregistered } else { Target::None };
    task.awaits = proofs(balanced, task.probe.is_some());
    task.begin(sim.now, &sim.ecs.pace);
    sim.ecs.tasks.insert(task);
    Ok(id)
}

/// A task that no service looks after: it does its work and exits.
pub fn launch_alone(sim: &mut Sim, order: &Order, mut fate: Fate) -> String {
    let id = sim.dice.hex(32);
    let mut task = Task::new(document(sim, order, &id), "", "", Fate::default());
    let first = order.definition.items("containerDefinitions").iter().find(|container| is_essential(container));
    let name = first.and_then(|container| container.text("name")).unwrap_or_default();
    let work = faults::Crash { container: name.to_owned(), after_ms: sim.ecs.pace.errand_ms, exit_code: 0, reason: None };
    fate.crash.get_or_insert(work);
    task.fate = fate;
    equip(&mut task, order.definition, &sim.ecs.pace);
    task.digests = images::digests(sim, order.definition);
    find_images(sim, &mut task, order.definition);
    task.begin(sim.now, &sim.ecs.pace);
    sim.ecs.tasks.insert(task);
    id
}

/// An image that its registry does not have cannot be pulled, scenario or not.
fn find_images(sim: &Sim, task: &mut Task, definition: &Document) {
    let containers = definition.items("containerDefinitions").iter().zip(&task.digests);
    let missing = containers.into_iter().find_map(|(container, digest)| {
        let reason = images::missing(sim, container.text("image")?, digest)?;
        Some((container.text("name")?.to_owned(), reason))
    });
    task.fate.unpullable = task.fate.unpullable.take().or(missing);
}

fn definition(sim: &Sim, name: &str) -> Definition {
    let none = || Definition { document: Document::default(), tags: vec![] };
    families::find(sim, name).cloned().unwrap_or_else(none)
}

/// The tags of a service's task: AWS's own, and those that are handed on.
fn service_tags(service: &Service, of_definition: &[Document]) -> Vec<Value> {
    let tag = |key: &str, value: &str| map! { "key" => key, "value" => value };
    let mut tags = vec![];
    if service.document.get("enableECSManagedTags").and_then(Value::as_bool).unwrap_or(false) {
        tags.push(tag("aws:ecs:clusterName", &service.cluster));
        tags.push(tag("aws:ecs:serviceName", &service.name));
    }
    match service.document.text("propagateTags") {
        "SERVICE" => tags.extend(service.document.items("tags").iter().cloned()),
        "TASK_DEFINITION" => tags.extend(of_definition.iter().map(Document::to_value)),
        _ => {}
    }
    tags
}

fn equip(task: &mut Task, definition: &Document, pace: &Pace) {
    let essential = definition.items("containerDefinitions").iter().filter(|container| is_essential(container));
    let seconds = |container: &Value| container.get("stopTimeout").and_then(Value::as_int);
    let timeout = essential.clone().map(|each| seconds(each).map_or(pace.stop_timeout_ms, |seconds| seconds * 1000)).max();
    task.kill_after_ms = timeout.filter(|_| task.fate.ignores_stop);
    task.essential = essential.filter_map(|container| container.text("name")).map(str::to_owned).collect();
    task.probe = Probe::of(definition, pace);
}

/// What makes a running task count as healthy, by what there is to check it.
fn proofs(balanced: bool, probed: bool) -> Vec<Proof> {
    match (balanced, probed) {
        (true, true) => vec![Proof::TargetHealthy, Proof::ContainerHealthy],
        (true, false) => vec![Proof::TargetHealthy],
        (false, true) => vec![Proof::ContainerHealthy],
        (false, false) => vec![Proof::Settled],
    }
}

fn document(sim: &mut Sim, order: &Order, id: &str) -> Document {
    let arn = sim.place.ecs(&format!("task/{}/{id}", order.cluster));
    let network = order.settings.iter().find_map(|settings| settings.get("networkConfiguration"));
    let interface = interface(&mut sim.dice, &sim.place, network);
    let containers = order.definition.items("containerDefinitions").iter();
    let containers: Vec<Value> = containers.map(|each| container(&mut sim.dice, &sim.place, each, &arn, &interface)).collect();
    let zone = if sim.dice.below(2) == 0 { 'a' } else { 'c' };
    let overrides = overrides(&containers, order.overrides);
    let mut document = Document::from(map! {
        "taskArn" => arn,
        "clusterArn" => sim.place.ecs(&format!("cluster/{}", order.cluster)),
        "availabilityZone" => sim.place.zone(zone),
        "containers" => containers,
        "attachments" => vec![interface.document],
        "attributes" => vec![map! { "name" => "ecs.cpu-architecture", "value" => "x86_64" }],
        "createdAt" => sim.now,
        "desiredStatus" => "RUNNING",
        "lastStatus" => "PROVISIONING",
        "healthStatus" => "UNKNOWN",
        "group" => order.group.as_str(),
        "overrides" => overrides,
        "taskDefinitionArn" => order.definition.text("taskDefinitionArn"),
        "ephemeralStorage" => map! { "sizeInGiB" => 20 },
        "tags" => order.tags.clone(),
        "enableExecuteCommand" => false,
        "inferenceAccelerators" => Vec::<Value>::new(),
        "version" => 1,
    });
    if !order.started_by.is_empty() {
        document.set("startedBy", order.started_by);
    }
    for settings in order.settings.iter().rev() {
        document.copy(settings, SETTINGS);
    }
    let strategies = order.settings.iter().filter_map(|settings| settings.get("capacityProviderStrategy"));
    if let Some(provider) = strategies.filter_map(provider).next() {
        document.set("capacityProviderName", provider);
        document.set("launchType", "FARGATE");
    }
    deployments::resolve_platform(&mut document);
    document.copy(order.definition, &["cpu", "memory", "ephemeralStorage"]);
    document
}

/// Where a strategy places a task: at the provider with the most weight.
fn provider(strategy: &Value) -> Option<&str> {
    let weight = |each: &&Value| each.get("weight").and_then(Value::as_int).unwrap_or_default();
    strategy.as_list()?.iter().rev().max_by_key(weight)?.text("capacityProvider")
}

/// Every container is named, with what it was told instead of its definition.
fn overrides(containers: &[Value], given: Option<&Value>) -> Value {
    let names = containers.iter().filter_map(|each| each.text("name"));
    let each = names.map(|name| {
        let told = given.and_then(|given| given.items("containerOverrides").iter().find(|each| each.text("name") == Some(name)));
        told.cloned().unwrap_or_else(|| map! { "name" => name })
    });
    let each: Vec<Value> = each.collect();
    let mut all = Document::from(given.cloned().unwrap_or_else(|| map! {}));
    all.set("containerOverrides", each);
    all.entry("inferenceAcceleratorOverrides".into()).or_insert_with(|| Value::List(vec![]));
    all.to_value()
}
