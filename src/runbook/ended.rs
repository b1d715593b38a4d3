//! What came of a run.

use std::sync::Arc;

use jiff::SignedDuration;

use super::fault::Misuse;
use super::request::Announcement;
use crate::effect::{Gate, Vault};
use crate::journal::{Entry, Verdict};
use crate::script::ScriptError;
use crate::value::Value;

/// How a run ended.
pub struct Ended {
    pub announcement: Announcement,
    pub verdict: Verdict,
    pub exit_code: u8,
    pub summary: String,
    pub hint: Option<String>,
    pub result: Value,
    pub error: Option<Box<ScriptError>>,
    pub took: SignedDuration,
    pub vault: Arc<Vault>,
    /// It can be resumed.
    pub open: bool,
    /// It is on record, and can be shown.
    pub recorded: bool,
    /// It sent writes.
    pub wrote: bool,
    pub(super) gate: Arc<Gate>,
}

impl Ended {
    /// The whole record.
    pub fn entries(&self) -> Result<Vec<Entry>, Misuse> {
        self.gate.entries().map_err(|stop| Misuse::new(stop.to_string()))
    }
}
