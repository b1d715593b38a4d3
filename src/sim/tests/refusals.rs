//! What is refused, in AWS's words, and changes nothing.

use super::{Bench, CLUSTER, SERVICE};
use crate::map;
use crate::value::Value;

fn assert_refused(module: &str, method: &str, request: Value, code: &str, message: &str) {
    let mut bench = Bench::new(4);
    let before = bench.sim.to_json();
    let error = bench.refused(module, method, request);
    assert_eq!((error.code.as_str(), error.status), (code, 400), "{method}: {}", error.message);
    assert!(error.message.contains(message), "{method}: {}", error.message);
    assert_eq!(bench.sim.to_json(), before, "{method} changed something");
}

#[test]
fn ecs_refuses() {
    let update = |name: &str, value: Value| map! { "cluster" => CLUSTER, "service" => SERVICE, name => value };
    for (method, request, code, message) in [
        ("update_service", map! { "cluster" => "c", "service" => SERVICE }, "ClusterNotFoundException", "Cluster not found."),
        ("update_service", map! { "cluster" => CLUSTER, "service" => "s" }, "ServiceNotFoundException", "Service not found."),
        (
            "update_service",
            update("taskDefinition", "nest-wallet-task:99".into()),
            "ClientException",
            "TaskDefinition not found.",
        ),
        ("update_service", update("desiredCount", Value::Int(-1)), "InvalidParameterException", "negative"),
        ("list_tasks", map! { "cluster" => CLUSTER, "serviceName" => "s" }, "ServiceNotFoundException", "Service not found."),
        (
            "describe_services",
            map! { "cluster" => CLUSTER, "services" => vec!["s"; 11] },
            "InvalidParameterException",
            "at most 10",
        ),
        ("describe_tasks", map! { "cluster" => CLUSTER, "tasks" => vec!["t"; 101] }, "InvalidParameterException", "at most 100"),
        ("describe_task_definition", map! { "taskDefinition" => "other" }, "ClientException", "Unable to describe"),
        ("list_services", map! { "cluster" => CLUSTER, "nextToken" => "x" }, "InvalidParameterException", "Invalid token"),
        ("register_task_definition", definition("256", "4096"), "ClientException", "No Fargate configuration"),
        ("register_task_definition", definition("300", "512"), "ClientException", "Invalid 'cpu' setting"),
    ] {
        assert_refused("ecs", method, request, code, message);
    }
}

fn definition(cpu: &str, memory: &str) -> Value {
    let container = map! { "name" => "a", "image" => "b" };
    map! {
        "family" => "f", "containerDefinitions" => vec![container], "requiresCompatibilities" => vec!["FARGATE"],
        "networkMode" => "awsvpc", "cpu" => cpu, "memory" => memory,
    }
}

#[test]
fn empty_tags_are_refused() {
    let mut request = definition("256", "512");
    request.as_map_mut().unwrap().insert("tags".into(), Value::List(vec![]));
    assert_refused("ecs", "register_task_definition", request, "InvalidParameterException", "Tags can not be empty.");
}

#[test]
fn an_inactive_definition_is_refused_but_goes_on_running() {
    let mut bench = Bench::new(4);
    bench.ecs("deregister_task_definition", map! { "taskDefinition" => "nest-wallet-task:39" });
    bench.ecs("deregister_task_definition", map! { "taskDefinition" => "nest-wallet-task:41" });
    let request = map! { "cluster" => CLUSTER, "service" => SERVICE, "taskDefinition" => "nest-wallet-task:39" };
    let error = bench.refused("ecs", "update_service", request);
    assert_eq!((error.code.as_str(), error.message.as_str()), ("ClientException", "TaskDefinition is inactive"));
    bench.update("desiredCount", 3);
    bench.wait(120);
    assert_eq!(bench.service().get("runningCount"), Some(&Value::Int(3)));
}

#[test]
fn the_neighbors_refuse() {
    let secret = |id: &str| map! { "SecretId" => id };
    let stage = map! { "SecretId" => "nest-wallet-prod-secrets", "VersionStage" => "AWSPREVIOUS" };
    let target = |resource: &str, least: i64| {
        map! {
            "ServiceNamespace" => "ecs", "ResourceId" => resource, "ScalableDimension" => "ecs:service:DesiredCount",
            "MinCapacity" => least, "MaxCapacity" => 4,
        }
    };
    let wallet = "service/nest-wallet-cluster/nest-wallet-service";
    let dev = "service/nest-wallet-cluster/nest-wallet-service-dev";
    for (module, method, request, code) in [
        ("secretsmanager", "get_secret_value", secret("other"), "ResourceNotFoundException"),
        ("secretsmanager", "get_secret_value", stage, "ResourceNotFoundException"),
        ("secretsmanager", "put_secret_value", secret("nest-wallet-prod-secrets"), "InvalidRequestException"),
        ("application_autoscaling", "register_scalable_target", target(wallet, 5), "ValidationException"),
        ("application_autoscaling", "register_scalable_target", target(dev, 5), "ValidationException"),
        ("application_autoscaling", "register_scalable_target", target("service/a/b", 1), "ValidationException"),
        ("logs", "filter_log_events", map! { "logGroupName" => "/other" }, "ResourceNotFoundException"),
    ] {
        assert_refused(module, method, request, code, "");
    }
}

#[test]
fn what_is_not_simulated_says_so() {
    let strategy = map! { "strategy" => "BLUE_GREEN" };
    let request = map! { "cluster" => CLUSTER, "service" => SERVICE, "deploymentConfiguration" => strategy };
    assert_refused("ecs", "update_service", request, "UnsupportedOperation", "the deployment strategy BLUE_GREEN");
}
