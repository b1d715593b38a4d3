//! D70 to D89: the life of a revision, from its registering to its deletion.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{Desk, definition, int, member, service, text, with};

fn desk(revisions: usize) -> Desk {
    let mut desk = Desk::new();
    (0..revisions).for_each(|_| drop(desk.ask("register_task_definition", definition("f"))));
    desk
}

fn named(name: &str) -> Value {
    map! { "taskDefinition" => name }
}

fn delete(names: &[&str]) -> Value {
    map! { "taskDefinitions" => names.to_vec() }
}

/// D70 A revision is found by family and number or by ARN; a bare family is its newest active one.
#[test]
fn d70_a_bare_family_is_its_newest_active_revision() {
    let mut desk = desk(3);
    let revision = |desk: &mut Desk, name: &str| {
        let found = member(&desk.ask("describe_task_definition", named(name)), "taskDefinition");
        int(&found, "revision")
    };
    assert_eq!((revision(&mut desk, "f"), revision(&mut desk, "f:1")), (3, 1));
    assert_eq!(revision(&mut desk, "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/f:2"), 2);
    desk.ask("deregister_task_definition", named("f:3"));
    assert_eq!((revision(&mut desk, "f"), revision(&mut desk, "f:3")), (2, 3));
}

/// D71 What there is not cannot be described.
#[test]
fn d71_unknown_definitions_are_refused() {
    let mut desk = desk(1);
    for name in ["g", "f:2", "f:x"] {
        desk.refuses("describe_task_definition", named(name), "ClientException", "Unable to describe task definition.");
    }
    desk.ask("deregister_task_definition", named("f:1"));
    desk.refuses("describe_task_definition", named("f"), "ClientException", "Unable to describe task definition.");
}

/// D72 A deregistered revision is inactive, says since when, and can be described.
#[test]
fn d72_deregistering_makes_inactive() {
    let mut desk = desk(1);
    desk.wait(60);
    let gone = member(&desk.ask("deregister_task_definition", named("f:1")), "taskDefinition");
    assert_eq!(text(&gone, "status"), "INACTIVE");
    assert!(
        matches!((gone.get("registeredAt"), gone.get("deregisteredAt")), (Some(Value::Time(a)), Some(Value::Time(b))) if b > a)
    );
    assert_eq!(member(&desk.ask("describe_task_definition", named("f:1")), "taskDefinition"), gone);
}

/// D73 Deregistering needs a revision.
#[test]
fn d73_deregistering_needs_a_revision() {
    let mut desk = desk(1);
    desk.refuses("deregister_task_definition", named("f"), "ClientException", "Revision is missing.");
    desk.refuses("deregister_task_definition", named("f:x"), "InvalidParameterException", "Invalid revision number. Number: x");
    desk.refuses("deregister_task_definition", named("f:2"), "ClientException", "Unable to describe task definition.");
}

/// D74 An inactive revision is not for new use: no service, no update, no forced deployment.
#[test]
fn d74_inactive_revisions_are_not_for_new_use() {
    let mut desk = Desk::new();
    for name in ["nest-wallet-task:39", "nest-wallet-task:41"] {
        desk.ask("deregister_task_definition", named(name));
    }
    let inactive = named("nest-wallet-task:39");
    desk.refuses("create_service", with(service("s"), inactive.clone()), "ClientException", "TaskDefinition is inactive");
    let update = map! { "cluster" => "nest-wallet-cluster", "service" => "nest-wallet-service" };
    desk.refuses("update_service", with(update.clone(), inactive), "ClientException", "TaskDefinition is inactive");
    let forced = with(update.clone(), map! { "forceNewDeployment" => true });
    desk.refuses("update_service", forced, "ClientException", "TaskDefinition is inactive");
    desk.ask("update_service", with(update, map! { "desiredCount" => 3 }));
    desk.wait(120);
    assert_eq!(int(&desk.service("nest-wallet-service"), "runningCount"), 3);
}

/// D75 Only an inactive revision is deleted; the others of a batch fail one by one.
#[test]
fn d75_only_inactive_revisions_are_deleted() {
    let mut desk = desk(2);
    desk.ask("deregister_task_definition", named("f:1"));
    let answer = desk.ask("delete_task_definitions", delete(&["f:1", "f:2", "f:9"]));
    let [deleted] = answer.items("taskDefinitions") else { panic!("{answer:?}") };
    assert_eq!((int(deleted, "revision"), text(deleted, "status")), (1, "DELETE_IN_PROGRESS".into()));
    assert!(matches!(deleted.get("deleteRequestedAt"), Some(Value::Time(_))));
    let [active, missing] = answer.items("failures") else { panic!("{answer:?}") };
    assert!(text(active, "reason").contains("still in ACTIVE status") && text(active, "arn").ends_with("task-definition/f:2"));
    assert_eq!(text(missing, "reason"), "MISSING");
}

/// D76 One to ten revisions are deleted at a time, each by its number.
#[test]
fn d76_deleting_takes_one_to_ten() {
    let mut desk = desk(1);
    let many = ["f:1"; 11];
    desk.refuses("delete_task_definitions", delete(&[]), "InvalidParameterException", "greater than 0");
    desk.refuses("delete_task_definitions", delete(&many), "InvalidParameterException", "cannot exceed 10");
    desk.refuses("delete_task_definitions", delete(&["f"]), "ClientException", "Revision is missing.");
}

/// D77 A number is given once: not even a deleted revision's is given again.
#[test]
fn d77_numbers_are_given_once() {
    let mut desk = desk(1);
    desk.ask("deregister_task_definition", named("f:1"));
    desk.ask("delete_task_definitions", delete(&["f:1"]));
    let next = desk.ask("register_task_definition", definition("f"));
    assert_eq!(int(&member(&next, "taskDefinition"), "revision"), 2);
}

/// D78 A revision that is being deleted is not for new use either.
#[test]
fn d78_deleted_revisions_are_not_for_new_use() {
    let mut desk = desk(1);
    desk.ask("deregister_task_definition", named("f:1"));
    desk.ask("delete_task_definitions", delete(&["f:1"]));
    desk.refuses("create_service", with(service("s"), named("f:1")), "ClientException", "TaskDefinition is inactive");
}
