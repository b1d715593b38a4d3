//! JSON in. An integer that does not fit 64 bits is refused, never rounded.

use serde_json::{Number, Value as Json};

use super::{Map, Path, Trail, Value};

#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    #[error("not JSON: {0}")]
    Syntax(String),
    #[error("the number {number} at `{path}` does not fit 64 bits and will not be rounded")]
    TooLarge { number: String, path: Path },
}

pub fn parse(bytes: &[u8]) -> Result<Value, ParseError> {
    let json = serde_json::from_slice(bytes).map_err(without_excerpt)?;
    convert(json, &Trail::Root)
}

pub fn parse_str(text: &str) -> Result<Value, ParseError> {
    parse(text.as_bytes())
}

/// Only what is wrong and where: the text itself may hold a secret.
fn without_excerpt(error: serde_json::Error) -> ParseError {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the text ends in the middle",
        _ => "a character that JSON does not allow",
    };
    ParseError::Syntax(format!("{what}, line {} column {}", error.line(), error.column()))
}

fn convert(json: Json, trail: &Trail<'_>) -> Result<Value, ParseError> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => convert_number(&number, trail)?,
        Json::String(text) => Value::Text(text),
        Json::Array(items) => {
            let items = items.into_iter().enumerate();
            Value::List(items.map(|(at, item)| convert(item, &Trail::Item(trail, at))).collect::<Result<_, _>>()?)
        }
        Json::Object(members) => {
            let members = members.into_iter();
            Value::Map(
                members
                    .map(|(name, item)| {
                        let item = convert(item, &Trail::Member(trail, &name))?;
                        Ok((name, item))
                    })
                    .collect::<Result<Map, _>>()?,
            )
        }
    })
}

fn convert_number(number: &Number, trail: &Trail<'_>) -> Result<Value, ParseError> {
    let literal = number.as_str();
    if let Ok(integer) = literal.parse::<i64>() {
        return Ok(Value::Int(integer));
    }
    let too_large = || ParseError::TooLarge { number: literal.to_owned(), path: trail.path() };
    if !literal.contains(['.', 'e', 'E']) {
        return Err(too_large());
    }
    match literal.parse::<f64>() {
        Ok(float) if float.is_finite() => Ok(Value::Float(float)),
        _ => Err(too_large()),
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
    }

    #[test]
    fn an_integer_beyond_64_bits_is_refused_with_its_place() {
        let error = parse_str(r#"{"a":[0,9223372036854775808]}"#).unwrap_err();
        assert_eq!(error.to_string(), "the number 9223372036854775808 at `a[1]` does not fit 64 bits and will not be rounded");
    }

    #[test]
    fn a_syntax_error_shows_nothing_of_the_text() {
        let error = parse_str(r#"{"password": "hunter2hunter2" oops}"#).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
