//! A new task for a deployment, from its definition and its service.

use super::super::Sim;
use super::super::document::Document;
use super::super::faults::{self, Launch};
use super::containers::{container, interface};
use super::service::Service;
use super::task::{Proof, Target, Task};
use super::{deployments, families};
use crate::map;
use crate::value::Value;

/// Starts one task of the service's PRIMARY deployment; its id.
pub fn launch(sim: &mut Sim, service: &Service) -> String {
    let deployment = service.primary_id().to_owned();
    let name = service.deployments[0].text("taskDefinition");
    let definition = families::find(sim, name).map(|definition| definition.document.clone()).unwrap_or_default();
    let launch = Launch { cluster: &service.cluster, service: Some(&service.name), definition: &definition };
    let fate = faults::fate(sim, &launch);
    let id = sim.dice.hex(32);
    let document = document(sim, service, &definition, &id);
    let balanced = !service.target_groups().is_empty();
    let target = if balanced { Target::Unregistered } else { Target::None };
    let mut task = Task::new(document, &service.key(), &deployment, target, proofs(&definition, balanced));
    task.fate = fate;
    task.begin(sim.now, &sim.ecs.pace);
    sim.ecs.tasks.insert(task);
    id
}

/// What makes a running task count as healthy, by what there is to check it.
fn proofs(definition: &Document, balanced: bool) -> Vec<Proof> {
    let checked = definition.items("containerDefinitions").iter().any(|container| {
        container.get("essential").and_then(Value::as_bool).unwrap_or(true) && container.get("healthCheck").is_some()
    });
    match (balanced, checked) {
        (true, true) => vec![Proof::TargetHealthy, Proof::ContainerHealthy],
        (true, false) => vec![Proof::TargetHealthy],
        (false, true) => vec![Proof::ContainerHealthy],
        (false, false) => vec![Proof::Settled],
    }
}

fn document(sim: &mut Sim, service: &Service, definition: &Document, id: &str) -> Document {
    let arn = sim.place.ecs(&format!("task/{}/{id}", service.cluster));
    let interface = interface(&mut sim.dice, &sim.place, service.document.get("networkConfiguration"));
    let containers = definition.items("containerDefinitions").iter();
    let containers: Vec<Value> = containers.map(|each| container(&mut sim.dice, &sim.place, each, &arn, &interface)).collect();
    let zone = if sim.dice.below(2) == 0 { 'a' } else { 'c' };
    let overrides = containers.iter().filter_map(|each| each.text("name")).map(|name| map! { "name" => name });
    let overrides =
        map! { "containerOverrides" => overrides.collect::<Vec<_>>(), "inferenceAcceleratorOverrides" => Vec::<Value>::new() };
    let mut document = Document::from(map! {
        "taskArn" => arn,
        "availabilityZone" => sim.place.zone(zone),
        "containers" => containers,
        "attachments" => vec![interface.document],
        "attributes" => vec![map! { "name" => "ecs.cpu-architecture", "value" => "x86_64" }],
        "createdAt" => sim.now,
        "desiredStatus" => "RUNNING",
        "lastStatus" => "PROVISIONING",
        "healthStatus" => "UNKNOWN",
        "group" => format!("service:{}", service.name),
        "overrides" => overrides,
        "startedBy" => service.primary_id(),
        "taskDefinitionArn" => definition.text("taskDefinitionArn"),
        "ephemeralStorage" => map! { "sizeInGiB" => 20 },
        "tags" => Vec::<Value>::new(),
        "inferenceAccelerators" => Vec::<Value>::new(),
        "version" => 1,
    });
    document.copy(&service.document, &["clusterArn", "launchType", "platformVersion", "platformFamily", "enableExecuteCommand"]);
    deployments::resolve_platform(&mut document);
    document.copy(definition, &["cpu", "memory", "ephemeralStorage"]);
    document
}
