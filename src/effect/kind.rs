//! The kinds of effect, and how each stands in the record.

use std::time::Duration;

use super::record::pack;
use super::vault::Vault;
use crate::api::Operation;
use crate::journal::Recorded;
use crate::map;
use crate::value::Value;

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
    },
    Ask {
        question: String,
        secret: bool,
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
            Effect::ReadFile { path, secret } => flagged("file", "path", path, *secret),
            Effect::Ask { question, secret } => flagged("ask", "question", question, *secret),
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
