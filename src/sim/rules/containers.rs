//! What ECS asks of each container of a task definition.

use super::super::refuse::{client, refuse_if};
use super::fargate;
use crate::api::Failure;
use crate::value::Value;

/// A health check's numbers, in seconds but for the retries.
const HEALTH_CHECK: &[(&str, i64, i64)] =
    &[("interval", 5, 300), ("timeout", 2, 60), ("retries", 1, 10), ("startPeriod", 0, 300)];

const PORT_MOST: i64 = 65_535;
const AWSLOGS: &[&str] = &["awslogs-group", "awslogs-region"];

pub fn check(definition: &Value, container: &Value) -> Result<(), Failure> {
    check_name_and_image(container)?;
    check_ports(definition, container)?;
    check_secrets(definition, container)?;
    check_logs(definition, container)?;
    check_health(container)
}

fn check_name_and_image(container: &Value) -> Result<(), Failure> {
    let text = |name| container.text(name).unwrap_or_default();
    for name in ["name", "image"] {
        refuse_if(text(name).is_empty(), || client(format!("Container.{name} should not be null or empty.")))?;
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = text("name").len() <= 255 && text("name").chars().all(fits);
    refuse_if(!fits, || client("Container.name contains invalid characters."))
}

fn check_ports(definition: &Value, container: &Value) -> Result<(), Failure> {
    let awsvpc = definition.text("networkMode") == Some("awsvpc");
    let linked = awsvpc && !container.items("links").is_empty();
    refuse_if(linked, || client("Links are not supported when networkMode=awsvpc."))?;
    for mapping in container.items("portMappings") {
        let port = |name| mapping.get(name).and_then(Value::as_int);
        let outside = |port: Option<i64>| port.is_some_and(|port| !(0..=PORT_MOST).contains(&port));
        let message = || client(format!("Ports must be between 0 and {PORT_MOST}."));
        refuse_if(outside(port("containerPort")) || outside(port("hostPort")), message)?;
        let differs = port("hostPort").is_some_and(|host| Some(host) != port("containerPort"));
        let message = "When networkMode=awsvpc, the host ports and container ports in port mappings must match.";
        refuse_if(awsvpc && differs, || client(message))?;
    }
    Ok(())
}

/// A variable may be given twice, a secret may not meet another of its name.
fn check_secrets(definition: &Value, container: &Value) -> Result<(), Failure> {
    let secrets = container.items("secrets");
    let mut names: Vec<&str> = container.items("environment").iter().filter_map(|variable| variable.text("name")).collect();
    for secret in secrets {
        let name = secret.text("name").unwrap_or_default();
        let empty = name.is_empty() || secret.text("valueFrom").unwrap_or_default().is_empty();
        refuse_if(empty, || client("The name and valueFrom of a container secret should not be null or empty."))?;
        let message = format!(
            "The secret name must be unique and not shared with any new or existing environment variables set on the container, \
             such as '{name}'."
        );
        refuse_if(names.contains(&name), || client(message))?;
        names.push(name);
    }
    let nobody = !secrets.is_empty() && definition.text("executionRoleArn").is_none();
    let message = "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.";
    refuse_if(nobody, || client(message))
}

fn check_logs(definition: &Value, container: &Value) -> Result<(), Failure> {
    let logs = container.get("logConfiguration").filter(|logs| logs.text("logDriver") == Some("awslogs"));
    let Some(logs) = logs else {
        return Ok(());
    };
    let prefix: &[&str] = if fargate::is_required(definition) { &["awslogs-stream-prefix"] } else { &[] };
    let given = |name: &str| logs.get("options").is_some_and(|options| options.text(name).is_some());
    let missing: Vec<&str> = AWSLOGS.iter().chain(prefix).copied().filter(|name| !given(name)).collect();
    refuse_if(!missing.is_empty(), || client(format!("Log driver awslogs requires options: {}", missing.join(", "))))
}

fn check_health(container: &Value) -> Result<(), Failure> {
    let Some(check) = container.get("healthCheck") else {
        return Ok(());
    };
    refuse_if(check.items("command").is_empty(), || client("The command of a container health check should not be empty."))?;
    for &(name, least, most) in HEALTH_CHECK {
        let number = check.get(name).and_then(Value::as_int);
        let message = || client(format!("The {name} of a container health check must be between {least} and {most}."));
        refuse_if(number.is_some_and(|number| !(least..=most).contains(&number)), message)?;
    }
    Ok(())
}
