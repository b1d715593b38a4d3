//! Service deployments and service revisions: the identity by which one
//! deployment can be followed after its service has gone on, and the states
//! that it passes. How answers show them stands in `history`.

use serde::{Deserialize, Serialize};

use super::super::Sim;
use super::super::document::Document;
use super::pace::after;
use super::service::Service;
use super::{deployments, families, images, monitors};
use crate::map;
use crate::value::{Timestamp, Value};

const REMEMBERED_MS: i64 = 90 * 24 * 3_600_000;

/// AWS calls it a service deployment; `deployment` is the id of the entry in
/// the service's `deployments`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rollout {
    pub document: Document,
    pub deployment: String,
    pub target: Side,
    pub sources: Vec<Side>,
    /// What its status says; every look of the scheduler asks.
    over: bool,
}

/// A revision, and the deployment whose tasks run it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Side {
    pub arn: String,
    pub deployment: String,
}

impl Rollout {
    pub fn status(&self) -> &str {
        self.document.text("status")
    }

    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Enters a state; the moments that belong to it are noted.
    pub fn enter(&mut self, status: &str, now: Timestamp) {
        self.document.set("status", status);
        self.over = matches!(status, "SUCCESSFUL" | "STOPPED" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED");
        self.document.set("updatedAt", now);
        if status == "IN_PROGRESS" {
            self.document.set("startedAt", now);
        }
        if status == "STOPPED" {
            self.document.set("stoppedAt", now);
        }
        if self.is_over() {
            self.document.set("finishedAt", now);
        }
    }
}

impl Service {
    /// The newest service deployment, while it is under way.
    pub fn rollout(&mut self) -> Option<&mut Rollout> {
        self.rollouts.first_mut().filter(|rollout| !rollout.is_over())
    }
}

/// Records that `deployment` was asked for; whatever was under way is told to stop.
pub fn open(sim: &mut Sim, service: &mut Service, deployment: &Document) {
    monitors::freeze(service);
    for before in service.rollouts.iter_mut().take_while(|before| !before.is_over()) {
        before.enter("STOP_REQUESTED", sim.now);
    }
    forget_old(service, sim.now);
    let path = format!("{}/{}", service.cluster, service.name);
    let revision = sim.place.ecs(&format!("service-revision/{path}/{}", sim.dice.digits()));
    let document = Document::from(map! {
        "serviceDeploymentArn" => sim.place.ecs(&format!("service-deployment/{path}/{}", sim.dice.letters(21))),
        "serviceArn" => service.document.text("serviceArn"),
        "clusterArn" => service.document.text("clusterArn"),
        "createdAt" => sim.now, "updatedAt" => sim.now, "status" => "PENDING",
    });
    let side = |rollout: &Rollout| rollout.target.clone();
    let serves = |rollout: &&Rollout| service.deployments.iter().any(|entry| entry.text("id") == rollout.deployment);
    let sources = service.rollouts.iter().filter(serves).map(side).collect();
    let id = deployment.text("id").to_owned();
    let target = Side { arn: revision.clone(), deployment: id.clone() };
    service.rollouts.insert(0, Rollout { document, deployment: id, target, sources, over: false });
    service.revisions.insert(0, revision_document(sim, service, deployment, &revision));
}

fn revision_document(sim: &Sim, service: &Service, deployment: &Document, arn: &str) -> Document {
    let mut document = Document::from(map! { "serviceRevisionArn" => arn, "createdAt" => sim.now, "guardDutyEnabled" => false });
    document.copy(&service.document, &["serviceArn", "clusterArn", "loadBalancers", "serviceRegistries"]);
    let settings = ["capacityProviderStrategy", "launchType", "networkConfiguration", "platformFamily", "platformVersion"];
    document.copy(deployment, &settings);
    document.copy(deployment, &["taskDefinition"]);
    document.copy(deployment, deployments::OWN_SETTINGS);
    let definition = families::find(sim, deployment.text("taskDefinition"));
    let images = definition.map_or(Value::List(vec![]), |definition| images::resolved(sim, &definition.document));
    document.set("containerImages", images);
    document
}

/// What is over for longer is not remembered, unless a deployment lives on or
/// could be returned to.
fn forget_old(service: &mut Service, now: Timestamp) {
    let since = after(now, -REMEMBERED_MS);
    let mut alive: Vec<String> = service.deployments.iter().map(|entry| entry.text("id").to_owned()).collect();
    alive.extend(service.last_good.iter().map(|entry| entry.text("id").to_owned()));
    let keeps = |rollout: &Rollout| {
        let recent = matches!(rollout.document.get("createdAt"), Some(Value::Time(at)) if *at >= since);
        recent || !rollout.is_over() || alive.contains(&rollout.deployment)
    };
    service.rollouts.retain(keeps);
    let rollouts = &service.rollouts;
    let named = |arn: &str| rollouts.iter().any(|rollout| rollout.target.arn == arn);
    service.revisions.retain(|revision| named(revision.text("serviceRevisionArn")));
}

/// The revision that a deployment's tasks run.
pub fn revision<'a>(service: &'a Service, deployment: &str) -> Option<&'a Document> {
    let rollout = service.rollouts.iter().find(|rollout| rollout.deployment == deployment)?;
    service.revisions.iter().find(|revision| revision.text("serviceRevisionArn") == rollout.target.arn)
}

pub fn digests(service: &Service, deployment: &str) -> Vec<String> {
    revision(service, deployment).map(images::kept).unwrap_or_default()
}

/// The scheduler takes notice: what was told to stop has stopped, what waited
/// begins. Whether somebody asked for a rollback.
pub fn begin(sim: &Sim, service: &mut Service) -> bool {
    let (now, primary) = (sim.now, service.primary_id().to_owned());
    let (mut asked, mut begins, mut aborted) = (false, false, false);
    for rollout in service.rollouts.iter_mut().take_while(|rollout| !rollout.is_over()) {
        match rollout.status() {
            "STOP_REQUESTED" => {
                rollout.enter("STOPPED", now);
                aborted |= rollout.deployment == primary;
            }
            "PENDING" => {
                rollout.enter("IN_PROGRESS", now);
                begins = true;
            }
            "ROLLBACK_REQUESTED" => asked = true,
            _ => {}
        }
    }
    if begins {
        service.watch.ignored_alarms = monitors::alarming(sim, service);
    }
    if aborted {
        deployments::give_up(service, now, &format!("ECS deployment {primary} stopped."));
    }
    asked
}

/// The service has come to where its PRIMARY deployment wanted it.
pub fn succeed(service: &mut Service, now: Timestamp) {
    monitors::freeze(service);
    let status = if service.watch.rolls_back { "ROLLBACK_SUCCESSFUL" } else { "SUCCESSFUL" };
    if let Some(rollout) = service.rollout() {
        rollout.enter(status, now);
    }
}
