//! What a task definition needs of the machine it runs on, as AWS reads it from
//! the definition: its `requiresAttributes` and `compatibilities`.

use std::collections::BTreeSet;

use super::super::rules::definition::containers;
use super::super::rules::fargate;
use crate::map;
use crate::value::Value;

type Needs = fn(&Value) -> bool;

/// An attribute, and whether a definition needs it.
const OF_DEFINITION: &[(&str, Needs)] = &[
    ("ecs.capability.task-eni", |definition| definition.text("networkMode") == Some("awsvpc")),
    ("com.amazonaws.ecs.capability.task-iam-role", |definition| definition.text("taskRoleArn").is_some()),
    ("ecs.capability.pid-ipc-namespace-sharing", |definition| {
        definition.text("pidMode").is_some() || definition.text("ipcMode").is_some()
    }),
    ("ecs.capability.efs", |definition| {
        definition.items("volumes").iter().any(|volume| volume.get("efsVolumeConfiguration").is_some())
    }),
];

/// The same of one of its containers.
const OF_CONTAINER: &[(&str, Needs)] = &[
    ("com.amazonaws.ecs.capability.docker-remote-api.1.18", |_| true),
    ("com.amazonaws.ecs.capability.docker-remote-api.1.19", |container| driver(container) == "awslogs"),
    ("com.amazonaws.ecs.capability.docker-remote-api.1.21", |container| container.get("memoryReservation").is_some()),
    ("com.amazonaws.ecs.capability.docker-remote-api.1.24", |container| container.get("healthCheck").is_some()),
    ("ecs.capability.container-health-check", |container| container.get("healthCheck").is_some()),
    ("ecs.capability.container-ordering", |container| !container.items("dependsOn").is_empty()),
    ("com.amazonaws.ecs.capability.ecr-auth", |container| container.text("image").is_some_and(fargate::is_private)),
    ("com.amazonaws.ecs.capability.privileged-container", |container| {
        container.get("privileged").and_then(Value::as_bool).unwrap_or(false)
    }),
    ("com.amazonaws.ecs.capability.logging-driver.awslogs", |container| driver(container) == "awslogs"),
    ("com.amazonaws.ecs.capability.logging-driver.awsfirelens", |container| driver(container) == "awsfirelens"),
    ("ecs.capability.firelens.fluentbit", |container| router(container) == "fluentbit"),
    ("ecs.capability.firelens.fluentd", |container| router(container) == "fluentd"),
    ("ecs.capability.env-files.s3", |container| !container.items("environmentFiles").is_empty()),
    ("ecs.capability.secrets.asm.environment-variables", |container| {
        secrets(container).any(|from| from.contains(":secretsmanager:"))
    }),
    ("ecs.capability.secrets.ssm.environment-variables", |container| {
        secrets(container).any(|from| !from.contains(":secretsmanager:"))
    }),
];

/// The same of a container, where an execution role does the work.
const OF_EXECUTION_ROLE: &[(&str, Needs)] = &[
    ("ecs.capability.execution-role-awslogs", |container| driver(container) == "awslogs"),
    ("ecs.capability.execution-role-ecr-pull", |container| container.text("image").is_some_and(fargate::is_private)),
];

fn driver(container: &Value) -> &str {
    container.get("logConfiguration").and_then(|logs| logs.text("logDriver")).unwrap_or_default()
}

fn router(container: &Value) -> &str {
    container.get("firelensConfiguration").and_then(|router| router.text("type")).unwrap_or_default()
}

fn secrets(container: &Value) -> impl Iterator<Item = &str> {
    container.items("secrets").iter().filter_map(|secret| secret.text("valueFrom"))
}

pub fn attributes(definition: &Value) -> Vec<Value> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    names.extend(OF_DEFINITION.iter().filter(|(_, needs)| needs(definition)).map(|(name, _)| name));
    let role: &[_] = if definition.text("executionRoleArn").is_some() { OF_EXECUTION_ROLE } else { &[] };
    for container in containers(definition) {
        names.extend(OF_CONTAINER.iter().chain(role).filter(|(_, needs)| needs(container)).map(|(name, _)| name));
    }
    names.into_iter().map(|name| map! { "name" => name }).collect()
}

/// Where it could run, whatever it was registered for.
pub fn compatibilities(definition: &Value) -> Vec<&'static str> {
    match (definition.text("networkMode"), fargate::check(definition).is_ok()) {
        (_, true) => vec!["EC2", "FARGATE"],
        (Some("awsvpc"), false) => vec!["EC2"],
        _ => vec!["EXTERNAL", "EC2"],
    }
}
