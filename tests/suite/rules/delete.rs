//! C70 to C79: deleting a service.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, SERVICE, int, member, service, text, texts, with};

fn request(over: Value) -> Value {
    with(map! { "cluster" => CLUSTER, "service" => SERVICE }, over)
}

fn forced() -> Value {
    request(map! { "force" => true })
}

/// C70 A service is scaled to zero first, unless it is forced.
#[test]
fn c70_a_scaled_service_is_not_deleted() {
    let mut desk = Desk::new();
    let message = "The service cannot be stopped while it is scaled above 0.";
    desk.refuses("delete_service", request(map! {}), "InvalidParameterException", message);
    desk.ask("update_service", request(map! { "desiredCount" => 0 }));
    assert_eq!(text(&member(&desk.ask("delete_service", request(map! {})), "service"), "status"), "DRAINING");
    let answer = member(&Desk::new().ask("delete_service", forced()), "service");
    assert_eq!((text(&answer, "status"), int(&answer, "desiredCount")), ("DRAINING".into(), 0));
}

/// C71 It drains while it has tasks, then it is inactive, and it can be described all the while.
#[test]
fn c71_a_deleted_service_drains() {
    let mut desk = Desk::new();
    desk.ask("delete_service", forced());
    let mut seen = vec![];
    for _ in 0..240 {
        let service = desk.service(SERVICE);
        let status = text(&service, "status");
        assert!(status == "DRAINING" || int(&service, "runningCount") == 0, "{service:?}");
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        desk.wait(1);
    }
    assert_eq!(seen, ["DRAINING", "INACTIVE"]);
    assert!(desk.tasks(SERVICE, "RUNNING").is_empty());
}

/// C72 It is not listed any more, from the first moment.
#[test]
fn c72_a_deleted_service_is_not_listed() {
    let mut desk = Desk::new();
    let listed = |desk: &mut Desk| texts(&desk.ask("list_services", map! { "cluster" => CLUSTER }), "serviceArns").len();
    assert_eq!(listed(&mut desk), 2);
    desk.ask("delete_service", forced());
    assert_eq!(listed(&mut desk), 1);
    desk.wait(300);
    assert_eq!(listed(&mut desk), 1);
}

/// C73 Its name is free once it is inactive, not before.
#[test]
fn c73_a_name_can_be_used_again() {
    let mut desk = Desk::new();
    desk.ask("delete_service", forced());
    let message = "Unable to Start a service that is still Draining.";
    desk.refuses("create_service", service(SERVICE), "InvalidParameterException", message);
    desk.wait(300);
    let made = member(&desk.ask("create_service", service(SERVICE)), "service");
    assert_eq!((text(&made, "status"), made.items("events").len()), ("ACTIVE".into(), 0));
    desk.wait(120);
    assert_eq!(int(&desk.service(SERVICE), "runningCount"), 1);
}

/// C74 What is not there, or not any more, is not found.
#[test]
fn c74_a_gone_service_is_not_found() {
    let mut desk = Desk::new();
    desk.refuses("delete_service", request(map! { "service" => "s" }), "ServiceNotFoundException", "Service not found.");
    desk.ask("delete_service", forced());
    desk.wait(300);
    desk.refuses("delete_service", forced(), "ServiceNotFoundException", "Service not found.");
}

/// C75 A service that nobody schedules is gone at once.
#[test]
fn c75_a_service_of_another_controller_is_gone_at_once() {
    let mut desk = Desk::new();
    desk.ask("create_service", with(service("code"), map! { "deploymentController" => map! { "type" => "CODE_DEPLOY" } }));
    desk.ask("delete_service", map! { "cluster" => CLUSTER, "service" => "code", "force" => true });
    assert_eq!(text(&desk.service("code"), "status"), "INACTIVE");
}

/// C76 A draining service never says that it is steady.
#[test]
fn c76_a_draining_service_is_not_steady() {
    let mut desk = Desk::new();
    let steady = |desk: &mut Desk| {
        let service = desk.service(SERVICE);
        service.items("events").iter().filter(|event| text(event, "message").ends_with("steady state.")).count()
    };
    let before = steady(&mut desk);
    desk.ask("delete_service", forced());
    desk.wait(3_600 * 24);
    assert_eq!(steady(&mut desk), before);
}
