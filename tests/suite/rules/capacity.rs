//! E13 to E19: how many tasks a rolling deployment runs at once.

use rollbook::map;
use rollbook::value::Value;

use super::stage::{Stage, int, text};

fn percents(minimum: i64, maximum: i64) -> Value {
    map! { "minimumHealthyPercent" => minimum, "maximumPercent" => maximum }
}

/// A steady service of so many tasks with these percentages.
fn stage(desired: i64, minimum: i64, maximum: i64) -> Stage {
    let mut stage = Stage::new().without_autoscaler();
    stage.update("deploymentConfiguration", percents(minimum, maximum));
    stage.update("desiredCount", desired);
    stage.wait(600);
    stage.scene();
    stage
}

/// The most and the fewest tasks that ran or were about to, second by second,
/// until the deployment was completed.
fn extremes(stage: &mut Stage) -> (i64, i64) {
    stage.update("forceNewDeployment", true);
    let (mut most, mut fewest) = (0, i64::MAX);
    while stage.deployments()[0].text("rolloutState") != Some("COMPLETED") {
        stage.wait(1);
        let (running, pending) = stage.counts();
        most = most.max(running + pending);
        fewest = fewest.min(running);
        assert!(stage.said().last().is_none_or(|(at, _)| *at < 3600.0));
    }
    (most, fewest)
}

/// E13 With room for twice the tasks, all new ones start at once and no old one
/// leaves before.
#[test]
fn e13_twice_the_tasks() {
    let mut stage = stage(3, 100, 200);
    assert_eq!(extremes(&mut stage), (6, 3));
    assert_eq!(stage.said()[0].1.matches("(task ").count(), 3);
}

/// E14 The cap is rounded down: half of three more is one more.
#[test]
fn e14_one_more_at_a_time() {
    let mut stage = stage(3, 100, 150);
    assert_eq!(extremes(&mut stage), (4, 3));
}

/// E15 Without room for more, old tasks leave first, and the floor is rounded up.
#[test]
fn e15_old_tasks_leave_first() {
    let mut stage = stage(5, 50, 100);
    assert_eq!(extremes(&mut stage), (5, 3));
    assert!(stage.said()[0].1.starts_with("has stopped 2 running tasks"), "{:?}", stage.said());
}

/// E16 A floor of nothing lets all old tasks leave before the first new one runs.
#[test]
fn e16_no_floor() {
    let mut stage = stage(2, 0, 100);
    assert_eq!(extremes(&mut stage), (2, 0));
}

/// E17 The count may change while a deployment is under way, down to nothing.
#[test]
fn e17_scaling_during_a_deployment() {
    let mut stage = stage(2, 100, 200);
    stage.update("forceNewDeployment", true);
    stage.wait(15);
    stage.update("desiredCount", 4);
    stage.wait(10);
    assert_eq!(stage.counts(), (2, 4));
    assert_eq!(int(&stage.deployments()[0], "desiredCount"), 4);
    stage.wait(300);
    assert_eq!((stage.counts(), stage.deployments().len()), ((4, 0), 1));
    stage.update("forceNewDeployment", true);
    stage.wait(11);
    stage.update("desiredCount", 0);
    stage.wait(10);
    assert_eq!(stage.counts(), (0, 0));
    assert!(stage.says("stopped 4 pending tasks."), "{:?}", stage.said());
    stage.wait(60);
    assert_eq!(text(&stage.deployments()[0], "rolloutState"), "COMPLETED");
    stage.update("desiredCount", 1);
    stage.wait(120);
    assert_eq!(stage.counts(), (1, 0));
}

/// E18 Percentages that leave room neither to start nor to stop are complained
/// of once, and nothing happens until they are changed.
#[test]
fn e18_no_room_at_all() {
    let mut stage = stage(1, 100, 150);
    stage.update("forceNewDeployment", true);
    stage.wait(1200);
    let complaint = "was unable to stop or start tasks during a deployment because of the service deployment \
                     configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
    let said = stage.said();
    assert_eq!(said.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>(), [complaint]);
    stage.update("deploymentConfiguration", percents(100, 200));
    stage.wait(300);
    assert_eq!((stage.counts(), stage.deployments().len()), ((1, 0), 1));
}

/// E19 A deployment that is superseded loses what it has not finished at once;
/// what it has finished stays until it is replaced.
#[test]
fn e19_superseded() {
    let mut stage = stage(2, 100, 200);
    stage.update("forceNewDeployment", true);
    stage.wait(15);
    stage.update("forceNewDeployment", true);
    stage.wait(10);
    assert_eq!(stage.counts(), (2, 2));
    assert!(stage.says("stopped 2 pending tasks."));
    // Registered at 40 s and healthy within 30 s, trusted 10 s later.
    stage.wait(95);
    let middle = text(&stage.deployments()[0], "id");
    assert!(int(&stage.deployments()[0], "runningCount") == 2);
    stage.update("forceNewDeployment", true);
    stage.wait(20);
    let kept: Vec<Value> = stage.deployments().into_iter().filter(|deployment| text(deployment, "id") == middle).collect();
    assert_eq!(int(&kept[0], "runningCount"), 2);
}
