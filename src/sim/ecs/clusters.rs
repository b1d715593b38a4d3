//! Clusters: creating, changing and deleting them, and how a request says which
//! one it means. Their counts are always counted, never kept.

use super::super::document::Document;
use super::super::place::short;
use super::super::refuse::{cluster_not_found, invalid_parameter, refuse, refuse_if};
use super::super::request::{includes, texts};
use super::super::{Answer, Sim};
use super::{capacity_providers, paging, settings, statistics, tags};
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const BATCH_MOST: usize = 100;

/// What a request may say of a cluster beyond its name.
const OPTIONAL: &[&str] =
    &["capacityProviders", "configuration", "defaultCapacityProviderStrategy", "serviceConnectDefaults", "settings", "tags"];

/// A cluster for Fargate, as the console makes it. Not a request of anybody:
/// it is how a world is built.
pub fn create(sim: &mut Sim, name: &str) {
    let document = fresh(sim, name, &map! { "capacityProviders" => vec!["FARGATE", "FARGATE_SPOT"] });
    sim.ecs.clusters.insert(name.to_owned(), document);
}

fn fresh(sim: &Sim, name: &str, request: &Value) -> Document {
    let insights = settings::effective(sim, "containerInsights");
    let mut document = Document::from(map! {
        "clusterArn" => sim.place.ecs(&format!("cluster/{name}")),
        "clusterName" => name,
        "status" => "ACTIVE",
        "tags" => Vec::<Value>::new(),
        "settings" => vec![map! { "name" => "containerInsights", "value" => insights }],
        "capacityProviders" => Vec::<Value>::new(),
        "defaultCapacityProviderStrategy" => Vec::<Value>::new(),
    });
    if let Some(members) = request.as_map() {
        document.copy(members, OPTIONAL);
    }
    capacity_providers::complete(&mut document, "defaultCapacityProviderStrategy");
    document
}

/// Whether it exists and can be used.
pub fn is_active(document: &Document) -> bool {
    document.text("status") == "ACTIVE"
}

/// The name of the cluster that a request means; it need not say which.
pub fn named(sim: &Sim, request: &Value) -> Result<String, Failure> {
    let name = short(request.text("cluster").unwrap_or("default"));
    match sim.ecs.clusters.get(name) {
        Some(document) if is_active(document) => Ok(name.to_owned()),
        Some(_) => Err(refuse("ClusterNotFoundException", "The referenced cluster was inactive.")),
        None => Err(cluster_not_found()),
    }
}

/// The name of what a name or an ARN means inside `cluster`.
pub fn within<'a>(cluster: &str, identifier: &'a str) -> Result<&'a str, Failure> {
    let mut parts = identifier.rsplit('/');
    let name = parts.next().unwrap_or(identifier);
    match parts.next() {
        // ARNs of the older form do not name a cluster.
        Some(other) if identifier.starts_with("arn:") && !other.starts_with("arn:") && other != cluster => {
            let message = format!("Invalid identifier: Identifier is for cluster {other}. Your cluster is {cluster}");
            Err(invalid_parameter(message))
        }
        _ => Ok(name),
    }
}

/// The same name again is the same cluster again, unless it is to be another one.
pub fn create_asked(sim: &mut Sim, request: &Value) -> Answer {
    let name = request.text("clusterName").unwrap_or("default").to_owned();
    check_name(&name)?;
    check_settings(request)?;
    tags::check(request.items("tags"))?;
    let document = fresh(sim, &name, request);
    capacity_providers::check_cluster(&document)?;
    match sim.ecs.clusters.get(&name).filter(|found| is_active(found)) {
        Some(found) => {
            let differs = |member: &&str| request.get(member).is_some() && found.get(*member) != document.get(*member);
            let message = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
            refuse_if(OPTIONAL.iter().any(differs), || invalid_parameter(message))?;
        }
        None => drop(sim.ecs.clusters.insert(name.clone(), document)),
    }
    Ok(answer(sim, &name))
}

fn check_name(name: &str) -> Result<(), Failure> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let wrong = name.is_empty() || name.len() > 255 || !name.chars().all(fits);
    refuse_if(wrong, || invalid_parameter("Cluster name contains invalid characters."))
}

fn check_settings(request: &Value) -> Result<(), Failure> {
    for setting in request.items("settings") {
        let value = setting.text("value").unwrap_or_default();
        let message = || invalid_parameter(format!("Invalid containerInsights setting value: '{value}'"));
        refuse_if(!["enhanced", "enabled", "disabled"].contains(&value), message)?;
    }
    Ok(())
}

/// UpdateCluster and UpdateClusterSettings: what is given replaces what was.
pub fn update(sim: &mut Sim, request: &Value) -> Answer {
    let name = named(sim, request)?;
    check_settings(request)?;
    change(sim, &name, request, &["configuration", "serviceConnectDefaults", "settings"])
}

pub fn put_capacity_providers(sim: &mut Sim, request: &Value) -> Answer {
    let name = named(sim, request)?;
    let mut wanted = sim.ecs.clusters[&name].clone();
    let members = ["capacityProviders", "defaultCapacityProviderStrategy"];
    wanted.copy(request.as_map().ok_or_else(cluster_not_found)?, &members);
    capacity_providers::complete(&mut wanted, "defaultCapacityProviderStrategy");
    capacity_providers::check_cluster(&wanted)?;
    capacity_providers::check_unused(sim, &name, &wanted)?;
    change(sim, &name, &wanted.to_value(), &members)
}

fn change(sim: &mut Sim, name: &str, from: &Value, members: &[&str]) -> Answer {
    if let (Some(document), Some(from)) = (sim.ecs.clusters.get_mut(name), from.as_map()) {
        document.copy(from, members);
    }
    Ok(answer(sim, name))
}

/// Only an empty cluster goes, and it can be described afterwards.
pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let name = named(sim, request)?;
    let contains = |what: &str, message: &str| refuse(&format!("ClusterContains{what}Exception"), message);
    let services = sim.ecs.services.values().any(|service| service.cluster == name && !service.is_inactive());
    refuse_if(services, || contains("Services", "The Cluster cannot be deleted while Services are active."))?;
    let tasks = sim.ecs.tasks.all().any(|task| task.cluster() == name && task.document.text("lastStatus") != "STOPPED");
    refuse_if(tasks, || contains("Tasks", "The Cluster cannot be deleted while Tasks are active."))?;
    if let Some(document) = sim.ecs.clusters.get_mut(&name) {
        document.set("status", "INACTIVE");
    }
    Ok(answer(sim, &name))
}

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let mut asked = texts(request, "clusters");
    if asked.is_empty() {
        asked.push("default");
    }
    let too_many = || invalid_parameter(format!("clusters can have at most {BATCH_MOST} items."));
    refuse_if(asked.len() > BATCH_MOST, too_many)?;
    let (mut clusters, mut failures) = (vec![], vec![]);
    for name in asked.into_iter().map(short) {
        match sim.ecs.clusters.get(name) {
            Some(document) => clusters.push(shown(sim, name, document, |part| includes(request, part))),
            None => failures.push(missing(sim.place.ecs(&format!("cluster/{name}")))),
        }
    }
    Ok(map! { "clusters" => clusters, "failures" => failures })
}

/// The entry of a list of failures for something that is not there.
pub fn missing(arn: String) -> Value {
    map! { "arn" => arn, "reason" => "MISSING" }
}

/// What a change of a cluster answers: more than a look at it does unasked.
fn answer(sim: &Sim, name: &str) -> Value {
    let shown = |document| shown(sim, name, document, |part| matches!(part, "CONFIGURATIONS" | "SETTINGS" | "TAGS"));
    map! { "cluster" => sim.ecs.clusters.get(name).map(shown) }
}

fn shown(sim: &Sim, name: &str, document: &Document, included: impl Fn(&str) -> bool) -> Value {
    let mut document = document.clone();
    let hide = |part: &str, member: &str, document: &mut Document| {
        if !included(part) {
            document.set(member, Value::List(vec![]));
        }
    };
    hide("TAGS", "tags", &mut document);
    hide("SETTINGS", "settings", &mut document);
    if !included("CONFIGURATIONS") {
        document.remove("configuration");
    }
    if included("ATTACHMENTS") {
        document.set("attachments", Value::List(vec![]));
    }
    statistics::count(sim, name, &mut document, included("STATISTICS"));
    document.to_value()
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let active = sim.ecs.clusters.values().filter(|document| is_active(document));
    let arns = active.map(|document| Value::from(document.text("clusterArn")));
    paging(100).page(request, "clusterArns", arns.collect())
}
