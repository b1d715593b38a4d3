//! What `std/evidence` and `std/cause` make of labelled faults: each alone and
//! in other words, beside a container that stopped too, among what an earlier
//! deployment left behind.

use serde_json::{Value, json};

use super::{Cases, play};

/// The way of a stopped task to a cause, as `std/evidence` goes it.
const PREPARE: &str = r#"{
    let known = evidence::add_tasks(evidence::none(), one.tasks, one.rollout);
    known.failures = evidence::with_essential(known.failures, one.definition);
    known.events = evidence::events(one.service, one.rollout, known);
    known.alarms = one.alarms;
    cause::rank(known)
}"#;

/// The service is called like half a dozen faults: its name says nothing.
const NAME: &str = "oom-alarm-spot-efs-throttled";

/// A fault in one wording, as ECS would answer.
#[derive(Clone)]
struct Evidence {
    tasks: Vec<Value>,
    events: Vec<Value>,
    alarms: Vec<Value>,
}

struct Trial {
    label: Option<String>,
    name: String,
    evidence: Evidence,
}

fn task(id: &str, started_by: &str, stop_code: &str, stopped_reason: &str, containers: Value) -> Value {
    json!({
        "taskArn": format!("arn:aws:ecs:eu-west-1:123456789012:task/web/{id}"), "startedBy": started_by, "lastStatus": "STOPPED",
        "stopCode": stop_code, "stoppedReason": stopped_reason, "containers": containers, "createdAt": "2026-07-01T09:01:00Z",
        "taskDefinitionArn": "web:42", "stoppedAt": "2026-07-01T09:02:00Z",
    })
}

fn event(at: &str, message: &str) -> Value {
    json!({ "createdAt": format!("2026-07-01T{at}Z"), "message": format!("(service {NAME}) {message}") })
}

impl Evidence {
    /// As it is alone: one task, one event or one alarm.
    fn of(fault: &Value, wording: &Value) -> Evidence {
        let text = wording.as_str().unwrap_or_default();
        let code = fault["stopCode"].as_str().unwrap_or_default();
        let mut found = Evidence { tasks: Vec::new(), events: Vec::new(), alarms: Vec::new() };
        let (reason, container) = match fault["in"].as_str().expect("where it is said") {
            "event" => {
                found.events.push(event("09:02:00", text));
                return found;
            }
            "alarm" => {
                found.alarms.push(wording.clone());
                return found;
            }
            "task" => (text, json!({ "name": "app", "exitCode": fault["exitCode"] })),
            "container" if code == "TaskFailedToStart" => {
                ("Task failed to start", json!({ "name": "app", "reason": text, "exitCode": fault["exitCode"] }))
            }
            "container" => {
                ("Essential container in task exited", json!({ "name": "app", "reason": text, "exitCode": fault["exitCode"] }))
            }
            "exit" => ("Essential container in task exited", json!({ "name": "app", "exitCode": wording })),
            other => panic!("nothing is said in {other}"),
        };
        found.tasks.push(task("aaaa1111", "ecs-svc/42", code, reason, json!([container])));
        found
    }

    /// With a second container in front, which the task does not need.
    fn beside(mut self, sidecar: Value) -> Evidence {
        for task in &mut self.tasks {
            task["containers"].as_array_mut().expect("containers").insert(0, sidecar.clone());
        }
        // Where only an event tells, a task that was scaled in stands beside it.
        if self.tasks.is_empty() {
            let reason = "Scaling activity initiated by (deployment ecs-svc/42)";
            self.tasks.push(task("cccc3333", "ecs-svc/42", "ServiceSchedulerInitiated", reason, json!([sidecar])));
        }
        self
    }

    /// Among what an earlier deployment left behind.
    fn among_stale(mut self) -> Evidence {
        let memory =
            json!([{ "name": "app", "exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage" }]);
        for id in ["dddd0001", "dddd0002", "dddd0003"] {
            self.tasks.insert(
                0,
                task(id, "ecs-svc/41", "EssentialContainerExited", "Essential container in task exited", memory.clone()),
            );
        }
        let pull = "CannotPullContainerError: failed to resolve ref web:v41: not found";
        self.tasks.push(task("dddd0004", "ecs-svc/41", "TaskFailedToStart", pull, json!([])));
        self.events.insert(
            0,
            event(
                "09:03:00",
                "(task dddd0001) (port 80) is unhealthy in (target-group web) due to (reason Health checks failed).",
            ),
        );
        self.events.push(event("08:50:00", "was unable to place a task. Reason: Capacity is unavailable at this time."));
        self.events.push(event("08:49:00", "(deployment ecs-svc/41) deployment failed: alarm detected."));
        self
    }
}

/// In capitals, and with other punctuation.
fn reworded(wording: &Value) -> Vec<(&'static str, Value)> {
    let Some(text) = wording.as_str() else { return Vec::new() };
    let bare: String = text.chars().map(|one| if "\"'’.,()[]".contains(one) { ' ' } else { one }).collect();
    let mut all = vec![("in capitals", text.to_uppercase().into())];
    // Without its dots an address is no address any more.
    if ![".amazonaws.com", "://"].iter().any(|mark| text.contains(mark)) {
        all.push(("without punctuation", bare.into()));
    }
    all
}

/// The first wording of a fault in every way, the others in some.
fn trials(file: &Cases) -> Vec<Trial> {
    let codes = [0, 1, 137, 143];
    let mut all = Vec::new();
    for fault in file.list() {
        let label = fault["label"].as_str().map(str::to_owned);
        for (number, wording) in fault["wordings"].as_array().expect("wordings").iter().enumerate() {
            let alone = Evidence::of(fault, wording);
            let mut add = |variant: &str, evidence: Evidence| {
                all.push(Trial { label: label.clone(), name: format!("{}, {variant}: {wording}", file.file), evidence });
            };
            add(if number == 0 { "alone" } else { "in other words" }, alone.clone());
            for code in codes.iter().cycle().skip(number).take(if number == 0 { codes.len() } else { 1 }) {
                add(&format!("beside exit {code}"), alone.clone().beside(json!({ "name": "router", "exitCode": code })));
            }
            if number == 0 {
                let choked = json!({ "name": "router", "exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage" });
                add("beside one out of memory", alone.clone().beside(choked));
                add("among stale failures", alone.among_stale());
            }
            if fault["in"] != "alarm" {
                for (how, other) in reworded(wording) {
                    add(how, Evidence::of(fault, &other));
                }
            }
        }
    }
    all
}

/// The label that comes first in each trial; nothing where none does.
fn labels(trials: &[Trial]) -> Vec<Option<String>> {
    let containers = json!([{ "name": "app", "essential": true }, { "name": "router", "essential": false }]);
    let cases: Vec<Value> = trials
        .iter()
        .map(|trial| {
            json!({
                "tasks": trial.evidence.tasks, "service": { "events": trial.evidence.events }, "alarms": trial.evidence.alarms,
                "rollout": { "id": "ecs-svc/42", "definition": "web:42", "since": "2026-07-01T09:00:00Z" },
                "definition": { "containerDefinitions": containers },
            })
        })
        .collect();
    let ranked = play(&["evidence", "cause"], PREPARE, &cases);
    ranked.iter().map(|causes| causes.as_array().unwrap_or_else(|| panic!("{causes}")).first().map(label_of)).collect()
}

fn label_of(cause: &Value) -> String {
    cause["label"].as_str().expect("a cause has a label").to_owned()
}

#[test]
fn labelled_faults_are_named_first() {
    let files = Cases::all("causes");
    let all: Vec<Trial> = files.iter().flat_map(trials).filter(|trial| trial.label.is_some()).collect();
    let mut known: Vec<&str> = all.iter().filter_map(|trial| trial.label.as_deref()).collect();
    known.sort_unstable();
    known.dedup();
    assert!(known.len() >= 24, "only {} labels", known.len());
    let named = labels(&all);
    let misses: Vec<String> = all
        .iter()
        .zip(&named)
        .filter(|(trial, found)| **found != trial.label)
        .map(|(trial, found)| format!("{:?} instead of {:?}: {}", found, trial.label, trial.name))
        .collect();
    let right = all.len() - misses.len();
    println!("{right} of {} named right, over {} labels\n{}", all.len(), known.len(), misses.join("\n"));
    assert!(right * 100 >= all.len() * 95, "only {right} of {}\n{}", all.len(), misses.join("\n"));
}

#[test]
fn what_names_no_cause_stays_unknown() {
    let files = Cases::all("causes");
    let unknown: Vec<Trial> = files.iter().flat_map(trials).filter(|trial| trial.label.is_none()).collect();
    let faults = files.iter().flat_map(Cases::list).filter(|fault| fault["label"].is_null()).count();
    assert!(faults >= 10, "only {faults} faults without a label");
    let guesses: Vec<String> = unknown
        .iter()
        .zip(labels(&unknown))
        .filter_map(|(trial, found)| found.map(|label| format!("{label:?}: {}", trial.name)))
        .collect();
    assert!(guesses.is_empty(), "{} guessed\n{}", guesses.len(), guesses.join("\n"));
}
