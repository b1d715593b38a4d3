//! Describing and listing tasks, and the door into their containers.

use super::super::refuse::{invalid_parameter, refuse_if, unsupported};
use super::super::request::{includes, passes, texts};
use super::super::{Answer, Sim};
use super::clusters::{self, missing, within};
use super::families::split;
use super::paging;
use super::service::named;
use super::task::Task;
use crate::api::Failure;
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
    for id in asked {
        let id = within(&cluster, id)?;
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

/// No task is ever wanted to be PENDING: that filter finds none.
pub fn list(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    check_filters(request)?;
    let service = match request.text("serviceName") {
        Some(name) => Some(named(sim, &cluster, within(&cluster, name)?)?),
        None => None,
    };
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

fn check_filters(request: &Value) -> Result<(), Failure> {
    let given = |name: &str| request.text(name).is_some();
    let others = ["containerInstance", "daemonName", "family", "launchType", "serviceName"].iter().any(|name| given(name));
    let message = "startedBy must be the only filter, apart from desiredStatus.";
    refuse_if(given("startedBy") && others, || invalid_parameter(message))?;
    refuse_if(given("daemonName"), || unsupported("daemons"))?;
    // There is none: with Fargate the machines are AWS's own.
    refuse_if(given("containerInstance"), || invalid_parameter("Container instance not found."))
}

/// A session in a container is out of reach; why AWS refuses one is not.
pub fn execute_command(sim: &Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let id = within(&cluster, request.text("task").unwrap_or_default())?;
    let task = sim.ecs.tasks.get(id).filter(|task| task.cluster() == cluster);
    let task = task.ok_or_else(|| invalid_parameter("The specified task was not found. Specify a valid task and try again."))?;
    let containers = task.document.items("containers");
    let named = |name: &str| containers.iter().any(|container| container.text("name") == Some(name));
    let message = "The execute command failed because execute command was not enabled when the task was run or the execute \
                   command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.";
    let enabled = task.document.get("enableExecuteCommand").and_then(Value::as_bool).unwrap_or(false);
    refuse_if(!enabled || !task.is_running(), || invalid_parameter(message))?;
    let message = "Invalid container: a task with several containers needs the name of one of them.";
    refuse_if(!request.text("container").map_or(containers.len() == 1, named), || invalid_parameter(message))?;
    Err(unsupported("sessions of ECS Exec"))
}
