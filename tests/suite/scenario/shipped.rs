//! The example scenarios, each played with the command that its comment names.

use crate::deploy::without_run_id;
use crate::harness::{Project, Ran};

fn play(name: &str) -> (Project, Ran) {
    let path = format!("{}/tests/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("an example");
    let command = text.lines().find_map(|line| line.split_once("rollbook ")).expect("its comment names the command").1;
    let command = command.replace("…", "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com");
    let project = Project::new().file(&format!("{name}.toml"), &text);
    let arguments: Vec<&str> = command.split_whitespace().collect();
    let ran = project.run(&arguments);
    (project, ran)
}

#[test]
fn a_throttling_storm_is_waited_out() {
    let (_, ran) = play("throttling_storm");
    ran.status(0)
        .says("ecs RegisterTaskDefinition: try 2 failed (ThrottlingException)")
        .says("ecs DescribeServices: try 1 failed");
    ran.prints("nest-wallet-task:42, 2/2 running");
}

#[test]
fn somebody_deploys_and_leaves_a_name() {
    let (project, ran) = play("somebody_deploys");
    ran.status(4).says("superseded").prints_nothing();
    let body = "ecs::describe_task_definition(#{ taskDefinition: \"nest-wallet-task:43\" }).taskDefinition.registeredBy";
    let project = project.runbook("who", "", body);
    project.run(&["run", "who", "--sandbox"]).status(0).prints("arn:aws:sts::123456789012:assumed-role/oncall/kim");
}

#[test]
fn every_example_is_a_scenario_and_says_what_it_is_about() {
    let folder = format!("{}/tests/scenarios", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("the folder").flatten();
    let texts: Vec<String> = files.map(|file| std::fs::read_to_string(file.path()).expect("text")).collect();
    assert!(texts.len() >= 4);
    for text in texts {
        assert!(text.starts_with("# ") && text.contains("--scenario "), "{text}");
        let scenario = rollbook::sim::Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(!scenario.faults.is_empty());
    }
}

/// Twice the same commands, each time in a process of its own.
#[test]
fn the_same_trial_leaves_the_same_bytes_in_two_processes() {
    let once = || {
        let (project, ran) = play("crash_loop");
        ran.status(3);
        (without_run_id(&ran.stderr), project.read("state/sandbox.json").expect("the world was kept"))
    };
    let (first, second) = (once(), once());
    assert_eq!(first.0, second.0);
    assert!(first.1 == second.1, "the worlds differ");
}
