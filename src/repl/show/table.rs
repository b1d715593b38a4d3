//! A list of maps as a table: the columns that tell most, as many as fit; the
//! others are named below it.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, TableStyle};
use unicode_width::UnicodeWidthStr;

use super::cell::{brief, clip, harmless, is_scalar, is_shortened};
use super::{Look, Sheet};
use crate::repl::arn::is_arn;
use crate::repl::doc::wrap;
use crate::value::{Map, Text, Value};

/// What people look for, in the order in which they want it.
const TELLING: &[&str] = &[
    "timestamp",
    "name",
    "servicename",
    "clustername",
    "containername",
    "alarmname",
    "loggroupname",
    "logstreamname",
    "policyname",
    "dashboardname",
    "repositoryname",
    "targetgroupname",
    "key",
    "taskarn",
    "family",
    "resourceid",
    "status",
    "laststatus",
    "statevalue",
    "taskdefinition",
    "taskdefinitionarn",
    "rolloutstate",
    "healthstatus",
    "desiredcount",
    "runningcount",
    "pendingcount",
    "failedtasks",
    "revision",
    "desiredstatus",
    "image",
    "value",
    "valuefrom",
    "createdat",
    "message",
    "exitcode",
    "stoppedreason",
    "reason",
    "statereason",
    "startedat",
    "updatedat",
    "stoppedat",
    "creationtime",
    "lastchangeddate",
];

/// Behind all that are named above: plain values, then ids, then what is nested.
const PLAIN: usize = 100;
const ARN: usize = 150;
const NESTED: usize = 200;

/// A column takes so much before others have had their turn.
const MODEST: usize = 32;
/// Between two columns: a blank, a line, a blank.
const GAP: usize = 3;

struct Column {
    /// As AWS writes it.
    member: Text,
    name: String,
    heading: String,
    cells: Vec<String>,
    rank: usize,
    right: bool,
    width: usize,
}

impl Column {
    /// The width that shows all of it.
    fn natural(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).chain([self.heading.width()]).max().unwrap_or_default()
    }
}

/// Whether a list is shown as a table.
pub fn is_table(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| item.as_map().is_some_and(|map| !map.is_empty()))
}

/// Items from the first on, at most `most`; numbered as an index counts them.
pub fn table(sheet: &mut Sheet, indent: usize, items: &[Value], most: usize) {
    let look = sheet.look;
    let rows: Vec<&Map> = items.iter().take(most).filter_map(Value::as_map).collect();
    let numbers = rows.len().saturating_sub(1).to_string().len();
    let room = sheet.width(indent).saturating_sub(numbers + 1 + GAP);
    let (mut shown, rest) = choose(columns(&rows, look), room);
    for column in &mut shown {
        for cell in &mut column.cells {
            *cell = sheet.fit(cell, column.width);
        }
        column.heading = clip(&column.heading, column.width);
    }
    let values = shown.iter().flat_map(|column| rows.iter().filter_map(|row| row.get(column.member.as_str())));
    sheet.cut |= values.into_iter().any(is_shortened);
    for (number, line) in draw(&shown, rows.len()).into_iter().enumerate() {
        let line = if number == 0 { look.paint.faint(&line) } else { line };
        sheet.line(indent, &line);
    }
    if items.len() > rows.len() {
        sheet.cut = true;
        sheet.line(indent, &format!(" … {} more", items.len() - rows.len()));
    }
    if !rest.is_empty() {
        sheet.cut = true;
        for line in wrap(&format!("also {}", rest.join(", ")), sheet.width(indent + 1)) {
            sheet.line(indent + 1, &look.paint.faint(&line));
        }
    }
}

fn columns(rows: &[&Map], look: &Look) -> Vec<Column> {
    let mut names: BTreeMap<&Text, usize> = BTreeMap::new();
    for (name, value) in rows.iter().flat_map(|row| row.iter()) {
        let rank = rank(name, value);
        let kept = names.entry(name).or_insert(rank);
        *kept = rank.max(*kept);
    }
    let column = |(name, rank): (&Text, usize)| {
        let values: Vec<&Value> = rows.iter().filter_map(|row| row.get(name)).collect();
        let cells = rows.iter().map(|row| row.get(name).map_or(String::new(), |value| brief(name, value, look)));
        Column {
            member: name.clone(),
            name: harmless(name),
            heading: harmless(name),
            cells: cells.collect(),
            rank,
            right: values.iter().all(|value| matches!(value, Value::Int(_) | Value::Float(_) | Value::Null)),
            width: 0,
        }
    };
    let mut columns: Vec<Column> =
        names.into_iter().map(column).filter(|column| column.cells.iter().any(|cell| !cell.is_empty())).collect();
    columns.sort_by(|one, other| (one.rank, &one.name).cmp(&(other.rank, &other.name)));
    shorten_headings(&mut columns);
    columns
}

/// The smaller, the more it tells.
pub fn rank(name: &str, value: &Value) -> usize {
    let folded = name.to_lowercase();
    match (TELLING.iter().position(|telling| *telling == folded), value) {
        (Some(place), _) if is_scalar(value) => place,
        (_, Value::Text(text)) if is_arn(text) || folded.ends_with("arn") || folded.ends_with("id") => ARN,
        (_, value) if is_scalar(value) => PLAIN,
        _ => NESTED,
    }
}

/// `desiredCount` is `desired`, where no other column is called that.
fn shorten_headings(columns: &mut [Column]) {
    for at in 0..columns.len() {
        let name = &columns[at].name;
        let short = ["Count", "At", "State", "Tasks"].iter().find_map(|ending| name.strip_suffix(ending));
        let Some(short) = short.filter(|short| short.len() > 2).map(str::to_owned) else { continue };
        if !columns.iter().any(|other| other.heading == short || other.name == short) {
            columns[at].heading = short;
        }
    }
}

/// The columns that fit, each with its width, and the names of the others. A
/// message gets its room before ids and nested things get any.
fn choose(columns: Vec<Column>, room: usize) -> (Vec<Column>, Vec<String>) {
    let (telling, others): (Vec<Column>, Vec<Column>) = columns.into_iter().partition(|column| column.rank < ARN);
    let mut choice = Choice { shown: Vec::new(), rest: Vec::new(), left: room };
    telling.into_iter().for_each(|column| choice.take(column));
    choice.widen();
    others.into_iter().for_each(|column| choice.take(column));
    choice.widen();
    (choice.shown, choice.rest)
}

struct Choice {
    shown: Vec<Column>,
    rest: Vec<String>,
    left: usize,
}

impl Choice {
    fn take(&mut self, mut column: Column) {
        let gap = if self.shown.is_empty() { 0 } else { GAP };
        column.width = column.natural().min(MODEST);
        if self.shown.is_empty() {
            column.width = column.width.min(self.left);
        }
        if column.width + gap <= self.left {
            self.left -= column.width + gap;
            self.shown.push(column);
        } else {
            self.rest.push(column.name);
        }
    }

    /// What is left goes to those that were modest.
    fn widen(&mut self) {
        for column in &mut self.shown {
            let more = column.natural().saturating_sub(column.width).min(self.left);
            column.width += more;
            self.left -= more;
        }
    }
}

fn draw(columns: &[Column], rows: usize) -> Vec<String> {
    use comfy_table::ContentLineStyle as Line;
    let style = TableStyle::new().header_lines(Line::none().junction('│')).content_lines(Line::none().junction('│'));
    let mut table = Table::new();
    table.load_style(style);
    table.set_header(std::iter::once("#".to_owned()).chain(columns.iter().map(|column| column.heading.clone())));
    for row in 0..rows {
        let cells = columns.iter().map(|column| column.cells[row].clone());
        table.add_row(std::iter::once(row.to_string()).chain(cells));
    }
    for (at, right) in std::iter::once(true).chain(columns.iter().map(|column| column.right)).enumerate() {
        if let Some(column) = table.column_mut(at).filter(|_| right) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}
