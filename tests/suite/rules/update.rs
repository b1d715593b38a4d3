//! C40 to C69: updating a service.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, SERVICE, balancer, definition, int, member, network, service, tag, text, with};

const INVALID: &str = "InvalidParameterException";

fn request(over: Value) -> Value {
    with(map! { "cluster" => CLUSTER, "service" => SERVICE }, over)
}

fn update(desk: &mut Desk, over: Value) -> Value {
    member(&desk.ask("update_service", request(over)), "service")
}

fn refuses(over: Value, code: &str, message: &str) {
    Desk::new().refuses("update_service", request(over), code, message);
}

/// C40 These changes are a new deployment, and the same value again is none.
#[test]
fn c40_what_starts_a_deployment() {
    let connect = map! { "enabled" => true, "namespace" => "shop" };
    let volume = map! { "name" => "data", "managedEBSVolume" => map! { "roleArn" => "r", "sizeInGiB" => 10 } };
    let lattice = map! { "roleArn" => "r", "targetGroupArn" => "t", "portName" => "p" };
    for change in [
        map! { "taskDefinition" => "nest-wallet-task:40" },
        map! { "networkConfiguration" => network("subnet-9") },
        map! { "platformVersion" => "1.3.0" },
        map! { "loadBalancers" => vec![balancer("nest-wallet-container", 3000)] },
        map! { "serviceRegistries" => vec![map! { "registryArn" => "r" }] },
        map! { "serviceConnectConfiguration" => connect },
        map! { "volumeConfigurations" => vec![volume] },
        map! { "vpcLatticeConfigurations" => vec![lattice] },
    ] {
        let mut desk = Desk::new();
        let first = update(&mut desk, change.clone());
        assert_eq!(first.items("deployments").len(), 2, "{change:?}");
        let again = update(&mut desk, change.clone());
        assert_eq!(again.items("deployments"), first.items("deployments"), "{change:?}");
    }
}

/// C41 A forced deployment needs no change.
#[test]
fn c41_a_deployment_can_be_forced() {
    let mut desk = Desk::new();
    assert_eq!(update(&mut desk, map! { "forceNewDeployment" => true }).items("deployments").len(), 2);
    assert_eq!(update(&mut desk, map! { "forceNewDeployment" => false }).items("deployments").len(), 2);
}

/// C42 These changes are kept, and are no deployment.
#[test]
fn c42_what_starts_no_deployment() {
    let mut desk = Desk::new();
    let changes = map! {
        "desiredCount" => 3, "healthCheckGracePeriodSeconds" => 5, "enableExecuteCommand" => true, "enableECSManagedTags" => false,
        "propagateTags" => "SERVICE", "availabilityZoneRebalancing" => "ENABLED", "placementStrategy" => Vec::<Value>::new(),
        "placementConstraints" => Vec::<Value>::new(),
    };
    let before = text(&desk.service(SERVICE).items("deployments")[0], "id");
    let after = update(&mut desk, changes.clone());
    let [deployment] = after.items("deployments") else { panic!("{after:?}") };
    assert_eq!(text(deployment, "id"), before);
    for (name, value) in changes.as_map().unwrap() {
        assert_eq!(after.get(name), Some(value), "{name}");
    }
}

/// C43 A deployment configuration is patched, member by member.
#[test]
fn c43_the_deployment_configuration_is_patched() {
    let mut desk = Desk::new();
    let before = member(&desk.service(SERVICE), "deploymentConfiguration");
    let after = update(&mut desk, map! { "deploymentConfiguration" => map! { "maximumPercent" => 150 } });
    assert_eq!(after.items("deployments").len(), 1);
    assert_eq!(member(&after, "deploymentConfiguration"), with(before, map! { "maximumPercent" => 150 }));
}

/// C44 The answer shows the new deployment before it has begun, and the old one still completed.
#[test]
fn c44_the_answer_comes_before_the_scheduler() {
    let answer = update(&mut Desk::new(), map! { "forceNewDeployment" => true });
    let [new, old] = answer.items("deployments") else { panic!("{answer:?}") };
    assert_eq!((text(new, "status"), text(new, "rolloutState")), ("PRIMARY".into(), "IN_PROGRESS".into()));
    assert_eq!([int(new, "desiredCount"), int(new, "runningCount"), int(new, "pendingCount")], [0, 0, 0]);
    assert_eq!((text(old, "status"), text(old, "rolloutState")), ("ACTIVE".into(), "COMPLETED".into()));
    assert_eq!((int(old, "runningCount"), answer.get("tags")), (2, None));
}

/// C45 What a service is updated to must exist and fit.
#[test]
fn c45_an_update_must_fit() {
    refuses(map! { "taskDefinition" => "nest-wallet-task:99" }, "ClientException", "TaskDefinition not found.");
    refuses(map! { "platformVersion" => "9" }, "PlatformUnknownException", "The specified platform does not exist.");
    refuses(map! { "desiredCount" => -1 }, INVALID, "Desired count cannot be negative.");
    let empty = map! { "awsvpcConfiguration" => map! { "subnets" => Vec::<Value>::new() } };
    refuses(map! { "networkConfiguration" => empty }, INVALID, "subnets can not be empty.");
    refuses(map! { "loadBalancers" => vec![balancer("web", 1)] }, INVALID, "The container web does not exist");
}

/// C46 A new definition still has the container and the port that the load balancer leads to.
#[test]
fn c46_a_new_definition_keeps_what_the_load_balancer_needs() {
    let mut desk = Desk::new();
    desk.ask("register_task_definition", definition("renamed"));
    let message = "The container nest-wallet-container does not exist in the task definition.";
    desk.refuses("update_service", request(map! { "taskDefinition" => "renamed" }), INVALID, message);
}

/// C47 A definition that does not run on Fargate is refused.
#[test]
fn c47_a_new_definition_runs_on_fargate() {
    let mut desk = Desk::new();
    let bridge = map! { "networkMode" => "bridge", "requiresCompatibilities" => vec!["EC2"] };
    desk.ask("register_task_definition", with(definition("old"), bridge));
    let message = "Task definition does not support launch_type FARGATE.";
    desk.refuses("update_service", request(map! { "taskDefinition" => "old" }), INVALID, message);
}

/// C48 Percentages leave room to deploy.
#[test]
fn c48_percentages_have_rules() {
    for (minimum, maximum, message) in [
        (100, 100, "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."),
        (150, 120, "minimumHealthyPercent must be less than or equal to maximumPercent."),
        (0, 99, "maximumPercent must be at least 100."),
        (-1, 200, "minimumHealthyPercent cannot be negative."),
    ] {
        let configuration = map! { "minimumHealthyPercent" => minimum, "maximumPercent" => maximum };
        refuses(map! { "deploymentConfiguration" => configuration }, INVALID, message);
    }
    // The other half of the pair is the service's own.
    refuses(map! { "deploymentConfiguration" => map! { "maximumPercent" => 100 } }, INVALID, "block deployments");
}

/// C49 A circuit breaker's threshold and its alarms make sense.
#[test]
fn c49_breaker_and_alarms_have_rules() {
    let breaker = |kind: &str, value: i64| {
        let threshold = map! { "type" => kind, "value" => value };
        let breaker = map! { "enable" => true, "rollback" => true, "thresholdConfiguration" => threshold };
        map! { "deploymentConfiguration" => map! { "deploymentCircuitBreaker" => breaker } }
    };
    for (kind, value) in [("BOUNDED_PERCENT", 101), ("UNBOUNDED_PERCENT", 0), ("COUNT", 0)] {
        refuses(breaker(kind, value), INVALID, "threshold value");
    }
    update(&mut Desk::new(), breaker("COUNT", 101));
    let alarms = map! { "alarmNames" => Vec::<Value>::new(), "enable" => true, "rollback" => false };
    refuses(map! { "deploymentConfiguration" => map! { "alarms" => alarms } }, INVALID, "alarm");
}

/// C50 The grace period is not negative and fits into 32 bits.
#[test]
fn c50_the_grace_period_has_a_range() {
    for seconds in [-1, 2_147_483_648] {
        refuses(map! { "healthCheckGracePeriodSeconds" => seconds }, INVALID, "between 0 and 2147483647");
    }
    update(&mut Desk::new(), map! { "healthCheckGracePeriodSeconds" => 2_147_483_647 });
}

/// C51 Strategies other than rolling are said to be out of reach.
#[test]
fn c51_other_strategies_are_not_simulated() {
    for strategy in ["BLUE_GREEN", "LINEAR", "CANARY"] {
        let change = map! { "deploymentConfiguration" => map! { "strategy" => strategy } };
        refuses(change, "UnsupportedOperation", &format!("the deployment strategy {strategy}"));
    }
}

/// C52 A change of capacity providers must be forced, and takes the launch type's place.
#[test]
fn c52_capacity_providers_are_changed_by_force() {
    let strategy = vec![map! { "capacityProvider" => "FARGATE_SPOT", "weight" => 1, "base" => 0 }];
    let change = map! { "capacityProviderStrategy" => strategy.clone() };
    refuses(change.clone(), INVALID, "you must force a new deployment");
    let mut desk = Desk::new();
    let after = update(&mut desk, with(change, map! { "forceNewDeployment" => true }));
    assert_eq!((after.items("capacityProviderStrategy"), after.get("launchType")), (strategy.as_slice(), None));
    let back = map! { "capacityProviderStrategy" => Vec::<Value>::new(), "forceNewDeployment" => true };
    let after = update(&mut desk, back);
    assert_eq!((text(&after, "launchType"), after.get("capacityProviderStrategy")), ("FARGATE".into(), None));
}

/// C53 Only an active service is updated.
#[test]
fn c53_only_active_services_are_updated() {
    let mut desk = Desk::new();
    desk.refuses("update_service", request(map! { "service" => "s" }), "ServiceNotFoundException", "Service not found.");
    desk.refuses("update_service", request(map! { "cluster" => "c" }), "ClusterNotFoundException", "Cluster not found.");
    desk.ask("delete_service", request(map! { "force" => true }));
    desk.refuses("update_service", request(map! {}), "ServiceNotActiveException", "Service was not ACTIVE.");
    desk.wait(300);
    assert_eq!(text(&desk.service(SERVICE), "status"), "INACTIVE");
    desk.refuses("update_service", request(map! {}), "ServiceNotActiveException", "Service was not ACTIVE.");
}

/// C54 What another controller deploys is not deployed by an update.
#[test]
fn c54_other_controllers_deploy_for_themselves() {
    let mut desk = Desk::new();
    desk.ask("create_service", with(service("code"), map! { "deploymentController" => map! { "type" => "CODE_DEPLOY" } }));
    let request = |over: Value| with(map! { "cluster" => CLUSTER, "service" => "code" }, over);
    let message = "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy";
    desk.refuses("update_service", request(map! { "taskDefinition" => "nest-wallet-task:40" }), INVALID, message);
    desk.refuses("update_service", request(map! { "forceNewDeployment" => true }), INVALID, "Cannot force a new deployment");
    let back = map! { "deploymentController" => map! { "type" => "ECS" } };
    desk.refuses("update_service", request(back), "UnsupportedOperation", "changing the deployment controller");
    let after = member(&desk.ask("update_service", request(map! { "desiredCount" => 4 })), "service");
    assert_eq!((int(&after, "desiredCount"), after.items("deployments").len()), (4, 0));
}

/// C55 Tagging a service deploys nothing.
#[test]
fn c55_tags_are_no_deployment() {
    let mut desk = Desk::new();
    let before = desk.service(SERVICE);
    desk.ask("tag_resource", map! { "resourceArn" => text(&before, "serviceArn"), "tags" => vec![tag("team", "wallet")] });
    desk.wait(60);
    assert_eq!(desk.service(SERVICE).items("deployments"), before.items("deployments"));
}

/// C56 A service has at most 5000 tasks, and no number is too large to be refused.
#[test]
fn c56_numbers_have_bounds() {
    for count in [5001, i64::from(i32::MAX), i64::MAX] {
        refuses(map! { "desiredCount" => count }, INVALID, "Desired count cannot be greater than 5000.");
    }
    assert_eq!(int(&update(&mut Desk::new(), map! { "desiredCount" => 5000 }), "desiredCount"), 5000);
    for percent in [i64::from(i32::MAX) + 1, i64::MAX] {
        let configuration = map! { "maximumPercent" => percent };
        refuses(map! { "deploymentConfiguration" => configuration }, INVALID, "maximumPercent");
    }
}

/// C58 A platform version from before a feature does not run what uses it.
#[test]
fn c58_old_platforms_lack_features() {
    let efs = map! { "name" => "data", "efsVolumeConfiguration" => map! { "fileSystemId" => "fs-1" } };
    for feature in [map! { "ephemeralStorage" => map! { "sizeInGiB" => 50 } }, map! { "volumes" => vec![efs] }] {
        let mut desk = Desk::new();
        let definition = with(definition("large"), feature);
        desk.ask("register_task_definition", definition);
        let made = |version: &str| with(service("large"), map! { "taskDefinition" => "large", "platformVersion" => version });
        let code = "PlatformTaskDefinitionIncompatibilityException";
        desk.refuses("create_service", made("1.3.0"), code, "platform version");
        desk.ask("create_service", made("1.4.0"));
        let older = map! { "cluster" => CLUSTER, "service" => "large", "platformVersion" => "1.3.0" };
        desk.refuses("update_service", older, code, "platform version");
    }
}
