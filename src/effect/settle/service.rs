//! UpdateService and StopServiceDeployment, told by the service's deployments.

use std::time::Duration;

use super::same::holds;
use super::{Case, Finding};
use crate::effect::gate::lock;
use crate::effect::seen::short;
use crate::effect::trouble::Trouble;
use crate::map;
use crate::value::Value;

/// A deployment and ECS's record of it begin within this time.
const NEAR: Duration = Duration::from_secs(10);

/// Nobody else can have asked for a revision that this run registered. A count
/// is told by the count. Any other update is told only by exactly one new
/// deployment, or by none, and only while nobody else can have held the service.
pub(super) fn updated(case: &Case) -> Result<Finding, Trouble> {
    let cluster = case.request.text("cluster").unwrap_or("default");
    let service = case.request.text("service").unwrap_or_default();
    let answer = case.look("ecs", "describe_services", map! { "cluster" => cluster, "services" => vec![service] })?;
    let Some(found) = answer.items("services").first() else {
        return Ok(Finding::Unclear(format!("there is no service {} any more", short(service))));
    };
    let wanted = case.request.text("taskDefinition").filter(|wanted| lock(&case.gate.seen).registered(wanted));
    match (wanted, only_count(case.request)) {
        (Some(wanted), _) => by_definition(case, found, wanted),
        (None, Some(count)) => Ok(by_count(case, found, count)),
        (None, None) => by_new_deployment(case, found),
    }
}

/// The count that an update sets, if it sets nothing else.
fn only_count(request: &Value) -> Option<i64> {
    let others = request.as_map()?.keys().filter(|name| !["cluster", "service", "desiredCount"].contains(&name.as_str()));
    if others.count() > 0 { None } else { request.get("desiredCount")?.as_int() }
}

/// Another count is either from before, or somebody's who came after: while
/// nobody else can have held the service, it is no harm to ask for it again.
fn by_count(case: &Case, service: &Value, count: i64) -> Finding {
    match service.get("desiredCount").and_then(Value::as_int) {
        Some(found) if found == count => happened(service, format!("the service is to have {count} tasks")),
        Some(_) if case.gate.holds_unbroken() => Finding::Absent,
        found => Finding::Unclear(format!("the service is to have {} tasks", found.unwrap_or_default())),
    }
}

fn happened(service: &Value, how: String) -> Finding {
    Finding::Happened(map! { "service" => service.clone() }, how)
}

/// Told by a deployment of that revision that the run has not seen, as it has one
/// of an update before this one. Where the revision runs already, ECS makes none, and the
/// rest of what was asked tells.
fn by_definition(case: &Case, service: &Value, wanted: &str) -> Result<Finding, Trouble> {
    let seen = lock(&case.gate.seen).service_of(case.request);
    let is_new = |one: &Value| {
        one.text("taskDefinition").is_some_and(|arn| is_same(arn, wanted))
            && one.text("id").is_some_and(|id| seen.deployments.get(id).is_none_or(|seen| !is_same(&seen.definition, wanted)))
    };
    let runs = seen.primary.is_some_and(|primary| is_same(&primary.definition, wanted));
    let points = service.text("taskDefinition").is_some_and(|arn| is_same(arn, wanted));
    let deployed = points && !runs || service.items("deployments").iter().any(is_new);
    if deployed && shows_the_rest(case, service) {
        return Ok(happened(service, format!("the service has a new deployment of {}", short(wanted))));
    }
    if deployed || runs && !forces(case) {
        return Ok(by_the_rest(case, service, wanted));
    }
    let before = seen.deployments.values().filter(|one| is_same(&one.definition, wanted));
    let before = before.filter(|one| one.created.is_some_and(|created| created >= case.since())).count();
    match recorded(case, service, wanted) {
        Ok(count) if count > before => {
            Ok(happened(service, format!("the service had a deployment of {}, which is over", short(wanted))))
        }
        Ok(_) => Ok(Finding::Absent),
        Err(stop @ Trouble::Stop(_)) => Err(stop),
        // Without the right to that look, the deployments have the last word.
        Err(_) => Ok(Finding::Absent),
    }
}

fn is_same(arn: &str, wanted: &str) -> bool {
    arn == wanted || short(arn) == short(wanted)
}

fn forces(case: &Case) -> bool {
    case.request.get("forceNewDeployment").and_then(Value::as_bool) == Some(true)
}

/// Whether the service is as the update asks, its deployments apart.
fn shows_the_rest(case: &Case, service: &Value) -> bool {
    const NOT_SHOWN: [&str; 4] = ["cluster", "service", "taskDefinition", "forceNewDeployment"];
    let mut asked = case.request.as_map().into_iter().flatten().filter(|(name, _)| !NOT_SHOWN.contains(&name.as_str()));
    asked.all(|(name, wanted)| holds(service.get(name), wanted))
}

/// An update that changes settings alone: to ask for them again is no harm while
/// nobody else can have changed them.
fn by_the_rest(case: &Case, service: &Value, wanted: &str) -> Finding {
    let runs = service.text("taskDefinition").is_some_and(|arn| is_same(arn, wanted));
    match runs && shows_the_rest(case, service) {
        true => happened(service, format!("the service is as it was asked to be, of {}", short(wanted))),
        false if case.gate.holds_unbroken() && !forces(case) => Finding::Absent,
        false => Finding::Unclear(format!("the service runs {}, and not all else is as it was asked to be", short(wanted))),
    }
}

/// How many recent deployments of the revision ECS knows of, those included that
/// it has taken back, which stand in its list of past ones only.
fn recorded(case: &Case, service: &Value, wanted: &str) -> Result<usize, Trouble> {
    let listed = records(case, service)?;
    let recent = listed.items("serviceDeployments").iter().filter(|one| is_recent(case, one));
    let revisions: Vec<Value> = recent.filter_map(|one| one.get("targetServiceRevisionArn").cloned()).take(20).collect();
    if revisions.is_empty() {
        return Ok(0);
    }
    let described = case.look("ecs", "describe_service_revisions", map! { "serviceRevisionArns" => revisions.clone() })?;
    let ours = described.items("serviceRevisions").iter().filter(|one| one.text("taskDefinition") == Some(wanted));
    let ours: Vec<&str> = ours.filter_map(|one| one.text("serviceRevisionArn")).collect();
    // A rollback has a record of its own, of a revision that was there before.
    Ok(revisions.iter().filter(|one| one.as_str().is_some_and(|arn| ours.contains(&arn))).count())
}

fn by_new_deployment(case: &Case, service: &Value) -> Result<Finding, Trouble> {
    let seen = lock(&case.gate.seen).service_of(case.request);
    let is_new = |one: &&Value| is_recent(case, one) && one.text("id").is_some_and(|id| !seen.deployments.contains_key(id));
    let new: Vec<&Value> = service.items("deployments").iter().filter(is_new).collect();
    let before = seen.primary.map(|primary| primary.definition);
    Ok(match new.as_slice() {
        [] if case.gate.holds_unbroken() && must_deploy(case, before.as_deref()) && !has_gone(case, service)? => Finding::Absent,
        [] => Finding::Unclear("it names no revision of this run, and the service shows no new deployment".into()),
        [one] if !is_asked_for(case, one, before.as_deref()) => {
            let (id, definition) = (one.text("id").unwrap_or_default(), one.text("taskDefinition").unwrap_or_default());
            Finding::Unclear(format!("the service has a new deployment {id} of {}, which is somebody else's", short(definition)))
        }
        [one] if case.gate.holds_unbroken() => {
            happened(service, format!("{} is the only new deployment", one.text("id").unwrap_or_default()))
        }
        [_] => Finding::Unclear("the service has a new deployment, which may be somebody else's".into()),
        many => Finding::Unclear(format!("the service has {} new deployments", many.len())),
    })
}

/// Whether the update leaves a new deployment whenever it takes effect.
fn must_deploy(case: &Case, before: Option<&str>) -> bool {
    let other = |wanted| before.is_some_and(|before| !names(wanted, before));
    forces(case) || case.request.text("taskDefinition").is_some_and(other)
}

/// Whether a deployment can be of this update: an update that names no
/// revision deploys the one that ran before.
fn is_asked_for(case: &Case, deployment: &Value, before: Option<&str>) -> bool {
    let wanted = case.request.text("taskDefinition").or(before);
    wanted.zip(deployment.text("taskDefinition")).is_none_or(|(wanted, arn)| names(wanted, arn))
}

/// Whether `wanted`, an ARN, `web:41` or `web`, means the revision `arn`.
fn names(wanted: &str, arn: &str) -> bool {
    let (wanted, arn) = (short(wanted), short(arn));
    wanted == arn || arn.rsplit_once(':').is_some_and(|(family, _)| family == wanted)
}

/// Whether ECS lists a deployment that is newer than all that the service still
/// shows: one that it has taken back since.
fn has_gone(case: &Case, service: &Value) -> Result<bool, Trouble> {
    let listed = match records(case, service) {
        Ok(listed) => listed,
        Err(stop @ Trouble::Stop(_)) => return Err(stop),
        // Without the right to that look, the deployments have the last word.
        Err(_) => return Ok(false),
    };
    let created = |one: &Value| match one.get("createdAt") {
        Some(Value::Time(created)) => Some(*created),
        _ => None,
    };
    let newest = service.items("deployments").iter().filter_map(created).max().and_then(|newest| newest.checked_add(NEAR).ok());
    Ok(listed.items("serviceDeployments").iter().any(|one| is_recent(case, one) && created(one) > newest))
}

fn records(case: &Case, service: &Value) -> Result<Value, Trouble> {
    let name = service.text("serviceName").unwrap_or_default();
    let cluster = service.text("clusterArn").unwrap_or("default");
    case.look("ecs", "list_service_deployments", map! { "cluster" => cluster, "service" => name })
}

fn is_recent(case: &Case, deployment: &Value) -> bool {
    match deployment.get("createdAt") {
        Some(Value::Time(created)) => *created >= case.since(),
        _ => false,
    }
}

/// States in which a deployment goes on by itself.
const UNDER_WAY: &[&str] = &["PENDING", "IN_PROGRESS"];

pub(super) fn stopped(case: &Case) -> Result<Finding, Trouble> {
    let arn = case.request.text("serviceDeploymentArn").unwrap_or_default();
    let answer = case.look("ecs", "describe_service_deployments", map! { "serviceDeploymentArns" => vec![arn] })?;
    let status = answer.items("serviceDeployments").first().and_then(|one| one.text("status")).unwrap_or("unknown");
    Ok(match status {
        // It ended by itself: AWS says so if it is asked to stop it once more.
        "SUCCESSFUL" => Finding::Absent,
        status if UNDER_WAY.contains(&status) => Finding::Absent,
        "unknown" => Finding::Unclear(format!("there is no deployment {}", short(arn))),
        status => Finding::Happened(map! { "serviceDeploymentArn" => arn }, format!("the deployment is {status}")),
    })
}
