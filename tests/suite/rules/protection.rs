//! C90 to C99: tasks that are to be left alone, and the door into their containers.

use std::slice;

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, SERVICE, member, text, with};

fn protect(tasks: &[String], over: Value) -> Value {
    with(map! { "cluster" => CLUSTER, "tasks" => tasks.to_vec(), "protectionEnabled" => true }, over)
}

fn is_protected(desk: &mut Desk, task: &str) -> bool {
    let answer = desk.ask("get_task_protection", map! { "cluster" => CLUSTER, "tasks" => vec![task] });
    member(&answer.items("protectedTasks")[0], "protectionEnabled") == Value::Bool(true)
}

/// C90 Protection lasts two hours, or as long as it was asked for.
#[test]
fn c90_protection_runs_out() {
    for (over, minutes) in [(map! {}, 120), (map! { "expiresInMinutes" => 5 }, 5)] {
        let mut desk = Desk::new();
        let task = desk.tasks(SERVICE, "RUNNING")[0].clone();
        assert!(!is_protected(&mut desk, &task));
        let answer = desk.ask("update_task_protection", protect(slice::from_ref(&task), over));
        assert!(matches!(answer.items("protectedTasks")[0].get("expirationDate"), Some(Value::Time(_))));
        desk.wait(minutes * 60 - 1);
        assert!(is_protected(&mut desk, &task));
        desk.wait(1);
        assert!(!is_protected(&mut desk, &task));
    }
}

/// C91 It can be taken off again.
#[test]
fn c91_protection_is_taken_off() {
    let mut desk = Desk::new();
    let task = desk.tasks(SERVICE, "RUNNING")[0].clone();
    desk.ask("update_task_protection", protect(slice::from_ref(&task), map! {}));
    let answer = desk.ask("update_task_protection", protect(slice::from_ref(&task), map! { "protectionEnabled" => false }));
    let off = map! { "taskArn" => task.as_str(), "protectionEnabled" => false };
    assert_eq!((answer.items("protectedTasks"), is_protected(&mut desk, &task)), (&[off][..], false));
}

/// C92 A task that is missing or going is a failure of its own.
#[test]
fn c92_unfit_tasks_fail_one_by_one() {
    let mut desk = Desk::new();
    let old = desk.tasks(SERVICE, "RUNNING")[0].clone();
    desk.ask("update_service", map! { "cluster" => CLUSTER, "service" => SERVICE, "desiredCount" => 0 });
    desk.wait(15);
    let answer = desk.ask("update_task_protection", protect(&[old.clone(), "none".into()], map! {}));
    let reasons: Vec<String> = answer.items("failures").iter().map(|failure| text(failure, "reason")).collect();
    assert_eq!((reasons, answer.items("protectedTasks").len()), (vec!["TASK_NOT_VALID".to_owned(), "MISSING".into()], 0));
}

/// C93 Ten tasks are protected at a time, for one minute to two days.
#[test]
fn c93_protection_has_ranges() {
    let mut desk = Desk::new();
    let task = ["t".to_owned()];
    for minutes in [0, 2_881] {
        let request = protect(&task, map! { "expiresInMinutes" => minutes });
        desk.refuses("update_task_protection", request, "InvalidParameterException", "between 1 and 2880");
    }
    for tasks in [vec![], vec!["t".to_owned(); 11]] {
        desk.refuses("update_task_protection", protect(&tasks, map! {}), "InvalidParameterException", "asks");
    }
}

/// C94 A command is executed only where that was enabled when the task started.
#[test]
fn c94_execute_command_must_be_enabled() {
    let mut desk = Desk::new();
    let request = |task: &str| {
        map! {
            "cluster" => CLUSTER, "task" => task, "container" => "nest-wallet-container", "command" => "/bin/sh", "interactive" => true,
        }
    };
    let before = desk.tasks(SERVICE, "RUNNING")[0].clone();
    let change =
        map! { "cluster" => CLUSTER, "service" => SERVICE, "enableExecuteCommand" => true, "forceNewDeployment" => true };
    desk.ask("update_service", change);
    let message = "execute command was not enabled when the task was run";
    desk.refuses("execute_command", request(&before), "InvalidParameterException", message);
    desk.wait(300);
    let after = desk.tasks(SERVICE, "RUNNING")[0].clone();
    desk.refuses("execute_command", request(&after), "UnsupportedOperation", "ECS Exec");
    let nowhere = with(request(&after), map! { "container" => "none" });
    desk.refuses("execute_command", nowhere, "InvalidParameterException", "Invalid container");
    let unnamed = with(request(&after), map! { "container" => Value::Null });
    desk.refuses("execute_command", unnamed, "InvalidParameterException", "Invalid container");
    desk.refuses("execute_command", request("none"), "InvalidParameterException", "not found");
}
