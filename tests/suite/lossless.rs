//! Describe, change the image, register: everything else comes back as it was,
//! members included that no table knows.

use serde_json::{Value, json};

use crate::harness::Project;
use crate::stub::{Answer, Stub, steady_service};

const ARN: &str = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/web:7";

/// A definition with whatever other tools have been reported to lose.
const DEFINITION: &str = r#"{
    "taskDefinitionArn": "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/web:7",
    "family": "web", "revision": 7, "status": "ACTIVE", "cpu": "256", "memory": "512",
    "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE", "ROCKET"],
    "ephemeralStorage": {"sizeInGiB": 41},
    "registeredAt": 1751360400.123, "registeredBy": "arn:aws:iam::123456789012:user/a",
    "compatibilities": ["EC2", "FARGATE"], "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.task-eni"}],
    "tomorrow": {"ratio": 0.1, "large": 9007199254740993, "largest": 9223372036854775807, "whole": 1.0, "tiny": 1e-7, "list": [1, 2.5, null, true]},
    "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "RISCV"},
    "volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "new-member": "한국어 \u2028"}}],
    "containerDefinitions": [
        {
            "name": "app", "image": "registry.local:5000/web:v1", "essential": true, "cpu": 0,
            "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp", "appProtocol": "http9"}],
            "environment": [{"name": "API_KEY", "value": "hunter2hunter2"}, {"name": "PORT", "value": "80"}],
            "secrets": [{"name": "DB", "valueFrom": "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:db-AbCdEf:password::"}],
            "linuxParameters": {"initProcessEnabled": true, "swappiness2": 60},
            "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:registry"}
        },
        {"name": "log-router", "image": "fluent/fluent-bit:2.1", "firelensConfiguration": {"type": "fluentbit", "options": {"enable-ecs-log-metadata": "true"}}}
    ]
}"#;

const NOT_REGISTERED: &[&str] =
    &["taskDefinitionArn", "revision", "status", "registeredAt", "registeredBy", "compatibilities", "requiresAttributes"];

#[test]
fn a_definition_survives_a_new_image() {
    let definition: Value = serde_json::from_str(DEFINITION).unwrap();
    let tags = json!([{ "key": "team", "value": "wallet" }]);
    let next = json!({ "taskDefinition": { "taskDefinitionArn": ARN.replace(":7", ":8"), "family": "web", "revision": 8 } });
    // The stub keeps the numbers as they are written: the text goes in whole.
    let described = format!("{{\"taskDefinition\": {DEFINITION}, \"tags\": {tags}}}");
    let stub = Stub::start()
        .on("DescribeServices", [Answer::ok(steady_service(ARN))])
        .on("DescribeTaskDefinition", [Answer::Json(200, described)])
        .on("ListTaskDefinitions", [Answer::ok(json!({ "taskDefinitionArns": [ARN] }))])
        .on("DescribeSecret", [Answer::ok(json!({ "Name": "web" }))])
        .on("RegisterTaskDefinition", [Answer::ok(next)])
        .on("UpdateService", [Answer::ok(json!({ "service": steady_service(ARN)["services"][0] }))]);
    let project = Project::at(&stub.url);
    let arguments = ["deploy", "--cluster", "c", "--service", "s", "--image", "registry.local:5000/web:v2", "--timeout", "1ms"];
    let ran = project.run(&arguments);
    ran.status(5).never_says("hunter2hunter2");

    let sent = stub.received("RegisterTaskDefinition");
    assert_eq!(sent.len(), 1, "{ran}");
    let mut expected = definition;
    for name in NOT_REGISTERED {
        expected.as_object_mut().unwrap().remove(*name).expect("the definition has it");
    }
    expected["containerDefinitions"][0]["image"] = json!("registry.local:5000/web:v2");
    expected["tags"] = tags;
    // serde_json keeps integers and floats apart and compares them exactly.
    assert_eq!(sent[0].json(), expected);
    for literal in ["0.1", "9007199254740993", "9223372036854775807", "1.0", "1e-7", "2.5"] {
        assert!(sent[0].body.contains(literal), "{literal} was written differently: {}", sent[0].body);
    }
    assert_eq!(
        stub.received("UpdateService")[0].json(),
        json!({ "cluster": "c", "service": "s", "taskDefinition": ARN.replace(":7", ":8") })
    );
    let writes = ["RegisterTaskDefinition", "UpdateService"];
    let sent: Vec<String> = stub.operations().into_iter().filter(|name| writes.contains(&name.as_str())).collect();
    assert_eq!(sent, writes);
}

#[test]
fn a_name_that_no_answer_carried_is_still_a_typo() {
    let stub = Stub::start().on("DescribeTaskDefinition", [Answer::Json(200, format!("{{\"taskDefinition\": {DEFINITION}}}"))]);
    let body = "let d = ecs::describe_task_definition(#{ taskDefinition: \"web\" }).taskDefinition;\n\
                ecs::register_task_definition(#{ family: d.family, containerDefinitions: [], tomorow: d.tomorrow })";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:RegisterTaskDefinition\"", body);
    project.run(&["run", "r"]).status(2).says("`tomorow` is not a member of ecs RegisterTaskDefinition");
    assert!(stub.received("RegisterTaskDefinition").is_empty());
}
