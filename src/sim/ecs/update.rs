//! UpdateService: which settings change, and whether that is a new deployment.

use super::super::document::Document;
use super::super::refuse::{invalid_parameter, unsupported};
use super::super::{Answer, Sim};
use super::service::named;
use super::{clusters, definitions, deployments, services};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

/// A change of one of these is a new deployment; of any other member it is not.
const TRIGGERS: &[&str] = &["loadBalancers", "networkConfiguration", "platformVersion", "serviceRegistries", "taskDefinition"];

/// Members of the request that are no settings of the service.
const NOT_SETTINGS: &[&str] = &["cluster", "service", "forceNewDeployment"];

pub fn update(sim: &mut Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let key = named(sim, &cluster, request.text("service").unwrap_or_default())?;
    check(request)?;
    let mut settings = request.as_map().cloned().unwrap_or_default();
    settings.retain(|name, _| !NOT_SETTINGS.contains(&name.as_str()));
    if let Some(name) = request.text("taskDefinition") {
        settings.insert("taskDefinition".into(), definitions::usable(sim, name)?.into());
    }
    let forced = request.get("forceNewDeployment").and_then(Value::as_bool).unwrap_or(false);
    // Taken out while it is worked on: a deployment needs the rest of the state.
    let mut service = sim.ecs.services.take(&key).expect("it was found above");
    let own = take_own(&mut settings);
    let changed = |name: &&str| settings.get(*name).is_some_and(|new| service.document.get(*name) != Some(new));
    let anew = forced || !own.is_empty() || TRIGGERS.iter().any(changed);
    apply(&mut service.document, settings);
    match anew {
        true => deployments::open(sim, &mut service, &own),
        false => service.wake(sim.now, &sim.ecs.pace),
    }
    let answer = map! { "service" => services::shown(sim, &service, false) };
    sim.ecs.services.put(&key, service);
    Ok(answer)
}

fn check(request: &Value) -> Result<(), Failure> {
    if request.get("desiredCount").and_then(Value::as_int).is_some_and(|count| count < 0) {
        return Err(invalid_parameter("Desired count cannot be negative."));
    }
    let strategy = request.get("deploymentConfiguration").and_then(|configuration| configuration.text("strategy"));
    match strategy {
        None | Some("ROLLING") => Ok(()),
        Some(other) => Err(unsupported(&format!("the deployment strategy {other}"))),
    }
}

/// The settings that belong to the deployment alone.
fn take_own(settings: &mut Map) -> Map {
    let own = deployments::OWN_SETTINGS.iter();
    own.filter_map(|name| Some(((*name).to_owned(), settings.remove(*name)?))).collect()
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
