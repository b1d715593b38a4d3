//! UpdateService: which settings change, and whether that is a new deployment.

use super::super::document::Document;
use super::super::refuse::{invalid_parameter, refuse, refuse_if, service_not_found, unsupported};
use super::super::{Answer, Sim};
use super::clusters::{self, within};
use super::service::{Service, named};
use super::{capacity_providers, create, definitions, deployments, families, service_rules, services};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

/// A change of one of these is a new deployment, as is one of those settings
/// that belong to a deployment alone. A change of any other member is not.
/// The words are those of a refusal.
const TRIGGERS: &[(&str, &str)] = &[
    ("loadBalancers", "load balancers"),
    ("networkConfiguration", "network parameters"),
    ("platformVersion", "platform version"),
    ("serviceRegistries", "service registries"),
    ("taskDefinition", "task definition"),
];

/// Members of the request that are no settings of the service.
const NOT_SETTINGS: &[&str] = &["cluster", "service", "forceNewDeployment"];

pub fn update(sim: &mut Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let key = named(sim, &cluster, within(&cluster, request.text("service").unwrap_or_default())?)?;
    let service = sim.ecs.services.get(&key).ok_or_else(service_not_found)?;
    let is_active = service.document.text("status") == "ACTIVE";
    refuse_if(!is_active, || refuse("ServiceNotActiveException", "Service was not ACTIVE."))?;
    let forced = request.get("forceNewDeployment").and_then(Value::as_bool).unwrap_or(false);
    let mut settings = settings(sim, request)?;
    check_controller(service, &settings, forced)?;
    let own = deployments::take_own(&mut settings);
    let after = checked(sim, service, &settings, forced)?;
    let anew = forced || triggers(service, &after) || differs(service, &own);
    if anew && service.is_scheduled() {
        definitions::usable(sim, after.text("taskDefinition"))?;
    }
    // Taken out while it is worked on: a deployment needs the rest of the state.
    let mut service = sim.ecs.services.take(&key).expect("it was found above");
    service.document = after;
    match anew {
        true => deployments::open(sim, &mut service, &own),
        false => service.wake(sim.now, &sim.ecs.pace),
    }
    let answer = map! { "service" => services::shown(sim, &service, false) };
    sim.ecs.services.put(&key, service);
    Ok(answer)
}

fn settings(sim: &Sim, request: &Value) -> Result<Map, Failure> {
    let mut settings = request.as_map().cloned().unwrap_or_default();
    settings.retain(|name, _| !NOT_SETTINGS.contains(&name.as_str()));
    if let Some(name) = request.text("taskDefinition") {
        settings.insert("taskDefinition".into(), definitions::usable(sim, name)?.into());
    }
    create::fill_network(&mut settings);
    Ok(settings)
}

/// The scheduler's own services can be updated in everything, others only in
/// what is no matter of deploying.
fn check_controller(service: &Service, settings: &Map, forced: bool) -> Result<(), Failure> {
    let kind = |controller: &Value| controller.text("type").unwrap_or("ECS").to_owned();
    let own = service.document.get("deploymentController").map_or_else(|| "ECS".to_owned(), kind);
    let wanted = settings.get("deploymentController").map_or_else(|| own.clone(), kind);
    refuse_if(wanted != own, || unsupported("changing the deployment controller"))?;
    if service.is_scheduled() {
        return Ok(());
    }
    let (on, instead) = match own.as_str() {
        "CODE_DEPLOY" => ("a CODE_DEPLOY", "Use AWS CodeDeploy to trigger a new deployment."),
        _ => ("an EXTERNAL", "Use task sets to trigger a new deployment."),
    };
    let on = format!("on services with {on} deployment controller. {instead}");
    refuse_if(forced, || invalid_parameter(format!("Cannot force a new deployment {on}")))?;
    let touched = TRIGGERS.iter().find(|(name, _)| settings.contains_key(*name));
    match touched {
        Some((_, words)) => Err(invalid_parameter(format!("Unable to update {words} {on}"))),
        None => Ok(()),
    }
}

/// The service's document as it would be, if AWS lets it be so.
fn checked(sim: &Sim, service: &Service, settings: &Map, forced: bool) -> Result<Document, Failure> {
    let mut after = service.document.clone();
    apply(&mut after, settings.clone());
    if settings.contains_key("capacityProviderStrategy") {
        change_capacity(sim, service, &mut after, forced)?;
    }
    let definition = families::find(sim, after.text("taskDefinition"));
    let definition = definition.map(|definition| definition.document.clone()).unwrap_or_default();
    service_rules::check(settings, &after, &definition)?;
    Ok(after)
}

/// A deployment configuration is patched, everything else replaced.
fn apply(document: &mut Document, settings: Map) {
    for (name, value) in settings {
        match (name.as_str(), document.get_mut(&name), value) {
            ("deploymentConfiguration", Some(Value::Map(old)), Value::Map(new)) => old.extend(new),
            (_, _, value) => document.set(&name, value),
        }
    }
}

/// A strategy takes the place of the launch type; an empty one gives it back.
fn change_capacity(sim: &Sim, service: &Service, after: &mut Document, forced: bool) -> Result<(), Failure> {
    capacity_providers::complete(after, "capacityProviderStrategy");
    let strategy = after.items("capacityProviderStrategy").to_vec();
    let changed = service.document.items("capacityProviderStrategy") != strategy;
    let message = "When switching from launch type to capacity provider strategy on an existing service, or making a change to a \
                   capacity provider strategy on a service that is already using one, you must force a new deployment.";
    refuse_if(changed && !forced, || invalid_parameter(message))?;
    if strategy.is_empty() {
        after.remove("capacityProviderStrategy");
        after.set("launchType", "FARGATE");
        return Ok(());
    }
    after.remove("launchType");
    capacity_providers::check(&sim.ecs.clusters[&service.cluster], &strategy)
}

fn triggers(service: &Service, after: &Document) -> bool {
    TRIGGERS.iter().any(|(name, _)| service.document.get(*name) != after.get(*name))
}

/// Whether the settings of the deployment alone are to be others.
fn differs(service: &Service, own: &Map) -> bool {
    let before = service.deployments.first();
    own.iter().any(|(name, value)| {
        let before = before.and_then(|before| before.get(name));
        before.map_or_else(|| value.as_list().is_none_or(|items| !items.is_empty()), |before| before != value)
    })
}
