//! A value as a script would write it: for showing a request, and for writing
//! one down. A secret is only said to be one.

use super::{Map, Value, to_json};

/// On one line where it fits into `width` columns, else a member a line.
pub fn to_literal(value: &Value, width: usize) -> String {
    write(value, width, 0)
}

const INDENT: usize = 4;

fn write(value: &Value, width: usize, depth: usize) -> String {
    let line = on_one_line(value);
    if line.chars().count() <= width {
        return line;
    }
    let inner = " ".repeat((depth + 1) * INDENT);
    let end = " ".repeat(depth * INDENT);
    let lines = |items: Vec<String>| items.iter().map(|item| format!("{inner}{item},\n")).collect::<String>();
    let width = width.saturating_sub(INDENT);
    match value {
        Value::Map(members) if !members.is_empty() => {
            let each = members.iter().map(|(name, item)| format!("{}: {}", key(name), write(item, width, depth + 1)));
            format!("#{{\n{}{end}}}", lines(each.collect()))
        }
        Value::List(items) if !items.is_empty() => {
            let each = items.iter().map(|item| write(item, width, depth + 1));
            format!("[\n{}{end}]", lines(each.collect()))
        }
        _ => line,
    }
}

fn on_one_line(value: &Value) -> String {
    match value {
        Value::Null => "()".into(),
        Value::Time(time) => format!("time(\"{time}\")"),
        Value::Secret(_) => "(secret)".into(),
        Value::Map(members) => map(members),
        Value::List(items) => format!("[{}]", items.iter().map(on_one_line).collect::<Vec<_>>().join(", ")),
        plain => to_json(plain).unwrap_or_default(),
    }
}

fn map(members: &Map) -> String {
    // A secret that a record names only by its mark.
    if let Some(("$secret" | "$sealed", _)) = members.first_key_value().map(|(name, value)| (name.as_str(), value)) {
        return "(secret)".into();
    }
    if members.is_empty() {
        return "#{}".into();
    }
    let each = members.iter().map(|(name, item)| format!("{}: {}", key(name), on_one_line(item)));
    format!("#{{ {} }}", each.collect::<Vec<_>>().join(", "))
}

fn key(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain { name.to_owned() } else { to_json(&Value::from(name)).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::value::{Origin, Secret};

    #[test]
    fn a_request_reads_like_a_script() {
        let secret = Value::Secret(Secret::new("hunter2hunter2".into(), Origin::Prompt));
        let value = map! { "service" => "s", "desiredCount" => 6, "odd-key" => secret, "list" => vec!["a", "b"] };
        let line = "#{ desiredCount: 6, list: [\"a\", \"b\"], \"odd-key\": (secret), service: \"s\" }";
        assert_eq!(to_literal(&value, 100), line);
        let lines = "#{\n    desiredCount: 6,\n    list: [\"a\", \"b\"],\n    \"odd-key\": (secret),\n    service: \"s\",\n}";
        assert_eq!(to_literal(&value, 30), lines);
    }
}
