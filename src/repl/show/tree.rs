//! A value as lines: pairs of names and values, what is nested indented below.

use unicode_width::UnicodeWidthStr;

use super::Sheet;
use super::cell::{brief, full, harmless, harmless_lines, inline, is_scalar, is_shortened};
use super::table::{is_table, rank, table};
use crate::repl::doc::wrap;
use crate::value::{Map, Text, Value};

/// Rows of a table inside something else.
const INSIDE: usize = 5;
/// Deeper things are only counted.
const DEPTH: usize = 4;
/// A name wider than this does not push all values to the right.
const NAME: usize = 32;

pub fn top(sheet: &mut Sheet, value: &Value) {
    match value {
        // Text on its own is what somebody wants to read whole.
        Value::Text(text) => harmless_lines(text).split('\n').for_each(|line| sheet.line(0, line)),
        Value::List(items) => list(sheet, 0, items, usize::MAX),
        Value::Map(members) => match only_part(members) {
            Some((name, part)) => {
                let heading = sheet.look.paint.faint(&harmless(name));
                sheet.line(0, &heading);
                part_of_answer(sheet, part);
            }
            None => map(sheet, 0, members, 0),
        },
        other => {
            let text = full("", other, sheet.look);
            sheet.line(0, &text);
        }
    }
}

/// An answer is mostly one thing in an envelope: its failures are empty, its
/// token is no news.
fn only_part(members: &Map) -> Option<(&Text, &Value)> {
    let mut parts = members.iter().filter(|(_, value)| !is_empty(value));
    let (name, value) = parts.next()?;
    (parts.next().is_none() && !is_scalar(value)).then_some((name, value))
}

/// What says nothing: AWS sends some lists even when nothing is in them.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

fn part_of_answer(sheet: &mut Sheet, part: &Value) {
    match part {
        Value::List(items) => match &items[..] {
            [Value::Map(one)] => map(sheet, 2, one, 0),
            items => list(sheet, 0, items, usize::MAX),
        },
        Value::Map(members) => map(sheet, 2, members, 0),
        _ => {}
    }
}

fn list(sheet: &mut Sheet, indent: usize, items: &[Value], most: usize) {
    if items.is_empty() {
        return sheet.line(indent, "[]");
    }
    if is_table(items) {
        return table(sheet, indent, items, most);
    }
    let numbers = items.len().saturating_sub(1).to_string().len();
    for (number, item) in items.iter().enumerate().take(most) {
        let text = full("", item, sheet.look);
        sheet.cut |= is_shortened(item);
        let room = sheet.width(indent + numbers + 3);
        let text = sheet.fit(&text, room);
        let number = sheet.look.paint.faint(&format!("{number:>numbers$}"));
        sheet.line(indent + 1, &format!("{number}  {text}"));
    }
    if items.len() > most {
        sheet.cut = true;
        sheet.line(indent + 1, &format!("… {} more", items.len() - most));
    }
}

/// Plain members first, aligned; then what has lines of its own.
fn map(sheet: &mut Sheet, indent: usize, members: &Map, depth: usize) {
    if members.is_empty() {
        return sheet.line(indent, "{}");
    }
    let (empty, members): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| is_empty(value));
    let (mut short, long): (Vec<_>, Vec<_>) = members.into_iter().partition(|(_, value)| is_short(value, indent, sheet));
    short.sort_by_key(|(name, value)| (rank(name, value), *name));
    let names = short.iter().map(|(name, _)| name.width()).filter(|width| *width <= NAME).max().unwrap_or_default();
    for (name, value) in short {
        let shown = if is_scalar(value) { full(name, value, sheet.look) } else { one_line(name, value, sheet) };
        let name = harmless(name);
        let room = sheet.width(indent + names.max(name.width()) + 2);
        let shown = sheet.fit(&shown, room);
        sheet.cut |= !matches!(value, Value::Map(_)) && is_shortened(value);
        let gap = " ".repeat(names.saturating_sub(name.width()) + 2);
        let name = sheet.look.paint.faint(&name);
        sheet.line(indent, &format!("{name}{gap}{shown}"));
    }
    for (name, value) in long {
        nested(sheet, indent, name, value, depth);
    }
    if !empty.is_empty() {
        let names = empty.iter().map(|(name, _)| harmless(name)).collect::<Vec<_>>().join(", ");
        for line in wrap(&format!("empty: {names}"), sheet.width(indent)) {
            let line = sheet.look.paint.faint(&line);
            sheet.line(indent, &line);
        }
    }
}

fn nested(sheet: &mut Sheet, indent: usize, name: &str, value: &Value, depth: usize) {
    let title = sheet.look.paint.faint(&harmless(name));
    let count = match value {
        Value::List(items) => format!("  {}", counted(items.len())),
        _ => String::new(),
    };
    if depth >= DEPTH {
        sheet.cut = true;
        return sheet.line(indent, &format!("{title}{count}  …"));
    }
    match value {
        Value::List(items) => {
            // One thing is read more easily down than across.
            sheet.line(indent, &format!("{title}{count}"));
            match &items[..] {
                [Value::Map(one)] => map(sheet, indent + 2, one, depth + 1),
                items => list(sheet, indent + 2, items, INSIDE),
            }
        }
        Value::Map(members) => {
            sheet.line(indent, &title);
            map(sheet, indent + 2, members, depth + 1);
        }
        _ => {}
    }
}

fn counted(items: usize) -> String {
    if items == 1 { "1 item".into() } else { format!("{items} items") }
}

fn one_line(name: &str, value: &Value, sheet: &Sheet) -> String {
    match value {
        Value::Map(_) => inline(value, sheet.look).unwrap_or_else(|| full(name, value, sheet.look)),
        Value::List(items) if items.is_empty() => "[]".into(),
        _ => brief(name, value, sheet.look),
    }
}

/// Whether it stands on the line of its name.
fn is_short(value: &Value, indent: usize, sheet: &Sheet) -> bool {
    // Beside a name of common length.
    let room = sheet.width(indent + NAME - 8);
    match value {
        Value::List(items) => items.iter().all(is_scalar) && one_line("", value, sheet).width() <= room,
        Value::Map(map) if map.is_empty() => true,
        Value::Map(_) => inline(value, sheet.look).is_some_and(|text| text.width() <= room),
        _ => true,
    }
}
