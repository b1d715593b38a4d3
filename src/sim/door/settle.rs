//! When a world has come to rest, as its own answers show it.

use jiff::SignedDuration;

use crate::api::operation;
use crate::map;
use crate::sim::Sim;
use crate::value::{Timestamp, Value};

const STEP: SignedDuration = SignedDuration::from_secs(10);
/// What has not come to rest by then goes in circles.
const LIMIT: SignedDuration = SignedDuration::from_hours(6);

/// The first moment of rest, and whether there is one. The world itself stays
/// as it is: a copy is looked at.
pub fn settle(sim: &Sim) -> (Timestamp, bool) {
    let mut ahead = sim.clone();
    while ahead.now().duration_since(sim.now()) < LIMIT {
        // Asking may be part of the play, so what is asked is a copy again.
        if is_calm(&mut ahead.clone()) {
            return (ahead.now(), true);
        }
        ahead.advance(ahead.now() + STEP);
    }
    (ahead.now(), false)
}

fn is_calm(sim: &mut Sim) -> bool {
    let clusters = all(sim, "list_clusters", map! {}, "clusterArns");
    clusters.is_some_and(|clusters| {
        clusters
            .into_iter()
            .all(|cluster| services_rest(sim, &cluster).unwrap_or(false) && tasks_rest(sim, &cluster).unwrap_or(false))
    })
}

/// Nothing, if the world refuses to say.
fn services_rest(sim: &mut Sim, cluster: &Value) -> Option<bool> {
    let arns = all(sim, "list_services", map! { "cluster" => cluster.clone() }, "serviceArns")?;
    let mut rest = true;
    for arns in arns.chunks(10) {
        let answer = ask(sim, "describe_services", map! { "cluster" => cluster.clone(), "services" => arns.to_vec() })?;
        rest &= answer.items("services").iter().all(|service| {
            service.items("deployments").len() == 1
                && service.get("runningCount") == service.get("desiredCount")
                && service.get("pendingCount").and_then(Value::as_int) == Some(0)
        });
    }
    Some(rest)
}

fn tasks_rest(sim: &mut Sim, cluster: &Value) -> Option<bool> {
    for wanted in ["RUNNING", "STOPPED"] {
        let request = map! { "cluster" => cluster.clone(), "desiredStatus" => wanted };
        for arns in all(sim, "list_tasks", request, "taskArns")?.chunks(100) {
            let answer = ask(sim, "describe_tasks", map! { "cluster" => cluster.clone(), "tasks" => arns.to_vec() })?;
            if answer.items("tasks").iter().any(|task| task.text("lastStatus") != Some(wanted)) {
                return Some(false);
            }
        }
    }
    Some(true)
}

fn ask(sim: &mut Sim, method: &str, request: Value) -> Option<Value> {
    sim.handle(sim.now(), operation("ecs", method)?, &request).ok()
}

/// The items of all pages.
fn all(sim: &mut Sim, method: &str, mut request: Value, items: &str) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    loop {
        let answer = ask(sim, method, request.clone())?;
        found.extend_from_slice(answer.items(items));
        let Some(token) = answer.get("nextToken") else { return Some(found) };
        request.as_map_mut()?.insert("nextToken".into(), token.clone());
    }
}
