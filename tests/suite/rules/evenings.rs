//! E115 to E122 and what goes with them: what several parts of the simulator do together, as somebody
//! who operates a service comes to see it.

use rollbook::api::{AwsError, Failure};
use rollbook::map;
use rollbook::sim::Scenario;
use rollbook::value::Value;

use super::stage::{CLUSTER, SERVICE, Stage, int, text, time};

const SECRET: &str = "nest-wallet-prod-secrets";

fn secrets(stage: &mut Stage, method: &str, request: Value) -> Value {
    stage.send("secretsmanager", method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
}

/// What the published waiter `services_stable` looks at, and all it looks at.
fn is_stable(stage: &mut Stage) -> bool {
    let service = stage.service();
    service.items("deployments").len() == 1 && int(&service, "runningCount") == int(&service, "desiredCount")
}

/// E115 A secret is read when a task starts and never again: a value that lacks
/// a key harms no task that runs, and every one that starts.
#[test]
fn e115_a_secret_is_read_once() {
    let mut stage = Stage::new();
    let version = |stage: &mut Stage| text(&secrets(stage, "get_secret_value", map! { "SecretId" => SECRET }), "VersionId");
    let good = version(&mut stage);
    secrets(&mut stage, "put_secret_value", map! { "SecretId" => SECRET, "SecretString" => "{\"OTHER\":\"x\"}" });
    let bad = version(&mut stage);
    stage.wait(3600);
    assert_eq!((stage.counts(), stage.deployments().len()), ((2, 0), 1));
    stage.update("forceNewDeployment", true);
    stage.wait(300);
    assert_eq!(text(&stage.rollout(), "status"), "ROLLBACK_SUCCESSFUL", "the old tasks still run");
    // The revision that was rolled back to reads the same label: its next task fails as well.
    let task = text(&stage.tasks("RUNNING")[0], "taskArn");
    stage.ask("stop_task", map! { "cluster" => CLUSTER, "task" => task });
    stage.wait(300);
    assert_eq!(stage.counts().0, 1);
    let back =
        map! { "SecretId" => SECRET, "VersionStage" => "AWSCURRENT", "MoveToVersionId" => good, "RemoveFromVersionId" => bad };
    secrets(&mut stage, "update_secret_version_stage", back);
    stage.update("forceNewDeployment", true);
    stage.wait(300);
    assert_eq!((text(&stage.rollout(), "status"), stage.counts()), ("SUCCESSFUL".into(), (2, 0)));
}

/// E116 A secret is read before a task's `startedAt`: one that started after a
/// switch may still hold the value from before.
#[test]
fn e116_secrets_come_before_the_start() {
    let mut stage = Stage::new();
    stage.update("forceNewDeployment", true);
    // Pulling has begun, nothing runs.
    stage.wait(24);
    let put = map! { "SecretId" => SECRET, "SecretString" => "{\"OTHER\":\"x\"}" };
    secrets(&mut stage, "put_secret_value", put);
    let switched = stage.now;
    stage.wait(250);
    assert_eq!(text(&stage.rollout(), "status"), "SUCCESSFUL");
    assert!(stage.tasks("RUNNING").iter().all(|task| time(task, "startedAt") > switched));
}

/// E117 What the published waiter for stable services looks at is also so after
/// a rollback and at a count of zero.
#[test]
fn e117_stable_is_not_deployed() {
    let mut stage = Stage::new();
    assert!(is_stable(&mut stage));
    let fault = "[[fault]]\nkind = \"crash\"\nimage = \"*:v40\"\n";
    stage.sim.play(Scenario::parse(fault).expect("a scenario"));
    let wanted = stage.update("taskDefinition", "nest-wallet-task:40");
    assert!(!is_stable(&mut stage));
    stage.wait(900);
    assert!(is_stable(&mut stage));
    assert_eq!(text(&stage.rollout(), "status"), "ROLLBACK_SUCCESSFUL");
    assert_ne!(text(&stage.service(), "taskDefinition"), text(&wanted, "taskDefinition"));
    stage.update("desiredCount", 0);
    stage.wait(120);
    assert!(is_stable(&mut stage));
    assert_eq!(stage.counts(), (0, 0));
}

/// E118 The threshold of a service deployment is half of the latest desired
/// count, at least 3 and at most 200; or as many as the settings say.
#[test]
fn e118_thresholds() {
    let threshold = |desired: i64, kind: Option<(&str, i64)>| {
        let mut stage = Stage::new();
        let settings = kind.map(|(kind, value)| map! { "type" => kind, "value" => value });
        let breaker = map! { "enable" => true, "rollback" => true, "thresholdConfiguration" => settings };
        stage.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
        stage.update("forceNewDeployment", true);
        stage.update("desiredCount", desired);
        int(stage.rollout().get("deploymentCircuitBreaker").unwrap(), "threshold")
    };
    assert_eq!([1, 25, 400, 800].map(|desired| threshold(desired, None)), [3, 13, 200, 200]);
    assert_eq!([1, 800].map(|desired| threshold(desired, Some(("BOUNDED_PERCENT", 50)))), [3, 200]);
    assert_eq!([1, 800].map(|desired| threshold(desired, Some(("UNBOUNDED_PERCENT", 50)))), [1, 400]);
    assert_eq!([1, 800].map(|desired| threshold(desired, Some(("COUNT", 7)))), [7, 7]);
}

/// E119 A container that heeds no stop signal has 30 s, and from its end to
/// STOPPED its task takes 10 to 23 s.
#[test]
fn e119_the_end_of_a_task() {
    let mut stage = Stage::new();
    let fault = "[[fault]]\nkind = \"ignores-stop\"\n";
    stage.sim.play(Scenario::parse(fault).expect("a scenario"));
    for _ in 0..2 {
        stage.update("forceNewDeployment", true);
        stage.wait(400);
    }
    let stopped = stage.tasks("STOPPED");
    let killed = stopped.iter().filter(|task| int(&task.items("containers")[0], "exitCode") == 137);
    assert_eq!(killed.count(), 2);
    for task in &stopped {
        let seconds =
            |from: &str, to: &str| (time(task, to).as_millisecond() - time(task, from).as_millisecond()) as f64 / 1000.0;
        assert!((10.0..=23.0).contains(&seconds("executionStoppedAt", "stoppedAt")), "{task:?}");
    }
}

/// E120 A service goes on with an inactive revision: what it loses it starts again.
#[test]
fn e120_an_inactive_revision_runs_on() {
    let mut stage = Stage::new();
    stage.ask("deregister_task_definition", map! { "taskDefinition" => "nest-wallet-task:41" });
    let task = text(&stage.tasks("RUNNING")[0], "taskArn");
    stage.ask("stop_task", map! { "cluster" => CLUSTER, "task" => task });
    stage.update("desiredCount", 3);
    stage.wait(200);
    assert_eq!(stage.counts(), (3, 0));
    assert!(stage.tasks("RUNNING").iter().all(|task| text(task, "taskDefinitionArn").ends_with(":41")));
}

/// C57 An update is refused to who may not, and by a server that fails, under
/// the codes that it declares.
#[test]
fn c57_denied_and_failed_updates() {
    for (kind, code, status) in [("access-denied", "AccessDeniedException", 400), ("server-error", "ServerException", 500)] {
        let mut stage = Stage::new();
        let fault = format!("[[fault]]\nkind = \"{kind}\"\noperation = \"ecs:UpdateService\"\n");
        stage.sim.play(Scenario::parse(&fault).expect("a scenario"));
        let before = stage.service();
        let request = map! { "cluster" => CLUSTER, "service" => SERVICE, "forceNewDeployment" => true };
        match stage.send("ecs", "update_service", request) {
            Err(Failure::Answered(AwsError { code: found, status: with, .. })) => {
                assert_eq!((found.as_str(), with), (code, status))
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(stage.service(), before);
    }
}

/// C95 The caller is a user of the account whose ids are those of the guide.
#[test]
fn c95_the_caller() {
    let answer = Stage::new().send("sts", "get_caller_identity", map! {}).unwrap();
    let expected = map! {
        "Account" => "123456789012", "Arn" => "arn:aws:iam::123456789012:user/sandbox", "UserId" => "AIDASANDBOXSANDBOX222",
    };
    assert_eq!(answer, expected);
}

/// S28 Restoring the previous version twice brings the bad one back.
#[test]
fn s28_previous_toggles() {
    let mut stage = Stage::new();
    let holder = |stage: &mut Stage, label: &str| {
        let answer = secrets(stage, "get_secret_value", map! { "SecretId" => SECRET, "VersionStage" => label });
        text(&answer, "VersionId")
    };
    let good = holder(&mut stage, "AWSCURRENT");
    secrets(&mut stage, "put_secret_value", map! { "SecretId" => SECRET, "SecretString" => "{}" });
    let bad = holder(&mut stage, "AWSCURRENT");
    for (current, previous) in [(&good, &bad), (&bad, &good)] {
        let (to, from) = (holder(&mut stage, "AWSPREVIOUS"), holder(&mut stage, "AWSCURRENT"));
        let request =
            map! { "SecretId" => SECRET, "VersionStage" => "AWSCURRENT", "MoveToVersionId" => to, "RemoveFromVersionId" => from };
        secrets(&mut stage, "update_secret_version_stage", request);
        assert_eq!((&holder(&mut stage, "AWSCURRENT"), &holder(&mut stage, "AWSPREVIOUS")), (current, previous));
    }
}

/// D40 A secret's key, label and version stand behind its ARN with all three
/// colons, and label and version exclude each other.
#[test]
fn d40_value_from() {
    for (rest, status) in [
        ("", "SUCCESSFUL"),
        (":NEXT_PUBLIC_API_URL::", "SUCCESSFUL"),
        (":NEXT_PUBLIC_API_URL:AWSCURRENT:", "SUCCESSFUL"),
        (":NEXT_PUBLIC_API_URL::ID", "SUCCESSFUL"),
        (":NEXT_PUBLIC_API_URL", "ROLLBACK_SUCCESSFUL"),
        (":NEXT_PUBLIC_API_URL:AWSCURRENT:ID", "ROLLBACK_SUCCESSFUL"),
        (":NEXT_PUBLIC_API_URL:AWSPENDING:", "ROLLBACK_SUCCESSFUL"),
    ] {
        let mut stage = Stage::new();
        let arn = text(&secrets(&mut stage, "describe_secret", map! { "SecretId" => SECRET }), "ARN");
        let id = text(&secrets(&mut stage, "get_secret_value", map! { "SecretId" => SECRET }), "VersionId");
        let rest = rest.replace("ID", &id);
        let answer = stage.ask("describe_task_definition", map! { "taskDefinition" => "nest-wallet-task:41" });
        let mut container = answer.get("taskDefinition").unwrap().items("containerDefinitions")[0].clone();
        let secret = map! { "name" => "KEY", "valueFrom" => format!("{arn}{rest}") };
        container.as_map_mut().unwrap().insert("secrets".into(), Value::List(vec![secret.clone()]));
        let kept = ["family", "networkMode", "requiresCompatibilities", "cpu", "memory", "executionRoleArn"];
        let mut definition = answer.get("taskDefinition").unwrap().clone();
        definition.as_map_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
        definition.as_map_mut().unwrap().insert("containerDefinitions".into(), Value::List(vec![container]));
        let made = stage.ask("register_task_definition", definition).get("taskDefinition").cloned().unwrap();
        assert_eq!(made.items("containerDefinitions")[0].items("secrets"), [secret]);
        stage.update("taskDefinition", text(&made, "taskDefinitionArn"));
        stage.wait(400);
        assert_eq!(text(&stage.rollout(), "status"), status, "{rest}");
    }
}

/// E122 A scalable target's bounds are not negative, and however far they
/// reach, a service has at most 5000 tasks.
#[test]
fn e122_scalable_targets() {
    let request = |least: i64, most: i64| {
        map! {
            "ServiceNamespace" => "ecs", "ResourceId" => format!("service/{CLUSTER}/{SERVICE}"),
            "ScalableDimension" => "ecs:service:DesiredCount", "MinCapacity" => least, "MaxCapacity" => most,
        }
    };
    let mut stage = Stage::new();
    for (least, most) in [(-5, -1), (-1, 3), (4, 3)] {
        match stage.send("application_autoscaling", "register_scalable_target", request(least, most)) {
            Err(Failure::Answered(error)) => assert_eq!(error.code, "ValidationException"),
            other => panic!("{least} to {most}: {other:?}"),
        }
    }
    let most = i64::from(i32::MAX);
    stage.send("application_autoscaling", "register_scalable_target", request(most, most)).unwrap();
    assert_eq!(int(&stage.service(), "desiredCount"), 5000);
}
