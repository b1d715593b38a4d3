//! Service deployments and service revisions: the identity by which one
//! deployment can be followed after its service has gone on.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::refuse::invalid_parameter;
use super::super::request::{passes_any, texts};
use super::super::rules::breaker;
use super::super::{Answer, Sim};
use super::clusters::{self, missing};
use super::containers::digest;
use super::service::{Service, named};
use super::{deployments, families, paging};
use crate::map;
use crate::value::{Timestamp, Value};

const BATCH_MOST: usize = 20;

/// AWS calls it a service deployment; `deployment` is the id of the entry in
/// the service's `deployments`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rollout {
    pub document: Document,
    pub deployment: String,
    target: Side,
    sources: Vec<Side>,
}

/// A revision, and the deployment whose tasks run it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Side {
    arn: String,
    deployment: String,
}

impl Rollout {
    fn status(&self) -> &str {
        self.document.text("status")
    }

    fn enter(&mut self, status: &str, now: Timestamp, moment: &str) {
        self.document.set("status", status);
        self.document.set("updatedAt", now);
        if !moment.is_empty() {
            self.document.set(moment, now);
        }
    }
}

/// Records that `deployment` was asked for; whatever was under way is told to stop.
pub fn open(sim: &mut Sim, service: &mut Service, deployment: &Document) {
    for before in service.rollouts.iter_mut().filter(|before| matches!(before.status(), "PENDING" | "IN_PROGRESS")) {
        before.enter("STOP_REQUESTED", sim.now, "");
    }
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
    service.rollouts.insert(0, Rollout { document, deployment: id, target, sources });
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
    let containers = definition.map_or(&[][..], |definition| definition.document.items("containerDefinitions"));
    let images = containers.iter().map(|container| {
        let image = container.text("image").unwrap_or_default();
        let name = container.text("name").unwrap_or_default();
        map! { "containerName" => name, "image" => image, "imageDigest" => digest(image) }
    });
    document.set("containerImages", images.collect::<Vec<_>>());
    document
}

/// The scheduler takes notice: what was told to stop has stopped, what waited begins.
pub fn begin(service: &mut Service, now: Timestamp) {
    for rollout in &mut service.rollouts {
        match rollout.status() {
            "STOP_REQUESTED" => {
                rollout.enter("STOPPED", now, "stoppedAt");
                rollout.document.set("finishedAt", now);
            }
            "PENDING" => rollout.enter("IN_PROGRESS", now, "startedAt"),
            _ => {}
        }
    }
}

pub fn succeed(service: &mut Service, now: Timestamp) {
    let id = service.primary_id().to_owned();
    for rollout in service.rollouts.iter_mut().filter(|rollout| rollout.deployment == id) {
        rollout.enter("SUCCESSFUL", now, "finishedAt");
    }
}

/// What a service shows as its current service deployment and revisions.
pub fn show_current(sim: &Sim, service: &Service, document: &mut Document) {
    let Some(newest) = service.rollouts.first() else {
        return;
    };
    document.set("currentServiceDeployment", newest.document.text("serviceDeploymentArn"));
    let running = |rollout: &&Rollout| service.deployments.iter().any(|entry| entry.text("id") == rollout.deployment);
    let current = service.rollouts.iter().filter(running).map(|rollout| summary(sim, service, &rollout.target));
    document.set("currentServiceRevisions", current.collect::<Vec<_>>());
}

fn summary(sim: &Sim, service: &Service, side: &Side) -> Value {
    let entry = service.deployments.iter().find(|entry| entry.text("id") == side.deployment);
    let (running, pending) = deployments::counts(sim, service, &side.deployment);
    map! {
        "arn" => side.arn.as_str(),
        "requestedTaskCount" => entry.map_or(0, |entry| entry.int("desiredCount")),
        "runningTaskCount" => running,
        "pendingTaskCount" => pending,
    }
}

fn shown(sim: &Sim, service: &Service, rollout: &Rollout) -> Value {
    let mut document = rollout.document.clone();
    let sources = rollout.sources.iter().map(|side| summary(sim, service, side));
    document.set("sourceServiceRevisions", sources.collect::<Vec<_>>());
    document.set("targetServiceRevision", summary(sim, service, &rollout.target));
    if let Some(configuration) = service.document.get("deploymentConfiguration") {
        document.set("deploymentConfiguration", configuration.clone());
        document.set("deploymentCircuitBreaker", circuit_breaker(service, rollout, configuration));
    }
    document.to_value()
}

fn circuit_breaker(service: &Service, rollout: &Rollout, configuration: &Value) -> Value {
    let enabled = configuration.get("deploymentCircuitBreaker").and_then(|breaker| breaker.get("enable")?.as_bool());
    let status = match (enabled.unwrap_or(false), rollout.status()) {
        (false, _) => "DISABLED",
        (true, "PENDING" | "IN_PROGRESS") => "MONITORING",
        (true, _) => "MONITORING_COMPLETE",
    };
    let threshold = breaker::threshold(service.document.int("desiredCount"));
    map! { "status" => status, "failureCount" => 0, "threshold" => threshold }
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let key = named(sim, &cluster, request.text("service").unwrap_or_default())?;
    let rollouts = sim.ecs.services.get(&key).expect("it was found above").rollouts.iter();
    let wanted = rollouts.filter(|rollout| passes_any(request, "status", rollout.status()) && created(request, rollout));
    let briefs = wanted.map(|rollout| {
        let mut brief = Document::default();
        let moments = ["createdAt", "startedAt", "finishedAt"];
        brief.copy(&rollout.document, &["serviceDeploymentArn", "serviceArn", "clusterArn", "status", "statusReason"]);
        brief.copy(&rollout.document, &moments);
        brief.set("targetServiceRevisionArn", rollout.target.arn.as_str());
        brief.to_value()
    });
    paging(20).page(request, "serviceDeployments", briefs.collect())
}

/// Whether it was created within the request's `createdAt`.
fn created(request: &Value, rollout: &Rollout) -> bool {
    let bound = |name| match request.get("createdAt").and_then(|range| range.get(name)) {
        Some(Value::Time(time)) => Some(*time),
        _ => None,
    };
    let Some(Value::Time(at)) = rollout.document.get("createdAt") else {
        return false;
    };
    bound("after").is_none_or(|after| *at >= after) && bound("before").is_none_or(|before| *at <= before)
}

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let all = || sim.ecs.services.values().flat_map(|service| service.rollouts.iter().map(move |rollout| (service, rollout)));
    batch(request, "serviceDeployments", "serviceDeploymentArns", |arn| {
        let mut found = all().filter(|(_, rollout)| rollout.document.text("serviceDeploymentArn") == arn);
        found.next().map(|(service, rollout)| shown(sim, service, rollout))
    })
}

pub fn describe_revisions(sim: &Sim, request: &Value) -> Answer {
    batch(request, "serviceRevisions", "serviceRevisionArns", |arn| {
        let mut all = sim.ecs.services.values().flat_map(|service| &service.revisions);
        all.find(|document| document.text("serviceRevisionArn") == arn).map(Document::to_value)
    })
}

fn batch(request: &Value, items_name: &str, arns_name: &str, find: impl Fn(&str) -> Option<Value>) -> Answer {
    let arns = texts(request, arns_name);
    if arns.is_empty() || arns.len() > BATCH_MOST {
        return Err(invalid_parameter(format!("{arns_name} must have 1 to {BATCH_MOST} items.")));
    }
    let (mut items, mut failures) = (vec![], vec![]);
    for arn in arns {
        match find(arn) {
            Some(item) => items.push(item),
            None => failures.push(missing(arn.to_owned())),
        }
    }
    Ok(map! { items_name => items, "failures" => failures })
}
