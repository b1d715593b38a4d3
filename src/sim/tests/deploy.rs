//! Rolling deployments end to end.

use super::super::rules::capacity::Limits;
use super::{Bench, CLUSTER, SERVICE, int, text};
use crate::map;
use crate::value::Value;

/// Event texts since `from`, oldest first, with ids left out.
fn events_since(bench: &mut Bench, from: usize) -> Vec<String> {
    let service = bench.service();
    let events = service.items("events");
    let new = events[..events.len() - from].iter().rev();
    new.map(|event| mask(event.text("message").unwrap())).collect()
}

fn mask(message: &str) -> String {
    let words = message.split_inclusive(['(', ')', ' ']);
    words
        .map(|word| match word.trim_end_matches(')') {
            id if id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit()) => word.replace(id, "T"),
            id if id.starts_with("ecs-svc/") => word.replace(id, "D"),
            id if id.starts_with("arn:") => word.replace(id, "TG"),
            _ => word.to_owned(),
        })
        .collect()
}

#[test]
fn the_answer_of_an_update_shows_a_deployment_that_has_not_begun() {
    let mut bench = Bench::new(1).without_autoscaler();
    let service = bench.update("taskDefinition", "nest-wallet-task:40");
    let deployments = service.items("deployments");
    assert_eq!(deployments.len(), 2);
    for name in ["desiredCount", "runningCount", "pendingCount", "failedTasks"] {
        assert_eq!(int(&deployments[0], name), 0, "{name}");
    }
    assert_eq!(
        (text(&deployments[0], "status"), text(&deployments[0], "rolloutState")),
        ("PRIMARY".into(), "IN_PROGRESS".into())
    );
    assert_eq!((text(&deployments[1], "status"), text(&deployments[1], "rolloutState")), ("ACTIVE".into(), "COMPLETED".into()));
    let id = text(&deployments[0], "id");
    assert_eq!(text(&deployments[0], "rolloutStateReason"), format!("ECS deployment {id} in progress."));
    assert_eq!(bench.rollouts()[0].text("status"), Some("PENDING"));
}

#[test]
fn a_deploy_ends_well_and_says_so_in_aws_words() {
    let mut bench = Bench::new(1).without_autoscaler();
    let before = bench.service().items("events").len();
    let id = text(&bench.update("taskDefinition", "nest-wallet-task:40").items("deployments")[0], "id");
    bench.wait(180);
    let service = bench.service();
    let [deployment] = service.items("deployments") else { panic!("{service:?}") };
    assert_eq!((text(deployment, "id"), text(deployment, "rolloutState")), (id.clone(), "COMPLETED".into()));
    assert_eq!(text(deployment, "rolloutStateReason"), format!("ECS deployment {id} completed."));
    assert_eq!((int(&service, "runningCount"), int(&service, "pendingCount")), (2, 0));
    assert!(bench.tasks("RUNNING").iter().all(|task| text(task, "taskDefinitionArn").ends_with("nest-wallet-task:40")));
    assert_eq!(bench.rollouts()[0].text("status"), Some("SUCCESSFUL"));
    let s = "(service nest-wallet-service";
    assert_eq!(
        merged(events_since(&mut bench, before)),
        [
            format!("{s}) has started 2 tasks: (task T) (task T)."),
            format!("{s}) registered 2 targets in (target-group TG)"),
            format!("{s}) has stopped 2 running tasks: (task T) (task T)."),
            format!("{s}) deregistered 2 targets in (target-group TG)"),
            format!("{s}, taskSet D) has begun draining connections on 2 tasks."),
            format!("{s}) (deployment D) deployment completed."),
            format!("{s}) has reached a steady state."),
        ]
    );
}

#[test]
fn completed_comes_a_look_after_the_last_change_and_a_millisecond_before_steady() {
    for seed in 0..10 {
        let mut bench = Bench::new(seed).without_autoscaler();
        bench.update("forceNewDeployment", true);
        bench.wait(180);
        let service = bench.service();
        let at = |event: &Value| if let Some(Value::Time(time)) = event.get("createdAt") { time.as_millisecond() } else { 0 };
        let [steady, completed, last] = &service.items("events")[..3] else { panic!("{service:?}") };
        assert!(
            text(steady, "message").ends_with("steady state.") && text(completed, "message").ends_with("deployment completed.")
        );
        assert!(text(last, "message").contains("has begun draining connections"), "{last:?}");
        assert_eq!(at(steady) - at(completed), 1);
        assert!(at(completed) - at(last) > 9_000, "{last:?} {completed:?}");
    }
}

/// The two tasks may be a tick apart: two singles are one pair.
fn merged(events: Vec<String>) -> Vec<String> {
    let pair = |event: &str| {
        let event = event.replace(" 1 targets", " 2 targets").replace(" 1 tasks", " 2 tasks");
        event.replace(" 1 running tasks: (task T).", " 2 running tasks: (task T) (task T).")
    };
    let mut merged: Vec<String> = vec![];
    for event in events.iter().map(|event| pair(event)) {
        if !merged.contains(&event) {
            merged.push(event);
        }
    }
    merged
}

#[test]
fn no_second_of_a_deploy_crosses_the_cap_or_the_floor() {
    for (minimum, maximum, desired) in [(100, 200, 2), (50, 100, 4), (100, 150, 3), (0, 100, 1), (50, 200, 5)] {
        let mut bench = Bench::new(3).without_autoscaler();
        bench.update("desiredCount", desired);
        bench.wait(300);
        bench.update("deploymentConfiguration", map! { "minimumHealthyPercent" => minimum, "maximumPercent" => maximum });
        bench.update("forceNewDeployment", true);
        let limits = Limits { desired, minimum_percent: minimum, maximum_percent: maximum };
        let mut done = None;
        for second in 0..600 {
            bench.wait(1);
            let service = bench.service();
            let (running, pending) = (int(&service, "runningCount"), int(&service, "pendingCount"));
            assert!(running + pending <= limits.cap(), "{limits:?} at {second}: {running} + {pending}");
            let serving = super::super::ecs::healthy(&bench.sim, &format!("{CLUSTER}/{SERVICE}")).len() as i64;
            assert!(serving >= limits.floor(), "{limits:?} at {second}: {serving}");
            if done.is_none() && service.items("deployments").len() == 1 {
                done = Some(second);
            }
        }
        assert!(done.is_some(), "{limits:?} never ended");
    }
}

#[test]
fn a_deploy_of_two_tasks_takes_about_two_minutes() {
    for seed in 0..20 {
        let mut bench = Bench::new(seed).without_autoscaler();
        bench.update("forceNewDeployment", true);
        let (mut seconds, mut completed) = (0, None);
        while bench.service().items("deployments").len() > 1 {
            bench.wait(1);
            seconds += 1;
            if completed.is_none() && bench.service().items("deployments")[0].text("rolloutState") == Some("COMPLETED") {
                completed = Some(seconds);
            }
            assert!(seconds < 300);
        }
        assert!((90..=150).contains(&seconds), "{seconds}");
        assert!(completed.is_some_and(|completed| completed <= seconds));
    }
}

#[test]
fn a_task_passes_through_its_states_in_order() {
    let mut bench = Bench::new(5).without_autoscaler();
    let old = text(&bench.tasks("RUNNING")[0], "taskArn");
    bench.update("forceNewDeployment", true);
    bench.wait(11);
    let new = bench.tasks("RUNNING").iter().find(|task| text(task, "lastStatus") != "RUNNING").map(|task| text(task, "taskArn"));
    let (mut of_old, mut of_new) = (vec![], vec![]);
    for _ in 0..200 {
        bench.wait(1);
        for (arn, seen) in [(&old, &mut of_old), (new.as_ref().unwrap(), &mut of_new)] {
            let request = map! { "cluster" => super::CLUSTER, "tasks" => vec![arn.as_str()] };
            let status = text(&bench.ecs("describe_tasks", request).items("tasks")[0], "lastStatus");
            if seen.last() != Some(&status) {
                seen.push(status);
            }
        }
    }
    assert_eq!(of_new, ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]);
    assert_eq!(of_old, ["RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]);
}

#[test]
fn a_stopped_task_says_why_and_is_forgotten_after_an_hour() {
    let mut bench = Bench::new(5).without_autoscaler();
    bench.update("forceNewDeployment", true);
    bench.wait(240);
    let stopped = bench.tasks("STOPPED");
    assert_eq!(stopped.len(), 2);
    for task in &stopped {
        assert_eq!(text(task, "stopCode"), "ServiceSchedulerInitiated");
        let reason = format!("Scaling activity initiated by (deployment {})", text(task, "startedBy"));
        assert_eq!(text(task, "stoppedReason"), reason);
        assert!(task.items("containers").iter().all(|container| int(container, "exitCode") == 0));
    }
    bench.wait(3600);
    assert!(bench.tasks("STOPPED").is_empty());
}

#[test]
fn a_new_update_supersedes_the_one_under_way() {
    let mut bench = Bench::new(9).without_autoscaler();
    bench.update("taskDefinition", "nest-wallet-task:39");
    bench.wait(25);
    let service = bench.update("taskDefinition", "nest-wallet-task:40");
    let states: Vec<_> = service.items("deployments").iter().map(|d| (text(d, "status"), text(d, "rolloutState"))).collect();
    let pairs = [("PRIMARY", "IN_PROGRESS"), ("ACTIVE", "IN_PROGRESS"), ("ACTIVE", "COMPLETED")];
    assert_eq!(states, pairs.map(|(status, state)| (status.to_owned(), state.to_owned())));
    let statuses = |bench: &mut Bench| bench.rollouts().iter().map(|rollout| text(rollout, "status")).take(2).collect::<Vec<_>>();
    assert_eq!(statuses(&mut bench), ["PENDING", "STOP_REQUESTED"]);
    bench.wait(11);
    assert_eq!(statuses(&mut bench), ["IN_PROGRESS", "STOPPED"]);
    bench.wait(200);
    assert_eq!(statuses(&mut bench), ["SUCCESSFUL", "STOPPED"]);
    let service = bench.service();
    assert_eq!(service.items("deployments").len(), 1);
    assert!(text(&service, "taskDefinition").ends_with(":40"));
    let said = |part: &str| service.items("events").iter().any(|event| text(event, "message").contains(part));
    assert!(said("(service nest-wallet-service) stopped 2 pending tasks."), "{:?}", service.items("events"));
}

#[test]
fn what_is_no_deployment_starts_none() {
    let mut bench = Bench::new(2).without_autoscaler();
    let before = text(&bench.service().items("deployments")[0], "id");
    bench.update("healthCheckGracePeriodSeconds", 90);
    bench.update("taskDefinition", "nest-wallet-task:41");
    bench.update("desiredCount", 3);
    bench.wait(200);
    let service = bench.service();
    assert_eq!(text(&service.items("deployments")[0], "id"), before);
    assert_eq!((int(&service, "runningCount"), int(&service, "healthCheckGracePeriodSeconds")), (3, 90));
    bench.update("desiredCount", 0);
    bench.wait(60);
    assert_eq!(int(&bench.service(), "runningCount"), 0);
}

#[test]
fn percentages_without_room_are_said_once() {
    let mut bench = Bench::new(2).without_autoscaler();
    bench.update("deploymentConfiguration", map! { "minimumHealthyPercent" => 100, "maximumPercent" => 125 });
    bench.update("forceNewDeployment", true);
    bench.wait(300);
    let service = bench.service();
    let said =
        service.items("events").iter().filter(|event| text(event, "message").contains("was unable to stop or start tasks"));
    assert_eq!(said.count(), 1);
    assert_eq!(service.items("deployments").len(), 2);
}

#[test]
fn an_idle_service_repeats_that_it_is_steady_every_six_hours() {
    let mut bench = Bench::new(2).without_autoscaler();
    bench.wait(24 * 3600);
    let service = bench.service();
    let newest: Vec<&Value> = service.items("events").iter().take(4).collect();
    assert!(newest.iter().all(|event| text(event, "message").ends_with("has reached a steady state.")), "{newest:?}");
}

#[test]
fn no_more_than_a_hundred_events_are_kept_newest_first() {
    let mut bench = Bench::new(2).without_autoscaler();
    for _ in 0..20 {
        bench.update("forceNewDeployment", true);
        bench.wait(200);
    }
    let service = bench.service();
    let times: Vec<_> = service.items("events").iter().map(|event| event.get("createdAt").cloned()).collect();
    assert_eq!(times.len(), 100);
    let seconds = |value: &Option<Value>| {
        if let Some(Value::Time(time)) = value { *time } else { panic!("{value:?}") }
    };
    assert!(times.windows(2).all(|pair| seconds(&pair[0]) > seconds(&pair[1])));
}
