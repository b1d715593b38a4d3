//! Retries: what is tried again, what never is, and that the record shows it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rollbook::api::{AwsError, Failure, Operation, Reading, operation};
use rollbook::effect::{Branch, Cancel, Gate, Guard, Retry, Setup, Stop, Trouble, Vault, World};
use rollbook::journal::{Event, Journal, Key, StreamPath, events};
use rollbook::map;
use rollbook::store::Memory;
use rollbook::value::{Timestamp, Value};

use crate::harness::{Nobody, Project};
use crate::stub::{Answer, Stub};

#[test]
fn a_lost_answer_to_a_registration_is_not_sent_again() {
    let stub = Stub::start().on("RegisterTaskDefinition", [Answer::Close]);
    let body = "try { ecs::register_task_definition(#{ family: \"f\", containerDefinitions: [] }) } catch { } print(\"went on\")";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:RegisterTaskDefinition\"", body);
    let ran = project.run(&["run", "r"]);
    ran.status(8)
        .says("ecs RegisterTaskDefinition was sent and nobody knows whether it took effect")
        .says("it was not sent again");
    ran.prints_nothing();
    assert_eq!(stub.received("RegisterTaskDefinition").len(), 1);
}

#[test]
fn a_server_error_leaves_the_same_doubt() {
    let stub =
        Stub::start().on("UpdateService", [Answer::Json(500, "{\"__type\":\"ServerException\",\"message\":\"oops\"}".into())]);
    let project = Project::at(&stub.url).runbook("r", "\"ecs:UpdateService\"", "ecs::update_service(#{ service: \"s\" })");
    project.run(&["run", "r"]).status(8).says("ServerException: oops");
    assert_eq!(stub.received("UpdateService").len(), 1);
}

#[test]
fn an_idempotent_write_and_a_token_are_sent_again_unchanged() {
    let stub = Stub::start()
        .on("TagResource", [Answer::Close, Answer::ok(serde_json::json!({}))])
        .on("RunTask", [Answer::Close, Answer::ok(serde_json::json!({ "tasks": [], "failures": [] }))]);
    let body = "ecs::tag_resource(#{ resourceArn: \"a\", tags: [] }); ecs::run_task(#{ taskDefinition: \"t\" });";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\", \"ecs:RunTask\"", body);
    project.run(&["run", "r"]).status(0);
    assert_eq!(stub.received("TagResource").len(), 2);
    let tasks = stub.received("RunTask");
    assert_eq!(tasks.len(), 2);
    assert_eq!(tasks[0].body, tasks[1].body);
    assert!(tasks[0].json()["clientToken"].as_str().is_some_and(|token| token.len() == 36), "{:?}", tasks[0]);
}

#[test]
fn a_throttled_read_is_tried_again() {
    let answers = [Answer::throttled(), Answer::throttled(), Answer::ok(serde_json::json!({ "clusterArns": ["a"] }))];
    let stub = Stub::start().on("ListClusters", answers);
    let project = Project::at(&stub.url).runbook("r", "", "ecs::list_clusters().clusterArns.len()");
    project.run(&["run", "r"]).status(0).prints("1").says("try 1 failed (ThrottlingException)").says("try 2 failed");
    assert_eq!(stub.received("ListClusters").len(), 3);
}

#[test]
fn the_record_shows_each_attempt_and_growing_waits() {
    let throttled = || {
        Failure::Answered(AwsError {
            code: "ThrottlingException".into(),
            message: "Rate exceeded".into(),
            status: 400,
            request_id: None,
        })
    };
    let world = Arc::new(Scripted::new([
        Err(throttled()),
        Err(throttled()),
        Err(throttled()),
        Ok(map! { "services" => Vec::<Value>::new() }),
    ]));
    let gate = gate(world.clone());
    gate.call(&Branch::default(), describe(), map! { "services" => vec!["s"] }).expect("the fourth try is answered");
    let waits: Vec<(u32, u64)> = events(&gate.entries().unwrap())
        .unwrap()
        .into_iter()
        .filter_map(|event| match event {
            Event::Attempt { number, wait_ms, .. } => Some((number, wait_ms)),
            _ => None,
        })
        .collect();
    assert_eq!(waits.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(waits.windows(2).all(|pair| pair[0].1 < pair[1].1), "{waits:?}");
    assert_eq!(waits.iter().map(|(_, wait)| *wait).collect::<Vec<_>>(), world.waited());
}

#[test]
fn an_error_that_says_no_is_not_tried_again() {
    let no =
        Failure::Answered(AwsError { code: "AccessDeniedException".into(), message: "no".into(), status: 400, request_id: None });
    let world = Arc::new(Scripted::new([Err(no), Ok(map! {})]));
    let trouble = gate(world.clone()).call(&Branch::default(), describe(), map! { "services" => vec!["s"] });
    assert!(matches!(trouble, Err(Trouble::Failed { attempts: 1, .. })));
    assert!(world.waited().is_empty());
}

fn describe() -> &'static Operation {
    operation("ecs", "describe_services").expect("in the table")
}

/// A world that answers from a list and whose sleeps cost no time.
struct Scripted {
    answers: Mutex<Vec<Result<Value, Failure>>>,
    waited: Mutex<Vec<u64>>,
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = Result<Value, Failure>>) -> Scripted {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        Scripted { answers: Mutex::new(answers), waited: Mutex::default() }
    }

    fn waited(&self) -> Vec<u64> {
        self.waited.lock().unwrap().clone()
    }
}

impl World for Scripted {
    fn call(&self, _: &'static Operation, _: &Value, _: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        Ok(self.answers.lock().unwrap().pop().expect("an answer is left"))
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn dice(&self, _: &Key) -> u64 {
        u64::MAX / 3
    }

    fn sleep(&self, _: &StreamPath, duration: Duration, _: &Cancel) -> Result<(), Stop> {
        self.waited.lock().unwrap().push(duration.as_millis() as u64);
        Ok(())
    }
}

fn gate(world: Arc<Scripted>) -> Gate {
    Gate::new(Setup {
        world,
        journal: Journal::new(Box::new(Memory::default())),
        vault: Arc::new(Vault::default()),
        console: Arc::new(Nobody),
        guard: Guard::default(),
        retry: Retry::default(),
        reading: Reading::default(),
        observers: Vec::new(),
        cancel: Arc::default(),
        record: None,
        send_again: false,
    })
}

#[test]
fn a_doubt_outlives_later_refusals() {
    for after in [Answer::throttled(), Answer::error("ClientException", "no")] {
        let stub = Stub::start().on("RunTask", [Answer::Close, after]);
        let body = "try { ecs::run_task(#{ taskDefinition: \"t\" }) } catch { } print(\"went on\")";
        let project = Project::at(&stub.url).variable("AWS_MAX_ATTEMPTS", "2").runbook("r", "\"ecs:RunTask\"", body);
        project.run(&["run", "r"]).status(8).says("nobody knows whether it took effect").prints_nothing();
    }
}

#[test]
fn a_proxy_that_gave_up_waiting_leaves_doubt_and_one_that_refused_does_not() {
    for (status, code) in [(408, 8), (499, 8), (502, 8), (403, 1), (407, 1)] {
        let page = Answer::Raw(status, "text/html", "<html>proxy</html>".into());
        let stub = Stub::start().on("UpdateService", [page]);
        let project = Project::at(&stub.url).runbook("r", "\"ecs:UpdateService\"", "ecs::update_service(#{ service: \"s\" })");
        project.run(&["run", "r"]).status(code);
        assert_eq!(stub.received("UpdateService").len(), 1, "HTTP {status}");
    }
}
