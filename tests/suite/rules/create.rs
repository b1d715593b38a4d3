//! C20 to C39: creating a service.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{Desk, balancer, definition, int, member, network, service, tag, text, with};

const INVALID: &str = "InvalidParameterException";

fn refuses(over: Value, code: &str, message: &str) {
    Desk::new().refuses("create_service", with(service("s"), over), code, message);
}

fn created(over: Value) -> Value {
    member(&Desk::new().ask("create_service", with(service("s"), over)), "service")
}

/// C20 A new service has one deployment, no tasks yet, and what AWS fills in.
#[test]
fn c20_a_new_service_is_complete() {
    let made = created(map! {});
    let [deployment] = made.items("deployments") else { panic!("{made:?}") };
    assert_eq!((text(deployment, "status"), text(deployment, "rolloutState")), ("PRIMARY".into(), "IN_PROGRESS".into()));
    assert_eq!((int(&made, "desiredCount"), int(&made, "runningCount"), int(&made, "pendingCount")), (1, 0, 0));
    assert!(text(&made, "taskDefinition").ends_with("task-definition/nest-wallet-task:41"));
    for (name, value) in [
        ("status", "ACTIVE"),
        ("schedulingStrategy", "REPLICA"),
        ("platformVersion", "LATEST"),
        ("platformFamily", "Linux"),
        ("propagateTags", "NONE"),
        ("availabilityZoneRebalancing", "ENABLED"),
        ("launchType", "FARGATE"),
    ] {
        assert_eq!(text(&made, name), value, "{name}");
    }
    for name in ["loadBalancers", "serviceRegistries", "placementConstraints", "placementStrategy", "events", "tags"] {
        assert_eq!(member(&made, name), Value::List(vec![]), "{name}");
    }
    for name in ["enableECSManagedTags", "enableExecuteCommand"] {
        assert_eq!(member(&made, name), Value::Bool(false), "{name}");
    }
    let configuration = member(&made, "deploymentConfiguration");
    assert_eq!((int(&configuration, "minimumHealthyPercent"), int(&configuration, "maximumPercent")), (100, 200));
    assert_eq!((text(&configuration, "strategy"), int(&made, "healthCheckGracePeriodSeconds")), ("ROLLING".into(), 0));
    let network = member(&member(&made, "networkConfiguration"), "awsvpcConfiguration");
    assert_eq!(text(&network, "assignPublicIp"), "DISABLED");
    assert_eq!(text(deployment, "platformVersion"), "1.4.0");
}

/// C21 It starts what it was asked for.
#[test]
fn c21_a_new_service_becomes_steady() {
    let mut desk = Desk::new();
    desk.ask("create_service", with(service("s"), map! { "desiredCount" => 2 }));
    desk.wait(120);
    let service = desk.service("s");
    assert_eq!((int(&service, "runningCount"), text(&service.items("deployments")[0], "rolloutState")), (2, "COMPLETED".into()));
}

/// C22 A name is taken while its service lives.
#[test]
fn c22_names_are_unique() {
    let message = "Creation of service was not idempotent.";
    Desk::new().refuses("create_service", service("nest-wallet-service"), INVALID, message);
    for name in ["a b", "", &"s".repeat(256)] {
        Desk::new().refuses("create_service", service(name), INVALID, "name");
    }
}

/// C23 The same client token is the same creation; with another request it is refused.
#[test]
fn c23_a_client_token_is_answered_again() {
    let mut desk = Desk::new();
    let request = with(service("s"), map! { "clientToken" => "t-1" });
    let made = desk.ask("create_service", request.clone());
    assert_eq!(desk.ask("create_service", request.clone()), made);
    let other = with(request.clone(), map! { "desiredCount" => 2 });
    desk.refuses("create_service", other, INVALID, "Creation of service was not idempotent.");
    let second = with(request, map! { "clientToken" => "t-2" });
    desk.refuses("create_service", second, INVALID, "Creation of service was not idempotent.");
    refuses(map! { "clientToken" => "t".repeat(37) }, INVALID, "clientToken");
}

/// C24 A task in its own network needs one, with subnets.
#[test]
fn c24_awsvpc_needs_a_network() {
    let message = "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    refuses(map! { "networkConfiguration" => Value::Null }, INVALID, message);
    let subnets = |count: usize| map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-1"; count] } };
    refuses(map! { "networkConfiguration" => subnets(0) }, INVALID, "subnets can not be empty.");
    refuses(map! { "networkConfiguration" => subnets(17) }, INVALID, "at most 16");
    let groups = map! { "subnets" => vec!["subnet-1"], "securityGroups" => vec!["sg-1"; 6] };
    refuses(map! { "networkConfiguration" => map! { "awsvpcConfiguration" => groups } }, INVALID, "at most 5");
}

/// C25 The task definition exists and runs on Fargate.
#[test]
fn c25_the_definition_fits() {
    refuses(map! { "taskDefinition" => "other" }, "ClientException", "TaskDefinition not found.");
    refuses(map! { "taskDefinition" => Value::Null }, "ClientException", "TaskDefinition");
    let mut desk = Desk::new();
    let bridge = map! { "networkMode" => "bridge", "requiresCompatibilities" => vec!["EC2"] };
    desk.ask("register_task_definition", with(definition("old"), bridge));
    let request = with(service("s"), map! { "taskDefinition" => "old" });
    desk.refuses("create_service", request, INVALID, "Task definition does not support launch_type FARGATE.");
}

/// C26 A load balancer leads to a container and a port that the definition has.
#[test]
fn c26_load_balancers_lead_somewhere() {
    let message = "The container web does not exist in the task definition.";
    refuses(map! { "loadBalancers" => vec![balancer("web", 3000)] }, INVALID, message);
    let message = "The container nest-wallet-container did not have a container port 80 defined.";
    refuses(map! { "loadBalancers" => vec![balancer("nest-wallet-container", 80)] }, INVALID, message);
    let classic =
        with(balancer("nest-wallet-container", 3000), map! { "targetGroupArn" => Value::Null, "loadBalancerName" => "l" });
    refuses(map! { "loadBalancers" => vec![classic] }, INVALID, "target groups");
    created(map! { "loadBalancers" => vec![balancer("nest-wallet-container", 3000)] });
}

/// C27 A service runs by launch type or by capacity providers, not by both.
#[test]
fn c27_launch_type_or_capacity_providers() {
    let strategy = vec![map! { "capacityProvider" => "FARGATE_SPOT", "weight" => 2 }];
    let both = map! { "capacityProviderStrategy" => strategy.clone() };
    refuses(both, INVALID, "Specifying both a launch type and capacity provider strategy is not supported.");
    let made = created(map! { "capacityProviderStrategy" => strategy, "launchType" => Value::Null });
    let complete = map! { "capacityProvider" => "FARGATE_SPOT", "weight" => 2, "base" => 0 };
    assert_eq!((made.items("capacityProviderStrategy"), made.get("launchType")), (&[complete][..], None));
}

/// C28 Without either, the cluster's default strategy decides.
#[test]
fn c28_the_cluster_has_a_default_strategy() {
    let mut desk = Desk::new();
    let strategy = vec![map! { "capacityProvider" => "FARGATE", "weight" => 1, "base" => 0 }];
    let request = map! {
        "cluster" => "nest-wallet-cluster", "capacityProviders" => vec!["FARGATE"], "defaultCapacityProviderStrategy" => strategy.clone(),
    };
    desk.ask("put_cluster_capacity_providers", request);
    let made = member(&desk.ask("create_service", with(service("s"), map! { "launchType" => Value::Null })), "service");
    assert_eq!(made.items("capacityProviderStrategy"), strategy);
}

/// C29 What does not run on Fargate is said to be out of reach.
#[test]
fn c29_other_launch_types_are_not_simulated() {
    for kind in [Value::Null, "EC2".into(), "EXTERNAL".into()] {
        refuses(map! { "launchType" => kind }, "UnsupportedOperation", "does not simulate services of launch type");
    }
}

/// C30 Replicas are counted; daemons are not for Fargate.
#[test]
fn c30_replicas_are_counted() {
    refuses(map! { "desiredCount" => Value::Null }, INVALID, "Desired count cannot be null.");
    refuses(map! { "desiredCount" => -1 }, INVALID, "Desired count cannot be negative.");
    refuses(map! { "schedulingStrategy" => "DAEMON" }, INVALID, "daemon scheduling strategy");
    assert_eq!(int(&created(map! { "desiredCount" => 0 }), "desiredCount"), 0);
}

/// C31 A role is only for load balancers outside of awsvpc.
#[test]
fn c31_the_service_linked_role_is_used() {
    let message = "You cannot specify an IAM role for services that require a service linked role.";
    refuses(map! { "role" => "ecsServiceRole" }, INVALID, message);
}

/// C32 The platform version exists.
#[test]
fn c32_the_platform_version_exists() {
    refuses(map! { "platformVersion" => "2.0.0" }, "PlatformUnknownException", "The specified platform does not exist.");
    assert_eq!(text(&created(map! { "platformVersion" => "1.4.0" }), "platformVersion"), "1.4.0");
}

/// C33 Another deployment controller's service stands still: it has task sets, of which there are none.
#[test]
fn c33_other_controllers_stand_still() {
    let mut desk = Desk::new();
    let controlled = |kind: &str| map! { "deploymentController" => map! { "type" => kind } };
    desk.ask("create_service", with(service("code"), controlled("CODE_DEPLOY")));
    let external = map! { "taskDefinition" => Value::Null, "launchType" => Value::Null, "networkConfiguration" => Value::Null };
    desk.ask("create_service", with(with(service("external"), controlled("EXTERNAL")), external));
    let external = with(service("e"), controlled("EXTERNAL"));
    desk.refuses("create_service", external, INVALID, "task definition cannot be specified");
    desk.wait(300);
    for name in ["code", "external"] {
        let service = desk.service(name);
        assert_eq!((text(&service, "status"), int(&service, "runningCount")), ("ACTIVE".into(), 0), "{name}");
        assert_eq!((member(&service, "taskSets"), member(&service, "deployments")), (Value::List(vec![]), Value::List(vec![])));
        assert!(service.items("events").is_empty());
    }
}

/// C34 Settings of the deployment alone stand on the deployment.
#[test]
fn c34_service_connect_stands_on_the_deployment() {
    let connect = map! { "enabled" => true, "namespace" => "shop" };
    let made = created(map! { "serviceConnectConfiguration" => connect.clone() });
    assert_eq!(made.get("serviceConnectConfiguration"), None);
    assert_eq!(member(&made.items("deployments")[0], "serviceConnectConfiguration"), connect);
}

/// C35 Tags are checked and answered.
#[test]
fn c35_tags_of_a_service() {
    let tags = vec![tag("a", "1")];
    assert_eq!(created(map! { "tags" => tags.clone() }).items("tags"), tags);
    refuses(map! { "tags" => vec![tag("aws:a", "1")] }, INVALID, "aws:");
}

/// C36 Rebalancing needs room for one task more.
#[test]
fn c36_rebalancing_needs_room() {
    let tight = map! { "deploymentConfiguration" => map! { "minimumHealthyPercent" => 0, "maximumPercent" => 100 } };
    assert_eq!(text(&created(tight.clone()), "availabilityZoneRebalancing"), "DISABLED");
    refuses(with(tight, map! { "availabilityZoneRebalancing" => "ENABLED" }), INVALID, "maximumPercent");
    refuses(
        map! { "networkConfiguration" => network("s"), "cluster" => "other" },
        "ClusterNotFoundException",
        "Cluster not found.",
    );
}
