//! The entries of a service's `deployments`: opening a new one, and showing
//! them with the tasks they have.

use super::super::Sim;
use super::super::document::Document;
use super::rollouts;
use super::service::Service;
use super::watch::Watch;
use crate::map;
use crate::value::{Map, Timestamp, Value};

/// Members of a service's settings that AWS shows on the deployment alone.
pub const OWN_SETTINGS: &[&str] = &["serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations"];

const FROM_SERVICE: &[&str] =
    &["capacityProviderStrategy", "launchType", "networkConfiguration", "platformFamily", "platformVersion", "taskDefinition"];

/// Takes those settings out of what a request says of a service.
pub fn take_own(settings: &mut Map) -> Map {
    OWN_SETTINGS.iter().filter_map(|name| Some(((*name).into(), settings.remove(*name)?))).collect()
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
    service.watch = Watch::default();
    service.wake(sim.now, &sim.ecs.pace);
}

/// A service may ask for the latest platform; what runs has a number.
pub fn resolve_platform(document: &mut Document) {
    if document.text("platformVersion") == "LATEST" {
        document.set("platformVersion", "1.4.0");
    }
}

/// The PRIMARY deployment has failed: it starts nothing any more.
pub fn give_up(service: &mut Service, now: Timestamp, reason: &str) {
    let primary = service.primary();
    primary.set("rolloutState", "FAILED");
    primary.set("rolloutStateReason", reason);
    primary.set("updatedAt", now);
}

/// Makes `good`, which was completed before, the PRIMARY deployment again, and
/// its settings the service's.
pub fn return_to(service: &mut Service, good: Document, now: Timestamp, reason: &str) {
    let before = service.primary();
    before.set("status", "ACTIVE");
    before.set("updatedAt", now);
    let there = service.deployments.iter().position(|entry| entry.text("id") == good.text("id"));
    let mut primary = there.map(|place| service.deployments.remove(place)).unwrap_or(good);
    primary.set("status", "PRIMARY");
    primary.set("rolloutState", "IN_PROGRESS");
    primary.set("rolloutStateReason", reason);
    primary.set("failedTasks", 0);
    primary.set("updatedAt", now);
    // The platform is left alone: the service may ask for the latest one.
    let settings = ["capacityProviderStrategy", "launchType", "networkConfiguration", "taskDefinition"];
    service.document.copy(&primary, &settings);
    let revision = rollouts::revision(service, primary.text("id")).cloned().unwrap_or_default();
    service.document.copy(&revision, &["loadBalancers", "serviceRegistries"]);
    service.deployments.insert(0, primary);
}

/// RUNNING and pending tasks of one deployment.
pub fn counts(sim: &Sim, service: &Service, id: &str) -> (i64, i64) {
    let of = || sim.ecs.tasks.alive_of(&service.key()).filter(|task| task.deployment == id);
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

/// Forgets the old deployments that are asked for nothing and whose tasks run
/// nothing and drain nothing. One that failed is shown until the next is completed.
pub fn retire(sim: &Sim, service: &mut Service) {
    if service.deployments.len() < 2 {
        return;
    }
    let key = service.key();
    let lives = |id: &str| {
        let mut tasks = sim.ecs.tasks.alive_of(&key).filter(|task| task.deployment == id);
        tasks.any(|task| task.is_wanted() || task.is_draining())
    };
    let deploying = service.is_deploying();
    let mut place = 0;
    service.deployments.retain(|deployment| {
        place += 1;
        let failed = deploying && deployment.text("rolloutState") == "FAILED";
        place == 1 || failed || deployment.int("desiredCount") > 0 || lives(deployment.text("id"))
    });
}
