//! Queries over log groups (Logs Insights), as far as operators use them:
//! fields, filter, sort, limit and stats with count, sum, avg, min and max.
//! A query runs for a moment and answers from the lines of its start.

mod expression;
mod plan;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::paging::Paging;
use super::super::refuse::{invalid_parameter, refuse, refuse_if};
use super::super::request::{passes, texts};
use super::super::{Answer, Sim};
use super::group::{self, name_of};
use super::line::{self, Range};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};
use plan::Plan;

/// How long a query is under way.
const TAKES_MS: i64 = 1_000;
/// Results are kept so long, and no more queries than this.
const KEPT_MS: i64 = 7 * 24 * 3_600_000;
const KEPT_MOST: usize = 200;
const ROWS_DEFAULT: usize = 10_000;
const QUERIES: Paging = Paging { size: "maxResults", token: "nextToken", size_default: 1000, refusal: group::REFUSAL };

/// By id.
pub(super) type Queries = BTreeMap<String, Query>;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Query {
    groups: Vec<String>,
    text: String,
    /// In seconds, as they were asked for.
    times: (i64, i64),
    limit: usize,
    /// Milliseconds.
    began: i64,
    cancelled: bool,
}

impl Query {
    fn status(&self, now: i64) -> &'static str {
        match (self.cancelled, now - self.began >= TAKES_MS) {
            (true, _) => "Cancelled",
            (false, true) => "Complete",
            (false, false) => "Running",
        }
    }
}

pub(super) fn start(sim: &mut Sim, request: &Value) -> Answer {
    let groups = groups(sim, request)?;
    let text = request.text("queryString").unwrap_or_default().to_owned();
    let malformed = |why: String| refuse("MalformedQueryException", why);
    let plan = Plan::read(&text).map_err(malformed)?;
    let second = |name: &str| request.get(name).and_then(Value::as_int).unwrap_or_default();
    let times = (second("startTime"), second("endTime"));
    refuse_if(times.0 > times.1, || malformed("Query's end date and time is either before the start".to_owned()))?;
    let asked = request.get("limit").and_then(Value::as_int);
    refuse_if(asked.is_some_and(|limit| !(1..=10_000).contains(&limit)), || {
        invalid_parameter("The limit of a query must be between 1 and 10000.")
    })?;
    let limit = plan.limit.or(asked.and_then(|limit| usize::try_from(limit).ok())).unwrap_or(ROWS_DEFAULT);
    let began = sim.now.as_millisecond();
    let id = sim.dice.uuid();
    let queries = &mut sim.logs.queries;
    queries.retain(|_, query| query.began + KEPT_MS > began);
    while queries.len() >= KEPT_MOST {
        let oldest = queries.iter().min_by_key(|(_, query)| query.began).map(|(id, _)| id.clone());
        oldest.and_then(|id| queries.remove(&id));
    }
    queries.insert(id.clone(), Query { groups, text, times, limit, began, cancelled: false });
    Ok(map! { "queryId" => id })
}

/// Named in one of three ways.
fn groups(sim: &Sim, request: &Value) -> Result<Vec<String>, Failure> {
    let ways = [
        request.text("logGroupName").into_iter().collect(),
        texts(request, "logGroupNames"),
        texts(request, "logGroupIdentifiers"),
    ];
    let mut given = ways.into_iter().filter(|names: &Vec<&str>| !names.is_empty());
    let names = given.next().unwrap_or_default();
    let message = "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers is required.";
    refuse_if(names.is_empty() || given.next().is_some(), || invalid_parameter(message))?;
    let names: Vec<String> = names.into_iter().map(|name| name_of(name).to_owned()).collect();
    match names.iter().find(|name| !sim.logs.groups.contains_key(*name)) {
        Some(name) => {
            let message = format!("Log group '{name}' does not exist for account ID '{}'", sim.place.account);
            Err(refuse("ResourceNotFoundException", message))
        }
        None => Ok(names),
    }
}

fn lacks() -> Failure {
    refuse("ResourceNotFoundException", "The specified query does not exist.")
}

pub(super) fn stop(sim: &mut Sim, request: &Value) -> Answer {
    let now = sim.now.as_millisecond();
    let query = sim.logs.queries.get_mut(request.text("queryId").unwrap_or_default()).ok_or_else(lacks)?;
    refuse_if(query.status(now) != "Running", || invalid_parameter("The specified query is not running."))?;
    query.cancelled = true;
    Ok(map! { "success" => true })
}

pub(super) fn describe(sim: &Sim, request: &Value) -> Answer {
    let now = sim.now.as_millisecond();
    let wanted = sim.logs.queries.iter().filter(|(_, query)| {
        let of_group = request.text("logGroupName").is_none_or(|name| query.groups.iter().any(|group| group == name));
        of_group && passes(request, "status", query.status(now))
    });
    let mut queries: Vec<(&String, &Query)> = wanted.collect();
    queries.sort_by_key(|(_, query)| std::cmp::Reverse(query.began));
    let shown = queries.into_iter().map(|(id, query)| {
        map! {
            "queryId" => id.as_str(), "queryString" => query.text.as_str(), "status" => query.status(now),
            "createTime" => query.began, "logGroupName" => query.groups.first().cloned(), "queryLanguage" => "CWLI",
        }
    });
    QUERIES.page(request, "queries", shown.collect())
}

pub(super) fn results(sim: &Sim, request: &Value) -> Answer {
    let query = sim.logs.queries.get(request.text("queryId").unwrap_or_default()).ok_or_else(lacks)?;
    let status = query.status(sim.now.as_millisecond());
    let found = if status == "Complete" { run(sim, query) } else { Found::default() };
    let statistics = map! {
        "recordsMatched" => found.matched as f64, "recordsScanned" => found.scanned as f64, "bytesScanned" => found.bytes as f64,
    };
    Ok(map! { "queryLanguage" => "CWLI", "results" => found.rows, "statistics" => statistics, "status" => status })
}

#[derive(Default)]
struct Found {
    rows: Vec<Value>,
    matched: usize,
    scanned: usize,
    bytes: usize,
}

/// A row as the steps of a query see it: texts by the names of fields.
pub(super) type Row = BTreeMap<String, String>;

fn run(sim: &Sim, query: &Query) -> Found {
    let Ok(plan) = Plan::read(&query.text) else {
        return Found::default();
    };
    let mut found = Found::default();
    let mut rows: Vec<Row> = vec![];
    let all = |_: &str| true;
    let (from, until) = (query.times.0.saturating_mul(1000), query.times.1.saturating_mul(1000).saturating_add(999));
    let range = |now: i64| Range { streams: &all, from: (from, 0), until, now };
    for name in &query.groups {
        let Some(group) = sim.logs.groups.get(name) else { continue };
        for (stream, line) in line::lines(group, &range(query.began)) {
            found.scanned += 1;
            found.bytes += line.message.len();
            let row = row(&format!("{}:{name}", sim.place.account), stream, &line);
            rows.extend(plan.passes(&row).then_some(row));
        }
    }
    found.matched = rows.len();
    rows.sort_by(|one, other| other["@timestamp"].cmp(&one["@timestamp"]));
    let shown = plan.finish(rows, query.limit).into_iter().map(|cells| {
        let cells = cells.into_iter().map(|(field, value)| map! { "field" => field, "value" => value });
        Value::List(cells.collect())
    });
    found.rows = shown.collect();
    found
}

/// AWS's own fields, and the members of a JSON line.
fn row(log: &str, stream: &str, line: &line::Line) -> Row {
    let mut row = Row::new();
    if let Ok(Value::Map(members)) = crate::value::parse_str(&line.message) {
        flatten(&mut row, "", &members);
    }
    let id = line.id();
    let own = [("@message", line.message.as_str()), ("@logStream", stream), ("@log", log), ("@ptr", &id)];
    row.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    row.insert("@timestamp".into(), plan::moment(line.at));
    row.insert("@ingestionTime".into(), plan::moment(line.ingested));
    row
}

fn flatten(row: &mut Row, prefix: &str, members: &Map) {
    for (name, value) in members {
        let name = format!("{prefix}{name}");
        match value {
            Value::Map(inner) => flatten(row, &format!("{name}."), inner),
            Value::List(items) => {
                let items = items.iter().enumerate().map(|(place, item)| (format!("{name}.{place}").into(), item.clone()));
                flatten(row, "", &items.collect());
            }
            Value::Null => {}
            Value::Text(text) => drop(row.insert(name, text.to_string())),
            other => drop(row.insert(name, crate::value::to_json(other).unwrap_or_default())),
        }
    }
}
