//! A run that is killed, at any point, goes on where it was: nothing is lost
//! and nothing is done twice.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::{Project, Ran};
use crate::moto::Moto;
use crate::stub::{Answer, Stub, steady_service};

/// Runs a command that ends itself at a point of writing its journal.
pub fn killed(project: &Project, point: &str, arguments: &[&str]) -> Ran {
    let output = project.command(arguments).env("ROLLBOOK_TEST_ABORT", point).output().expect("the binary runs");
    let ran = Ran::new(&output, arguments);
    assert_eq!(output.status.code(), None, "it was to be killed at {point}\n{ran}");
    ran
}

/// The journals of a project's runs, by run.
pub fn journals(project: &Project) -> BTreeMap<String, PathBuf> {
    let folder = project.path().join("state/runs");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let journals = files.filter(|path| path.extension().is_some_and(|ending| ending == "journal"));
    journals.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path)).collect()
}

/// The only journal there is: the run's name and its lines without their hashes.
pub fn only_journal(project: &Project) -> (String, Vec<String>) {
    let (run, path) = journals(project).pop_first().expect("a journal");
    let text = std::fs::read_to_string(path).expect("text");
    (run, text.lines().skip(1).filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect())
}

/// The numbers of the appends that wrote an event like `part`.
pub fn appends_of(lines: &[String], part: &str) -> Vec<usize> {
    let is_secret = |line: &str| line.starts_with("{\"Secret\"");
    let (mut number, mut found, mut after_secret) = (0, Vec::new(), false);
    for line in lines.iter().filter(|line| !line.starts_with('=')) {
        // Secrets are appended together.
        number += usize::from(!(after_secret && is_secret(line)));
        after_secret = is_secret(line);
        if line.contains(part) {
            found.push(number);
        }
    }
    found
}

const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";
const DEPLOY: &[&str] = &["deploy", "--sandbox", "--image", IMAGE];

#[test]
fn a_deploy_in_the_sandbox_survives_being_killed_anywhere() {
    let whole = Project::new();
    let printed = whole.run(DEPLOY).status(0).stdout.clone();
    let (_, lines) = only_journal(&whole);
    let events = appends_of(&lines, "").pop().expect("events");
    assert!(events > 40, "{events}");
    for (at, kind) in (1..=events).step_by(7).zip(["append", "before-append", "torn"].into_iter().cycle()) {
        // Before its first event a run has done nothing.
        if at == 1 && kind != "append" {
            continue;
        }
        let project = Project::new();
        let before = killed(&project, &format!("{kind}:{at}"), DEPLOY);
        let ran = project.run(&["resume"]);
        assert!([0, 2].contains(&ran.status), "{kind} {at}: {ran}");
        if ran.status == 2 {
            // The last line of all was written already.
            ran.says("there is no run to resume");
        }
        let both = format!("{}{}", before.stdout, ran.stdout.replace("SANDBOX\n", ""));
        assert!(at == events || both.contains(printed.lines().nth(1).unwrap()), "{kind} {at}: {both}");
        project.run(&["status", "--sandbox"]).status(0).prints("nest-wallet-task:42").never_says("nest-wallet-task:43");
        let (run, _) = journals(&project).pop_first().unwrap();
        project.run(&["history"]).status(0).prints("succeeded");
        project.run(&["journal", "verify", &run]).status(0);
        assert!(!project.path().join(format!("state/runs/{run}.key")).exists(), "the key goes with the verdict");
    }
}

#[test]
fn a_deploy_at_moto_registers_and_updates_once_wherever_it_is_killed() {
    let Some(moto) = Moto::with_wallet() else { return };
    let place = ["--cluster", "nest-wallet-cluster", "--service", "nest-wallet-service", "--timeout", "0s"];
    let deploy = |project: &Project, point: Option<&str>, tag: &str| {
        // Not in ECR, so that nobody asks whether it was pushed.
        let image = format!("registry.example.com/nest-wallet:{tag}");
        let arguments = [&["deploy", "--image", &image, "--container", "nest-wallet-container"], &place[..]].concat();
        match point {
            Some(point) => killed(project, point, &arguments),
            None => project.run(&arguments),
        }
    };
    let project = || moto.project().variable("ROLLBOOK_TEST_ABSENCE_MS", "300");
    let first = project();
    deploy(&first, None, "first").status(5);
    let (_, lines) = only_journal(&first);
    let intents: Vec<usize> = appends_of(&lines, "\"write\":true");
    assert_eq!(intents.len(), 2, "{lines:?}");
    let reads = appends_of(&lines, "DescribeTaskDefinition");
    // In a read; before and after each intent; before and after each outcome;
    // in the middle of writing one down; in the wait.
    let after = |intent: usize, by: usize| (intent + by).to_string();
    let mut points = vec![format!("append:{}", reads[0]), format!("append:{}", after(intents[1], 4))];
    for intent in intents {
        points.extend([format!("before-append:{intent}"), format!("append:{intent}"), format!("torn:{}", after(intent, 1))]);
        points.extend([format!("before-append:{}", after(intent, 1)), format!("append:{}", after(intent, 1))]);
    }
    for (number, point) in points.iter().enumerate() {
        let (project, writes) = (project(), moto.writes().len());
        deploy(&project, Some(point), &format!("v{number}"));
        let ran = project.run(&["resume"]);
        ran.status(5).says("resumed").says("timed out");
        let names: Vec<String> = moto.writes().drain(writes..).map(|request| request.operation).collect();
        assert_eq!(names, ["RegisterTaskDefinition", "UpdateService"], "killed at {point}\n{ran}");
    }
}

/// Closures, loops, catches, secrets, modules and branches, all of which a run
/// that goes on must come through once more.
const WINDING: &str = r#"import "part" as part;
let s = secrets::get_secret_value(#{ SecretId: "nest-wallet-prod-secrets" }).SecretString;
let seen = [s == s, s.keys().len(), random_id(), part::twice(|n| { sleep(n); now() })];
for i in 0..3 { sleep(i); seen += now(); }
try { ecs::list_services(#{ cluster: "zzz" }) } catch (e) { seen += e.code; }
seen += parallel([3, 1, 2], 2, |n| { step `s${n}` { sleep(n); parallel([1, 2], |m| { sleep(m); now() }) } });
secrets::put_secret_value(#{ SecretId: "nest-wallet-prod-secrets", SecretString: s.with_key("A", "b") });
try { parallel([1, 2, 3, 4, 5], 2, |n| { sleep(n); if n == 2 { throw "bad" } random_id() }) } catch (e) { seen += e; }
seen += secrets::list_secret_version_ids(#{ SecretId: "nest-wallet-prod-secrets" }).Versions.len();
print(seen);"#;

#[test]
fn a_winding_script_comes_to_the_same_end_wherever_it_is_killed() {
    let prepare = || {
        let project = Project::new().runbook("r", "\"secretsmanager:PutSecretValue\"", WINDING);
        project.file("runbooks/part.rhai", "fn twice(work) { [work.call(1), work.call(2)] }")
    };
    let whole = prepare();
    let printed = whole.run(&["run", "r", "--sandbox"]).status(0).stdout.clone();
    let events = appends_of(&only_journal(&whole).1, "").pop().expect("events");
    assert!(events > 100, "{events}");
    for (at, kind) in (6..events - 1).step_by(13).zip(["append", "before-append", "torn"].into_iter().cycle()) {
        let project = prepare();
        killed(&project, &format!("{kind}:{at}"), &["run", "r", "--sandbox"]);
        // Killed once more on its way.
        let again = project.command(&["resume"]).env("ROLLBOOK_TEST_ABORT", "append:4").output().unwrap();
        let last = if again.status.success() { Ran::new(&again, &["resume"]) } else { project.run(&["resume"]) };
        assert_eq!(last.status(0).stdout, printed, "{kind} {at}: {last}");
    }
}

const FORCE: &str = r#"let seen = ecs::describe_services(#{ cluster: "c", services: ["s"] });
ecs::update_service(#{ cluster: "c", service: "s", forceNewDeployment: true });
print("went on")"#;

const DEFINITION: &str = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/f:1";

/// A service with one more deployment, made just now.
fn with_new_deployment() -> Value {
    let mut service = steady_service(DEFINITION);
    let now = jiff::Timestamp::now().as_second();
    let deployments = service["services"][0]["deployments"].as_array_mut().unwrap();
    deployments[0]["status"] = json!("ACTIVE");
    let mut new = deployments[0].clone();
    new["id"] = json!("ecs-svc/2");
    new["status"] = json!("PRIMARY");
    new["createdAt"] = json!(now);
    deployments.push(new);
    service
}

/// A project whose runbook holds its service, or not.
fn holding(stub: &Stub, holds: &str, permits: &str, body: &str) -> Project {
    let header = format!("const RUNBOOK = #{{ summary: \"t\", version: \"1.0.0\", permits: [{permits}], holds: [{holds}] }};\n");
    let project = Project::at(&stub.url).file("runbooks/r.rhai", &format!("{header}{body}"));
    project.file("rollbook.toml", "[env.prod]\ncluster = \"c\"\n[service.s]\n").variable("ROLLBOOK_TEST_ABSENCE_MS", "300")
}

/// Kills the run after the answer to its only write, before that is written down.
fn killed_in_write(project: &Project) {
    let trial = project.command(&["run", "r"]).env("ROLLBOOK_STATE", project.path().join("trial")).output().unwrap();
    let folder = std::fs::read_dir(project.path().join("trial/runs")).unwrap().flatten().map(|entry| entry.path());
    let journal = folder.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "journal")).unwrap();
    let text = std::fs::read_to_string(journal).unwrap();
    let lines: Vec<String> = text.lines().skip(1).map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
    let intent = appends_of(&lines, "\"write\":true").pop().unwrap_or_else(|| panic!("{trial:?}"));
    killed(project, &format!("before-append:{}", intent + 1), &["run", "r"]);
}

fn force_stub(after: Value) -> Stub {
    let before = || Answer::ok(steady_service(DEFINITION));
    // The trial, the run, and the look of the resume.
    let stub = Stub::start().on("DescribeServices", [before(), before(), Answer::ok(after)]);
    stub.on("UpdateService", [Answer::ok(json!({ "service": steady_service(DEFINITION)["services"][0] }))])
}

#[test]
fn an_update_without_a_revision_is_settled_by_the_only_new_deployment_under_a_lease() {
    let stub = force_stub(with_new_deployment());
    let project = holding(&stub, "\"service\"", "\"ecs:UpdateService\"", FORCE);
    killed_in_write(&project);
    project.run(&["resume"]).status(0).prints("went on");
    assert_eq!(stub.received("UpdateService").len(), 2, "the trial and the run, and not once more");
    let (run, _) = only_journal(&project);
    project.run(&["show", &run]).status(0).prints("ecs-svc/2 is the only new deployment");
}

#[test]
fn without_a_lease_a_person_is_asked() {
    for after in [with_new_deployment(), steady_service(DEFINITION)] {
        let stub = force_stub(after.clone());
        let project = holding(&stub, "", "\"ecs:UpdateService\"", FORCE);
        killed_in_write(&project);
        let ran = project.run(&["resume"]);
        ran.status(8).says("ecs UpdateService was sent and nobody knows whether it took effect").prints_nothing();
        ran.says("cluster c, service s").says("rollbook resume");
        assert_eq!(stub.received("UpdateService").len(), 2, "it is not sent again");
        project.run(&["history"]).status(0).prints("outcome unknown");
        // A person has looked; what somebody else changed is left alone all the same.
        let again = project.run(&["resume", "--send-again"]);
        let changed = after != steady_service(DEFINITION);
        let _ = match changed {
            true => again.status(6).says("somebody changed the service s"),
            false => again.status(0).prints("went on"),
        };
        assert_eq!(stub.received("UpdateService").len(), if changed { 2 } else { 3 });
    }
}

#[test]
fn under_a_lease_an_update_without_a_trace_did_not_happen() {
    let project_of = |stub: &Stub| holding(stub, "\"service\"", "\"ecs:UpdateService\"", FORCE);
    let stub = force_stub(steady_service(DEFINITION));
    let project = project_of(&stub);
    killed_in_write(&project);
    project.run(&["resume"]).status(0).prints("went on");
    assert_eq!(stub.received("UpdateService").len(), 3, "the trial, the run, the resume");

    // ECS lists one that the service does not show any more: it was taken back.
    let record =
        json!({ "serviceDeploymentArn": "d", "createdAt": jiff::Timestamp::now().as_second(), "status": "ROLLBACK_SUCCESSFUL" });
    let stub = force_stub(steady_service(DEFINITION));
    let stub = stub.on("ListServiceDeployments", [Answer::ok(json!({ "serviceDeployments": [record] }))]);
    let project = project_of(&stub);
    killed_in_write(&project);
    project.run(&["resume"]).status(8).says("the service shows no new deployment");
    assert_eq!(stub.received("UpdateService").len(), 2);
}

#[test]
fn a_count_is_told_by_the_count() {
    let body = FORCE.replace("forceNewDeployment: true", "desiredCount: 3");
    let scaled = |count: u32| {
        let mut service = steady_service(DEFINITION);
        service["services"][0]["desiredCount"] = json!(count);
        service
    };
    for (found, holds, status, sent) in [(3, "\"service\"", 0, 2), (2, "\"service\"", 0, 3), (3, "", 0, 2), (2, "", 8, 2)] {
        let stub = force_stub(scaled(found));
        let project = holding(&stub, holds, "\"ecs:UpdateService\"", &body);
        killed_in_write(&project);
        let ran = project.run(&["resume"]);
        ran.status(status);
        assert_eq!(stub.received("UpdateService").len(), sent, "{found} {holds}\n{ran}");
        if status == 8 {
            ran.says("the service is to have 2 tasks");
        }
    }
}

#[test]
fn a_new_deployment_of_something_else_is_somebody_elses() {
    let mut after = with_new_deployment();
    let theirs = DEFINITION.replace("f:1", "f:2");
    after["services"][0]["deployments"][1]["taskDefinition"] = json!(theirs);
    let stub = force_stub(after);
    let project = holding(&stub, "\"service\"", "\"ecs:UpdateService\"", FORCE);
    killed_in_write(&project);
    project.run(&["resume"]).status(8).says("a new deployment ecs-svc/2 of f:2, which is somebody else's");
    assert_eq!(stub.received("UpdateService").len(), 2);
}

#[test]
fn a_lease_that_somebody_had_in_between_is_broken() {
    let stub = force_stub(with_new_deployment());
    let project = holding(&stub, "\"service\"", "\"ecs:UpdateService\"", FORCE);
    project.write("runbooks/other.rhai", "const RUNBOOK = #{ summary: \"o\", version: \"1\", holds: [\"service\"] };\n1");
    killed_in_write(&project);
    project.run(&["run", "other"]).status(0);
    project.run(&["resume"]).status(8).says("may be somebody else's");
}

#[test]
fn what_is_idempotent_or_has_a_token_is_sent_again_as_it_was() {
    let put = r#"secretsmanager::put_secret_value(#{ SecretId: "x", SecretString: "hunter2hunter2" }); print("went on")"#;
    let stub = Stub::start().on("PutSecretValue", [Answer::ok(json!({ "ARN": "a", "Name": "x", "VersionId": "v" }))]);
    let project = holding(&stub, "", "\"secretsmanager:PutSecretValue\"", put);
    killed_in_write(&project);
    project.run(&["resume"]).status(0).prints("went on");
    let sent = stub.received("PutSecretValue");
    assert_eq!(sent.len(), 3, "the trial, the run, the resume");
    assert_eq!(sent[1].json(), sent[2].json(), "with the same token and the same value");
    assert_ne!(sent[0].json()["ClientRequestToken"], sent[1].json()["ClientRequestToken"]);

    let body = r#"ecs::deregister_task_definition(#{ taskDefinition: "f:1" }); print("went on")"#;
    let stub = Stub::start().on("DeregisterTaskDefinition", [Answer::ok(json!({}))]);
    let project = holding(&stub, "", "\"ecs:DeregisterTaskDefinition\"", body);
    killed_in_write(&project);
    project.run(&["resume"]).status(0).prints("went on");
    assert_eq!(stub.received("DeregisterTaskDefinition").len(), 3);
}

#[test]
fn a_registration_that_is_not_there_is_sent_again_after_a_while_and_one_that_is_there_is_taken() {
    let body = r#"let d = ecs::register_task_definition(#{ family: "f", containerDefinitions: [#{ name: "a", image: "i:2" }] });
print(d.taskDefinition.revision)"#;
    let container = json!([{ "name": "a", "image": "i:2", "cpu": 0, "environment": [] }]);
    let arn = |revision: u32| format!("arn:aws:ecs:ap-northeast-2:123456789012:task-definition/f:{revision}");
    let definition = |revision: u32, image: &str| {
        let mut containers = container.clone();
        containers[0]["image"] = json!(image);
        json!({ "taskDefinition": { "taskDefinitionArn": arn(revision), "family": "f", "revision": revision,
            "containerDefinitions": containers, "registeredAt": jiff::Timestamp::now().as_second() } })
    };
    for (found, sends) in [(definition(7, "i:2"), 2), (definition(7, "i:1"), 3)] {
        let stub = Stub::start()
            .on("RegisterTaskDefinition", [Answer::ok(definition(7, "i:2"))])
            .on("ListTaskDefinitions", [Answer::ok(json!({ "taskDefinitionArns": [arn(7)] }))])
            .on("DescribeTaskDefinition", [Answer::ok(found)]);
        let project = holding(&stub, "", "\"ecs:RegisterTaskDefinition\"", body);
        killed_in_write(&project);
        project.run(&["resume"]).status(0).prints("7");
        assert_eq!(stub.received("RegisterTaskDefinition").len(), sends);
    }
}

#[test]
fn a_service_that_somebody_changed_meanwhile_is_left_alone() {
    let body = r#"ecs::describe_services(#{ cluster: "c", services: ["s"] }); print("looked");
ecs::update_service(#{ cluster: "c", service: "s", desiredCount: 3 }); print("went on")"#;
    let stub = Stub::start()
        .on("DescribeServices", [Answer::ok(steady_service(DEFINITION)), Answer::ok(with_new_deployment())])
        .on("UpdateService", [Answer::ok(json!({}))]);
    let project = holding(&stub, "\"service\"", "\"ecs:UpdateService\"", body);
    // Right after `looked` was written down.
    let printed = {
        let trial = Stub::start().on("DescribeServices", [Answer::ok(steady_service(DEFINITION))]);
        let trial = holding(&trial, "\"service\"", "\"ecs:UpdateService\"", body);
        trial.run(&["run", "r"]);
        appends_of(&only_journal(&trial).1, "\"Printed\"").pop().expect("it printed")
    };
    killed(&project, &format!("append:{printed}"), &["run", "r"]);
    let ran = project.run(&["resume"]);
    ran.status(6).says("somebody changed the service s since this run stopped").says("ecs-svc/2").prints_nothing();
    assert!(stub.received("UpdateService").is_empty());
    // It is still there for whoever puts things right.
    project.run(&["history"]).status(0).prints("interrupted");
}

#[test]
fn a_run_that_lost_its_connection_goes_on_when_it_is_back() {
    let body = r#"ecs::tag_resource(#{ resourceArn: "a", tags: [] }); step "Look" { ecs::list_clusters(); } print("went on")"#;
    let stub = Stub::start()
        .on("TagResource", [Answer::ok(json!({}))])
        .on("ListClusters", [Answer::Close, Answer::ok(json!({ "clusterArns": [] }))]);
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", body).variable("AWS_MAX_ATTEMPTS", "1");
    project.run(&["run", "r"]).status(1).says("rollbook resume");
    project.run(&["resume"]).status(0).prints("went on");
    assert_eq!(stub.operations(), ["TagResource", "ListClusters", "ListClusters"]);
}

#[test]
fn a_run_whose_credentials_expired_goes_on_with_new_ones() {
    let body = r#"ecs::tag_resource(#{ resourceArn: "a", tags: [] }); ecs::untag_resource(#{ resourceArn: "a", tagKeys: [] }); print("went on")"#;
    let stub = Stub::start()
        .on("TagResource", [Answer::ok(json!({}))])
        .on("UntagResource", [Answer::error("ExpiredTokenException", "expired"), Answer::ok(json!({}))]);
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\", \"ecs:UntagResource\"", body);
    project.run(&["run", "r"]).status(2).says("ExpiredTokenException").says("rollbook resume");
    project.run(&["resume"]).status(0).prints("went on");
    assert_eq!(stub.operations(), ["TagResource", "UntagResource", "UntagResource"]);
}

#[test]
fn a_run_does_not_go_on_in_another_account_or_another_place() {
    let identity = |account| Answer::Raw(200, "text/xml", crate::stub::identity(account));
    let stub = Stub::start()
        .on("GetCallerIdentity", [identity("123456789012"), identity("999999999999")])
        .on("TagResource", [Answer::ok(json!({}))])
        .on("ListClusters", [Answer::Close]);
    let body = r#"ecs::tag_resource(#{ resourceArn: "a", tags: [] }); ecs::list_clusters(); print("went on")"#;
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", body).variable("AWS_MAX_ATTEMPTS", "1");
    project.run(&["run", "r"]).status(1);
    project.run(&["resume"]).status(6).says("the run is in account 123456789012").says("999999999999").prints_nothing();
    let project = project.variable("AWS_REGION", "eu-west-1");
    project.run(&["resume"]).status(6).says("began somewhere else").says("eu-west-1");
    assert_eq!(stub.received("ListClusters").len(), 1);
}

#[test]
fn what_nobody_can_look_up_is_asked_of_a_person() {
    let stub = Stub::start().on("DeleteService", [Answer::ok(json!({}))]);
    let body = r#"ecs::delete_service(#{ cluster: "c", service: "s" }); print("went on")"#;
    let project = holding(&stub, "", "\"ecs:DeleteService\"", body);
    killed_in_write(&project);
    let ran = project.run(&["resume"]);
    ran.status(8).says("ecs DeleteService was sent and nobody knows").says("cluster c, service s").says("--send-again");
    assert_eq!(stub.received("DeleteService").len(), 2);
}
