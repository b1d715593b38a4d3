//! Elastic Load Balancing: load balancers, listeners, rules and target groups
//! as documents. Who stands behind a target group, and how well, is ECS's to say.

mod build;
mod health;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::ecs;
use super::paging::Paging;
use super::refuse::refuse;
use super::request::{passes, passes_any, texts};
use super::{Answer, Sim};
use crate::api::Failure;
use crate::map;
use crate::value::Value;
pub use build::{Route, create_balancer, create_group};

/// The token goes in as `Marker` and comes out as `NextMarker`.
const PAGING: Paging = Paging { size: "PageSize", token: "Marker", size_default: 400, refusal: "ValidationError" };

/// Each kind in the order in which AWS lists it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Balancing {
    balancers: Vec<Document>,
    listeners: Vec<Document>,
    /// Each beside the ARN of its listener.
    rules: Vec<(String, Document)>,
    groups: Vec<Document>,
}

/// A target group as metrics name it, with the load balancer before it, if any.
pub struct Named<'a> {
    /// The target group's ARN.
    pub arn: &'a str,
    /// `targetgroup/web/0123456789abcdef`
    pub group: &'a str,
    /// `app/web/0123456789abcdef`
    pub balancer: Option<&'a str>,
}

pub fn named_groups(sim: &Sim) -> impl Iterator<Item = Named<'_>> {
    sim.balancing.groups.iter().map(|group| {
        let arn = group.text("TargetGroupArn");
        let before = group.items("LoadBalancerArns").first().and_then(Value::as_str);
        Named { arn, group: arn.rsplit(':').next().unwrap_or(arn), balancer: before.map(balancer_name) }
    })
}

/// What follows `loadbalancer/` in the ARN.
fn balancer_name(arn: &str) -> &str {
    arn.split_once(":loadbalancer/").map_or(arn, |(_, name)| name)
}

pub fn handle(sim: &Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "describe_load_balancers" => describe_balancers(sim, request),
        "describe_listeners" => describe_listeners(sim, request),
        "describe_rules" => describe_rules(sim, request),
        "describe_target_groups" => describe_groups(sim, request),
        "describe_target_group_attributes" => describe_attributes(sim, request),
        "describe_target_health" => health::describe(sim, request),
        _ => return None,
    })
}

fn page(request: &Value, items_name: &str, documents: impl Iterator<Item = Value>) -> Answer {
    let mut answer = Document::from(PAGING.page(request, items_name, documents.collect())?);
    if let Some(token) = answer.remove(PAGING.token) {
        answer.set("NextMarker", token);
    }
    Ok(answer.to_value())
}

fn invalid(message: impl Into<String>) -> Failure {
    refuse("ValidationError", message)
}

/// That each ARN is one of this kind: `targetgroup`, "target group".
fn check_arns(sim: &Sim, arns: &[&str], path: &str, kind: &str) -> Result<(), Failure> {
    let prefix = sim.place.arn("elasticloadbalancing", &format!("{path}/"));
    match arns.iter().find(|arn| !arn.starts_with(&prefix)) {
        Some(arn) => Err(invalid(format!("'{arn}' is not a valid {kind} ARN"))),
        None => Ok(()),
    }
}

/// That no more than one of these ways to say what is wanted was taken.
fn check_one_way(ways: &[bool], message: &str) -> Result<(), Failure> {
    match ways.iter().filter(|way| **way).count() {
        0 | 1 => Ok(()),
        _ => Err(invalid(message)),
    }
}

/// That everything in `wanted` is among `found`.
fn check_found<'a>(wanted: &[&str], found: impl Iterator<Item = &'a str>, failure: Failure) -> Result<(), Failure> {
    let found: Vec<&str> = found.collect();
    if wanted.iter().all(|name| found.contains(name)) { Ok(()) } else { Err(failure) }
}

fn describe_balancers(sim: &Sim, request: &Value) -> Answer {
    let (arns, names) = (texts(request, "LoadBalancerArns"), texts(request, "Names"));
    let both = "Load balancer names and load balancer ARNs cannot be specified at the same time";
    check_one_way(&[!arns.is_empty(), !names.is_empty()], both)?;
    check_arns(sim, &arns, "loadbalancer", "load balancer")?;
    let all = &sim.balancing.balancers;
    let missing = refuse("LoadBalancerNotFound", "One or more load balancers not found");
    check_found(&arns, all.iter().map(|balancer| balancer.text("LoadBalancerArn")), missing)?;
    let missing = refuse("LoadBalancerNotFound", format!("Load balancers '[{}]' not found", names.join(", ")));
    check_found(&names, all.iter().map(|balancer| balancer.text("LoadBalancerName")), missing)?;
    let wanted = all.iter().filter(|balancer| {
        passes_any(request, "LoadBalancerArns", balancer.text("LoadBalancerArn"))
            && passes_any(request, "Names", balancer.text("LoadBalancerName"))
    });
    page(request, "LoadBalancers", wanted.map(Document::to_value))
}

/// The load balancer that a request names as the place to look in.
fn check_balancer(sim: &Sim, request: &Value) -> Result<(), Failure> {
    let Some(arn) = request.text("LoadBalancerArn") else {
        return Ok(());
    };
    check_arns(sim, &[arn], "loadbalancer", "load balancer")?;
    let missing = refuse("LoadBalancerNotFound", format!("Load balancer '{arn}' not found"));
    check_found(&[arn], sim.balancing.balancers.iter().map(|balancer| balancer.text("LoadBalancerArn")), missing)
}

fn describe_listeners(sim: &Sim, request: &Value) -> Answer {
    let arns = texts(request, "ListenerArns");
    let within = request.text("LoadBalancerArn").is_some();
    if arns.is_empty() && !within {
        return Err(invalid("You must specify either listener ARNs or a load balancer ARN"));
    }
    check_one_way(&[!arns.is_empty(), within], "Listener ARNs and a load balancer ARN cannot be specified at the same time")?;
    check_balancer(sim, request)?;
    check_arns(sim, &arns, "listener", "listener")?;
    let all = &sim.balancing.listeners;
    let missing = refuse("ListenerNotFound", "One or more listeners not found");
    check_found(&arns, all.iter().map(|listener| listener.text("ListenerArn")), missing)?;
    let wanted = all.iter().filter(|listener| {
        passes_any(request, "ListenerArns", listener.text("ListenerArn"))
            && passes(request, "LoadBalancerArn", listener.text("LoadBalancerArn"))
    });
    page(request, "Listeners", wanted.map(Document::to_value))
}

fn describe_rules(sim: &Sim, request: &Value) -> Answer {
    let (arns, listener) = (texts(request, "RuleArns"), request.text("ListenerArn"));
    if arns.is_empty() && listener.is_none() {
        return Err(invalid("You must specify either listener rule ARNs or a listener ARN"));
    }
    let both = "Listener rule ARNs and a listener ARN cannot be specified at the same time";
    check_one_way(&[!arns.is_empty(), listener.is_some()], both)?;
    check_arns(sim, listener.as_slice(), "listener", "listener")?;
    check_arns(sim, &arns, "listener-rule", "listener rule")?;
    let (rules, listeners) = (&sim.balancing.rules, &sim.balancing.listeners);
    let missing = refuse("ListenerNotFound", "One or more listeners not found");
    check_found(listener.as_slice(), listeners.iter().map(|listener| listener.text("ListenerArn")), missing)?;
    let missing = refuse("RuleNotFound", "One or more rules not found");
    check_found(&arns, rules.iter().map(|(_, rule)| rule.text("RuleArn")), missing)?;
    let wanted = rules
        .iter()
        .filter(|(of, rule)| passes(request, "ListenerArn", of) && passes_any(request, "RuleArns", rule.text("RuleArn")));
    page(request, "Rules", wanted.map(|(_, rule)| rule.to_value()))
}

fn describe_groups(sim: &Sim, request: &Value) -> Answer {
    let (arns, names) = (texts(request, "TargetGroupArns"), texts(request, "Names"));
    let balancer = request.text("LoadBalancerArn");
    let both = "Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time";
    check_one_way(&[!arns.is_empty(), !names.is_empty(), balancer.is_some()], both)?;
    check_balancer(sim, request)?;
    check_arns(sim, &arns, "targetgroup", "target group")?;
    let all = &sim.balancing.groups;
    let missing = || refuse("TargetGroupNotFound", "One or more target groups not found");
    check_found(&arns, all.iter().map(|group| group.text("TargetGroupArn")), missing())?;
    check_found(&names, all.iter().map(|group| group.text("TargetGroupName")), missing())?;
    let wanted = all.iter().filter(|group| {
        passes_any(request, "TargetGroupArns", group.text("TargetGroupArn"))
            && passes_any(request, "Names", group.text("TargetGroupName"))
            && balancer.is_none_or(|arn| group.items("LoadBalancerArns").iter().any(|of| of.as_str() == Some(arn)))
    });
    page(request, "TargetGroups", wanted.map(Document::to_value))
}

/// The one target group that a request is about.
fn group<'a>(sim: &'a Sim, request: &Value) -> Result<&'a Document, Failure> {
    let arn = request.text("TargetGroupArn").unwrap_or_default();
    check_arns(sim, &[arn], "targetgroup", "target group")?;
    let found = sim.balancing.groups.iter().find(|group| group.text("TargetGroupArn") == arn);
    found.ok_or_else(|| refuse("TargetGroupNotFound", format!("Target groups '{arn}' not found")))
}

fn describe_attributes(sim: &Sim, request: &Value) -> Answer {
    group(sim, request)?;
    let delay = ecs::deregistration_delay_seconds(sim).to_string();
    let attributes = [
        ("deregistration_delay.timeout_seconds", delay.as_str()),
        ("load_balancing.algorithm.anomaly_mitigation", "off"),
        ("load_balancing.algorithm.type", "round_robin"),
        ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
        ("slow_start.duration_seconds", "0"),
        ("stickiness.enabled", "false"),
        ("stickiness.lb_cookie.duration_seconds", "86400"),
        ("stickiness.type", "lb_cookie"),
    ];
    let attributes = attributes.map(|(key, value)| map! { "Key" => key, "Value" => value });
    Ok(map! { "Attributes" => attributes.to_vec() })
}
