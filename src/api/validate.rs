//! Refuses a request that AWS could not understand, before it leaves: unknown
//! members, wrong types at any depth, values an enum does not have, required
//! members that are missing.
//!
//! It does not check lengths, ranges or patterns: AWS changes those more often
//! than names, and says clearly what is wrong with them.

use super::Operation;
use super::known::Known;
use super::model::{Member, Model, Structure, Type};
use super::nearest::nearest;
use crate::value::{Map, Path, Trail, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    UnknownMember,
    Missing,
    WrongType,
    NotInEnum,
}

/// One thing wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub kind: FaultKind,
    pub path: Path,
    pub message: String,
    /// The nearest right name, if one is near.
    pub suggestion: Option<String>,
}

/// Checks `request`; RFC 3339 text where a time belongs becomes a time.
pub fn validate(operation: &Operation, request: &mut Value, known: &Known) -> Result<(), Vec<Fault>> {
    let mut check = Check { model: operation.service().model(), known, faults: Vec::new() };
    match (operation.input(), request) {
        (Some(structure), Value::Map(members)) => {
            check.structure(structure, &operation.to_string(), members, &Trail::Root);
        }
        (None, Value::Map(members)) => {
            for name in members.keys() {
                check.fault(
                    FaultKind::UnknownMember,
                    &Trail::Member(&Trail::Root, name),
                    format!("{operation} takes no members"),
                    None,
                );
            }
        }
        (_, other) => {
            check.fault(FaultKind::WrongType, &Trail::Root, format!("{operation} takes a map, not {}", other.kind()), None)
        }
    }
    if check.faults.is_empty() { Ok(()) } else { Err(check.faults) }
}

struct Check<'a> {
    model: &'a Model,
    known: &'a Known,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, kind: FaultKind, trail: &Trail, message: String, suggestion: Option<String>) {
        self.faults.push(Fault { kind, path: trail.path(), message, suggestion });
    }

    fn structure(&mut self, structure: &Structure, title: &str, members: &mut Map, trail: &Trail) {
        for (name, value) in members.iter_mut() {
            let trail = Trail::Member(trail, name);
            match structure.members.get(name.as_str()) {
                Some(member) => self.member(member, value, &trail),
                None if self.known.has(&structure.name, name) => {}
                None => {
                    let near = nearest(name, structure.members.keys().map(String::as_str));
                    self.fault(
                        FaultKind::UnknownMember,
                        &trail,
                        format!("`{name}` is not a member of {title}"),
                        near.map(str::to_owned),
                    );
                }
            }
        }
        let given = |name: &String| members.get(name.as_str()).is_some_and(|value| !value.is_null());
        for (name, _) in structure.members.iter().filter(|(name, member)| member.required && !given(name)) {
            self.fault(FaultKind::Missing, &Trail::Member(trail, name), format!("{title} needs `{name}`"), None);
        }
    }

    fn member(&mut self, member: &Member, value: &mut Value, trail: &Trail) {
        // AWS reads an explicit null as "not given".
        if !value.is_null() {
            self.value(&member.kind, value, trail);
        }
    }

    fn value(&mut self, kind: &Type, value: &mut Value, trail: &Trail) {
        match (kind, value) {
            (Type::Any, _)
            | (Type::Text | Type::Blob, Value::Text(_) | Value::Secret(_))
            | (Type::Enum(_), Value::Secret(_))
            | (Type::Integer | Type::Long, Value::Int(_))
            | (Type::Float, Value::Float(_) | Value::Int(_))
            | (Type::Boolean, Value::Bool(_))
            | (Type::Time, Value::Time(_) | Value::Int(_) | Value::Float(_)) => {}
            (Type::Time, value @ Value::Text(_)) => match value.as_str().unwrap_or_default().parse() {
                Ok(time) => *value = Value::Time(time),
                Err(_) => self.fault(
                    FaultKind::WrongType,
                    trail,
                    format!("`{}` must be a time, as 2026-07-01T12:00:00Z", trail.path()),
                    None,
                ),
            },
            (Type::Enum(name), Value::Text(text)) => self.enum_value(name, text, trail),
            (Type::List(kind), Value::List(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(kind, item, &Trail::Item(trail, index));
                }
            }
            (Type::Map(kind), Value::Map(members)) => {
                for (name, item) in members {
                    self.value(kind, item, &Trail::Member(trail, name));
                }
            }
            (Type::Structure(name), Value::Map(members)) => {
                if let Some(structure) = self.model.structure(name) {
                    self.structure(structure, name, members, trail);
                }
            }
            (kind, value) => {
                let hint = match (kind, &*value) {
                    (Type::Long, Value::Time(_)) => ": milliseconds since 1970, as time.milliseconds() gives",
                    _ => "",
                };
                let message = format!("`{}` must be {}, not {}{hint}", trail.path(), kind.describe(), value.kind());
                self.fault(FaultKind::WrongType, trail, message, None);
            }
        }
    }

    fn enum_value(&mut self, name: &str, text: &str, trail: &Trail) {
        let values = self.model.enum_values(name);
        if values.iter().any(|value| value == text) || self.known.has(name, text) {
            return;
        }
        let near = nearest(text, values.iter().map(String::as_str)).map(str::to_owned);
        let mut choices = values.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
        if values.len() > 8 {
            choices.push_str(", …");
        }
        self.fault(FaultKind::NotInEnum, trail, format!("`{}` cannot be `{text}`; it is one of {choices}", trail.path()), near);
    }
}
