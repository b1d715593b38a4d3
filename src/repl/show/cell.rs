//! A value in one line: for a cell of a table, or behind a name.

use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::repl::arn::{is_arn, short};
use crate::value::{Timestamp, Value, to_json};

/// In few columns: times as distances, lists and maps as counts.
pub fn brief(name: &str, value: &Value, look: &Look) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => abbreviated(if is_arn(text) { short(text) } else { text }),
        Value::Time(time) => distance(*time, look.now),
        Value::Secret(_) => "(secret)".into(),
        Value::List(items) if items.is_empty() => String::new(),
        Value::List(items) if items.iter().all(is_scalar) => {
            items.iter().map(|item| brief("", item, look)).collect::<Vec<_>>().join(", ")
        }
        Value::List(items) => format!("{} items", items.len()),
        Value::Map(map) if map.is_empty() => String::new(),
        Value::Map(_) => inline(value, look).unwrap_or_else(|| "{…}".into()),
        Value::Int(number) => moment(name, *number).map_or_else(|| number.to_string(), |time| distance(time, look.now)),
        Value::Bool(_) | Value::Float(_) => to_json(value).unwrap_or_default(),
    }
}

/// With room: a time by the local clock too, an ARN short with its whole behind
/// `:json`.
pub fn full(name: &str, value: &Value, look: &Look) -> String {
    match value {
        Value::Null => "()".into(),
        Value::Text(text) if text.is_empty() => "\"\"".into(),
        Value::Text(text) => harmless(if is_arn(text) { short(text) } else { text }),
        Value::Time(time) => both(*time, look),
        Value::Int(number) => moment(name, *number).map_or_else(|| number.to_string(), |time| both(time, look)),
        Value::Secret(secret) => format!("(secret {})", secret.origin()),
        Value::List(items) if items.is_empty() => "[]".into(),
        Value::Map(map) if map.is_empty() => "{}".into(),
        other => brief(name, other, look),
    }
}

/// `9f31c2d4…` of a task's id: nobody reads more of it, and `:json` has it.
fn abbreviated(text: &str) -> String {
    let is_id = text.len() >= 32 && text.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
    if is_id { format!("{}…", &text[..8]) } else { harmless(text) }
}

/// Whether a value stands in a cell as less than it is.
pub fn is_shortened(value: &Value) -> bool {
    match value {
        Value::Text(text) => is_arn(text) || abbreviated(text).len() < text.len(),
        Value::List(items) => items.iter().any(|item| !is_scalar(item) || is_shortened(item)),
        Value::Map(map) => !map.is_empty(),
        _ => false,
    }
}

pub fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_))
}

/// A map of a few plain members: `{ enable: true, rollback: true }`.
pub fn inline(value: &Value, look: &Look) -> Option<String> {
    let map = value.as_map().filter(|map| map.len() <= 4 && map.values().all(is_scalar))?;
    let members = map.iter().map(|(name, item)| format!("{}: {}", harmless(name), full(name, item, look)));
    Some(format!("{{ {} }}", members.collect::<Vec<_>>().join(", ")))
}

fn both(time: Timestamp, look: &Look) -> String {
    let local = time.to_zoned(look.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
    format!("{local} · {}", distance(time, look.now))
}

/// Milliseconds since 1970, as CloudWatch Logs counts, told by name and size.
fn moment(name: &str, number: i64) -> Option<Timestamp> {
    let folded = name.to_lowercase();
    let is_named = folded.ends_with("timestamp") || folded.ends_with("time");
    let is_sized = (1_000_000_000_000..10_000_000_000_000).contains(&number);
    Timestamp::from_millisecond(number).ok().filter(|_| is_named && is_sized)
}

/// `3m ago`, `in 2h`: one unit, as people say it.
pub fn distance(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(time).as_secs();
    let text = match seconds.unsigned_abs() {
        0 => return "just now".into(),
        seconds @ 1..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    };
    if seconds < 0 { format!("in {text}") } else { format!("{text} ago") }
}

/// In one line, and unable to move the cursor: a log line may hold anything.
pub fn harmless(text: &str) -> String {
    text.chars().map(|letter| stand_in(letter, '↵')).collect()
}

/// The same, but lines stay lines.
pub fn harmless_lines(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' || letter == '\t' { letter } else { stand_in(letter, '\n') }).collect()
}

fn stand_in(letter: char, newline: char) -> char {
    match letter {
        '\n' => newline,
        '\t' => ' ',
        // The pictures of control characters stand in their order.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('�'),
        '\x7f' => '␡',
        // Controls beyond ASCII, and marks that turn the direction of writing.
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '�',
        letter => letter,
    }
}

/// The text in at most `width` columns; `…` stands for what is left out.
pub fn clip(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        let next = at + letter.len_utf8();
        if text[..next].width() + 1 > width {
            break;
        }
        end = next;
    }
    match width {
        0 => String::new(),
        _ => format!("{}…", &text[..end]),
    }
}
