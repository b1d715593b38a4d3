//! From an answer's bare JSON to what a script may hold: timestamps become
//! times, sensitive members become secrets, and names that the shapes lack are
//! remembered.

use super::Operation;
use super::known::Known;
use super::model::{Member, Model, Structure, Type};
use crate::value::{Map, Origin, Secret, Timestamp, Value};

/// What decides how an answer is read, apart from its shape.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Names of container environment variables whose values may be shown.
    pub plain_env: Vec<String>,
}

/// Marks times and secrets in `answer`; returns the names our shapes lack.
pub fn read_answer(operation: &Operation, answer: &mut Value, reading: &Reading) -> Known {
    // What other servers answer has no shape.
    if operation.is_http() {
        return Known::default();
    }
    let mut reader = Reader { model: operation.service().model(), operation, reading, known: Known::default() };
    if let (Some(structure), Value::Map(members)) = (operation.output(), answer) {
        reader.structure(structure, members);
    }
    reader.known
}

/// Marks what is sensitive in a request that a script wrote in plain text, so
/// that no record and no screen shows it.
pub fn conceal_request(operation: &Operation, request: &mut Value, reading: &Reading) {
    let mut reader = Reader { model: operation.service().model(), operation, reading, known: Known::default() };
    if let (Some(structure), Value::Map(members)) = (operation.input(), request) {
        reader.conceal_in(structure, members);
    }
}

struct Reader<'a> {
    model: &'a Model,
    operation: &'a Operation,
    reading: &'a Reading,
    known: Known,
}

impl Reader<'_> {
    fn structure(&mut self, structure: &Structure, members: &mut Map) {
        for (name, value) in members {
            match structure.members.get(name.as_str()) {
                Some(member) => self.member(name, member, value),
                None => self.known.learn(&structure.name, name),
            }
        }
    }

    fn member(&mut self, name: &str, member: &Member, value: &mut Value) {
        self.value(&member.kind, value);
        if member.secret {
            self.conceal(name, &member.kind, value);
        }
    }

    fn value(&mut self, kind: &Type, value: &mut Value) {
        match (kind, value) {
            (Type::Time, value) => {
                if let Some(time) = read_time(value) {
                    *value = Value::Time(time);
                }
            }
            (Type::List(kind), Value::List(items)) => items.iter_mut().for_each(|item| self.value(kind, item)),
            (Type::Map(kind), Value::Map(members)) => members.values_mut().for_each(|item| self.value(kind, item)),
            (Type::Structure(name), Value::Map(members)) => {
                if let Some(structure) = self.model.structure(name) {
                    self.structure(structure, members);
                }
            }
            (Type::Enum(name), Value::Text(text)) if !self.model.enum_values(name).iter().any(|one| one == text) => {
                self.known.learn(name, text);
            }
            _ => {}
        }
    }

    fn conceal_in(&mut self, structure: &Structure, members: &mut Map) {
        for (name, value) in members {
            let Some(member) = structure.members.get(name.as_str()) else { continue };
            match member.secret {
                true => self.conceal(name, &member.kind, value),
                false => self.conceal_below(&member.kind, value),
            }
        }
    }

    fn conceal_below(&mut self, kind: &Type, value: &mut Value) {
        match (kind, value) {
            (Type::List(kind), Value::List(items)) => items.iter_mut().for_each(|item| self.conceal_below(kind, item)),
            (Type::Map(kind), Value::Map(members)) => members.values_mut().for_each(|item| self.conceal_below(kind, item)),
            (Type::Structure(name), Value::Map(members)) => {
                if let Some(structure) = self.model.structure(name) {
                    self.conceal_in(structure, members);
                }
            }
            _ => {}
        }
    }

    /// Every text below a sensitive member is secret, but for the names of
    /// environment variables and the values that the operator declared plain.
    fn conceal(&self, member: &str, kind: &Type, value: &mut Value) {
        match value {
            Value::Text(text) => {
                let origin = Origin::Answer(format!("{} {member}", self.operation));
                *value = Value::Secret(Secret::new(text.to_string(), origin));
            }
            Value::List(items) => {
                let inner = if let Type::List(inner) = kind { inner } else { kind };
                items.iter_mut().for_each(|item| self.conceal(member, inner, item));
            }
            Value::Map(pair) if *kind == Type::Structure("KeyValuePair".into()) => {
                let plain = pair.get("name").and_then(Value::as_str).is_some_and(|name| self.is_plain(name));
                if let (false, Some(value)) = (plain, pair.get_mut("value")) {
                    self.conceal(member, &Type::Text, value);
                }
            }
            Value::Map(members) => members.values_mut().for_each(|item| self.conceal(member, &Type::Any, item)),
            _ => {}
        }
    }

    fn is_plain(&self, variable: &str) -> bool {
        self.reading.plain_env.iter().any(|plain| plain == variable)
    }
}

/// A timestamp as the protocols write it: seconds since 1970, or RFC 3339.
fn read_time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Int(seconds) => Timestamp::from_second(*seconds).ok(),
        // AWS counts milliseconds; a double cannot hold nanoseconds of this century.
        Value::Float(seconds) => Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}
