//! E51 to E59: tasks that are run and stopped by hand.

use rollbook::map;
use rollbook::value::{Map, Value};

use super::stage::{CLUSTER, SERVICE, Stage, int, text, time};

fn network() -> Value {
    map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-1"] } }
}

/// RunTask of the guide's newest definition with more or other members; null
/// takes one away.
fn request(over: Value) -> Value {
    let mut members = map! {
        "cluster" => CLUSTER, "taskDefinition" => "nest-wallet-task", "launchType" => "FARGATE",
        "networkConfiguration" => network(),
    };
    let members = members.as_map_mut().unwrap();
    members.extend(over.as_map().cloned().unwrap_or_default());
    Value::Map(members.clone().into_iter().filter(|(_, value)| !value.is_null()).collect::<Map>())
}

fn described(stage: &mut Stage, task: &Value) -> Value {
    let request = map! { "cluster" => CLUSTER, "tasks" => vec![text(task, "taskArn")] };
    stage.ask("describe_tasks", request).items("tasks").first().cloned().unwrap_or_default()
}

fn stop(task: &Value) -> Value {
    map! { "cluster" => CLUSTER, "task" => text(task, "taskArn") }
}

/// E51 A task that is run alone does its work, exits with 0, and is described for
/// an hour.
#[test]
fn e51_a_task_runs_and_exits() {
    let mut stage = Stage::new();
    let answer = stage.ask("run_task", request(map! {}));
    let task = &answer.items("tasks")[0];
    assert_eq!((text(task, "lastStatus"), text(task, "desiredStatus")), ("PROVISIONING".into(), "RUNNING".into()));
    assert_eq!(text(task, "group"), "family:nest-wallet-task");
    assert!(answer.items("failures").is_empty() && task.get("startedBy").is_none(), "{task:?}");
    stage.wait(120);
    let ended = described(&mut stage, task);
    assert_eq!((text(&ended, "lastStatus"), text(&ended, "stopCode")), ("STOPPED".into(), "EssentialContainerExited".into()));
    assert_eq!(text(&ended, "stoppedReason"), "Essential container in task exited");
    assert!(ended.items("containers").iter().all(|container| int(container, "exitCode") == 0), "{ended:?}");
    assert!(time(&ended, "startedAt") < time(&ended, "executionStoppedAt"));
    stage.wait(3600);
    assert!(described(&mut stage, task).is_null());
    assert_eq!(stage.counts(), (2, 0));
}

/// E52 As many tasks as were asked for start, each its own, with the group and
/// the name of who started them.
#[test]
fn e52_several_tasks() {
    let mut stage = Stage::new();
    let over = map! { "count" => 3, "group" => "night", "startedBy" => "cron", "enableExecuteCommand" => true };
    let answer = stage.ask("run_task", request(over));
    let mut arns: Vec<String> = answer.items("tasks").iter().map(|task| text(task, "taskArn")).collect();
    arns.sort();
    arns.dedup();
    assert_eq!(arns.len(), 3);
    let task = &answer.items("tasks")[0];
    assert_eq!((text(task, "group"), text(task, "startedBy")), ("night".into(), "cron".into()));
    assert_eq!(task.get("enableExecuteCommand"), Some(&Value::Bool(true)));
    let list = stage.ask("list_tasks", map! { "cluster" => CLUSTER, "startedBy" => "cron" });
    assert_eq!(list.items("taskArns").len(), 3);
}

/// E53 What a container is told instead of its definition is shown.
#[test]
fn e53_overrides() {
    let mut stage = Stage::new();
    let told = map! {
        "name" => "nest-wallet-container", "command" => vec!["npm", "run", "migrate"],
        "environment" => vec![map! { "name" => "DRY", "value" => "1" }],
    };
    let overrides = map! { "containerOverrides" => vec![told.clone()], "cpu" => "512" };
    let answer = stage.ask("run_task", request(map! { "overrides" => overrides }));
    let shown = answer.items("tasks")[0].get("overrides").unwrap().clone();
    assert_eq!(shown.items("containerOverrides"), [told, map! { "name" => "log-router" }]);
    assert_eq!(text(&shown, "cpu"), "512");
}

/// E54 The same token with the same request is the same tasks; with another
/// request it is a conflict.
#[test]
fn e54_a_client_token() {
    let mut stage = Stage::new();
    let ask = |count: i64| request(map! { "clientToken" => "once", "count" => count });
    let first = stage.ask("run_task", ask(2));
    stage.wait(30);
    let again = stage.ask("run_task", ask(2));
    let arns = |answer: &Value| answer.items("tasks").iter().map(|task| text(task, "taskArn")).collect::<Vec<_>>();
    assert_eq!(arns(&first), arns(&again));
    stage.refuses("run_task", ask(1), "ConflictException", "clientToken is already in use");
    stage.wait(25 * 3600);
    assert_ne!(arns(&first), arns(&stage.ask("run_task", ask(2))));
}

/// E121 A client token has at most 64 characters.
#[test]
fn e121_the_length_of_a_token() {
    let mut stage = Stage::new();
    let ask = |length: usize| request(map! { "clientToken" => "t".repeat(length) });
    stage.refuses("run_task", ask(65), "InvalidParameterException", "at most 64 characters");
    assert_eq!(stage.ask("run_task", ask(64)).items("tasks").len(), 1);
}

/// E55 What cannot run is refused.
#[test]
fn e55_refusals() {
    let mut stage = Stage::new();
    let unknown = map! { "containerOverrides" => vec![map! { "name" => "other" }] };
    let message = "Override for container named other is not a container in the TaskDefinition.";
    for (over, code, message) in [
        (
            map! { "networkConfiguration" => Value::Null },
            "InvalidParameterException",
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
        (map! { "count" => 11 }, "InvalidParameterException", "count"),
        (map! { "count" => 0 }, "InvalidParameterException", "count"),
        (map! { "overrides" => unknown }, "InvalidParameterException", message),
        (map! { "taskDefinition" => "nest-wallet-task:99" }, "ClientException", "TaskDefinition not found."),
        (map! { "cluster" => "other" }, "ClusterNotFoundException", "Cluster not found."),
        (map! { "launchType" => Value::Null }, "InvalidParameterException", "No Container Instances were found in your cluster."),
    ] {
        stage.refuses("run_task", request(over), code, message);
    }
    stage.ask("deregister_task_definition", map! { "taskDefinition" => "nest-wallet-task:39" });
    let inactive = request(map! { "taskDefinition" => "nest-wallet-task:39" });
    stage.refuses("run_task", inactive, "ClientException", "TaskDefinition is inactive");
}

/// E56 A task that somebody stops says who and why, and its service starts
/// another one.
#[test]
fn e56_a_stopped_task_is_replaced() {
    let mut stage = Stage::new();
    let task = stage.tasks("RUNNING")[0].clone();
    let mut request = stop(&task);
    request.as_map_mut().unwrap().insert("reason".into(), "stuck since noon".into());
    let answer = stage.ask("stop_task", request).get("task").cloned().unwrap();
    assert_eq!((text(&answer, "desiredStatus"), text(&answer, "lastStatus")), ("STOPPED".into(), "DEACTIVATING".into()));
    assert_eq!((text(&answer, "stopCode"), text(&answer, "stoppedReason")), ("UserInitiated".into(), "stuck since noon".into()));
    stage.wait(15);
    let first = stage.said()[0].clone();
    assert!(first.1.starts_with("deregistered 1 targets"), "{first:?}");
    assert!(stage.says("has started 1 tasks: (task "));
    stage.wait(180);
    assert_eq!((stage.counts(), text(&described(&mut stage, &task), "lastStatus")), ((2, 0), "STOPPED".into()));
    assert_eq!(text(&stage.deployments()[0], "rolloutState"), "COMPLETED");
}

/// E57 Without a reason AWS gives one, and a task that has stopped is only shown.
#[test]
fn e57_stopping_twice() {
    let mut stage = Stage::new();
    let task = stage.ask("run_task", request(map! {})).items("tasks")[0].clone();
    stage.ask("stop_task", stop(&task));
    assert_eq!(text(&described(&mut stage, &task), "stoppedReason"), "Task stopped by user");
    stage.wait(60);
    let before = described(&mut stage, &task);
    assert_eq!(text(&before, "lastStatus"), "STOPPED");
    assert_eq!(stage.ask("stop_task", stop(&task)).get("task"), Some(&before));
}

/// E58 A task that is not there cannot be stopped.
#[test]
fn e58_an_unknown_task() {
    let mut stage = Stage::new();
    let request = map! { "cluster" => CLUSTER, "task" => "0123456789abcdef0123456789abcdef" };
    stage.refuses("stop_task", request, "InvalidParameterException", "The referenced task was not found.");
}

/// E59 A task that runs alone is no task of a service.
#[test]
fn e59_no_service_sees_it() {
    let mut stage = Stage::new();
    let events = stage.service().items("events").len();
    stage.ask("run_task", request(map! { "count" => 5 }));
    stage.wait(200);
    assert_eq!((stage.counts(), stage.service().items("events").len()), ((2, 0), events));
    let list = map! { "cluster" => CLUSTER, "serviceName" => SERVICE, "desiredStatus" => "STOPPED" };
    assert!(stage.ask("list_tasks", list).items("taskArns").is_empty());
}
