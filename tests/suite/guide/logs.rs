//! Tasks, events and log lines: what rollbook shows is what the aws CLI reads.
//! And one command in a task of its own.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{at_its_clock, aws, here};
use crate::door::Server;
use crate::harness::{Project, Ran};

const GROUP: &str = "/ecs/nest-wallet";
const APP: &str = "nest-wallet-container";

/// A service in the middle of things: a deployment whose tasks crash.
fn troubled(project: &Project) -> Server {
    project
        .write("crash.toml", "[[fault]]\nkind = \"crash\"\nservice = \"nest-wallet-service\"\nafter = \"5s\"\nexit_code = 3\n");
    let server = Server::start(project, &["--scenario", "crash.toml"]);
    let service = json!({ "cluster": "nest-wallet-cluster", "service": "nest-wallet-service", "forceNewDeployment": true });
    server.ecs("UpdateService", service);
    server.control("POST", "advance", "{\"seconds\": 100}");
    server
}

fn result(ran: &Ran) -> Value {
    ran.status(0).json()["result"].clone()
}

fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(Value::to_string);
    values
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}")).clone()
}

#[test]
fn tasks_are_those_that_the_cli_describes() {
    let project = Project::new();
    let server = troubled(&project);
    let shown = result(&at_its_clock(&server).run(&here(&["tasks", "--stopped", "100", "--output", "json"])));
    let mut told = vec![];
    for status in ["RUNNING", "STOPPED"] {
        let list = format!(
            "ecs list-tasks --cluster nest-wallet-cluster --service nest-wallet-service --desired-status {status} --query 'taskArns[]' --output text"
        );
        let query = r#"'tasks[].{arn: taskArn, revision: taskDefinitionArn, status: lastStatus, code: stopCode, reason: stoppedReason, exits: containers[].[name, exitCode], address: attachments[0].details[?name==`privateIPv4Address`].value | [0]}'"#;
        let describe = format!("ecs describe-tasks --cluster nest-wallet-cluster --tasks $(aws {list}) --query {query}");
        let Some(answer) = aws(&server, &project, &describe) else { return };
        told.push(self::list(&answer));
    }
    let last = |arn: &Value| arn.as_str().and_then(|arn| arn.rsplit('/').next()).map(str::to_owned);
    let running = |task: &Value| json!([task["arn"], last(&task["revision"]), task["status"], task["address"]]);
    let seen = list(&shown["running"]).iter().map(running).collect();
    assert_eq!(sorted(seen), sorted(told[0].iter().map(running).collect()));
    let ends = |task: &Value, exits: Vec<Value>| json!([task["arn"], task["code"], task["reason"], exits]);
    let codes = |task: &Value| list(&task["containers"]).iter().map(|one| json!([one["name"], one["exit_code"]])).collect();
    let seen: Vec<Value> = list(&shown["stopped"]).iter().map(|task| ends(task, codes(task))).collect();
    assert!(!seen.is_empty() && seen.iter().any(|task| task[3].to_string().contains("3]")), "{seen:?}");
    assert_eq!(sorted(seen), sorted(told[1].iter().map(|task| ends(task, list(&task["exits"]))).collect()));

    let ran = at_its_clock(&server).run(&here(&["tasks"]));
    ran.status(0).prints("nest-wallet-task:41").prints("nest-wallet-container 3").prints("Essential container in task exited");
}

#[test]
fn events_are_those_of_the_service() {
    let project = Project::new();
    let server = troubled(&project);
    // Until the circuit breaker has something to say.
    server.control("POST", "settle", "");
    let command = "ecs describe-services --cluster nest-wallet-cluster --services nest-wallet-service --query 'services[0].events[].message'";
    let Some(answer) = aws(&server, &project, command) else { return };
    let mut told = list(&answer);
    told.reverse();
    let events = |arguments: &[&str]| -> Vec<Value> {
        let shown = result(&at_its_clock(&server).run(&here(&[&["events", "--output", "json"], arguments].concat())));
        list(&shown["events"]).iter().map(|event| event["text"].clone()).collect()
    };
    assert_eq!(events(&["--last", "100"]), told);
    assert_eq!(events(&["--last", "3"]), told[told.len() - 3..]);
    let failures = events(&["--last", "100", "--failures"]);
    assert!(!failures.is_empty() && failures.len() < told.len(), "{failures:?}");
    assert!(
        failures.iter().all(|text| text.to_string().contains("fail") || text.to_string().contains("rolling back")),
        "{failures:?}"
    );
    let recent = events(&["--last", "100", "--since", "1h"]);
    assert!(!recent.is_empty() && recent.len() < told.len() && told.ends_with(&recent));
}

/// The texts of the lines, without time and stream.
fn texts(ran: &Ran, streams: &[String]) -> Vec<String> {
    let text = |line: &str| {
        let at = streams.iter().find_map(|stream| line.find(stream.as_str()).map(|at| at + stream.len() + 1));
        at.map(|at| line[at..].to_owned())
    };
    ran.stdout.lines().filter_map(text).collect()
}

/// As a line shows it: container and the first letters of the task.
fn shown(stream: &str) -> String {
    let parts: Vec<&str> = stream.split('/').collect();
    format!("{}/{}", parts[1], &parts[2][..8])
}

#[test]
fn log_lines_are_those_of_the_group_of_one_task_and_of_a_pattern() {
    let project = Project::new();
    let server = troubled(&project);
    let Some(groups) = aws(&server, &project, "logs describe-log-groups --log-group-name-prefix /ecs/nest-wallet") else {
        return;
    };
    assert_eq!(groups["logGroups"][0]["logGroupName"], GROUP);
    // Twenty minutes before the sandbox's own time, which stands still.
    let clock = server.control("GET", "clock", "")["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let since = clock - jiff::SignedDuration::from_mins(20);
    let start = since.as_millisecond();
    let all = aws(&server, &project, &format!("logs filter-log-events --log-group-name {GROUP} --start-time {start}")).unwrap();
    let events = list(&all["events"]);
    let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    let streams: Vec<String> = events.iter().map(|event| shown(&text(event, "logStreamName"))).collect();
    let dev = server.ecs("ListTasks", json!({ "cluster": "nest-wallet-cluster", "serviceName": "nest-wallet-service-dev" }));
    let dev: Vec<String> =
        list(&dev["taskArns"]).iter().map(|arn| arn.as_str().unwrap().rsplit('/').next().unwrap().into()).collect();
    // Both services write to the group.
    let ours = |event: &Value| !dev.iter().any(|id| text(event, "logStreamName").ends_with(id));
    assert!(events.iter().any(ours) && !events.iter().all(ours));
    let told = |keep: &dyn Fn(&Value) -> bool| -> Vec<String> {
        events.iter().filter(|event| keep(event)).map(|event| text(event, "message")).collect()
    };
    let logs = |arguments: &[&str]| {
        let since = since.to_string();
        let ran = at_its_clock(&server).run(&here(&[&["logs", "--lines", "5000", "--since", &since], arguments].concat()));
        texts(ran.status(0), &streams)
    };
    assert!(events.len() > 20, "{events:?}");
    assert_eq!(logs(&[]), told(&ours));
    assert_eq!(
        logs(&["--filter", "\"exiting with code\""]),
        told(&|event| ours(event) && text(event, "message").contains("exiting with code"))
    );
    assert_eq!(logs(&["--container", APP]), told(&|event| ours(event) && text(event, "logStreamName").contains(APP)));
    assert_eq!(logs(&["--group", GROUP]), told(&|_| true));
    let crashed = events.iter().find(|event| text(event, "message").contains("exiting with code 3")).unwrap();
    let stream = text(crashed, "logStreamName");
    let task = stream.rsplit('/').next().unwrap();
    let of_task = told(&|event| text(event, "logStreamName").ends_with(task));
    assert!(of_task.len() >= 4);
    assert_eq!(logs(&["--task", &task[..8], "--container", APP]), told(&|event| text(event, "logStreamName") == stream));
    let lines = result(&at_its_clock(&server).run(&here(&["logs", "--lines", "5", "--since", "20m", "--output", "json"])));
    assert_eq!(lines, json!({ "groups": [GROUP], "lines": 5 }));
}

#[test]
fn what_cannot_be_read_is_said() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let logs = |arguments: &[&str]| at_its_clock(&server).run(&here(&[&["logs"], arguments].concat()));
    logs(&["--group", "/nope"])
        .status(1)
        .says("there is no log group /nope")
        .says("aws logs describe-log-groups")
        .prints_nothing();
    logs(&["--group", "/nope", "--follow"]).status(1).says("there is no log group /nope").never_says("throw problem");
    logs(&["--container", "nope"]).status(1).says("nope does not write to CloudWatch Logs").says(APP);
    logs(&["--task", "ffffffff"]).status(1).says("no task of nest-wallet-service begins with ffffffff").says("rollbook tasks");
    // A task that has written nothing yet is no mistake.
    let again = json!({ "cluster": "nest-wallet-cluster", "service": "nest-wallet-service", "forceNewDeployment": true });
    server.ecs("UpdateService", again);
    server.control("POST", "advance", "{\"seconds\": 12}");
    let tasks = result(&at_its_clock(&server).run(&here(&["tasks", "--output", "json"])));
    let pending = list(&tasks["running"]).into_iter().find(|task| task["started"].is_null()).expect("a task that starts");
    logs(&["--task", pending["id"].as_str().unwrap()]).status(0).says("no line since 10m").never_says("starting");
    logs(&["--since", "yesterday"]).status(1).says("--since yesterday is neither a duration, as 10m, nor a time");
    logs(&["--filter", "{ $.level }"]).status(1).says("does not take the filter { $.level }: Invalid filter pattern");
    let ran = logs(&["--filter", "ERROR"]);
    ran.status(0).says("no line since 10m in /ecs/nest-wallet fits the filter ERROR: without --filter all lines are shown");
    ran.says("reading /ecs/nest-wallet (ecs/nest-wallet-container/…, ecs/log-router/…)");
}

#[test]
fn lines_of_another_service_are_left_out_of_a_group_that_both_write_to() {
    let server = Server::start(&Project::new(), &[]);
    let logs = |arguments: &[&str]| at_its_clock(&server).run(&here(&[&["logs", "--since", "1h"], arguments].concat()));
    let tasks = result(&at_its_clock(&server).run(&[
        "tasks",
        "--cluster",
        "nest-wallet-cluster",
        "--service",
        "nest-wallet-service-dev",
        "--output",
        "json",
    ]));
    let dev = tasks["running"][0]["id"].as_str().expect("a task")[..8].to_owned();
    for more in [&["--lines", "5000"][..], &["--follow", "--for", "1m"]] {
        let ran = logs(more);
        ran.status(0).says("the log group is shared with nest-wallet-service-dev").prints("GET /").never_says(&dev);
    }
    logs(&["--lines", "5000", "--group", GROUP]).status(0).prints(&dev).never_says("left out");
}

#[test]
fn who_may_not_ask_for_tasks_sees_all_lines_and_is_told() {
    let fault = "[[fault]]\nkind = \"access-denied\"\noperation = \"ecs:DescribeTasks\"\n";
    let ran = Project::new().file("s.toml", fault).run(&here(&["logs", "--sandbox", "--scenario", "s.toml"]));
    ran.status(0).says("not checked: which task wrote what (AccessDeniedException)").prints("GET /");
}

const RUN: &[&str] = &["run-task", "--command", "npm run migrate"];

#[test]
fn a_command_runs_where_the_service_runs_and_its_code_can_be_passed_on() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let ran = at_its_clock(&server).run(&here(RUN));
    ran.status(0).prints("running npm run migrate").prints("done").says("exit code 0");
    let query = r#"'tasks[?startedBy==`rollbook`].{command: overrides.containerOverrides[?name==`nest-wallet-container`].command | [0], exit: containers[?name==`nest-wallet-container`].exitCode | [0], subnet: attachments[0].details[?name==`subnetId`].value | [0]}'"#;
    let list = "ecs list-tasks --cluster nest-wallet-cluster --family nest-wallet-task --desired-status STOPPED --query 'taskArns[]' --output text";
    let describe = format!("ecs describe-tasks --cluster nest-wallet-cluster --tasks $(aws {list}) --query {query}");
    if let Some(tasks) = aws(&server, &project, &describe) {
        assert_eq!((tasks[0]["command"].clone(), tasks[0]["exit"].clone()), (json!(["npm", "run", "migrate"]), json!(0)));
        assert!(tasks[0]["subnet"].as_str().is_some_and(|subnet| subnet.starts_with("subnet-0")), "{tasks}");
    }

    let project = Project::new()
        .file("crash.toml", "[[fault]]\nkind = \"crash\"\nfamily = \"nest-wallet-task\"\nafter = \"5s\"\nexit_code = 3\n");
    let server = Server::start(&project, &["--scenario", "crash.toml"]);
    let run = |more: &[&str]| at_its_clock(&server).run(&here(&[RUN, more].concat()));
    run(&[]).status(1).prints("exiting with code 3").says("nest-wallet-container exited with 3");
    run(&["--exit-with-container"]).status(3).says("nest-wallet-container exited with 3").says("failed");
    let document = run(&["--exit-with-container", "--output", "json"]).status(3).json();
    assert_eq!((&document["verdict"], &document["exit_code"]), (&json!("failed"), &json!(3)));
    assert!(
        document["printed"].to_string().contains("running npm run migrate")
            && !document["printed"].to_string().contains("\\u001b")
    );
    run(&["--container", "nope"]).status(1).says("there is no container nope in nest-wallet-task:41");
}

/// Waits, within bounds, until the run has come as far as `reached` says.
fn interrupt(mut child: Child, reached: impl Fn() -> bool) -> Ran {
    for _ in 0..1500 {
        if reached() || child.try_wait().expect("a child").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(reached(), "the run never came to the point");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    Ran::new(&output, &["(interrupted)"])
}

fn asked(server: &Server, operation: &str) -> usize {
    let calls = server.control("GET", "calls", "");
    list(&calls["calls"]).iter().filter(|call| call["operation"] == operation).count()
}

#[test]
fn whoever_has_seen_enough_ends_a_follow_well() {
    let server = Server::start(&Project::new(), &[]);
    let project = server.project();
    let mut command = project.command(&here(&["logs", "--follow", "--since", "2026-07-01T08:50:00Z"]));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    // It sleeps on this machine's clock between two looks.
    let ran = interrupt(child, || asked(&server, "FilterLogEvents") >= 2);
    ran.status(0).says("succeeded").says("followed ").prints("GET /").never_says("interrupted");
}

#[test]
fn an_interrupted_errand_goes_on_and_it_is_said_how_to_stop_it() {
    let server = Server::start(&Project::new(), &[]);
    let project = server.project();
    let child = project.command(&here(RUN)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let ran = interrupt(child, || asked(&server, "DescribeTasks") >= 1);
    ran.status(7)
        .says("interrupted")
        .says("the task goes on. To stop it: aws ecs stop-task --cluster nest-wallet-cluster --task ");
    ran.says("rollbook resume");
    // The same run goes on, in the same task, now with waits that move the clock.
    let resumed = project.variable("ROLLBOOK_SANDBOX_CLOCK", "1").run(&["resume"]);
    resumed.status(0).prints("done").says("exit code 0");
    assert_eq!(asked(&server, "RunTask"), 1);
}
