//! What is wrong before a run can begin: said with what to do about it.

use crate::journal::Verdict;
use crate::script::{Finding, ScriptError};

/// Faults of a script, which are shown with their place in its text.
#[derive(Clone, Debug, PartialEq)]
pub enum ScriptFault {
    Error(Box<ScriptError>),
    Findings(Vec<Finding>),
}

impl From<Box<ScriptError>> for ScriptFault {
    fn from(error: Box<ScriptError>) -> ScriptFault {
        ScriptFault::Error(error)
    }
}

impl From<Vec<Finding>> for ScriptFault {
    fn from(findings: Vec<Finding>) -> ScriptFault {
        ScriptFault::Findings(findings)
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct Misuse {
    pub what: String,
    /// Further lines: an excerpt, a list.
    pub detail: Option<String>,
    pub hint: Option<String>,
    pub verdict: Verdict,
    pub script: Option<ScriptFault>,
}

impl Misuse {
    pub fn new(what: impl Into<String>) -> Misuse {
        Misuse { what: what.into(), detail: None, hint: None, verdict: Verdict::Misused, script: None }
    }

    /// A runbook that cannot be run as it is written.
    pub fn script(name: &str, fault: ScriptFault) -> Misuse {
        Misuse { script: Some(fault), ..Misuse::new(format!("{name} cannot be run as it is written")) }
    }

    pub fn hint(self, hint: impl Into<String>) -> Misuse {
        Misuse { hint: Some(hint.into()), ..self }
    }

    pub fn maybe_hint(self, hint: Option<String>) -> Misuse {
        Misuse { hint: hint.or(self.hint), ..self }
    }

    pub fn detail(self, detail: impl Into<String>) -> Misuse {
        Misuse { detail: Some(detail.into()), ..self }
    }

    pub fn refused(self) -> Misuse {
        Misuse { verdict: Verdict::Refused, ..self }
    }
}
