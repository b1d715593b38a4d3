//! From a session to a runbook: the saved one runs and makes the same calls.

use super::script::play;
use crate::harness::Project;

/// The calls of the last run, without the question who one is.
fn calls(project: &Project) -> Vec<String> {
    let shown = project.run(&["show", "--output", "json"]).json();
    let calls = shown["moments"].as_array().expect("moments").iter().filter(|moment| moment["kind"] == "call");
    calls
        .flat_map(|call| vec![call["operation"].as_str().unwrap().to_owned(); call["times"].as_u64().unwrap() as usize])
        .collect()
}

const SESSION: &str = r#"import "std/service" as service;
let now = service::current(env);
now.service.desiredCount
oops
_ + 1
ecs::update_service(#{ cluster: now.cluster, service: now.name, desiredCount: 9 })
:arm
ecs::update_service(#{ cluster: now.cluster, service: now.name, desiredCount: _2 });
fn running(s) {
    s.runningCount
}
let services = ecs::describe_services(#{ cluster: now.cluster, services: [now.name] }).services;
services.map(|s| running(s))
let secret = secrets::get_secret_value(#{ SecretId: "nest-wallet-prod-secrets" });
secret
`${_4.ARN} ${_ == ()}`
:calls
:save evening
"#;

#[test]
fn a_saved_session_runs_and_makes_the_same_calls() {
    let project = Project::new().file("rollbook.toml", "");
    let ran = play(&project, &["repl", "--sandbox"], SESSION);
    ran.says("runbooks/evening.rhai · rollbook check evening · rollbook run evening --sandbox").never_says("nothing was written");
    let in_session = calls(&project);
    assert!(in_session.iter().any(|call| call == "ecs UpdateService"), "{in_session:?}");
    let text = project.read("runbooks/evening.rhai").expect("it was written");
    assert!(!text.contains("oops") && !text.contains(": 9"), "{text}");
    assert!(text.contains("permits: [\"ecs:UpdateService\"]") && text.contains("holds: [\"service\"]"), "{text}");
    project.run(&["check", "evening"]).status(0);
    project.run(&["sandbox", "reset"]).status(0);
    let ran = project.run(&["evening", "--sandbox"]);
    ran.status(0).prints("\n[2]\n").prints("nest-wallet-prod-secrets");
    assert_eq!(calls(&project), in_session, "{text}");
    project.run(&["status", "--sandbox"]).status(0).prints("/3 running");
}

#[test]
fn nothing_is_overwritten_unasked_and_nothing_saved_from_nothing() {
    let project = Project::new().file("rollbook.toml", "").file("runbooks/a.rhai", "//! Mine.\n");
    let ran = play(&project, &["repl", "--sandbox"], "1\n:save a\n:save b/../c\n");
    ran.status(2).says("runbooks/a.rhai is there already; nothing was written").says("is no name for a runbook");
    assert_eq!(project.read("runbooks/a.rhai").as_deref(), Some("//! Mine.\n"));
    play(&project, &["repl", "--sandbox"], ":save b\n").status(2).says("there is nothing to save yet");
}

#[test]
fn a_line_with_a_secret_in_it_is_not_saved() {
    let project = Project::new().file("rollbook.toml", "");
    let ran = play(&project, &["repl", "--sandbox"], "let password = \"canary\"\n:save a\n");
    ran.status(2).says("has a secret typed into it").never_says("canary");
    assert_eq!(project.read("runbooks/a.rhai"), None);
}

#[test]
fn a_file_is_loaded_and_the_last_line_edited() {
    let project = Project::new().file("some.rhai", "fn twice(x) {\n    x * 2\n}\nlet n = twice(21);\n");
    play(&project, &["repl", "--sandbox"], ":load some.rhai\nn\n").status(0).prints("\n42\n");
    let project = project.variable("EDITOR", "sed -i s/20/21/");
    play(&project, &["repl", "--sandbox"], "20 * 2\n:edit\n").status(0).prints("\n40\n42\n");
    let project = Project::new().variable("EDITOR", "false");
    play(&project, &["repl", "--sandbox"], "20\n:edit\n").status(2).says("nothing was played");
}
