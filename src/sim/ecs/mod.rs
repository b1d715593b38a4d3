//! ECS: clusters, task definitions, services with rolling deployments, and the
//! tasks that a scheduler starts and stops for them.

mod clusters;
mod containers;
mod definitions;
mod deployments;
mod events;
mod families;
mod launch;
mod output;
mod pace;
mod registered;
mod rollouts;
mod roster;
mod scheduler;
mod service;
mod services;
mod somebody;
mod targets;
mod task;
mod tasks;
mod update;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::Paging;
use super::timed::Timed;
use super::{Answer, Sim};
use crate::value::{Timestamp, Value};
pub use containers::digest;
pub use definitions::{number_from, register};
pub use output::{Output, outputs};
pub use registered::{Health, Registered, deregistration_delay_seconds, registered};
pub use service::{create, scale_into};
pub use somebody::{services, sign};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Ecs {
    clusters: BTreeMap<String, Document>,
    families: BTreeMap<String, families::Family>,
    /// By `cluster/service`.
    services: Timed<service::Service>,
    tasks: roster::Roster,
    pace: pace::Pace,
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
        "register_task_definition" => definitions::register(sim, request),
        "describe_task_definition" => definitions::describe(sim, request),
        "deregister_task_definition" => definitions::deregister(sim, request),
        "list_task_definitions" => families::list_definitions(sim, request),
        "list_task_definition_families" => families::list(sim, request),
        "list_service_deployments" => rollouts::list(sim, request),
        "describe_service_deployments" => rollouts::describe(sim, request),
        "describe_service_revisions" => rollouts::describe_revisions(sim, request),
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
        task::run_steps(sim, &id);
    }
    while let Some(key) = sim.ecs.services.next_due(sim.now) {
        scheduler::tick(sim, &key);
    }
}
