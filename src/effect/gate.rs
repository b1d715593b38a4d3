//! The gate itself: recorded already? then answer and do nothing else.
//! Otherwise ask the guard, record the intent, try, record the outcome.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::branch::Branch;
use super::cancel::Cancel;
use super::guard::Guard;
use super::kind::Effect;
use super::outside;
use super::record::{Vault, pack, unpack};
use super::retry::Retry;
use super::trouble::{Stop, Trouble};
use super::worlds::World;
use crate::api::{self, Failure, Known, Operation, Reading, Settle};
use crate::journal::{Cursor, Event, Journal, Key, Mark, Observer, Past, Recorded, StreamPath};
use crate::map;
use crate::value::{Origin, Secret, Timestamp, Value, to_json};

/// The person at the other end, if there is one.
pub trait Console: Send + Sync {
    fn is_terminal(&self) -> bool;
    /// A line of text; nothing at the end of input.
    fn ask(&self, question: &str, hidden: bool) -> Option<String>;
    /// Say yes to every question that `confirm` asks.
    fn assume_yes(&self) -> bool;
}

/// What a gate is made from.
pub struct Setup {
    pub world: Arc<dyn World>,
    pub journal: Journal,
    pub vault: Arc<dyn Vault>,
    pub console: Arc<dyn Console>,
    pub guard: Guard,
    pub retry: Retry,
    pub reading: Reading,
    pub observers: Vec<Arc<dyn Observer>>,
    pub cancel: Arc<Cancel>,
    /// The record to answer from, for a run that is played again.
    pub record: Option<Cursor>,
}

pub struct Gate {
    world: Arc<dyn World>,
    journal: Mutex<Journal>,
    vault: Arc<dyn Vault>,
    console: Arc<dyn Console>,
    guard: Guard,
    retry: Retry,
    reading: Reading,
    observers: Vec<Arc<dyn Observer>>,
    cancel: Arc<Cancel>,
    record: Option<Cursor>,
    known: Mutex<Known>,
    /// The account that the credentials belong to, once AWS has said so.
    account: OnceLock<String>,
    protection_lifted: Mutex<bool>,
}

type Ending = Result<Value, Trouble>;

impl Gate {
    pub fn new(setup: Setup) -> Gate {
        Gate {
            world: setup.world,
            journal: Mutex::new(setup.journal),
            vault: setup.vault,
            console: setup.console,
            guard: setup.guard,
            retry: setup.retry,
            reading: setup.reading,
            observers: setup.observers,
            cancel: setup.cancel,
            record: setup.record,
            known: Mutex::default(),
            account: OnceLock::new(),
            protection_lifted: Mutex::new(false),
        }
    }

    pub fn cancel(&self) -> &Arc<Cancel> {
        &self.cancel
    }

    /// The run's clock, for events that no script sees.
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Every event so far, for a replay or for showing.
    pub fn entries(&self) -> Result<Vec<crate::journal::Entry>, Stop> {
        lock(&self.journal).entries().map_err(|error| Stop::Journal(error.to_string()))
    }

    /// Records an event that belongs to no effect: how the run began and ended.
    pub fn emit(&self, event: Event) -> Result<(), Stop> {
        self.append(&[event])
    }

    /// Who the credentials belong to; a guarded account is compared at once.
    pub fn identify(&self, branch: &Branch) -> Ending {
        let operation = api::operation("sts", "get_caller_identity").expect("the table has it");
        let answer = self.call(branch, operation, map! {})?;
        let account = answer.text("Account").unwrap_or_default().to_owned();
        let account = self.account.get_or_init(|| account);
        self.guard.check_account(Some(account))?;
        Ok(answer)
    }

    /// One AWS call: checked, given its token, recorded, tried.
    pub fn call(&self, branch: &Branch, operation: &'static Operation, mut request: Value) -> Ending {
        let known = lock(&self.known).clone();
        api::validate(operation, &mut request, &known).map_err(|faults| Trouble::Invalid { operation, faults })?;
        self.fill_tokens(branch, operation, &mut request)?;
        self.perform(branch, Effect::Call { operation, request })
    }

    /// Names that answers of this run carried and our shapes lack.
    pub fn known(&self) -> Known {
        lock(&self.known).clone()
    }

    fn fill_tokens(&self, branch: &Branch, operation: &Operation, request: &mut Value) -> Result<(), Trouble> {
        let marked = operation.input().into_iter().flat_map(|input| &input.members);
        let mut names: Vec<&str> = marked.filter(|(_, member)| member.token).map(|(name, _)| name.as_str()).collect();
        // The models do not mark every token; the hand-kept table does.
        if let api::Effect::Write(Settle::Token(name)) = operation.effect {
            names.push(name);
        }
        for name in names {
            if request.get(name).is_none_or(Value::is_null) {
                let token = self.perform(branch, Effect::Token)?;
                request.as_map_mut().expect("validated as a map").insert(name.to_owned(), token);
            }
        }
        Ok(())
    }

    pub fn perform(&self, branch: &Branch, effect: Effect) -> Ending {
        self.cancel.check()?;
        self.world.turn(branch.path(), &self.cancel)?;
        let key = branch.next_key();
        let signature = effect.signature(&*self.vault);
        if let Some(past) = self.past(&key) {
            return self.answer_from(past, &key, &signature, &effect);
        }
        self.check(branch, &effect)?;
        let intent = Event::Intent { key: key.clone(), at: self.world.now(), write: effect.is_write(), effect: signature };
        self.append(&[intent])?;
        let ending = self.attempt(branch, &key, &effect);
        self.settle(&key, &effect, ending)
    }

    /// Says something to people, once, however often the run is played.
    pub fn mark(&self, branch: &Branch, mark: Mark) -> Result<(), Stop> {
        self.cancel.check()?;
        let key = branch.next_key();
        match self.past(&key) {
            Some(Past::Mark(recorded)) if *recorded == mark => Ok(()),
            Some(other) => Err(diverged(&key, &describe(other), &format!("{mark:?}"))),
            None => self.append(&[Event::Mark { key, at: self.world.now(), mark }]),
        }
    }

    /// What the record holds for the branch's next effect.
    pub fn upcoming(&self, branch: &Branch) -> Option<&Past> {
        self.past(&branch.upcoming_key())
    }

    fn past(&self, key: &Key) -> Option<&Past> {
        self.record.as_ref()?.past(key)
    }

    fn answer_from(&self, past: &Past, key: &Key, now: &Recorded, effect: &Effect) -> Ending {
        let Past::Effect { effect: recorded, write, outcome } = past else {
            return Err(diverged(key, &describe(past), &text(now)).into());
        };
        if recorded != now {
            return Err(diverged(key, &text(recorded), &text(now)).into());
        }
        match (outcome, effect) {
            // Marked once more, to learn the same names as the first time.
            (Some((true, result)), _) => unpack(result, &*self.vault)
                .map(|value| self.mark_answer(effect, value))
                .ok_or_else(|| Stop::Journal(format!("the record of effect {key} lacks a secret")).into()),
            (Some((false, result)), Effect::Call { operation, .. }) => match Failure::from_value(&result.0) {
                Some(failure) => Err(Trouble::Failed { operation, failure, attempts: 1 }),
                None => Err(Stop::Journal(format!("the record of effect {key} holds an unknown failure")).into()),
            },
            (Some((false, result)), _) => Err(Trouble::Unavailable(result.0.text("message").unwrap_or_default().to_owned())),
            (None, _) if *write => Err(unknown_outcome(effect, "the run ended before the answer was recorded").into()),
            // A read that was cut off is simply done again; its intent stands.
            (None, _) => {
                let ending = self.attempt(&Branch::at(key.path.clone()), key, effect);
                self.settle(key, effect, ending)
            }
        }
    }

    fn check(&self, branch: &Branch, effect: &Effect) -> Result<(), Stop> {
        match effect {
            Effect::Call { operation, .. } if operation.is_write() => {
                self.guard.check(operation, self.account.get().map(String::as_str))?;
                self.lift_protection(branch, operation)
            }
            _ => Ok(()),
        }
    }

    /// The first write to a protected environment needs a person's word.
    fn lift_protection(&self, _branch: &Branch, operation: &Operation) -> Result<(), Stop> {
        let Some(protection) = &self.guard.protection else {
            return Ok(());
        };
        let mut lifted = lock(&self.protection_lifted);
        if *lifted || protection.confirmed {
            return Ok(());
        }
        let name = &protection.environment;
        let what = format!("environment `{name}` is protected and {operation} is a write");
        if !self.console.is_terminal() {
            return Err(Stop::Refused { what, hint: format!("without a terminal, add --confirm {name}") });
        }
        let question = format!("`{name}` is protected. Type its name to allow changes");
        if self.console.ask(&question, false).as_deref().map(str::trim) != Some(name) {
            return Err(Stop::Refused { what, hint: format!("type `{name}` when asked, or add --confirm {name}") });
        }
        *lifted = true;
        Ok(())
    }

    fn attempt(&self, branch: &Branch, key: &Key, effect: &Effect) -> Ending {
        match effect {
            Effect::Call { operation, request } => self.send(branch, key, operation, request),
            Effect::Sleep(duration) => Ok(self.world.sleep(branch.path(), *duration, &self.cancel).map(|()| Value::Null)?),
            Effect::Now => Ok(Value::Time(self.world.now())),
            Effect::Token => Ok(Value::Text(uuid(self.world.dice(key)))),
            Effect::Environment { name, secret } => {
                Ok(outside::variable(name).map(|text| text_or_secret(text, *secret, Origin::Environment(name.clone()))).into())
            }
            Effect::ReadFile { path, secret } => outside::read_text(std::path::Path::new(path))
                .map(|text| text_or_secret(text, *secret, Origin::File(path.clone())))
                .map_err(|error| Trouble::Unavailable(format!("cannot read {path}: {error}"))),
            Effect::Ask { question, secret } => self.ask(question, *secret),
            Effect::Confirm { question } => Ok(Value::Bool(self.confirm(question))),
            Effect::Look { shown, .. } => Ok(shown.clone()),
            Effect::Join { ends } => Ok(ends.clone()),
        }
    }

    fn ask(&self, question: &str, secret: bool) -> Ending {
        if !self.console.is_terminal() {
            let hint = "there is no terminal to ask at: give the answer as a param".into();
            return Err(Stop::Refused { what: format!("the runbook asks \"{question}\""), hint }.into());
        }
        let answer = self.console.ask(question, secret).ok_or(Stop::Interrupted)?;
        Ok(text_or_secret(answer, secret, Origin::Prompt))
    }

    /// Where nobody can answer, having typed the command is the answer: what
    /// must not happen unattended is protected instead.
    fn confirm(&self, question: &str) -> bool {
        if self.console.assume_yes() || !self.console.is_terminal() {
            return true;
        }
        let answer = self.console.ask(&format!("{question} [y/N]"), false).unwrap_or_default();
        matches!(answer.trim(), "y" | "Y" | "yes")
    }

    fn send(&self, branch: &Branch, key: &Key, operation: &'static Operation, request: &Value) -> Ending {
        let mut number = 1;
        loop {
            let failure = match self.world.call(operation, request, &self.cancel)? {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if !self.retry.again(operation, &failure, number) {
                return Err(Trouble::Failed { operation, failure, attempts: number });
            }
            let wait = self.retry.wait(number, self.world.dice(key) as f64 / u64::MAX as f64);
            self.note_attempt(key, number, &failure, wait)?;
            self.world.sleep(branch.path(), wait, &self.cancel)?;
            number += 1;
        }
    }

    fn note_attempt(&self, key: &Key, number: u32, failure: &Failure, wait: Duration) -> Result<(), Stop> {
        let failure = Recorded(failure.to_value());
        let wait_ms = wait.as_millis() as u64;
        self.append(&[Event::Attempt { key: key.clone(), number, at: self.world.now(), failure, wait_ms }])
    }

    /// Records how the effect ended, unless that is not known.
    fn settle(&self, key: &Key, effect: &Effect, ending: Ending) -> Ending {
        let (ok, result, ending) = match ending {
            Ok(value) => {
                let value = self.mark_answer(effect, value);
                (true, pack(&value, &*self.vault), Ok(value))
            }
            Err(Trouble::Failed { operation, failure, attempts }) => {
                if operation.is_write() && failure.leaves_doubt() {
                    return Err(unknown_outcome(effect, &failure.to_string()).into());
                }
                let result = Recorded(failure.to_value());
                let trouble = match failure.is_credentials() {
                    true => credentials(&failure).into(),
                    false => Trouble::Failed { operation, failure, attempts },
                };
                (false, result, Err(trouble))
            }
            Err(Trouble::Unavailable(message)) => {
                (false, Recorded(map! { "message" => message.as_str() }), Err(Trouble::Unavailable(message)))
            }
            Err(stop) => return Err(stop),
        };
        self.append(&[Event::Outcome { key: key.clone(), at: self.world.now(), ok, result }])?;
        ending
    }

    /// Secrets in an answer must be marked before the record sees it.
    fn mark_answer(&self, effect: &Effect, mut value: Value) -> Value {
        if let Effect::Call { operation, .. } = effect {
            let learned = api::read_answer(operation, &mut value, &self.reading);
            if !learned.is_empty() {
                lock(&self.known).extend(learned);
            }
        }
        value
    }

    fn append(&self, events: &[Event]) -> Result<(), Stop> {
        lock(&self.journal).append(events).map_err(|error| Stop::Journal(error.to_string()))?;
        for event in events {
            self.observers.iter().for_each(|observer| observer.see(event));
        }
        Ok(())
    }

    /// The paths of the items of a fork of `branch`, of which the first `workers` begin.
    pub fn fork(&self, branch: &Branch, items: usize, workers: usize) -> Vec<StreamPath> {
        let paths = branch.fork(items);
        self.world.fork(branch.path(), &paths[..workers.min(items)]);
        paths
    }

    pub fn begin(&self, path: &StreamPath) -> Result<(), Stop> {
        self.world.begin(path, &self.cancel)
    }

    pub fn next(&self, done: &StreamPath, next: &StreamPath) -> Result<(), Stop> {
        self.world.next(done, next, &self.cancel)
    }

    pub fn end(&self, parent: &StreamPath, done: &StreamPath) {
        self.world.end(parent, done);
    }

    pub fn joined(&self, parent: &StreamPath) -> Result<(), Stop> {
        self.world.joined(parent, &self.cancel)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text_or_secret(text: String, secret: bool, origin: Origin) -> Value {
    match secret {
        true => Value::Secret(Secret::new(text, origin)),
        false => Value::Text(text),
    }
}

fn text(recorded: &Recorded) -> String {
    to_json(&recorded.0).unwrap_or_default()
}

fn describe(past: &Past) -> String {
    match past {
        Past::Effect { effect, .. } => text(effect),
        Past::Mark(mark) => format!("{mark:?}"),
    }
}

fn diverged(key: &Key, recorded: &str, now: &str) -> Stop {
    Stop::Diverged { place: key.to_string(), recorded: recorded.to_owned(), now: now.to_owned() }
}

fn credentials(failure: &Failure) -> Stop {
    Stop::Credentials {
        what: format!("AWS does not accept these credentials: {failure}"),
        hint: "log in again (for SSO: aws sso login), or try --sandbox, which needs none".into(),
    }
}

fn unknown_outcome(effect: &Effect, why: &str) -> Stop {
    let what = match effect {
        Effect::Call { operation, .. } => operation.to_string(),
        _ => "an effect".into(),
    };
    Stop::OutcomeUnknown {
        what: format!("{what} was sent and nobody knows whether it took effect: {why}"),
        hint: "it was not sent again. Look at the resource before you run this once more".into(),
    }
}

/// A random id in the form of a version 4 UUID, from 64 random bits.
fn uuid(dice: u64) -> String {
    let mut random = fastrand::Rng::with_seed(dice);
    let bits = random.u128(..);
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
