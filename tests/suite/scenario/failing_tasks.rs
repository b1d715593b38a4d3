//! Tasks that never start, crash or stay unhealthy, under the deploy runbook:
//! what ECS says of them, and how the run ends.

use super::{deploy, fault, project};
use crate::harness::Project;

/// What the service's stopped tasks say, newest first.
const REASONS: &str = r#"
let found = ecs::list_tasks(#{ cluster: env.cluster, serviceName: env.service, desiredStatus: "STOPPED" }).taskArns;
for task in ecs::describe_tasks(#{ cluster: env.cluster, tasks: found }).tasks {
    print(`${task.stopCode} ${task.stoppedReason} ${task.containers.map(|one| `${one.name} ${one.exitCode} ${one.reason}`)}`);
}
"#;

fn reasons(project: Project) -> String {
    project.runbook("reasons", "", REASONS).run(&["run", "reasons", "--sandbox"]).status(0).stdout.clone()
}

#[test]
fn an_image_that_cannot_be_pulled_never_runs_and_the_breaker_brings_the_old_one_back() {
    let project = project(&fault("image-cannot-be-pulled", "image = \"*:v58\""));
    let ran = deploy(&project, "v58", &[]);
    ran.prints_nothing().says("tasks failed to start");
    assert!([3, 10].contains(&ran.status), "{ran}");
    let reasons = reasons(project);
    assert!(reasons.contains("TaskFailedToStart CannotPullContainerError: pull image manifest has been retried"), "{reasons}");
    assert!(reasons.contains("nest-wallet:v58: not found"), "{reasons}");
}

#[test]
fn another_image_is_deployed_as_ever() {
    let project = project(&fault("image-cannot-be-pulled", "image = \"*:v58\""));
    deploy(&project, "v42", &[]).status(0).prints("nest-wallet-task:42, 2/2 running");
}

#[test]
fn a_secret_without_its_key_is_said_with_the_key() {
    let project = project(&fault("secret-key-missing", "image = \"*:v58\""));
    let ran = deploy(&project, "v58", &[]);
    assert_ne!(ran.status, 0, "{ran}");
    let reasons = reasons(project);
    assert!(reasons.contains("did not contain json key NEXT_PUBLIC_API_URL"), "{reasons}");
}

#[test]
fn a_crash_stops_the_task_with_the_exit_code_of_its_container() {
    let project = project(&fault("crash", "image = \"*:v58\"\nafter = \"5s\"\nexit_code = 3"));
    let ran = deploy(&project, "v58", &["--timeout", "5m"]);
    assert_ne!(ran.status, 0, "{ran}");
    let reasons = reasons(project);
    assert!(reasons.contains("EssentialContainerExited Essential container in task exited"), "{reasons}");
    assert!(reasons.contains("nest-wallet-container 3"), "{reasons}");
}

#[test]
fn out_of_memory_is_said_at_the_container() {
    let project = project(&fault("crash", "image = \"*:v58\"\nout_of_memory = true"));
    deploy(&project, "v58", &["--timeout", "5m"]);
    let reasons = reasons(project);
    assert!(reasons.contains("nest-wallet-container 137 OutOfMemoryError: Container killed due to memory usage"), "{reasons}");
}

#[test]
fn an_unhealthy_target_never_lets_the_old_tasks_go() {
    let project = project(&fault("unhealthy", "image = \"*:v58\"\ncheck = \"target\""));
    let ran = deploy(&project, "v58", &["--timeout", "10m"]);
    ran.prints_nothing().says("is unhealthy in nest-wallet-tg");
    assert_ne!(ran.status, 0, "{ran}");
    let reasons = reasons(project);
    assert!(reasons.contains("Task failed ELB health checks in (target-group"), "{reasons}");
}

#[test]
fn one_crash_is_replaced_and_the_deploy_succeeds() {
    let project = project(&fault("crash", "image = \"*:v42\"\nafter = \"5s\"\ntimes = 1"));
    deploy(&project, "v42", &[]).status(0).prints("nest-wallet-task:42, 2/2 running");
}

#[test]
fn a_slow_start_takes_longer_and_succeeds() {
    let seconds = |scenario: &str| {
        let ran = deploy(&project(scenario), "v42", &["--output", "json"]);
        ran.status(0);
        ran.json()["seconds"].as_i64().unwrap_or_else(|| panic!("no duration\n{ran}"))
    };
    let (usual, slow) = (seconds(""), seconds(&fault("slow-start", "by = \"2m\"")));
    assert!((110..150).contains(&(slow - usual)), "{usual} s, then {slow} s");
}

#[test]
fn containers_that_ignore_the_stop_signal_are_killed() {
    let project = project(&fault("ignores-stop", "image = \"*:v42\""));
    deploy(&project, "v42", &[]).status(0);
    deploy(&project, "v43", &[]).status(0);
    let project = project.runbook("wait", "", "sleep(300)");
    project.run(&["run", "wait", "--sandbox"]).status(0);
    let reasons = reasons(project);
    assert!(reasons.contains("nest-wallet-container 137"), "{reasons}");
}

#[test]
fn no_capacity_is_said_and_waited_for() {
    let ran = deploy(&project(&fault("no-capacity", "for = \"90s\"")), "v42", &[]);
    ran.status(0).says("was unable to place a task. Reason: Capacity is unavailable at this time.");
    ran.prints("nest-wallet-task:42, 2/2 running");
}

#[test]
fn a_doomed_task_keeps_its_fate_when_the_scenario_is_over() {
    let project = project(&fault("crash", "image = \"*:v58\"\nafter = \"2m\""));
    deploy(&project, "v58", &["--timeout", "40s"]).status(5);
    let project = project.runbook("wait", "", "sleep(300)");
    project.run(&["run", "wait", "--sandbox"]).status(0);
    assert!(reasons(project).contains("Essential container in task exited"));
}
