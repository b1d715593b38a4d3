//! C80 to C89: the account: its settings, its capacity providers, and machines
//! of its own, of which it has none.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, member, text, texts, with};

const INVALID: &str = "InvalidParameterException";

fn setting(name: &str, value: &str) -> Value {
    map! { "name" => name, "value" => value }
}

/// The value of one setting, if it is in the answer.
fn found(desk: &mut Desk, effective: bool) -> Option<String> {
    let request = map! { "name" => "containerInsights", "effectiveSettings" => effective };
    desk.ask("list_account_settings", request).items("settings").first().map(|setting| text(setting, "value"))
}

/// C80 The caller's own setting goes before the account's, and that before AWS's.
#[test]
fn c80_settings_have_an_order() {
    let mut desk = Desk::new();
    assert_eq!((found(&mut desk, false), found(&mut desk, true).as_deref()), (None, Some("disabled")));
    let put = member(&desk.ask("put_account_setting_default", setting("containerInsights", "enabled")), "setting");
    assert!(text(&put, "principalArn").ends_with(":root"));
    assert_eq!((found(&mut desk, false), found(&mut desk, true).as_deref()), (None, Some("enabled")));
    let put = member(&desk.ask("put_account_setting", setting("containerInsights", "enhanced")), "setting");
    assert!(text(&put, "principalArn").ends_with(":user/sandbox"));
    assert_eq!((found(&mut desk, false).as_deref(), found(&mut desk, true).as_deref()), (Some("enhanced"), Some("enhanced")));
    let left = member(&desk.ask("delete_account_setting", map! { "name" => "containerInsights" }), "setting");
    assert_eq!((text(&left, "value"), found(&mut desk, false)), ("enabled".into(), None));
}

/// C81 A setting has certain values, and one is AWS's own.
#[test]
fn c81_settings_have_values() {
    let mut desk = Desk::new();
    let wrong = [("containerInsights", "on"), ("fargateTaskRetirementWaitPeriod", "3"), ("guardDutyActivate", "on")];
    for (name, value) in wrong {
        desk.refuses("put_account_setting", setting(name, value), INVALID, "");
    }
    desk.refuses("list_account_settings", map! { "value" => "on" }, INVALID, "name");
    desk.ask("put_account_setting", setting("fargateTaskRetirementWaitPeriod", "14"));
}

/// C82 A new cluster watches its containers as the account says.
#[test]
fn c82_clusters_follow_the_account() {
    let mut desk = Desk::new();
    desk.ask("put_account_setting_default", setting("containerInsights", "enhanced"));
    let cluster = member(&desk.ask("create_cluster", map! { "clusterName" => "c" }), "cluster");
    assert_eq!(cluster.items("settings"), [setting("containerInsights", "enhanced")]);
}

/// C83 Fargate brings two capacity providers; another one is missing.
#[test]
fn c83_fargate_has_two_capacity_providers() {
    let mut desk = Desk::new();
    let names = |answer: &Value| answer.items("capacityProviders").iter().map(|one| text(one, "name")).collect::<Vec<_>>();
    assert_eq!(names(&desk.ask("describe_capacity_providers", map! {})), ["FARGATE", "FARGATE_SPOT"]);
    let some = desk.ask("describe_capacity_providers", map! { "capacityProviders" => vec!["FARGATE_SPOT", "mine"] });
    assert_eq!(names(&some), ["FARGATE_SPOT"]);
    assert_eq!(some.items("failures").iter().map(|failure| text(failure, "reason")).collect::<Vec<_>>(), ["MISSING"]);
    desk.ask("create_cluster", map! { "clusterName" => "c", "capacityProviders" => vec!["FARGATE"] });
    assert_eq!(names(&desk.ask("describe_capacity_providers", map! { "cluster" => "c" })), ["FARGATE"]);
}

/// C84 There are no container instances, and so no attributes.
#[test]
fn c84_there_are_no_container_instances() {
    let mut desk = Desk::new();
    let cluster = || map! { "cluster" => CLUSTER };
    assert!(texts(&desk.ask("list_container_instances", cluster()), "containerInstanceArns").is_empty());
    let answer = desk.ask("describe_container_instances", with(cluster(), map! { "containerInstances" => vec!["i"] }));
    assert_eq!((answer.items("containerInstances").len(), text(&answer.items("failures")[0], "reason")), (0, "MISSING".into()));
    for count in [0, 101] {
        let request = with(cluster(), map! { "containerInstances" => vec!["i"; count] });
        desk.refuses("describe_container_instances", request, INVALID, "nstance");
    }
    let attributes = with(cluster(), map! { "attributes" => vec![map! { "name" => "a", "targetId" => "i" }] });
    for method in ["put_attributes", "delete_attributes"] {
        desk.refuses(method, attributes.clone(), "TargetNotFoundException", "i");
        for count in [0, 11] {
            let request = with(cluster(), map! { "attributes" => vec![map! { "name" => "a" }; count] });
            desk.refuses(method, request, INVALID, "attributes");
        }
    }
    let list = with(cluster(), map! { "targetType" => "container-instance" });
    assert!(desk.ask("list_attributes", list.clone()).items("attributes").is_empty());
    let valued = with(list, map! { "attributeValue" => "v" });
    desk.refuses("list_attributes", valued, INVALID, "attributeName");
}

/// C85 What is far from Fargate services says that it is not simulated.
#[test]
fn c85_what_is_not_simulated_says_so() {
    let mut desk = Desk::new();
    for (method, request) in [
        ("create_task_set", map! { "cluster" => CLUSTER, "service" => "s", "taskDefinition" => "t" }),
        ("create_express_gateway_service", map! { "executionRoleArn" => "r", "infrastructureRoleArn" => "r" }),
        ("list_daemons", map! {}),
        ("register_container_instance", map! { "cluster" => CLUSTER }),
    ] {
        desk.refuses(method, request, "UnsupportedOperation", "the sandbox does not simulate ecs");
    }
}
