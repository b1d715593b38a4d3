//! How tasks start, fail to start, exit and are stopped.

use super::super::faults::{Crash, Fate};
use super::{Bench, CLUSTER, int, seconds, text, time};
use crate::map;
use crate::value::Value;

const APP: &str = "nest-wallet-container";

/// A bench whose service tries revision 40, every task of which meets `fate`,
/// with no breaker to end that.
fn trying(fate: Fate) -> Bench {
    let mut bench = Bench::new(1);
    bench.force(":40", fate);
    let breaker = map! { "enable" => false, "rollback" => false };
    bench.update("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
    bench.update("taskDefinition", "nest-wallet-task:40");
    bench
}

fn crash(container: &str, exit_code: i64, reason: Option<&str>) -> Fate {
    let reason = reason.map(str::to_owned);
    Fate { crash: Some(Crash { container: container.into(), after_ms: 5_000, exit_code, reason }), ..Fate::default() }
}

fn container<'a>(task: &'a Value, name: &str) -> &'a Value {
    task.items("containers").iter().find(|container| container.text("name") == Some(name)).unwrap()
}

fn of_revision<'a>(tasks: &'a [Value], end: &str) -> Vec<&'a Value> {
    tasks.iter().filter(|task| text(task, "taskDefinitionArn").ends_with(end)).collect()
}

/// E20 A task whose image cannot be pulled stops after the retries without ever running.
#[test]
fn e20_an_unpullable_image() {
    let reason = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref x";
    let mut bench = trying(Fate { unpullable: Some((APP.into(), reason.into())), ..Fate::default() });
    bench.wait(60);
    assert_eq!(text(of_revision(&bench.tasks("RUNNING"), ":40")[0], "lastStatus"), "ACTIVATING");
    bench.wait(90);
    let stopped = bench.tasks("STOPPED");
    let task = of_revision(&stopped, ":40")[0];
    assert_eq!((text(task, "stopCode"), text(task, "stoppedReason")), ("TaskFailedToStart".into(), reason.into()));
    assert_eq!(text(container(task, APP), "reason"), reason);
    assert!(task.get("startedAt").is_none() && container(task, APP).get("exitCode").is_none(), "{task:?}");
    let tried = seconds(time(task, "pullStartedAt").unwrap(), time(task, "pullStoppedAt").unwrap());
    assert!((60.0..=120.0).contains(&tried), "{tried}");
}

/// E21 A task whose secret cannot be read stops before anything is pulled.
#[test]
fn e21_an_unreadable_secret() {
    let reason = "ResourceInitializationError: unable to pull secrets or registry auth: x";
    let mut bench = trying(Fate { unreadable: Some(reason.into()), ..Fate::default() });
    bench.wait(60);
    let stopped = bench.tasks("STOPPED");
    let task = of_revision(&stopped, ":40")[0];
    assert_eq!((text(task, "stopCode"), text(task, "stoppedReason")), ("TaskFailedToStart".into(), reason.into()));
    assert!(task.get("pullStartedAt").is_none() && task.get("connectivityAt").is_some(), "{task:?}");
}

/// E22 An essential container that exits takes its task with it, and keeps its
/// exit code and reason.
#[test]
fn e22_an_essential_container_exits() {
    let mut bench = trying(crash(APP, 137, Some("OutOfMemoryError: Container killed due to memory usage")));
    bench.wait(75);
    let stopped = bench.tasks("STOPPED");
    let task = of_revision(&stopped, ":40")[0];
    assert_eq!(
        (text(task, "stopCode"), text(task, "stoppedReason")),
        ("EssentialContainerExited".into(), "Essential container in task exited".into())
    );
    let (app, sidecar) = (container(task, APP), container(task, "log-router"));
    assert_eq!((int(app, "exitCode"), int(sidecar, "exitCode")), (137, 0));
    assert_eq!(text(app, "reason"), "OutOfMemoryError: Container killed due to memory usage");
    let ran = seconds(time(task, "startedAt").unwrap(), time(task, "stoppingAt").unwrap());
    assert_eq!(ran, 5.0);
}

/// E23 When a container that is not essential exits, its task goes on.
#[test]
fn e23_another_container_exits() {
    let mut bench = trying(crash("log-router", 1, None));
    bench.wait(240);
    let service = bench.service();
    assert_eq!(service.items("deployments")[0].text("rolloutState"), Some("COMPLETED"));
    let running = bench.tasks("RUNNING");
    let sidecar = container(&running[0], "log-router");
    assert_eq!((text(sidecar, "lastStatus"), int(sidecar, "exitCode")), ("STOPPED".into(), 1));
    assert_eq!(text(container(&running[0], APP), "lastStatus"), "RUNNING");
}

/// E24 A slow start delays RUNNING and nothing else.
#[test]
fn e24_a_slow_start() {
    let mut bench = trying(Fate { slower_ms: 300_000, ..Fate::default() });
    bench.wait(300);
    assert!(of_revision(&bench.tasks("RUNNING"), ":40").iter().all(|task| text(task, "lastStatus") == "ACTIVATING"));
    bench.wait(200);
    assert_eq!(bench.service().items("deployments")[0].text("rolloutState"), Some("COMPLETED"));
}

/// E25 Containers that heed no stop signal are killed after their stop timeout,
/// 30 s where the definition does not say, and say 137.
#[test]
fn e25_a_stop_signal_that_is_not_heeded() {
    let mut bench = Bench::new(1);
    bench.force(":40", Fate { ignores_stop: true, ..Fate::default() });
    bench.update("taskDefinition", "nest-wallet-task:40");
    bench.wait(240);
    bench.update("taskDefinition", "nest-wallet-task:41");
    bench.wait(300);
    let stopped = bench.tasks("STOPPED");
    for task in of_revision(&stopped, ":40") {
        assert_eq!((int(container(task, APP), "exitCode"), int(container(task, "log-router"), "exitCode")), (137, 0));
        let took = seconds(time(task, "stoppingAt").unwrap(), time(task, "executionStoppedAt").unwrap());
        // A tick until it is deregistered, the delay, and the timeout.
        assert!((65.0..=75.0).contains(&took), "{took}");
    }
    for task in of_revision(&stopped, ":41") {
        assert_eq!(int(container(task, APP), "exitCode"), 0);
    }
}

/// E26 A container that crashes leaves a last line in its log.
#[test]
fn e26_last_words() {
    let mut bench = trying(crash(APP, 1, None));
    bench.wait(60);
    let request = map! { "logGroupName" => "/ecs/nest-wallet", "filterPattern" => "\"exiting with code 1\"" };
    let lines = bench.ask("logs", "filter_log_events", request);
    assert!(!lines.items("events").is_empty());
    assert!(text(&lines.items("events")[0], "logStreamName").starts_with("ecs/nest-wallet-container/"));
}

/// E27 Tasks that never come to run are started at growing intervals, and the
/// service says so; a change of the service ends the wait.
#[test]
fn e27_a_backoff_and_its_end() {
    let mut bench = trying(Fate { unreadable: Some("ResourceInitializationError: x".into()), ..Fate::default() });
    let start = bench.now;
    bench.wait(3600);
    let said = bench.said(start);
    let starts: Vec<f64> = said.iter().filter(|(_, message)| message.contains("has started")).map(|(at, _)| *at).collect();
    let gaps: Vec<f64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() >= 3 && gaps.windows(2).all(|pair| pair[1] > pair[0]), "{gaps:?}");
    assert!(gaps.iter().all(|gap| *gap <= 28.0 * 60.0), "{gaps:?}");
    let impaired = said.iter().filter(|(_, message)| message == "is unable to consistently start tasks successfully.");
    assert_eq!(impaired.count(), gaps.len());
    let again = bench.now;
    bench.update("forceNewDeployment", true);
    bench.wait(15);
    assert_eq!(bench.said_at(again, "has started 2 tasks"), Some(10.0));
}

/// E28 Tasks that run and then exit are started again without a wait.
#[test]
fn e28_no_backoff_for_tasks_that_ran() {
    let mut bench = trying(crash(APP, 1, None));
    let start = bench.now;
    bench.wait(900);
    let said = bench.said(start);
    assert!(!said.iter().any(|(_, message)| message.contains("unable to consistently")), "{said:?}");
    let starts = said.iter().filter(|(_, message)| message.contains("has started")).count();
    assert!(starts >= 12, "{starts}");
}

/// E29 A task for which there is no place is not launched; the service says why.
#[test]
fn e29_no_place() {
    let reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone.";
    let mut bench = trying(Fate { no_place: Some(reason.into()), ..Fate::default() });
    let start = bench.now;
    bench.wait(60);
    assert!(of_revision(&bench.tasks("RUNNING"), ":40").is_empty());
    let said = bench.said(start);
    assert_eq!(said[0].1, format!("was unable to place a task. Reason: {reason}"));
    let request = map! {
        "cluster" => CLUSTER, "taskDefinition" => "nest-wallet-task:40", "launchType" => "FARGATE",
        "networkConfiguration" => map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-1"] } },
    };
    let answer = bench.ecs("run_task", request);
    assert_eq!((answer.items("tasks").len(), answer.items("failures")[0].text("reason")), (0, Some(reason)));
}
