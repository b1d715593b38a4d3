//! The control door, and several clients at the same time.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Server, definition};
use crate::harness::Project;

#[test]
fn time_moves_when_it_is_told_to_and_not_before() {
    let server = Server::start(&Project::new(), &[]);
    let now = |value: Value| value["now"].as_str().expect("a time").to_owned();
    assert_eq!(now(server.control("GET", "clock", "")), "2026-07-01T09:00:00Z");
    assert_eq!(now(server.control("POST", "advance", r#"{"seconds": 90}"#)), "2026-07-01T09:01:30Z");
    assert_eq!(now(server.control("POST", "advance", r#"{"to": "2026-07-01T10:00:00Z"}"#)), "2026-07-01T10:00:00Z");
    let refused = |body: &str| server.http("POST", "/_sandbox/advance", &[], body.as_bytes()).status;
    for body in
        ["{\"to\": \"2026-07-01T09:00:00Z\"}", "{\"seconds\": -1}", "{\"seconds\": 1e12}", "{\"seconds\": \"1\"}", "{}", "x"]
    {
        assert_eq!(refused(body), 400, "{body}");
    }
    assert_eq!(now(server.control("GET", "clock", "")), "2026-07-01T10:00:00Z");
}

#[test]
fn a_deployment_is_brought_to_its_end() {
    let server = Server::start(&Project::new(), &[]);
    let service = json!({ "cluster": "nest-wallet-cluster", "services": ["nest-wallet-service"] });
    server.ecs(
        "UpdateService",
        json!({ "cluster": "nest-wallet-cluster", "service": "nest-wallet-service", "forceNewDeployment": true }),
    );
    let deployments = || server.ecs("DescribeServices", service.clone())["services"][0]["deployments"].as_array().unwrap().len();
    assert_eq!(deployments(), 2);
    let settled = server.control("POST", "settle", "");
    assert_eq!(settled["settled"], true);
    assert!(settled["now"].as_str() > Some("2026-07-01T09:00:30Z"), "{settled}");
    assert_eq!(deployments(), 1);
    // At rest already: nothing moves.
    assert_eq!(server.control("POST", "settle", "")["now"], settled["now"]);
}

#[test]
fn worlds_are_taken_out_put_in_and_begun_anew() {
    let server = Server::start(&Project::new(), &[]);
    let fresh = server.control("GET", "world", "");
    server.ecs("RegisterTaskDefinition", definition("web", "1"));
    server.control("POST", "advance", r#"{"seconds": 3600}"#);
    let later = server.control("GET", "world", "");
    assert_ne!(fresh, later);
    server.control("POST", "reset", "");
    assert_eq!(server.control("GET", "world", ""), fresh);
    server.control("PUT", "world", &later.to_string());
    assert_eq!(server.control("GET", "world", ""), later);
    server.ecs("DescribeTaskDefinition", json!({ "taskDefinition": "web:1" }));
    assert_eq!(server.http("PUT", "/_sandbox/world", &[], b"{\"now\": 1}").status, 400);
    assert_eq!(server.control("GET", "world", ""), later);
}

#[test]
fn another_seed_is_another_world() {
    let project = Project::new();
    let world = |seed: &str| Server::start(&project, &["--seed", seed]).control("GET", "world", "");
    assert_eq!(world("7"), world("7"));
    assert_ne!(world("7"), world("8"));
}

#[test]
fn calls_are_told_without_their_secrets() {
    let server = Server::start(&Project::new(), &[]);
    server.ecs("ListClusters", json!({}));
    let put = json!({ "SecretId": "nest-wallet-prod-secrets", "SecretString": "hunter2hunter2" });
    assert_eq!(server.json("secretsmanager.PutSecretValue", &put).status, 200);
    server.json("secretsmanager.PutSecretValue", &json!({ "SecretId": 1, "SecretString": "hunter2hunter2" }));
    let calls = server.http("GET", "/_sandbox/calls?after=1", &[], b"");
    assert!(!calls.text().contains("hunter2"), "{}", calls.text());
    let calls = calls.json();
    assert_eq!(
        (calls["last"].as_u64(), calls["forgotten"].as_u64(), calls["kept_at_most"].as_u64()),
        (Some(3), Some(0), Some(10_000))
    );
    let expected = json!({ "number": 2, "at": "2026-07-01T09:00:00Z", "service": "secretsmanager", "operation": "PutSecretValue",
        "request": { "SecretId": "nest-wallet-prod-secrets", "SecretString": "(secret)" }, "outcome": "OK" });
    assert_eq!(calls["calls"][0], expected);
    assert_eq!(calls["calls"][1]["outcome"], "SerializationException");
}

#[test]
fn a_web_page_does_not_drive_it() {
    let server = Server::start(&Project::new(), &[]);
    let origin = [("Origin", "https://example.com")];
    assert_eq!(server.http("POST", "/_sandbox/reset", &origin, b"").status, 403);
    assert_eq!(server.http("GET", "/_sandbox/world", &origin, b"").status, 403);
    assert_eq!(server.http("GET", "/_sandbox/nothing", &[], b"").status, 404);
    assert_eq!(server.http("DELETE", "/_sandbox/world", &[], b"").status, 405);
    let help = server.http("GET", "/_sandbox/", &[], b"").text();
    for path in ["clock", "advance", "settle", "calls", "reset", "world"] {
        assert!(help.contains(&format!("/_sandbox/{path}")), "{help}");
    }
}

#[test]
fn clients_at_the_same_time_do_not_disturb_each_other() {
    let server = Server::start(&Project::new(), &[]);
    let register = |tag: String| {
        let made = server.ecs("RegisterTaskDefinition", definition("web", &tag));
        let image = made["taskDefinition"]["containerDefinitions"][0]["image"].as_str().unwrap().to_owned();
        assert_eq!(image, format!("nginx:{tag}"), "everybody gets their own answer");
        made["taskDefinition"]["revision"].as_i64().unwrap()
    };
    let revisions = std::thread::scope(|scope| {
        let clients =
            (0..8).map(|client| scope.spawn(move || (0..10).map(|n| register(format!("{client}-{n}"))).collect::<Vec<_>>()));
        let clients: Vec<_> = clients.collect();
        clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(revisions.iter().copied().collect::<BTreeSet<_>>(), (1..=80).collect());
    // Somebody who says nothing is in nobody's way.
    let silent = server.connect();
    server.ecs("ListClusters", json!({}));
    drop(silent);
}
