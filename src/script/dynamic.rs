//! Rhai's `Dynamic` and our value, there and back: nowhere else.

use jiff::SignedDuration;
use rhai::{Dynamic, ImmutableString};

use crate::value::{Map, Secret, Timestamp, Trail, Value, show_span};

/// The types a script sees beside Rhai's own.
pub(super) type Time = Timestamp;
pub(super) type Span = SignedDuration;

pub(super) fn to_dynamic(value: Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => flag.into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Text(text) => text.as_str().into(),
        Value::Time(time) => Dynamic::from(time),
        Value::Secret(secret) => Dynamic::from(secret),
        Value::List(items) => Dynamic::from_array(items.into_iter().map(to_dynamic).collect()),
        Value::Map(members) => {
            Dynamic::from_map(members.into_iter().map(|(name, item)| (name.as_str().into(), to_dynamic(item))).collect())
        }
    }
}

/// The value of `dynamic`, or what in it has no place outside a script.
pub(super) fn to_value(dynamic: &Dynamic) -> Result<Value, String> {
    convert(dynamic, &Trail::Root)
}

fn convert(dynamic: &Dynamic, trail: &Trail) -> Result<Value, String> {
    if dynamic.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = dynamic.as_bool() {
        return Ok(Value::Bool(flag));
    }
    if let Ok(number) = dynamic.as_int() {
        return Ok(Value::Int(number));
    }
    if let Some(text) = dynamic.read_lock::<ImmutableString>() {
        return Ok(Value::from(text.as_str()));
    }
    if let Some(map) = dynamic.read_lock::<rhai::Map>() {
        let members = map.iter().map(|(name, item)| {
            let item = convert(item, &Trail::Member(trail, name))?;
            Ok((name.as_str().into(), item))
        });
        return Ok(Value::Map(members.collect::<Result<Map, String>>()?));
    }
    if let Some(items) = dynamic.read_lock::<rhai::Array>() {
        let items = items.iter().enumerate().map(|(at, item)| convert(item, &Trail::Item(trail, at)));
        return Ok(Value::List(items.collect::<Result<_, _>>()?));
    }
    if let Ok(number) = dynamic.as_float() {
        return finite(number, trail);
    }
    convert_rare(dynamic, trail)
}

fn finite(number: f64, trail: &Trail) -> Result<Value, String> {
    match number.is_finite() {
        true => Ok(Value::Float(number)),
        false => Err(format!("`{}` is {number}, which JSON cannot hold", trail.path())),
    }
}

fn convert_rare(dynamic: &Dynamic, trail: &Trail) -> Result<Value, String> {
    if let Some(secret) = dynamic.read_lock::<Secret>() {
        return Ok(Value::Secret(secret.clone()));
    }
    if let Some(time) = dynamic.read_lock::<Time>() {
        return Ok(Value::Time(*time));
    }
    if let Some(span) = dynamic.read_lock::<Span>() {
        return Ok(Value::from(show_span(*span)));
    }
    if let Ok(letter) = dynamic.as_char() {
        return Ok(Value::from(letter.to_string()));
    }
    let place = match trail.path() {
        path if path.is_empty() => "the value".to_owned(),
        path => format!("`{path}`"),
    };
    Err(format!("{place} is a {}, which has no JSON form", dynamic.type_name()))
}
