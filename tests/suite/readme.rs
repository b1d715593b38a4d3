//! The README is tested: its commands, its runbook, its table.

use std::collections::BTreeSet;

use rollbook::journal::Verdict;

use crate::harness::Project;

const README: &str = include_str!("../../README.md");

/// The fenced blocks of a language.
pub fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in README.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(name), None) => open = Some((name == language, String::new())),
            (Some(_), Some(_)) => {
                let (wanted, text) = open.take().expect("it is open");
                blocks.extend(wanted.then_some(text));
            }
            (None, Some((_, text))) => *text += &format!("{line}\n")[..],
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn the_first_command_runs_the_deploy_that_is_promised() {
    let commands = blocks("").concat();
    let line = commands.lines().find(|line| line.starts_with("cargo run -- ")).expect("the first command");
    let arguments: Vec<&str> = line["cargo run -- ".len()..].split_whitespace().collect();
    let ran = Project::new().run(&arguments);
    ran.status(0).says("SANDBOX").says("succeeded").prints("nest-wallet-task:42, 2/2 running");
    assert!(commands.lines().any(|line| line == "cargo test"), "the test command");
}

#[test]
fn every_command_that_is_named_exists() {
    let text = blocks("").concat();
    let names: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("rollbook "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 5, "{names:?}");
    let known = [Project::new().run(&["--help"]).stdout, Project::new().run(&["list"]).stdout].concat();
    for name in names {
        assert!(known.contains(name), "the README names `rollbook {name}`, which there is not");
    }
}

#[test]
fn the_eject_edit_check_run_of_the_readme_works() {
    let project = Project::new().file("rollbook.toml", "");
    project.run(&["eject", "deploy"]).status(0);
    let text = project.read("runbooks/deploy.rhai").unwrap();
    let edited = text.replacen(
        "let revision = step",
        "step \"Tell the team\" { say(`deploying ${args.image}`) }\n\nlet revision = step",
        1,
    );
    project.write("runbooks/deploy.rhai", &edited);
    project.run(&["check", "deploy"]).status(0);
    let image = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v43";
    let ran = project.run(&["deploy", "--sandbox", "--image", image]);
    ran.status(0).says("Tell the team").says(&format!("deploying {image}")).prints("2/2 running");
}

#[test]
fn the_runbook_in_the_readme_runs() {
    let text = blocks("rhai").concat();
    let project = Project::new().file("rollbook.toml", "").file("runbooks/evening.rhai", &text);
    project.run(&["check", "evening"]).status(0);
    project.run(&["evening", "--sandbox"]).status(0).says("2 → 1 tasks");
    project.run(&["status", "--sandbox"]).status(0).prints("/1 running");
}

#[test]
fn the_configuration_in_the_readme_is_valid() {
    let project = Project::new().file("rollbook.toml", &blocks("toml").concat());
    project
        .run(&["status", "--env", "prod", "--sandbox", "--cluster", "nest-wallet-cluster"])
        .status(1)
        .says("there is no service my-service");
}

#[test]
fn every_exit_code_is_in_the_table() {
    for verdict in Verdict::ALL {
        let row = format!("| {} |", verdict.exit_code());
        assert!(README.contains(&row), "{row} is missing");
    }
    let codes: BTreeSet<u8> = Verdict::ALL.iter().map(|verdict| verdict.exit_code()).collect();
    assert_eq!(codes.len(), Verdict::ALL.len(), "each verdict has a code of its own");
}
