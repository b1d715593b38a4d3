//! CloudWatch Logs: groups, and the few lines that containers write when they
//! start and when they are told to stop.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::{Paging, milliseconds};
use super::refuse::{invalid_parameter, refuse, unsupported};
use super::request::{has_prefix, passes_any};
use super::{Answer, Sim, ecs};
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const GROUPS: Paging = Paging { size: "limit", token: "nextToken", size_default: 50, refusal: "InvalidParameterException" };
const EVENTS: Paging = Paging { size: "limit", token: "nextToken", size_default: 10_000, refusal: "InvalidParameterException" };

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Logs(BTreeMap<String, Group>);

#[derive(Clone, Serialize, Deserialize)]
struct Group {
    document: Document,
    /// In the order of their time.
    events: Vec<Document>,
    stored_bytes: i64,
}

pub fn handle(sim: &Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "describe_log_groups" => describe_groups(sim, request),
        "get_log_events" => get_events(sim, request),
        "filter_log_events" => filter_events(sim, request),
        _ => return None,
    })
}

pub fn create_group(sim: &mut Sim, name: &str, retention_days: i64) {
    let arn = sim.place.arn("logs", &format!("log-group:{name}"));
    let document = Document::from(map! {
        "logGroupName" => name, "creationTime" => milliseconds(sim.now), "retentionInDays" => retention_days,
        "metricFilterCount" => 0, "arn" => format!("{arn}:*"), "logGroupArn" => arn, "logGroupClass" => "STANDARD",
    });
    sim.logs.0.insert(name.to_owned(), Group { document, events: vec![], stored_bytes: 0 });
}

/// What the containers of a task say when they start.
pub fn task_started(sim: &mut Sim, id: &str) {
    for output in ecs::outputs(sim, id) {
        let mut lines = vec![format!("starting {} from {}", output.container, output.image)];
        lines.extend(output.secrets.iter().map(|name| format!("configuration {name} loaded")));
        lines.push(match output.port {
            Some(port) => format!("listening on port {port}"),
            None => "ready".to_owned(),
        });
        write(sim, &output, &lines);
    }
}

/// The last words of the container that is about to crash.
pub fn task_crashed(sim: &mut Sim, id: &str) {
    let Some(last) = ecs::last_words(sim, id) else {
        return;
    };
    for output in ecs::outputs(sim, id).into_iter().filter(|output| output.container == last.container) {
        write(sim, &output, std::slice::from_ref(&last.line));
    }
}

/// What those that still run say when they get the stop signal.
pub fn task_stopped(sim: &mut Sim, id: &str) {
    for output in ecs::heeding_outputs(sim, id) {
        write(sim, &output, &["received SIGTERM, closing connections".to_owned(), "stopped".to_owned()]);
    }
}

/// Lines to a group that does not exist are lost.
fn write(sim: &mut Sim, output: &ecs::Output, lines: &[String]) {
    let Some(group) = sim.logs.0.get_mut(&output.group) else {
        return;
    };
    for (place, line) in lines.iter().enumerate() {
        let at = sim.now.as_millisecond() + place as i64;
        let event = map! {
            "logStreamName" => output.stream.as_str(), "timestamp" => at, "message" => line.as_str(),
            "ingestionTime" => at + 500, "eventId" => format!("{at:020}{:018}", sim.dice.below(1_000_000_000_000_000_000)),
        };
        group.stored_bytes += line.len() as i64 + 26;
        // Nearly always the last place: sorting would look at the whole log again.
        let place = group.events.partition_point(|event| event.int("timestamp") <= at);
        group.events.insert(place, Document::from(event));
    }
}

fn describe_groups(sim: &Sim, request: &Value) -> Answer {
    let wanted = sim.logs.0.iter().filter(|(name, _)| {
        has_prefix(request, "logGroupNamePrefix", name)
            && request.text("logGroupNamePattern").is_none_or(|part| name.contains(part))
    });
    let groups = wanted.map(|(_, group)| {
        let mut document = group.document.clone();
        document.set("storedBytes", group.stored_bytes);
        document.to_value()
    });
    GROUPS.page(request, "logGroups", groups.collect())
}

/// One stream's events, a page from either end. A token says how many came
/// before; the end is where the token comes back as it was sent.
fn get_events(sim: &Sim, request: &Value) -> Answer {
    let group = named(sim, request)?;
    let stream = request.text("logStreamName").unwrap_or_default();
    let all: Vec<&Document> = group.events.iter().filter(|event| event.text("logStreamName") == stream).collect();
    if all.is_empty() {
        return Err(refuse("ResourceNotFoundException", "The specified log stream does not exist."));
    }
    let bound = |name| request.get(name).and_then(Value::as_int);
    let (start, end) = (bound("startTime").unwrap_or(i64::MIN), bound("endTime").unwrap_or(i64::MAX));
    let fits = |event: &&Document| (start..end).contains(&event.int("timestamp"));
    let events: Vec<Value> = all.into_iter().filter(fits).map(Document::to_value).collect();
    let most = bound("limit").map_or(10_000, |limit| limit.clamp(1, 10_000) as usize);
    let from_head = request.get("startFromHead").and_then(Value::as_bool).unwrap_or(false);
    let from = match request.text("nextToken").map(|token| token.split_at_checked(2).unwrap_or((token, ""))) {
        None if from_head => 0,
        None => events.len().saturating_sub(most),
        Some(("f/", place)) => position(place)?,
        Some(("b/", place)) => position(place)?.saturating_sub(most),
        Some(_) => return Err(invalid_parameter("The specified nextToken is invalid.")),
    };
    let page: Vec<Value> = events.into_iter().skip(from).take(most).collect();
    let after = from + page.len();
    Ok(map! { "events" => page, "nextForwardToken" => format!("f/{after}"), "nextBackwardToken" => format!("b/{from}") })
}

fn position(token: &str) -> Result<usize, Failure> {
    token.parse().map_err(|_| invalid_parameter("The specified nextToken is invalid."))
}

fn named<'a>(sim: &'a Sim, request: &Value) -> Result<&'a Group, Failure> {
    let name = match (request.text("logGroupName"), request.text("logGroupIdentifier")) {
        (Some(name), _) => name,
        (None, Some(identifier)) => identifier.rsplit(":log-group:").next().unwrap_or(identifier).trim_end_matches(":*"),
        (None, None) => {
            return Err(invalid_parameter("Either logGroupName or logGroupIdentifier is required."));
        }
    };
    let lacks = || refuse("ResourceNotFoundException", "The specified log group does not exist.");
    sim.logs.0.get(name).ok_or_else(lacks)
}

fn filter_events(sim: &Sim, request: &Value) -> Answer {
    let group = named(sim, request)?;
    let pattern = request.text("filterPattern").unwrap_or_default().trim();
    if pattern.starts_with(['{', '[', '%']) {
        return Err(unsupported(&format!("the filter pattern {pattern}")));
    }
    let bound = |name| request.get(name).and_then(Value::as_int);
    let (start, end) = (bound("startTime").unwrap_or(i64::MIN), bound("endTime").unwrap_or(i64::MAX));
    let now = sim.now.as_millisecond();
    let wanted = group.events.iter().filter(|event| {
        let (at, stream) = (event.int("timestamp"), event.text("logStreamName"));
        (start..=end).contains(&at)
            && at <= now
            && passes_any(request, "logStreamNames", stream)
            && has_prefix(request, "logStreamNamePrefix", stream)
            && fits(event.text("message"), pattern)
    });
    let mut answer = Document::from(EVENTS.page(request, "events", wanted.map(Document::to_value).collect())?);
    answer.set("searchedLogStreams", Value::List(vec![]));
    Ok(answer.to_value())
}

/// All plain terms, one of those with `?`, none of those with `-`.
fn fits(message: &str, pattern: &str) -> bool {
    let terms = terms(pattern);
    let has = |term: &str| message.contains(term);
    let any: Vec<&str> = terms.iter().filter_map(|term| term.strip_prefix('?')).collect();
    let all = terms.iter().filter(|term| !term.starts_with('?'));
    (any.is_empty() || any.iter().any(|term| has(term)))
        && all.into_iter().all(|term| match term.strip_prefix('-') {
            Some(term) => !has(term),
            None => has(term),
        })
}

/// Words, and what stands between quotes as one.
fn terms(pattern: &str) -> Vec<String> {
    let (mut terms, mut term, mut quoted) = (vec![], String::new(), false);
    for letter in pattern.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => terms.push(std::mem::take(&mut term)),
            _ => term.push(letter),
        }
    }
    terms.push(term);
    terms.retain(|term| !term.is_empty());
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_patterns_of_words_and_phrases() {
        let line = "listening on port 3000";
        for (pattern, fitting) in [
            ("", true),
            ("port listening", true),
            ("\"on port\"", true),
            ("\"port on\"", false),
            ("listening -3000", false),
            ("?absent ?3000", true),
            ("?absent ?missing", false),
        ] {
            assert_eq!(fits(line, pattern), fitting, "{pattern}");
        }
    }
}
