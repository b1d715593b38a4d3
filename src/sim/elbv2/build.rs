//! How load balancers and target groups come into a world. Not a request of
//! anybody yet.

use sha2::{Digest, Sha256};

use super::super::Sim;
use super::super::document::Document;
use crate::map;
use crate::value::Value;

const VPC: &str = "vpc-0d4e5f60718293a4b";

/// Puts a target group of addresses into the world; its ARN.
pub fn create_group(sim: &mut Sim, name: &str, port: i64) -> String {
    let arn = sim.place.arn("elasticloadbalancing", &format!("targetgroup/{name}/{}", sim.dice.hex(16)));
    let group = Document::from(map! {
        "TargetGroupArn" => arn.as_str(),
        "TargetGroupName" => name,
        "Protocol" => "HTTP",
        "ProtocolVersion" => "HTTP1",
        "Port" => port,
        "VpcId" => VPC,
        "TargetType" => "ip",
        "IpAddressType" => "ipv4",
        "HealthCheckEnabled" => true,
        "HealthCheckProtocol" => "HTTP",
        "HealthCheckPort" => "traffic-port",
        "HealthCheckPath" => "/",
        "HealthCheckIntervalSeconds" => 10,
        "HealthCheckTimeoutSeconds" => 5,
        "HealthyThresholdCount" => 2,
        "UnhealthyThresholdCount" => 2,
        "Matcher" => map! { "HttpCode" => "200" },
        "LoadBalancerArns" => Value::List(vec![]),
    });
    let groups = &mut sim.balancing.groups;
    groups.push(group);
    groups.sort_by(|one, other| one.text("TargetGroupName").cmp(other.text("TargetGroupName")));
    arn
}

/// Where requests for one host go.
pub struct Route<'a> {
    pub host: &'a str,
    /// The ARN of a target group.
    pub group: &'a str,
}

/// Puts an application load balancer into the world, with one listener on port
/// 80: what no route takes goes to the group `otherwise`.
pub fn create_balancer(sim: &mut Sim, name: &str, subnets: &[&str], otherwise: &str, routes: &[Route]) {
    let path = format!("app/{name}/{}", identifier(name));
    let balancer = sim.place.arn("elasticloadbalancing", &format!("loadbalancer/{path}"));
    let listener_path = format!("{path}/{}", identifier(&format!("{name}:80")));
    let listener = sim.place.arn("elasticloadbalancing", &format!("listener/{listener_path}"));
    let zones = subnets.iter().zip(['a', 'c']).map(|(subnet, letter)| {
        map! { "ZoneName" => sim.place.zone(letter), "SubnetId" => *subnet, "LoadBalancerAddresses" => Value::List(vec![]) }
    });
    let document = Document::from(map! {
        "LoadBalancerArn" => balancer.as_str(),
        "LoadBalancerName" => name,
        "DNSName" => format!("{name}-1428571428.{}.elb.amazonaws.com", sim.place.region),
        "CanonicalHostedZoneId" => "ZWKZPGTI48KDX",
        "CreatedTime" => sim.now,
        "Scheme" => "internet-facing",
        "VpcId" => VPC,
        "State" => map! { "Code" => "active" },
        "Type" => "application",
        "AvailabilityZones" => zones.collect::<Vec<_>>(),
        "SecurityGroups" => vec!["sg-0d4e5f60718293a4b"],
        "IpAddressType" => "ipv4",
    });
    sim.balancing.balancers.push(document);
    sim.balancing.listeners.push(Document::from(map! {
        "ListenerArn" => listener.as_str(), "LoadBalancerArn" => balancer.as_str(), "Port" => 80, "Protocol" => "HTTP",
        "DefaultActions" => vec![forward(otherwise)],
    }));
    let conditions = routes.iter().map(|route| {
        let hosts = map! { "Values" => vec![route.host] };
        (vec![map! { "Field" => "host-header", "Values" => vec![route.host], "HostHeaderConfig" => hosts }], route.group)
    });
    for (number, (conditions, group)) in (1..).zip(conditions) {
        add_rule(sim, &listener, &listener_path, Rule { priority: (number * 10).to_string(), conditions, group });
    }
    add_rule(sim, &listener, &listener_path, Rule { priority: "default".into(), conditions: vec![], group: otherwise });
    attach(sim, &balancer, routes.iter().map(|route| route.group).chain([otherwise]));
}

struct Rule<'a> {
    priority: String,
    conditions: Vec<Value>,
    group: &'a str,
}

fn add_rule(sim: &mut Sim, listener: &str, path: &str, rule: Rule) {
    let id = identifier(&format!("{path}:{}", rule.priority));
    let document = Document::from(map! {
        "RuleArn" => sim.place.arn("elasticloadbalancing", &format!("listener-rule/{path}/{id}")),
        "IsDefault" => rule.priority == "default",
        "Priority" => rule.priority,
        "Conditions" => rule.conditions,
        "Actions" => vec![forward(rule.group)],
    });
    sim.balancing.rules.push((listener.to_owned(), document));
}

fn forward(group: &str) -> Value {
    let groups = vec![map! { "TargetGroupArn" => group, "Weight" => 1 }];
    let config = map! { "TargetGroups" => groups, "TargetGroupStickinessConfig" => map! { "Enabled" => false } };
    map! { "Type" => "forward", "TargetGroupArn" => group, "ForwardConfig" => config, "Order" => 1 }
}

fn attach<'a>(sim: &mut Sim, balancer: &str, arns: impl Iterator<Item = &'a str>) {
    for arn in arns {
        if let Some(group) = sim.balancing.groups.iter_mut().find(|group| group.text("TargetGroupArn") == arn) {
            group.set("LoadBalancerArns", vec![balancer]);
        }
    }
}

/// Sixteen digits as AWS makes them up. From the name and not drawn, so that a
/// seed goes on meaning what it meant to everything else.
fn identifier(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
