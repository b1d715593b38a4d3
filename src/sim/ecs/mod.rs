//! ECS: clusters, task definitions, services with rolling deployments, and the
//! tasks that a scheduler starts and stops for them.

mod backoff;
mod capabilities;
mod capacity_providers;
mod checks;
mod clusters;
mod containers;
mod create;
mod definitions;
mod delete;
mod deployments;
mod ending;
mod events;
mod failing;
mod families;
mod held;
mod history;
mod images;
mod instances;
mod launch;
mod life;
mod monitors;
mod output;
mod pace;
mod pages;
mod protection;
mod registered;
mod rollouts;
mod roster;
mod run;
mod scheduler;
mod service;
mod service_rules;
mod services;
mod settings;
mod somebody;
mod statistics;
mod status;
mod stop;
mod stop_deployment;
mod tags;
mod targets;
mod task;
mod tasks;
mod update;
mod watch;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::timed::Timed;
use super::{Answer, Sim, cloudwatch, load};
use crate::value::{Timestamp, Value};
pub use definitions::{number_from, register};
pub use held::{Held, held};
pub use images::{hashed, move_tag};
pub use output::{Output, crashing_outputs, heeding_outputs, last_words, outputs};
use pages::Pages;
pub use registered::{Health, Registered, TargetCounts, deregistration_delay_seconds, registered, target_counts};
pub use service::{create, scale_into};
pub use somebody::{behind, services, sign};

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
    /// By client token.
    creations: BTreeMap<String, create::Creation>,
    settings: settings::Settings,
    protections: protection::Protections,
}

const fn paging(size_default: usize) -> Pages {
    Pages::of(size_default)
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "create_cluster" => clusters::create_asked(sim, request),
        "update_cluster" | "update_cluster_settings" => clusters::update(sim, request),
        "put_cluster_capacity_providers" => clusters::put_capacity_providers(sim, request),
        "delete_cluster" => clusters::delete(sim, request),
        "describe_clusters" => clusters::describe(sim, request),
        "list_clusters" => clusters::list(sim, request),
        "describe_capacity_providers" => capacity_providers::describe(sim, request),
        "create_service" => create::create(sim, request),
        "update_service" => update::update(sim, request),
        "delete_service" => delete::delete(sim, request),
        "describe_services" => services::describe(sim, request),
        "list_services" => services::list(sim, request),
        "list_services_by_namespace" => services::list_by_namespace(sim, request),
        "describe_tasks" => tasks::describe(sim, request),
        "list_tasks" => tasks::list(sim, request),
        "run_task" => run::run(sim, request),
        "stop_task" => stop::stop(sim, request),
        "execute_command" => tasks::execute_command(sim, request),
        "get_task_protection" => protection::get(sim, request),
        "update_task_protection" => protection::update(sim, request),
        "register_task_definition" => definitions::register(sim, request),
        "describe_task_definition" => definitions::describe(sim, request),
        "deregister_task_definition" => definitions::deregister(sim, request),
        "delete_task_definitions" => definitions::delete(sim, request),
        "list_task_definitions" => families::list_definitions(sim, request),
        "list_task_definition_families" => families::list(sim, request),
        "list_service_deployments" => history::list(sim, request),
        "describe_service_deployments" => history::describe(sim, request),
        "stop_service_deployment" => stop_deployment::stop(sim, request),
        "describe_service_revisions" => history::describe_revisions(sim, request),
        "list_account_settings" => settings::list(sim, request),
        "put_account_setting" => settings::put(sim, request),
        "put_account_setting_default" => settings::put_default(sim, request),
        "delete_account_setting" => settings::delete(sim, request),
        "tag_resource" => tags::tag(sim, request),
        "untag_resource" => tags::untag(sim, request),
        "list_tags_for_resource" => tags::list(sim, request),
        "list_container_instances" => instances::list(sim, request),
        "describe_container_instances" => instances::describe(sim, request),
        "list_attributes" => instances::list_attributes(sim, request),
        "put_attributes" | "delete_attributes" => instances::change_attributes(sim, request),
        _ => return None,
    })
}

pub fn create_cluster(sim: &mut Sim, name: &str) {
    clusters::create(sim, name);
}

pub fn has_service(sim: &Sim, key: &str) -> bool {
    sim.ecs.services.get(key).is_some_and(|service| !service.is_inactive())
}

/// When the next thing happens by itself.
pub fn due(sim: &Sim) -> Option<Timestamp> {
    [sim.ecs.tasks.first_due(), sim.ecs.services.first_due()].into_iter().flatten().min()
}

/// Everything that is due now: what tasks do first, so that a scheduler that
/// looks at the same moment sees it.
pub fn run_due(sim: &mut Sim) {
    while let Some(id) = sim.ecs.tasks.next_due(sim.now) {
        let service = sim.ecs.tasks.get(&id).map(|task| task.service.clone()).unwrap_or_default();
        life::run_steps(sim, &id);
        delete::settle(sim, &service);
    }
    while let Some(key) = sim.ecs.services.next_due(sim.now) {
        scheduler::tick(sim, &key);
        load::tasks_changed(sim, &key);
        cloudwatch::targets_changed(sim, &key);
        delete::settle(sim, &key);
    }
}

/// How many tasks an active service is to have.
pub fn desired(sim: &Sim, key: &str) -> Option<i64> {
    let service = sim.ecs.services.get(key).filter(|service| service.document.text("status") == "ACTIVE");
    service.map(|service| service.document.int("desiredCount"))
}

pub fn is_deploying(sim: &Sim, key: &str) -> bool {
    sim.ecs.services.get(key).is_some_and(service::Service::is_deploying)
}

/// How many tasks of a service run.
pub fn running(sim: &Sim, key: &str) -> i64 {
    sim.ecs.tasks.running_of(key)
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
