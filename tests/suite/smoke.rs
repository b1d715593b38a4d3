//! `deploy --smoke-test`: a deployment that nobody can use is a failed one.

use crate::harness::Project;

const DEPLOY: &[&str] = &[
    "deploy",
    "--sandbox",
    "--image",
    "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42",
    "--smoke-test",
    "https://wallet.example.com/health",
];

fn broken(times: &str) -> Project {
    let scenario = format!("[[fault]]\nkind = \"server-error\"\noperation = \"http:GET\"\n{times}");
    Project::new().file("broken.toml", &scenario)
}

fn deploy(project: &Project, more: &[&str]) -> crate::harness::Ran {
    project.run(&[DEPLOY, more].concat())
}

#[test]
fn a_service_that_answers_is_a_success() {
    deploy(&Project::new(), &[]).status(0).says("https://wallet.example.com/health answers HTTP 200").prints("2/2 running");
    let later = deploy(&broken("times = 5\n"), &["--scenario", "broken.toml"]);
    later.status(0).says("health: HTTP 500: SANDBOX (5 of 6)").says("health answers HTTP 200");
}

#[test]
fn a_service_that_never_answers_is_a_failed_deployment_with_its_cause() {
    let project = broken("");
    let ran = deploy(&project, &["--scenario", "broken.toml"]);
    ran.status(10)
        .says("deployment failed after 1m55s · nest-wallet-task:42 runs, and the smoke test failed: HTTP 500: SANDBOX")
        .says("Cause   https://wallet.example.com/health never answered 2xx")
        .says("HTTP 500: SANDBOX (6 times)")
        .says("Next    curl -i https://wallet.example.com/health")
        .prints_nothing();
    project.run(&["status", "--sandbox"]).status(0).prints("nest-wallet-task:42");
}

#[test]
fn a_deployment_that_fails_its_smoke_test_is_taken_back_when_asked() {
    let project = broken("");
    let ran = deploy(&project, &["--scenario", "broken.toml", "--on-failure", "rollback"]);
    ran.status(3)
        .says("rolling back to nest-wallet-task:41")
        .says("nest-wallet-task:41 serves again instead of nest-wallet-task:42");
    project.run(&["status", "--sandbox"]).status(0).prints("nest-wallet-task:41");
}

#[test]
fn there_is_nothing_to_take_a_restart_back_to() {
    let project = broken("");
    let image = DEPLOY[3].replace("v42", "v41");
    let restart = ["deploy", "--sandbox", "--image", &image, "--force", DEPLOY[4], DEPLOY[5], "--scenario", "broken.toml"];
    project.run(&[&restart[..], &["--on-failure", "rollback"]].concat()).status(10).says("the smoke test failed");
}

#[test]
fn a_smoke_test_that_cannot_be_made_is_refused_before_anything_is_done() {
    let project = Project::new();
    let refused = |more: &[&str], why: &str| {
        let ran = project.run(&[&DEPLOY[..4], more].concat());
        ran.status(1).says(why).never_says("Register");
    };
    refused(&["--smoke-test", "wallet.example.com"], "--smoke-test is a URL that begins with https:// or http://");
    refused(&["--smoke-test", "http://a", "--no-wait"], "--smoke-test needs somebody who waits");
}
