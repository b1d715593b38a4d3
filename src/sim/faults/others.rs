//! What others do to a service in the middle of everything: a colleague who
//! deploys, the autoscaler that moves the count. They go past the faults of
//! requests: those are the caller's own.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::super::load;
use super::super::place::short;
use super::super::{Sim, cloudwatch, ecs, scaling};
use super::fault::Fault;
use super::kinds::{Kind, Strikes};
use super::pattern::{fits, fits_operation};
use crate::api::Operation;
use crate::map;
use crate::value::{Timestamp, Value};

/// Something that is going to happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    at: Timestamp,
    /// Which of the scenario's faults it is.
    fault: usize,
    /// The service whose request set it off; it strikes no other.
    called: Option<String>,
    /// It was counted when it was put off.
    counted: bool,
}

/// How often an autoscaler that may not act looks again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(1);

fn later(time: Timestamp, milliseconds: Option<i64>) -> Timestamp {
    time.checked_add(SignedDuration::from_millis(milliseconds.unwrap_or(0))).unwrap_or(Timestamp::MAX)
}

pub fn plan_by_the_clock(sim: &mut Sim) {
    let plans = sim
        .faults
        .armed
        .iter()
        .enumerate()
        .filter(|(_, armed)| armed.fault.kind.row().strikes == Strikes::Services && armed.fault.text("after_call").is_none());
    let at = |fault: &Fault| later(sim.now, fault.span("after"));
    let plans = plans.map(|(index, armed)| Plan { at: at(&armed.fault), fault: index, called: None, counted: false });
    sim.faults.plans = plans.collect();
}

/// A request was carried out: some others were waiting for it.
pub fn plan_by_request(sim: &mut Sim, operation: &Operation, request: &Value) {
    let waiting = sim
        .faults
        .armed
        .iter()
        .enumerate()
        .filter(|(_, armed)| armed.fault.text("after_call").is_some_and(|pattern| fits_operation(pattern, operation)));
    let called = request.text("service").map(|name| short(name).to_owned());
    let plans = waiting.map(|(index, armed)| Plan {
        at: later(sim.now, armed.fault.span("delay")),
        fault: index,
        called: called.clone(),
        counted: false,
    });
    let plans: Vec<Plan> = plans.collect();
    sim.faults.plans.extend(plans);
}

pub fn due(sim: &Sim) -> Option<Timestamp> {
    sim.faults.plans.iter().map(|plan| plan.at).min()
}

pub fn run_due(sim: &mut Sim) {
    let now = sim.now;
    let (ready, waiting) = std::mem::take(&mut sim.faults.plans).into_iter().partition(|plan| plan.at <= now);
    sim.faults.plans = waiting;
    let ready: Vec<Plan> = ready;
    for plan in ready {
        let armed = &mut sim.faults.armed[plan.fault];
        if plan.counted || armed.strikes(now) {
            let fault = armed.fault.clone();
            carry_out(sim, plan, &fault);
        }
    }
}

fn carry_out(sim: &mut Sim, plan: Plan, fault: &Fault) {
    let mut put_off = false;
    for (cluster, name) in ecs::services(sim) {
        let called = plan.called.as_ref().is_none_or(|called| *called == name);
        if called && fault.lets_pass("cluster", &cluster) && fault.lets_pass("service", &name) {
            match fault.kind {
                Kind::Autoscaler => put_off |= !scale(sim, fault, &cluster, &name),
                Kind::SomebodyScales => drop(set_count(sim, fault, &cluster, &name)),
                Kind::Load => bear(sim, fault, &cluster, &name),
                Kind::SomebodyStops => drop(stop(sim, fault, &cluster, &name)),
                Kind::Alarm => go_off(sim, fault),
                // Somebody whose deploy is refused gives up.
                _ => drop(deploy(sim, fault, &cluster, &name)),
            }
        }
    }
    if put_off {
        let at = sim.now + LOOK_AGAIN;
        sim.faults.plans.push(Plan { at, counted: true, ..plan });
    }
}

fn ask(sim: &mut Sim, method: &str, request: Value) -> Option<Value> {
    ecs::handle(sim, method, &request)?.ok()
}

fn describe(sim: &mut Sim, cluster: &str, service: &str) -> Option<Value> {
    let answer = ask(sim, "describe_services", map! { "cluster" => cluster, "services" => vec![service] })?;
    answer.items("services").first().cloned()
}

/// Registers what the service runs once more, with another image, and updates
/// the service to it.
fn deploy(sim: &mut Sim, fault: &Fault, cluster: &str, service: &str) -> Option<()> {
    let now = describe(sim, cluster, service)?;
    let request = map! { "taskDefinition" => now.text("taskDefinition")?, "include" => vec!["TAGS"] };
    let described = ask(sim, "describe_task_definition", request)?;
    let mut next = described.get("taskDefinition")?.clone();
    let tags = described.items("tags").to_vec();
    if let Some(members) = next.as_map_mut() {
        if let (Some(image), Some(Value::List(containers))) = (fault.text("image"), members.get_mut("containerDefinitions")) {
            set_image(containers, fault.text("container"), image);
        }
        if !tags.is_empty() {
            members.insert("tags".into(), Value::List(tags));
        }
    }
    let registered = ask(sim, "register_task_definition", next)?;
    let arn = registered.get("taskDefinition")?.text("taskDefinitionArn")?.to_owned();
    let nobody = format!("arn:aws:sts::{}:assumed-role/deployer/somebody-else", sim.place.account);
    ecs::sign(sim, &arn, fault.text("who").unwrap_or(&nobody));
    ask(sim, "update_service", map! { "cluster" => cluster, "service" => service, "taskDefinition" => arn })?;
    Some(())
}

fn set_image(containers: &mut [Value], named: Option<&str>, image: &str) {
    let meant = |container: &Value| match (named, container.text("name")) {
        (Some(pattern), Some(name)) => fits(pattern, name),
        _ => true,
    };
    let found = containers.iter_mut().find(|container| meant(container)).and_then(Value::as_map_mut);
    if let Some(container) = found {
        container.insert("image".into(), image.into());
    }
}

fn set_count(sim: &mut Sim, fault: &Fault, cluster: &str, service: &str) -> Option<Value> {
    ask(sim, "update_service", map! { "cluster" => cluster, "service" => service, "desiredCount" => fault.number("count")? })
}

/// What the fault does not name stays as it was.
fn bear(sim: &mut Sim, fault: &Fault, cluster: &str, service: &str) {
    let service = format!("{cluster}/{service}");
    let mut load = load::load(sim, &service);
    let tasks = |name| fault.number(name).map(|percent| percent as f64 / 100.0);
    load.cpu = tasks("cpu").unwrap_or(load.cpu);
    load.memory = tasks("memory").unwrap_or(load.memory);
    load.requests_a_minute = fault.number("requests").map_or(load.requests_a_minute, |requests| requests as f64);
    load::set(sim, &service, load);
}

fn stop(sim: &mut Sim, fault: &Fault, cluster: &str, service: &str) -> Option<Value> {
    let active = map! { "cluster" => cluster, "service" => service, "status" => vec!["PENDING", "IN_PROGRESS"] };
    let answer = ask(sim, "list_service_deployments", active)?;
    let arn = answer.items("serviceDeployments").first()?.text("serviceDeploymentArn")?;
    let how = fault.text("how").unwrap_or("ROLLBACK");
    ask(sim, "stop_service_deployment", map! { "serviceDeploymentArn" => arn, "stopType" => how })
}

/// And stays so, whatever it measures.
fn go_off(sim: &mut Sim, fault: &Fault) {
    cloudwatch::hold(sim, fault.text("alarm").unwrap_or_default(), "ALARM", "the scenario says so");
}

/// Whether the autoscaler had its way: it does not act while it is suspended,
/// and takes no task away in the middle of a deployment.
fn scale(sim: &mut Sim, fault: &Fault, cluster: &str, service: &str) -> bool {
    let (Some(now), Some(count)) = (describe(sim, cluster, service), fault.number("count")) else {
        return true;
    };
    let desired = now.get("desiredCount").and_then(Value::as_int).unwrap_or(count);
    let deploying = now.items("deployments").iter().any(|one| one.text("rolloutState") == Some("IN_PROGRESS"));
    let switch = if count > desired { "DynamicScalingOutSuspended" } else { "DynamicScalingInSuspended" };
    if is_suspended(sim, cluster, service, switch) || count < desired && deploying {
        return false;
    }
    ask(sim, "update_service", map! { "cluster" => cluster, "service" => service, "desiredCount" => count });
    true
}

fn is_suspended(sim: &mut Sim, cluster: &str, service: &str, switch: &str) -> bool {
    let request = map! { "ServiceNamespace" => "ecs", "ResourceIds" => vec![format!("service/{cluster}/{service}")] };
    let answer = scaling::handle(sim, "describe_scalable_targets", &request).and_then(Result::ok).unwrap_or_default();
    let state = answer.items("ScalableTargets").first().and_then(|target| target.get("SuspendedState"));
    state.and_then(|state| state.get(switch)?.as_bool()).unwrap_or(false)
}
