//! D30 to D49: what ECS asks of the containers of a definition.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{Desk, definition_with, int, member, with};

fn refuses(over: Value, message: &str) {
    Desk::new().refuses("register_task_definition", definition_with(over), "ClientException", message);
}

fn registered(over: Value) -> Value {
    let made = Desk::new().ask("register_task_definition", with(definition_with(over), map! { "executionRoleArn" => "r" }));
    member(&made, "taskDefinition").items("containerDefinitions")[0].clone()
}

/// D30 A container has a name of the right form and an image.
#[test]
fn d30_a_container_has_a_name_and_an_image() {
    refuses(map! { "name" => Value::Null }, "Container.name should not be null or empty.");
    refuses(map! { "image" => "" }, "Container.image should not be null or empty.");
    refuses(map! { "name" => "my app" }, "Container.name contains invalid characters.");
}

/// D31 With awsvpc the ports of host and container are the same.
#[test]
fn d31_host_ports_are_container_ports() {
    let ports = |host: i64| map! { "portMappings" => vec![map! { "containerPort" => 80, "hostPort" => host }] };
    refuses(ports(81), "When networkMode=awsvpc, the host ports and container ports in port mappings must match.");
    registered(ports(80));
    let bridge = map! { "networkMode" => "bridge", "requiresCompatibilities" => Value::Null };
    Desk::new().ask("register_task_definition", with(definition_with(ports(81)), bridge));
}

/// D32 Containers in one network namespace need no links, and get none.
#[test]
fn d32_links_are_not_for_awsvpc() {
    refuses(map! { "links" => vec!["db"] }, "Links are not supported when networkMode=awsvpc.");
}

/// D33 A secret has a name and a place it comes from.
#[test]
fn d33_secrets_are_complete() {
    for (name, from) in [("", "arn"), ("A", "")] {
        refuses(map! { "secrets" => vec![map! { "name" => name, "valueFrom" => from }] }, "should not be null or empty");
    }
}

/// D34 A secret cannot share its name with a variable or with another secret.
#[test]
fn d34_names_of_secrets_are_unique() {
    let secret = || map! { "name" => "KEY", "valueFrom" => "arn" };
    let message = "The secret name must be unique";
    refuses(map! { "secrets" => vec![secret(), secret()] }, message);
    let variable = vec![map! { "name" => "KEY", "value" => "1" }];
    refuses(map! { "secrets" => vec![secret()], "environment" => variable }, message);
}

/// D35 A variable can be given twice.
#[test]
fn d35_variables_can_repeat() {
    let twice = vec![map! { "name" => "A", "value" => "1" }; 2];
    assert_eq!(registered(map! { "environment" => twice }).items("environment").len(), 2);
}

/// D36 Secrets are read with an execution role.
#[test]
fn d36_secrets_need_an_execution_role() {
    let secrets = map! { "secrets" => vec![map! { "name" => "A", "valueFrom" => "arn" }] };
    refuses(secrets.clone(), "you must also specify a value for 'executionRoleArn'.");
    registered(secrets);
}

/// D37 The awslogs driver needs a group and a region, and on Fargate a prefix.
#[test]
fn d37_awslogs_needs_its_options() {
    let logs = |options: Value| map! { "logConfiguration" => map! { "logDriver" => "awslogs", "options" => options } };
    refuses(logs(map! { "awslogs-stream-prefix" => "p" }), "requires options: awslogs-group, awslogs-region");
    let no_prefix = map! { "awslogs-group" => "g", "awslogs-region" => "r" };
    refuses(logs(no_prefix.clone()), "awslogs-stream-prefix");
    registered(logs(with(no_prefix, map! { "awslogs-stream-prefix" => "p" })));
}

/// D38 A health check's numbers have ranges, and defaults.
#[test]
fn d38_health_checks_have_ranges() {
    let check = |over: Value| map! { "healthCheck" => with(map! { "command" => vec!["CMD", "true"] }, over) };
    for (name, least, most) in [("interval", 5, 300), ("timeout", 2, 60), ("retries", 1, 10), ("startPeriod", 0, 300)] {
        for wrong in [least - 1, most + 1] {
            refuses(check(map! { name => wrong }), &format!("between {least} and {most}"));
        }
        for right in [least, most] {
            assert_eq!(int(&member(&registered(check(map! { name => right })), "healthCheck"), name), right);
        }
    }
    refuses(map! { "healthCheck" => map! { "command" => Vec::<Value>::new() } }, "should not be empty");
    let filled = member(&registered(check(map! {})), "healthCheck");
    assert_eq!([int(&filled, "interval"), int(&filled, "timeout"), int(&filled, "retries")], [30, 5, 3]);
}

/// D39 A port is a port.
#[test]
fn d39_ports_have_a_range() {
    refuses(map! { "portMappings" => vec![map! { "containerPort" => 70_000 }] }, "between 0 and 65535");
}
