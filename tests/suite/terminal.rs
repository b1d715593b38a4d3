//! Questions at a real terminal: a pseudo-terminal of Python's, so that the
//! binary finds a person at the other end.

use std::io::Write;
use std::process::Stdio;

use crate::canaries::no_hit;
use crate::door::Server;
use crate::harness::{Project, Ran};
use crate::moto;

const PTY: &str = "import os, pty, sys\nsys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";
const PROTECTED: &str = "[env.prod]\nsandbox = true\nprotected = true\n";

/// Runs at a terminal where `typed` is typed. Both streams come back as one.
fn at_terminal(project: &Project, arguments: &[&str], typed: &str) -> Option<Ran> {
    let python = moto::python()?;
    let rollbook = project.command(arguments);
    let mut command = std::process::Command::new(python);
    command.args(["-c", PTY]).arg(rollbook.get_program()).args(rollbook.get_args());
    command.current_dir(project.path()).env_clear().env("TERM", "xterm").env("NO_COLOR", "1");
    command.envs(rollbook.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("python runs");
    child.stdin.take().expect("a pipe").write_all(typed.as_bytes()).expect("it is typed");
    Some(Ran::new(&child.wait_with_output().expect("it ends"), arguments))
}

#[test]
fn a_protected_environment_asks_for_its_name() {
    let project = Project::new().file("rollbook.toml", PROTECTED);
    let arguments = ["deploy", "--env", "prod", "--yes", "--image", IMAGE];
    let Some(ran) = at_terminal(&project, &arguments, "prod\n") else { return };
    ran.status(0).prints("`prod` is protected. Type its name to allow changes").prints("succeeded");
}

#[test]
fn another_word_changes_nothing() {
    let project = Project::new().file("rollbook.toml", PROTECTED);
    let arguments = ["deploy", "--env", "prod", "--yes", "--image", IMAGE];
    let Some(ran) = at_terminal(&project, &arguments, "yes\n") else { return };
    ran.status(6).prints("refused").prints("type `prod` when asked").never_says("nest-wallet-task:42");
}

#[test]
fn stopping_a_service_wants_the_whole_word_whatever_yes_says() {
    let project = Project::new();
    let stop = ["scale", "--sandbox", "--service", "nest-wallet-service-dev", "--to", "0", "--yes"];
    let Some(ran) = at_terminal(&project, &stop, "y\n") else { return };
    ran.status(6).prints("Type yes to stop nest-wallet-service-dev").prints("nest-wallet-service-dev goes on");
    let Some(ran) = at_terminal(&project, &stop, "yes\n") else { return };
    ran.status(0).prints("has 0 tasks");
}

const REVEAL: [&str; 5] = ["env", "--env", "prod", "--reveal", "RATES_API_KEY"];
const VALUE: &str = "sandbox-production-";

/// Who asks: a sandbox on a socket, so that the state folder holds no world.
fn beside_a_server() -> (Server, Project) {
    let server = Server::start(&Project::new(), &[]);
    let project =
        server.project().file("rollbook.toml", "[env.prod]\ncluster = \"nest-wallet-cluster\"\n[service.nest-wallet-service]\n");
    (server, project)
}

#[test]
fn a_value_is_shown_to_who_says_yes_and_leaves_no_trace() {
    let (_server, project) = beside_a_server();
    let Some(ran) = at_terminal(&project, &REVEAL, "y\n") else { return };
    ran.status(0).prints("Show the value of RATES_API_KEY on this terminal? [y/N]").prints(&format!("RATES_API_KEY: {VALUE}"));
    let told = [project.run(&["show"]), project.run(&["show", "--output", "json"]), project.run(&["history"])];
    no_hit(&project, &told.iter().collect::<Vec<_>>(), &[VALUE]);
}

#[test]
fn a_value_is_shown_to_nobody_who_did_not_say_yes() {
    let (_server, project) = beside_a_server();
    let arguments = |more: &[&'static str]| [&REVEAL[..], more].concat();
    // `--yes` answers the questions of runbooks, and this one is the program's own.
    let Some(ran) = at_terminal(&project, &arguments(&["--yes"]), "n\n") else { return };
    ran.status(0).prints("RATES_API_KEY was not shown").never_says(VALUE);
    let ran = at_terminal(&project, &arguments(&["--output", "json"]), "y\n").expect("as before");
    ran.status(6).prints("is shown to a person at a terminal").never_says(VALUE);
    project.run(&REVEAL).status(6).says("is shown to a person at a terminal").never_says(VALUE);
    project.run(&arguments(&["--yes"])).status(6).never_says(VALUE);
}

#[test]
fn init_asks_and_writes_what_is_there() {
    let (_server, project) = beside_a_server();
    std::fs::remove_file(project.path().join("rollbook.toml")).unwrap();
    // The first answer by its number, the second by its name, then yes.
    let Some(ran) = at_terminal(&project, &["init"], "1\nnest-wallet-service-dev\ny\n") else { return };
    ran.status(0).prints("Which service is production?").prints("Which service is development?");
    let text = project.read("rollbook.toml").unwrap();
    assert!(text.contains("account = \"123456789012\"") && text.contains("region = \"ap-northeast-2\""), "{text}");
    project.run(&["status", "--env", "dev"]).status(0).prints("nest-wallet-service-dev in nest-wallet-cluster");
    project.run(&["setup-local", "--env", "local"]).status(0);
    project.run(&["restart", "--env", "prod"]).status(6).says("add --confirm prod");
    let again = at_terminal(&project, &["init"], "").expect("as before");
    again.status(2).prints("is there already");
}

#[test]
fn no_is_an_answer() {
    let project = Project::new();
    let arguments = ["deploy", "--sandbox", "--image", IMAGE];
    let Some(ran) = at_terminal(&project, &arguments, "n\n") else { return };
    ran.status(1).prints("[y/N]").prints("the answer was no: nothing more was done").never_says("nest-wallet-task:42");
}
