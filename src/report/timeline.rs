//! A run told from its journal: steps, calls, what they changed, how often they
//! were tried, how long it took.

use std::collections::BTreeMap;

use super::causes::show_causes;
use super::style::Paint;
use crate::journal::{Event, Key, Mark};
use crate::map;
use crate::value::{self, Map, TIME_MARK, Timestamp, Value, diff, to_json};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    pub at: Timestamp,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    StepBegan(String),
    StepEnded {
        name: String,
        ok: bool,
        note: Option<String>,
        took_ms: i64,
    },
    /// A call, or the same one many times in a row.
    Call {
        operation: String,
        write: bool,
        times: usize,
        took_ms: i64,
        failure: Option<String>,
        changes: Vec<String>,
    },
    Tried(String),
    Slept(i64),
    Said(String),
    Warned(String),
    Printed(String),
    /// Something about the run itself: interrupted, resumed, settled, ended.
    Turn(String),
}

/// The moments of a run, in order.
pub fn timeline(events: &[Event]) -> Vec<Moment> {
    let mut teller = Teller::default();
    events.iter().for_each(|event| teller.tell(event));
    teller.moments
}

#[derive(Default)]
struct Teller {
    moments: Vec<Moment>,
    open: BTreeMap<Key, (Timestamp, Value, bool)>,
    steps: Vec<(String, Timestamp)>,
    /// The last answer that showed each thing that a write can change.
    before: BTreeMap<String, Value>,
}

impl Teller {
    /// A wait that asks the same again and again is one line, and its pauses
    /// another.
    fn add(&mut self, at: Timestamp, what: What) {
        let last = self.moments.len().saturating_sub(1);
        let pauses = matches!(self.moments.last(), Some(Moment { what: What::Slept(_), .. }));
        let call = if pauses { last.saturating_sub(1) } else { last };
        match (self.moments.get_mut(call).map(|moment| &mut moment.what), &what) {
            (
                Some(What::Call { operation, write: false, times, took_ms, failure: None, .. }),
                What::Call { operation: again, write: false, took_ms: more, failure: None, .. },
            ) if operation == again => {
                *times += 1;
                *took_ms += more;
                return;
            }
            _ => {}
        }
        match (self.moments.last_mut().map(|moment| &mut moment.what), &what) {
            (Some(What::Slept(ms)), What::Slept(more)) => *ms += more,
            _ => self.moments.push(Moment { at, what }),
        }
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::Intent { key, at, write, effect } => {
                self.open.insert(key.clone(), (*at, readable(&effect.0), *write));
            }
            Event::Outcome { key, at, ok, result } => {
                if let Some((began, effect, write)) = self.open.remove(key) {
                    self.outcome(began, *at, &effect, write, *ok, &readable(&result.0));
                }
            }
            Event::Attempt { at, number, failure, wait_ms, .. } => {
                let why = failure.0.text("code").or(failure.0.text("message")).unwrap_or_default();
                self.add(*at, What::Tried(format!("try {number} failed ({why}), again after {:.1}s", *wait_ms as f64 / 1000.0)));
            }
            Event::Settled { at, how, .. } => self.add(*at, What::Turn(format!("the unanswered write had happened: {how}"))),
            Event::Withdrawn { key, at, why } => {
                self.open.remove(key);
                self.add(*at, What::Turn(format!("effect {key} is taken back: {why}")));
            }
            Event::Mark { at, mark, .. } => self.mark(*at, mark),
            Event::Paused { at, verdict, summary } => self.add(*at, What::Turn(join(verdict.name(), summary))),
            Event::Resumed { at, by, edited } => {
                let edited = if *edited { " with edited scripts" } else { "" };
                self.add(*at, What::Turn(format!("resumed by {by}{edited}")));
            }
            Event::Closed { at, verdict, summary } => self.add(*at, What::Turn(join(verdict.name(), summary))),
            Event::Opened(_) | Event::Script { .. } | Event::Secret { .. } | Event::Held { .. } => {}
        }
    }

    fn outcome(&mut self, began: Timestamp, at: Timestamp, effect: &Value, write: bool, ok: bool, result: &Value) {
        let took_ms = at.as_millisecond() - began.as_millisecond();
        let Some(operation) = effect.text("operation").map(str::to_owned) else {
            if effect.text("effect") == Some("sleep") {
                self.add(began, What::Slept(took_ms));
            }
            return;
        };
        let request = effect.get("request").cloned().unwrap_or_default();
        let changes = if write && ok { self.changes(&operation, &request, result) } else { Vec::new() };
        let failure = (!ok).then(|| join(result.text("code").unwrap_or("no answer"), result.text("message").unwrap_or_default()));
        self.learn(result);
        self.add(began, What::Call { operation, write, times: 1, took_ms, failure, changes });
    }

    fn mark(&mut self, at: Timestamp, mark: &Mark) {
        match mark {
            Mark::StepBegan { name } => {
                self.steps.push((name.clone(), at));
                self.add(at, What::StepBegan(name.clone()));
            }
            Mark::StepEnded { name, ok, note } => {
                let began = self.steps.iter().rposition(|(step, _)| step == name).map(|index| self.steps.remove(index).1);
                let took_ms = began.map_or(0, |began| at.as_millisecond() - began.as_millisecond());
                self.add(at, What::StepEnded { name: name.clone(), ok: *ok, note: note.clone(), took_ms });
            }
            Mark::Said(text) => self.add(at, What::Said(text.clone())),
            Mark::Warned(text) => self.add(at, What::Warned(text.clone())),
            Mark::Printed(text) => self.add(at, What::Printed(text.clone())),
            Mark::Found(found) => {
                for line in show_causes(Paint::plain(), &found.0).lines().filter(|line| !line.is_empty()) {
                    self.add(at, What::Said(line.trim_end().to_owned()));
                }
            }
            Mark::Progress(_) | Mark::Measured { .. } => {}
        }
    }

    /// Remembers how things stood.
    fn learn(&mut self, answer: &Value) {
        let services = answer.items("services").iter().chain(answer.get("service"));
        for service in services {
            if let Some(name) = service.text("serviceName") {
                self.before.insert(format!("service {name}"), service.clone());
            }
        }
        if let Some(definition) = answer.get("taskDefinition")
            && let Some(family) = definition.text("family")
        {
            self.before.insert(format!("family {family}"), definition.clone());
        }
        if let (Some(name), Some(version)) = (answer.text("Name"), answer.text("VersionId")) {
            self.before.insert(format!("secret {name}"), map! { "VersionId" => version });
        }
    }

    /// Before → after, for what the request says.
    fn changes(&self, operation: &str, request: &Value, answer: &Value) -> Vec<String> {
        let name = |member: &str| request.text(member).map(|name| name.rsplit('/').next().unwrap_or(name).to_owned());
        let (thing, after) = match operation {
            "ecs UpdateService" => (name("service").map(|name| format!("service {name}")), request.clone()),
            "ecs RegisterTaskDefinition" => (name("family").map(|name| format!("family {name}")), request.clone()),
            "secretsmanager PutSecretValue" | "secretsmanager UpdateSecret" => {
                let version = answer.text("VersionId").unwrap_or_default();
                (answer.text("Name").map(|name| format!("secret {name}")), map! { "VersionId" => version })
            }
            _ => (None, request.clone()),
        };
        let before = thing.and_then(|thing| self.before.get(&thing)).cloned();
        let Some(before) = before else { return asked(&after) };
        let shared: Map =
            after.as_map().into_iter().flatten().filter(|(name, _)| before.get(name).is_some()).map(clone).collect();
        let was: Map = shared.keys().filter_map(|name| Some((name.clone(), before.get(name)?.clone()))).collect();
        let mut lines: Vec<String> = diff(&Value::Map(was), &Value::Map(shared))
            .iter()
            .filter(|change| {
                !matches!(change.before, None | Some(Value::Null)) || !matches!(change.after, None | Some(Value::Null))
            })
            .map(|change| format!("{}  {} → {}", change.path, shown(change.before.as_ref()), shown(change.after.as_ref())))
            .collect();
        let rest = after
            .as_map()
            .into_iter()
            .flatten()
            .filter(|(name, _)| before.get(name).is_none() && !NAMES.contains(&name.as_str()));
        lines.extend(asked(&Value::Map(rest.map(clone).collect())));
        lines
    }
}

fn clone((name, value): (&value::Text, &Value)) -> (value::Text, Value) {
    (name.clone(), value.clone())
}

/// Members that say which thing is meant, or tell one request from another.
const NAMES: &[&str] = &["cluster", "service", "clientToken", "ClientRequestToken", "SecretId"];

fn asked(request: &Value) -> Vec<String> {
    let members = request.as_map().into_iter().flatten().filter(|(_, value)| !value.is_null());
    members.map(|(name, value)| format!("{name}  {}", shown(Some(value)))).collect()
}

const LONGEST: usize = 120;

pub(super) fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return "nothing".into(),
        Some(Value::Text(text)) => text.to_string(),
        Some(other) => to_json(other).unwrap_or_default(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A recorded value as people read it: times as text, secrets by the first
/// letters of their fingerprints, so that a change of one can be seen.
pub(super) fn readable(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(readable).collect()),
        Value::Map(members) => match members.first_key_value() {
            Some((name, Value::Text(fingerprint))) if members.len() == 1 && (name == "$secret" || name == "$sealed") => {
                format!("(secret {})", &fingerprint[..fingerprint.len().min(6)]).into()
            }
            Some((name, time)) if members.len() == 1 && name == TIME_MARK => time.clone(),
            Some((name, inner)) if members.len() == 1 && (name == "$map" || name == "$pairs") => readable(inner),
            _ => Value::Map(members.iter().map(|(name, item)| (name.clone(), readable(item))).collect()),
        },
        Value::Time(time) => time.to_string().into(),
        other => other.clone(),
    }
}

fn join(first: &str, rest: &str) -> String {
    if rest.is_empty() { first.to_owned() } else { format!("{first}: {rest}") }
}
