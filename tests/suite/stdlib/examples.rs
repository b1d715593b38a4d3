//! Answers that nobody here wrote: the examples that ship with botocore and
//! with the AWS CLI, judged; and botocore's own waiter beside ours.

use std::process::Command;

use serde_json::{Value, json};

use super::verdicts::{JUDGE, named};
use super::{Cases, merged, play};
use crate::moto;

/// Every answer with deployments or service deployments, with where it stands.
/// The CLI's pages have commas too many, and old ones count seconds.
const COLLECT: &str = r#"
import awscli, datetime, json, pathlib, re
from botocore.loaders import Loader

def blocks(text):
    for part in re.split(r"^Output::\s*$", text, flags=re.M)[1:]:
        lines = iter(part.splitlines())
        inside = []
        for line in lines:
            if line.strip() and not line.startswith(" "): break
            inside.append(line)
        yield re.sub(r",(\s*[}\]])", r"\1", "\n".join(inside))

def timed(value, name=""):
    if isinstance(value, dict): return {name: timed(one, name) for name, one in value.items()}
    if isinstance(value, list): return [timed(one) for one in value]
    if name.endswith("At") and isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc).isoformat()
    return value

def answers():
    for page in sorted((pathlib.Path(awscli.__file__).parent / "examples/ecs").rglob("*.rst")):
        for number, text in enumerate(blocks(page.read_text())):
            try: yield page.stem, number, json.loads(text)
            except ValueError: pass
    for operation, examples in Loader().load_service_model("ecs", "examples-1")["examples"].items():
        for number, example in enumerate(examples): yield operation, number, example["output"]

found = []
for source, number, answer in answers():
    if not isinstance(answer, dict): continue
    for members in answer.values():
        for one in members if isinstance(members, list) else [members]:
            if isinstance(one, dict) and ("deployments" in one or "targetServiceRevision" in one or "serviceRevisionArn" in one):
                found.append({"source": f"{source} {number}", "answer": timed(one)})
print(json.dumps(found))
"#;

/// What botocore's waiter makes of the services in a file.
const WAIT: &str = r#"
import json, sys
from botocore.loaders import Loader
from botocore.waiter import WaiterModel
waiter = WaiterModel(Loader().load_service_model("ecs", "waiters-2")).get_waiter("ServicesStable")
def state(service):
    return next((one.state for one in waiter.acceptors if one.matcher_func({"services": [service], "failures": []})), "retry")
print(json.dumps([state(service) for service in json.load(open(sys.argv[1]))]))
"#;

fn run(script: &str, argument: &str) -> Option<Value> {
    let printed = moto::finish(Command::new(moto::python()?).args(["-c", script, argument])).expect("the script runs");
    Some(serde_json::from_str(&printed).expect("JSON"))
}

/// Where an answer stands, which of its deployments is followed, what comes of it.
const EXPECTED: &[(&str, usize, &str)] = &[
    // The first answers: nothing runs yet.
    ("create-service 0", 0, "under way"),
    ("create-service 1", 0, "under way"),
    ("create-service 3", 0, "under way"),
    ("create-service 4", 0, "under way"),
    ("CreateService 0", 0, "under way"),
    ("CreateService 1", 0, "under way"),
    // The same definition twice: what was there before is not the new one.
    ("CreateService 0", 1, "superseded"),
    // No rolloutState: all tasks run, and steady since.
    ("describe-services 0", 0, "succeeded"),
    // No task can be placed.
    ("DescribeServices 0", 0, "under way"),
    // The new one wants nothing yet; the old one has lost its place.
    ("update-service 0", 0, "under way"),
    ("update-service 0", 1, "superseded"),
    ("update-service 2", 0, "under way"),
    ("update-service 2", 1, "superseded"),
    ("update-service 3", 0, "under way"),
    ("update-service 3", 1, "superseded"),
    // Complete, and the count was raised since; `taskkDefinition` is misspelt there.
    ("update-service 1", 0, "succeeded"),
    ("update-service 4", 0, "succeeded"),
];

fn answer<'a>(answers: &'a Value, source: &str) -> &'a Value {
    let found = answers.as_array().expect("a list").iter().find(|one| one["source"] == source);
    &found.unwrap_or_else(|| panic!("there is no example {source}"))["answer"]
}

/// A rollout that follows one of the service's deployments.
fn rollout(service: &Value, nth: usize) -> Value {
    let deployments = service["deployments"].as_array().expect("deployments");
    let ours = &deployments[nth];
    let definition = if ours["taskDefinition"].is_null() { &service["taskDefinition"] } else { &ours["taskDefinition"] };
    json!({
        "id": ours["id"], "definition": definition, "since": ours["createdAt"], "was_seen": true,
        "wanted": service["desiredCount"], "before": deployments.get(nth + 1).map(|one| &one["id"]),
    })
}

#[test]
fn the_examples_of_botocore_and_of_the_cli_are_judged() {
    let Some(answers) = run(COLLECT, "") else { return };
    let questions: Vec<Value> = EXPECTED
        .iter()
        .map(|(source, nth, _)| {
            let service = answer(&answers, source);
            json!({ "service": service, "record": null, "rollout": rollout(service, *nth) })
        })
        .collect();
    for ((source, nth, wanted), given) in EXPECTED.iter().zip(play(&["verdict"], JUDGE, &questions)) {
        assert_eq!(&named(&given["state"]), wanted, "{source}, deployment {nth}: {given}");
    }
    let external = answer(&answers, "create-service 2");
    let question =
        json!({ "service": external, "rollout": { "id": "ecs-svc/1", "definition": "web:1", "wanted": 1, "was_seen": true } });
    assert_eq!(named(&play(&["verdict"], JUDGE, &[question])[0]["state"]), "under way", "an external controller lists none");
}

#[test]
fn no_example_is_taken_for_a_deployment_that_it_does_not_show() {
    let Some(answers) = run(COLLECT, "") else { return };
    let all = answers.as_array().expect("a list").iter().map(|one| &one["answer"]);
    let services: Vec<&Value> = all.filter(|one| one["deployments"].as_array().is_some_and(|list| !list.is_empty())).collect();
    assert!(services.len() >= 12, "{} services", services.len());
    let mut questions = Vec::new();
    for service in services {
        let last = &service["deployments"][0];
        // One that is not listed yet, and the listed one with another definition.
        let unlisted = json!({ "id": "ecs-svc/1", "since": "2030-01-01T00:00:00Z", "before": last["id"] });
        for change in [unlisted, json!({ "definition": "other:1" })] {
            let rollout = merged(&rollout(service, 0), &change);
            questions.push(json!({ "service": service, "record": null, "rollout": rollout }));
        }
    }
    for (question, given) in questions.iter().zip(play(&["verdict"], JUDGE, &questions)) {
        assert_ne!(named(&given["state"]), "succeeded", "{question}");
    }
}

#[test]
fn the_example_of_a_service_deployment_needs_a_service_that_shows_it() {
    let Some(answers) = run(COLLECT, "") else { return };
    let record = answer(&answers, "describe-service-deployments 0");
    let revision = answer(&answers, "describe-service-revisions 0");
    assert_eq!(record["targetServiceRevision"]["arn"], revision["serviceRevisionArn"]);
    let rollout =
        json!({ "definition": revision["taskDefinition"], "since": record["createdAt"], "wanted": 1, "was_seen": true });
    let entry = |id: &str, state: &str, at: &Value| json!({ "id": id, "status": "PRIMARY", "taskDefinition": revision["taskDefinition"], "rolloutState": state, "runningCount": 1, "createdAt": at });
    let with = |deployments: Value| {
        let service = json!({ "desiredCount": 1, "runningCount": 1, "deployments": deployments });
        json!({ "service": service, "record": record, "rollout": rollout })
    };
    let created = &record["createdAt"];
    let old = merged(
        &entry("ecs-svc/1", "COMPLETED", &json!("2024-10-31T07:00:00-04:00")),
        &json!({ "taskDefinition": "webserver:4" }),
    );
    let cases = [
        (with(json!([entry("ecs-svc/2", "COMPLETED", created)])), "succeeded"),
        (with(json!([entry("ecs-svc/2", "IN_PROGRESS", created)])), "under way"),
        (with(json!([old])), "under way"),
        (with(json!([])), "under way"),
    ];
    let questions: Vec<Value> = cases.iter().map(|(question, _)| question.clone()).collect();
    for ((question, wanted), given) in cases.iter().zip(play(&["verdict"], JUDGE, &questions)) {
        assert_eq!(&named(&given["state"]), wanted, "{question}");
    }
}

#[test]
fn our_rule_of_services_stable_is_botocores() {
    let Some(answers) = run(COLLECT, "") else { return };
    let examples = answers.as_array().expect("a list").iter().map(|one| one["answer"].clone());
    let mut services: Vec<Value> = examples.filter(|one| one["deployments"].is_array()).collect();
    for file in Cases::all("verdicts") {
        services.extend(file.list().iter().map(|case| merged(&json!({ "status": "ACTIVE" }), &case["service"])));
    }
    // The waiter stumbles over an answer without the list; AWS always sends it.
    services.retain(|service| service["deployments"].is_array());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("services.json");
    std::fs::write(&path, Value::from(services.clone()).to_string()).expect("a file");
    let theirs = run(WAIT, path.to_str().expect("a plain path")).expect("Python, as before");
    let ours = play(&["verdict"], "verdict::services_stable(one)", &services);
    for ((service, ours), theirs) in services.iter().zip(ours).zip(theirs.as_array().expect("a list")) {
        assert_eq!(ours == json!(true), theirs == "success", "{theirs} of {service}");
    }
}
