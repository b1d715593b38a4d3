//! Runs the binary in a folder of its own, with an environment of its own, and
//! asserts what came of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A project in a temporary folder.
pub struct Project {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command printed and how it ended.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
    command: String,
}

impl Project {
    /// An empty folder; no AWS configuration, nobody's home.
    pub fn new() -> Project {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Project { folder, variables: Vec::new() }
    }

    /// A folder whose AWS calls go to `endpoint`, with credentials that open
    /// nothing.
    pub fn at(endpoint: &str) -> Project {
        Project::new()
            .variable("AWS_ENDPOINT_URL", endpoint)
            .variable("AWS_ACCESS_KEY_ID", "test")
            .variable("AWS_SECRET_ACCESS_KEY", "test")
            .variable("AWS_REGION", "ap-northeast-2")
    }

    pub fn variable(mut self, name: &str, value: &str) -> Project {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub fn file(self, path: &str, text: &str) -> Project {
        self.write(path, text);
        self
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// A runbook of the project with a header that allows what is listed.
    pub fn runbook(self, name: &str, permits: &str, body: &str) -> Project {
        let text = format!("const RUNBOOK = #{{ summary: \"test\", version: \"1.0.0\", permits: [{permits}] }};\n{body}");
        self.file(&format!("runbooks/{name}.rhai"), &text).file("rollbook.toml", "")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.path().join(path)).ok()
    }

    /// The command, ready to be changed or started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command.env("HOME", self.path().join("home")).env("ROLLBOOK_STATE", self.path().join("state"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // No test may reach for the credentials of the machine it runs on.
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("COLUMNS", "100");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the binary runs");
        Ran::new(&output, arguments)
    }
}

impl Ran {
    pub fn new(output: &Output, arguments: &[&str]) -> Ran {
        Ran {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status.code().unwrap_or(-1),
            command: format!("rollbook {}", arguments.join(" ")),
        }
    }

    #[track_caller]
    pub fn status(&self, status: i32) -> &Ran {
        assert_eq!(self.status, status, "{self}");
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Ran {
        assert!(self.stderr.contains(text), "standard error lacks {text:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Ran {
        assert!(!self.stderr.contains(text) && !self.stdout.contains(text), "{text:?} was said\n{self}");
        self
    }

    #[track_caller]
    pub fn prints(&self, text: &str) -> &Ran {
        assert!(self.stdout.contains(text), "standard output lacks {text:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn prints_nothing(&self) -> &Ran {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("standard output is not JSON: {error}\n{self}"))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "$ {}\n--- stdout\n{}--- stderr\n{}--- exit {}", self.command, self.stdout, self.stderr, self.status)
    }
}

/// A folder below the build's own, kept between runs.
pub fn build_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Nobody at a terminal, for runs that are played through the library.
pub struct Nobody;

impl rollbook::effect::Console for Nobody {
    fn is_terminal(&self) -> bool {
        false
    }

    fn ask(&self, _: &str, _: bool) -> Option<String> {
        None
    }

    fn assume_yes(&self) -> bool {
        false
    }
}
