//! The operations of an operator's guide, each as one command of rollbook and
//! as the commands of the aws CLI: both must tell, or leave, the same.

mod canaries;
mod env;
mod follow;
mod logs;
mod revisions;
mod scaling;
mod slips;
mod tail;
mod watch;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::door::Server;
use crate::harness::{Project, Ran};
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

pub const CLUSTER: &str = "nest-wallet-cluster";
pub const SERVICE: &str = "nest-wallet-service";

/// A sandbox of its own, and a project whose runs move its clock.
pub struct Desk {
    _home: Project,
    pub server: Server,
    pub project: Project,
}

impl Desk {
    /// Nothing, where tests leave Python, and with it the aws CLI, out.
    pub fn new(config: &str) -> Option<Desk> {
        Desk::with(config, &[])
    }

    /// The same, with options of the sandbox.
    pub fn with(config: &str, options: &[&str]) -> Option<Desk> {
        python()?;
        let home = Project::new();
        let server = Server::start(&home, options);
        let project = server.project().file("rollbook.toml", config).variable("ROLLBOOK_SANDBOX_CLOCK", "1");
        Some(Desk { _home: home, server, project })
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.project.run(arguments)
    }

    /// What the aws CLI prints, read as JSON.
    #[track_caller]
    pub fn aws(&self, arguments: &[&str]) -> Value {
        let bin = python().and_then(Path::parent).expect("it was asked for before");
        let mut command = Command::new(bin.join("aws"));
        command.args(arguments).args(["--output", "json"]);
        command.env_clear().current_dir(self.project.path()).env("HOME", self.project.path());
        command.env("AWS_ENDPOINT_URL", &self.server.url).env("AWS_DEFAULT_REGION", "ap-northeast-2");
        command.env("AWS_ACCESS_KEY_ID", "sandbox").env("AWS_SECRET_ACCESS_KEY", "sandbox").env("AWS_PAGER", "");
        command.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default()));
        let printed = finish(&mut command).unwrap_or_else(|why| panic!("{why}"));
        if printed.trim().is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }

    /// The definition that a service runs, without what is its own revision's.
    pub fn definition(&self, service: &str) -> Value {
        let described = self.aws(&["ecs", "describe-services", "--cluster", CLUSTER, "--services", service]);
        let arn = described["services"][0]["taskDefinition"].as_str().expect("an ARN").to_owned();
        let mut definition = self.aws(&["ecs", "describe-task-definition", "--task-definition", &arn])["taskDefinition"].take();
        for name in ["registeredAt", "registeredBy"] {
            definition.as_object_mut().expect("a map").remove(name);
        }
        definition
    }

    /// The value of a secret, key by key.
    pub fn secret(&self, name: &str) -> Value {
        let answer = self.aws(&["secretsmanager", "get-secret-value", "--secret-id", name]);
        serde_json::from_str(answer["SecretString"].as_str().expect("a text")).expect("JSON")
    }

    /// How often the sandbox was asked for an operation.
    pub fn count(&self, operation: &str) -> usize {
        let answer = self.server.control("GET", "calls", "");
        let calls = answer["calls"].as_array().expect("a list");
        calls.iter().filter(|call| call["operation"] == operation).count()
    }
}

/// The guide's environments: a developer's machine, dev and prod.
pub const ENVIRONMENTS: &str = r#"
[env.local]
source = "dev"
file = ".env.local"
[env.dev]
cluster = "nest-wallet-cluster"
[env.prod]
cluster = "nest-wallet-cluster"
protected = true
[service.wallet]
name = "nest-wallet-service"
plain_env = ["NODE_ENV", "PORT"]
[service.wallet.dev]
name = "nest-wallet-service-dev"
"#;
