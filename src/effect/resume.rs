//! What is different when a run goes on in another process: nothing is written
//! before something new is done, and nothing is changed before it is sure that
//! nobody else has changed it meanwhile.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::branch::Branch;
use super::gate::{Gate, lock};
use super::recall::{describe, diverged};
use super::seen::Standing;
use super::trouble::{Stop, Trouble};
use crate::api::{self, Failure, Operation};
use crate::journal::{Event, Hash, Key};
use crate::map;
use crate::value::Value;

#[derive(Default)]
pub struct Resumption {
    held_back: Mutex<Vec<Event>>,
    /// Something new was recorded.
    live: AtomicBool,
    /// What was found to be as the run had left it.
    compared: Mutex<HashSet<String>>,
    scripts: Mutex<HashSet<(Option<String>, Hash)>>,
    /// Keys since a call got no answer, its own first; nothing once a write
    /// came after it.
    unanswered: Mutex<Option<Vec<Key>>>,
    wrote: AtomicBool,
}

impl Resumption {
    /// Keeps the event until something new is recorded; not any more then.
    pub(super) fn hold_back(&self, event: &Event) -> bool {
        let mut held_back = lock(&self.held_back);
        let waits = !self.live.load(Ordering::Acquire);
        if waits {
            held_back.push(event.clone());
        }
        waits
    }

    pub(super) fn release(&self, events: &[Event]) -> Vec<Event> {
        if !events.iter().any(|event| event.key().is_some() || matches!(event, Event::Paused { .. } | Event::Closed { .. })) {
            return Vec::new();
        }
        let mut held_back = lock(&self.held_back);
        self.live.store(true, Ordering::Release);
        std::mem::take(&mut *held_back)
    }

    pub(super) fn is_new_script(&self, path: Option<&str>, hash: Hash) -> bool {
        lock(&self.scripts).insert((path.map(str::to_owned), hash))
    }

    pub(super) fn wrote(&self) -> bool {
        self.wrote.load(Ordering::Relaxed)
    }

    pub(super) fn note(&self, events: &[Event]) {
        let mut unanswered = lock(&self.unanswered);
        for event in events {
            match event {
                Event::Outcome { key, ok: false, result, .. } if is_unanswered(&result.0) => {
                    *unanswered = Some(vec![key.clone()]);
                }
                Event::Intent { write: true, .. } => {
                    *unanswered = None;
                    self.wrote.store(true, Ordering::Relaxed);
                }
                Event::Intent { key, .. } | Event::Mark { key, .. } => {
                    if let Some(keys) = unanswered.as_mut() {
                        keys.push(key.clone());
                    }
                    // The run has lived with it for long: what came since is not undone.
                    if unanswered.as_ref().is_some_and(|keys| keys.len() > TAKEN_BACK_MOST) {
                        *unanswered = None;
                    }
                }
                _ => {}
            }
        }
    }
}

const LOOKS: u32 = 3;
/// What a run says and asks after a lost answer is taken back up to here.
const TAKEN_BACK_MOST: usize = 10_000;

fn is_unanswered(failure: &Value) -> bool {
    Failure::from_value(failure).is_some_and(|failure| {
        matches!(failure, Failure::NotSent(_) | Failure::Lost(_) | Failure::TimedOut(_) | Failure::Unreadable { .. })
    })
}

impl Gate {
    /// Whether anything new was recorded, in a run that goes on.
    pub fn went_on(&self) -> bool {
        !self.resumes() || self.resumption.live.load(Ordering::Acquire)
    }

    /// The script, or an item of a fork, came to its end before its record did.
    pub fn refuse_shorter_way(&self, branch: &Branch) -> Result<(), Stop> {
        let key = branch.upcoming_key();
        match self.past(&key) {
            Some(past) => Err(diverged(&key, &describe(past), "it ends here")),
            None => Ok(()),
        }
    }

    /// A fork whose end is on record had another number of items.
    pub fn refuse_other_items(&self, branch: &Branch, recorded: usize, now: usize) -> Stop {
        diverged(&branch.upcoming_key(), &format!("parallel on {recorded} items"), &format!("on {now} items"))
    }

    /// Takes back the last call that got no answer and what was said after it,
    /// so that a resumed run makes it again. Whether there was one.
    pub fn take_back_unanswered(&self, why: &str) -> Result<bool, Stop> {
        let keys = lock(&self.resumption.unanswered).take().unwrap_or_default();
        let at = self.now();
        let withdrawn = |key: &Key| Event::Withdrawn { key: key.clone(), at, why: why.to_owned() };
        let events: Vec<Event> = keys.iter().map(withdrawn).collect();
        if !events.is_empty() {
            self.append(&events)?;
        }
        Ok(!events.is_empty())
    }

    /// Before the first change of something by a resumed run: it must still be
    /// as the run last saw it.
    pub(super) fn refuse_drift(&self, branch: &Branch, operation: &Operation, request: &Value) -> Result<(), Stop> {
        if !self.resumes() {
            return Ok(());
        }
        let Some(standing) = lock(&self.seen).standing(operation, request) else { return Ok(()) };
        match lock(&self.resumption.compared).insert(standing.to_string()) {
            true => self.compare(branch, &standing),
            false => Ok(()),
        }
    }

    fn compare(&self, branch: &Branch, standing: &Standing) -> Result<(), Stop> {
        let now = match standing {
            Standing::Service { cluster, service, .. } => {
                self.look(branch, "ecs", "describe_services", map! { "cluster" => &**cluster, "services" => vec![&**service] })
            }
            Standing::Secret { arn, .. } => self.look(branch, "secretsmanager", "describe_secret", map! { "SecretId" => &**arn }),
        };
        let now = now.map_err(|trouble| cannot_compare(standing, trouble))?;
        match standing.differs_from(&now) {
            None => Ok(()),
            Some(what) => Err(Stop::Drift {
                what: format!("somebody changed {standing} since this run stopped: {what}"),
                hint: "nothing more was done. Look at it; what the run meant to change may be somebody else's now".into(),
            }),
        }
    }

    /// Asks AWS beside the script: a look that no record answers later.
    pub(super) fn look(&self, branch: &Branch, module: &str, method: &str, request: Value) -> Result<Value, Trouble> {
        let operation = api::operation(module, method).expect("the table has it");
        // Some looks are only for more certainty, and not every endpoint has them.
        let retry = self.retry.with_attempts(LOOKS);
        let mut number = 1;
        loop {
            let failure = match self.world.call(operation, &request, &self.cancel)? {
                Ok(mut answer) => {
                    api::read_answer(operation, &mut answer, &self.reading);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            if !retry.again(operation, &failure, number) {
                return Err(super::recall::trouble_of(operation, failure, number));
            }
            self.world.sleep(branch.path(), retry.wait(number, 0.5), &self.cancel)?;
            number += 1;
        }
    }

    /// The credentials must still be those of the account that the run is in.
    pub fn refuse_another_account(&self, branch: &Branch) -> Result<(), Trouble> {
        let Some(recorded) = self.account.get().filter(|_| self.resumes()) else { return Ok(()) };
        let answer = self.look(branch, "sts", "get_caller_identity", map! {})?;
        let found = answer.text("Account").unwrap_or_default();
        match found == recorded {
            true => Ok(()),
            false => Err(Stop::Drift {
                what: format!("the run is in account {recorded}, and these credentials belong to account {found}"),
                hint: "log in to the account of the run, then resume it".into(),
            }
            .into()),
        }
    }
}

fn cannot_compare(standing: &Standing, trouble: Trouble) -> Stop {
    match trouble {
        Trouble::Stop(stop) => stop,
        Trouble::Failed { operation, failure, .. } => Stop::Drift {
            what: format!("nobody can say whether {standing} is still as this run saw it: {operation}: {failure}"),
            hint: "nothing more was done; resume it again once that can be read".into(),
        },
        _ => Stop::Drift { what: format!("nobody can say whether {standing} is still as it was"), hint: String::new() },
    }
}
