//! The circuit breaker, and the way back.

use super::super::ecs::Exits;
use super::super::faults::{Crash, Fate, Sickness};
use super::{Bench, int, text, time};
use crate::map;
use crate::value::Value;

fn never_runs() -> Fate {
    Fate { unreadable: Some("ResourceInitializationError: x".into()), ..Fate::default() }
}

fn exits_after(after_ms: i64) -> Fate {
    let crash = Crash { container: "nest-wallet-container".into(), after_ms, exit_code: 1, reason: None };
    Fate { crash: Some(crash), ..Fate::default() }
}

/// A bench that tries revision 40, every task of which meets `fate`.
fn trying(fate: Fate, rollback: bool) -> Bench {
    let mut bench = Bench::new(1);
    bench.force(":40", fate);
    let breaker = map! { "enable" => true, "rollback" => rollback };
    bench.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
    bench.update("taskDefinition", "nest-wallet-task:40");
    bench
}

fn monitor(rollout: &Value) -> (String, i64, i64) {
    let breaker = rollout.get("deploymentCircuitBreaker").unwrap();
    (text(breaker, "status"), int(breaker, "failureCount"), int(breaker, "threshold"))
}

/// E44 Tasks that never run count; at the threshold the deployment has FAILED
/// and the last completed one is the PRIMARY one again, under its own id.
#[test]
fn e44_a_rollback() {
    let mut bench = trying(never_runs(), true);
    let start = bench.now;
    let deployments = bench.service().items("deployments").to_vec();
    let (failing, good) = (text(&deployments[0], "id"), text(&deployments[1], "id"));
    bench.wait(70);
    let service = bench.service();
    let [primary, failed] = service.items("deployments") else { panic!("{service:?}") };
    assert_eq!((text(primary, "id"), text(primary, "status")), (good.clone(), "PRIMARY".into()));
    assert_eq!(text(primary, "rolloutState"), "IN_PROGRESS");
    let reason = format!("ECS deployment circuit breaker: rolling back to deploymentId {good}.");
    assert_eq!(text(primary, "rolloutStateReason"), reason);
    assert_eq!((text(failed, "id"), text(failed, "status")), (failing.clone(), "ACTIVE".into()));
    assert_eq!(text(failed, "rolloutState"), "FAILED");
    assert_eq!(text(failed, "rolloutStateReason"), "ECS deployment circuit breaker: tasks failed to start.");
    assert!(text(&service, "taskDefinition").ends_with(":41"));
    let said: Vec<String> = bench.said(start).into_iter().map(|(_, message)| message).collect();
    let at = said.iter().position(|message| message.ends_with("deployment failed: tasks failed to start.")).unwrap();
    assert_eq!(said[at], format!("(deployment {failing}) deployment failed: tasks failed to start."));
    assert_eq!(said[at + 1], format!("rolling back to deployment {good}."));
    assert_eq!(bench.rollouts()[0].text("status"), Some("ROLLBACK_IN_PROGRESS"));
    bench.wait(100);
    let service = bench.service();
    let [primary] = service.items("deployments") else { panic!("{service:?}") };
    assert_eq!((text(primary, "id"), text(primary, "rolloutState")), (good.clone(), "COMPLETED".into()));
    assert_eq!(text(primary, "rolloutStateReason"), format!("ECS deployment {good} completed."));
}

/// E45 The service deployment that was rolled back says so, and to what.
#[test]
fn e45_the_service_deployment_of_a_rollback() {
    let mut bench = trying(never_runs(), true);
    let target = text(bench.rollout().get("targetServiceRevision").unwrap(), "arn");
    let source = text(&bench.rollout().items("sourceServiceRevisions")[0], "arn");
    assert_eq!(monitor(&bench.rollout()), ("MONITORING".into(), 0, 3));
    bench.wait(180);
    let rollout = bench.rollout();
    assert_eq!(text(&rollout, "status"), "ROLLBACK_SUCCESSFUL");
    let reason = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
    assert_eq!(text(&rollout, "statusReason"), reason);
    let rollback = rollout.get("rollback").unwrap();
    assert_eq!((text(rollback, "reason"), text(rollback, "serviceRevisionArn")), (reason.into(), source));
    assert!(time(rollback, "startedAt") < time(&rollout, "finishedAt"));
    assert_eq!(text(rollout.get("targetServiceRevision").unwrap(), "arn"), target);
    assert_eq!(monitor(&rollout), ("TRIGGERED".into(), 4, 3));
    assert_eq!(bench.rollouts().iter().filter(|brief| brief.text("statusReason") == Some(reason)).count(), 1);
}

/// E46 Without rollback the deployment stays FAILED: nothing new starts, the old
/// tasks go on, and the service deployment has STOPPED.
#[test]
fn e46_a_failure_without_rollback() {
    let mut bench = trying(never_runs(), false);
    bench.wait(80);
    let since = bench.now;
    bench.wait(3 * 3600);
    let service = bench.service();
    let [failed, old] = service.items("deployments") else { panic!("{service:?}") };
    assert_eq!((text(failed, "status"), text(failed, "rolloutState")), ("PRIMARY".into(), "FAILED".into()));
    assert_eq!((text(old, "rolloutState"), int(old, "runningCount")), ("COMPLETED".into(), 2));
    assert!(text(&service, "taskDefinition").ends_with(":40"));
    assert_eq!(bench.said(since), []);
    let rollout = bench.rollout();
    assert_eq!((text(&rollout, "status"), rollout.get("stoppedAt").is_some()), ("STOPPED".into(), true));
    assert_eq!(text(&rollout, "statusReason"), "Service deployment stopped because the circuit breaker threshold was exceeded.");
    assert!(rollout.get("rollback").is_none());
    bench.update("desiredCount", 4);
    bench.wait(300);
    assert!(bench.tasks("RUNNING").iter().all(|task| text(task, "taskDefinitionArn").ends_with(":41")));
}

/// E47 A deployment without a completed one before it stalls: FAILED, nothing is
/// rolled back.
#[test]
fn e47_nothing_to_return_to() {
    let mut bench = trying(never_runs(), true);
    let key = format!("{}/{}", super::CLUSTER, super::SERVICE);
    super::super::ecs::forget_last_good(&mut bench.sim, &key);
    bench.wait(120);
    let service = bench.service();
    assert_eq!(text(&service.items("deployments")[0], "rolloutState"), "FAILED");
    assert!(text(&service, "taskDefinition").ends_with(":40"));
    let rollout = bench.rollout();
    assert_eq!(text(&rollout, "status"), "ROLLBACK_FAILED");
    assert_eq!(text(&rollout, "statusReason"), "No rollback candidate was found to run the rollback.");
}

/// E48 A rollback whose own tasks fail stalls as well.
#[test]
fn e48_a_rollback_that_fails() {
    let mut bench = trying(Fate { target: Some(Sickness { after_ms: 150_000 }), ..Fate::default() }, true);
    // Healthy for long enough to replace the old tasks, but not to be completed.
    let breaker = map! { "enable" => true, "rollback" => true, "resetOnHealthyTask" => false };
    bench.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker, "bakeTimeInMinutes" => 60 });
    bench.wait(140);
    assert_eq!(bench.tasks("RUNNING").len(), 2);
    bench.force(":41", never_runs());
    bench.wait(1800);
    let service = bench.service();
    assert_eq!(text(&service.items("deployments")[0], "rolloutState"), "FAILED");
    assert!(text(&service, "taskDefinition").ends_with(":41"));
    assert_eq!(text(&bench.rollout(), "status"), "ROLLBACK_FAILED");
}

/// E49 Tasks that fail their health checks count once one of the deployment runs.
#[test]
fn e49_health_checks_count() {
    let mut bench = trying(Fate { target: Some(Sickness { after_ms: 0 }), ..Fate::default() }, true);
    let start = bench.now;
    bench.wait(140);
    let failed = int(&bench.service().items("deployments")[0], "failedTasks");
    assert!((1..3).contains(&failed), "{failed}");
    bench.wait(600);
    assert!(bench.said_at(start, "deployment failed: tasks failed to start.").is_some());
    assert_eq!(monitor(&bench.rollout()), ("TRIGGERED".into(), 3, 3));
    assert_eq!(int(&bench.service(), "runningCount"), 2);
}

/// E110 A task that exits before it was healthy counts, one that was healthy
/// does not, and both can be told otherwise.
#[test]
fn e110_exits_after_running() {
    for (exits, after_ms, fails) in [
        (Exits::CountBeforeHealthy, 1_000, true),
        (Exits::NeverCount, 1_000, false),
        (Exits::CountBeforeHealthy, 55_000, false),
        (Exits::AlwaysCount, 55_000, true),
    ] {
        let mut bench = Bench::new(1);
        super::super::ecs::count_exits(&mut bench.sim, exits);
        bench.force(":40", exits_after(after_ms));
        // Never completed, so that every exit is one of a deployment under way,
        // and never reset, so that a healthy moment excuses nothing.
        let breaker = map! { "enable" => true, "rollback" => true, "resetOnHealthyTask" => false };
        bench.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker, "bakeTimeInMinutes" => 600 });
        bench.update("taskDefinition", "nest-wallet-task:40");
        let start = bench.now;
        bench.wait(1500);
        let failed = bench.said_at(start, "deployment failed").is_some();
        assert_eq!(failed, fails, "{exits:?} {after_ms} {:?}", bench.said(start));
    }
}

/// E111 A healthy task sets the count back, unless the settings say otherwise.
#[test]
fn e111_a_healthy_task_resets_the_count() {
    for (resets, count) in [(true, 0), (false, 2)] {
        let mut bench = Bench::new(1);
        bench.force(":40", never_runs());
        let breaker = map! { "enable" => true, "rollback" => true, "resetOnHealthyTask" => resets };
        bench.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
        bench.update("taskDefinition", "nest-wallet-task:40");
        bench.wait(30);
        bench.service();
        bench.sim.faults.forced.clear();
        bench.wait(200);
        let rollout = bench.rollout();
        assert_eq!((text(&rollout, "status"), monitor(&rollout).1), ("SUCCESSFUL".into(), count));
    }
}

/// E112 The threshold follows the settings and the latest desired count.
#[test]
fn e112_the_configured_threshold() {
    let mut bench = trying(never_runs(), true);
    let threshold = map! { "type" => "COUNT", "value" => 9 };
    let breaker = map! { "enable" => true, "rollback" => true, "thresholdConfiguration" => threshold };
    bench.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
    bench.wait(120);
    assert_eq!(monitor(&bench.rollout()), ("MONITORING".into(), 4, 9));
    let breaker = map! { "enable" => true, "rollback" => true };
    bench.update("desiredCount", 20);
    bench.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
    assert_eq!(monitor(&bench.rollout()).2, 10);
    bench.wait(120);
    assert_eq!(monitor(&bench.rollout()).0, "TRIGGERED");
}

/// E113 A task for which there is no place counts as one that failed to start.
#[test]
fn e113_no_place_counts() {
    let mut bench = trying(Fate { no_place: Some("x.".into()), ..Fate::default() }, true);
    bench.wait(400);
    assert_eq!(monitor(&bench.rollout()), ("TRIGGERED".into(), 3, 3));
}

/// E114 A service whose deployment is completed counts no failures.
#[test]
fn e114_nothing_is_counted_afterwards() {
    let mut bench = Bench::new(1);
    bench.force(":41", exits_after(1_000));
    let task = text(&bench.tasks("RUNNING")[0], "taskArn");
    bench.ecs("stop_task", map! { "cluster" => super::CLUSTER, "task" => task });
    bench.wait(900);
    let service = bench.service();
    let primary = &service.items("deployments")[0];
    assert_eq!((text(primary, "rolloutState"), int(primary, "failedTasks")), ("COMPLETED".into(), 0));
}
