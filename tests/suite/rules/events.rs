//! E80 to E89: what a service says, and when.

use rollbook::map;
use rollbook::value::Value;

use super::stage::{Stage, text, time};

/// The message with its ids left out.
fn mask(message: &str) -> String {
    let words = message.split_inclusive(['(', ')', ' ']);
    words
        .map(|word| match word.trim_end_matches(')') {
            id if id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit()) => word.replace(id, "T"),
            id if id.starts_with("ecs-svc/") => word.replace(id, "D"),
            id if id.starts_with("arn:") => word.replace(id, "G"),
            _ => word.to_owned(),
        })
        .collect()
}

fn single(seed: u64) -> Stage {
    let mut stage = Stage::seeded(seed).without_autoscaler();
    stage.update("desiredCount", 1);
    stage.wait(300);
    stage.scene();
    stage
}

/// E80 A rolling deployment says these things in this order.
#[test]
fn e80_a_deployment() {
    for seed in 0..10 {
        let mut stage = single(seed);
        stage.update("forceNewDeployment", true);
        stage.wait(200);
        let said: Vec<String> = stage.said().iter().map(|(_, message)| mask(message)).collect();
        let expected = [
            "has started 1 tasks: (task T).",
            "registered 1 targets in (target-group G)",
            "has stopped 1 running tasks: (task T).",
            "deregistered 1 targets in (target-group G)",
            "(service nest-wallet-service, taskSet D) has begun draining connections on 1 tasks.",
            "(deployment D) deployment completed.",
            "has reached a steady state.",
        ];
        assert_eq!(said, expected);
    }
}

/// E81 "completed" comes a millisecond before "steady".
#[test]
fn e81_completed_and_steady() {
    let mut stage = single(1);
    stage.update("forceNewDeployment", true);
    stage.wait(200);
    let events = stage.service().items("events").to_vec();
    assert!(text(&events[0], "message").ends_with("has reached a steady state."));
    assert!(text(&events[1], "message").ends_with("deployment completed."));
    assert_eq!(time(&events[0], "createdAt").as_millisecond() - time(&events[1], "createdAt").as_millisecond(), 1);
}

/// E82 Scaling says what it starts and stops and no word of a deployment.
#[test]
fn e82_scaling() {
    let mut stage = single(2);
    stage.update("desiredCount", 2);
    stage.wait(200);
    stage.update("desiredCount", 1);
    stage.wait(100);
    let said: Vec<String> = stage.said().iter().map(|(_, message)| mask(message)).collect();
    assert_eq!(said.iter().filter(|message| *message == "has reached a steady state.").count(), 2);
    assert!(said.contains(&"has stopped 1 running tasks: (task T).".to_owned()));
    assert!(!said.iter().any(|message| message.contains("deployment completed")));
}

/// E83 An idle service says every six hours that it is steady, and nothing else.
#[test]
fn e83_idle() {
    let mut stage = single(3);
    stage.wait(48 * 3600);
    let said = stage.said();
    assert!((7..=8).contains(&said.len()), "{said:?}");
    assert!(said.iter().all(|(_, message)| message == "has reached a steady state."));
    assert!(said.windows(2).all(|pair| (pair[1].0 - pair[0].0 - 6.0 * 3600.0).abs() < 1.0));
}

/// E84 At most a hundred events are kept, newest first, each with its own id.
#[test]
fn e84_a_hundred() {
    let mut stage = Stage::new();
    for _ in 0..16 {
        stage.update("forceNewDeployment", true);
        stage.wait(240);
    }
    let events = stage.service().items("events").to_vec();
    assert_eq!(events.len(), 100);
    assert!(events.windows(2).all(|pair| time(&pair[0], "createdAt") > time(&pair[1], "createdAt")));
    let mut ids: Vec<String> = events.iter().map(|event| text(event, "id")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
}

/// E85 A service without load balancers registers nothing and drains nothing.
#[test]
fn e85_no_load_balancer() {
    let mut stage = Stage::new();
    stage.update("loadBalancers", Value::List(vec![]));
    stage.wait(300);
    stage.scene();
    stage.update("forceNewDeployment", true);
    stage.wait(300);
    let said: Vec<String> = stage.said().iter().map(|(_, message)| mask(message)).collect();
    assert!(!said.iter().any(|message| message.contains("target") || message.contains("draining")), "{said:?}");
    assert_eq!(said.last().map(String::as_str), Some("has reached a steady state."));
}

/// E86 What changes no task is not worth a word, but for the percentages.
#[test]
fn e86_silent_changes() {
    let mut stage = Stage::new();
    stage.scene();
    stage.update("healthCheckGracePeriodSeconds", 5);
    stage.update("deploymentConfiguration", map! { "maximumPercent" => 150 });
    stage.wait(60);
    let said: Vec<String> = stage.said().iter().map(|(_, message)| mask(message)).collect();
    assert_eq!(said, ["has reached a steady state."]);
}
