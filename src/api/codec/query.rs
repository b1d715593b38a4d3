//! The query protocol: form fields out, XML back. STS speaks it.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::CodecError;
use crate::api::Operation;
use crate::api::model::{Model, Structure, Type};
use crate::value::{Map, Value};

pub(super) fn encode(operation: &Operation, request: &Value) -> Result<Vec<u8>, CodecError> {
    let version = &operation.service().model().api_version;
    let mut fields = vec![("Action".into(), operation.name.to_owned()), ("Version".into(), version.clone())];
    flatten(request, String::new(), &mut fields);
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    Ok(pairs.join("&").into_bytes())
}

fn flatten(value: &Value, name: String, fields: &mut Vec<(String, String)>) {
    let below = |part: &str| {
        if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") }
    };
    match value {
        Value::Null => {}
        Value::Bool(flag) => fields.push((name, flag.to_string())),
        Value::Int(number) => fields.push((name, number.to_string())),
        Value::Float(number) => fields.push((name, number.to_string())),
        Value::Text(text) => fields.push((name, text.clone())),
        Value::Time(time) => fields.push((name, time.to_string())),
        Value::Secret(secret) => fields.push((name, secret.reveal().to_owned())),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(item, below(&format!("member.{}", index + 1)), fields);
            }
        }
        Value::Map(members) => members.iter().for_each(|(member, item)| flatten(item, below(member), fields)),
    }
}

fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// An element of the answer: its text, and what is inside it.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    fn find(&self, name: &str) -> Option<&Element> {
        self.child(name).or_else(|| self.children.iter().find_map(|child| child.find(name)))
    }
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
        let kind = structure.members.get(&child.name).map_or(&Type::Text, |member| &member.kind);
        (child.name.clone(), read_value(model, kind, child))
    });
    Value::Map(members.collect())
}

fn read_value(model: &Model, kind: &Type, element: &Element) -> Value {
    let text = || Value::Text(element.text.clone());
    match kind {
        Type::Integer | Type::Long => element.text.parse().map_or_else(|_| text(), Value::Int),
        Type::Float => element.text.parse().map_or_else(|_| text(), Value::Float),
        Type::Boolean => element.text.parse().map_or_else(|_| text(), Value::Bool),
        Type::List(item) => Value::List(element.children.iter().map(|child| read_value(model, item, child)).collect()),
        Type::Structure(name) => match model.structure(name) {
            Some(structure) => read_structure(model, structure, element),
            None => text(),
        },
        _ => text(),
    }
}

/// The document as a tree below a nameless root. It must be complete.
fn read_xml(body: &[u8]) -> Result<Element, CodecError> {
    let unreadable = |why: &str| CodecError(format!("not XML: {why}"));
    let body = std::str::from_utf8(body).map_err(|_| unreadable("it is not UTF-8"))?;
    let mut reader = Reader::from_str(body);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|error| unreadable(&error.to_string()))? {
            Event::Start(start) => open.push(Element { name: start.local_name().as_ref().to_owned(), ..Element::default() }),
            Event::Empty(empty) => {
                let element = Element { name: empty.local_name().as_ref().to_owned(), ..Element::default() };
                open.last_mut().ok_or_else(|| unreadable("no root"))?.children.push(element);
            }
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| unreadable("an end without a start"))?;
                open.last_mut().ok_or_else(|| unreadable("an end without a start"))?.children.push(element);
            }
            Event::Text(text) => {
                append(&mut open, &text);
            }
            Event::GeneralRef(reference) => append(&mut open, &entity(&reference)),
            Event::CData(text) => append(&mut open, &text),
            Event::Eof => break,
            _ => {}
        }
    }
    match <[Element; 1]>::try_from(open) {
        Ok([root]) if !root.children.is_empty() => Ok(root),
        _ => Err(unreadable("it ends in the middle")),
    }
}

fn append(open: &mut [Element], text: &str) {
    // White space between elements is layout; inside a leaf it is content and
    // does not stand alone.
    if let (Some(element), false) = (open.last_mut(), text.trim().is_empty()) {
        element.text.push_str(text);
    }
}

fn entity(name: &str) -> String {
    match name {
        "lt" => "<".into(),
        "gt" => ">".into(),
        "amp" => "&".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        _ => name
            .strip_prefix('#')
            .and_then(|number| match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            })
            .and_then(char::from_u32)
            .map(String::from)
            .unwrap_or_default(),
    }
}
