//! The gate itself: recorded already? then answer and do nothing else.
//! Otherwise ask the guard, record the intent, try, record the outcome. How it
//! tries stands in `attempt`, how it remembers in `recall`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;

use super::branch::Branch;
use super::cancel::Cancel;
use super::familiar::Familiar;
use super::guard::Guard;
use super::holding::Leases;
use super::kind::Effect;
use super::parting::Parting;
use super::recall::{describe, diverged};
use super::record::{pack, unpack};
use super::resume::Resumption;
use super::retry::Retry;
use super::seen::Seen;
use super::setup::{Console, Setup};
use super::trouble::{Stop, Trouble};
use super::vault::Vault;
use super::ward::Ward;
use super::worlds::World;
use crate::api::{self, Operation, Reading, Settle};
use crate::journal::{Cursor, Event, Hash, Journal, Key, Mark, Observer, Past, Recorded, StreamPath};
use crate::map;
use crate::value::{Secret, Timestamp, Value};

pub struct Gate {
    pub(super) world: Arc<dyn World>,
    pub(super) journal: Mutex<Journal>,
    pub(super) vault: Arc<Vault>,
    pub(super) console: Arc<dyn Console>,
    pub(super) guard: Guard,
    pub(super) retry: Retry,
    pub(super) reading: Reading,
    pub(super) observers: Vec<Arc<dyn Observer>>,
    pub(super) cancel: Arc<Cancel>,
    pub(super) record: Option<Cursor>,
    pub(super) send_again: bool,
    /// The account that the credentials belong to, once AWS has said so.
    pub(super) account: OnceLock<String>,
    /// Environments whose protection a person has lifted.
    pub(super) lifted: Mutex<BTreeSet<String>>,
    pub(super) wards: OnceLock<Vec<Ward>>,
    pub(super) seen: Mutex<Seen>,
    pub(super) familiar: Mutex<Familiar>,
    pub(super) partings: Mutex<Vec<Parting>>,
    pub(super) resumption: Resumption,
    pub(super) leases: OnceLock<Arc<dyn Leases>>,
    /// Of each name that this process holds, whether nobody else held it since
    /// the run began.
    pub(super) held: Mutex<Vec<bool>>,
    /// Since when the run has been alive, but for the time that it was not.
    pub(super) alive_since: Timestamp,
}

pub(super) type Ending = Result<Value, Trouble>;

impl Gate {
    pub fn new(setup: Setup) -> Gate {
        let now = setup.world.now();
        let alive_since = setup.record.as_ref().and_then(|record| alive_since(record, now)).unwrap_or(now);
        Gate {
            alive_since,
            seen: Mutex::default(),
            familiar: Mutex::default(),
            partings: Mutex::default(),
            resumption: Resumption::default(),
            leases: OnceLock::new(),
            held: Mutex::default(),
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
            send_again: setup.send_again,
            account: OnceLock::new(),
            lifted: Mutex::default(),
            wards: OnceLock::new(),
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

    /// How long the run has been alive.
    pub fn alive(&self) -> SignedDuration {
        self.now().duration_since(self.alive_since)
    }

    /// Whether this process sent a write, or an earlier one of the same run did.
    pub fn wrote(&self) -> bool {
        self.resumption.wrote() || self.record.as_ref().is_some_and(Cursor::wrote)
    }

    /// The hash of the last entry.
    pub fn head(&self) -> Hash {
        lock(&self.journal).head()
    }

    /// Records an event that belongs to no effect: how the run began and ended.
    ///
    /// A resumed run writes nothing before it does something new: a resume that
    /// comes to nothing leaves the journal as it was.
    pub fn emit(&self, event: Event) -> Result<(), Stop> {
        let is_early = matches!(event, Event::Resumed { .. } | Event::Held { .. } | Event::Script { .. });
        match self.resumes() && is_early && self.resumption.hold_back(&event) {
            true => Ok(()),
            false => self.append(&[event]),
        }
    }

    /// Whether this goes on with a run that an earlier process began.
    pub fn resumes(&self) -> bool {
        self.record.as_ref().is_some_and(|record| !record.is_finished())
    }

    /// Records a script that the run loaded, once.
    pub fn note_script(&self, path: Option<&str>, name: &str, text: &str) -> Result<(), Stop> {
        // The newest under a path counts: a run may be resumed with edited scripts.
        let known =
            self.record.iter().flat_map(|record| record.scripts.iter().rev()).find(|script| script.path.as_deref() == path);
        let hash = Hash::of(text);
        if known.is_some_and(|script| script.text == text) || !self.resumption.is_new_script(path, hash) {
            return Ok(());
        }
        let path = path.map(str::to_owned);
        self.emit(Event::Script { path, name: name.to_owned(), hash: hash.to_string(), text: text.to_owned() })
    }

    /// Looks for the secret in all output from here on.
    pub fn know(&self, secret: &Secret) {
        self.vault.know(secret);
    }

    /// What is known to be secret, made a secret wherever it stands in a value.
    pub fn conceal(&self, value: Value) -> Value {
        self.vault.conceal(value)
    }

    /// A value as the record keeps it, and back; nothing where the run's key does
    /// not open what it names.
    pub fn pack(&self, value: &Value) -> Recorded {
        pack(value, &self.vault)
    }

    pub fn unpack(&self, recorded: &Recorded) -> Option<Value> {
        unpack(recorded, &self.vault)
    }

    /// What tells this secret from others of the same run, and nothing else.
    pub fn fingerprint(&self, secret: &Secret) -> String {
        self.vault.know(secret)
    }

    /// The text without any secret that the run knows.
    pub fn redact(&self, text: String) -> String {
        self.vault.redact(text)
    }

    /// Whether something was recorded in that stream.
    pub fn has_recorded(&self, path: &StreamPath) -> bool {
        self.record.as_ref().is_some_and(|record| record.has_stream(path))
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
        api::validate(operation, &mut request, &branch.known()).map_err(|faults| Trouble::Invalid { operation, faults })?;
        api::conceal_request(operation, &mut request, &self.reading);
        self.fill_tokens(branch, operation, &mut request)?;
        self.perform(branch, Effect::Call { operation, request })
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
                request.as_map_mut().expect("validated as a map").insert(name.into(), token);
            }
        }
        Ok(())
    }

    pub fn perform(&self, branch: &Branch, effect: Effect) -> Ending {
        self.cancel.check()?;
        self.world.turn(branch.path(), &self.cancel)?;
        let key = branch.next_key();
        let signature = effect.signature(&self.vault);
        if let Some(past) = self.past(&key) {
            return self.answer_from(branch, past, &key, &signature, &effect);
        }
        self.refuse_beyond_the_end(branch, &key)?;
        self.check(branch, &effect)?;
        let intent = Event::Intent { key: key.clone(), at: self.world.now(), write: effect.is_write(), effect: signature };
        self.append(&[intent])?;
        let ending = self.attempt(branch, &key, &effect);
        self.settle(branch, &key, &effect, ending)
    }

    /// Says something to people, once, however often the run is played.
    pub fn mark(&self, branch: &Branch, mark: Mark) -> Result<(), Stop> {
        self.cancel.check()?;
        let key = branch.next_key();
        let mark = mark.map_text(|text| self.vault.redact(text));
        match self.past(&key) {
            // One branch may have known a secret earlier than it does now.
            Some(Past::Mark(recorded)) if *recorded == mark || self.hidden(recorded) == mark => Ok(()),
            Some(other) => Err(diverged(&key, &describe(other), &format!("{mark:?}"))),
            None => {
                self.refuse_beyond_the_end(branch, &key)?;
                self.append(&[Event::Mark { key, at: self.world.now(), mark }])
            }
        }
    }

    fn hidden(&self, mark: &Mark) -> Mark {
        mark.clone().map_text(|text| self.vault.redact(text))
    }

    /// A run or an item of a fork that has ended did nothing more; its replay may
    /// not either.
    fn refuse_beyond_the_end(&self, branch: &Branch, key: &Key) -> Result<(), Stop> {
        match &self.record {
            Some(record) if record.is_finished() => Err(diverged(key, "the run had ended", "it goes on")),
            Some(_) if branch.has_ended() => Err(diverged(key, "this item had ended", "it goes on")),
            _ => Ok(()),
        }
    }

    /// What the record holds for the branch's next effect.
    pub fn upcoming(&self, branch: &Branch) -> Option<&Past> {
        self.past(&branch.upcoming_key())
    }

    pub(super) fn append(&self, events: &[Event]) -> Result<(), Stop> {
        let mut journal = lock(&self.journal);
        // What was held back comes first, then what names the secrets in these.
        let mut before = self.resumption.release(events);
        before.extend(self.vault.waiting());
        if !before.is_empty() {
            journal.append(&before).map_err(|error| Stop::Journal(error.to_string()))?;
        }
        journal.append(events).map_err(|error| Stop::Journal(error.to_string()))?;
        drop(journal);
        self.resumption.note(events);
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

/// The beginning of a run, moved on by the time in which no process played it,
/// up to `now`, when this one begins to.
fn alive_since(record: &Cursor, now: Timestamp) -> Option<Timestamp> {
    let began = record.opening.as_ref()?.at;
    let dead = record.dead_ms + record.last.map_or(0, |last| now.as_millisecond() - last.as_millisecond());
    began.checked_add(Duration::from_millis(dead.max(0) as u64)).ok()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
