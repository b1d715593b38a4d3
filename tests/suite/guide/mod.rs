//! The operations of an operator's guide, each as one command of rollbook and
//! as the commands of the aws CLI: both must tell, or leave, the same.

mod follow;
mod logs;
mod tail;

use std::process::Command;

use serde_json::Value;

use crate::door::Server;
use crate::harness::Project;
use crate::moto::{finish, python};

pub const PLACE: &[&str] = &["--cluster", "nest-wallet-cluster", "--service", "nest-wallet-service"];

/// What the aws CLI of the pinned environment answers, as JSON. Nothing, where
/// tests leave Python out.
pub fn aws(server: &Server, project: &Project, arguments: &str) -> Option<Value> {
    python()?;
    let mut command = Command::new("bash");
    command.args(["-c", &format!("aws {arguments} --output json")]);
    server.client_environment(&mut command, project.path());
    let printed = finish(&mut command).unwrap_or_else(|why| panic!("aws {arguments}: {why}"));
    Some(serde_json::from_str(&printed).unwrap_or_else(|error| panic!("aws {arguments}: {error}: {printed}")))
}

/// A project whose waits move the clock of the sandbox on the socket.
pub fn at_its_clock(server: &Server) -> Project {
    server.project().variable("ROLLBOOK_SANDBOX_CLOCK", "1")
}

/// The command at the guide's service.
pub fn here<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, PLACE].concat()
}
