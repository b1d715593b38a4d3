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
    /// What goes wrong in that world.
    pub scenario: &'static str,
    /// Its exit code when nobody kills it.
    pub ends: i32,
    /// `cargo test` tries every so many of its points.
    pub sample: usize,
    /// It is tried once more with somebody who deploys between crash and resume.
    pub somebody: bool,
}

const fn row(name: &'static str, arguments: &'static [&'static str], before: fn(&Server)) -> Row {
    Row { name, arguments, before, scenario: "", ends: 0, sample: 120, somebody: false }
}

const DEPLOY: &[&str] = &["deploy", "--image", NEW];
const ROTATE: &[&str] =
    &["rotate-secret-and-redeploy", "--secret-id", "nest-wallet-prod-secrets", "--set", "NEXT_PUBLIC_API_URL=env:FRESH"];

const SET_ENV: &[&str] = &["set-env", "--set", "RATES_API_KEY=typed-on-the-command-line", "--unset", "PORT"];

/// No task of the new image lasts: ECS takes the deployment back.
const CRASHES: &str = "[[fault]]\nkind = \"crash\"\nimage = \"*:v42\"\nafter = \"5s\"\nexit_code = 1\n";
/// The first tasks with the new value do not last, those with the old one do.
const CRASHES_AT_FIRST: &str = "[[fault]]\nkind = \"crash\"\nimage = \"*:v41\"\nafter = \"5s\"\nexit_code = 1\ntimes = 3\n";

pub const ROWS: &[Row] = &[
    Row { sample: 61, somebody: true, ..row("deploy", DEPLOY, nothing) },
    row("deploy, scaling rests", &["deploy", "--image", NEW, "--suspend-scaling"], nothing),
    Row { scenario: CRASHES, ends: 3, ..row("deploy, taken back", DEPLOY, nothing) },
    Row { somebody: true, ..row("restart", &["restart"], nothing) },
    row("rollback", &["rollback"], nothing),
    row("rollback, deployment under way", &["rollback"], under_way),
    Row { sample: 91, ..row("rotate-secret-and-redeploy", ROTATE, nothing) },
    Row { sample: 97, ..row("rotate, two services", ROTATE, two_readers) },
    Row { scenario: CRASHES_AT_FIRST, ends: 3, ..row("rotate, put back", ROTATE, nothing) },
    row("set-env", SET_ENV, nothing),
    row("setup-local", &["setup-local"], nothing),
    row("revisions", &["revisions", "--keep", "1"], nothing),
    Row { sample: 40, ..row("env", &["env"], nothing) },
    row("stop-deployment", &["stop-deployment"], under_way),
    row("scale", &["scale", "--to", "4"], nothing),
    Row { sample: 60, ..row("set-autoscaling", &["set-autoscaling", "--min", "3", "--cpu", "60", "--memory", "80"], nothing) },
    row("resize", &["resize", "--cpu", "512", "--memory", "1024"], nothing),
    row("wait", &["wait"], under_way),
    Row { sample: 11, ..row("dashboard", &["dashboard"], nothing) },
    Row { sample: 13, ..row("alarms", &["alarms", "--cpu", "70"], nothing) },
    Row { sample: 20, ..row("status", &["status"], nothing) },
    Row { sample: 40, ..row("diagnose", &["diagnose"], nothing) },
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
