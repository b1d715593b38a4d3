//! Every answer has the shape that AWS publishes for it: no member, no value of
//! an enum and no type that the model does not know.

use super::{Bench, CLUSTER, SERVICE, text};
use crate::api::{self, Model, Operation, Reading, Structure, Type};
use crate::map;
use crate::value::{Map, Value};

const PARTS: [&str; 5] = ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"];

fn new_service() -> Value {
    let network = map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-1"] } };
    map! {
        "cluster" => CLUSTER, "serviceName" => "new", "taskDefinition" => "nest-wallet-task", "desiredCount" => 1,
        "launchType" => "FARGATE", "networkConfiguration" => network,
    }
}

fn capacity() -> Value {
    let strategy = vec![map! { "capacityProvider" => "FARGATE", "weight" => 1 }];
    map! { "cluster" => "new", "capacityProviders" => vec!["FARGATE"], "defaultCapacityProviderStrategy" => strategy }
}

/// Every operation that is simulated, with a request that it answers.
fn requests(bench: &mut Bench) -> Vec<(&'static str, &'static str, Value)> {
    let rollout = bench.rollouts()[0].clone();
    let tasks = |bench: &mut Bench, status| bench.tasks(status).iter().map(|task| text(task, "taskArn")).collect::<Vec<_>>();
    let tasks = [tasks(bench, "RUNNING"), tasks(bench, "STOPPED")].concat();
    let protection = map! { "cluster" => CLUSTER, "tasks" => tasks.clone(), "protectionEnabled" => true };
    let in_cluster = || map! { "cluster" => CLUSTER };
    let of_service = || map! { "cluster" => CLUSTER, "service" => SERVICE };
    let secret = || map! { "SecretId" => "nest-wallet-dev-secrets" };
    let new_secret = || map! { "SecretId" => "nest-wallet-dev-secrets", "SecretString" => "x" };
    let tag = map! { "Key" => "team", "Value" => "wallet" };
    let rotation = map! {
        "SecretId" => "new", "RotationLambdaARN" => "arn:aws:lambda:r:1:function:f", "RotateImmediately" => false,
        "RotationRules" => map! { "AutomaticallyAfterDays" => 30 },
    };
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;
    let container = map! { "name" => "a", "image" => "b", "memory" => 64, "portMappings" => vec![map! { "containerPort" => 1 }] };
    let target = map! {
        "ServiceNamespace" => "ecs", "ResourceId" => format!("service/{CLUSTER}/{SERVICE}"),
        "ScalableDimension" => "ecs:service:DesiredCount",
    };
    let ecs_namespace = || map! { "ServiceNamespace" => "ecs" };
    let balancer = bench.ask("elbv2", "describe_load_balancers", map! {}).items("LoadBalancers")[0].clone();
    let balancer = text(&balancer, "LoadBalancerArn");
    let listeners = bench.ask("elbv2", "describe_listeners", map! { "LoadBalancerArn" => balancer.as_str() });
    let listener = text(&listeners.items("Listeners")[0], "ListenerArn");
    let groups = bench.ask("elbv2", "describe_target_groups", map! { "Names" => vec!["nest-wallet-tg"] });
    let group = text(&groups.items("TargetGroups")[0], "TargetGroupArn");
    let own = [("ClusterName", CLUSTER), ("ServiceName", SERVICE)].map(|(name, value)| map! { "Name" => name, "Value" => value });
    let cpu = || map! { "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization", "Dimensions" => own.to_vec() };
    let window = |mut request: Value, more: Value| {
        let window = map! { "StartTime" => bench.now - jiff::SignedDuration::from_mins(9), "EndTime" => bench.now };
        let members = [window, more].into_iter().filter_map(|value| value.as_map().cloned()).flatten();
        request.as_map_mut().unwrap().extend(members);
        request
    };
    let statistics = map! { "Period" => 60, "Statistics" => vec!["Sum"], "ExtendedStatistics" => vec!["p99"] };
    let statistics = window(cpu(), statistics);
    let stat = map! { "Metric" => cpu(), "Period" => 60, "Stat" => "Average" };
    let data =
        window(map! {}, map! { "MetricDataQueries" => vec![map! { "Id" => "m", "MetricStat" => stat }], "MaxDatapoints" => 2 });
    let tagged = |name: &str, value: Value| map! { "cluster" => CLUSTER, name => value, "include" => vec!["TAGS"] };
    vec![
        ("ecs", "describe_clusters", map! { "clusters" => vec![CLUSTER, "other"] }),
        ("ecs", "list_clusters", map! {}),
        ("ecs", "describe_services", tagged("services", vec![SERVICE, "other"].into())),
        ("ecs", "list_services", map! { "cluster" => CLUSTER, "maxResults" => 1 }),
        ("ecs", "list_tasks", in_cluster()),
        ("ecs", "describe_tasks", tagged("tasks", tasks.into())),
        ("ecs", "describe_task_definition", map! { "taskDefinition" => "nest-wallet-task", "include" => vec!["TAGS"] }),
        ("ecs", "list_task_definitions", map! {}),
        ("ecs", "list_task_definition_families", map! {}),
        ("ecs", "register_task_definition", map! { "family" => "f", "containerDefinitions" => vec![container] }),
        ("ecs", "deregister_task_definition", map! { "taskDefinition" => "nest-wallet-task:38" }),
        ("ecs", "list_service_deployments", of_service()),
        ("ecs", "describe_service_deployments", map! { "serviceDeploymentArns" => vec![text(&rollout, "serviceDeploymentArn")] }),
        ("ecs", "describe_service_revisions", map! { "serviceRevisionArns" => vec![text(&rollout, "targetServiceRevisionArn")] }),
        ("ecs", "update_service", of_service()),
        ("ecs", "create_service", new_service()),
        ("ecs", "delete_service", map! { "cluster" => CLUSTER, "service" => "new", "force" => true }),
        ("ecs", "list_services_by_namespace", map! { "namespace" => "shop" }),
        ("ecs", "create_cluster", map! { "clusterName" => "new" }),
        ("ecs", "update_cluster", map! { "cluster" => "new" }),
        ("ecs", "update_cluster_settings", map! { "cluster" => "new", "settings" => Vec::<Value>::new() }),
        ("ecs", "put_cluster_capacity_providers", capacity()),
        ("ecs", "describe_clusters", map! { "clusters" => vec!["new"], "include" => PARTS.to_vec() }),
        ("ecs", "delete_cluster", map! { "cluster" => "new" }),
        ("ecs", "describe_capacity_providers", map! { "capacityProviders" => vec!["FARGATE", "other"] }),
        ("ecs", "delete_task_definitions", map! { "taskDefinitions" => vec!["nest-wallet-task:38", "nest-wallet-task:40"] }),
        ("ecs", "update_task_protection", protection),
        ("ecs", "get_task_protection", map! { "cluster" => CLUSTER, "tasks" => vec!["none"] }),
        ("ecs", "list_account_settings", map! { "effectiveSettings" => true }),
        ("ecs", "put_account_setting", map! { "name" => "containerInsights", "value" => "enhanced" }),
        ("ecs", "put_account_setting_default", map! { "name" => "containerInsights", "value" => "enabled" }),
        ("ecs", "delete_account_setting", map! { "name" => "containerInsights" }),
        ("ecs", "list_tags_for_resource", map! { "resourceArn" => text(&rollout, "serviceArn") }),
        ("ecs", "list_container_instances", in_cluster()),
        ("ecs", "describe_container_instances", map! { "cluster" => CLUSTER, "containerInstances" => vec!["none"] }),
        ("ecs", "list_attributes", map! { "cluster" => CLUSTER, "targetType" => "container-instance" }),
        ("secretsmanager", "list_secrets", map! {}),
        ("secretsmanager", "describe_secret", secret()),
        ("secretsmanager", "get_secret_value", secret()),
        ("secretsmanager", "put_secret_value", new_secret()),
        ("secretsmanager", "update_secret", new_secret()),
        ("secretsmanager", "list_secret_version_ids", secret()),
        ("secretsmanager", "create_secret", map! { "Name" => "new", "SecretString" => "x", "Tags" => vec![tag] }),
        ("secretsmanager", "batch_get_secret_value", map! { "SecretIdList" => vec!["new", "other"] }),
        ("secretsmanager", "rotate_secret", rotation),
        ("secretsmanager", "delete_secret", map! { "SecretId" => "new" }),
        ("secretsmanager", "list_secrets", map! { "IncludePlannedDeletion" => true }),
        ("secretsmanager", "restore_secret", map! { "SecretId" => "new" }),
        ("secretsmanager", "cancel_rotate_secret", map! { "SecretId" => "new" }),
        ("secretsmanager", "put_resource_policy", map! { "SecretId" => "new", "ResourcePolicy" => policy }),
        ("secretsmanager", "get_resource_policy", map! { "SecretId" => "new" }),
        ("secretsmanager", "validate_resource_policy", map! { "ResourcePolicy" => policy }),
        ("secretsmanager", "delete_resource_policy", map! { "SecretId" => "new" }),
        ("secretsmanager", "get_random_password", map! {}),
        ("application_autoscaling", "describe_scalable_targets", ecs_namespace()),
        ("application_autoscaling", "describe_scaling_policies", ecs_namespace()),
        ("application_autoscaling", "register_scalable_target", target),
        ("logs", "describe_log_groups", map! {}),
        ("logs", "filter_log_events", map! { "logGroupName" => "/ecs/nest-wallet", "limit" => 3 }),
        ("cloudwatch", "describe_alarms", map! {}),
        ("cloudwatch", "describe_alarms_for_metric", cpu()),
        ("cloudwatch", "describe_alarm_history", map! {}),
        ("cloudwatch", "list_metrics", map! {}),
        ("cloudwatch", "get_metric_statistics", statistics),
        ("cloudwatch", "get_metric_data", data),
        (
            "cloudwatch",
            "put_dashboard",
            map! { "DashboardName" => "new", "DashboardBody" => "{\"widgets\":[{\"type\":\"text\",\"x\":0,\"a\":1,\"properties\":{\"markdown\":\"\"}}]}" },
        ),
        ("cloudwatch", "list_tags_for_resource", map! { "ResourceARN" => "arn:aws:cloudwatch::123456789012:dashboard/new" }),
        ("cloudwatch", "list_dashboards", map! {}),
        ("cloudwatch", "get_dashboard", map! { "DashboardName" => "nest-wallet-monitoring" }),
        ("ecr", "describe_repositories", map! {}),
        ("ecr", "describe_images", map! { "repositoryName" => "nest-wallet", "maxResults" => 5 }),
        ("ecr", "list_images", map! { "repositoryName" => "nest-wallet" }),
        ("elbv2", "describe_load_balancers", map! {}),
        ("elbv2", "describe_listeners", map! { "LoadBalancerArn" => balancer.as_str() }),
        ("elbv2", "describe_rules", map! { "ListenerArn" => listener }),
        ("elbv2", "describe_target_groups", map! { "LoadBalancerArn" => balancer, "PageSize" => 1 }),
        ("elbv2", "describe_target_group_attributes", map! { "TargetGroupArn" => group.as_str() }),
        ("elbv2", "describe_target_health", map! { "TargetGroupArn" => group, "Include" => vec!["All"] }),
        ("sts", "get_caller_identity", map! {}),
    ]
}

#[test]
fn answers_have_the_published_shapes() {
    let mut bench = Bench::new(1);
    bench.update("taskDefinition", "nest-wallet-task:40");
    // In the middle, when tasks of both deployments are there in most states.
    bench.wait(95);
    bench.service();
    for (module, method, request) in requests(&mut bench) {
        let operation = api::operation(module, method).unwrap();
        let mut answer = bench.ask(module, method, request);
        let members = answer.as_map().unwrap();
        assert!(!members.is_empty(), "{method} answered nothing");
        let model = operation.service().model();
        check_structure(model, operation, operation.output().unwrap(), members, method);
        let known = api::read_answer(operation, &mut answer, &Reading::default());
        assert!(known.is_empty(), "{method}: {known:?}");
    }
}

fn check_structure(model: &Model, operation: &Operation, structure: &Structure, members: &Map, place: &str) {
    for (name, value) in members {
        let place = format!("{place}.{name}");
        let member = structure.members.get(name).unwrap_or_else(|| panic!("{place} is not in {}", structure.name));
        check(model, operation, &member.kind, value, &place);
    }
}

fn check(model: &Model, operation: &Operation, kind: &Type, value: &Value, place: &str) {
    match (kind, value) {
        (Type::Text | Type::Blob | Type::Enum(_), Value::Text(_))
        | (Type::Integer | Type::Long, Value::Int(_))
        | (Type::Float, Value::Float(_) | Value::Int(_))
        | (Type::Boolean, Value::Bool(_))
        | (Type::Time, Value::Time(_)) => {}
        (Type::List(kind), Value::List(items)) => items.iter().for_each(|item| check(model, operation, kind, item, place)),
        (Type::Map(kind), Value::Map(members)) => members.values().for_each(|item| check(model, operation, kind, item, place)),
        (Type::Structure(name), Value::Map(members)) => {
            check_structure(model, operation, model.structure(name).unwrap(), members, place);
        }
        (kind, value) => panic!("{operation}: {place} is {kind:?} and holds {value:?}"),
    }
}
