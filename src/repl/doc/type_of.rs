//! `:type`: the shape of a value that is at hand.

use crate::value::Value;

/// Members deeper than this are only called a map.
const DEPTH: usize = 3;
/// Members of one map that are listed.
const MOST: usize = 60;

/// What `:type` says of a value: its members and their types, a few levels deep.
pub fn type_of(value: &Value) -> String {
    let mut lines = vec![phrase(value)];
    below(value, 1, &mut lines);
    lines.join("\n")
}

fn phrase(value: &Value) -> String {
    match value {
        Value::Null => "() · nothing".into(),
        Value::List(items) => match items.first() {
            None => "a list, empty".into(),
            Some(first) if items.iter().all(|item| item.kind() == first.kind()) => {
                format!("a list of {} {}", items.len(), plural(first, items.len()))
            }
            Some(_) => format!("a list of {} different things", items.len()),
        },
        Value::Map(map) if map.is_empty() => "a map, empty".into(),
        Value::Secret(secret) => format!("a secret {}", secret.origin()),
        other => other.kind().into(),
    }
}

fn plural(value: &Value, count: usize) -> &'static str {
    let one = count == 1;
    match value {
        Value::Null => "times ()",
        Value::Bool(_) => {
            if one {
                "boolean"
            } else {
                "booleans"
            }
        }
        Value::Int(_) => {
            if one {
                "integer"
            } else {
                "integers"
            }
        }
        Value::Float(_) => {
            if one {
                "float"
            } else {
                "floats"
            }
        }
        Value::Text(_) => {
            if one {
                "string"
            } else {
                "strings"
            }
        }
        Value::Time(_) => {
            if one {
                "time"
            } else {
                "times"
            }
        }
        Value::Secret(_) => {
            if one {
                "secret"
            } else {
                "secrets"
            }
        }
        Value::List(_) => {
            if one {
                "list"
            } else {
                "lists"
            }
        }
        Value::Map(_) => {
            if one {
                "map"
            } else {
                "maps"
            }
        }
    }
}

fn below(value: &Value, depth: usize, lines: &mut Vec<String>) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Map(map) => {
            for (name, item) in map.iter().take(MOST) {
                lines.push(format!("{}{name}: {}", "  ".repeat(depth), phrase(item)));
                below(item, depth + 1, lines);
            }
            if map.len() > MOST {
                lines.push(format!("{}… {} more", "  ".repeat(depth), map.len() - MOST));
            }
        }
        // The items of an answer are all of one shape: the first stands for them.
        Value::List(items) => items.first().into_iter().for_each(|first| below(first, depth, lines)),
        _ => {}
    }
}
