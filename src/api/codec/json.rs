//! AWS JSON 1.0 and 1.1: times are seconds since 1970, with a fraction only
//! where there is one.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::CodecError;
use crate::value::{Timestamp, Value, parse};

pub(super) fn encode(request: &Value) -> Result<Vec<u8>, CodecError> {
    serde_json::to_vec(&Wire(request)).map_err(|error| CodecError(error.to_string()))
}

pub(super) fn decode(body: &[u8]) -> Result<Value, CodecError> {
    if body.is_empty() {
        return Ok(Value::Map(Default::default()));
    }
    parse(body).map_err(|error| CodecError(error.to_string()))
}

/// The one serialization that shows secrets: what goes to AWS.
struct Wire<'a>(&'a Value);

impl Serialize for Wire<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => to.serialize_unit(),
            Value::Bool(flag) => to.serialize_bool(*flag),
            Value::Int(number) => to.serialize_i64(*number),
            Value::Float(number) => to.serialize_f64(*number),
            Value::Text(text) => to.serialize_str(text),
            Value::Time(time) => serialize_time(*time, to),
            Value::Secret(secret) => to.serialize_str(secret.reveal()),
            Value::List(items) => to.collect_seq(items.iter().map(Wire)),
            Value::Map(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, &Wire(value))?;
                }
                map.end()
            }
        }
    }
}

fn serialize_time<S: Serializer>(time: Timestamp, to: S) -> Result<S::Ok, S::Error> {
    match time.as_millisecond() {
        whole if whole % 1000 == 0 => to.serialize_i64(whole / 1000),
        milliseconds => to.serialize_f64(milliseconds as f64 / 1000.0),
    }
}
