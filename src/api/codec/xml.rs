//! The query protocol as a server answers it: XML made from an answer and its
//! shapes.

use crate::api::model::{Model, Structure, Type};
use crate::api::{AwsError, Operation};
use crate::value::{Map, Value};

pub(super) fn answer(operation: &Operation, answer: &Value, request_id: &str) -> String {
    let (name, model) = (operation.name, operation.service().model());
    let mut text = format!("<{name}Response xmlns=\"{}\">", namespace(operation));
    if let (Some(structure), Value::Map(members)) = (operation.output(), answer) {
        let mut inner = String::new();
        write_structure(model, Some(structure), members, &mut inner);
        element(&format!("{name}Result"), &inner, &mut text);
    }
    text.push_str(&format!("<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{name}Response>"));
    text
}

pub(super) fn error(operation: Option<&Operation>, error: &AwsError, request_id: &str) -> String {
    let side = if error.status < 500 { "Sender" } else { "Receiver" };
    let space = operation.map(|operation| format!(" xmlns=\"{}\"", namespace(operation))).unwrap_or_default();
    format!(
        "<ErrorResponse{space}><Error><Type>{side}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(&error.code),
        escape(&error.message)
    )
}

fn namespace(operation: &Operation) -> String {
    let model = operation.service().model();
    // The names are older than one rule for all: CloudWatch's begins with http.
    let scheme = if model.signing_name == "sts" { "https" } else { "http" };
    format!("{scheme}://{}.amazonaws.com/doc/{}/", model.signing_name, model.api_version)
}

fn element(name: &str, inner: &str, to: &mut String) {
    to.push_str(&format!("<{name}>{inner}</{name}>"));
}

fn write_structure(model: &Model, structure: Option<&Structure>, members: &Map, to: &mut String) {
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let kind = structure.and_then(|structure| structure.members.get(name.as_str())).map_or(&Type::Any, |member| &member.kind);
        let mut inner = String::new();
        write_value(model, kind, value, &mut inner);
        element(name, &inner, to);
    }
}

fn write_value(model: &Model, kind: &Type, value: &Value, to: &mut String) {
    match (kind, value) {
        (_, Value::Null) => {}
        (_, Value::Bool(flag)) => to.push_str(&flag.to_string()),
        (_, Value::Int(number)) => to.push_str(&number.to_string()),
        (_, Value::Float(number)) => to.push_str(&format!("{number:?}")),
        (_, Value::Text(text)) => to.push_str(&escape(text)),
        (_, Value::Time(time)) => to.push_str(&time.to_string()),
        (_, Value::Secret(secret)) => to.push_str(&escape(secret.reveal())),
        (kind, Value::List(items)) => {
            let kind = if let Type::List(kind) = kind { kind } else { &Type::Any };
            for item in items {
                let mut inner = String::new();
                write_value(model, kind, item, &mut inner);
                element("member", &inner, to);
            }
        }
        (Type::Map(kind), Value::Map(members)) => {
            for (key, item) in members {
                let mut inner = format!("<key>{}</key>", escape(key));
                let mut held = String::new();
                write_value(model, kind, item, &mut held);
                element("value", &held, &mut inner);
                element("entry", &inner, to);
            }
        }
        (kind, Value::Map(members)) => {
            let structure = if let Type::Structure(name) = kind { model.structure(name) } else { None };
            write_structure(model, structure, members, to);
        }
    }
}

/// A character that XML cannot hold is replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' => escaped.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
