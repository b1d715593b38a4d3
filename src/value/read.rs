//! JSON in. An integer that does not fit 64 bits is refused, never rounded.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::{Map, Text, Value};

#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    #[error("not JSON: {0}")]
    Syntax(String),
    #[error("the number {number} in line {line}, column {column}, does not fit 64 bits and will not be rounded")]
    TooLarge { number: String, line: usize, column: usize },
}

pub fn parse(bytes: &[u8]) -> Result<Value, ParseError> {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) if holds_huge_float(&value) => find_huge_integer(bytes).map_or(Ok(value), Err),
        Ok(value) => Ok(value),
        // The only thing that the visitor below has against well-formed JSON.
        Err(error) if error.classify() == Category::Data => {
            Err(find_huge_integer(bytes).unwrap_or_else(|| without_excerpt(&error)))
        }
        Err(error) => Err(without_excerpt(&error)),
    }
}

pub fn parse_str(text: &str) -> Result<Value, ParseError> {
    parse(text.as_bytes())
}

/// Only what is wrong and where: the text itself may hold a secret.
fn without_excerpt(error: &serde_json::Error) -> ParseError {
    let what = match error.classify() {
        Category::Eof => "the text ends in the middle",
        _ => "a character that JSON does not allow",
    };
    ParseError::Syntax(format!("{what}, line {} column {}", error.line(), error.column()))
}

/// The JSON reader makes a float of an integer beyond 64 bits without a word.
fn holds_huge_float(value: &Value) -> bool {
    let mut found = false;
    value.walk(&mut |inner| found |= matches!(inner, Value::Float(number) if number.abs() >= u64::MAX as f64));
    found
}

/// The first integer literal that does not fit, in text that is JSON.
fn find_huge_integer(bytes: &[u8]) -> Option<ParseError> {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match rest[0] {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => {
                let length = rest.iter().take_while(|byte| b"+-.eE0123456789".contains(byte)).count();
                let literal = String::from_utf8_lossy(&rest[..length]).into_owned();
                if !literal.contains(['.', 'e', 'E']) && literal.parse::<i64>().is_err() {
                    let before = &bytes[..at];
                    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
                    return Some(ParseError::TooLarge { number: literal, line, column });
                }
                length
            }
            _ => 1,
        };
    }
    None
}

/// The bytes of a string literal, its quotes included.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        from.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Int).map_err(|_| E::custom("an integer beyond 64 bits"))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, value)) = members.next_entry::<Text, Value>()? {
            map.insert(name, value);
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_stay_apart() {
        assert_eq!(parse_str("1").unwrap(), Value::Int(1));
        assert_eq!(parse_str("1.0").unwrap(), Value::Float(1.0));
        assert_eq!(parse_str("9223372036854775807").unwrap(), Value::Int(i64::MAX));
        assert_eq!(parse_str("-9223372036854775808").unwrap(), Value::Int(i64::MIN));
        assert_eq!(parse_str("1e300").unwrap(), Value::Float(1e300));
    }

    #[test]
    fn an_integer_beyond_64_bits_is_refused_with_its_place() {
        for number in ["9223372036854775808", "-9223372036854775809", "100000000000000000000000"] {
            let error = parse_str(&format!("{{\"a 99999999999999999999\":\n [0, 1e300, {number}]}}")).unwrap_err();
            let said = format!("the number {number} in line 2, column 13, does not fit 64 bits and will not be rounded");
            assert_eq!(error.to_string(), said);
        }
    }

    #[test]
    fn a_syntax_error_shows_nothing_of_the_text() {
        let error = parse_str(r#"{"password": "hunter2hunter2" oops}"#).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
