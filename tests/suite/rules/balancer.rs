//! The rules of Elastic Load Balancing.

use std::collections::BTreeMap;

use rollbook::map;
use rollbook::value::Value;

use super::account::{Account, CLUSTER, SERVICE, text, texts};

const PLACE: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012";

/// The ARN of a target group, by its name.
fn group(account: &mut Account, name: &str) -> String {
    let answer = account.ask("describe_target_groups", map! { "Names" => vec![name] });
    text(&answer.items("TargetGroups")[0], "TargetGroupArn").to_owned()
}

fn balancer(account: &mut Account) -> String {
    let answer = account.ask("describe_load_balancers", map! { "Names" => vec!["nest-wallet-alb"] });
    text(&answer.items("LoadBalancers")[0], "LoadBalancerArn").to_owned()
}

fn health(account: &mut Account, group: &str) -> Vec<Value> {
    let answer = account.ask("describe_target_health", map! { "TargetGroupArn" => group });
    answer.items("TargetHealthDescriptions").to_vec()
}

fn inner<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or_else(|| panic!("no {name} in {value:?}"))
}

/// The state of each target, by its address.
fn states(account: &mut Account, group: &str) -> BTreeMap<String, String> {
    let targets = health(account, group);
    let pair = |target: &Value| {
        (text(inner(target, "Target"), "Id").to_owned(), text(inner(target, "TargetHealth"), "State").to_owned())
    };
    targets.iter().map(pair).collect()
}

fn addresses(tasks: &[Value]) -> Vec<String> {
    let details = tasks.iter().flat_map(|task| task.items("attachments")[0].items("details"));
    let private = details.filter(|detail| text(detail, "name") == "privateIPv4Address");
    let mut addresses: Vec<String> = private.map(|detail| text(detail, "value").to_owned()).collect();
    addresses.sort();
    addresses
}

fn deploy(account: &mut Account) {
    account.ecs("update_service", map! { "cluster" => CLUSTER, "service" => SERVICE, "forceNewDeployment" => true });
}

/// B1 The balancer's listener sends one host to the development group and everything else to production.
#[test]
fn b1_the_listener_leads_to_both_groups() {
    let mut account = Account::of("elbv2");
    let (prod, dev) = (group(&mut account, "nest-wallet-tg"), group(&mut account, "nest-wallet-dev-tg"));
    let balancer = balancer(&mut account);
    let listeners = account.ask("describe_listeners", map! { "LoadBalancerArn" => balancer.as_str() });
    let listener = &listeners.items("Listeners")[0];
    assert_eq!(texts(listener.items("DefaultActions"), "TargetGroupArn"), [prod.as_str()]);
    let rules = account.ask("describe_rules", map! { "ListenerArn" => text(listener, "ListenerArn") });
    let rules = rules.items("Rules");
    assert_eq!(texts(rules, "Priority"), ["10", "default"]);
    let targets: Vec<&str> = rules.iter().map(|rule| text(&rule.items("Actions")[0], "TargetGroupArn")).collect();
    assert_eq!(targets, [dev.as_str(), prod.as_str()]);
    assert!(text(&rules[0], "RuleArn").starts_with(&text(listener, "ListenerArn").replace(":listener/", ":listener-rule/")));
    let again = account.ask("describe_rules", map! { "RuleArns" => vec![text(&rules[0], "RuleArn")] });
    assert_eq!(again.items("Rules"), &rules[..1]);
}

/// B2 A service's target group is the one that its definition of load balancers names.
#[test]
fn b2_services_name_groups_that_there_are() {
    let mut account = Account::of("elbv2");
    for (service, name) in [(SERVICE, "nest-wallet-tg"), ("nest-wallet-service-dev", "nest-wallet-dev-tg")] {
        let described = account.ecs("describe_services", map! { "cluster" => CLUSTER, "services" => vec![service] });
        let named = text(&described.items("services")[0].items("loadBalancers")[0], "targetGroupArn").to_owned();
        assert_eq!(named, group(&mut account, name));
    }
}

/// B3 The targets of a steady service are its tasks' addresses at the container's port, and healthy without a reason.
#[test]
fn b3_a_steady_service_has_healthy_targets() {
    let mut account = Account::of("elbv2");
    let group = group(&mut account, "nest-wallet-tg");
    let targets = health(&mut account, &group);
    for target in &targets {
        assert_eq!(inner(target, "TargetHealth"), &map! { "State" => "healthy" });
        assert_eq!(inner(target, "Target").get("Port"), Some(&Value::Int(3000)));
        assert_eq!(text(target, "HealthCheckPort"), "3000");
    }
    let mut found: Vec<&str> = targets.iter().map(|target| text(inner(target, "Target"), "Id")).collect();
    found.sort_unstable();
    assert_eq!(found, addresses(&account.tasks()));
}

/// B4 In a deployment a new target is initial and then healthy, an old one healthy and then draining, and never
/// are fewer healthy than the service must keep.
#[test]
fn b4_targets_come_and_go_in_order() {
    let mut account = Account::of("elbv2");
    let group = group(&mut account, "nest-wallet-tg");
    let old = addresses(&account.tasks());
    deploy(&mut account);
    let mut lives: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for second in 0..300 {
        account.wait(1);
        let states = states(&mut account, &group);
        let healthy = states.values().filter(|state| *state == "healthy").count();
        assert!(healthy >= 2, "second {second}: {states:?}");
        for (address, state) in states {
            let life = lives.entry(address).or_default();
            if life.last() != Some(&state) {
                life.push(state);
            }
        }
    }
    assert_eq!(lives.len(), 4, "{lives:?}");
    for (address, life) in &lives {
        let expected = if old.contains(address) { ["healthy", "draining"] } else { ["initial", "healthy"] };
        assert_eq!(life, &expected, "{address}");
    }
    assert_eq!(states(&mut account, &group).len(), 2, "what has drained is gone");
}

/// B5 What is initial or draining says why.
#[test]
fn b5_every_state_but_healthy_has_its_reason() {
    let mut account = Account::of("elbv2");
    let group = group(&mut account, "nest-wallet-tg");
    deploy(&mut account);
    let mut seen: BTreeMap<String, Value> = BTreeMap::new();
    for _ in 0..300 {
        account.wait(1);
        for target in health(&mut account, &group) {
            let health = inner(&target, "TargetHealth").clone();
            seen.insert(text(&health, "State").to_owned(), health);
        }
    }
    for (state, reason, description) in [
        ("initial", "Elb.RegistrationInProgress", "Target registration is in progress"),
        ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"),
    ] {
        assert_eq!(seen[state], map! { "State" => state, "Reason" => reason, "Description" => description });
    }
}

/// B6 A target drains as long as the attributes of its group say.
#[test]
fn b6_draining_takes_the_deregistration_delay() {
    let mut account = Account::of("elbv2");
    let group = group(&mut account, "nest-wallet-tg");
    let attributes = account.ask("describe_target_group_attributes", map! { "TargetGroupArn" => group.as_str() });
    let delay = attributes.items("Attributes").iter().find(|each| text(each, "Key") == "deregistration_delay.timeout_seconds");
    let delay: usize = text(delay.expect("an attribute"), "Value").parse().unwrap();
    deploy(&mut account);
    let mut draining = BTreeMap::<String, usize>::new();
    for _ in 0..300 {
        account.wait(1);
        let states = states(&mut account, &group);
        states.into_iter().filter(|(_, state)| state == "draining").for_each(|(id, _)| *draining.entry(id).or_default() += 1);
    }
    assert_eq!(draining.into_values().collect::<Vec<_>>(), [delay, delay]);
}

/// B7 A target that is asked for and not registered is unused; one that is, is told alone.
#[test]
fn b7_targets_can_be_asked_for() {
    let mut account = Account::of("elbv2");
    let group = group(&mut account, "nest-wallet-tg");
    let known = addresses(&account.tasks())[0].clone();
    let targets = |address: &str| vec![map! { "Id" => address }];
    let ask = |account: &mut Account, address: &str| {
        let request = map! { "TargetGroupArn" => group.as_str(), "Targets" => targets(address) };
        account.ask("describe_target_health", request).items("TargetHealthDescriptions").to_vec()
    };
    let found = ask(&mut account, &known);
    assert_eq!((found.len(), text(inner(&found[0], "TargetHealth"), "State")), (1, "healthy"));
    let unknown = ask(&mut account, "10.9.9.9");
    assert_eq!(inner(&unknown[0], "Target"), &map! { "Id" => "10.9.9.9", "Port" => 3000 });
    assert_eq!(text(inner(&unknown[0], "TargetHealth"), "Reason"), "Target.NotRegistered");
}

/// B8 Anomalies are told of only when they are asked for.
#[test]
fn b8_anomalies_are_included_on_request() {
    let mut account = Account::of("elbv2");
    let group = group(&mut account, "nest-wallet-tg");
    assert_eq!(health(&mut account, &group)[0].get("AnomalyDetection"), None);
    let request = map! { "TargetGroupArn" => group, "Include" => vec!["AnomalyDetection"] };
    let answer = account.ask("describe_target_health", request);
    let anomaly = answer.items("TargetHealthDescriptions")[0].get("AnomalyDetection").expect("it was asked for");
    assert_eq!(text(anomaly, "Result"), "normal");
}

/// B9 A page's token comes out as NextMarker and goes in as Marker.
#[test]
fn b9_pages_are_asked_for_with_a_marker() {
    let mut account = Account::of("elbv2");
    let balancer = balancer(&mut account);
    let mut request = map! { "LoadBalancerArn" => balancer, "PageSize" => 1 };
    let first = account.ask("describe_target_groups", request.clone());
    assert_eq!(texts(first.items("TargetGroups"), "TargetGroupName"), ["nest-wallet-dev-tg"]);
    assert_eq!(first.get("Marker"), None);
    request.as_map_mut().unwrap().insert("Marker".into(), text(&first, "NextMarker").into());
    let second = account.ask("describe_target_groups", request);
    assert_eq!(texts(second.items("TargetGroups"), "TargetGroupName"), ["nest-wallet-tg"]);
    assert_eq!(second.get("NextMarker"), None);
}

/// B10 What is not there is refused under the code of its kind.
#[test]
fn b10_what_is_not_there_is_refused() {
    let mut account = Account::of("elbv2");
    let arn = |path: &str| format!("{PLACE}:{path}");
    let one = |name: &str, value: &str| map! { name => value };
    let many = |name: &str, value: &str| map! { name => vec![value] };
    let (group, balancer) = (arn("targetgroup/other/0123456789abcdef"), arn("loadbalancer/app/other/0123456789abcdef"));
    let (listener, rule) = (arn("listener/app/other/0/1"), arn("listener-rule/app/other/0/1/2"));
    let of_group = format!("Target groups '{group}' not found");
    for (method, request, code, message) in [
        ("describe_target_health", one("TargetGroupArn", &group), "TargetGroupNotFound", of_group.as_str()),
        ("describe_target_group_attributes", one("TargetGroupArn", &group), "TargetGroupNotFound", &of_group),
        ("describe_target_groups", many("Names", "other"), "TargetGroupNotFound", "One or more target groups not found"),
        ("describe_target_groups", many("TargetGroupArns", &group), "TargetGroupNotFound", "One or more target groups not found"),
        ("describe_load_balancers", many("Names", "other"), "LoadBalancerNotFound", "Load balancers '[other]' not found"),
        (
            "describe_load_balancers",
            many("LoadBalancerArns", &balancer),
            "LoadBalancerNotFound",
            "One or more load balancers not found",
        ),
        (
            "describe_listeners",
            one("LoadBalancerArn", &balancer),
            "LoadBalancerNotFound",
            &format!("Load balancer '{balancer}' not found"),
        ),
        ("describe_listeners", many("ListenerArns", &listener), "ListenerNotFound", "One or more listeners not found"),
        ("describe_rules", one("ListenerArn", &listener), "ListenerNotFound", "One or more listeners not found"),
        ("describe_rules", many("RuleArns", &rule), "RuleNotFound", "One or more rules not found"),
    ] {
        account.assert_refused(method, request, code, message);
    }
}

/// B11 A request that says too much, too little or no ARN is refused as invalid.
#[test]
fn b11_requests_must_make_sense() {
    let mut account = Account::of("elbv2");
    let group = group(&mut account, "nest-wallet-tg");
    let both = map! { "Names" => vec!["nest-wallet-tg"], "TargetGroupArns" => vec![group] };
    for (method, request, message) in [
        (
            "describe_target_health",
            map! { "TargetGroupArn" => "nest-wallet-tg" },
            "'nest-wallet-tg' is not a valid target group ARN",
        ),
        ("describe_listeners", map! {}, "You must specify either listener ARNs or a load balancer ARN"),
        ("describe_rules", map! {}, "You must specify either listener rule ARNs or a listener ARN"),
        (
            "describe_target_groups",
            both,
            "Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time",
        ),
    ] {
        account.assert_refused(method, request, "ValidationError", message);
    }
}
