//! Clusters, whose counts are always counted, never kept.

use super::super::document::Document;
use super::super::place::short;
use super::super::refuse::{invalid_parameter, refuse};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::paging;
use crate::api::Failure;
use crate::map;
use crate::value::Value;

pub fn create(sim: &mut Sim, name: &str) {
    let setting = map! { "name" => "containerInsights", "value" => "disabled" };
    let document = Document::from(map! {
        "clusterArn" => sim.place.ecs(&format!("cluster/{name}")),
        "clusterName" => name,
        "status" => "ACTIVE",
        "statistics" => Vec::<Value>::new(),
        "tags" => Vec::<Value>::new(),
        "settings" => vec![setting],
        "capacityProviders" => vec!["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy" => Vec::<Value>::new(),
    });
    sim.ecs.clusters.insert(name.to_owned(), document);
}

/// The name of the cluster that a request means; it need not say which.
pub fn named(sim: &Sim, request: &Value) -> Result<String, Failure> {
    let name = short(request.text("cluster").unwrap_or("default"));
    match sim.ecs.clusters.contains_key(name) {
        true => Ok(name.to_owned()),
        false => Err(refuse("ClusterNotFoundException", "Cluster not found.")),
    }
}

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let mut asked = texts(request, "clusters");
    if asked.is_empty() {
        asked.push("default");
    }
    if asked.len() > 100 {
        return Err(invalid_parameter("clusters can have at most 100 items."));
    }
    let (mut clusters, mut failures) = (vec![], vec![]);
    for name in asked.into_iter().map(short) {
        match sim.ecs.clusters.get(name) {
            Some(document) => clusters.push(counted(sim, name, document)),
            None => failures.push(missing(sim.place.ecs(&format!("cluster/{name}")))),
        }
    }
    Ok(map! { "clusters" => clusters, "failures" => failures })
}

/// The entry of a list of failures for something that is not there.
pub fn missing(arn: String) -> Value {
    map! { "arn" => arn, "reason" => "MISSING" }
}

fn counted(sim: &Sim, name: &str, document: &Document) -> Value {
    let services = sim.ecs.services.values().filter(|service| service.cluster == name).count();
    let tasks = || sim.ecs.tasks.all().filter(|task| task.cluster() == name);
    let mut document = document.clone();
    document.set("activeServicesCount", services as i64);
    document.set("runningTasksCount", tasks().filter(|task| task.is_running()).count() as i64);
    document.set("pendingTasksCount", tasks().filter(|task| task.is_pending()).count() as i64);
    document.set("registeredContainerInstancesCount", 0);
    document.to_value()
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let arns = sim.ecs.clusters.values().map(|document| Value::from(document.text("clusterArn")));
    paging(100).page(request, "clusterArns", arns.collect())
}
