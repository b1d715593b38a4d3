//! Smithy RPC v2 CBOR, which CloudWatch speaks: the same JSON for the script,
//! other bytes on the wire. Times carry tag 1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ciborium::value::{Integer, Value as Cbor};

use super::CodecError;
use crate::api::Operation;
use crate::api::model::{Model, Structure, Type};
use crate::value::{Map, Text, Timestamp, Value};

const EPOCH_SECONDS: u64 = 1;

pub(super) fn encode(operation: &Operation, request: &Value) -> Result<Vec<u8>, CodecError> {
    encode_as(operation, operation.input(), request)
}

/// What a server sends back.
pub(super) fn encode_answer(operation: &Operation, answer: &Value) -> Result<Vec<u8>, CodecError> {
    encode_as(operation, operation.output(), answer)
}

/// An error document, which no shape describes.
pub(super) fn encode_plain(document: &[(&str, &str)]) -> Vec<u8> {
    let pairs = document.iter().map(|(name, text)| (Cbor::Text((*name).to_owned()), Cbor::Text((*text).to_owned())));
    let mut bytes = Vec::new();
    ciborium::into_writer(&Cbor::Map(pairs.collect()), &mut bytes).expect("memory takes what is written to it");
    bytes
}

fn encode_as(operation: &Operation, structure: Option<&Structure>, document: &Value) -> Result<Vec<u8>, CodecError> {
    let writer = Writer { model: operation.service().model() };
    let body = match (structure, document) {
        (Some(structure), Value::Map(members)) => writer.structure(structure, members),
        _ => Cbor::Map(Vec::new()),
    };
    let mut bytes = Vec::new();
    ciborium::into_writer(&body, &mut bytes).map_err(|error| CodecError(error.to_string()))?;
    Ok(bytes)
}

struct Writer<'a> {
    model: &'a Model,
}

impl Writer<'_> {
    fn structure(&self, structure: &Structure, members: &Map) -> Cbor {
        let given = members.iter().filter(|(_, value)| !value.is_null());
        let pairs = given.map(|(name, value)| {
            let kind = structure.members.get(name.as_str()).map_or(&Type::Any, |member| &member.kind);
            (Cbor::Text(name.to_string()), self.value(kind, value))
        });
        Cbor::Map(pairs.collect())
    }

    fn value(&self, kind: &Type, value: &Value) -> Cbor {
        match (kind, value) {
            (Type::Float, Value::Int(number)) => Cbor::Float(*number as f64),
            (Type::Time, Value::Int(number)) => Cbor::Tag(EPOCH_SECONDS, Box::new(Cbor::Integer((*number).into()))),
            (Type::Time, Value::Float(number)) => Cbor::Tag(EPOCH_SECONDS, Box::new(Cbor::Float(*number))),
            (Type::Blob, Value::Text(text)) => Cbor::Bytes(STANDARD.decode(text).unwrap_or_default()),
            (Type::Structure(name), Value::Map(members)) => match self.model.structure(name) {
                Some(structure) => self.structure(structure, members),
                None => self.value(&Type::Any, value),
            },
            (Type::List(kind), Value::List(items)) => Cbor::Array(items.iter().map(|item| self.value(kind, item)).collect()),
            (kind, Value::Map(members)) => {
                let kind = if let Type::Map(kind) = kind { kind } else { &Type::Any };
                let pairs = members.iter().map(|(name, item)| (Cbor::Text(name.to_string()), self.value(kind, item)));
                Cbor::Map(pairs.collect())
            }
            (_, Value::List(items)) => Cbor::Array(items.iter().map(|item| self.value(&Type::Any, item)).collect()),
            (_, Value::Null) => Cbor::Null,
            (_, Value::Bool(flag)) => Cbor::Bool(*flag),
            (_, Value::Int(number)) => Cbor::Integer((*number).into()),
            (_, Value::Float(number)) => Cbor::Float(*number),
            (_, Value::Text(text)) => Cbor::Text(text.to_string()),
            (_, Value::Secret(secret)) => Cbor::Text(secret.reveal().to_owned()),
            (_, Value::Time(time)) => Cbor::Tag(EPOCH_SECONDS, Box::new(Cbor::Float(time.as_millisecond() as f64 / 1000.0))),
        }
    }
}

pub(super) fn decode(body: &[u8]) -> Result<Value, CodecError> {
    if body.is_empty() {
        return Ok(Value::Map(Map::new()));
    }
    let mut rest = body;
    let document: Cbor = ciborium::from_reader(&mut rest).map_err(|_| CodecError("not CBOR, or cut off".into()))?;
    if !rest.is_empty() {
        return Err(CodecError("bytes follow the CBOR document".into()));
    }
    read(document)
}

fn read(document: Cbor) -> Result<Value, CodecError> {
    Ok(match document {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Integer(number) => read_integer(number)?,
        Cbor::Float(number) => Value::Float(number),
        Cbor::Text(text) => Value::from(text),
        Cbor::Bytes(bytes) => Value::from(STANDARD.encode(bytes)),
        Cbor::Tag(EPOCH_SECONDS, seconds) => Value::Time(read_time(*seconds)?),
        Cbor::Array(items) => Value::List(items.into_iter().map(read).collect::<Result<_, _>>()?),
        Cbor::Map(pairs) => Value::Map(pairs.into_iter().map(read_pair).collect::<Result<_, _>>()?),
        _ => {
            return Err(CodecError("a CBOR value that AWS's protocol does not have".into()));
        }
    })
}

fn read_pair((name, value): (Cbor, Cbor)) -> Result<(Text, Value), CodecError> {
    match name {
        Cbor::Text(name) => Ok((name.into(), read(value)?)),
        _ => Err(CodecError("a CBOR map whose key is not text".into())),
    }
}

fn read_integer(number: Integer) -> Result<Value, CodecError> {
    i64::try_from(number)
        .map(Value::Int)
        .map_err(|_| CodecError("an integer that does not fit 64 bits and will not be rounded".into()))
}

fn read_time(seconds: Cbor) -> Result<Timestamp, CodecError> {
    let milliseconds = match seconds {
        Cbor::Integer(whole) => i64::try_from(whole).ok().and_then(|whole| whole.checked_mul(1000)),
        Cbor::Float(seconds) if seconds.is_finite() => Some((seconds * 1000.0).round() as i64),
        _ => None,
    };
    milliseconds
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
        .ok_or_else(|| CodecError("a time that is not a number of seconds".into()))
}
