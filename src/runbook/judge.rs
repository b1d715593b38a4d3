//! From how a script ended to a verdict, with what is said about it.

use crate::effect::{Stop, Trouble};
use crate::journal::Verdict;
use crate::script::{Outcome, ScriptError};
use crate::value::Value;

/// A verdict and what is said about it.
pub(super) struct Judged {
    pub verdict: Verdict,
    pub summary: String,
    pub hint: Option<String>,
    pub result: Value,
    pub error: Option<Box<ScriptError>>,
    /// It was not the run that ended it: it can be resumed.
    pub open: bool,
}

impl Judged {
    fn new(verdict: Verdict, summary: impl Into<String>) -> Judged {
        Judged { verdict, summary: summary.into(), hint: None, result: Value::Null, error: None, open: false }
    }

    fn hint(self, hint: impl Into<String>) -> Judged {
        Judged { hint: Some(hint.into()), ..self }
    }
}

/// What an ended script comes to.
pub(super) fn judge(outcome: Outcome) -> Judged {
    match outcome {
        Outcome::Finished(result) => Judged { result, ..Judged::new(Verdict::Succeeded, "") },
        Outcome::Failed(error) => {
            let verdict = if error.faulty_script { Verdict::Misused } else { Verdict::Failed };
            Judged { error: Some(error.clone()), ..Judged::new(verdict, error.message) }
        }
        Outcome::Stopped(stop, error) => {
            // A verdict is an answer; only an unwanted end has a place worth showing.
            let wanted = matches!(stop, Stop::Concluded { .. } | Stop::Interrupted);
            Judged { error: (!wanted).then_some(error), ..judge_stop(stop) }
        }
    }
}

/// What comes of a run whose script never began.
pub(super) fn judge_beginning(trouble: Trouble) -> Judged {
    match trouble {
        Trouble::Stop(stop) => judge_stop(stop),
        Trouble::Failed { operation, failure, attempts } => {
            let tries = if attempts > 1 { format!(" (after {attempts} attempts)") } else { String::new() };
            Judged::new(Verdict::Failed, format!("{operation}: {failure}{tries}"))
                .hint("is the endpoint right, and is there a way to it from here?")
        }
        Trouble::Unavailable(why) => Judged::new(Verdict::Misused, why),
        Trouble::Invalid { operation, .. } => Judged::new(Verdict::Failed, format!("{operation} cannot be asked like that")),
    }
}

pub(super) fn judge_stop(stop: Stop) -> Judged {
    let what = stop.to_string();
    let open = stop.leaves_open();
    let judged = match stop {
        Stop::Interrupted => Judged::new(Verdict::Interrupted, ""),
        Stop::Limit { hint, .. } | Stop::Credentials { hint, .. } => Judged::new(Verdict::Misused, what).hint(hint),
        Stop::Refused { hint, .. } => Judged::new(Verdict::Refused, what).hint(hint),
        Stop::OutcomeUnknown { hint, .. } => Judged::new(Verdict::OutcomeUnknown, what).hint(hint),
        Stop::Diverged { place, recorded, now } => Judged::new(Verdict::Refused, format!("{what}, at effect {place}"))
            .hint(format!("recorded: {recorded}\nnow:      {now}")),
        Stop::Journal(_) => Judged::new(Verdict::Misused, what)
            .hint("nothing is sent that cannot be recorded first. Is the disk full? ROLLBOOK_STATE names another folder"),
        Stop::Drift { hint, .. } => Judged::new(Verdict::Refused, what).hint(hint),
        Stop::SecretMissing { hint, .. } => Judged::new(Verdict::OutcomeUnknown, what).hint(hint),
        Stop::SecretShown(_) => {
            Judged::new(Verdict::Misused, what).hint("a secret can be compared and passed on to AWS, never shown")
        }
        Stop::Concluded { verdict, .. } => Judged::new(verdict, what),
    };
    Judged { open, ..judged }
}

/// Whether what the script had begun was left in the middle, and something can
/// still be done about it.
pub(super) fn was_cut_short(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Finished(_) => false,
        Outcome::Failed(_) => true,
        Outcome::Stopped(stop, _) => {
            matches!(stop, Stop::Interrupted | Stop::Limit { .. } | Stop::OutcomeUnknown { .. } | Stop::Concluded { .. })
        }
    }
}
