//! The entries of a service's `deployments`: opening a new one, and showing
//! them with the tasks they have.

use super::super::Sim;
use super::super::document::Document;
use super::rollouts;
use super::service::Service;
use crate::map;
use crate::value::{Map, Value};

/// Members of a service's settings that AWS shows on the deployment alone.
pub const OWN_SETTINGS: &[&str] = &["serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations"];

const FROM_SERVICE: &[&str] =
    &["capacityProviderStrategy", "launchType", "networkConfiguration", "platformFamily", "platformVersion", "taskDefinition"];

/// Takes those settings out of what a request says of a service.
pub fn take_own(settings: &mut Map) -> Map {
    OWN_SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), settings.remove(*name)?))).collect()
}

/// A new PRIMARY deployment from the service's settings as they now are. It
/// starts at zero: the scheduler raises it at its next look.
pub fn open(sim: &mut Sim, service: &mut Service, own: &Map) {
    let id = format!("ecs-svc/{}", sim.dice.digits());
    let mut deployment = Document::from(map! {
        "id" => id.as_str(), "status" => "PRIMARY",
        "desiredCount" => 0, "pendingCount" => 0, "runningCount" => 0, "failedTasks" => 0,
        "createdAt" => sim.now, "updatedAt" => sim.now,
        "rolloutState" => "IN_PROGRESS", "rolloutStateReason" => format!("ECS deployment {id} in progress."),
    });
    deployment.copy(&service.document, FROM_SERVICE);
    resolve_platform(&mut deployment);
    if let Some(before) = service.deployments.first_mut() {
        before.set("status", "ACTIVE");
        before.set("updatedAt", sim.now);
        deployment.copy(before, OWN_SETTINGS);
    }
    deployment.copy(own, OWN_SETTINGS);
    rollouts::open(sim, service, &deployment);
    service.deployments.insert(0, deployment);
    service.wake(sim.now, &sim.ecs.pace);
}

/// A service may ask for the latest platform; what runs has a number.
pub fn resolve_platform(document: &mut Document) {
    if document.text("platformVersion") == "LATEST" {
        document.set("platformVersion", "1.4.0");
    }
}

/// RUNNING and pending tasks of one deployment.
pub fn counts(sim: &Sim, service: &Service, id: &str) -> (i64, i64) {
    let of = || sim.ecs.tasks.of(&service.key()).filter(|task| task.deployment == id);
    let running = of().filter(|task| task.is_running()).count() as i64;
    (running, of().filter(|task| task.is_pending()).count() as i64)
}

pub fn shown(sim: &Sim, service: &Service, deployment: &Document) -> Value {
    let (running, pending) = counts(sim, service, deployment.text("id"));
    let mut deployment = deployment.clone();
    deployment.set("runningCount", running);
    deployment.set("pendingCount", pending);
    deployment.to_value()
}

/// Forgets the old deployments whose tasks run nothing and drain nothing.
pub fn retire(sim: &Sim, service: &mut Service) {
    let key = service.key();
    let lives = |id: &str| {
        let mut tasks = sim.ecs.tasks.of(&key).filter(|task| task.deployment == id);
        tasks.any(|task| task.is_wanted() || task.is_draining())
    };
    let mut place = 0;
    service.deployments.retain(|deployment| {
        place += 1;
        place == 1 || lives(deployment.text("id"))
    });
}
