//! The answer that everything here is measured with: about 12 KB, 20 events.

use std::sync::LazyLock;

use serde_json::json;

use crate::{REGION, SERVICE};

pub static ANSWER: LazyLock<String> = LazyLock::new(|| {
    let answer = json!({ "services": [service()], "failures": [] }).to_string();
    assert!((11_500..12_500).contains(&answer.len()), "the answer is {} bytes", answer.len());
    answer
});

/// A service in the middle of a deployment, as ECS describes it.
fn service() -> serde_json::Value {
    json!({
        "serviceArn": arn("service/nest-wallet-cluster/nest-wallet-service"),
        "serviceName": SERVICE,
        "clusterArn": arn("cluster/nest-wallet-cluster"),
        "loadBalancers": [load_balancer()],
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": 2, "runningCount": 3, "pendingCount": 1,
        "platformVersion": "LATEST", "platformFamily": "Linux",
        "taskDefinition": arn("task-definition/nest-wallet-task:42"),
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": { "enable": true, "rollback": true },
            "maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING", "bakeTimeInMinutes": 0,
            "alarms": { "alarmNames": ["nest-wallet-5xx", "nest-wallet-latency"], "rollback": true, "enable": true },
        },
        "deployments": [deployment("PRIMARY", 42), deployment("ACTIVE", 41), deployment("ACTIVE", 40)],
        "roleArn": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "events": (0..20).map(event).collect::<Vec<_>>(),
        "createdAt": 1_751_360_400.123, "createdBy": "arn:aws:iam::123456789012:role/deployer",
        "placementConstraints": [], "placementStrategy": [],
        "networkConfiguration": network(),
        "healthCheckGracePeriodSeconds": 60,
        "schedulingStrategy": "REPLICA",
        "deploymentController": { "type": "ECS" },
        "enableECSManagedTags": true, "propagateTags": "SERVICE", "enableExecuteCommand": true,
        "capacityProviderStrategy": [{ "capacityProvider": "FARGATE", "weight": 1, "base": 1 }],
        "availabilityZoneRebalancing": "ENABLED",
        "tags": [tag("team", "wallet"), tag("env", "prod"), tag("cost-center", "4711"), tag("managed-by", "rollbook")],
    })
}

fn arn(resource: &str) -> String {
    format!("arn:aws:ecs:{REGION}:123456789012:{resource}")
}

fn tag(key: &str, value: &str) -> serde_json::Value {
    json!({ "key": key, "value": value })
}

fn load_balancer() -> serde_json::Value {
    json!({ "targetGroupArn": TARGET_GROUP, "containerName": "nest-wallet", "containerPort": 3000, "advancedConfiguration": {
        "alternateTargetGroupArn": format!("{TARGET_GROUP}-green"), "roleArn": "arn:aws:iam::123456789012:role/ecs-load-balancers",
        "productionListenerRule": "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:listener-rule/app/nest-wallet/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee",
    } })
}

const TARGET_GROUP: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/nest-wallet/0d1b9a2c8f7e6d55";

fn network() -> serde_json::Value {
    json!({ "awsvpcConfiguration": {
        "subnets": ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829", "subnet-0c3d4e5f607182930"],
        "securityGroups": ["sg-0123456789abcdef0", "sg-0fedcba9876543210"], "assignPublicIp": "DISABLED",
    } })
}

const DEPLOYMENT: u64 = 3_141_592_653_589_793_238;

fn deployment(status: &str, revision: u64) -> serde_json::Value {
    json!({
        "id": format!("ecs-svc/{}", DEPLOYMENT + revision),
        "status": status,
        "taskDefinition": arn(&format!("task-definition/nest-wallet-task:{revision}")),
        "desiredCount": 2, "pendingCount": 1, "runningCount": 1, "failedTasks": 0,
        "createdAt": 1_751_360_400.123 + revision as f64, "updatedAt": 1_751_360_460.5 + revision as f64,
        "launchType": "FARGATE", "platformVersion": "1.4.0", "platformFamily": "Linux",
        "networkConfiguration": network(),
        "serviceConnectConfiguration": {
            "enabled": true, "namespace": "arn:aws:servicediscovery:ap-northeast-2:123456789012:namespace/ns-0123456789abcdef",
            "services": [{ "portName": "http", "discoveryName": SERVICE, "clientAliases": [{ "port": 3000, "dnsName": "wallet" }] }],
            "logConfiguration": { "logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/nest-wallet/service-connect", "awslogs-region": REGION, "awslogs-stream-prefix": "proxy",
                "mode": "non-blocking", "max-buffer-size": "25m",
            } },
        },
        "fargateEphemeralStorage": { "sizeInGiB": 20 },
        "serviceConnectResources": [{ "discoveryName": SERVICE, "discoveryArn": "arn:aws:servicediscovery:ap-northeast-2:123456789012:service/srv-abcdef0123456789" }],
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": format!("ECS deployment ecs-svc/{} in progress.", DEPLOYMENT + revision),
    })
}

fn event(number: u64) -> serde_json::Value {
    let what = match number % 4 {
        0 => format!("has started 1 tasks: (task {:032x}).", 0x1234_5678_9abc_u64 * (number + 1)),
        1 => format!("registered 1 targets in (target-group {TARGET_GROUP})"),
        2 => format!(
            "(task {:032x}) (port 3000) is unhealthy in (target-group {TARGET_GROUP}) due to (reason Health checks failed with these codes: [502])",
            0x0f1e_2d3c_4b5a_u64 * (number + 1)
        ),
        _ => format!("has stopped 1 running tasks: (task {:032x}).", 0x9abc_def0_1234_u64 * (number + 1)),
    };
    json!({
        "id": format!("{:08x}-7a3b-4c55-9d7e-1b2f3a4c5d6e", 0x5f0c_1f2e + number),
        "createdAt": 1_751_360_400.123 - 37.5 * number as f64,
        "message": format!("(service {SERVICE}, taskSet ecs-svc/{DEPLOYMENT}) {what}"),
    })
}
