//! The binary against an emulator that nobody here wrote, looked at with boto3:
//! what the simulator shares with the rest of the library cannot hide here.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Project, Ran};
use crate::moto::Moto;

const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";
const CLUSTER: &str = "nest-wallet-cluster";

fn on_wallet(project: &Project, service: &str, arguments: &[&str]) -> Ran {
    let place = ["--cluster", CLUSTER, "--service", service];
    project.run(&[arguments, &place].concat())
}

/// A task definition with its tags, as boto3 describes it.
fn describe(moto: &Moto, revision: &str) -> Value {
    let script = format!(
        r#"described = client("ecs").describe_task_definition(taskDefinition="{revision}", include=["TAGS"])
answer({{"definition": described["taskDefinition"], "tags": described["tags"]}})"#
    );
    moto.boto3(&script)
}

#[test]
fn a_deploy_registers_the_same_definition_with_another_image_and_updates_once() {
    let Some(moto) = Moto::with_wallet() else { return };
    // moto never moves a rollout, so the wait can only run out.
    let ran = on_wallet(&moto.project(), "nest-wallet-service", &["run", "deploy", "--image", IMAGE, "--timeout", "1s"]);
    ran.status(5).says("timed out").says("nest-wallet-task:2 is still rolling out").prints_nothing();
    ran.never_says("plain-but-private");

    let writes = moto.writes();
    let names: Vec<&str> = writes.iter().map(|request| request.operation.as_str()).collect();
    assert_eq!(names, ["RegisterTaskDefinition", "UpdateService"], "{ran}");
    let update = json!({
        "cluster": CLUSTER, "service": "nest-wallet-service",
        "taskDefinition": "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/nest-wallet-task:2",
    });
    assert_eq!(writes[1].json(), update, "a deploy names the revision and nothing else, above all no desiredCount");
    compare_but_for_the_image(describe(&moto, "nest-wallet-task:1"), describe(&moto, "nest-wallet-task:2"));
}

fn compare_but_for_the_image(mut old: Value, mut new: Value) {
    old["definition"]["containerDefinitions"][0]["image"] = json!(IMAGE);
    for revision in [&mut old, &mut new] {
        let definition = revision["definition"].as_object_mut().expect("a task definition");
        for made_by_aws in ["taskDefinitionArn", "revision", "registeredAt", "registeredBy"] {
            definition.remove(made_by_aws);
        }
    }
    assert_eq!(old["tags"].as_array().map(Vec::len), Some(2), "the old revision has tags to carry over");
    assert_eq!(old, new, "the old revision with the new image, then the new revision");
}

#[test]
fn status_shows_the_service_and_changes_nothing() {
    let Some(moto) = Moto::with_wallet() else { return };
    // moto has no records of deployments.
    let ran = on_wallet(&moto.project(), "nest-wallet-service", &["status", "--history", "0"]);
    ran.status(0).prints("nest-wallet-service in nest-wallet-cluster · ACTIVE · 2/2 running");
    ran.prints("nest-wallet-task:1").prints("COMPLETED").prints("nest-wallet:v41").never_says("plain-but-private");
    let names: Vec<String> = moto.requests().into_iter().map(|request| request.operation).collect();
    assert_eq!(names, ["DescribeServices", "DescribeTaskDefinition", "DescribeScalableTargets"], "{ran}");
}

#[test]
fn an_unknown_service_or_cluster_is_said_and_nothing_is_changed() {
    let Some(moto) = Moto::with_wallet() else { return };
    let project = moto.project();
    let ran = on_wallet(&project, "nest-walet-service", &["deploy", "--image", IMAGE]);
    ran.status(1).says("there is no service nest-walet-service in cluster nest-wallet-cluster").prints_nothing();

    let place = ["--cluster", "nest-walet-cluster", "--service", "nest-wallet-service"];
    let ran = project.run(&[["deploy", "--image", IMAGE].as_slice(), &place].concat());
    ran.status(1).says("ClusterNotFoundException: Cluster not found.").prints_nothing();

    let names: Vec<String> = moto.requests().into_iter().map(|request| request.operation).collect();
    assert_eq!(names, ["DescribeServices", "DescribeServices"], "one look each and no more");
}

const OLD_SECRET: &str = r#"{"API_URL": "https://api"}"#;
const NEW_SECRET: &str = r#"{"API_URL": "https://api.example", "TOKEN": "b7e2-unguessable"}"#;

/// `value` is a secret param: it comes from the environment of the command.
const ROTATE: &str = r#"
const RUNBOOK = #{
    summary: "Put a new value", version: "1.0.0", permits: ["secretsmanager:PutSecretValue"],
    params: #{ value: #{ type: "string", required: true, secret: true, help: "The new value" } },
};
let id = "nest-wallet-prod-secrets";
let old = secretsmanager::get_secret_value(#{ SecretId: id });
let put = secretsmanager::put_secret_value(#{ SecretId: id, SecretString: args.value });
let new = secretsmanager::get_secret_value(#{ SecretId: id, VersionStage: "AWSCURRENT" });
print(`changed: ${old.SecretString != new.SecretString}`);
print(`as given: ${new.SecretString == args.value}`);
print(`this version: ${new.VersionId == put.VersionId}`);
"#;

#[test]
fn a_secret_goes_to_aws_and_back_and_is_seen_nowhere() {
    let Some(moto) = Moto::with_wallet() else { return };
    let project =
        moto.project().file("rollbook.toml", "").file("runbooks/rotate.rhai", ROTATE).variable("NEW_SECRET", NEW_SECRET);
    let ran = project.run(&["run", "rotate", "--value", "env:NEW_SECRET"]);
    ran.status(0).prints("changed: true\nas given: true\nthis version: true\n");
    for value in [OLD_SECRET, NEW_SECRET, "b7e2-unguessable", "https://api"] {
        ran.never_says(value);
        assert_eq!(holding(project.path(), value), [""; 0], "files that hold {value:?}");
    }
    let seen =
        moto.boto3(r#"answer(client("secretsmanager").get_secret_value(SecretId="nest-wallet-prod-secrets")["SecretString"])"#);
    assert_eq!(seen, json!(NEW_SECRET));
}

#[test]
fn a_secret_read_from_aws_cannot_be_printed() {
    let Some(moto) = Moto::with_wallet() else { return };
    let body = r#"print(secretsmanager::get_secret_value(#{ SecretId: "nest-wallet-prod-secrets" }))"#;
    let ran = moto.project().runbook("leak", "", body).run(&["run", "leak"]);
    ran.status(2).says("secret").never_says(OLD_SECRET).never_says("https://api").prints_nothing();
    assert_eq!(moto.requests().len(), 1, "it was read first\n{ran}");
}

/// The files below `folder` that contain `text`.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if String::from_utf8_lossy(&fs::read(&path).expect("a file")).contains(text) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn all_pages_of_a_list_become_one() {
    let Some(moto) = Moto::start() else { return };
    // Secrets, because moto answers ListClusters on one page whatever is asked.
    moto.boto3(
        r#"secrets = client("secretsmanager")
for number in range(150): secrets.create_secret(Name=f"secret-{number:03}", SecretString="a value")"#,
    );
    let body = r#"
let names = secretsmanager::all::list_secrets(#{ MaxResults: 40 }).SecretList.map(|one| one.Name);
names.sort();
#{ count: names.len(), first: names[0], last: names[-1] }"#;
    let ran = moto.project().runbook("list", "", body).run(&["run", "list"]);
    assert_eq!(ran.status(0).json(), json!({ "count": 150, "first": "secret-000", "last": "secret-149" }));
    let tokens: Vec<Value> = moto.requests().iter().map(|request| request.json()["NextToken"].clone()).collect();
    assert_eq!(tokens.len(), 4, "150 secrets are four pages of 40");
    assert_eq!(tokens[0], Value::Null);
    assert!(tokens[1..].iter().all(Value::is_string), "{tokens:?}");
}

#[test]
fn log_events_come_back_as_they_were_put() {
    let Some(moto) = Moto::start() else { return };
    let permits = r#""logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents""#;
    let body = r#"
let place = #{ logGroupName: "/ecs/nest-wallet", logStreamName: "ecs/nest-wallet-container/1" };
logs::create_log_group(#{ logGroupName: place.logGroupName });
logs::create_log_stream(place);
let at = (now() - time("1970-01-01T00:00:00Z")).in_seconds() * 1000;
let request = place;
request.logEvents = [#{ timestamp: at, message: "listening on 3000" }, #{ timestamp: at + 1, message: "결제 완료 ✓" }];
logs::put_log_events(request);
let found = logs::filter_log_events(#{ logGroupName: place.logGroupName }).events;
#{ messages: found.map(|event| event.message), same_time: found[0].timestamp == at }"#;
    let ran = moto.project().runbook("logs", permits, body).run(&["run", "logs"]);
    let messages = json!(["listening on 3000", "결제 완료 ✓"]);
    assert_eq!(ran.status(0).json(), json!({ "messages": messages, "same_time": true }));
    let seen = moto.boto3(
        r#"events = client("logs").filter_log_events(logGroupName="/ecs/nest-wallet")["events"]
answer([event["message"] for event in events])"#,
    );
    assert_eq!(seen, messages);
}

#[test]
fn an_answer_that_is_not_from_an_aws_api_is_said_at_once() {
    let Some(moto) = Moto::start() else { return };
    // moto has no CBOR, which CloudWatch speaks: it answers with its page for 404.
    let body = r#"cloudwatch::describe_alarms(#{})"#;
    let project = moto.project().runbook("alarms", "", body);
    let ran = project.run(&["run", "alarms"]);
    ran.status(1)
        .says("cloudwatch DescribeAlarms")
        .says("HTTP 404")
        .says("which no AWS API does; is the endpoint right?")
        .prints_nothing();
    let log = moto.log();
    assert_eq!(log.matches("/operation/DescribeAlarms").count(), 1, "one attempt\n{ran}\n{log}");
}
