//! What became of a write whose answer nobody has. Its operation declares how
//! that is found out; where a look can tell, the rules of this room look.
//!
//! A look that finds nothing proves nothing at first: AWS may only be late, or
//! the request still on its way. Absence counts once [`ABSENCE`] has passed.

mod definition;
mod same;
mod secret;
mod service;

use std::time::Duration;

use super::branch::Branch;
use super::gate::Gate;
use super::outside;
use super::recall::unknown_outcome;
use super::trouble::{Stop, Trouble};
use crate::api::{Effect, Operation, Settle};
use crate::journal::{Event, Key};
use crate::value::{Timestamp, Value};

const ABSENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);
/// AWS's clock and ours may differ by this much.
const SKEW: Duration = Duration::from_secs(120);
/// AWS recognizes a repetition by its token for a day at least; a secret's
/// version keeps its token as its name.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a look found.
enum Finding {
    /// It happened: what AWS would have answered, and how that is known.
    Happened(Value, String),
    Absent,
    /// It cannot be told by looking.
    Unclear(String),
}

/// A write without an answer, and what its rule may use.
struct Case<'a> {
    gate: &'a Gate,
    branch: &'a Branch,
    request: &'a Value,
    /// When it was last about to be sent.
    sent: Timestamp,
}

type Rule = fn(&Case) -> Result<Finding, Trouble>;

/// Writes of which a look can tell whether they happened.
const RULES: &[(&str, &str, Rule)] = &[
    ("ecs", "register_task_definition", definition::registered),
    ("ecs", "update_service", service::updated),
    ("ecs", "stop_service_deployment", service::stopped),
    ("secretsmanager", "update_secret", secret::updated),
    ("secretsmanager", "update_secret_version_stage", secret::moved),
];

/// What comes of it.
pub(super) enum Settled {
    Answer(Value),
    /// It may be sent once more, because that does no harm.
    SendAgain,
    /// It is known not to have happened.
    Absent,
}

impl Case<'_> {
    /// The earliest time that AWS's clock may give to what this write made.
    fn since(&self) -> Timestamp {
        self.sent.checked_sub(SKEW).unwrap_or(self.sent)
    }

    fn look(&self, module: &str, method: &str, request: Value) -> Result<Value, Trouble> {
        self.gate.look(self.branch, module, method, request)
    }
}

impl Gate {
    /// Finds out what became of the write at `key`, or ends the run.
    pub(super) fn settle_write(
        &self,
        branch: &Branch,
        key: &Key,
        (operation, request): (&'static Operation, &Value),
        sent: Timestamp,
        why: &str,
    ) -> Result<Settled, Stop> {
        let Effect::Write(settle) = operation.effect else { return Ok(Settled::SendAgain) };
        match settle {
            Settle::Idempotent => Ok(Settled::SendAgain),
            Settle::Token(_) if operation.module == "secretsmanager" || self.age(sent) < TOKEN_LIFE => Ok(Settled::SendAgain),
            Settle::Token(_) => Err(unknown_outcome(operation, request, sent, &format!("{why}, and its token has expired"))),
            Settle::Ask => Err(unknown_outcome(operation, request, sent, why)),
            Settle::ReadBack => {
                let rule = RULES.iter().find(|(module, method, _)| (*module, *method) == (operation.module, operation.method));
                let Some((.., rule)) = rule else { return Err(unknown_outcome(operation, request, sent, why)) };
                self.read_back(key, &Case { gate: self, branch, request, sent }, *rule, |more| {
                    unknown_outcome(operation, request, sent, &format!("{why}; {more}"))
                })
            }
        }
    }

    fn read_back(&self, key: &Key, case: &Case, rule: Rule, unknown: impl Fn(&str) -> Stop) -> Result<Settled, Stop> {
        loop {
            // Whether absence counts is asked before the look, not after it.
            let waited = self.age(case.sent);
            match rule(case) {
                Ok(Finding::Happened(answer, how)) => {
                    self.append(&[Event::Settled { key: key.clone(), at: self.now(), how }])?;
                    return Ok(Settled::Answer(answer));
                }
                Ok(Finding::Absent) if waited >= absence() => return Ok(Settled::Absent),
                Ok(Finding::Absent) => {
                    let pause = (absence() - waited).min(BETWEEN_LOOKS);
                    self.world.sleep(case.branch.path(), pause, &self.cancel)?;
                }
                Ok(Finding::Unclear(why)) => return Err(unknown(&why)),
                Err(Trouble::Stop(stop)) => return Err(stop),
                Err(Trouble::Failed { operation, failure, .. }) => {
                    return Err(unknown(&format!("looking did not help either: {operation}: {failure}")));
                }
                Err(_) => return Err(unknown("looking did not help either")),
            }
        }
    }

    fn age(&self, of: Timestamp) -> Duration {
        Duration::try_from(self.now().duration_since(of)).unwrap_or_default()
    }
}

/// Tests of crashes cannot wait a minute each.
fn absence() -> Duration {
    let milliseconds = outside::test_variable("ROLLBOOK_TEST_ABSENCE_MS").and_then(|text| text.parse().ok());
    milliseconds.map_or(ABSENCE, Duration::from_millis)
}
