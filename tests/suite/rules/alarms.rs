//! E70 to E79: deployment alarms and the bake.

use rollbook::map;
use rollbook::value::Value;

use super::stage::{Stage, text};

const ALARM: &str = "nest-wallet-cpu-high";

/// A service that watches the guide's alarm.
fn watching(rollback: bool, bake_minutes: i64) -> Stage {
    let mut stage = Stage::new();
    let alarms = map! { "alarmNames" => vec![ALARM], "enable" => true, "rollback" => rollback };
    stage.update("deploymentConfiguration", map! { "alarms" => alarms, "bakeTimeInMinutes" => bake_minutes });
    stage
}

fn alarm(stage: &mut Stage, state: &str) {
    let request = map! { "AlarmName" => ALARM, "StateValue" => state, "StateReason" => "a test" };
    stage.send("cloudwatch", "set_alarm_state", request).unwrap();
}

fn seen(stage: &mut Stage) -> (String, Vec<Value>) {
    let alarms = stage.rollout().get("alarms").cloned().unwrap();
    (text(&alarms, "status"), alarms.items("triggeredAlarmNames").to_vec())
}

/// E70 An alarm during a deployment ends it and rolls it back.
#[test]
fn e70_an_alarm_rolls_back() {
    let mut stage = watching(true, 0);
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(45);
    assert_eq!(seen(&mut stage), ("MONITORING".into(), vec![]));
    alarm(&mut stage, "ALARM");
    stage.wait(10);
    assert_eq!(seen(&mut stage), ("TRIGGERED".into(), vec![ALARM.into()]));
    let said: Vec<String> = stage.said().into_iter().map(|(_, message)| message).collect();
    let at = said.iter().position(|message| message.ends_with("deployment failed: alarm detected.")).unwrap();
    assert!(said[at + 1].starts_with("rolling back to deployment ecs-svc/"), "{said:?}");
    assert_eq!(text(&stage.deployments()[1], "rolloutState"), "FAILED");
    stage.wait(150);
    assert_eq!(text(&stage.rollout(), "status"), "ROLLBACK_SUCCESSFUL");
    assert!(text(&stage.service(), "taskDefinition").ends_with(":41"));
}

/// E71 Without rollback it only ends it.
#[test]
fn e71_an_alarm_without_rollback() {
    let mut stage = watching(false, 0);
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(45);
    alarm(&mut stage, "ALARM");
    stage.wait(200);
    assert_eq!(text(&stage.rollout(), "status"), "STOPPED");
    assert_eq!(text(&stage.deployments()[0], "rolloutState"), "FAILED");
    assert!(!stage.says("rolling back"));
}

/// E72 An alarm that is in ALARM when the deployment begins is ignored to its
/// end, even when it comes back.
#[test]
fn e72_an_old_alarm_is_ignored() {
    let mut stage = watching(true, 0);
    alarm(&mut stage, "ALARM");
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(40);
    alarm(&mut stage, "OK");
    stage.wait(15);
    alarm(&mut stage, "ALARM");
    stage.wait(200);
    assert_eq!(text(&stage.rollout(), "status"), "SUCCESSFUL");
}

/// E73 The bake begins when the old tasks are gone; until it is over the
/// deployment is IN_PROGRESS, and nothing is said.
#[test]
fn e73_the_bake() {
    let mut stage = watching(true, 10);
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(300);
    assert_eq!((stage.counts(), text(&stage.rollout(), "status")), ((2, 0), "IN_PROGRESS".into()));
    assert_eq!(text(&stage.deployments()[0], "rolloutState"), "IN_PROGRESS");
    assert!(stage.tasks("RUNNING").iter().all(|task| text(task, "taskDefinitionArn").ends_with(":40")));
    assert!(!stage.says("deployment completed") && !stage.says("steady"));
    let drained = stage.said().iter().rev().find(|(_, message)| message.contains("draining")).unwrap().0;
    stage.wait(600);
    let completed = stage.said().into_iter().find(|(_, message)| message.ends_with("deployment completed.")).unwrap().0;
    assert!((600.0..=620.0).contains(&(completed - drained)), "{drained} {completed}");
}

/// E74 An alarm during the bake rolls back to a revision that has no task left.
#[test]
fn e74_an_alarm_during_the_bake() {
    let mut stage = watching(true, 30);
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(600);
    assert_eq!(stage.deployments().len(), 1);
    alarm(&mut stage, "ALARM");
    stage.wait(15);
    assert_eq!(text(&stage.rollout(), "status"), "ROLLBACK_IN_PROGRESS");
    assert_eq!(stage.counts(), (2, 2));
    stage.wait(300);
    assert_eq!(text(&stage.rollout(), "status"), "ROLLBACK_SUCCESSFUL");
    assert!(stage.tasks("RUNNING").iter().all(|task| text(task, "taskDefinitionArn").ends_with(":41")));
}

/// E75 An alarm after the end, one that is not named, or one of a service that
/// does not watch does nothing.
#[test]
fn e75_alarms_that_do_not_matter() {
    let mut stage = watching(true, 0);
    stage.wait(60);
    stage.scene();
    alarm(&mut stage, "ALARM");
    stage.wait(60);
    assert_eq!(stage.said(), []);
    let mut stage = Stage::new();
    stage.update("taskDefinition", "nest-wallet-task:40");
    stage.wait(45);
    alarm(&mut stage, "ALARM");
    stage.wait(200);
    assert_eq!(text(&stage.rollout(), "status"), "SUCCESSFUL");
}

/// E76 An alarm that is not there cannot be set.
#[test]
fn e76_an_unknown_alarm() {
    let mut stage = Stage::new();
    let request = map! { "AlarmName" => "other", "StateValue" => "ALARM", "StateReason" => "a test" };
    let failure = stage.send("cloudwatch", "set_alarm_state", request).unwrap_err();
    assert_eq!(failure.code(), "ResourceNotFound");
}
