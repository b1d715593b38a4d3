//! E87 to E89 and E97 to E99: every sentence that a service and its tasks say, to the letter.

use std::collections::BTreeSet;

use rollbook::map;
use rollbook::sim::Scenario;
use rollbook::value::Value;

use super::stage::{CLUSTER, SERVICE, Stage, text};

const APP: &str = "nest-wallet-container";

/// Ids and names that differ from run to run, each by one letter.
fn mask(message: &str) -> String {
    let is_task = |word: &str| word.len() == 32 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = message.split_inclusive(['(', ')', ' ', ',', '.']);
    words
        .map(|word| {
            let bare = word.trim_end_matches([')', ' ', ',', '.']);
            let short = match bare {
                id if is_task(id) => "T",
                id if id.starts_with("ecs-svc/") => "D",
                id if id.starts_with("arn:aws:elasticloadbalancing:") => "G",
                other => other,
            };
            word.replacen(bare, short, 1)
        })
        .collect()
}

/// The guide's service, to whose new tasks this happens.
fn struck(kind: &str, rest: &str) -> Stage {
    let mut stage = Stage::new();
    let fault = format!("[[fault]]\nkind = \"{kind}\"\nfamily = \"nest-wallet-task\"\n{rest}\n");
    stage.sim.play(Scenario::parse(&fault).unwrap_or_else(|error| panic!("{error}")));
    stage
}

/// Whole messages, with the prefix that every one has.
fn told(stage: &mut Stage) -> BTreeSet<String> {
    stage.service().items("events").iter().map(|event| mask(&text(event, "message"))).collect()
}

fn assert_told(stage: &mut Stage, expected: &[&str]) {
    let told = told(stage);
    for message in expected {
        assert!(told.contains(*message), "{message} is not among {told:#?}");
    }
}

/// E87 Every event begins with the service, and these are its words.
#[test]
fn e87_events() {
    let mut stage = Stage::new();
    stage.update("desiredCount", 1);
    stage.wait(100);
    stage.update("desiredCount", 2);
    stage.wait(100);
    stage.update("forceNewDeployment", true);
    stage.wait(15);
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(300);
    assert_told(
        &mut stage,
        &[
            "(service nest-wallet-service) has reached a steady state.",
            "(service nest-wallet-service) has started 2 tasks: (task T) (task T).",
            "(service nest-wallet-service) stopped 2 pending tasks.",
            "(service nest-wallet-service) has stopped 1 running tasks: (task T).",
            "(service nest-wallet-service) registered 1 targets in (target-group G)",
            "(service nest-wallet-service) deregistered 1 targets in (target-group G)",
            "(service nest-wallet-service, taskSet D) has begun draining connections on 1 tasks.",
            "(service nest-wallet-service) (deployment D) deployment completed.",
        ],
    );
    let mut stage = struck("unhealthy", "check = \"target\"");
    stage.update("forceNewDeployment", true);
    stage.wait(600);
    assert_told(
        &mut stage,
        &[
            "(service nest-wallet-service) (task T) (port 3000) is unhealthy in (target-group G) due to (reason Health checks failed).",
            "(service nest-wallet-service) (deployment D) deployment failed: tasks failed to start.",
            "(service nest-wallet-service) rolling back to deployment D.",
        ],
    );
    let mut stage = struck("no-capacity", "");
    stage.update("forceNewDeployment", true);
    stage.wait(60);
    let reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone.";
    assert_told(&mut stage, &[&format!("(service {SERVICE}) was unable to place a task. Reason: {reason}")]);
}

/// E88 A service whose settings or tasks let nothing happen says so in these words.
#[test]
fn e88_events_of_a_service_that_cannot() {
    let mut stage = struck("secret-key-missing", "");
    stage.update(
        "deploymentConfiguration",
        map! { "deploymentCircuitBreaker" => map! { "enable" => false, "rollback" => false } },
    );
    stage.update("forceNewDeployment", true);
    stage.wait(1800);
    assert_told(&mut stage, &["(service nest-wallet-service) is unable to consistently start tasks successfully."]);
    let mut stage = Stage::new();
    stage.update("deploymentConfiguration", map! { "minimumHealthyPercent" => 100, "maximumPercent" => 125 });
    stage.update("forceNewDeployment", true);
    stage.wait(60);
    let stuck = "was unable to stop or start tasks during a deployment because of the service deployment configuration. \
                 Update the minimumHealthyPercent or maximumPercent value and try again.";
    assert_told(&mut stage, &[&format!("(service {SERVICE}) {stuck}")]);
}

/// E89 A task that has stopped says why in these words, with the code of its cause.
#[test]
fn e89_stopped_reasons() {
    let image = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v41";
    let pull = format!("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {image}");
    let secret = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: \
                  unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets \
                  Manager did not contain json key NEXT_PUBLIC_API_URL";
    for (kind, rest, code, reason) in [
        ("image-cannot-be-pulled", "", "TaskFailedToStart", pull.as_str()),
        ("secret-key-missing", "", "TaskFailedToStart", secret),
        ("crash", "", "EssentialContainerExited", "Essential container in task exited"),
        (
            "unhealthy",
            "check = \"target\"",
            "ServiceSchedulerInitiated",
            "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:",
        ),
    ] {
        let mut stage = struck(kind, &format!("container = \"{APP}\"\ntimes = 2\n{rest}"));
        stage.update("forceNewDeployment", true);
        stage.wait(400);
        let stopped = stage.tasks("STOPPED");
        let named = |task: &&Value| text(task, "stoppedReason").starts_with(reason) && text(task, "stopCode") == code;
        assert_eq!(stopped.iter().filter(named).count(), 2, "{kind}: {stopped:#?}");
    }
}

/// E97 A task that is no longer needed names the deployment that it belonged
/// to, and can be seen for an hour after it stopped.
#[test]
fn e97_scaling_activity() {
    let mut stage = Stage::new();
    stage.update("forceNewDeployment", true);
    stage.wait(240);
    let stopped = stage.tasks("STOPPED");
    assert_eq!(stopped.len(), 2);
    for task in &stopped {
        let deployment = text(task, "startedBy");
        assert!(deployment.starts_with("ecs-svc/"), "{deployment}");
        assert_eq!(text(task, "stoppedReason"), format!("Scaling activity initiated by (deployment {deployment})"));
        assert_eq!(text(task, "stopCode"), "ServiceSchedulerInitiated");
    }
    stage.wait(3400);
    assert_eq!(stage.tasks("STOPPED").len(), 2);
    stage.wait(300);
    assert_eq!(stage.tasks("STOPPED").len(), 0);
}

/// E98 A deployment says how far it is in these words.
#[test]
fn e98_rollout_state_reasons() {
    let mut stage = Stage::new();
    let answer = stage.update("forceNewDeployment", true);
    let id = text(&answer.items("deployments")[0], "id");
    let reason = |stage: &mut Stage| text(&stage.deployments()[0], "rolloutStateReason");
    assert_eq!(reason(&mut stage), format!("ECS deployment {id} in progress."));
    stage.wait(240);
    assert_eq!(reason(&mut stage), format!("ECS deployment {id} completed."));
}

/// E99 A task passes through its states in this order, and none is left out.
#[test]
fn e99_states() {
    let mut stage = Stage::new();
    stage.update("desiredCount", 3);
    let mut seen: Vec<String> = vec![];
    let mut arn = None;
    let look = |stage: &mut Stage, arn: &mut Option<String>, seen: &mut Vec<String>| {
        let newest = |tasks: Vec<Value>| tasks.into_iter().find(|task| text(task, "lastStatus") == "PROVISIONING");
        if arn.is_none() {
            *arn = newest(stage.tasks("RUNNING")).map(|task| text(&task, "taskArn"));
        }
        let Some(arn) = arn else { return };
        let answer = stage.ask("describe_tasks", map! { "cluster" => CLUSTER, "tasks" => vec![arn.as_str()] });
        let status = text(&answer.items("tasks")[0], "lastStatus");
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    };
    for _ in 0..120 {
        stage.wait(1);
        look(&mut stage, &mut arn, &mut seen);
    }
    let task = arn.clone().expect("a third task");
    stage.ask("stop_task", map! { "cluster" => CLUSTER, "task" => task });
    for _ in 0..120 {
        stage.wait(1);
        look(&mut stage, &mut arn, &mut seen);
    }
    let whole = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"];
    assert_eq!(seen, whole);
}
