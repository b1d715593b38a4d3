//! Going back, stopping, waiting and restarting, as an operator types them.

use rollbook::sim::Sim;

use super::rows::IMAGE;
use crate::harness::{Project, Ran};

const DEPLOY: &[&str] = &["deploy", "--sandbox", "--image", IMAGE];
const HEADER: &str = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", permits: [\"ecs:*\"] };\n";

fn image(tag: &str) -> String {
    IMAGE.replace("v58", tag)
}

fn deploy(project: &Project, tag: &str) -> Ran {
    project.run(&["deploy", "--sandbox", "--image", &image(tag)])
}

/// Runs a few lines as a runbook of their own.
fn script(project: &Project, body: &str) -> Ran {
    project.write("rollbook.toml", "");
    let permits = "[\"ecs:UpdateService\", \"ecs:DeregisterTaskDefinition\"]";
    project.write("runbooks/by_hand.rhai", &format!("{}{body}", HEADER.replace("[\"ecs:*\"]", permits)));
    let ran = project.run(&["by_hand", "--sandbox"]);
    ran.status(0);
    ran
}

/// Somebody pushes another image under the same tag.
fn push(project: &Project, tag: &str, digest: &str) {
    let mut sim = Sim::from_json(&project.read("state/sandbox.json").expect("a world")).expect("a world");
    sim.move_tag(&image(tag), digest);
    project.write("state/sandbox.json", &sim.to_json());
}

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

#[test]
fn a_deployment_that_fails_for_ever_is_stopped_to_go_back() {
    let project = Project::new().file("night.toml", include_str!("../../scenarios/bad_image.toml"));
    script(
        &project,
        "ecs::update_service(#{ cluster: env.cluster, service: env.service, deploymentConfiguration: #{ \
         deploymentCircuitBreaker: #{ enable: false, rollback: false } } });",
    );
    project.run(&[DEPLOY, &["--scenario", "night.toml"]].concat()).status(10).says("no circuit breaker ends it");
    let back = project.run(&["rollback", "--sandbox"]);
    back.status(0).says("stop the deployment of nest-wallet-task:42").says("nest-wallet-task:41 serves, 2/2 running");
    project.run(&["wait", "--sandbox"]).status(9).says("somebody stopped nest-wallet-task:42 and had it rolled back");
    project.run(&["rollback", "--sandbox"]).status(0).says("nothing to do").never_says("nest-wallet-task:43");
}

#[test]
fn a_tag_that_was_pushed_anew_goes_back_by_digest() {
    let project = Project::new();
    deploy(&project, "v42").status(0);
    push(&project, "v41", &digest('a'));
    let back = project.run(&["rollback", "--sandbox"]);
    back.status(0).says("nest-wallet@sha256:").never_says(&digest('a'));
    back.prints("again, as nest-wallet-task:41 was");
    // The same tag, still naming what ran then, is kept as it is.
    let project = Project::new();
    deploy(&project, "v42").status(0);
    project.run(&["rollback", "--sandbox"]).status(0).says("nest-wallet:v42 → …/nest-wallet:v41");
}

#[test]
fn an_inactive_revision_and_an_unknown_image_have_their_ways_out() {
    let project = Project::new();
    project.run(&["rollback", "--sandbox", "--to", "38"]).status(6).says("nobody knows which image").says("--accept-tag");
    project.run(&["rollback", "--sandbox", "--to", "38", "--accept-tag"]).status(0).says("is taken by its tag");
    deploy(&project, "v43").status(0);
    script(&project, "ecs::deregister_task_definition(#{ taskDefinition: \"nest-wallet-task:41\" });");
    let refused = project.run(&["rollback", "--sandbox", "--to", "41"]);
    refused.status(6).says("nest-wallet-task:41 is INACTIVE").says("--copy registers the same content");
    project.run(&["rollback", "--sandbox", "--to", "41", "--copy"]).status(0).prints("as nest-wallet-task:41 was");
    project.run(&["rollback", "--sandbox", "--to", "999"]).status(1).says("nest-wallet-task:999 cannot be read");
    project.run(&["rollback", "--sandbox", "--steps", "0"]).status(1).says("--steps counts back");
}

#[test]
fn waiting_gives_the_verdict_of_somebody_elses_deployment() {
    let project = Project::new().file("night.toml", include_str!("../../scenarios/crash_loop.toml"));
    let started = project.run(&["deploy", "--sandbox", "--image", &image("v42"), "--no-wait"]);
    started.status(0).says("to wait for it: rollbook wait --sandbox --deployment ecs-svc/");
    project.run(&["wait", "--sandbox", "--timeout", "20s"]).status(5).says("still rolling out");
    project.run(&["wait", "--sandbox"]).status(0).prints("nest-wallet-service runs nest-wallet-task:42, 2/2 running");
    project.run(&[DEPLOY, &["--scenario", "night.toml", "--timeout", "1m"]].concat()).status(5);
    project.run(&["wait", "--sandbox", "--deployment", "ecs-svc/1"]).status(1).says("has no deployment ecs-svc/1; it has");
    let ended = project.run(&["wait", "--sandbox"]);
    assert!(
        [0, 3].contains(&ended.status),
        "the doomed tasks of the first minute may not be enough to trip the breaker\n{ended}"
    );
}

#[test]
fn a_restart_says_when_a_tag_names_another_image_by_now() {
    let project = Project::new();
    project.run(&["restart", "--sandbox"]).status(0).never_says("is another image now");
    push(&project, "v41", &digest('b'));
    let ran = project.run(&["restart", "--sandbox"]);
    ran.status(0).says("nest-wallet-container: nest-wallet:v41 is another image now").says("→ sha256:bbbb");
}

#[test]
fn a_deploy_under_way_is_left_alone_unless_it_may_be_superseded() {
    let project = Project::new();
    project.run(&["deploy", "--sandbox", "--image", &image("v42"), "--no-wait"]).status(0);
    deploy(&project, "v43").status(6).says("is under way").never_says("nest-wallet-task:43");
    let taken = project.run(&["deploy", "--sandbox", "--image", &image("v43"), "--supersede"]);
    taken.status(0).says("will be superseded").prints("nest-wallet-task:43, 2/2 running");
    deploy(&project, "v43").status(0).says("nothing to do");
    project.run(&["deploy", "--sandbox", "--image", &image("v43"), "--force"]).status(0).prints("2/2 running");
    project.run(&["stop-deployment", "--sandbox"]).status(0).says("nothing to do");
}

#[test]
fn settings_and_whole_definitions_are_deployed_too() {
    let project = Project::new();
    let secret = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:nope-AbCdEf:K::";
    let set = project.run(&["deploy", "--sandbox", "--variable", "LEVEL=debug", "--container", "nest-wallet-container"]);
    set.status(0).says("LEVEL").never_says("debug");
    project
        .run(&["deploy", "--sandbox", "--secret", &format!("K={secret}"), "--container", "nest-wallet-container"])
        .status(1)
        .says("a secret that does not exist");
    project.run(&["deploy", "--sandbox", "--variable", "nonsense"]).status(2).says("given as KEY=").never_says("nonsense");
    let body =
        "print(json::text(ecs::describe_task_definition(#{ taskDefinition: \"nest-wallet-task\" }).taskDefinition.family))";
    script(&project, body).prints("nest-wallet-task");
    project.write("definition.json", r#"{"family": "other", "containerDefinitions": []}"#);
    project.run(&["deploy", "--sandbox", "--task-definition", "definition.json"]).status(1).says("of the family other");
    let both = project.run(&["deploy", "--sandbox", "--task-definition", "definition.json", "--image", IMAGE]);
    both.status(1).says("brings the whole definition");
    let whole = r#"{"family": "nest-wallet-task", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "1024",
        "executionRoleArn": "arn:aws:iam::123456789012:role/nest-wallet-execution-role",
        "containerDefinitions": [{"name": "nest-wallet-container", "essential": true, "portMappings": [{"containerPort": 3000}],
        "image": "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v50"}]}"#;
    project.write("definition.json", whole);
    let ran = project.run(&["deploy", "--sandbox", "--task-definition", "definition.json"]);
    ran.status(0).says("512 → 1024").says("nest-wallet:v41 → …/nest-wallet:v50");
    project.write("definition.json", &whole.replace("1024", "768"));
    project.run(&["deploy", "--sandbox", "--task-definition", "definition.json"]).status(1).says("Fargate has no task of");
}
