//! What will go wrong with one task: decided once, when it is launched.

use serde::{Deserialize, Serialize};

use super::super::document::Document;

/// Whom a fault may strike.
pub struct Launch<'a> {
    pub cluster: &'a str,
    /// The service's name; nothing for a task that was run on its own.
    pub service: Option<&'a str>,
    pub definition: &'a Document,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fate {
    /// Why no place is found for it, as the event says it after "Reason: ": it
    /// is not launched at all.
    pub no_place: Option<String>,
    /// The whole `stoppedReason` when its secrets cannot be read: it stops
    /// before anything is pulled.
    pub unreadable: Option<String>,
    /// The container whose image cannot be pulled, and the whole `stoppedReason`.
    pub unpullable: Option<(String, String)>,
    /// Added to the time until it runs.
    pub slower_ms: i64,
    pub crash: Option<Crash>,
    /// Its target's health checks fail.
    pub target: Option<Sickness>,
    /// The health check of its essential containers fails.
    pub container: Option<Sickness>,
    /// Its containers do not heed the stop signal: they are killed.
    #[serde(default)]
    pub ignores_stop: bool,
}

/// A container exits by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crash {
    pub container: String,
    /// After RUNNING.
    pub after_ms: i64,
    pub exit_code: i64,
    /// The container's own `reason`, such as "OutOfMemoryError: …".
    pub reason: Option<String>,
}

/// Health checks fail from so long after RUNNING; at 0 it is never healthy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sickness {
    pub after_ms: i64,
}
