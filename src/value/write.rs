//! JSON out. Members are in the order of their names, so the compact form is
//! canonical: equal values give equal bytes, which records and hashes stand on.

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Secret, Value};

/// A secret sits in a value that somebody wanted to write.
#[derive(Debug, thiserror::Error)]
#[error("the value holds a secret ({0}) and is not written out")]
pub struct HoldsSecret(pub String);

/// Compact JSON for people and files; times as RFC 3339.
pub fn to_json(value: &Value) -> Result<String, HoldsSecret> {
    to_json_with(value, &|_| None)
}

/// Compact JSON with `stand_in` deciding what stands where a secret is.
pub fn to_json_with(value: &Value, stand_in: &dyn Fn(&Secret) -> Option<String>) -> Result<String, HoldsSecret> {
    serde_json::to_string(&Writer { value, stand_in }).map_err(refused(value))
}

/// Indented JSON for reading.
pub fn pretty(value: &Value, stand_in: &dyn Fn(&Secret) -> Option<String>) -> Result<String, HoldsSecret> {
    serde_json::to_string_pretty(&Writer { value, stand_in }).map_err(refused(value))
}

fn refused(value: &Value) -> impl FnOnce(serde_json::Error) -> HoldsSecret + '_ {
    move |_| {
        let mut origin = String::from("of unknown origin");
        value.walk(&mut |inner| {
            if let Value::Secret(secret) = inner {
                origin = secret.origin().to_string();
            }
        });
        HoldsSecret(origin)
    }
}

/// A value as a record keeps it, where a time must come back as a time:
/// `{"$time": "…"}`. A secret in it is an error.
pub struct Marked<'a>(pub &'a Value);

/// The only member of the map that stands for a time.
pub const TIME_MARK: &str = "$time";

impl Serialize for Marked<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Time(time) => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry(TIME_MARK, &time.to_string())?;
                map.end()
            }
            Value::List(items) => to.collect_seq(items.iter().map(Marked)),
            Value::Map(members) => to.collect_map(members.iter().map(|(name, value)| (name, Marked(value)))),
            value => Writer { value, stand_in: &|_| None }.serialize(to),
        }
    }
}

struct Writer<'a> {
    value: &'a Value,
    stand_in: &'a dyn Fn(&Secret) -> Option<String>,
}

impl Serialize for Writer<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let stand_in = self.stand_in;
        match self.value {
            Value::Null => to.serialize_unit(),
            Value::Bool(flag) => to.serialize_bool(*flag),
            Value::Int(number) => to.serialize_i64(*number),
            Value::Float(number) => to.serialize_f64(*number),
            Value::Text(text) => to.serialize_str(text),
            Value::Time(time) => to.serialize_str(&time.to_string()),
            Value::Secret(secret) => match stand_in(secret) {
                Some(text) => to.serialize_str(&text),
                None => Err(S::Error::custom("secret")),
            },
            Value::List(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                for value in items {
                    list.serialize_element(&Writer { value, stand_in })?;
                }
                list.end()
            }
            Value::Map(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, &Writer { value, stand_in })?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, parse_str};
    use super::*;

    #[test]
    fn what_was_read_is_written_with_the_same_literals() {
        let text = r#"{"a":[1,1.0,-0.25,9007199254740993,1e-7],"b":{"c":null,"d":"한국 \"x\""}}"#;
        assert_eq!(to_json(&parse_str(text).unwrap()).unwrap(), text);
    }

    #[test]
    fn a_secret_is_refused_and_never_shown() {
        let secret = Value::Secret(Secret::new("hunter2hunter2".into(), Origin::Prompt));
        let error = to_json(&crate::map! { "a" => Value::List(vec![secret]) }).unwrap_err();
        assert_eq!(error.to_string(), "the value holds a secret (typed at a prompt) and is not written out");
    }
}
