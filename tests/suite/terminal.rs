//! Questions at a real terminal: a pseudo-terminal of Python's, so that the
//! binary finds a person at the other end.

use std::io::Write;
use std::process::Stdio;

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
fn no_is_an_answer() {
    let project = Project::new();
    let arguments = ["deploy", "--sandbox", "--image", IMAGE];
    let Some(ran) = at_terminal(&project, &arguments, "n\n") else { return };
    ran.status(1).prints("[y/N]").prints("the answer was no: nothing more was done").never_says("nest-wallet-task:42");
}
