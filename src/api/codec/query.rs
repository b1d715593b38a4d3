//! The query protocol: form fields out, XML back. Elastic Load Balancing and
//! STS speak it. XML has neither numbers nor lists; the shapes say where they are.

#[cfg(test)]
mod tests;

use super::CodecError;
use super::element::{Element, read_xml};
use crate::api::Operation;
use crate::api::model::{Model, Structure, Type};
use crate::value::{Map, Text, Value};

pub(super) fn encode(operation: &Operation, request: &Value) -> Result<Vec<u8>, CodecError> {
    let model = operation.service().model();
    let mut form = Form { model, fields: vec![] };
    form.field("Action".into(), operation.name);
    form.field("Version".into(), &model.api_version);
    if let Value::Map(members) = request {
        form.structure(operation.input(), "", members);
    }
    let pairs: Vec<_> = form.fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    Ok(pairs.join("&").into_bytes())
}

struct Form<'a> {
    model: &'a Model,
    fields: Vec<(String, String)>,
}

impl Form<'_> {
    fn field(&mut self, name: String, value: impl ToString) {
        self.fields.push((name, value.to_string()));
    }

    fn structure(&mut self, structure: Option<&Structure>, name: &str, members: &Map) {
        for (member, value) in members {
            let kind =
                structure.and_then(|structure| structure.members.get(member.as_str())).map_or(&Type::Any, |member| &member.kind);
            let name = if name.is_empty() { member.to_string() } else { format!("{name}.{member}") };
            self.value(kind, name, value);
        }
    }

    fn value(&mut self, kind: &Type, name: String, value: &Value) {
        match value {
            Value::Null => {}
            Value::Bool(flag) => self.field(name, flag),
            Value::Int(number) => self.field(name, number),
            Value::Float(number) => self.field(name, number),
            Value::Text(text) => self.field(name, text),
            Value::Time(time) => self.field(name, time),
            Value::Secret(secret) => self.field(name, secret.reveal()),
            // Unlike a list that is not given.
            Value::List(items) if items.is_empty() => self.field(name, ""),
            Value::List(items) => self.list(kind, &name, items),
            Value::Map(members) => match kind {
                Type::Map(inner) => self.map(inner, &name, members),
                Type::Structure(inner) => self.structure(self.model.structure(inner), &name, members),
                _ => self.structure(None, &name, members),
            },
        }
    }

    fn list(&mut self, kind: &Type, name: &str, items: &[Value]) {
        let inner = if let Type::List(inner) = kind { inner } else { &Type::Any };
        for (number, item) in (1..).zip(items) {
            self.value(inner, format!("{name}.member.{number}"), item);
        }
    }

    fn map(&mut self, inner: &Type, name: &str, members: &Map) {
        for (number, (key, item)) in (1..).zip(members) {
            self.field(format!("{name}.entry.{number}.key"), key);
            self.value(inner, format!("{name}.entry.{number}.value"), item);
        }
    }
}

fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub(super) fn decode(operation: &Operation, body: &[u8]) -> Result<Value, CodecError> {
    let document = read_xml(body)?;
    let result = document.find(&format!("{}Result", operation.name));
    match (result, operation.output()) {
        (Some(result), Some(structure)) => Ok(read_structure(operation.service().model(), structure, result)),
        (None, None) => Ok(Value::Map(Map::new())),
        _ => Err(CodecError(format!("XML without {}Result", operation.name))),
    }
}

pub(super) fn decode_error(body: &[u8]) -> Option<(String, String, Option<String>)> {
    let document = read_xml(body).ok()?;
    let error = document.find("Error")?;
    let text = |name: &str| error.child(name).map(|child| child.text.clone());
    let request_id = document.find("RequestId").map(|element| element.text.clone());
    Some((text("Code")?, text("Message").unwrap_or_default(), request_id))
}

fn read_structure(model: &Model, structure: &Structure, element: &Element) -> Value {
    let members = element.children.iter().map(|child| {
        let kind = structure.members.get(&child.name).map_or(&Type::Any, |member| &member.kind);
        (child.name.as_str().into(), read_value(model, kind, child))
    });
    Value::Map(members.collect())
}

/// As boto3 reads it: an empty element is an empty list where a list belongs,
/// and what is not there at all is not made up.
fn read_value(model: &Model, kind: &Type, element: &Element) -> Value {
    let text = || Value::from(element.text.as_str());
    match kind {
        Type::Integer | Type::Long => element.text.parse().map_or_else(|_| text(), Value::Int),
        Type::Float => element.text.parse().map_or_else(|_| text(), Value::Float),
        Type::Boolean => element.text.parse().map_or_else(|_| text(), Value::Bool),
        Type::Text | Type::Enum(_) | Type::Time | Type::Blob => text(),
        Type::List(item) => Value::List(element.children.iter().map(|child| read_value(model, item, child)).collect()),
        Type::Map(item) => Value::Map(element.children.iter().filter_map(|entry| read_entry(model, item, entry)).collect()),
        Type::Structure(name) => match model.structure(name) {
            Some(structure) => read_structure(model, structure, element),
            None => read_unknown(element),
        },
        Type::Any => read_unknown(element),
    }
}

fn read_entry(model: &Model, kind: &Type, entry: &Element) -> Option<(Text, Value)> {
    let value = entry.child("value").map_or(Value::Null, |value| read_value(model, kind, value));
    Some((entry.child("key")?.text.as_str().into(), value))
}

/// What AWS added after our shapes were made: no element of it is lost, though
/// its numbers stay text.
fn read_unknown(element: &Element) -> Value {
    let inner = element.children.iter().map(|child| (child.name.as_str().into(), read_unknown(child)));
    match element.children.first() {
        None => Value::from(element.text.as_str()),
        Some(first) if first.name == "member" => Value::List(inner.map(|(_, value)| value).collect()),
        Some(_) => Value::Map(inner.collect()),
    }
}
