//! Health checks and the replacement of unhealthy tasks.

use super::super::faults::{Fate, Sickness};
use super::{Bench, int, text};
use crate::map;
use crate::value::Value;

const SICK: &str = "is unhealthy in (target-group";

fn sick_target(after_ms: i64) -> Fate {
    Fate { target: Some(Sickness { after_ms }), ..Fate::default() }
}

fn sick_container(after_ms: i64) -> Fate {
    Fate { container: Some(Sickness { after_ms }), ..Fate::default() }
}

/// A bench whose service has come to revision 40, the first tasks of which met
/// `fate`; all later ones are well.
fn deployed(fate: Fate) -> Bench {
    let mut bench = Bench::new(1);
    bench.force(":40", fate);
    bench.update("taskDefinition", "nest-wallet-task:40");
    bench.wait(30);
    bench.service();
    bench.sim.faults.forced.clear();
    bench
}

/// Registers the guide's definition with a health check of its container.
fn with_health_check(bench: &mut Bench, check: Value) -> String {
    let described = bench.ecs("describe_task_definition", map! { "taskDefinition" => "nest-wallet-task:41" });
    let mut definition = described.get("taskDefinition").unwrap().clone();
    let members = definition.as_map_mut().unwrap();
    let Some(Value::List(containers)) = members.get_mut("containerDefinitions") else { panic!() };
    containers[0].as_map_mut().unwrap().insert("healthCheck".into(), check);
    let registered = bench.ecs("register_task_definition", definition);
    text(registered.get("taskDefinition").unwrap(), "taskDefinitionArn")
}

fn starts_and_stops(bench: &mut Bench, since: crate::value::Timestamp) -> Vec<(f64, String)> {
    let mut said = bench.said(since);
    said.retain(|(_, message)| message.contains("has started") || message.contains("has stopped") || message.contains(SICK));
    said
}

/// E31 An unhealthy task is replaced first and stopped once its replacement is
/// healthy, with the reason.
#[test]
fn e31_replacement_first() {
    let mut bench = deployed(sick_target(200_000));
    let start = bench.now;
    bench.wait(600);
    let said = starts_and_stops(&mut bench, start);
    let sick = said.iter().position(|(_, message)| message.contains(SICK)).unwrap();
    assert!(said[sick].1.contains(") (port 3000) is unhealthy in (target-group arn:aws:elasticloadbalancing:"), "{said:?}");
    assert!(said[sick].1.ends_with(") due to (reason Health checks failed)."), "{said:?}");
    let after: Vec<&(f64, String)> = said[sick..].iter().collect();
    let started = after.iter().find(|(_, message)| message.contains("has started")).unwrap();
    let stopped = after.iter().find(|(_, message)| message.contains("has stopped")).unwrap();
    assert!(stopped.0 - started.0 >= 30.0, "{said:?}");
    assert_eq!((int(&bench.service(), "runningCount"), bench.service().items("deployments").len()), (2, 1));
    let reasons: Vec<String> = bench.tasks("STOPPED").iter().map(|task| text(task, "stoppedReason")).collect();
    let failed = |reason: &&String| reason.starts_with("Task failed ELB health checks in (target-group arn:aws:");
    assert_eq!(reasons.iter().filter(failed).count(), 2, "{reasons:?}");
}

/// E32 Where the cap leaves no room, one unhealthy task is stopped before its
/// replacement starts.
#[test]
fn e32_stopped_first_below_a_full_cap() {
    let mut bench = deployed(sick_target(200_000));
    bench.update("deploymentConfiguration", map! { "maximumPercent" => 100, "minimumHealthyPercent" => 50 });
    let start = bench.now;
    bench.wait(700);
    let said = starts_and_stops(&mut bench, start);
    let sick = said.iter().position(|(_, message)| message.contains(SICK)).unwrap();
    let next = said[sick..].iter().find(|(_, message)| !message.contains(SICK)).unwrap();
    assert!(next.1.contains("has stopped 1 running tasks"), "{said:?}");
    assert_eq!(int(&bench.service(), "runningCount"), 2);
}

/// E33 While a deployment is under way, an unhealthy old task is replaced from
/// its own revision.
#[test]
fn e33_an_old_task_is_replaced_from_its_own_revision() {
    let mut bench = deployed(sick_target(200_000));
    bench.wait(150);
    bench.force(":41", Fate { slower_ms: 3_600_000, ..Fate::default() });
    bench.update("deploymentConfiguration", map! { "maximumPercent" => 300 });
    bench.update("taskDefinition", "nest-wallet-task:41");
    let sick: Vec<String> = bench.tasks("RUNNING").iter().map(|task| text(task, "taskArn")).collect();
    let start = bench.now;
    bench.wait(400);
    assert!(bench.said_at(start, SICK).is_some());
    let running = bench.tasks("RUNNING");
    let stays = running.iter().find(|task| text(task, "lastStatus") == "RUNNING" && sick.contains(&text(task, "taskArn")));
    assert!(stays.is_none(), "{stays:?}");
    let of = |end: &str| running.iter().filter(|task| text(task, "taskDefinitionArn").ends_with(end)).count();
    assert_eq!((of(":40"), of(":41")), (2, 2));
    assert!(running.iter().filter(|task| text(task, "lastStatus") == "RUNNING").count() == 2);
    let old = bench.service().items("deployments")[1].clone();
    assert_eq!((int(&old, "desiredCount"), int(&old, "runningCount")), (2, 2));
}

/// E34 Within the grace period after its start nobody looks at a task's failing
/// checks, those of the target group and those of its containers alike.
#[test]
fn e34_the_grace_period() {
    for fate in [sick_target(0), sick_container(0)] {
        let mut bench = Bench::new(1);
        let definition = with_health_check(&mut bench, map! { "command" => vec!["CMD-SHELL", "true"], "interval" => 10 });
        bench.update("healthCheckGracePeriodSeconds", 600);
        bench.force(":42", fate);
        bench.update("taskDefinition", definition);
        let start = bench.now;
        bench.wait(610);
        assert!(starts_and_stops(&mut bench, start).len() == 1, "{:?}", starts_and_stops(&mut bench, start));
        bench.wait(60);
        let sick = bench
            .said(start)
            .into_iter()
            .find(|(_, message)| message.contains(SICK) || message.ends_with("failed container health checks."));
        let (at, _) = sick.expect("the grace is over");
        assert!((620.0..=650.0).contains(&at), "{at}");
    }
}

/// E35 A container with a health check must be HEALTHY as well before its task
/// counts, and is shown so.
#[test]
fn e35_a_container_health_check() {
    let mut bench = Bench::new(1);
    let check = map! { "command" => vec!["CMD-SHELL", "true"], "interval" => 120 };
    let definition = with_health_check(&mut bench, check);
    bench.update("taskDefinition", definition);
    let start = bench.now;
    bench.wait(130);
    assert!(bench.said_at(start, "has stopped").is_none());
    assert!(bench.tasks("RUNNING").iter().all(|task| text(task, "healthStatus") == "UNKNOWN"));
    bench.wait(90);
    assert!(bench.said_at(start, "has stopped 2 running tasks").is_some_and(|at| (140.0..=180.0).contains(&at)));
    assert!(bench.tasks("RUNNING").iter().all(|task| text(task, "healthStatus") == "HEALTHY"));
}

/// E36 A container that fails its retries is UNHEALTHY, and its task is replaced
/// with that reason.
#[test]
fn e36_a_failing_container_health_check() {
    let mut bench = Bench::new(1);
    let check = map! { "command" => vec!["CMD-SHELL", "true"], "interval" => 10, "retries" => 2 };
    let definition = with_health_check(&mut bench, check);
    bench.force(":42", sick_container(300_000));
    bench.update("taskDefinition", definition);
    bench.wait(200);
    bench.service();
    bench.sim.faults.forced.clear();
    let start = bench.now;
    bench.wait(400);
    let (at, message) = bench.said(start).into_iter().find(|(_, message)| message.contains("health checks")).unwrap();
    assert!(message.starts_with("(task ") && message.ends_with(") failed container health checks."), "{message}");
    let ready = 10.0 + 30.0 + 300.0 + 20.0 - 200.0;
    assert!((ready - 15.0..=ready + 25.0).contains(&at), "{at}");
    let stopped = bench.tasks("STOPPED");
    let reason = |task: &Value| text(task, "stoppedReason") == "Task failed container health checks";
    assert_eq!(stopped.iter().filter(|task| reason(task) && text(task, "healthStatus") == "UNHEALTHY").count(), 2);
}

/// E37 With nothing to check, a task counts 40 s after it runs.
#[test]
fn e37_no_checks_at_all() {
    let mut bench = Bench::new(1);
    bench.update("loadBalancers", Value::List(vec![]));
    let start = bench.now;
    bench.wait(300);
    let running = bench.tasks("RUNNING");
    let ran = running.iter().filter_map(|task| super::time(task, "startedAt")).min().unwrap();
    let settled = super::seconds(start, ran) + 40.0;
    let stopped = bench.said_at(start, "has stopped").unwrap();
    assert!((settled..=settled + 10.0).contains(&stopped), "{settled} {stopped}");
}
