//! Writes whose answers nobody heard, in runs that make several alike: which of
//! them happened is told for each by itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rollbook::api::{Failure, Operation};
use rollbook::effect::{Branch, Cancel, Stop, World};
use rollbook::journal::{Event, Key, Recorded, StreamPath};
use rollbook::map;
use rollbook::value::{Timestamp, Value};

use crate::crash::{appends_of, killed, only_journal};
use crate::going_on::{at, gate_of, opened};
use crate::harness::Project;

const PERMITS: &str = "\"ecs:RegisterTaskDefinition\", \"ecs:UpdateService\"";
const RUN: [&str; 3] = ["run", "r", "--sandbox"];

/// What the scripts below begin with.
const BEGINNING: &str = r#"
fn place(env) { #{ cluster: env.cluster, service: env.service } }
fn register(tag) {
    let app = #{ name: "nest-wallet-container", image: `public.ecr.aws/docker/library/redis:${tag}`, portMappings: [#{ containerPort: 3000 }] };
    let asked = #{
        family: "twice", cpu: "256", memory: "512", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"],
        executionRoleArn: "arn:aws:iam::123456789012:role/ecsTaskExecutionRole", containerDefinitions: [app],
    };
    ecs::register_task_definition(asked).taskDefinition.taskDefinitionArn
}
fn update(env, more) {
    let asked = place(env);
    asked += more;
    ecs::update_service(asked)
}
fn look(env) { ecs::describe_services(#{ cluster: env.cluster, services: [env.service] }).services[0] }
look(env);
"#;
const END: &str = "\nlet now = look(env); print(`${now.desiredCount} of ${now.taskDefinition}`);";

fn project(body: &str) -> Project {
    let header =
        format!("const RUNBOOK = #{{ summary: \"s\", version: \"1.0.0\", permits: [{PERMITS}], holds: [\"service\"] }};\n");
    Project::new().file("runbooks/r.rhai", &format!("{header}{BEGINNING}{body}{END}"))
}

/// Killed wherever an update was about to be sent, and once its answer was there.
fn comes_to_the_same_end(body: &str, updates: usize) {
    let whole = project(body);
    let printed = whole.run(&RUN).status(0).stdout.clone();
    let (_, lines) = only_journal(&whole);
    let intents = appends_of(&lines, "ecs UpdateService");
    assert_eq!(intents.len(), updates, "{lines:?}");
    for at in intents {
        for point in [format!("append:{at}"), format!("before-append:{}", at + 1)] {
            let project = project(body).variable("ROLLBOOK_TEST_ABSENCE_MS", "1000");
            killed(&project, &point, &RUN);
            let ran = project.run(&["resume"]);
            assert_eq!(ran.status(0).stdout, printed, "killed at {point}\n{ran}");
        }
    }
}

#[test]
fn a_second_update_of_the_same_revision_is_not_taken_for_the_first() {
    let body = "let one = register(\"1\"); update(env, #{ taskDefinition: one });\n\
                update(env, #{ taskDefinition: one, desiredCount: 5 });";
    comes_to_the_same_end(body, 2);
}

#[test]
fn a_way_back_is_not_taken_for_the_way_there() {
    let body = "let one = register(\"1\"); let two = register(\"2\");\n\
                for revision in [one, two, one] { update(env, #{ taskDefinition: revision }); sleep(20); look(env); }";
    comes_to_the_same_end(body, 3);
}

/// A family of task definitions, in a world where sleeping takes no time.
struct Family {
    revisions: Mutex<Vec<Value>>,
    now: Mutex<Timestamp>,
}

fn arn(revision: usize) -> String {
    format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/f:{revision}")
}

impl Family {
    fn register(&self, request: &Value) -> Value {
        let mut revisions = self.revisions.lock().unwrap();
        let mut definition = request.clone();
        let members = definition.as_map_mut().unwrap();
        members.insert("taskDefinitionArn".into(), arn(revisions.len() + 1).into());
        members.insert("revision".into(), Value::Int(revisions.len() as i64 + 1));
        revisions.push(definition.clone());
        map! { "taskDefinition" => definition }
    }
}

impl World for Family {
    fn call(&self, operation: &'static Operation, request: &Value, _: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        Ok(Ok(match operation.method {
            "register_task_definition" => self.register(request),
            "list_task_definitions" => {
                map! { "taskDefinitionArns" => (1..=self.revisions.lock().unwrap().len()).rev().map(arn).collect::<Vec<_>>() }
            }
            "describe_task_definition" => {
                let revisions = self.revisions.lock().unwrap();
                let found = revisions.iter().find(|one| one.get("taskDefinitionArn") == request.get("taskDefinition"));
                map! { "taskDefinition" => found.cloned() }
            }
            other => panic!("nobody asks for {other}"),
        }))
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn dice(&self, _: &Key) -> u64 {
        0
    }

    fn sleep(&self, _: &StreamPath, duration: Duration, _: &Cancel) -> Result<(), Stop> {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(duration).unwrap();
        Ok(())
    }
}

/// Two were under way when the run was killed. One had arrived; what the other
/// asks for is a part of it.
#[test]
fn one_revision_answers_one_request_and_only_what_was_asked() {
    let container = |command: &[&str]| {
        let mut container = map! { "name" => "app", "image" => "x:1" };
        if !command.is_empty() {
            container.as_map_mut().unwrap().insert("command".into(), command.to_vec().into());
        }
        map! { "family" => "f", "containerDefinitions" => vec![container] }
    };
    let asked = [container(&[]), container(&["on"]), container(&["on"])];
    let family = Arc::new(Family { revisions: Mutex::default(), now: Mutex::new(at(10)) });
    family.register(&asked[1]);
    let branches: Vec<Branch> = (0..3).map(|item| Branch::default().child(StreamPath::default().item(0, item))).collect();
    let mut events = vec![opened()];
    for (branch, request) in branches.iter().zip(&asked) {
        let effect = map! { "effect" => "call", "operation" => "ecs RegisterTaskDefinition", "request" => request.clone() };
        let key = Key { path: branch.path().clone(), number: 0 };
        events.push(Event::Intent { key, at: at(9), write: true, effect: Recorded(effect) });
    }
    let gate = gate_of(family.clone(), &events);
    let register = rollbook::api::operation("ecs", "register_task_definition").unwrap();
    let heard = |index: usize| gate.call(&branches[index], register, asked[index].clone()).unwrap();
    let definitions: Vec<Value> = (0..3).map(|index| heard(index).get("taskDefinition").unwrap().clone()).collect();
    for (definition, request) in definitions.iter().zip(&asked) {
        assert_eq!(definition.get("containerDefinitions"), request.get("containerDefinitions"), "{definitions:?}");
    }
    let mut names: Vec<&str> = definitions.iter().filter_map(|one| one.text("taskDefinitionArn")).collect();
    names.sort_unstable();
    assert_eq!(names, [arn(1), arn(2), arn(3)]);
    assert_eq!(family.revisions.lock().unwrap().len(), 3);
}
