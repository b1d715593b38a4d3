//! From a decoded request to the value that the world takes: members that the
//! shapes lack fall away, as AWS ignores them, and times become times whatever
//! the protocol wrote.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::CodecError;
use crate::api::Operation;
use crate::api::model::{Model, Structure, Type};
use crate::value::{Map, Timestamp, Value};

pub(super) fn to_input(operation: &Operation, request: Value) -> Result<Value, CodecError> {
    let fit = Fit { model: operation.service().model() };
    match (operation.input(), request) {
        (Some(structure), Value::Map(members)) => fit.structure(structure, members),
        (None, Value::Map(_)) => Ok(Value::Map(Map::new())),
        (_, other) => Err(CodecError(format!("the request is {}, not a structure", other.kind()))),
    }
}

struct Fit<'a> {
    model: &'a Model,
}

impl Fit<'_> {
    fn structure(&self, structure: &Structure, members: Map) -> Result<Value, CodecError> {
        let known = members.into_iter().filter_map(|(name, value)| {
            let member = structure.members.get(name.as_str()).filter(|_| !value.is_null())?;
            Some(self.value(&member.kind, value).map(|value| (name, value)))
        });
        known.collect::<Result<Map, _>>().map(Value::Map)
    }

    fn value(&self, kind: &Type, value: Value) -> Result<Value, CodecError> {
        Ok(match (kind, value) {
            (Type::Time, value) => Value::Time(time(&value)?),
            // JSON has neither, so no world could keep them.
            (_, Value::Float(number)) if !number.is_finite() => {
                return Err(CodecError("a number that is not finite".into()));
            }
            (Type::Blob, Value::Text(text)) => match STANDARD.decode(&text) {
                Ok(_) => Value::Text(text),
                Err(_) => return Err(CodecError("a blob is not base64 text".into())),
            },
            (Type::List(kind), Value::List(items)) => {
                Value::List(items.into_iter().map(|item| self.value(kind, item)).collect::<Result<_, _>>()?)
            }
            (Type::Map(kind), Value::Map(members)) => {
                let fitted = members.into_iter().map(|(name, item)| Ok((name, self.value(kind, item)?)));
                Value::Map(fitted.collect::<Result<_, CodecError>>()?)
            }
            (Type::Structure(name), Value::Map(members)) => match self.model.structure(name) {
                Some(structure) => self.structure(structure, members)?,
                None => Value::Map(members),
            },
            (_, value) => value,
        })
    }
}

fn time(value: &Value) -> Result<Timestamp, CodecError> {
    let found = match value {
        Value::Time(time) => Some(*time),
        Value::Int(seconds) => Timestamp::from_second(*seconds).ok(),
        Value::Float(seconds) if seconds.is_finite() => Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    found.ok_or_else(|| CodecError(format!("{} where a time belongs", value.kind())))
}
