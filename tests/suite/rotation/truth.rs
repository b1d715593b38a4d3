//! What a rotation claims, held against what the simulator knows: which task
//! holds which version.

use jiff::SignedDuration;
use rollbook::journal::Event;
use rollbook::runbook::Ended;
use rollbook::value::{Value, to_json};

use super::world::{NEW_VALUE, PINNED, USERS, World};

/// What was there before the run.
pub struct Before {
    current: String,
    versions: Vec<String>,
}

impl Before {
    pub fn of(world: &mut World) -> Before {
        Before { current: world.current(), versions: world.versions() }
    }

    /// What is wrong with what the run claims, if anything is.
    pub fn judge(&self, ended: &Ended, after: &mut World) -> Result<(), String> {
        never_shown(ended)?;
        never_touched(ended)?;
        match ended.verdict.exit_code() {
            0 => self.succeeded(after),
            3 => self.rolled_back(after),
            8 | 10 => says_what_is_unknown(ended).and_then(|()| self.claims_nothing_untrue(ended, after)),
            1 | 6 => self.nothing_done(ended, after),
            code => Err(format!("exit {code} says nothing of the secret")),
        }
    }

    fn written(&self, after: &mut World) -> Vec<String> {
        after.versions().into_iter().filter(|version| !self.versions.contains(version)).collect()
    }

    fn succeeded(&self, after: &mut World) -> Result<(), String> {
        let written = self.written(after);
        let [version] = written.as_slice() else { return Err(format!("{} versions were written", written.len())) };
        is_current(after, version)?;
        all_hold(after, version)?;
        // What comes later must not be older.
        after.wait(900);
        all_hold(after, version).map_err(|wrong| format!("a quarter of an hour later {wrong}"))
    }

    fn rolled_back(&self, after: &mut World) -> Result<(), String> {
        is_current(after, &self.current)?;
        all_hold(after, &self.current)?;
        USERS.iter().try_for_each(|place| is_healthy(after, *place))
    }

    /// What it says that it does know must be so.
    fn claims_nothing_untrue(&self, ended: &Ended, after: &mut World) -> Result<(), String> {
        let written = self.written(after);
        match written.first() {
            _ if ended.summary.contains("holds its old values again") => is_current(after, &self.current),
            Some(version) if ended.summary.contains("are still AWSCURRENT") => is_current(after, version),
            _ => Ok(()),
        }
    }

    fn nothing_done(&self, ended: &Ended, after: &mut World) -> Result<(), String> {
        is_current(after, &self.current)?;
        let written = self.written(after);
        let updated = calls(ended).iter().any(|call| call.contains("UpdateService"));
        match (written.as_slice(), updated) {
            ([], false) => Ok(()),
            ([], true) => Err("a service was updated".into()),
            (_, _) => Err("a version was written".into()),
        }
    }
}

fn is_current(after: &mut World, version: &str) -> Result<(), String> {
    match after.current() {
        current if current == version => Ok(()),
        current => Err(format!("AWSCURRENT is {current}, not {version}")),
    }
}

/// Whether every task of a service that follows the secret holds the version,
/// those included that are about to run.
fn all_hold(after: &mut World, version: &str) -> Result<(), String> {
    let secret = after.secret();
    let users: Vec<String> = USERS.iter().map(|(cluster, name)| format!("{cluster}/{name}")).collect();
    let held = after.0.held_secrets();
    let theirs = held.iter().filter(|held| held.secret == secret && users.contains(&held.service));
    let mut serving = theirs.filter(|held| held.serving || held.coming);
    match serving.find(|held| held.version != version) {
        Some(held) => Err(format!("{} of {} holds {}, not {version}", held.task, held.service, held.version)),
        None => Ok(()),
    }
}

/// How old an answer may be (see the trials): what somebody began since, the
/// run could not see.
const LAG: SignedDuration = SignedDuration::from_secs(30);

fn is_healthy(after: &mut World, place: (&str, &str)) -> Result<(), String> {
    let seen = after.0.now() - LAG;
    let service = after.describe(place);
    let number = |name: &str| service.get(name).and_then(Value::as_int);
    let was_seen = |one: &&Value| matches!(one.get("createdAt"), Some(Value::Time(created)) if *created <= seen);
    let last_seen = service.items("deployments").iter().find(was_seen).cloned().unwrap_or_default();
    match (number("runningCount") >= number("desiredCount"), last_seen.text("rolloutState")) {
        (true, Some("COMPLETED")) => Ok(()),
        (_, state) => Err(format!("{} runs {:?} of {:?}, {state:?}", place.1, number("runningCount"), number("desiredCount"))),
    }
}

/// An operator must learn which of the things that the run touches to look at.
fn says_what_is_unknown(ended: &Ended) -> Result<(), String> {
    let named = ["UpdateService", "PutSecretValue", "UpdateSecretVersionStage", "nest-wallet-prod-secrets"];
    match named.iter().any(|name| ended.summary.contains(name)) {
        true => Ok(()),
        false => Err("it does not say what is unknown".into()),
    }
}

fn never_shown(ended: &Ended) -> Result<(), String> {
    match ended.entries().expect("the record").iter().find(|entry| entry.body.contains(NEW_VALUE)) {
        Some(_) => Err("the new value stands in the record".into()),
        None => Ok(()),
    }
}

/// A service that reads a fixed version has nothing to do with it.
fn never_touched(ended: &Ended) -> Result<(), String> {
    match calls(ended).into_iter().find(|call| call.contains(PINNED.1)) {
        Some(call) => Err(format!("a pinned service was touched: {call}")),
        None => Ok(()),
    }
}

/// The effects that could change something, as they were recorded.
fn calls(ended: &Ended) -> Vec<String> {
    let events =
        ended.entries().expect("the record").into_iter().filter_map(|entry| serde_json::from_str::<Event>(&entry.body).ok());
    let writes = events.filter_map(|event| match event {
        Event::Intent { write: true, effect, .. } => to_json(&effect.0).ok(),
        _ => None,
    });
    writes.collect()
}
