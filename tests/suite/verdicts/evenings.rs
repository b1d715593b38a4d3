//! The two commonest evenings of the guide: a bad image at three in the
//! morning, and an API key that has to be changed.

use super::rows::IMAGE;
use crate::harness::Project;

#[test]
fn a_bad_image_at_three_in_the_morning() {
    let project = Project::new();
    let bad = IMAGE.replace("v58", "v999");
    project.run(&["deploy", "--sandbox", "--image", &bad]).status(1).says("v999 is not in ECR: was it pushed?");
    let scenario = "[[fault]]\nkind = \"crash\"\nafter = \"15s\"\nexit_code = 3\nimage = \"*:v58\"\n";
    let project = project.file("night.toml", scenario);
    let ran = project.run(&["deploy", "--sandbox", "--image", IMAGE, "--scenario", "night.toml"]);
    ran.status(3)
        .says("rolled back")
        .says("container nest-wallet-container exits with code 3")
        .says("the last lines of nest-wallet-container");
    project.run(&["diagnose", "--sandbox"]).status(0);
    project.run(&["deploy", "--sandbox", "--image", &IMAGE.replace("v58", "v57")]).status(0);
    let back = project.run(&["rollback", "--sandbox"]);
    back.status(0).says("nest-wallet:v57 → …/nest-wallet:v41").prints("2/2 running");
}

#[test]
fn a_rotated_api_key() {
    let project = Project::new().file("key.txt", "https://rotated.blockbit.com\n");
    let rotate = ["rotate-secret-and-redeploy", "--sandbox", "--secret-id", "nest-wallet-prod-secrets"];
    let ran = project.run(&[&rotate[..], &["--set", "NEXT_PUBLIC_API_URL=file:key.txt"]].concat());
    ran.status(0).says("1 of 1 service").prints("every serving task").never_says("rotated.blockbit.com");
    let again = project.run(&[&rotate[..], &["--set", "NEXT_PUBLIC_API_URL=file:key.txt"]].concat());
    again.status(0).says("nothing to do");
    let world = project.read("state/sandbox.json").unwrap();
    assert!(world.contains("https://rotated.blockbit.com\\"), "the new value is kept");
    assert!(world.contains("https://api.blockbit.com/api"), "the other key is as it was");
}

/// A second rollback in the same night would leave what works.
#[test]
fn after_ecs_went_back_by_itself_there_is_nothing_to_roll_back() {
    let project = Project::new().file("night.toml", include_str!("../../scenarios/bad_image.toml"));
    project.run(&["deploy", "--sandbox", "--image", IMAGE, "--scenario", "night.toml"]).status(3);
    let back = project.run(&["rollback", "--sandbox"]);
    back.status(0).says("was rolled back already and nest-wallet-task:41 serves").says("--steps 1");
    project.run(&["rollback", "--sandbox", "--steps", "1"]).status(0).prints("as nest-wallet-task:40 was");
}

/// One of each read, one register, one update, then at most two a poll.
#[test]
fn a_healthy_deploy_makes_few_calls() {
    let project = Project::new();
    let run = project.run(&["deploy", "--sandbox", "--image", IMAGE, "--output", "json"]).json()["run"].clone();
    let story = project.run(&["show", run.as_str().expect("a name"), "--output", "json"]).json();
    let moments = story["moments"].as_array().expect("a list");
    let mut calls = std::collections::BTreeMap::<String, i64>::new();
    for call in moments.iter().filter(|moment| moment["kind"] == "call") {
        let name = call["operation"].as_str().expect("a name").to_owned();
        *calls.entry(name).or_default() += call["times"].as_i64().expect("a count");
    }
    let polls = moments.iter().filter(|moment| moment["kind"] == "sleep").count() as i64;
    assert!(polls > 5, "{story:#}");
    let once = [
        "sts GetCallerIdentity",
        "ecs DescribeTaskDefinition",
        "ecs ListTaskDefinitions",
        "ecr DescribeImages",
        "secretsmanager DescribeSecret",
        "ecs RegisterTaskDefinition",
        "ecs UpdateService",
        "ecs ListServiceDeployments",
        "ecs DescribeServiceRevisions",
    ];
    for name in once {
        assert_eq!(calls.remove(name), Some(1), "{name}");
    }
    // The first look, and one after each wait.
    assert_eq!(calls.remove("ecs DescribeServices"), Some(polls + 2));
    assert_eq!(calls.remove("ecs DescribeServiceDeployments"), Some(polls + 1));
    assert!(calls.is_empty(), "and no others: {calls:?}");
}

#[test]
fn the_evidence_has_the_health_of_the_targets() {
    let scenario = "[[fault]]\nkind = \"unhealthy\"\ncheck = \"target\"\nimage = \"*:v58\"\n";
    let project = Project::new().file("sick.toml", scenario);
    let deploy = ["deploy", "--sandbox", "--image", IMAGE, "--scenario", "sick.toml", "--timeout", "2m", "--output", "json"];
    let document = project.run(&deploy).json();
    let targets = document["findings"]["evidence"]["targets"].as_array().expect("a list");
    let sick = |target: &&serde_json::Value| target["reason"] == "Target.FailedHealthChecks" && target["state"] == "unhealthy";
    assert!(targets.iter().any(|target| sick(&target)), "{targets:?}");
    assert!(targets.iter().all(|target| target["state"] != "healthy"), "{targets:?}");
    let denied = format!("{scenario}[[fault]]\nkind = \"access-denied\"\noperation = \"elbv2:DescribeTargetHealth\"\n");
    let project = Project::new().file("sick.toml", &denied);
    let document = project.run(&deploy).json();
    let unchecked = document["findings"]["evidence"]["unchecked"].to_string();
    assert!(unchecked.contains("the health of the targets (AccessDenied"), "{unchecked}");
}
