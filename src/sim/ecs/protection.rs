//! Task protection: a service's task that a scale-in must leave alone until a
//! certain time. The flag stands beside the task, whose document never shows it.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::super::refuse::{invalid_parameter, refuse_if};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::clusters::{self, missing, within};
use super::task::Task;
use crate::api::Failure;
use crate::map;
use crate::value::{Timestamp, Value};

/// Until when, by the task's id.
pub type Protections = BTreeMap<String, Timestamp>;

const UPDATE_MOST: usize = 10;
const GET_MOST: usize = 100;
const MINUTES_DEFAULT: i64 = 120;
const MINUTES_MOST: i64 = 2_880;

/// Whether a scale-in has to leave this task alone.
#[allow(dead_code, reason = "the scheduler asks once it chooses which tasks leave")]
pub fn is_protected(sim: &Sim, id: &str) -> bool {
    until(sim, id).is_some()
}

fn until(sim: &Sim, id: &str) -> Option<Timestamp> {
    sim.ecs.protections.get(id).copied().filter(|until| *until > sim.now)
}

pub fn update(sim: &mut Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let minutes = request.get("expiresInMinutes").and_then(Value::as_int);
    let message = || invalid_parameter(format!("expiresInMinutes must be between 1 and {MINUTES_MOST}."));
    refuse_if(minutes.is_some_and(|minutes| !(1..=MINUTES_MOST).contains(&minutes)), message)?;
    let (ids, failures) = chosen(sim, &cluster, request, UPDATE_MOST)?;
    let wanted = request.get("protectionEnabled").and_then(Value::as_bool).unwrap_or(false);
    let until = sim.now + SignedDuration::from_mins(minutes.unwrap_or(MINUTES_DEFAULT));
    for id in &ids {
        match wanted {
            true => drop(sim.ecs.protections.insert(id.clone(), until)),
            false => drop(sim.ecs.protections.remove(id)),
        }
    }
    forget(sim);
    Ok(answer(sim, &ids, failures))
}

pub fn get(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let (ids, failures) = chosen(sim, &cluster, request, GET_MOST)?;
    Ok(answer(sim, &ids, failures))
}

/// What has run out protects nobody: it need not be kept.
fn forget(sim: &mut Sim) {
    let (now, tasks) = (sim.now, &sim.ecs.tasks);
    sim.ecs.protections.retain(|id, until| *until > now && tasks.get(id).is_some());
}

/// The ids of the request's tasks that can be protected, and why others cannot.
fn chosen(sim: &Sim, cluster: &str, request: &Value, most: usize) -> Result<(Vec<String>, Vec<Value>), Failure> {
    let asked = texts(request, "tasks");
    refuse_if(asked.is_empty(), || invalid_parameter("Tasks cannot be empty."))?;
    refuse_if(asked.len() > most, || invalid_parameter(format!("tasks can have at most {most} items.")))?;
    let (mut ids, mut failures) = (vec![], vec![]);
    for task in asked {
        let id = within(cluster, task)?;
        match sim.ecs.tasks.get(id).filter(|task| task.cluster() == cluster) {
            None => failures.push(missing(sim.place.ecs(&format!("task/{cluster}/{id}")))),
            Some(task) => match unfit(task) {
                Some(detail) => failures.push(map! {
                    "arn" => task.document.text("taskArn"), "reason" => "TASK_NOT_VALID", "detail" => detail,
                }),
                None => ids.push(id.to_owned()),
            },
        }
    }
    Ok((ids, failures))
}

fn unfit(task: &Task) -> Option<&'static str> {
    match (task.service.is_empty(), task.is_wanted()) {
        (true, _) => Some("The specified task is not part of a service."),
        (_, false) => Some("The specified task is being stopped or has stopped."),
        _ => None,
    }
}

fn answer(sim: &Sim, ids: &[String], failures: Vec<Value>) -> Value {
    let shown = ids.iter().map(|id| {
        let arn = sim.ecs.tasks.get(id).map_or("", |task| task.document.text("taskArn"));
        match until(sim, id) {
            Some(until) => map! { "taskArn" => arn, "protectionEnabled" => true, "expirationDate" => until },
            None => map! { "taskArn" => arn, "protectionEnabled" => false },
        }
    });
    map! { "protectedTasks" => shown.collect::<Vec<_>>(), "failures" => failures }
}
