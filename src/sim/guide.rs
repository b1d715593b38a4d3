//! The guide's project. It is not painted but lived: the simulator itself is
//! given the settings and left alone until the service is steady, so that what
//! a user finds at the start is what the model makes, events and logs included.

use jiff::SignedDuration;

use super::load::{self, Load};
use super::place::Place;
use super::{Sim, cloudwatch, ecr, ecs, elbv2, logs, scaling, secrets};
use crate::map;
use crate::value::{Timestamp, Value, to_json};

const START: &str = "2026-07-01T09:00:00Z";
const CLUSTER: &str = "nest-wallet-cluster";
const CONTAINER: &str = "nest-wallet-container";
const LOG_GROUP: &str = "/ecs/nest-wallet";
const REPOSITORY: &str = "nest-wallet";
const SUBNETS: [&str; 2] = ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"];

pub fn build(seed: u64) -> Sim {
    let start: Timestamp = START.parse().expect("a time");
    let place = Place { account: "123456789012".into(), region: "ap-northeast-2".into() };
    let mut sim = Sim::empty(seed, start - SignedDuration::from_hours(72), place);
    ecs::create_cluster(&mut sim, CLUSTER);
    logs::create_group(&mut sim, LOG_GROUP, 30);
    ecr::create_repository(&mut sim, REPOSITORY, start - SignedDuration::from_hours(60 * 24));
    push_images(&mut sim, "v", 40, start);
    push_images(&mut sim, "dev-", 12, start);
    let prod = secret(&mut sim, "prod", "https://api.blockbit.com");
    let dev = secret(&mut sim, "dev", "https://dev-api.blockbit.com");
    register(&mut sim, "nest-wallet-task", 38..=40, "production", &prod);
    register(&mut sim, "nest-wallet-task-dev", 10..=12, "development", &dev);
    let prod_group = create_service(&mut sim, "nest-wallet-service", "nest-wallet-task:40", 2);
    let dev_group = create_service(&mut sim, "nest-wallet-service-dev", "nest-wallet-task-dev:12", 1);
    let dev = elbv2::Route { host: "dev.blockbit.com", group: &dev_group };
    elbv2::create_balancer(&mut sim, "nest-wallet-alb", &SUBNETS, &prod_group, &[dev]);
    bear(&mut sim);
    watch(&mut sim);
    sim.advance(start - SignedDuration::from_hours(20));
    deploy_last(&mut sim, &prod);
    sim.advance(start - SignedDuration::from_hours(3));
    observe(&mut sim);
    sim.advance(start);
    sim
}

/// What the users of both services ask of them: prod is a little below the value
/// that its policy holds it at, so nothing scales until something happens.
fn bear(sim: &mut Sim) {
    let prod = Load { cpu: 1.3, memory: 0.9, requests_a_minute: 1200.0 };
    let dev = Load { cpu: 0.1, memory: 0.35, requests_a_minute: 30.0 };
    load::set(sim, &format!("{CLUSTER}/nest-wallet-service"), prod);
    load::set(sim, &format!("{CLUSTER}/nest-wallet-service-dev"), dev);
}

/// Revision 41, a working day earlier: the history has more than one deployment.
fn deploy_last(sim: &mut Sim, prod: &str) {
    register(sim, "nest-wallet-task", 41..=41, "production", prod);
    let request = map! { "cluster" => CLUSTER, "service" => "nest-wallet-service", "taskDefinition" => "nest-wallet-task:41" };
    ecs::handle(sim, "update_service", &request).and_then(Result::ok).expect("the service can be updated");
}

/// The images 1 to 60 of one line: a day apart up to the one that runs at
/// first, the later ones hourly, the last a little before `start`.
fn push_images(sim: &mut Sim, prefix: &str, running: i64, start: Timestamp) {
    for number in 1..=60 {
        let tag = format!("{prefix}{number}");
        let age = match running - number {
            days @ 0.. => SignedDuration::from_hours(73 + 24 * days),
            _ => SignedDuration::from_mins(75 + 60 * (60 - number)),
        };
        let digest = ecs::hashed(&format!("{}/{REPOSITORY}:{tag}", ecr::registry(sim)));
        ecr::push_at(sim, REPOSITORY, &tag, &digest, start - age).expect("the repository was made before");
    }
}

fn secret(sim: &mut Sim, stage: &str, url: &str) -> String {
    let value = map! { "NEXT_PUBLIC_API_URL" => url, "NEXT_PUBLIC_API_BASE_URL" => format!("{url}/api") };
    let text = to_json(&value).expect("no secret leaf inside");
    secrets::create(sim, &format!("nest-wallet-{stage}-secrets"), &format!("Settings of nest-wallet, {stage}"), &text)
}

fn register(sim: &mut Sim, family: &str, revisions: std::ops::RangeInclusive<i64>, stage: &str, secret: &str) {
    ecs::number_from(sim, family, *revisions.start());
    for revision in revisions {
        let tag = if stage == "production" { format!("v{revision}") } else { format!("dev-{revision}") };
        let request = definition(sim, family, &tag, stage, secret);
        ecs::register(sim, &request).expect("the guide's definition is valid");
    }
}

fn definition(sim: &Sim, family: &str, tag: &str, stage: &str, secret: &str) -> Value {
    let role = |name: &str| format!("arn:aws:iam::{}:role/{name}", sim.place.account);
    let tags = ["project", "environment"].into_iter().zip(["nest-wallet", stage]);
    map! {
        "family" => family,
        "networkMode" => "awsvpc",
        "requiresCompatibilities" => vec!["FARGATE"],
        "cpu" => "256",
        "memory" => "512",
        "executionRoleArn" => role("nest-wallet-execution-role"),
        "taskRoleArn" => role("nest-wallet-task-role"),
        "runtimePlatform" => map! { "cpuArchitecture" => "X86_64", "operatingSystemFamily" => "LINUX" },
        "containerDefinitions" => vec![application(sim, tag, stage, secret), log_router(sim)],
        "tags" => tags.map(|(key, value)| map! { "key" => key, "value" => value }).collect::<Vec<_>>(),
    }
}

fn application(sim: &Sim, tag: &str, stage: &str, secret: &str) -> Value {
    let variable = |name: &str, value: &str| map! { "name" => name, "value" => value };
    let from_secret = |name: &str| map! { "name" => name, "valueFrom" => format!("{secret}:{name}::") };
    let key = format!("sandbox-{stage}-4f1c9a7e2b8d");
    let environment = vec![variable("NODE_ENV", stage), variable("PORT", "3000"), variable("RATES_API_KEY", &key)];
    map! {
        "name" => CONTAINER,
        "image" => format!("{}/{REPOSITORY}:{tag}", ecr::registry(sim)),
        "essential" => true,
        "portMappings" => vec![map! { "containerPort" => 3000, "protocol" => "tcp" }],
        "environment" => environment,
        "secrets" => ["NEXT_PUBLIC_API_URL", "NEXT_PUBLIC_API_BASE_URL"].map(from_secret).to_vec(),
        "logConfiguration" => log_configuration(sim),
    }
}

fn log_router(sim: &Sim) -> Value {
    map! {
        "name" => "log-router",
        "image" => "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
        "essential" => false,
        "memoryReservation" => 50,
        "logConfiguration" => log_configuration(sim),
    }
}

fn log_configuration(sim: &Sim) -> Value {
    let options = map! {
        "awslogs-group" => LOG_GROUP, "awslogs-region" => sim.place.region.as_str(), "awslogs-stream-prefix" => "ecs",
    };
    map! { "logDriver" => "awslogs", "options" => options }
}

/// A service and its target group, whose ARN it returns.
fn create_service(sim: &mut Sim, name: &str, definition: &str, desired: i64) -> String {
    let target_group = if desired > 1 { "nest-wallet-tg" } else { "nest-wallet-dev-tg" };
    let target_group = elbv2::create_group(sim, target_group, 3000);
    let network = map! {
        "subnets" => SUBNETS.to_vec(),
        "securityGroups" => vec!["sg-0c3d4e5f60718293a"],
        "assignPublicIp" => "DISABLED",
    };
    let breaker = map! { "enable" => true, "rollback" => true };
    let settings = map! {
        "taskDefinition" => sim.place.ecs(&format!("task-definition/{definition}")),
        "desiredCount" => desired,
        "launchType" => "FARGATE",
        "platformVersion" => "LATEST",
        "platformFamily" => "Linux",
        "deploymentConfiguration" => map! {
            "deploymentCircuitBreaker" => breaker, "maximumPercent" => 200, "minimumHealthyPercent" => 100,
            "strategy" => "ROLLING", "bakeTimeInMinutes" => 0,
        },
        "loadBalancers" => vec![map! {
            "targetGroupArn" => target_group.as_str(), "containerName" => CONTAINER, "containerPort" => 3000,
        }],
        "networkConfiguration" => map! { "awsvpcConfiguration" => network },
        "healthCheckGracePeriodSeconds" => 60,
        "tags" => vec![map! { "key" => "project", "value" => "nest-wallet" }],
    };
    ecs::create(sim, CLUSTER, name, settings.as_map().cloned().unwrap_or_default());
    target_group
}

fn watch(sim: &mut Sim) {
    let resource = format!("service/{CLUSTER}/nest-wallet-service");
    let target = map! {
        "ServiceNamespace" => "ecs", "ResourceId" => resource.as_str(), "ScalableDimension" => "ecs:service:DesiredCount",
    };
    let scale = |sim: &mut Sim, method, request: Value| {
        scaling::handle(sim, method, &request).and_then(Result::ok).expect("the guide's scaling is valid");
    };
    scale(sim, "register_scalable_target", with(&target, map! { "MinCapacity" => 2, "MaxCapacity" => 10 }));
    let settings = map! {
        "TargetValue" => 70.0, "ScaleOutCooldown" => 300, "ScaleInCooldown" => 300, "DisableScaleIn" => false,
        "PredefinedMetricSpecification" => map! { "PredefinedMetricType" => "ECSServiceAverageCPUUtilization" },
    };
    let policy = map! {
        "PolicyName" => "nest-wallet-scale-up", "PolicyType" => "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration" => settings,
    };
    scale(sim, "put_scaling_policy", with(&target, policy));
}

/// Somebody set these up this morning.
fn observe(sim: &mut Sim) {
    let alarm = map! {
        "AlarmName" => "nest-wallet-cpu-high", "AlarmDescription" => "CPU usage is high", "MetricName" => "CPUUtilization",
        "Namespace" => "AWS/ECS", "Statistic" => "Average", "Period" => 300, "EvaluationPeriods" => 2, "Threshold" => 80.0,
        "ComparisonOperator" => "GreaterThanThreshold", "Dimensions" => dimensions(),
    };
    cloudwatch::put_alarm(sim, &alarm).expect("the guide's alarm is valid");
    let dashboard = map! { "DashboardName" => "nest-wallet-monitoring", "DashboardBody" => dashboard(&sim.place.region) };
    cloudwatch::put_dashboard(sim, &dashboard).expect("the guide's dashboard is valid");
}

fn with(one: &Value, other: Value) -> Value {
    let members = [Some(one.clone()), Some(other)].into_iter().flatten().filter_map(|value| value.as_map().cloned());
    Value::Map(members.flatten().collect())
}

fn dimensions() -> Vec<Value> {
    let pairs = [("ClusterName", CLUSTER), ("ServiceName", "nest-wallet-service")];
    pairs.map(|(name, value)| map! { "Name" => name, "Value" => value }).to_vec()
}

fn dashboard(region: &str) -> String {
    let widgets = [("CPUUtilization", "CPU"), ("MemoryUtilization", "Memory")].into_iter().zip([0, 12]);
    let widgets = widgets.map(|((metric, title), x)| {
        let path = vec!["AWS/ECS", metric, "ServiceName", "nest-wallet-service", "ClusterName", CLUSTER];
        let properties = map! {
            "metrics" => vec![path], "period" => 300, "stat" => "Average", "region" => region, "title" => title,
        };
        map! { "type" => "metric", "x" => x, "y" => 0, "width" => 12, "height" => 6, "properties" => properties }
    });
    to_json(&map! { "widgets" => widgets.collect::<Vec<_>>() }).expect("no secret leaf inside")
}
