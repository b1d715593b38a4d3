//! AWS's JSON document of one resource, as the state keeps it. In a file it is
//! bare JSON, but for times, which JSON lacks: `{"$time": "2026-07-01T09:00:00Z"}`.

use std::ops::{Deref, DerefMut};

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::map;
use crate::value::{Map, Value, parse_str, to_json};

const TIME: &str = "$time";

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(pub Map);

impl Document {
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// The text of a member, empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn int(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_int).unwrap_or_default()
    }

    pub fn items(&self, name: &str) -> &[Value] {
        self.0.get(name).and_then(Value::as_list).unwrap_or_default()
    }

    pub fn to_value(&self) -> Value {
        Value::Map(self.0.clone())
    }

    /// Takes over those of `names` that `from` has.
    pub fn copy(&mut self, from: &Map, names: &[&str]) {
        for name in names {
            if let Some(value) = from.get(*name) {
                self.set(name, value.clone());
            }
        }
    }
}

impl Deref for Document {
    type Target = Map;

    fn deref(&self) -> &Map {
        &self.0
    }
}

impl DerefMut for Document {
    fn deref_mut(&mut self) -> &mut Map {
        &mut self.0
    }
}

/// From `map!`, and from nothing but a map.
impl From<Value> for Document {
    fn from(value: Value) -> Document {
        match value {
            Value::Map(map) => Document(map),
            other => panic!("a document is a map, not {}", other.kind()),
        }
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = to_json(&tag_times(self.to_value())).map_err(S::Error::custom)?;
        RawValue::from_string(text).map_err(S::Error::custom)?.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Document, D::Error> {
        let raw = Box::<RawValue>::deserialize(from)?;
        match parse_str(raw.get()).map_err(D::Error::custom)? {
            Value::Map(map) => Ok(Document(each(map, untag_times))),
            other => Err(D::Error::custom(format!("a document is a map, not {}", other.kind()))),
        }
    }
}

fn each(map: Map, change: fn(Value) -> Value) -> Map {
    map.into_iter().map(|(name, value)| (name, change(value))).collect()
}

fn tag_times(value: Value) -> Value {
    match value {
        Value::Time(time) => map! { TIME => time.to_string() },
        Value::List(items) => Value::List(items.into_iter().map(tag_times).collect()),
        Value::Map(map) => Value::Map(each(map, tag_times)),
        other => other,
    }
}

fn untag_times(value: Value) -> Value {
    match value {
        Value::Map(map) => match map.get(TIME).and_then(Value::as_str).map(str::parse) {
            Some(Ok(time)) if map.len() == 1 => Value::Time(time),
            _ => Value::Map(each(map, untag_times)),
        },
        Value::List(items) => Value::List(items.into_iter().map(untag_times).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_with_its_times_and_numbers() {
        let time: crate::value::Timestamp = "2026-07-01T09:00:00.005Z".parse().unwrap();
        let inner = map! { "at" => time, "text" => "2026-07-01T09:00:00Z", "float" => 1.0, "int" => 1 };
        let document = Document::from(map! { "list" => vec![inner], "nothing" => Value::Null });
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&text).unwrap(), document, "{text}");
    }
}
