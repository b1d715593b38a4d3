//! The query protocol as a server reads it: `Dimensions.member.1.Name=…` back
//! into structures and lists, as the shapes say.

use std::collections::BTreeMap;

use super::CodecError;
use crate::api::model::{Model, Structure, Type};
use crate::value::{Map, Value};

/// Deeper than any request of AWS's goes; a tree is built and dropped by
/// recursion, so a name must not say how deep.
const PARTS_MAX: usize = 32;

/// The fields as the tree that their names spell.
#[derive(Debug, Default)]
pub(super) struct Fields {
    text: Option<String>,
    parts: BTreeMap<String, Fields>,
}

impl Fields {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parts.get(name)?.text.as_deref()
    }

    /// What is numbered from 1 on, in the order of its numbers.
    fn numbered(&self) -> Vec<&Fields> {
        let numbers = self.parts.iter().filter_map(|(name, fields)| Some((name.parse::<u32>().ok()?, fields)));
        numbers.collect::<BTreeMap<_, _>>().into_values().collect()
    }
}

pub(super) fn read(body: &[u8]) -> Result<Fields, CodecError> {
    let text = std::str::from_utf8(body).map_err(|_| CodecError("the form is not UTF-8".into()))?;
    let mut root = Fields::default();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (unescape(name)?, unescape(value)?);
        if name.split('.').count() > PARTS_MAX {
            return Err(CodecError("a field's name has too many parts".into()));
        }
        let place = name.split('.').fold(&mut root, |at, part| at.parts.entry(part.to_owned()).or_default());
        place.text = Some(value);
    }
    Ok(root)
}

fn unescape(text: &str) -> Result<String, CodecError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.unwrap_or_default()).to_digit(16));
                let [Some(high), Some(low)] = digits else { return Err(CodecError("a broken escape in the form".into())) };
                (high * 16 + low) as u8
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| CodecError("the form is not UTF-8".into()))
}

pub(super) fn structure(model: &Model, structure: &Structure, fields: &Fields) -> Value {
    let given = structure.members.iter().filter_map(|(name, member)| Some((name, &member.kind, fields.parts.get(name)?)));
    Value::Map(given.map(|(name, kind, fields)| (name.as_str().into(), value(model, kind, fields))).collect())
}

/// Text that is no number stays text: validation says what is wrong with it.
fn value(model: &Model, kind: &Type, fields: &Fields) -> Value {
    let text = fields.text.as_deref().unwrap_or_default();
    match kind {
        Type::Integer | Type::Long => text.parse().map_or_else(|_| text.into(), Value::Int),
        Type::Float => text.parse().map_or_else(|_| text.into(), Value::Float),
        Type::Boolean => text.parse().map_or_else(|_| text.into(), Value::Bool),
        Type::List(kind) => {
            let items = fields.parts.get("member").unwrap_or(fields).numbered();
            Value::List(items.into_iter().map(|item| value(model, kind, item)).collect())
        }
        Type::Map(kind) => {
            let entries = fields.parts.get("entry").unwrap_or(fields).numbered();
            let pairs = entries.into_iter().filter_map(|entry| {
                let inner = entry.parts.get("value")?;
                Some((entry.text("key")?.into(), value(model, kind, inner)))
            });
            Value::Map(pairs.collect::<Map>())
        }
        Type::Structure(name) => model.structure(name).map_or_else(|| text.into(), |inner| structure(model, inner, fields)),
        _ => text.into(),
    }
}
