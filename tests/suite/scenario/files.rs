//! The options, and files that are no scenario: refused before anything
//! happens, with the place.

use super::{deploy, fault, project};
use crate::harness::Project;

#[test]
fn a_mistake_is_shown_where_it_stands_with_the_nearest_name() {
    let project = project("# The image is bad.\n[[fault]]\nkind = \"crsh\"\n");
    let ran = deploy(&project, "v42", &[]);
    ran.status(2).prints_nothing();
    assert_eq!(
        ran.stderr,
        "error: trial.toml, line 3: there is no fault of the kind `crsh`\n    |\n  3 | kind = \"crsh\"\n    |        ^^^^^^\n \
         hint: did you mean `crash`?\n"
    );
    assert_eq!(project.read("state/sandbox.json"), None, "nothing was begun");
}

#[test]
fn every_sort_of_mistake_is_refused() {
    for (text, says, hint) in [
        ("[[fault]]\nkind = \"crash\"\nafter = 20", "trial.toml, line 3: `after` is a duration", ""),
        ("[[fault]]\nkind = \"crash\"\nexit = 1", "trial.toml, line 3: crash has no `exit`", "it has after, exit_code"),
        ("[[fault]]\nkind = \"throttle\"\noperation = \"ecs:Nothing\"", "no operation is called `ecs:Nothing`", ""),
        ("[[faults]]\nkind = \"crash\"", "trial.toml, line 1: a scenario has no `faults`", "did you mean `fault`?"),
        ("[[fault]\n", "trial.toml, line 1: ", ""),
    ] {
        deploy(&project(text), "v42", &[]).status(2).says(says).says(hint).prints_nothing();
    }
}

#[test]
fn json_says_it_too() {
    let json = deploy(&project("[[fault]]\nkind = \"crsh\""), "v42", &["--output", "json"]);
    json.status(2);
    assert_eq!(json.json()["summary"], "trial.toml, line 2: there is no fault of the kind `crsh`");
    assert_eq!(json.json()["hint"], "did you mean `crash`?");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    deploy(&Project::new(), "v42", &[]).status(2).says("cannot read the scenario trial.toml: No such file or directory");
}

#[test]
fn a_scenario_is_for_the_sandbox_alone() {
    let project = project(&fault("throttle", ""));
    for option in [&["--scenario", "trial.toml"][..], &["--throttle"]] {
        let ran = project.run(&[&["deploy", "--image", "web:v42"], option].concat());
        ran.status(2).says(&format!("{} is for the sandbox alone", option[0])).says("hint: add --sandbox").prints_nothing();
    }
}

#[test]
fn an_environment_that_is_a_sandbox_will_do() {
    let project = project(&fault("access-denied", "")).file("rollbook.toml", "[env.toy]\nsandbox = true\n");
    project.run(&["status", "--scenario", "trial.toml"]).status(1).says("AccessDeniedException");
}

#[test]
fn the_short_form_and_the_long_one_play_the_same_scenario() {
    let project = project(&fault("access-denied", ""));
    for command in [&["status"][..], &["run", "status"]] {
        project.run(&[command, &["--sandbox", "--scenario", "trial.toml"]].concat()).status(1).says("AccessDeniedException");
    }
}

#[test]
fn the_next_command_meets_a_sane_world() {
    let project = project(&[fault("access-denied", "operation = \"ecs:*\""), fault("autoscaler", "count = 7")].concat());
    project.run(&["status", "--sandbox", "--scenario", "trial.toml"]).status(1);
    let left = project.read("state/sandbox.json").expect("the world is kept");
    assert!(!left.contains("access-denied") && !left.contains("autoscaler"), "{left}");
    project.run(&["status", "--sandbox"]).status(0).prints("2/2 running");
}

#[test]
fn params_cannot_take_the_names_of_the_options() {
    let header = "const RUNBOOK = #{ summary: \"t\", version: \"1.0.0\", params: #{ scenario: #{ type: \"string\" } } };";
    let project = Project::new().file("rollbook.toml", "").file("runbooks/r.rhai", header);
    project.run(&["run", "r", "--sandbox"]).status(2).says("scenario");
}
