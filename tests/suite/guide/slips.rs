//! Slips of whoever types the commands of the settings, in the sandbox: what was
//! not meant is not done, and what belongs to somebody else stays.

use super::ENVIRONMENTS;
use crate::harness::Project;

const LOCAL: &[&str] = &["setup-local", "--sandbox", "--env", "local"];

fn project() -> Project {
    Project::new().file("rollbook.toml", ENVIRONMENTS)
}

#[test]
fn an_empty_value_is_no_way_to_take_a_variable_away() {
    let project = project();
    // As a shell makes it of --set PORT=$UNSET, and of one that may not be shown.
    for name in ["PORT", "RATES_API_KEY", "BRAND_NEW"] {
        let ran = project.run(&["set-env", "--sandbox", "--env", "dev", "--set", &format!("{name}=")]);
        ran.status(1).says(&format!("--set {name}= gives it no value: to take {name} away, say --unset {name}"));
        ran.never_says("new tasks").never_says("nest-wallet-task-dev:13");
    }
    let ran = project.run(&["set-env", "--sandbox", "--env", "dev", "--unset", "PORT", "--no-wait"]);
    ran.status(0).says("to wait for it: rollbook wait --sandbox --env dev --deployment ecs-svc/");
}

#[test]
fn a_secret_is_not_asked_for_where_nobody_can_type_it() {
    let project = project();
    let rotate = ["rotate-secret-and-redeploy", "--secret-id", "nest-wallet-dev-secrets", "--set", "NEXT_PUBLIC_API_URL=prompt"];
    for command in [&rotate[..], &["set-env", "--set-from", "NEXT_PUBLIC_API_URL=prompt"]] {
        let ran = project.run(&[command, &["--sandbox", "--env", "dev"]].concat());
        ran.status(6).says("give NEXT_PUBLIC_API_URL as env:NAME, file:PATH or - instead of prompt");
    }
}

#[test]
fn what_could_not_be_compared_is_not_called_different() {
    let denied = "[[fault]]\nkind = \"access-denied\"\noperation = \"secretsmanager:GetSecretValue\"\n";
    let project = project().file("denied.toml", denied);
    let compare = ["env", "--sandbox", "--env", "dev", "--compare", "dev,prod"];
    let ran = project.run(&[&compare[..], &["--scenario", "denied.toml"]].concat());
    ran.status(0).prints("2 of 5 settings are not the same, and 2 could not be compared");
    project.run(&compare).status(0).prints("4 of 5 settings are not the same\n");
}

#[test]
fn the_lines_of_a_developer_stay_in_the_file() {
    let own = "# only here\nexport FOO='two\nlines' # mine\n";
    let there_is_none = project().run(&["env", "--sandbox", "--env", "local"]);
    there_is_none.status(1).says("no .env.local here: rollbook setup-local --sandbox --env local writes it");
    let project = project().file(".env.local", &format!("PORT=1\n{own}"));
    project.run(LOCAL).status(0).says("changed: [\"PORT\"]").says("kept: [\"FOO\"]");
    let written = project.read(".env.local").unwrap();
    assert!(written.ends_with(&format!("\n{own}")) && written.contains("\nPORT=3000\n"), "{written}");
    // A setting that rollbook wrote and that the definition has no more goes.
    let listed = "# set by rollbook setup-local:";
    project.write(".env.local", &(written.replace(listed, &format!("{listed} GONE")) + "GONE=1\n"));
    project.run(LOCAL).status(0).says("removed: [\"GONE\"]").says("kept: [\"FOO\"]");
    assert_eq!(project.read(".env.local").unwrap(), written);
    project.run(LOCAL).status(0).says(".env.local holds them already");
}

#[test]
fn no_folder_is_made_for_a_file_whose_path_was_mistyped() {
    let project = project();
    let ran = project.run(&[LOCAL, &["--file", "mistyped/x"]].concat());
    ran.status(1).says("cannot write mistyped/x: there is no folder mistyped");
    let ran = project.run(&["run", "init", "--sandbox", "--file", "mistyped/rollbook.toml"]);
    ran.status(1).says("there is no folder mistyped");
    assert!(!project.path().join("mistyped").exists());
}

#[test]
fn another_familys_revision_runs_only_where_it_is_meant() {
    let project = project();
    let run = |more: &[&str]| project.run(&[&["run-task", "--sandbox", "--env", "dev", "--command", "ls"], more].concat());
    let ran = run(&["--revision", "nest-wallet-task:41"]);
    ran.status(6).says("nest-wallet-task:41 is of another family than nest-wallet-task-dev").says("add --other-family");
    ran.never_says("Start the task");
    run(&["--revision", "nest-wallet-task-dev:12"]).status(0);
    run(&["--revision", "12"]).status(0);
    run(&["--revision", "nest-wallet-task:41", "--other-family"]).status(0).says("Start the task");
}
