//! E60 to E69: service deployments, their states, and stopping them.

use rollbook::map;
use rollbook::value::Value;

use super::stage::{CLUSTER, SERVICE, Stage, int, text, time};

const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v41";

fn statuses(stage: &mut Stage) -> Vec<String> {
    stage.rollouts().iter().map(|rollout| text(rollout, "status")).collect()
}

fn stop(rollout: &Value, kind: Option<&str>) -> Value {
    let arn = text(rollout, "serviceDeploymentArn");
    match kind {
        Some(kind) => map! { "serviceDeploymentArn" => arn, "stopType" => kind },
        None => map! { "serviceDeploymentArn" => arn },
    }
}

/// A service that deploys revision 40 and has come to its middle.
fn deploying() -> Stage {
    let mut stage = Stage::new();
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(45);
    stage
}

/// E60 A deployment that ends well is PENDING, IN_PROGRESS and SUCCESSFUL, with
/// the moments of each.
#[test]
fn e60_the_states_of_success() {
    let mut stage = Stage::new();
    stage.update("forceNewDeployment", true);
    let mut seen = vec![];
    for _ in 0..200 {
        let status = statuses(&mut stage)[0].clone();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        stage.wait(1);
    }
    assert_eq!(seen, ["PENDING", "IN_PROGRESS", "SUCCESSFUL"]);
    let rollout = stage.rollout();
    assert!(time(&rollout, "createdAt") < time(&rollout, "startedAt"));
    assert!(time(&rollout, "startedAt") < time(&rollout, "finishedAt"));
    assert!(rollout.get("stoppedAt").is_none() && rollout.get("statusReason").is_none() && rollout.get("rollback").is_none());
    let breaker = rollout.get("deploymentCircuitBreaker").unwrap();
    assert_eq!((text(breaker, "status"), int(breaker, "failureCount")), ("MONITORING_COMPLETE".into(), 0));
    assert_eq!(text(rollout.get("alarms").unwrap(), "status"), "DISABLED");
}

/// E61 A new deployment stops the one under way: STOP_REQUESTED, then STOPPED.
#[test]
fn e61_superseded() {
    let mut stage = deploying();
    stage.update("taskDefinition", "nest-wallet-task:39");
    assert_eq!(statuses(&mut stage)[..2], ["PENDING", "STOP_REQUESTED"]);
    stage.wait(10);
    assert_eq!(statuses(&mut stage)[..2], ["IN_PROGRESS", "STOPPED"]);
    let stopped = stage.rollouts()[1].clone();
    assert_eq!(time(&stopped, "stoppedAt"), time(&stopped, "finishedAt"));
    stage.wait(300);
    assert_eq!(statuses(&mut stage)[..2], ["SUCCESSFUL", "STOPPED"]);
}

/// E62 Stopping a deployment rolls it back, rollback configured or not: back to
/// the revision before, which serves under the id it had.
#[test]
fn e62_stopped_with_a_rollback() {
    let mut stage = Stage::new();
    let breaker = map! { "enable" => false, "rollback" => false };
    stage.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
    let good = text(&stage.deployments()[0], "id");
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(45);
    let source = text(&stage.rollout().items("sourceServiceRevisions")[0], "arn");
    let rollout = stage.rollout();
    let answer = stage.ask("stop_service_deployment", stop(&rollout, None));
    assert_eq!(answer.text("serviceDeploymentArn"), rollout.text("serviceDeploymentArn"));
    assert_eq!(statuses(&mut stage)[0], "ROLLBACK_REQUESTED");
    stage.wait(10);
    assert_eq!(statuses(&mut stage)[0], "ROLLBACK_IN_PROGRESS");
    let rollback = stage.rollout().get("rollback").cloned().unwrap();
    assert_eq!(text(&rollback, "serviceRevisionArn"), source);
    stage.wait(200);
    let rollout = stage.rollout();
    assert_eq!((text(&rollout, "status"), rollout.get("finishedAt").is_some()), ("ROLLBACK_SUCCESSFUL".into(), true));
    let service = stage.service();
    assert!(text(&service, "taskDefinition").ends_with(":41"));
    let [deployment] = service.items("deployments") else { panic!("{service:?}") };
    assert_eq!((text(deployment, "id"), text(deployment, "rolloutState")), (good, "COMPLETED".into()));
    assert!(stage.tasks("RUNNING").iter().all(|task| text(task, "taskDefinitionArn").ends_with(":41")));
    assert!(stage.says("rolling back to deployment ecs-svc/") && !stage.says("deployment failed"));
}

/// E63 Aborting stops where it is: nothing new starts, nothing is rolled back.
#[test]
fn e63_aborted() {
    let mut stage = Stage::new();
    stage.update("taskDefinition", "nest-wallet-task:40");
    let rollout = stage.rollout();
    stage.ask("stop_service_deployment", stop(&rollout, Some("ABORT")));
    assert_eq!(statuses(&mut stage)[0], "STOP_REQUESTED");
    stage.wait(600);
    let rollout = stage.rollout();
    assert_eq!((text(&rollout, "status"), rollout.get("stoppedAt").is_some()), ("STOPPED".into(), true));
    assert_eq!(stage.said(), []);
    assert!(stage.tasks("RUNNING").iter().all(|task| text(task, "taskDefinitionArn").ends_with(":41")));
    assert!(text(&stage.service(), "taskDefinition").ends_with(":40"));
    stage.update("taskDefinition", "nest-wallet-task:39");
    stage.wait(300);
    assert_eq!(statuses(&mut stage)[0], "SUCCESSFUL");
}

/// E64 Only what is under way can be stopped, and only what is there.
#[test]
fn e64_refusals() {
    let mut stage = Stage::new();
    let over = stage.rollout();
    stage.refuses("stop_service_deployment", stop(&over, None), "ConflictException", "SUCCESSFUL");
    let mut stage = deploying();
    let rollout = stage.rollout();
    stage.ask("stop_service_deployment", stop(&rollout, None));
    stage.refuses("stop_service_deployment", stop(&rollout, None), "ConflictException", "ROLLBACK_REQUESTED");
    let unknown = rollout.text("serviceDeploymentArn").unwrap().rsplit_once('/').unwrap().0.to_owned() + "/unknown";
    let request = map! { "serviceDeploymentArn" => unknown };
    let message = "Service deployment not found.";
    stage.refuses("stop_service_deployment", request, "ServiceDeploymentNotFoundException", message);
}

/// E65 A tag is resolved once for each service deployment: a moved tag changes
/// what the next one runs, and nothing before.
#[test]
fn e65_a_moved_tag() {
    let digests = |stage: &mut Stage| {
        let tasks = stage.tasks("RUNNING");
        tasks.iter().map(|task| text(&task.items("containers")[0], "imageDigest")).collect::<Vec<_>>()
    };
    let revision = |stage: &mut Stage| {
        let arn = text(stage.rollout().get("targetServiceRevision").unwrap(), "arn");
        let answer = stage.ask("describe_service_revisions", map! { "serviceRevisionArns" => vec![arn] });
        text(&answer.items("serviceRevisions")[0].items("containerImages")[0], "imageDigest")
    };
    let mut stage = Stage::new();
    let before = digests(&mut stage)[0].clone();
    assert_eq!(revision(&mut stage), before);
    let moved = format!("sha256:{}", "ab".repeat(32));
    stage.sim.move_tag(IMAGE, &moved);
    stage.update("desiredCount", 4);
    stage.wait(120);
    assert_eq!(digests(&mut stage), vec![before.clone(); 4]);
    stage.update("forceNewDeployment", true);
    stage.wait(200);
    assert_eq!((digests(&mut stage), revision(&mut stage)), (vec![moved.clone(); 4], moved));
}

/// E66 What is rolled back runs the digests that its revision was resolved to.
#[test]
fn e66_a_rollback_keeps_its_digests() {
    let mut stage = Stage::new();
    let before = text(&stage.tasks("RUNNING")[0].items("containers")[0], "imageDigest");
    stage.sim.move_tag(IMAGE, &format!("sha256:{}", "cd".repeat(32)));
    stage.update("deploymentConfiguration", map! { "bakeTimeInMinutes" => 30 });
    stage.update("forceNewDeployment", true);
    stage.wait(300);
    assert_ne!(text(&stage.tasks("RUNNING")[0].items("containers")[0], "imageDigest"), before);
    let rollout = stage.rollout();
    stage.ask("stop_service_deployment", stop(&rollout, None));
    stage.wait(400);
    assert_eq!(statuses(&mut stage)[0], "ROLLBACK_SUCCESSFUL");
    let digests: Vec<String> =
        stage.tasks("RUNNING").iter().map(|task| text(&task.items("containers")[0], "imageDigest")).collect();
    assert_eq!(digests, [before.clone(), before]);
}

/// E67 A new deployment during a rollback takes its place.
#[test]
fn e67_a_deployment_during_a_rollback() {
    let mut stage = deploying();
    let rollout = stage.rollout();
    stage.ask("stop_service_deployment", stop(&rollout, None));
    stage.wait(15);
    stage.update("taskDefinition", "nest-wallet-task:39");
    stage.wait(300);
    assert_eq!(statuses(&mut stage)[..2], ["SUCCESSFUL", "STOPPED"]);
    assert!(text(&stage.service(), "taskDefinition").ends_with(":39"));
}

/// E68 Service deployments are remembered for 90 days.
#[test]
fn e68_ninety_days() {
    let mut stage = Stage::new();
    for _ in 0..3 {
        stage.update("forceNewDeployment", true);
        stage.wait(45 * 24 * 3600);
    }
    let before = stage.rollouts().len();
    assert_eq!(before, 3, "the two that made the world are older");
    stage.update("forceNewDeployment", true);
    assert_eq!(stage.rollouts().len(), 3);
    let request = map! { "cluster" => CLUSTER, "service" => SERVICE, "status" => vec!["PENDING"] };
    assert_eq!(stage.ask("list_service_deployments", request).items("serviceDeployments").len(), 1);
}

/// E69 A service deployment keeps the settings it ended with.
#[test]
fn e69_later_settings_are_not_its_own() {
    let mut stage = deploying();
    stage.wait(200);
    let before = stage.rollout();
    stage.update("deploymentConfiguration", map! { "maximumPercent" => 150 });
    stage.update("desiredCount", 40);
    let after = stage.rollout();
    for name in ["deploymentConfiguration", "deploymentCircuitBreaker", "alarms"] {
        assert_eq!(before.get(name), after.get(name), "{name}");
    }
}
