//! The two capacity providers that Fargate brings along, and strategies made of
//! them. Those that people create stand for EC2 capacity, which is not here.

use super::super::document::Document;
use super::super::place::short;
use super::super::refuse::{invalid_parameter, refuse, refuse_if};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::clusters::{self, missing};
use super::paging;
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const PROVIDERS: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];
const STRATEGY_MOST: usize = 20;

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let mut offered: Vec<&str> = PROVIDERS.to_vec();
    if request.text("cluster").is_some() {
        let cluster = clusters::named(sim, request)?;
        let associated = sim.ecs.clusters[&cluster].items("capacityProviders");
        offered.retain(|name| associated.iter().any(|found| found.as_str() == Some(name)));
    }
    let asked = texts(request, "capacityProviders");
    let named = |name: &&str| asked.is_empty() || asked.iter().any(|asked| short(asked) == *name);
    let found = offered.iter().copied().filter(named).map(|name| shown(sim, name));
    let mut answer = paging(10).at_most(10).page(request, "capacityProviders", found.collect())?;
    let unknown = asked.iter().filter(|asked| !offered.contains(&short(asked)));
    let failures: Vec<Value> = unknown.map(|name| missing(arn(sim, short(name)))).collect();
    if let Some(members) = answer.as_map_mut() {
        members.insert("failures".into(), failures.into());
    }
    Ok(answer)
}

fn arn(sim: &Sim, name: &str) -> String {
    sim.place.ecs(&format!("capacity-provider/{name}"))
}

fn shown(sim: &Sim, name: &str) -> Value {
    map! {
        "capacityProviderArn" => arn(sim, name), "name" => name, "status" => "ACTIVE", "type" => name,
        "tags" => Vec::<Value>::new(),
    }
}

/// Gives every item of a strategy the weight and base that it did not ask for.
pub fn complete(document: &mut Document, member: &str) {
    if let Some(Value::List(items)) = document.get_mut(member) {
        for item in items.iter_mut().filter_map(Value::as_map_mut) {
            item.entry("weight".into()).or_insert(Value::Int(0));
            item.entry("base".into()).or_insert(Value::Int(0));
        }
    }
}

/// A cluster's providers exist, and its default strategy is made of them.
pub fn check_cluster(cluster: &Document) -> Result<(), Failure> {
    for name in cluster.items("capacityProviders").iter().filter_map(Value::as_str) {
        let known = PROVIDERS.contains(&short(name));
        let message = format!("The specified capacity provider '{name}' was not found. Specify a valid name and try again.");
        refuse_if(!known, || invalid_parameter(message))?;
    }
    let strategy = cluster.items("defaultCapacityProviderStrategy");
    if strategy.is_empty() { Ok(()) } else { check(cluster, strategy) }
}

/// A strategy of a service or of its cluster.
pub fn check(cluster: &Document, strategy: &[Value]) -> Result<(), Failure> {
    let message =
        format!("The specified capacity provider strategy cannot contain more than {STRATEGY_MOST} capacity providers.");
    refuse_if(strategy.len() > STRATEGY_MOST, || invalid_parameter(message))?;
    let associated = cluster.items("capacityProviders");
    let is_associated = |item: &Value| associated.iter().any(|name| name.as_str() == item.text("capacityProvider"));
    let message = "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the \
                   cluster. Associate the capacity provider with the cluster and try again.";
    refuse_if(!strategy.iter().all(is_associated), || invalid_parameter(message))?;
    let number = |item: &Value, name: &str| item.get(name).and_then(Value::as_int).unwrap_or(0);
    let outside = |item: &Value| !(0..=1_000).contains(&number(item, "weight")) || !(0..=100_000).contains(&number(item, "base"));
    let message = "A capacity provider's weight must be between 0 and 1000 and its base between 0 and 100000.";
    refuse_if(strategy.iter().any(outside), || invalid_parameter(message))?;
    let based = strategy.iter().filter(|item| number(item, "base") > 0).count();
    let message = "Only one capacity provider in a capacity provider strategy can have a base defined.";
    refuse_if(based > 1, || invalid_parameter(message))?;
    let message =
        "The specified capacity provider strategy must have at least one capacity provider with a weight greater than 0.";
    refuse_if(strategy.iter().all(|item| number(item, "weight") == 0), || invalid_parameter(message))
}

/// What a service runs on cannot be taken from its cluster.
pub fn check_unused(sim: &Sim, cluster: &str, wanted: &Document) -> Result<(), Failure> {
    let keeps =
        |item: &Value| wanted.items("capacityProviders").iter().any(|name| name.as_str() == item.text("capacityProvider"));
    let services = sim.ecs.services.values().filter(|service| service.cluster == cluster && !service.is_inactive());
    let mut used = services.flat_map(|service| service.document.items("capacityProviderStrategy"));
    let message = "The specified capacity provider is in use and cannot be removed.";
    refuse_if(!used.all(keeps), || refuse("ResourceInUseException", message))
}
