//! CreateService: what a request must say, and what AWS fills in for the rest.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::refuse::{client, invalid_parameter, refuse_if, unsupported};
use super::super::{Answer, Sim};
use super::service::{Service, key};
use super::{capacity_providers, clusters, definitions, families, service, service_rules, services, tags};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

/// Members of the request that are no settings of the service.
const NOT_SETTINGS: &[&str] = &["clientToken", "cluster", "role", "serviceName"];

const NOT_IDEMPOTENT: &str = "Creation of service was not idempotent.";

/// A request with a client token: the same one again is answered, not done again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Creation {
    request: Document,
    /// What the state keeps the service under.
    service: String,
}

pub fn create(sim: &mut Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let name = request.text("serviceName").unwrap_or_default().to_owned();
    if let Some(answer) = repeated(sim, request)? {
        return Ok(answer);
    }
    check_name(&name)?;
    check_free(sim, &cluster, &name)?;
    let settings = settings(sim, &cluster, request)?;
    service::create(sim, &cluster, &name, settings.0);
    let key = key(&cluster, &name);
    sim.ecs.services.change(&key, |service| {
        if !service.is_scheduled() {
            leave_to_others(service);
        }
    });
    if let Some(token) = request.text("clientToken") {
        let request = Document::from(request.clone());
        sim.ecs.creations.insert(token.to_owned(), Creation { request, service: key.clone() });
    }
    Ok(answer(sim, &key))
}

fn answer(sim: &Sim, key: &str) -> Value {
    map! { "service" => sim.ecs.services.get(key).map(|service| services::shown(sim, service, true)) }
}

/// The answer to a request whose token is known.
fn repeated(sim: &Sim, request: &Value) -> Result<Option<Value>, Failure> {
    let token = request.text("clientToken").unwrap_or_default();
    let fits = |c: char| ('!'..='~').contains(&c);
    let wrong = token.len() > 36 || !token.chars().all(fits);
    refuse_if(wrong, || invalid_parameter("clientToken can have at most 36 characters in the range of 33-126."))?;
    let known = sim.ecs.creations.get(token).filter(|known| {
        let service = sim.ecs.services.get(&known.service);
        service.is_some_and(|service| !service.is_inactive())
    });
    match known {
        None => Ok(None),
        Some(known) if Some(&known.request.0) == request.as_map() => Ok(Some(answer(sim, &known.service))),
        Some(_) => Err(invalid_parameter(NOT_IDEMPOTENT)),
    }
}

fn check_name(name: &str) -> Result<(), Failure> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let wrong = name.is_empty() || name.len() > 255 || !name.chars().all(fits);
    refuse_if(wrong, || invalid_parameter("Service name contains invalid characters."))
}

/// A name is free again once the service that had it is gone.
fn check_free(sim: &Sim, cluster: &str, name: &str) -> Result<(), Failure> {
    let status = sim.ecs.services.get(&key(cluster, name)).map_or("", |service| service.document.text("status"));
    refuse_if(status == "DRAINING", || invalid_parameter("Unable to Start a service that is still Draining."))?;
    refuse_if(status == "ACTIVE", || invalid_parameter(NOT_IDEMPOTENT))
}

/// The request's settings, checked and with what AWS fills in.
fn settings(sim: &Sim, cluster: &str, request: &Value) -> Result<Document, Failure> {
    let mut settings = Document(request.as_map().cloned().unwrap_or_default());
    settings.retain(|name, _| !NOT_SETTINGS.contains(&name.as_str()));
    let controller = request.get("deploymentController").and_then(|controller| controller.text("type")).unwrap_or("ECS");
    check_scheduling(request, controller)?;
    tags::check(request.items("tags"))?;
    if controller == "EXTERNAL" {
        refuse_if(request.text("taskDefinition").is_some(), || {
            invalid_parameter("A task definition cannot be specified for services with an EXTERNAL deployment controller.")
        })?;
        fill(&mut settings, map! { "desiredCount" => 0 });
        return Ok(settings);
    }
    let name = request.text("taskDefinition").ok_or_else(|| client("TaskDefinition can not be blank."))?;
    let arn = definitions::usable(sim, name)?;
    settings.set("taskDefinition", arn.as_str());
    set_capacity(sim, cluster, request, &mut settings)?;
    let definition = families::find(sim, &arn).map(|definition| definition.document.clone()).unwrap_or_default();
    check_role(request, &definition)?;
    fill_in(&mut settings, &definition, controller);
    let given = settings.0.clone();
    service_rules::check(&given, &settings, &definition)?;
    Ok(settings)
}

fn check_scheduling(request: &Value, controller: &str) -> Result<(), Failure> {
    let refused = |broken, message: &str| refuse_if(broken, || invalid_parameter(message));
    if request.text("schedulingStrategy") != Some("DAEMON") {
        let counted = request.get("desiredCount").is_some() || controller == "EXTERNAL";
        return refused(!counted, "Desired count cannot be null.");
    }
    let fargate = request.text("launchType") == Some("FARGATE");
    refused(fargate, "The daemon scheduling strategy does not support the FARGATE launch type.")?;
    let message = "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON \
                   scheduling strategy.";
    refused(!request.items("capacityProviderStrategy").is_empty(), message)?;
    Err(unsupported("the scheduling strategy DAEMON"))
}

/// Fargate, by launch type or by capacity providers: nothing else runs here.
fn set_capacity(sim: &Sim, cluster: &str, request: &Value, settings: &mut Document) -> Result<(), Failure> {
    let document = &sim.ecs.clusters[cluster];
    let own = request.items("capacityProviderStrategy");
    let message = "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.";
    refuse_if(!own.is_empty() && request.text("launchType").is_some(), || invalid_parameter(message))?;
    let strategy = if own.is_empty() { document.items("defaultCapacityProviderStrategy") } else { own };
    match request.text("launchType") {
        Some("FARGATE") => {
            settings.remove("capacityProviderStrategy");
            Ok(())
        }
        None if !strategy.is_empty() => {
            capacity_providers::check(document, strategy)?;
            settings.set("capacityProviderStrategy", strategy.to_vec());
            capacity_providers::complete(settings, "capacityProviderStrategy");
            Ok(())
        }
        other => Err(unsupported(&format!("services of launch type {}", other.unwrap_or("EC2")))),
    }
}

fn check_role(request: &Value, definition: &Document) -> Result<(), Failure> {
    let given = request.text("role").is_some();
    let message = "You cannot specify an IAM role for services that require a service linked role.";
    refuse_if(given && definition.text("networkMode") == "awsvpc", || invalid_parameter(message))
}

fn fill(settings: &mut Document, defaults: Value) {
    for (name, value) in defaults.as_map().cloned().unwrap_or_default() {
        settings.entry(name).or_insert(value);
    }
}

fn fill_in(settings: &mut Document, definition: &Document, controller: &str) {
    let system = definition.get("runtimePlatform").and_then(|platform| platform.text("operatingSystemFamily"));
    let family = system.filter(|system| *system != "LINUX").unwrap_or("Linux").to_owned();
    fill(
        settings,
        map! {
            "platformVersion" => "LATEST", "platformFamily" => family, "healthCheckGracePeriodSeconds" => 0,
            "enableECSManagedTags" => false, "enableExecuteCommand" => false, "propagateTags" => "NONE",
            "deploymentConfiguration" => Map::new(),
        },
    );
    fill_configuration(settings, controller);
    fill_network(&mut settings.0);
    let configuration = settings.get("deploymentConfiguration");
    let roomy = configuration.and_then(|all| all.get("maximumPercent")?.as_int()).unwrap_or(200) > 100;
    fill(settings, map! { "availabilityZoneRebalancing" => if roomy { "ENABLED" } else { "DISABLED" } });
}

fn fill_configuration(settings: &mut Document, controller: &str) {
    let Some(Value::Map(configuration)) = settings.get_mut("deploymentConfiguration") else {
        return;
    };
    let off = map! { "enable" => false, "rollback" => false };
    let no_alarms = map! { "alarmNames" => Vec::<Value>::new(), "enable" => false, "rollback" => false };
    let mut defaults = map! { "maximumPercent" => 200, "minimumHealthyPercent" => 100 };
    if let (true, Some(members)) = (controller == "ECS", defaults.as_map_mut()) {
        members.insert("deploymentCircuitBreaker".into(), off);
        members.insert("alarms".into(), no_alarms);
        members.insert("strategy".into(), "ROLLING".into());
        members.insert("bakeTimeInMinutes".into(), Value::Int(0));
    }
    for (name, value) in defaults.as_map().cloned().unwrap_or_default() {
        configuration.entry(name).or_insert(value);
    }
}

/// What a network configuration leaves open.
pub fn fill_network(settings: &mut Map) {
    let network = settings.get_mut("networkConfiguration").and_then(Value::as_map_mut);
    let network = network.and_then(|network| network.get_mut("awsvpcConfiguration")).and_then(Value::as_map_mut);
    if let Some(network) = network {
        network.entry("securityGroups".into()).or_insert_with(|| Value::List(vec![]));
        network.entry("assignPublicIp".into()).or_insert_with(|| "DISABLED".into());
    }
}

/// A service whose tasks CodeDeploy or somebody's own task sets would start:
/// a document that stands still.
fn leave_to_others(service: &mut Service) {
    service.deployments.clear();
    service.rollouts.clear();
    service.revisions.clear();
    service.document.set("taskSets", Value::List(vec![]));
}
