//! What Fargate asks of a task definition beyond what ECS asks of every one:
//! above all a size from its table.

use super::super::refuse::{client, refuse_if};
use super::super::request::texts;
use super::definition::containers;
use crate::api::Failure;
use crate::api::fargate::SIZES;
use crate::value::Value;

const LOG_DRIVERS: &[&str] = &["awsfirelens", "awslogs", "splunk"];
const STORAGE_LEAST: i64 = 21;
const STORAGE_MOST: i64 = 200;
const TIMEOUT_LEAST: i64 = 2;
const TIMEOUT_MOST: i64 = 120;

/// Whether the definition asks to be checked for Fargate.
pub fn is_required(definition: &Value) -> bool {
    texts(definition, "requiresCompatibilities").contains(&"FARGATE")
}

/// Why this definition cannot run on Fargate, if it cannot.
pub fn check(definition: &Value) -> Result<(), Failure> {
    let awsvpc = definition.text("networkMode") == Some("awsvpc");
    refuse_if(!awsvpc, || client("Fargate only supports network mode ‘awsvpc’."))?;
    for name in ["cpu", "memory"] {
        let message = || client(format!("Fargate requires that '{name}' be defined at the task level."));
        refuse_if(definition.text(name).is_none(), message)?;
    }
    let size = |name| definition.text(name).unwrap_or_default();
    if let Some(refusal) = size_refusal(size("cpu"), size("memory")) {
        return Err(client(refusal));
    }
    check_features(definition)?;
    check_containers(definition)?;
    check_execution_role(definition)
}

fn check_features(definition: &Value) -> Result<(), Failure> {
    let storage = definition.get("ephemeralStorage").and_then(|storage| storage.get("sizeInGiB")?.as_int());
    let outside = storage.is_some_and(|size| !(STORAGE_LEAST..=STORAGE_MOST).contains(&size));
    let message = format!("Ephemeral storage size must be between {STORAGE_LEAST} GiB and {STORAGE_MOST} GiB.");
    refuse_if(outside, || client(message))?;
    let constrained = !definition.items("placementConstraints").is_empty();
    refuse_if(constrained, || client("Placement constraints are not supported with FARGATE launch type."))?;
    let message = "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.";
    refuse_if(definition.text("pidMode") == Some("host"), || client(message))
}

fn check_containers(definition: &Value) -> Result<(), Failure> {
    for container in containers(definition) {
        let driver = container.get("logConfiguration").and_then(|logs| logs.text("logDriver"));
        let message = format!("Fargate only supports the following log drivers: {}.", LOG_DRIVERS.join(", "));
        refuse_if(driver.is_some_and(|driver| !LOG_DRIVERS.contains(&driver)), || client(message))?;
        let privileged = container.get("privileged").and_then(Value::as_bool).unwrap_or(false);
        let message = "Tasks using the Fargate launch type do not support privileged containers.";
        refuse_if(privileged, || client(message))?;
        for name in ["startTimeout", "stopTimeout"] {
            let seconds = container.get(name).and_then(Value::as_int);
            let outside = seconds.is_some_and(|seconds| !(TIMEOUT_LEAST..=TIMEOUT_MOST).contains(&seconds));
            let message = format!("{name} must be between {TIMEOUT_LEAST} and {TIMEOUT_MOST} seconds on Fargate.");
            refuse_if(outside, || client(message))?;
        }
    }
    Ok(())
}

/// AWS's own machines fetch images and write logs with a role of the account.
fn check_execution_role(definition: &Value) -> Result<(), Failure> {
    if definition.text("executionRoleArn").is_some() {
        return Ok(());
    }
    let message = |what: &str| client(format!("Fargate requires task definition to have execution role ARN to support {what}."));
    let logs = |container: &Value| container.get("logConfiguration").and_then(|logs| logs.text("logDriver")) == Some("awslogs");
    refuse_if(containers(definition).any(logs), || message("log driver awslogs"))?;
    let private = |container: &Value| container.text("image").is_some_and(is_private);
    refuse_if(containers(definition).any(private), || message("ECR images"))
}

/// Whether the image comes from an account's own registry.
pub fn is_private(image: &str) -> bool {
    image.split('/').next().is_some_and(|host| host.contains(".dkr.ecr.") && host.contains(".amazonaws.com"))
}

/// Why Fargate has no such size, if it has not.
fn size_refusal(cpu: &str, memory: &str) -> Option<&'static str> {
    let known = |cpu: &i64| SIZES.iter().any(|size| size.cpu == *cpu);
    let Some(cpu) = cpu_units(cpu).filter(known) else {
        return Some("Invalid 'cpu' setting for task.");
    };
    match mebibytes(memory) {
        Some(memory) if fits(cpu, memory) => None,
        _ => Some("No Fargate configuration exists for given values."),
    }
}

/// The cpu units of `256`, `.25 vCPU` or `0.25vcpu`.
pub fn cpu_units(text: &str) -> Option<i64> {
    units(text, "vcpu")
}

/// The mebibytes of `2048` or `2 GB`.
pub fn mebibytes(text: &str) -> Option<i64> {
    units(text, "gb")
}

fn fits(cpu: i64, memory: i64) -> bool {
    SIZES.iter().any(|size| size.has(cpu, memory))
}

/// `256` and `.25 vCPU` are the same cpu, `2048` and `2 GB` the same memory.
fn units(text: &str, unit: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    match text.strip_suffix(unit) {
        Some(number) => number.trim().parse::<f64>().ok().map(|number| (number * 1024.0).round() as i64),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E50 Fargate has the documented sizes and no others.
    #[test]
    fn e50_sizes_are_those_of_the_table() {
        for (cpu, memory) in [("256", "512"), (".25 vCPU", "2GB"), ("8192", "20480"), ("32768", "249856")] {
            assert_eq!(size_refusal(cpu, memory), None, "{cpu} {memory}");
        }
        for (cpu, memory) in [("256", "4096"), ("512", "512"), ("8192", "18432"), ("1024", "many")] {
            assert_eq!(size_refusal(cpu, memory), Some("No Fargate configuration exists for given values."), "{cpu} {memory}");
        }
        assert_eq!(size_refusal("300", "512"), Some("Invalid 'cpu' setting for task."));
    }
}
