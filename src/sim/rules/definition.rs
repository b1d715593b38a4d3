//! What ECS asks of every task definition, wherever it is to run.

use super::super::refuse::{client, invalid_parameter, refuse_if};
use super::{containers, fargate};
use crate::api::Failure;
use crate::value::{Value, to_json};

const CONTAINERS_MOST: usize = 10;
const BYTES_MOST: usize = 65_536;

/// Why this definition is refused, if it is.
pub fn check(definition: &Value) -> Result<(), Failure> {
    check_family(definition)?;
    refuse_if(containers(definition).next().is_none(), || client("Container list cannot be empty."))?;
    refuse_if(containers(definition).count() > CONTAINERS_MOST, || client("Too many containers."))?;
    check_size(definition)?;
    for container in containers(definition) {
        containers::check(definition, container)?;
    }
    check_names(definition)?;
    check_essential(definition)?;
    check_volumes(definition)?;
    check_dependencies(definition)?;
    check_cpu(definition)?;
    if fargate::is_required(definition) { fargate::check(definition) } else { check_memory(definition) }
}

pub fn containers(definition: &Value) -> impl Iterator<Item = &Value> {
    definition.items("containerDefinitions").iter()
}

pub fn is_essential(container: &Value) -> bool {
    container.get("essential").and_then(Value::as_bool).unwrap_or(true)
}

fn name(container: &Value) -> &str {
    container.text("name").unwrap_or_default()
}

fn check_family(definition: &Value) -> Result<(), Failure> {
    let family = definition.text("family").unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    refuse_if(family.is_empty(), || client("Family should not be null or empty."))?;
    refuse_if(family.len() > 255, || client("Family is too long: it can have at most 255 characters."))?;
    let message = "Family contains invalid characters when it should match ^[a-zA-Z0-9-_]+$";
    refuse_if(!family.chars().all(fits), || client(message))?;
    let empty = definition.get("tags").is_some_and(|tags| tags.as_list().is_none_or(<[Value]>::is_empty));
    refuse_if(empty, || invalid_parameter("Tags can not be empty."))
}

fn check_size(definition: &Value) -> Result<(), Failure> {
    let length = to_json(definition).map_or(0, |text| text.len());
    let message = || client(format!("Actual length: '{length}'. Max allowed length is '{BYTES_MOST}' bytes."));
    refuse_if(length > BYTES_MOST, message)
}

fn check_names(definition: &Value) -> Result<(), Failure> {
    let mut seen = vec![];
    for container in containers(definition) {
        let name = name(container);
        let message = || client(format!("Container names must be unique within a task definition: '{name}' is used twice."));
        refuse_if(seen.contains(&name), message)?;
        seen.push(name);
    }
    Ok(())
}

fn check_essential(definition: &Value) -> Result<(), Failure> {
    refuse_if(!containers(definition).any(is_essential), || client("Task definition doesn't have any essential container."))
}

fn check_volumes(definition: &Value) -> Result<(), Failure> {
    let mut known = vec![];
    for volume in definition.items("volumes") {
        let name = volume.text("name").unwrap_or_default();
        refuse_if(name.is_empty(), || client("Volume.name should not be null or empty."))?;
        refuse_if(known.contains(&name), || client(format!("Duplicate volume name '{name}'.")))?;
        known.push(name);
    }
    for mount in containers(definition).flat_map(|container| container.items("mountPoints")) {
        let name = mount.text("sourceVolume").unwrap_or_default();
        refuse_if(!known.contains(&name), || client(format!("Unknown volume '{name}'.")))?;
    }
    let sources = containers(definition).flat_map(|container| container.items("volumesFrom"));
    for source in sources.map(|from| from.text("sourceContainer").unwrap_or_default()) {
        let known = containers(definition).any(|container| name(container) == source);
        refuse_if(!known, || client(format!("Unknown container '{source}' in volumesFrom.")))?;
    }
    Ok(())
}

fn check_dependencies(definition: &Value) -> Result<(), Failure> {
    for container in containers(definition) {
        for dependency in container.items("dependsOn") {
            let wanted = dependency.text("containerName").unwrap_or_default();
            let found = containers(definition).find(|container| name(container) == wanted);
            let message = format!("Container '{}' depends on unknown container '{wanted}'.", name(container));
            let found = found.ok_or_else(|| client(message))?;
            refuse_if(wanted == name(container), || client(format!("Container '{wanted}' cannot depend on itself.")))?;
            let condition = dependency.text("condition").unwrap_or_default();
            let message = "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container";
            refuse_if(matches!(condition, "SUCCESS" | "COMPLETE") && is_essential(found), || client(message))?;
            let message = format!("Container '{wanted}' must have a health check for a dependency with HEALTHY condition.");
            refuse_if(condition == "HEALTHY" && found.get("healthCheck").is_none(), || client(message))?;
        }
    }
    Ok(())
}

fn check_cpu(definition: &Value) -> Result<(), Failure> {
    let Some(task) = definition.text("cpu").and_then(fargate::cpu_units) else {
        return Ok(());
    };
    let all: i64 = containers(definition).filter_map(|container| container.get("cpu")?.as_int()).sum();
    let message = "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.";
    refuse_if(all > task, || client(message))
}

/// Without a size of the task, each container has one.
fn check_memory(definition: &Value) -> Result<(), Failure> {
    if definition.text("memory").is_some() {
        return Ok(());
    }
    for container in containers(definition) {
        let sized = ["memory", "memoryReservation"].iter().any(|name| container.get(name).is_some());
        let name = name(container);
        let message =
            format!("Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be specified.");
        refuse_if(!sized, || client(message))?;
    }
    Ok(())
}
