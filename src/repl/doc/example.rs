//! A request that AWS would understand, made from its shape: what is required,
//! or else the member that says what is meant.

use crate::api::{Member, Model, Operation, Structure, Type};
use crate::value::{Map, Value};

/// `ecs::update_service(#{ service: "my-service" })`
pub fn example(operation: &'static Operation) -> String {
    let request = request(operation);
    let name = format!("{}::{}", operation.module, operation.method);
    match request.as_map() {
        Some(map) if !map.is_empty() => format!("{name}({})", literal(&request)),
        _ => format!("{name}()"),
    }
}

/// Names of things in examples, by how a member's name ends.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("cluster", "my-cluster"),
    ("clusters", "my-cluster"),
    ("service", "my-service"),
    ("services", "my-service"),
    ("servicename", "my-service"),
    ("taskdefinition", "my-family:42"),
    ("family", "my-family"),
    ("secretid", "my-secret"),
    ("loggroupname", "/ecs/my-service"),
    ("resourceid", "service/my-cluster/my-service"),
    ("image", "my-image:v42"),
    ("name", "my-name"),
    ("arn", "arn:aws:…"),
];

/// Members that say what is meant where nothing is required.
const TELLING: &[&str] =
    &["cluster", "service", "family", "logGroupName", "AlarmNames", "DashboardNamePrefix", "repositoryNames", "Names"];

pub fn request(operation: &'static Operation) -> Value {
    let Some(input) = operation.input() else { return Value::Map(Map::new()) };
    let model = operation.service().model();
    let Value::Map(mut map) = structure(model, input, 0) else { return Value::Map(Map::new()) };
    for name in TELLING {
        if let Some(member) = input.members.get(*name).filter(|_| map.len() < 2) {
            map.entry((*name).into()).or_insert_with(|| value(model, name, &member.kind, 0));
        }
    }
    Value::Map(map)
}

/// Deeper than any shape's required members go without a circle.
const DEPTH: usize = 8;

fn structure(model: &'static Model, of: &Structure, depth: usize) -> Value {
    // Tokens are filled in by the gate.
    let needed = |member: &&Member| member.required && !member.token;
    let members = of.members.iter().filter(|(_, member)| needed(member) && depth < DEPTH);
    Value::Map(members.map(|(name, member)| (name.into(), value(model, name, &member.kind, depth + 1))).collect())
}

fn value(model: &'static Model, name: &str, kind: &Type, depth: usize) -> Value {
    match kind {
        Type::Text => Value::from(placeholder(name)),
        Type::Integer | Type::Long => Value::Int(1),
        Type::Float => Value::Float(1.0),
        Type::Boolean => Value::Bool(true),
        Type::Time => Value::from("2026-07-01T12:00:00Z"),
        Type::Blob => Value::from("aGVsbG8="),
        Type::Any => Value::Map(Map::new()),
        Type::List(item) => Value::List(vec![value(model, name, item, depth)]),
        Type::Map(item) => Value::Map(Map::from([("name".into(), value(model, "value", item, depth))])),
        Type::Structure(of) => model.structure(of).map_or(Value::Null, |of| structure(model, of, depth)),
        Type::Enum(of) => Value::from(model.enum_values(of).first().map_or("", String::as_str)),
    }
}

fn placeholder(name: &str) -> &'static str {
    let folded = name.to_lowercase();
    let exact = PLACEHOLDERS.iter().find(|(ending, _)| folded == *ending);
    let row = exact.or_else(|| PLACEHOLDERS.iter().find(|(ending, _)| folded.trim_end_matches('s').ends_with(ending)));
    row.map_or("…", |(_, text)| text)
}

/// A value as a script writes it: `#{ a: "b", c: [1] }`. What has no literal,
/// as a secret, is written as `…`.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null => "()".into(),
        Value::Secret(_) => "…".into(),
        Value::Time(time) => format!("time(\"{time}\")"),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Map(map) if map.is_empty() => "#{}".into(),
        Value::Map(map) => {
            let members = map.iter().map(|(name, item)| format!("{}: {}", key(name), literal(item)));
            format!("#{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Text(text) => quoted(text),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => crate::value::to_json(value).unwrap_or_default(),
    }
}

fn key(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !crate::script::KEYWORDS.contains(&name);
    if plain { name.to_owned() } else { quoted(name) }
}

/// Escaped as the language reads it back.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}
