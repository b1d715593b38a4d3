//! D50 to D69: what Fargate asks beyond that.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{Desk, definition, definition_with, member, text, with};

fn refuses(request: Value, message: &str) {
    Desk::new().refuses("register_task_definition", request, "ClientException", message);
}

fn registered(request: Value) -> Value {
    member(&Desk::new().ask("register_task_definition", request), "taskDefinition")
}

fn changed(over: Value) -> Value {
    with(definition("f"), over)
}

/// D50 Fargate has one network mode.
#[test]
fn d50_the_network_mode_is_awsvpc() {
    for mode in [Value::Null, "bridge".into(), "host".into()] {
        refuses(changed(map! { "networkMode" => mode }), "Fargate only supports network mode ‘awsvpc’.");
    }
}

/// D51 Cpu and memory are said of the task.
#[test]
fn d51_the_task_has_a_size() {
    for name in ["cpu", "memory"] {
        refuses(changed(map! { name => Value::Null }), &format!("Fargate requires that '{name}' be defined at the task level."));
    }
}

/// Cpu, and each memory that it may have, in MiB.
fn sizes() -> Vec<(i64, Vec<i64>)> {
    let steps = |least: i64, most: i64, step: usize| (least..=most).step_by(step).map(|gibibytes| gibibytes * 1024).collect();
    vec![
        (256, vec![512, 1024, 2048]),
        (512, steps(1, 4, 1)),
        (1024, steps(2, 8, 1)),
        (2048, steps(4, 16, 1)),
        (4096, steps(8, 30, 1)),
        (8192, steps(16, 60, 4)),
        (16384, steps(32, 120, 8)),
        (32768, vec![61_440, 122_880, 249_856]),
    ]
}

/// D52 The size stands in the table: every one of its rows, and nothing beside it.
#[test]
fn d52_the_size_stands_in_the_table() {
    let size = |cpu: i64, memory: i64| changed(map! { "cpu" => cpu.to_string(), "memory" => memory.to_string() });
    for cpu in ["300", "0", "many", "65536"] {
        refuses(changed(map! { "cpu" => cpu }), "Invalid 'cpu' setting for task.");
    }
    let none = "No Fargate configuration exists for given values.";
    for (cpu, memories) in sizes() {
        let mut desk = Desk::new();
        for memory in &memories {
            desk.ask("register_task_definition", size(cpu, *memory));
        }
        let (least, most) = (memories[0], memories[memories.len() - 1]);
        let between: Vec<i64> = memories.windows(2).map(|pair| (pair[0] + pair[1]) / 2).collect();
        for memory in [vec![least / 2, least - 1, most + 1, most + 1024, most * 2], between].concat() {
            desk.refuses("register_task_definition", size(cpu, memory), "ClientException", none);
        }
    }
}

/// D53 Units are understood, and answered as numbers.
#[test]
fn d53_units_become_numbers() {
    let made = registered(changed(map! { "cpu" => ".5 vCPU", "memory" => "1GB" }));
    assert_eq!((text(&made, "cpu"), text(&made, "memory")), ("512".into(), "1024".into()));
}

/// D54 Ephemeral storage is 21 to 200 GiB.
#[test]
fn d54_storage_has_a_range() {
    let storage = |size: i64| changed(map! { "ephemeralStorage" => map! { "sizeInGiB" => size } });
    for size in [0, 20, 201] {
        refuses(storage(size), "between 21 GiB and 200 GiB");
    }
    for size in [21, 200] {
        let made = registered(storage(size));
        assert_eq!(member(&made, "ephemeralStorage"), map! { "sizeInGiB" => size });
    }
}

/// D55 Writing to CloudWatch Logs takes an execution role.
#[test]
fn d55_awslogs_needs_an_execution_role() {
    let options = map! { "awslogs-group" => "g", "awslogs-region" => "r", "awslogs-stream-prefix" => "p" };
    let request = definition_with(map! { "logConfiguration" => map! { "logDriver" => "awslogs", "options" => options } });
    refuses(request.clone(), "Fargate requires task definition to have execution role ARN to support log driver awslogs.");
    registered(with(request, map! { "executionRoleArn" => "r" }));
}

/// D56 So does pulling from an account's own registry, and from a public one not.
#[test]
fn d56_private_images_need_an_execution_role() {
    let request = |image: &str| definition_with(map! { "image" => image });
    let private = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/app:1";
    refuses(request(private), "Fargate requires task definition to have execution role ARN to support ECR images.");
    registered(request("nginx"));
}

/// D57 What needs a machine of one's own is refused.
#[test]
fn d57_the_host_is_out_of_reach() {
    let constraint = map! { "type" => "memberOf", "expression" => "attribute:a == b" };
    refuses(changed(map! { "placementConstraints" => vec![constraint] }), "Placement constraints are not supported");
    refuses(changed(map! { "pidMode" => "host" }), "do not support pidMode 'host'");
    refuses(definition_with(map! { "privileged" => true }), "privileged");
    refuses(definition_with(map! { "logConfiguration" => map! { "logDriver" => "syslog" } }), "log drivers");
}

/// D58 A container has two seconds to two minutes to start and to stop.
#[test]
fn d58_timeouts_have_a_range() {
    for name in ["startTimeout", "stopTimeout"] {
        for seconds in [0, 1, 121] {
            refuses(definition_with(map! { name => seconds }), &format!("{name} must be between 2 and 120 seconds"));
        }
        for seconds in [2, 120] {
            registered(definition_with(map! { name => seconds }));
        }
    }
}

/// D59 The platform of a definition is kept.
#[test]
fn d59_the_platform_is_kept() {
    let platform = map! { "cpuArchitecture" => "ARM64", "operatingSystemFamily" => "LINUX" };
    assert_eq!(member(&registered(changed(map! { "runtimePlatform" => platform.clone() })), "runtimePlatform"), platform);
}
