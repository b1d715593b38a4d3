//! What AWS checks of a service's settings before it takes them over. Each rule
//! names the members that bring it up, so that a change is judged by what it
//! changes and not by how the service came to be.

use super::super::document::Document;
use super::super::refuse::{invalid_parameter, refuse, refuse_if, unsupported};
use super::super::rules::MOST_TASKS;
use crate::api::Failure;
use crate::value::{Map, Value};

type Rule = fn(&Document, &Document) -> Result<(), Failure>;

const RULES: &[(&[&str], Rule)] = &[
    (&["desiredCount"], count),
    (&["deploymentConfiguration", "availabilityZoneRebalancing"], percentages),
    (&["deploymentConfiguration"], breaker),
    (&["deploymentConfiguration"], alarms),
    (&["healthCheckGracePeriodSeconds"], grace),
    (&["platformVersion"], platform),
    (&["platformVersion", "taskDefinition"], platform_has_what_it_takes),
    (&["taskDefinition"], compatibility),
    (&["taskDefinition", "networkConfiguration"], network),
    (&["taskDefinition", "loadBalancers"], balancers),
];

const PLATFORMS: &[&str] = &["LATEST", "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"];
const SUBNETS_MOST: usize = 16;
const SECURITY_GROUPS_MOST: usize = 5;
const GRACE_MOST: i64 = 2_147_483_647;

/// Checks a service as it would be, with its task definition, after the members
/// of `given` have changed.
pub fn check(given: &Map, service: &Document, definition: &Document) -> Result<(), Failure> {
    for (members, rule) in RULES {
        if members.iter().any(|member| given.contains_key(*member)) {
            rule(service, definition)?;
        }
    }
    Ok(())
}

fn count(service: &Document, _: &Document) -> Result<(), Failure> {
    let desired = service.int("desiredCount");
    refuse_if(desired < 0, || invalid_parameter("Desired count cannot be negative."))?;
    refuse_if(desired > MOST_TASKS, || invalid_parameter(format!("Desired count cannot be greater than {MOST_TASKS}.")))
}

fn percentages(service: &Document, _: &Document) -> Result<(), Failure> {
    let none = Value::Map(Map::new());
    let configuration = service.get("deploymentConfiguration").unwrap_or(&none);
    if let Some(strategy) = configuration.text("strategy").filter(|strategy| *strategy != "ROLLING") {
        return Err(unsupported(&format!("the deployment strategy {strategy}")));
    }
    let percent = |name, default| configuration.get(name).and_then(Value::as_int).unwrap_or(default);
    let (minimum, maximum) = (percent("minimumHealthyPercent", 100), percent("maximumPercent", 200));
    let refused = |broken, message: &str| refuse_if(broken, || invalid_parameter(message));
    refused(minimum < 0, "minimumHealthyPercent cannot be negative.")?;
    refused(maximum < 100, "maximumPercent must be at least 100.")?;
    refused(maximum > i64::from(i32::MAX), "maximumPercent is out of range.")?;
    refused(minimum > maximum, "minimumHealthyPercent must be less than or equal to maximumPercent.")?;
    let message = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
    refused((minimum, maximum) == (100, 100), message)?;
    let balanced = service.text("availabilityZoneRebalancing") == "ENABLED";
    refused(balanced && maximum == 100, "maximumPercent must be greater than 100 when Availability Zone rebalancing is enabled.")
}

fn breaker(service: &Document, _: &Document) -> Result<(), Failure> {
    let breaker = service.get("deploymentConfiguration").and_then(|all| all.get("deploymentCircuitBreaker"));
    let Some(threshold) = breaker.and_then(|breaker| breaker.get("thresholdConfiguration")) else {
        return Ok(());
    };
    let value = threshold.get("value").and_then(Value::as_int).unwrap_or(0);
    let most = if threshold.text("type") == Some("COUNT") { i64::from(i32::MAX) } else { 100 };
    let message = || invalid_parameter(format!("The circuit breaker's threshold value must be between 1 and {most}."));
    refuse_if(!(1..=most).contains(&value), message)
}

fn alarms(service: &Document, _: &Document) -> Result<(), Failure> {
    let Some(alarms) = service.get("deploymentConfiguration").and_then(|all| all.get("alarms")) else {
        return Ok(());
    };
    let enabled = alarms.get("enable").and_then(Value::as_bool).unwrap_or(false);
    let message = "You must specify at least one alarm name when deployment alarms are enabled.";
    refuse_if(enabled && alarms.items("alarmNames").is_empty(), || invalid_parameter(message))
}

fn grace(service: &Document, _: &Document) -> Result<(), Failure> {
    let outside = !(0..=GRACE_MOST).contains(&service.int("healthCheckGracePeriodSeconds"));
    refuse_if(outside, || invalid_parameter(format!("healthCheckGracePeriodSeconds must be between 0 and {GRACE_MOST}.")))
}

fn platform(service: &Document, _: &Document) -> Result<(), Failure> {
    let known = PLATFORMS.contains(&service.text("platformVersion"));
    refuse_if(!known, || refuse("PlatformUnknownException", "The specified platform does not exist."))
}

/// Larger disks and EFS came with 1.4.0.
fn platform_has_what_it_takes(service: &Document, definition: &Document) -> Result<(), Failure> {
    let is_older = !["", "LATEST", "1.4.0"].contains(&service.text("platformVersion"));
    let on_efs = |volume: &Value| volume.get("efsVolumeConfiguration").is_some();
    let asks = definition.get("ephemeralStorage").is_some() || definition.items("volumes").iter().any(on_efs);
    let message = "The specified platform version does not satisfy the required capabilities of the task definition.";
    refuse_if(is_older && asks, || refuse("PlatformTaskDefinitionIncompatibilityException", message))
}

fn compatibility(_: &Document, definition: &Document) -> Result<(), Failure> {
    let fits = definition.items("compatibilities").iter().any(|name| name.as_str() == Some("FARGATE"));
    refuse_if(!fits, || invalid_parameter("Task definition does not support launch_type FARGATE."))
}

fn network(service: &Document, definition: &Document) -> Result<(), Failure> {
    let network = service.get("networkConfiguration").and_then(|network| network.get("awsvpcConfiguration"));
    let awsvpc = definition.text("networkMode") == "awsvpc";
    let (message, broken) = match awsvpc {
        true => ("Network Configuration must be provided when networkMode 'awsvpc' is specified.", network.is_none()),
        false => ("Network Configuration is not valid for the given networkMode of this task definition.", network.is_some()),
    };
    refuse_if(broken, || invalid_parameter(message))?;
    let items = |name| network.map_or(0, |network| network.items(name).len());
    refuse_if(awsvpc && items("subnets") == 0, || invalid_parameter("subnets can not be empty."))?;
    for (name, most) in [("subnets", SUBNETS_MOST), ("securityGroups", SECURITY_GROUPS_MOST)] {
        refuse_if(items(name) > most, || invalid_parameter(format!("{name} can have at most {most} items.")))?;
    }
    Ok(())
}

fn balancers(service: &Document, definition: &Document) -> Result<(), Failure> {
    for balancer in service.items("loadBalancers") {
        let name = balancer.text("containerName").unwrap_or_default();
        let containers = definition.items("containerDefinitions").iter();
        let container = containers.into_iter().find(|container| container.text("name") == Some(name));
        let message = format!("The container {name} does not exist in the task definition.");
        let container = container.ok_or_else(|| invalid_parameter(message))?;
        let port = balancer.get("containerPort").and_then(Value::as_int).unwrap_or(0);
        let mapped = |mapping: &Value| mapping.get("containerPort").and_then(Value::as_int) == Some(port);
        let message = format!("The container {name} did not have a container port {port} defined.");
        refuse_if(!container.items("portMappings").iter().any(mapped), || invalid_parameter(message))?;
        let message = "Only target groups can be used with tasks that use the awsvpc network mode.";
        refuse_if(balancer.text("targetGroupArn").is_none(), || invalid_parameter(message))?;
    }
    Ok(())
}
