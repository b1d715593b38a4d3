//! The recorded side of the gate: answering from the record, and writing down
//! how an effect ended.

use std::time::Duration;

use super::branch::Branch;
use super::familiar::Learned;
use super::gate::{Ending, Gate, lock};
use super::kind::Effect;
use super::record::{fingerprints, is_plain, pack, unpack};
use super::settle::Settled;
use super::trouble::{Stop, Trouble};
use super::vault::conceal_known;
use crate::api::{self, Failure, Known, Operation};
use crate::journal::{Event, Kept, Key, Past, Payload, Recorded, Source};
use crate::map;
use crate::value::{Secret, Timestamp, Value, to_json};

impl Gate {
    pub(super) fn past(&self, key: &Key) -> Option<&Past> {
        self.record.as_ref()?.past(key)
    }

    pub(super) fn answer_from(&self, branch: &Branch, past: &Past, key: &Key, now: &Recorded, effect: &Effect) -> Ending {
        let Past::Effect { effect: recorded, at, outcome, .. } = past else {
            return Err(diverged(key, &describe(past), &text(now)).into());
        };
        match recorded.read() {
            Some(recorded) if *recorded == *now => {}
            Some(recorded) => return Err(diverged(key, &text(&recorded), &text(now)).into()),
            None => return Err(damaged(key).into()),
        }
        let Some((ok, result)) = outcome else { return self.go_on(branch, key, effect, *at) };
        if *ok {
            return self.recorded_answer(branch, key, effect, result);
        }
        let result = result.read().ok_or_else(|| Trouble::from(damaged(key)))?;
        match effect {
            Effect::Call { operation, .. } => {
                let failure = Failure::from_value(&result.0).ok_or_else(|| Trouble::from(damaged(key)))?;
                let attempts = result.0.get(ATTEMPTS).and_then(Value::as_int).unwrap_or(1);
                Err(trouble_of(operation, failure, attempts as u32))
            }
            _ => Err(Trouble::Unavailable(result.0.text("message").unwrap_or_default().to_owned())),
        }
    }

    fn recorded_answer(&self, branch: &Branch, key: &Key, effect: &Effect, payload: &Payload) -> Ending {
        let large = match (effect, payload) {
            (Effect::Call { operation, request }, Payload::Packed(packed)) => Some((packed.hash(), *operation, request)),
            _ => None,
        };
        if let Some((hash, operation, request)) = large
            && let Some(Learned { value, names, .. }) = lock(&self.familiar).get(hash, operation)
        {
            branch.learn(names);
            lock(&self.seen).learn(operation, request, &value);
            return Ok(value);
        }
        let recorded = payload.read().ok_or_else(|| Trouble::from(damaged(key)))?;
        self.recover_secrets(branch, &recorded.0)?;
        let value = unpack(&recorded, &self.vault).ok_or_else(|| Trouble::from(damaged(key)))?;
        // What was secret then is marked in the record. Meanwhile more is
        // known, and what was a text then must stay one.
        let learned = self.learn_from(branch, effect, value, |_| {});
        if let Some((hash, operation, _)) = large {
            lock(&self.familiar).keep(hash, operation, &learned);
        }
        Ok(learned.value)
    }

    /// An effect that was cut off between its intent, at `sent`, and its outcome.
    fn go_on(&self, branch: &Branch, key: &Key, effect: &Effect, sent: Timestamp) -> Ending {
        let ending = match effect {
            Effect::Call { operation, request } if operation.is_write() => {
                let why = "the run ended before the answer was recorded";
                let settled = match self.settle_write(branch, key, (operation, request), sent, why) {
                    Err(Stop::OutcomeUnknown { .. }) if self.send_again => Settled::Absent,
                    other => other?,
                };
                match settled {
                    Settled::Answer(answer) => Ok(answer),
                    Settled::SendAgain => {
                        self.check(branch, effect)?;
                        self.attempt(branch, key, effect)
                    }
                    Settled::Absent => {
                        self.intend_again(branch, key, effect)?;
                        self.attempt(branch, key, effect)
                    }
                }
            }
            // A wait goes on in the middle.
            Effect::Sleep(whole) => {
                let slept = Duration::try_from(self.now().duration_since(sent)).unwrap_or_default();
                self.attempt(branch, key, &Effect::Sleep(whole.saturating_sub(slept)))
            }
            // A read that was cut off is simply done again; its intent stands.
            _ => self.attempt(branch, key, effect),
        };
        self.settle(branch, key, effect, ending)
    }

    /// Reads secrets again that the record only names; the record tells whether
    /// they are still the same.
    fn recover_secrets(&self, branch: &Branch, recorded: &Value) -> Result<(), Trouble> {
        for fingerprint in fingerprints(recorded) {
            if self.vault.open(&fingerprint).is_none() {
                self.recover_secret(branch, &fingerprint)?;
            }
        }
        Ok(())
    }

    fn recover_secret(&self, branch: &Branch, fingerprint: &str) -> Result<(), Trouble> {
        let missing = |origin: &str, why: &str| Stop::SecretMissing {
            what: format!("a secret that the run had is missing: the one {origin}; {why}"),
            hint: "without it the run cannot go on where it was. Start it anew, or make that secret readable again".into(),
        };
        let Some(Kept { origin, source, sealed }) = self.vault.lacking(fingerprint) else {
            return Err(missing("of unknown origin", "the record does not name it").into());
        };
        let Some(source) = source else {
            let why = if sealed.is_some() { "the run's key, which would open it, is gone" } else { "it was not kept" };
            return Err(missing(&origin, why).into());
        };
        let Source { arn, version, member } = source;
        let request = map! { "SecretId" => arn.as_str(), "VersionId" => version.as_str() };
        let answer = self.look(branch, "secretsmanager", "get_secret_value", request).map_err(|trouble| match trouble {
            Trouble::Failed { failure, .. } => {
                missing(&origin, &format!("version {version} of {arn} cannot be read: {failure}")).into()
            }
            other => other,
        })?;
        match answer.get(&member) {
            Some(Value::Secret(secret)) if self.vault.accept(fingerprint, secret) => Ok(()),
            _ => Err(missing(&origin, &format!("version {version} of {arn} holds another value now")).into()),
        }
    }

    /// Records how the effect ended, unless that is not known.
    pub(super) fn settle(&self, branch: &Branch, key: &Key, effect: &Effect, ending: Ending) -> Ending {
        let (result, ending) = match ending {
            Ok(value) => return self.settle_well(key, self.mark_answer(branch, effect, value)),
            // Nothing was done, and with other credentials it can be.
            Err(Trouble::Failed { failure, .. }) if failure.is_credentials() => {
                let why = failure.to_string();
                self.append(&[Event::Withdrawn { key: key.clone(), at: self.now(), why }])?;
                return Err(credentials(&failure).into());
            }
            Err(Trouble::Failed { operation, failure, attempts }) => {
                let mut result = failure.to_value();
                if let Some(members) = result.as_map_mut() {
                    members.insert(ATTEMPTS.into(), Value::Int(attempts.into()));
                }
                (result, Err(trouble_of(operation, failure, attempts)))
            }
            Err(Trouble::Unavailable(message)) => (map! { "message" => message.as_str() }, Err(Trouble::Unavailable(message))),
            Err(stop) => return Err(stop),
        };
        self.append(&[self.outcome(key, false, Recorded(result))])?;
        ending
    }

    /// Most answers are recorded as they are and handed on without a copy.
    fn settle_well(&self, key: &Key, value: Value) -> Ending {
        if !is_plain(&value, &self.vault.filter()) {
            self.append(&[self.outcome(key, true, pack(&value, &self.vault))])?;
            return Ok(value);
        }
        let event = self.outcome(key, true, Recorded(value));
        self.append(std::slice::from_ref(&event))?;
        match event {
            Event::Outcome { result, .. } => Ok(result.0),
            _ => unreachable!("it was made as an outcome"),
        }
    }

    fn outcome(&self, key: &Key, ok: bool, result: Recorded) -> Event {
        Event::Outcome { key: key.clone(), at: self.world.now(), ok, result }
    }

    /// Secrets in an answer must be marked before the record sees it: what its
    /// shape calls sensitive, and what this run knows to be one.
    fn mark_answer(&self, branch: &Branch, effect: &Effect, value: Value) -> Value {
        self.learn_from(branch, effect, value, |value| conceal_known(value, &self.vault.filter())).value
    }

    /// Takes in what an answer tells, the first time and every time after.
    fn learn_from(&self, branch: &Branch, effect: &Effect, mut value: Value, conceal: impl FnOnce(&mut Value)) -> Learned {
        let mut names = Known::default();
        if let Effect::Call { operation, request } = effect {
            names = api::read_answer(operation, &mut value, &self.reading);
            branch.learn(names.clone());
            conceal(&mut value);
            sources(operation, &value).into_iter().for_each(|(secret, source)| self.vault.know_source(&secret, source));
            lock(&self.seen).learn(operation, request, &value);
        }
        let mut has_secret = false;
        value.walk(&mut |inner| {
            if let Value::Secret(secret) = inner {
                self.vault.know(secret);
                has_secret = true;
            }
        });
        Learned { value, names, has_secret }
    }
}

/// Secrets that AWS gives out again by their version.
fn sources(operation: &Operation, answer: &Value) -> Vec<(Secret, Source)> {
    let versions: Vec<&Value> = match (operation.module, operation.method) {
        ("secretsmanager", "get_secret_value") => vec![answer],
        ("secretsmanager", "batch_get_secret_value") => answer.items("SecretValues").iter().collect(),
        _ => Vec::new(),
    };
    let of = |version: &Value, member: &str| {
        let Some(Value::Secret(secret)) = version.get(member) else { return None };
        let text = |name: &str| version.text(name).map(str::to_owned);
        Some((secret.clone(), Source { arn: text("ARN")?, version: text("VersionId")?, member: member.to_owned() }))
    };
    versions.iter().flat_map(|version| ["SecretString", "SecretBinary"].map(|member| of(version, member))).flatten().collect()
}

/// Beside a recorded failure: how many tries it took.
const ATTEMPTS: &str = "attempts";

/// What a failure means for the run, the first time and every time after.
pub(super) fn trouble_of(operation: &'static Operation, failure: Failure, attempts: u32) -> Trouble {
    match failure.is_credentials() {
        true => credentials(&failure).into(),
        false => Trouble::Failed { operation, failure, attempts },
    }
}

fn text(recorded: &Recorded) -> String {
    to_json(&recorded.0).unwrap_or_default()
}

pub(super) fn describe(past: &Past) -> String {
    match past {
        Past::Effect { effect, .. } => effect.read().map_or_else(String::new, |effect| text(&effect)),
        Past::Mark(mark) => format!("{mark:?}"),
    }
}

pub(super) fn diverged(key: &Key, recorded: &str, now: &str) -> Stop {
    Stop::Diverged { place: key.to_string(), recorded: recorded.to_owned(), now: now.to_owned() }
}

fn credentials(failure: &Failure) -> Stop {
    Stop::Credentials {
        what: format!("AWS does not accept these credentials: {failure}"),
        hint: "log in again (for SSO: aws sso login), or try --sandbox, which needs none".into(),
    }
}

fn damaged(key: &Key) -> Stop {
    Stop::Journal(format!("the record of effect {key} is damaged"))
}

/// Says exactly what is unknown.
pub(super) fn unknown_outcome(operation: &Operation, request: &Value, sent: Timestamp, why: &str) -> Stop {
    let named = request.as_map().into_iter().flatten().filter_map(|(name, value)| match value {
        Value::Text(text) if text.len() <= 200 => Some(format!("{name} {text}")),
        _ => None,
    });
    let named: Vec<String> = named.take(4).collect();
    Stop::OutcomeUnknown {
        what: format!("{operation} was sent and nobody knows whether it took effect: {why}"),
        hint: format!(
            "sent at {} with {}; it was not sent again. Look at it. If it did not happen: rollbook resume --send-again",
            sent.strftime("%Y-%m-%d %H:%M:%S UTC"),
            if named.is_empty() { "nothing that names it".into() } else { named.join(", ") },
        ),
    }
}
