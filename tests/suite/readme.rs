//! The README is tested: its commands, its runbook, its table.

use std::collections::BTreeSet;

use rollbook::journal::Verdict;

use crate::harness::Project;
use crate::prompt::play;

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
    let text = rhai("const RUNBOOK");
    let project = Project::new().file("rollbook.toml", "").file("runbooks/evening.rhai", &text);
    project.run(&["check", "evening"]).status(0);
    project.run(&["evening", "--sandbox"]).status(0).says("2 → 1 tasks");
    project.run(&["status", "--sandbox"]).status(0).prints("/1 running");
}

/// The block of Rhai with these words.
fn rhai(words: &str) -> String {
    let mut found: Vec<String> = blocks("rhai").into_iter().filter(|block| block.contains(words)).collect();
    assert_eq!(found.len(), 1, "blocks with {words}");
    found.remove(0)
}

/// The deploy with the steps of one's own that the README shows.
fn with_steps_of_ones_own() -> Project {
    let project = Project::new().file("rollbook.toml", "").variable("SLACK_WEBHOOK", "https://hooks.example.com/T0/B0/x1x2x3");
    project.run(&["eject", "deploy"]).status(0);
    let place = "let end = step \"Roll it out\"";
    assert!(README.contains(&format!("above `{place}`")));
    let (message, migration) = (rhai("Tell the team"), rhai("Migrate the database"));
    assert!(message.lines().count() < 10 && migration.lines().count() < 10);
    let text = project.read("runbooks/deploy.rhai").unwrap();
    let text = text.replacen(place, &format!("{message}\n{migration}\n{place}"), 1);
    project.write("runbooks/deploy.rhai", &text);
    project.run(&["check", "deploy"]).status(2).says("http POST is a write that the header does not permit");
    project.write("runbooks/deploy.rhai", &text.replacen("    permits: [\n", &rhai("permits: [\"http:POST\""), 1));
    project.run(&["check", "deploy"]).status(0).prints("no mistakes found");
    project
}

const DEPLOY: &[&str] = &["deploy", "--sandbox", "--image", "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v43"];

/// What follows `rollbook ` on the README's only line that begins like that.
fn command(start: &str) -> Vec<String> {
    let text = blocks("").concat();
    let line = text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no line begins with {start}"));
    line.split_whitespace().skip(1).map(|word| word.replace("tests/scenarios/", SCENARIOS)).collect()
}

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/");

#[test]
fn the_investigation_is_what_the_prompt_shows() {
    let project = Project::new().file("rollbook.toml", "");
    let [deploy, repl] = [command("rollbook deploy --sandbox --no-wait"), command("rollbook repl --sandbox")];
    let words = |command: &[String]| command.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let run = |command: &str| project.run(&command.split(' ').collect::<Vec<_>>());
    run(&words(&deploy)).status(0);
    let transcript = blocks("text").concat();
    let typed: String = transcript.lines().filter_map(|line| line.strip_prefix("❯ ")).map(|line| format!("{line}\n")).collect();
    assert!(typed.lines().count() > 10, "{typed}");
    let ran = play(&project, &repl.iter().map(String::as_str).collect::<Vec<_>>(), &typed);
    // The refused write was an error; the one that was armed was the answer to it.
    ran.status(6);
    for line in transcript.lines().filter(|line| !line.starts_with(['❯', '…'])) {
        assert!([&ran.stdout, &ran.stderr].iter().any(|said| said.contains(line)), "the prompt does not say {line:?}\n{ran}");
    }
    project.run(&["check", "back-to-the-last-one"]).status(0);
    project.run(&["wait", "--sandbox"]).status(0).prints("nest-wallet-task:41");
    // In the same evening, the runbook finds and does the same.
    project.run(&["sandbox", "reset"]).status(0);
    run(&words(&deploy)).status(0);
    run(&words(&repl).replace("repl", "back-to-the-last-one")).status(0).prints("exiting with code 1");
    project.run(&["wait", "--sandbox"]).status(0).prints("nest-wallet-task:41");
}

#[test]
fn steps_of_ones_own_run_before_the_update() {
    let project = with_steps_of_ones_own();
    let ran = project.run(DEPLOY);
    ran.status(0).says("✓ Tell the team").says("✓ Migrate the database").says("nest-wallet-container of").says("exited with 0");
    let shown = project.run(&["show", "--output", "json"]);
    shown.status(0).never_says("x1x2x3");
    let at =
        |operation: &str| shown.stdout.find(operation).unwrap_or_else(|| panic!("{operation} is not in the record\n{shown}"));
    assert!(at("\"http POST\"") < at("\"ecs RunTask\"") && at("\"ecs RunTask\"") < at("\"ecs UpdateService\""));
    assert!(shown.stdout.contains("nest-wallet-service: nest-wallet-task:42 is on its way"), "{shown}");
}

#[test]
fn a_migration_that_fails_leaves_everything_as_it_was() {
    let scenario = "[[fault]]\nkind = \"crash\"\nafter = \"3s\"\nexit_code = 4\n";
    let project = with_steps_of_ones_own().file("crash.toml", scenario);
    let ran = project.run(&[DEPLOY, &["--scenario", "crash.toml"]].concat());
    ran.status(1).says("✗ Migrate the database").says("exited with 4").never_says("Roll it out");
    project.run(&["status", "--sandbox"]).status(0).prints("nest-wallet-task:41");
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
