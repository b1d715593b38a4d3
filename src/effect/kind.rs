//! The kinds of effect, and how each stands in the record.

use std::time::Duration;

use super::record::pack;
use super::vault::Vault;
use crate::api::Operation;
use crate::journal::Recorded;
use crate::map;
use crate::value::{Secret, Value};

#[derive(Clone, Debug)]
pub enum Effect {
    Call {
        operation: &'static Operation,
        request: Value,
    },
    Sleep(Duration),
    Now,
    /// How long the run has been alive: time in which no process played it
    /// does not count.
    Alive,
    /// A fresh id, as idempotency tokens and names need.
    Token,
    Environment {
        name: String,
        secret: bool,
    },
    ReadFile {
        path: String,
        secret: bool,
        /// That there is no such file is an answer, not a failure.
        optional: bool,
    },
    /// A file of this machine, replaced whole. One that holds a secret is its
    /// owner's alone.
    WriteFile {
        path: String,
        content: Value,
    },
    /// One value, shown to the person at the terminal and kept nowhere.
    Reveal {
        name: String,
        secret: Secret,
    },
    Ask {
        question: String,
        secret: bool,
        /// The answer where nobody can be asked, or nothing is typed.
        otherwise: Option<String>,
    },
    Confirm {
        question: String,
    },
    /// A look at a secret on which a script can branch, and what it showed.
    Look {
        what: &'static str,
        shown: Value,
    },
    /// How a fork ended: which items finished, which failed, which never began.
    Join {
        ends: Value,
    },
}

impl Effect {
    pub fn is_write(&self) -> bool {
        matches!(self, Effect::Call { operation, .. } if operation.is_write())
    }

    /// What the record compares when the run is played again.
    pub(super) fn signature(&self, vault: &Vault) -> Recorded {
        let flagged = |kind: &str, name: &str, of: &str, secret: bool| {
            map! { "effect" => kind, name => of, "secret" => secret }
        };
        let value = match self {
            Effect::Call { operation, request } => map! {
                "effect" => "call", "operation" => operation.to_string(), "request" => pack(request, vault).0,
            },
            Effect::Sleep(duration) => {
                map! { "effect" => "sleep", "ms" => duration.as_millis() as i64 }
            }
            Effect::Now => map! { "effect" => "now" },
            Effect::Alive => map! { "effect" => "alive" },
            Effect::Token => map! { "effect" => "token" },
            Effect::Environment { name, secret } => flagged("environment", "name", name, *secret),
            Effect::ReadFile { path, secret, optional: false } => flagged("file", "path", path, *secret),
            Effect::ReadFile { path, secret, optional: true } => flagged("file, if any", "path", path, *secret),
            Effect::WriteFile { path, content } => {
                map! { "effect" => "write file", "path" => path.as_str(), "content" => pack(content, vault).0 }
            }
            Effect::Reveal { name, .. } => map! { "effect" => "reveal", "name" => name.as_str() },
            Effect::Ask { question, secret, .. } => flagged("ask", "question", question, *secret),
            Effect::Confirm { question } => {
                map! { "effect" => "confirm", "question" => question.as_str() }
            }
            // What was seen and how a fork ended are results, not questions.
            Effect::Look { what, .. } => map! { "effect" => "look", "what" => *what },
            Effect::Join { .. } => map! { "effect" => "join" },
        };
        // A text that holds a secret is none for the journal, whoever wrote it.
        Recorded(vault.filter().hide_within(value))
    }
}
