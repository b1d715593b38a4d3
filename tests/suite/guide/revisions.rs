//! Revisions: who uses them, how two differ, and cleaning up.

use serde_json::{Value, json};

use super::{CLUSTER, Desk, ENVIRONMENTS, SERVICE};
use crate::crash::{appends_of, only_journal};

/// So many more revisions, of which some are in use: 60 by a service, 65 by a
/// task, 70 by a task in another cluster, 75 by a deployment that begins.
fn stage(desk: &Desk, count: usize) {
    let mut next =
        desk.server.ecs("DescribeTaskDefinition", json!({ "taskDefinition": "nest-wallet-task:41" }))["taskDefinition"].take();
    let members = next.as_object_mut().expect("a map");
    for name in
        ["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy"]
    {
        members.remove(name);
    }
    for number in 1..=count {
        desk.server.ecs("RegisterTaskDefinition", next.clone());
        if number % 20 == 0 {
            desk.server.control("POST", "advance", "{\"seconds\":20}");
        }
    }
    let service = desk.server.ecs("DescribeServices", json!({ "cluster": CLUSTER, "services": [SERVICE] }));
    let ask = |operation: &str, more: Value| {
        let mut request =
            json!({ "launchType": "FARGATE", "networkConfiguration": service["services"][0]["networkConfiguration"] });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.server.ecs(operation, request);
    };
    let old = json!({ "cluster": CLUSTER, "serviceName": "old", "taskDefinition": "nest-wallet-task:60", "desiredCount": 1 });
    ask("CreateService", old);
    ask("RunTask", json!({ "cluster": CLUSTER, "taskDefinition": "nest-wallet-task:65" }));
    desk.server.ecs("CreateCluster", json!({ "clusterName": "other" }));
    ask("RunTask", json!({ "cluster": "other", "taskDefinition": "nest-wallet-task:70" }));
    let update = json!({ "cluster": CLUSTER, "service": SERVICE, "taskDefinition": "nest-wallet-task:75" });
    desk.server.ecs("UpdateService", update);
}

fn listed(desk: &Desk, family: &str, status: &str) -> Vec<i64> {
    let arns = desk.aws(&["ecs", "list-task-definitions", "--family-prefix", family, "--status", status]);
    let number = |arn: &Value| arn.as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    arns["taskDefinitionArns"].as_array().unwrap().iter().map(number).collect()
}

#[test]
fn cleaning_up_two_hundred_revisions_spares_those_in_use_and_the_rate() {
    let Some(desk) = Desk::with(ENVIRONMENTS, &["--throttle"]) else { return };
    stage(&desk, 200);
    let ran = desk.run(&["revisions", "--env", "prod", "--confirm", "prod", "--keep", "5", "--output", "json"]);
    let gone = ran.status(0).json()["result"]["deregistered"].as_array().unwrap().clone();
    assert_eq!((gone.len(), &gone[0]), (193, &json!("nest-wallet-task:38")), "oldest first");
    // Whoever deploys meanwhile finds the bucket as it was: none of these was
    // refused, and each took a second.
    let (_, lines) = only_journal(&desk.project);
    assert!(appends_of(&lines, "{\"Attempt\"").is_empty(), "AWS throttled");
    assert!(ran.json()["seconds"].as_i64().unwrap() >= 190, "{ran}");
    assert_eq!(listed(&desk, "nest-wallet-task", "ACTIVE"), [40, 41, 60, 65, 70, 75, 237, 238, 239, 240, 241]);
    assert_eq!(listed(&desk, "nest-wallet-task", "INACTIVE").len(), 193);
    // The family whose name only begins the same was left alone.
    assert_eq!(listed(&desk, "nest-wallet-task-dev", "ACTIVE"), [10, 11, 12]);
}

#[test]
fn a_revision_that_somebody_begins_to_use_meanwhile_stays() {
    let somebody = "gone += definition::title(arn);\n            if gone.len() == 7 { \
        ecs::update_service(#{ cluster: \"nest-wallet-cluster\", service: \"old\", taskDefinition: \"nest-wallet-task:67\" }); }";
    let edited = include_str!("../../../scripts/revisions.rhai")
        .replace("permits: [", "permits: [\"ecs:UpdateService\", \"iam:PassRole\", ")
        .replace("gone += definition::title(arn);", somebody);
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    desk.project.write("runbooks/revisions.rhai", &edited);
    stage(&desk, 40);
    let ran = desk.run(&["revisions", "--env", "prod", "--confirm", "prod", "--keep", "5"]);
    ran.status(0).says("nest-wallet-task:67 is in use now, by [\"old\"");
    assert_eq!(listed(&desk, "nest-wallet-task", "ACTIVE"), [40, 41, 60, 65, 67, 70, 75, 77, 78, 79, 80, 81]);
}

#[test]
fn the_list_names_images_dates_and_users() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    let ran = desk.run(&["revisions", "--env", "prod", "--confirm", "prod", "--output", "json"]);
    let result = ran.status(0).json()["result"].clone();
    let arns = desk.aws(&["ecs", "list-task-definitions", "--family-prefix", "nest-wallet-task", "--sort", "DESC"]);
    for (one, arn) in result["revisions"].as_array().unwrap().iter().zip(arns["taskDefinitionArns"].as_array().unwrap()) {
        let arn = arn.as_str().unwrap();
        assert!(arn.ends_with(&format!("/{}", one["revision"].as_str().unwrap())), "{one} {arn}");
        let described = desk.aws(&["ecs", "describe-task-definition", "--task-definition", arn]);
        let containers = described["taskDefinition"]["containerDefinitions"].as_array().unwrap();
        assert_eq!(one["images"], containers.iter().map(|one| one["image"].clone()).collect::<Value>());
    }
    assert_eq!(result["revisions"].as_array().unwrap().len(), 4);
    assert_eq!(result["revisions"][0]["used_by"], json!([SERVICE, "2 tasks"]));
    assert_eq!(result["revisions"][1]["used_by"], json!([SERVICE]), "the good one before");
    assert_eq!(result["revisions"][2]["used_by"], json!([]));
    let compared = desk.run(&["revisions", "--env", "dev", "--compare", "11,12"]);
    compared.status(0).prints("containerDefinitions[nest-wallet-container].image").prints("nest-wallet:dev-12");
    desk.run(&["revisions", "--env", "dev", "--compare", "12,12"]).status(0).prints("are the same");
    let ran = desk.run(&["revisions", "--env", "dev", "--compare", "11, 999"]);
    ran.status(1).says("there is no revision nest-wallet-task-dev:999").says("rollbook revisions --env dev").never_says("throw");
    desk.run(&["revisions", "--env", "dev", "--keep", "0"]).status(1).says("give 1 or more");
    let service = desk.aws(&["ecs", "describe-services", "--cluster", CLUSTER, "--services", SERVICE]);
    assert_eq!(service["services"][0]["runningCount"], 2);
}
