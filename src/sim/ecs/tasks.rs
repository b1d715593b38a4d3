//! Describing and listing tasks.

use super::super::place::short;
use super::super::refuse::invalid_parameter;
use super::super::request::{includes, passes, texts};
use super::super::{Answer, Sim};
use super::clusters::{self, missing};
use super::families::split;
use super::paging;
use super::service::named;
use super::task::Task;
use crate::map;
use crate::value::Value;

const BATCH_MOST: usize = 100;

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let asked = texts(request, "tasks");
    if asked.is_empty() {
        return Err(invalid_parameter("Tasks cannot be empty."));
    }
    if asked.len() > BATCH_MOST {
        return Err(invalid_parameter(format!("taskIds can have at most {BATCH_MOST} items.")));
    }
    let (mut tasks, mut failures) = (vec![], vec![]);
    for id in asked.into_iter().map(short) {
        match sim.ecs.tasks.get(id).filter(|task| task.cluster() == cluster) {
            Some(task) => tasks.push(shown(task, includes(request, "TAGS"))),
            None => failures.push(missing(sim.place.ecs(&format!("task/{cluster}/{id}")))),
        }
    }
    Ok(map! { "tasks" => tasks, "failures" => failures })
}

fn shown(task: &Task, with_tags: bool) -> Value {
    let mut document = task.document.clone();
    if !with_tags {
        document.set("tags", Value::List(vec![]));
    }
    document.to_value()
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let service = request.text("serviceName").map(|name| named(sim, &cluster, name)).transpose()?;
    let status = request.text("desiredStatus").unwrap_or("RUNNING");
    let within: Box<dyn Iterator<Item = &Task>> = match &service {
        Some(key) => Box::new(sim.ecs.tasks.of(key)),
        None => Box::new(sim.ecs.tasks.all()),
    };
    let wanted = within.filter(|task| {
        let text = |name| task.document.text(name);
        task.cluster() == cluster
            && text("desiredStatus") == status
            && passes(request, "family", split(text("taskDefinitionArn")).0)
            && passes(request, "startedBy", text("startedBy"))
            && passes(request, "launchType", text("launchType"))
    });
    let arns = wanted.map(|task| Value::from(task.document.text("taskArn")));
    paging(100).page(request, "taskArns", arns.collect())
}
