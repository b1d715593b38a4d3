//! Listing and describing service deployments and service revisions.

use super::super::document::Document;
use super::super::refuse::invalid_parameter;
use super::super::request::{passes_any, texts};
use super::super::{Answer, Sim};
use super::clusters::{self, missing};
use super::rollouts::{Rollout, Side};
use super::service::{Service, named};
use super::{deployments, monitors, paging};
use crate::map;
use crate::value::Value;

const BATCH_MOST: usize = 20;

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
    monitors::show(service, rollout, &mut document);
    document.to_value()
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
    batch(request, "serviceDeployments", "serviceDeploymentArns", |arn| {
        let service = service_of(sim, arn)?;
        let rollout = service.rollouts.iter().find(|rollout| rollout.document.text("serviceDeploymentArn") == arn)?;
        Some(shown(sim, service, rollout))
    })
}

/// The service that the ARN of a service deployment or revision belongs to.
pub fn service_of<'a>(sim: &'a Sim, arn: &str) -> Option<&'a Service> {
    let (_, path) = arn.split_once("/")?;
    let (key, _) = path.rsplit_once('/')?;
    sim.ecs.services.get(key)
}

pub fn describe_revisions(sim: &Sim, request: &Value) -> Answer {
    batch(request, "serviceRevisions", "serviceRevisionArns", |arn| {
        let revisions = &service_of(sim, arn)?.revisions;
        revisions.iter().find(|document| document.text("serviceRevisionArn") == arn).map(Document::to_value)
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
