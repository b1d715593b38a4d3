//! ECS: clusters, task definitions, services with rolling deployments, and the
//! tasks that a scheduler starts and stops for them.

mod backoff;
mod checks;
mod clusters;
mod containers;
mod definitions;
mod deployments;
mod ending;
mod events;
mod failing;
mod families;
mod history;
mod images;
mod launch;
mod life;
mod monitors;
mod output;
mod pace;
mod rollouts;
mod roster;
mod run;
mod scheduler;
mod service;
mod services;
mod status;
mod stop;
mod stop_deployment;
mod targets;
mod task;
mod tasks;
mod update;
mod watch;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::Paging;
use super::timed::Timed;
use super::{Answer, Sim};
use crate::value::{Timestamp, Value};
pub use definitions::{number_from, register};
pub use images::move_tag;
pub use output::{Output, heeding_outputs, last_words, outputs};
pub use service::{create, scale_into};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Ecs {
    clusters: BTreeMap<String, Document>,
    families: BTreeMap<String, families::Family>,
    /// By `cluster/service`.
    services: Timed<service::Service>,
    tasks: roster::Roster,
    pace: pace::Pace,
    #[serde(default)]
    exits: watch::Exits,
    /// The tags of images that were moved, with the digests they now mean.
    images: BTreeMap<String, String>,
    /// What RunTask was asked for, by the token that came with it.
    runs: BTreeMap<String, run::Asked>,
}

/// ECS answers a hundred items a page, but for the lists that say otherwise.
const fn paging(size_default: usize) -> Paging {
    Paging { size: "maxResults", token: "nextToken", size_default, refusal: "InvalidParameterException" }
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "describe_clusters" => clusters::describe(sim, request),
        "list_clusters" => clusters::list(sim, request),
        "describe_services" => services::describe(sim, request),
        "list_services" => services::list(sim, request),
        "update_service" => update::update(sim, request),
        "describe_tasks" => tasks::describe(sim, request),
        "list_tasks" => tasks::list(sim, request),
        "run_task" => run::run(sim, request),
        "stop_task" => stop::stop(sim, request),
        "register_task_definition" => definitions::register(sim, request),
        "describe_task_definition" => definitions::describe(sim, request),
        "deregister_task_definition" => definitions::deregister(sim, request),
        "list_task_definitions" => families::list_definitions(sim, request),
        "list_task_definition_families" => families::list(sim, request),
        "list_service_deployments" => history::list(sim, request),
        "describe_service_deployments" => history::describe(sim, request),
        "stop_service_deployment" => stop_deployment::stop(sim, request),
        "describe_service_revisions" => history::describe_revisions(sim, request),
        _ => return None,
    })
}

pub fn create_cluster(sim: &mut Sim, name: &str) {
    clusters::create(sim, name);
}

pub fn has_service(sim: &Sim, key: &str) -> bool {
    sim.ecs.services.contains(key)
}

/// When the next thing happens by itself.
pub fn due(sim: &Sim) -> Option<Timestamp> {
    [sim.ecs.tasks.first_due(), sim.ecs.services.first_due()].into_iter().flatten().min()
}

/// Everything that is due now: what tasks do first, so that a scheduler that
/// looks at the same moment sees it.
pub fn run_due(sim: &mut Sim) {
    while let Some(id) = sim.ecs.tasks.next_due(sim.now) {
        life::run_steps(sim, &id);
    }
    while let Some(key) = sim.ecs.services.next_due(sim.now) {
        scheduler::tick(sim, &key);
    }
}

/// An alarm has another state: the services whose deployments it may end look.
pub fn alarm_changed(sim: &mut Sim, name: &str) {
    let watches = |service: &&service::Service| service.alarms().is_some_and(|(names, _)| names.contains(&name));
    let keys: Vec<String> = sim.ecs.services.values().filter(watches).map(service::Service::key).collect();
    for key in keys {
        let next = sim.ecs.pace.next_tick(sim.now);
        sim.ecs.services.change(&key, |service| service.look_by(next));
    }
}

/// What the tests of the crate may look at and arrange beyond requests.
#[cfg(test)]
mod inspect;
#[cfg(test)]
pub use inspect::*;
