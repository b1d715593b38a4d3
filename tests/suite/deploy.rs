//! The main job: a rolling deploy of the guide's project on the sandbox.

use crate::harness::Project;

const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";

#[test]
fn a_deploy_shows_its_steps_the_counts_and_what_ecs_reported() {
    let project = Project::new();
    let ran = project.run(&["run", "deploy", "--sandbox", "--image", IMAGE]);
    ran.status(0).says("SANDBOX").says("Look at what runs now").says("nest-wallet-task:42").says("new 0/2 · old 2");
    ran.says("new 2/2 · old 0").says("ECS reports COMPLETED").says("has reached a steady state");
    ran.prints("SANDBOX\n").prints("nest-wallet-service runs nest-wallet-task:42, 2/2 running");
    insta::assert_snapshot!("deploy", without_run_id(&ran.stderr));
}

#[test]
fn the_short_form_is_the_same_command() {
    let long = Project::new().run(&["run", "deploy", "--sandbox", "--image", IMAGE]);
    let short = Project::new().run(&["deploy", "--sandbox", "--image", IMAGE]);
    assert_eq!(without_run_id(&long.stderr), without_run_id(&short.stderr));
    assert_eq!(long.stdout, short.stdout);
}

#[test]
fn the_sandbox_goes_on_where_the_last_command_left_off() {
    let project = Project::new();
    project.run(&["deploy", "--sandbox", "--image", IMAGE]).status(0);
    project.run(&["status", "--sandbox"]).status(0).prints("nest-wallet-task:42").prints(IMAGE);
    project.run(&["sandbox", "reset"]).status(0).prints("SANDBOX starts over");
    project.run(&["status", "--sandbox"]).status(0).prints("nest-wallet-task:41").never_says(IMAGE);
}

#[test]
fn an_image_that_runs_already_changes_nothing() {
    let project = Project::new();
    project.run(&["deploy", "--sandbox", "--image", IMAGE]).status(0);
    project.run(&["deploy", "--sandbox", "--image", IMAGE]).status(0).says("nothing to do").never_says("nest-wallet-task:43");
}

#[test]
fn a_container_can_be_named_and_must_exist() {
    let project = Project::new();
    let arguments = ["deploy", "--sandbox", "--image", "router:2", "--container", "log-router"];
    project.run(&arguments).status(0).says("containerDefinitions[log-router].image");
    let wrong = ["deploy", "--sandbox", "--image", "router:3", "--container", "log-ruoter"];
    project.run(&wrong).status(1).says("there is no container log-ruoter").never_says("nest-wallet-task:43");
}

#[test]
fn without_a_container_an_unknown_repository_is_refused() {
    let ran = Project::new().run(&["deploy", "--sandbox", "--image", "elsewhere/thing:1"]);
    ran.status(1).says("none of the containers").says("--container").prints_nothing();
}

#[test]
fn json_is_one_document_that_says_sandbox() {
    let project = Project::new();
    let json = project.run(&["deploy", "--sandbox", "--image", IMAGE, "--output", "json"]).json();
    assert_eq!(json["world"], "SANDBOX");
    assert_eq!(json["verdict"], "succeeded");
    assert_eq!(json["exit_code"], 0);
    assert_eq!(json["account"], "123456789012");
    assert_eq!(json["printed"][0], "nest-wallet-service runs nest-wallet-task:42, 2/2 running");
    assert_eq!(json["result"]["revision"], "nest-wallet-task:42");
    assert_eq!((&json["result"]["running"], &json["result"]["desired"]), (&2.into(), &2.into()));
}

#[test]
fn a_timeout_says_that_ecs_goes_on() {
    let ran = Project::new().run(&["deploy", "--sandbox", "--image", IMAGE, "--timeout", "20s"]);
    ran.status(5).says("timed out").says("still rolling out after 20s").says("exit 5");
}

#[test]
fn a_second_deploy_into_a_rollout_is_refused_before_it_writes() {
    let project = Project::new();
    project.run(&["deploy", "--sandbox", "--image", IMAGE, "--timeout", "20s"]).status(5);
    let ran = project.run(&["deploy", "--sandbox", "--image", &IMAGE.replace("v42", "v43")]);
    ran.status(6).says("is under way").never_says("nest-wallet-task:43");
}

#[test]
fn status_shows_what_runs() {
    let ran = Project::new().run(&["status", "--sandbox", "--events", "1"]);
    ran.status(0);
    insta::assert_snapshot!("status", ran.stdout);
}

/// Run ids are random.
pub fn without_run_id(text: &str) -> String {
    let run = text.split_once(" · run ").map(|(_, rest)| rest.split([' ', '\n']).next().unwrap_or_default().to_owned());
    match run {
        Some(run) if run.len() >= 4 => text.trim_end().replace(&run, "____"),
        _ => text.trim_end().to_owned(),
    }
}

#[test]
fn a_service_at_zero_is_deployed_with_a_warning() {
    let project = Project::new().runbook(
        "zero",
        "\"ecs:UpdateService\"",
        "ecs::update_service(#{ cluster: env.cluster, service: env.service, desiredCount: 0 }); sleep(300)",
    );
    project.run(&["run", "zero", "--sandbox"]).status(0);
    let ran = project.run(&["deploy", "--sandbox", "--image", IMAGE]);
    ran.status(0).says("is scaled to zero").prints("0/0 running");
}
