//! Describing and listing services.

use super::super::refuse::invalid_parameter;
use super::super::request::{includes, passes, texts};
use super::super::{Answer, Sim};
use super::clusters::{self, missing, within};
use super::service::{Service, key};
use super::{deployments, history, paging};
use crate::map;
use crate::value::Value;

const BATCH_MOST: usize = 10;

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let names = texts(request, "services");
    if names.is_empty() {
        return Err(invalid_parameter("Services cannot be empty."));
    }
    if names.len() > BATCH_MOST {
        return Err(invalid_parameter(format!("service names can have at most {BATCH_MOST} items.")));
    }
    let (mut services, mut failures) = (vec![], vec![]);
    for name in names {
        let name = within(&cluster, name)?;
        match sim.ecs.services.get(&key(&cluster, name)) {
            Some(service) => services.push(shown(sim, service, includes(request, "TAGS"))),
            None => failures.push(missing(sim.place.ecs(&format!("service/{cluster}/{name}")))),
        }
    }
    Ok(map! { "services" => services, "failures" => failures })
}

/// The service as an answer shows it, counted now.
pub fn shown(sim: &Sim, service: &Service, with_tags: bool) -> Value {
    let mut document = service.document.clone();
    let deployments: Vec<Value> = service.deployments.iter().map(|entry| deployments::shown(sim, service, entry)).collect();
    let sum = |name: &str| deployments.iter().filter_map(|entry| entry.get(name)?.as_int()).sum::<i64>();
    document.set("runningCount", sum("runningCount"));
    document.set("pendingCount", sum("pendingCount"));
    document.set("deployments", deployments);
    document.set("events", Value::List(service.events.iter().map(|event| event.to_value()).collect()));
    history::show_current(sim, service, &mut document);
    match with_tags {
        true => drop(document.entry("tags".into()).or_insert_with(|| Value::List(vec![]))),
        false => drop(document.remove("tags")),
    }
    document.to_value()
}

/// A service that was deleted is not listed, though it can be described.
pub fn list(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let services = active(sim).filter(|service| service.cluster == cluster);
    let wanted = services.filter(|service| {
        let text = |name| service.document.text(name);
        ["launchType", "schedulingStrategy"].iter().all(|name| passes(request, name, text(name)))
            && passes(request, "resourceManagementType", "CUSTOMER")
    });
    let arns = wanted.map(|service| Value::from(service.document.text("serviceArn")));
    paging(10).page(request, "serviceArns", arns.collect())
}

/// Those that Service Connect puts into a namespace, whatever their cluster.
pub fn list_by_namespace(sim: &Sim, request: &Value) -> Answer {
    let asked = request.text("namespace").unwrap_or_default();
    let inside = |service: &&Service| {
        let connect = service.deployments.first().and_then(|entry| entry.get("serviceConnectConfiguration"));
        let enabled = connect.and_then(|connect| connect.get("enabled")?.as_bool()).unwrap_or(false);
        let cluster = sim.ecs.clusters.get(&service.cluster).and_then(|cluster| cluster.get("serviceConnectDefaults"));
        let own = connect.and_then(|connect| connect.text("namespace"));
        enabled && own.or_else(|| cluster?.text("namespace")) == Some(asked)
    };
    let arns = active(sim).filter(inside).map(|service| Value::from(service.document.text("serviceArn")));
    paging(10).page(request, "serviceArns", arns.collect())
}

fn active(sim: &Sim) -> impl Iterator<Item = &Service> {
    sim.ecs.services.values().filter(|service| service.document.text("status") == "ACTIVE")
}
