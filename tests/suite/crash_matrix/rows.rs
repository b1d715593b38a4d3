//! The runs that are killed: every shipped runbook, in the world that it needs.

use serde_json::{Value, json};

use crate::door::Server;

pub const CLUSTER: &str = "nest-wallet-cluster";
pub const SERVICE: &str = "nest-wallet-service";
const NEW: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";

pub struct Row {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    /// What goes before it in a fresh world.
    pub before: fn(&Server),
    /// Its exit code when nobody kills it.
    pub ends: i32,
    /// `cargo test` tries every so many of its points.
    pub sample: usize,
    /// It is tried once more with somebody who deploys between crash and resume.
    pub somebody: bool,
}

const ROTATE: &[&str] = &["rotate-secret-and-redeploy", "--secret-id", "nest-wallet-prod-secrets", "--set", "NEXT_PUBLIC_API_URL=env:FRESH"];

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    Row { name: "deploy", arguments: &["deploy", "--image", NEW], before: nothing, ends: 0, sample: 61, somebody: true },
    Row { name: "deploy, scaling rests", arguments: &["deploy", "--image", NEW, "--suspend-scaling"], before: nothing, ends: 0, sample: 120, somebody: false },
    Row { name: "restart", arguments: &["restart"], before: nothing, ends: 0, sample: 120, somebody: true },
    Row { name: "rollback", arguments: &["rollback"], before: nothing, ends: 0, sample: 120, somebody: false },
    Row { name: "rollback, deployment under way", arguments: &["rollback"], before: under_way, ends: 0, sample: 120, somebody: false },
    Row { name: "rotate-secret-and-redeploy", arguments: ROTATE, before: nothing, ends: 0, sample: 91, somebody: false },
    Row { name: "rotate, two services", arguments: ROTATE, before: two_readers, ends: 0, sample: 97, somebody: false },
    Row { name: "stop-deployment", arguments: &["stop-deployment"], before: under_way, ends: 0, sample: 120, somebody: false },
    Row { name: "wait", arguments: &["wait"], before: under_way, ends: 0, sample: 120, somebody: false },
    Row { name: "status", arguments: &["status"], before: nothing, ends: 0, sample: 20, somebody: false },
    Row { name: "diagnose", arguments: &["diagnose"], before: nothing, ends: 0, sample: 40, somebody: false },
];

fn nothing(_: &Server) {}

/// A deployment of a new revision that has begun to start its tasks.
fn under_way(server: &Server) {
    let revision = register(server, "v43");
    update(server, json!({ "service": SERVICE, "taskDefinition": revision }));
    server.control("POST", "advance", "{\"seconds\":15}");
}

/// The development service reads the same secret.
fn two_readers(server: &Server) {
    update(server, json!({ "service": "nest-wallet-service-dev", "taskDefinition": "nest-wallet-task:41" }));
    server.control("POST", "settle", "");
}

/// What somebody else does who knows nothing of the run.
pub fn somebody_deploys(server: &Server) {
    let revision = register(server, "v44");
    update(server, json!({ "service": SERVICE, "taskDefinition": revision }));
}

fn register(server: &Server, tag: &str) -> String {
    let described = server.ecs("DescribeTaskDefinition", json!({ "taskDefinition": "nest-wallet-task:41" }));
    let old = &described["taskDefinition"];
    let kept = ["family", "networkMode", "requiresCompatibilities", "cpu", "memory", "executionRoleArn", "taskRoleArn"];
    let mut request = json!({});
    for name in kept.iter().filter(|name| !old[**name].is_null()) {
        request[*name] = old[*name].clone();
    }
    request["containerDefinitions"] = old["containerDefinitions"].clone();
    for container in request["containerDefinitions"].as_array_mut().expect("containers") {
        if container["name"] == "nest-wallet-container" {
            container["image"] = json!(NEW.replace("v42", tag));
        }
    }
    let made = server.ecs("RegisterTaskDefinition", request);
    made["taskDefinition"]["taskDefinitionArn"].as_str().expect("an ARN").to_owned()
}

fn update(server: &Server, mut request: Value) {
    request["cluster"] = json!(CLUSTER);
    server.ecs("UpdateService", request);
}
