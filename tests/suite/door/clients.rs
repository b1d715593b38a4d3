//! Real clients: the aws CLI, boto3, and rollbook itself.

use std::process::Command;

use serde_json::json;

use super::Server;
use crate::harness::Project;
use crate::moto::{finish, python};
use crate::readme::blocks;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guide/commands.sh");

#[test]
fn the_commands_of_an_operators_day_answer() {
    if python().is_none() {
        return;
    }
    let project = Project::new();
    // Fast enough that the last deployment has come to rest when somebody waits for it.
    let server = Server::start(&project, &["--speed", "600"]);
    let mut command = Command::new("bash");
    command.arg(GUIDE);
    server.client_environment(&mut command, project.path());
    let printed = finish(&mut command).unwrap_or_else(|why| panic!("{why}"));

    for expected in [
        "\"serviceName\": \"nest-wallet-service\"",
        "\"rolloutState\": \"COMPLETED\"",
        "\"lastStatus\": \"RUNNING\"",
        "\"logGroupName\": \"/ecs/nest-wallet\"",
        "listening on port 3000",
        "\"MaxCapacity\": 10",
        "\"PolicyName\": \"nest-wallet-scale-up\"",
        "has reached a steady state.",
        "\"revision\": 41",
        "\"NEXT_PUBLIC_API_URL\": \"https://api.blockbit.com\"",
        "\"DashboardValidationMessages\": []",
        "everything answered",
    ] {
        assert!(printed.contains(expected), "{expected:?} was not printed\n{printed}");
    }
    let calls = server.control("GET", "calls", "")["calls"].as_array().expect("a list").clone();
    assert!(calls.iter().all(|call| call["outcome"] == "OK"), "{calls:#?}");
    let updates = calls.iter().filter(|call| call["operation"] == "UpdateService").map(|call| call["request"].clone());
    let restart = json!({ "cluster": "nest-wallet-cluster", "service": "nest-wallet-service", "forceNewDeployment": true });
    let back =
        json!({ "cluster": "nest-wallet-cluster", "service": "nest-wallet-service", "taskDefinition": "nest-wallet-task:40" });
    assert_eq!(updates.collect::<Vec<_>>(), [back, restart.clone(), restart]);
    let world = server.control("GET", "world", "").to_string();
    assert!(world.contains("https://new-api.blockbit.com/api"), "the secret was updated");
}

#[test]
fn the_endpoint_of_the_readme_answers_its_commands() {
    if python().is_none() {
        return;
    }
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let script = format!("set -euo pipefail\n{}", blocks("sh").concat());
    assert!(script.contains("_sandbox/settle"), "{script}");
    let mut command = Command::new("bash");
    command.args(["-c", &script.replace("http://127.0.0.1:4570", &server.url)]);
    server.client_environment(&mut command, project.path());
    let printed = finish(&mut command).unwrap_or_else(|why| panic!("{why}"));
    for expected in ["\"rolloutState\": \"IN_PROGRESS\"", "2026-07-01T09:01:30Z", "\"settled\":true", "\"UpdateService\""] {
        assert!(printed.contains(expected), "{expected:?} was not printed\n{printed}");
    }
}

#[test]
fn boto3_waits_until_a_service_is_stable() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let script = r#"
ecs = client("ecs")
looks = []
def look(**_):
    looks.append(control("advance", {"seconds": 15})["now"])
ecs.meta.events.register("before-call.ecs.DescribeServices", look)
ecs.update_service(cluster="nest-wallet-cluster", service="nest-wallet-service", taskDefinition="nest-wallet-task:40")
ecs.get_waiter("services_stable").wait(cluster="nest-wallet-cluster", services=["nest-wallet-service"],
                                       WaiterConfig={"Delay": 0, "MaxAttempts": 40})
service = ecs.describe_services(cluster="nest-wallet-cluster", services=["nest-wallet-service"])["services"][0]
answer([len(looks), service["taskDefinition"].split("/")[-1], service["runningCount"], len(service["deployments"])])
"#;
    let Some(answer) = server.boto3(project.path(), script) else { return };
    assert!(answer[0].as_u64() > Some(3), "it was not stable at once: {answer}");
    assert_eq!((&answer[1], &answer[2], &answer[3]), (&json!("nest-wallet-task:40"), &json!(2), &json!(1)));
}

#[test]
fn boto3_turns_pages_and_reads_times() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let script = r#"
ecs = client("ecs")
def pages(client, operation, items, size, **request):
    found = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **request))
    return [len(found), sum(len(page[items]) for page in found)]
service = ecs.describe_services(cluster="nest-wallet-cluster", services=["nest-wallet-service"])["services"][0]
group = client("logs").describe_log_groups()["logGroups"][0]
answer({
    "definitions": pages(ecs, "list_task_definitions", "taskDefinitionArns", 1, familyPrefix="nest-wallet-task"),
    "tasks": pages(ecs, "list_tasks", "taskArns", 1, cluster="nest-wallet-cluster", serviceName="nest-wallet-service"),
    "secrets": pages(client("secretsmanager"), "list_secrets", "SecretList", 1),
    "created": service["createdAt"].isoformat(), "group": group["creationTime"],
})
"#;
    let Some(answer) = server.boto3(project.path(), script) else { return };
    assert_eq!(answer["definitions"], json!([4, 4]));
    assert_eq!(answer["tasks"], json!([2, 2]));
    assert_eq!(answer["secrets"], json!([2, 2]));
    assert!(answer["created"].as_str().is_some_and(|at| at.starts_with("2026-06-28T")), "{answer}");
    assert!(answer["group"].is_u64(), "milliseconds, as the logs count: {answer}");
}

#[test]
fn boto3_gets_refusals_by_their_codes() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let script = r#"
ecs, secrets, logs, cloudwatch = (client(name) for name in ("ecs", "secretsmanager", "logs", "cloudwatch"))
modeled = None
try: ecs.update_service(cluster="nest-wallet-cluster", service="nope")
except ecs.exceptions.ServiceNotFoundException: modeled = True
answer({
    "modeled": modeled,
    "service": refused(ecs.update_service, cluster="nest-wallet-cluster", service="nope"),
    "cluster": refused(ecs.list_services, cluster="nope"),
    "secret": refused(secrets.get_secret_value, SecretId="nope"),
    "group": refused(logs.filter_log_events, logGroupName="nope"),
    "dashboard": refused(cloudwatch.get_dashboard, DashboardName="nope"),
    "enum": refused(ecs.list_tasks, cluster="nest-wallet-cluster", desiredStatus="SLEEPING"),
    "unknown": refused(client("sts").get_session_token),
    "unsupported": refused(logs.get_log_record, logRecordPointer="p"),
    "attempts": ecs.list_clusters()["ResponseMetadata"]["RetryAttempts"],
})
"#;
    let Some(answer) = server.boto3(project.path(), script) else { return };
    let expected = json!({
        "modeled": true, "service": ["ServiceNotFoundException", 400], "cluster": ["ClusterNotFoundException", 400],
        "secret": ["ResourceNotFoundException", 400], "group": ["ResourceNotFoundException", 400],
        "dashboard": ["ResourceNotFound", 404], "enum": ["InvalidParameterException", 400],
        "unknown": ["InvalidAction", 400], "unsupported": ["UnsupportedOperation", 400], "attempts": 0,
    });
    assert_eq!(answer, expected);
}

/// boto3 speaks JSON with CloudWatch, though its model names CBOR first, and
/// forms and XML with STS.
#[test]
fn boto3_speaks_the_other_protocols() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let script = r#"
cloudwatch, sts = client("cloudwatch"), client("sts")
alarm = cloudwatch.describe_alarms(AlarmNames=["nest-wallet-cpu-high"])["MetricAlarms"][0]
answer({
    "protocols": [it.meta.service_model.resolved_protocol for it in (cloudwatch, sts)],
    "account": sts.get_caller_identity()["Account"],
    "threshold": alarm["Threshold"], "updated": alarm["StateUpdatedTimestamp"].isoformat(),
    "dimensions": sorted(pair["Name"] for pair in alarm["Dimensions"]),
    "widgets": len(json.loads(cloudwatch.get_dashboard(DashboardName="nest-wallet-monitoring")["DashboardBody"])["widgets"]),
})
"#;
    let Some(answer) = server.boto3(project.path(), script) else { return };
    assert_eq!(answer["protocols"], json!(["json", "query"]));
    assert_eq!((&answer["account"], &answer["threshold"], &answer["widgets"]), (&json!("123456789012"), &json!(80.0), &json!(2)));
    assert_eq!(answer["dimensions"], json!(["ClusterName", "ServiceName"]));
    assert!(answer["updated"].as_str().is_some_and(|at| at.starts_with("2026-07-01T06:")), "{answer}");
}

/// The SDK that rollbook is built with speaks CBOR with CloudWatch.
#[test]
fn rollbook_itself_takes_it_for_an_account() {
    let server = Server::start(&Project::new(), &[]);
    let project = server.project().file(
        "rollbook.toml",
        "[env.local]\ncluster = \"nest-wallet-cluster\"\naccount = \"123456789012\"\n[service.web]\nname = \"nest-wallet-service\"\n",
    );
    let ran = project.run(&["status", "--env", "local"]);
    ran.status(0).prints("nest-wallet-service in nest-wallet-cluster").prints("2/2 running").never_says("SANDBOX");
    let script = "print(cloudwatch::describe_alarms(#{ AlarmNamePrefix: \"nest-\" }).MetricAlarms[0].AlarmName);\n\
                  try { cloudwatch::get_dashboard(#{ DashboardName: \"nope\" }) } catch (e) { print(e.code) }";
    let project = server.project().runbook("alarms", "", script);
    project.run(&["run", "alarms"]).status(0).prints("nest-wallet-cpu-high").prints("ResourceNotFound");
}
