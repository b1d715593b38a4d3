//! `--state`: what was answered is there after the process was killed.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{Server, definition};
use crate::harness::Project;

const STATE: &[&str] = &["--state", "world.json"];

fn update(server: &Server, definition: &str) {
    let request = json!({ "cluster": "nest-wallet-cluster", "service": "nest-wallet-service", "taskDefinition": definition });
    server.ecs("UpdateService", request);
}

fn put(server: &Server, text: &str) -> String {
    let request = json!({ "SecretId": "nest-wallet-prod-secrets", "SecretString": text });
    let answer = server.json("secretsmanager.PutSecretValue", &request);
    answer.json()["VersionId"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

/// A bit of everything, with time passing in between.
fn live(server: &Server) {
    server.ecs("RegisterTaskDefinition", definition("web", "1"));
    update(server, "nest-wallet-task:40");
    server.control("POST", "advance", r#"{"seconds": 45.5}"#);
    put(server, "{\"first\":1}");
    update(server, "nest-wallet-task:39");
    server.ecs("DescribeServices", json!({ "cluster": "nest-wallet-cluster", "services": ["nest-wallet-service"] }));
    // Refused, and yet it happened at its time.
    server.json("AmazonEC2ContainerServiceV20141113.UpdateService", &json!({ "service": "nope" }));
    server.control("POST", "settle", "");
    put(server, "{\"second\":2}");
}

#[test]
fn nothing_is_lost_when_it_is_killed() {
    let project = Project::new();
    let server = Server::start(&project, STATE);
    live(&server);
    let before = server.control("GET", "world", "");
    server.end("-KILL").status(-1);
    let server = Server::start(&project, STATE);
    assert_eq!(server.control("GET", "world", ""), before);
    // And once more, with what was added since.
    let version = put(&server, "{\"third\":3}");
    let before = server.control("GET", "world", "");
    server.end("-KILL");
    let server = Server::start(&project, STATE);
    assert_eq!(server.control("GET", "world", ""), before);
    let request = json!({ "SecretId": "nest-wallet-prod-secrets", "VersionId": version });
    assert_eq!(server.json("secretsmanager.GetSecretValue", &request).json()["SecretString"], "{\"third\":3}");
}

#[test]
fn a_reset_and_another_world_are_kept_too() {
    let project = Project::new();
    let server = Server::start(&project, &["--state", "world.json", "--seed", "7"]);
    let fresh = server.control("GET", "world", "");
    live(&server);
    let lived = server.control("GET", "world", "");
    server.control("POST", "reset", "");
    server.end("-KILL");
    let server = Server::start(&project, STATE);
    assert_eq!(server.control("GET", "world", ""), fresh);
    server.control("PUT", "world", &lived.to_string());
    server.end("-KILL");
    let server = Server::start(&project, STATE);
    assert_eq!(server.control("GET", "world", ""), lived);
    server.control("POST", "reset", "");
    assert_eq!(server.control("GET", "world", ""), fresh, "the seed is kept as well");
}

#[test]
fn the_orders_to_stop_end_it_cleanly() {
    let project = Project::new();
    for signal in ["-TERM", "-INT"] {
        let server = Server::start(&project, STATE);
        put(&server, "{}");
        let before = server.control("GET", "world", "");
        let kept = server.connect();
        server.end(signal).status(0).says("export AWS_ENDPOINT_URL=http://127.0.0.1:");
        drop(kept);
        assert_eq!(project.read("world.json.log").unwrap().lines().count(), 1, "the snapshot has it all");
        assert_eq!(Server::start(&project, STATE).control("GET", "world", ""), before);
    }
}

#[test]
fn a_torn_end_of_the_log_is_cut_and_said() {
    let project = Project::new();
    let server = Server::start(&project, STATE);
    live(&server);
    let before = server.control("GET", "world", "");
    server.end("-KILL");
    let mut log = std::fs::OpenOptions::new().append(true).open(project.path().join("world.json.log")).unwrap();
    log.write_all(b"{\"at\":\"2026-07-01T11:00:00Z\",\"module\":\"ecs\",\"oper").unwrap();
    let server = Server::start(&project, STATE);
    assert_eq!(server.control("GET", "world", ""), before);
    server.end("-TERM").status(0).says("world.json.log: the last 49 bytes were cut off");
    let server = Server::start(&project, STATE);
    server.end("-TERM").never_says("cut off");
}

#[test]
fn a_damaged_or_foreign_world_is_refused_and_left_alone() {
    let project = Project::new();
    let server = Server::start(&project, STATE);
    live(&server);
    server.end("-KILL");
    let (world, log) = (project.read("world.json").unwrap(), project.read("world.json.log").unwrap());
    let refused = |says: &str| {
        let before = (project.read("world.json"), project.read("world.json.log"));
        Server::try_start(&project, STATE).err().expect("it does not start").status(2).says(says);
        assert_eq!((project.read("world.json"), project.read("world.json.log")), before, "nothing was changed");
    };
    project.write("world.json.log", &log.replacen("\"module\"", "\"nodule\"", 1));
    refused("its log is damaged in line 2");
    project.write("world.json.log", "my diary\n");
    refused("its log is no log of the sandbox");
    project.write("world.json.log", &log);
    project.write("world.json", &world.replacen("\"version\":1", "\"version\":2", 1));
    refused("no world that this version of the sandbox kept");
    project.write("world.json", "{}");
    refused("no world that this version of the sandbox kept");
    std::fs::remove_file(project.path().join("world.json")).unwrap();
    refused("is gone, but its log is there");
}

#[test]
fn one_world_has_one_server_and_one_owner() {
    let project = Project::new();
    let server = Server::start(&project, STATE);
    let second = Server::try_start(&project, STATE).err().expect("it does not start");
    second.status(2).says("another sandbox keeps its world in world.json");
    for name in ["world.json", "world.json.log"] {
        let mode = std::fs::metadata(project.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    put(&server, "{}");
}

#[test]
fn what_cannot_begin_says_why() {
    let project = Project::new().file("plan.toml", "[[fault]]\nkind = \"crsh\"\n");
    let server = Server::start(&project, &[]);
    let port = server.url.rsplit(':').next().unwrap();
    let taken = Server::try_start(&project, &["--port", port]).err().expect("it does not start");
    taken.status(2).says(&format!("cannot listen on port {port}")).says("--port 0 takes any free port");
    let cases: &[(&[&str], &str)] = &[
        (&["--scenario", "plan.toml"], "plan.toml, line 2: there is no fault of the kind `crsh`"),
        (&["--scenario", "none.toml"], "cannot read the scenario none.toml"),
        (&["--state", "plan.toml/world"], "cannot keep the world in plan.toml/world"),
        (&["--speed", "90000"], "a number from 0 to 86400"),
    ];
    for (arguments, says) in cases {
        Server::try_start(&project, arguments).err().expect("it does not start").status(2).says(says);
    }
    project.run(&["sandbox", "reset"]).status(0).prints("was as new already");
}
