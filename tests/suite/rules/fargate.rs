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

/// D52 The size stands in the table.
#[test]
fn d52_the_size_stands_in_the_table() {
    let size = |cpu: &str, memory: &str| changed(map! { "cpu" => cpu, "memory" => memory });
    for cpu in ["300", "0", "many"] {
        refuses(size(cpu, "512"), "Invalid 'cpu' setting for task.");
    }
    for (cpu, memory) in
        [("256", "3072"), ("512", "5120"), ("1024", "1024"), ("4096", "31744"), ("8192", "17408"), ("16384", "33792")]
    {
        refuses(size(cpu, memory), "No Fargate configuration exists for given values.");
    }
    for (cpu, memory) in
        [("256", "512"), ("512", "4096"), ("2048", "16384"), ("8192", "20480"), ("16384", "40960"), ("32768", "61440")]
    {
        registered(size(cpu, memory));
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

/// D58 A container has at most two minutes to stop.
#[test]
fn d58_timeouts_end_at_two_minutes() {
    refuses(definition_with(map! { "stopTimeout" => 121 }), "stopTimeout");
    registered(definition_with(map! { "stopTimeout" => 120 }));
}

/// D59 The platform of a definition is kept.
#[test]
fn d59_the_platform_is_kept() {
    let platform = map! { "cpuArchitecture" => "ARM64", "operatingSystemFamily" => "LINUX" };
    assert_eq!(member(&registered(changed(map! { "runtimePlatform" => platform.clone() })), "runtimePlatform"), platform);
}
