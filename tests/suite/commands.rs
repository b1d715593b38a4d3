//! The other commands, and what their help says.

use crate::harness::Project;

#[test]
fn list_names_every_runbook_and_where_it_comes_from() {
    let project = Project::new().runbook("nightly", "", "");
    let ran = project.run(&["list"]);
    ran.status(0);
    insta::assert_snapshot!("list", ran.stdout);
}

#[test]
fn help_is_made_from_the_header() {
    let project = Project::new();
    insta::assert_snapshot!("help", project.run(&["--help"]).stdout);
    insta::assert_snapshot!("help_deploy", project.run(&["run", "deploy", "--help"]).stdout);
    insta::assert_snapshot!("help_run", project.run(&["run", "--help"]).stdout);
}

#[test]
fn cat_prints_runbooks_and_modules() {
    let project = Project::new();
    let deploy = project.run(&["cat", "deploy"]);
    assert_eq!(deploy.status(0).stdout, include_str!("../../scripts/deploy.rhai"));
    assert_eq!(project.run(&["cat", "std/service"]).stdout, include_str!("../../stdlib/service.rhai"));
    project.run(&["cat", "deplyo"]).status(2).says("did you mean `deploy`?");
}

#[test]
fn an_ejected_runbook_is_the_projects_own() {
    let project = Project::new().file("rollbook.toml", "");
    project.run(&["eject", "status"]).status(0).says("rollbook check status");
    let text = project.read("runbooks/status.rhai").expect("it was written");
    assert_eq!(text, include_str!("../../scripts/status.rhai"));
    project.write("runbooks/status.rhai", &text.replace("print(\"\");", "print(\"changed without recompiling\");"));
    project.run(&["status", "--sandbox"]).status(0).prints("changed without recompiling");
    project.run(&["eject", "status"]).status(2).says("is there already").says("nothing was written");
    assert!(project.read("runbooks/status.rhai").unwrap().contains("changed without"), "the edited file is kept");
}

#[test]
fn the_project_wins_over_the_user_and_the_user_over_the_binary() {
    let header =
        |summary: &str| format!("const RUNBOOK = #{{ summary: \"{summary}\", version: \"1.0.0\" }}; print(\"{summary}\");");
    let project = Project::new().file("home/.config/rollbook/runbooks/status.rhai", &header("the user's"));
    project.run(&["status", "--sandbox"]).prints("the user's");
    let project = project.file("rollbook.toml", "").file("runbooks/status.rhai", &header("the project's"));
    project.run(&["status", "--sandbox"]).prints("the project's");
}

#[test]
fn init_writes_a_file_that_works() {
    let project = Project::new();
    project.run(&["init", "--cluster", "blue \"c\"", "--service", "web"]).status(0).prints("rollbook.toml");
    project.run(&["status", "--env", "sandbox"]).status(0).prints("nest-wallet-service in nest-wallet-cluster");
    assert!(project.read("rollbook.toml").unwrap().contains(r#"cluster = 'blue "c"'"#));
    project.run(&["init"]).status(2).says("is there already");
    // Of the simulator, nobody need be asked.
    let project = Project::new();
    project.run(&["init", "--sandbox"]).status(0).prints("[service.nest-wallet.dev]");
    project.run(&["env", "--compare", "dev,prod"]).status(0).prints("4 of 5 settings are not the same");
    project.run(&["init", "--sandbox"]).status(2).says("is there already");
}

#[test]
fn one_file_that_nobody_can_read_hides_no_other_runbook() {
    let project = Project::new().runbook("mine", "", "1");
    std::os::unix::fs::symlink("nowhere", project.path().join("runbooks/lost.rhai")).unwrap();
    project.run(&["list"]).status(0).prints("deploy").prints("mine").prints("cannot read").prints("lost.rhai");
}

#[test]
fn whoever_stops_reading_completions_breaks_nothing() {
    let project = Project::new();
    let rollbook = project.command(&["completions", "bash"]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "\"$0\" completions bash 2>said | head -1"]).arg(rollbook.get_program()).current_dir(project.path());
    assert!(shell.output().expect("a shell").status.success());
    assert_eq!(project.read("said").as_deref(), Some(""));
}

#[test]
fn completions_know_runbooks_and_their_params() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = Project::new().run(&["completions", shell]);
        ran.status(0).prints("deploy").prints("image").prints("sandbox");
    }
}

#[test]
fn modules_are_not_ejected_and_runbooks_need_no_configuration() {
    let project = Project::new();
    project.run(&["eject", "std/rollout"]).status(2).says("is a module of the standard library").says("rollbook cat std/rollout");
    project.run(&["eject", "status"]).status(0);
    let text = project.read("runbooks/status.rhai").expect("it was written");
    project.write("runbooks/status.rhai", &text.replace("print(\"\");", "print(\"mine\");"));
    project.run(&["status", "--sandbox"]).status(0).prints("mine");
}

#[test]
fn reserved_names_are_the_options_that_there_are() {
    let help = Project::new().run(&["run", "status", "--help"]).stdout;
    for name in rollbook::runbook::RESERVED {
        assert!(*name == "version" || help.contains(&format!("--{name}")), "{name}");
    }
    let options = help.lines().filter_map(|line| line.split("--").nth(1)?.split([' ', '\n', '=', '[']).next());
    for option in options.filter(|option| !["events", "history"].contains(option)) {
        assert!(rollbook::runbook::RESERVED.contains(&option), "--{option} is an option that a param could take");
    }
}
