//! What can come of an effect besides its result: a failure that a script may
//! catch, or a stop that ends the run whatever the script says.

use crate::api::{Failure, Fault, Operation};
use crate::journal::Verdict;

#[derive(Debug)]
pub enum Trouble {
    /// AWS or the way there said no; a script can catch it and branch on it.
    Failed { operation: &'static Operation, failure: Failure, attempts: u32 },
    /// The request is not one AWS could understand. Nothing was sent.
    Invalid { operation: &'static Operation, faults: Vec<Fault> },
    /// Something else that a script may catch: a file that is not there.
    Unavailable(String),
    /// The run is over.
    Stop(Stop),
}

/// An end that no script can catch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Stop {
    #[error("interrupted")]
    Interrupted,
    #[error("{what}")]
    Limit { what: String, hint: String },
    #[error("{what}")]
    Refused { what: String, hint: String },
    /// A prompt that is read-only would have sent this.
    #[error("would send {would_send}: this prompt is read-only")]
    Unarmed { would_send: String },
    #[error("{what}")]
    OutcomeUnknown { what: String, hint: String },
    #[error("{what}")]
    Credentials { what: String, hint: String },
    #[error("the script took another way than the record")]
    Diverged { place: String, recorded: String, now: String },
    #[error("{0}")]
    Journal(String),
    /// Somebody changed what the run was about to change.
    #[error("{what}")]
    Drift { what: String, hint: String },
    #[error("{what}")]
    SecretMissing { what: String, hint: String },
    #[error("{0}")]
    SecretShown(String),
    /// With an exit code of its own, where the verdict's says too little.
    #[error("{summary}")]
    Concluded { verdict: Verdict, summary: String, exit_code: Option<u8> },
}

impl Stop {
    /// Whether the run can go on later: it was not the run that ended it.
    pub fn leaves_open(&self) -> bool {
        match self {
            Stop::Interrupted
            | Stop::OutcomeUnknown { .. }
            | Stop::Credentials { .. }
            | Stop::Diverged { .. }
            | Stop::Journal(_)
            | Stop::Drift { .. }
            | Stop::SecretMissing { .. } => true,
            Stop::Limit { .. } | Stop::Refused { .. } | Stop::Unarmed { .. } | Stop::SecretShown(_) | Stop::Concluded { .. } => {
                false
            }
        }
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Trouble {
        Trouble::Stop(stop)
    }
}
