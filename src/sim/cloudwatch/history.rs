//! What became of alarms, for two weeks at most; those that are gone too.

use std::collections::VecDeque;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::paging::Paging;
use super::super::refuse::{refuse_if, unsupported};
use super::super::request::{passes, texts};
use super::super::{Answer, Sim};
use super::checks::check_range;
use crate::map;
use crate::value::{Timestamp, Value, parse_str, to_json};

const ITEMS: Paging = Paging { size: "MaxRecords", token: "NextToken", size_default: 100, refusal: "InvalidNextToken" };
const ITEMS_MAX: usize = 1_000;
const REMEMBERED: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Oldest first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct History(VecDeque<Document>);

fn at(item: &Document) -> Timestamp {
    match item.get("Timestamp") {
        Some(Value::Time(at)) => *at,
        _ => Timestamp::MIN,
    }
}

fn note(sim: &mut Sim, alarm: &str, kind: &str, summary: String, data: Value) {
    let (now, items) = (sim.now, &mut sim.cloudwatch.history.0);
    let old = |item: &Document| at(item) < now - REMEMBERED;
    while items.len() >= ITEMS_MAX || items.front().is_some_and(old) {
        items.pop_front();
    }
    items.push_back(Document::from(map! {
        "AlarmName" => alarm, "AlarmType" => "MetricAlarm", "Timestamp" => now, "HistoryItemType" => kind,
        "HistorySummary" => summary, "HistoryData" => to_json(&data).expect("no secret leaf inside"),
    }));
}

/// `how` is created, updated or deleted.
pub fn configured(sim: &mut Sim, alarm: &str, how: &str) {
    let kind = match how {
        "created" => "Create",
        "deleted" => "Delete",
        _ => "Update",
    };
    let data = map! { "version" => "1.0", "type" => kind };
    note(sim, alarm, "ConfigurationUpdate", format!("Alarm \"{alarm}\" {how}"), data);
}

/// The alarm has another state, and acts where it may.
pub fn entered(sim: &mut Sim, before: &Document, after: &Document) {
    let name = after.text("AlarmName");
    let summary = format!("Alarm updated from {} to {}", before.text("StateValue"), after.text("StateValue"));
    let data = map! { "version" => "1.0", "oldState" => state(before), "newState" => state(after) };
    note(sim, name, "StateUpdate", summary, data);
    if after.get("ActionsEnabled").and_then(Value::as_bool) != Some(true) {
        return;
    }
    let list = match after.text("StateValue") {
        "ALARM" => "AlarmActions",
        "OK" => "OKActions",
        _ => "InsufficientDataActions",
    };
    for action in after.items(list).iter().filter_map(Value::as_str) {
        let data = map! { "actionState" => "Succeeded", "notificationResource" => action };
        note(sim, name, "Action", format!("Successfully executed action {action}"), data);
    }
}

fn state(alarm: &Document) -> Value {
    let mut state = map! { "stateValue" => alarm.text("StateValue"), "stateReason" => alarm.text("StateReason") };
    let data = parse_str(alarm.text("StateReasonData")).ok();
    if let (Some(data), Some(members)) = (data, state.as_map_mut()) {
        members.insert("stateReasonData".into(), data);
    }
    state
}

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    check_range(request, "MaxRecords", 1, 100)?;
    refuse_if(request.text("AlarmContributorId").is_some(), || unsupported("contributors of alarms"))?;
    let bound = |name: &str| match request.get(name) {
        Some(Value::Time(at)) => Some(*at),
        _ => None,
    };
    let kinds = texts(request, "AlarmTypes");
    let wanted = kinds.is_empty() || kinds.contains(&"MetricAlarm");
    let items = sim.cloudwatch.history.0.iter().filter(|item| {
        wanted
            && passes(request, "AlarmName", item.text("AlarmName"))
            && passes(request, "HistoryItemType", item.text("HistoryItemType"))
            && bound("StartDate").is_none_or(|start| start <= at(item))
            && bound("EndDate").is_none_or(|end| at(item) <= end)
    });
    let mut items: Vec<Value> = items.map(Document::to_value).collect();
    if request.text("ScanBy") != Some("TimestampAscending") {
        items.reverse();
    }
    ITEMS.page(request, "AlarmHistoryItems", items)
}
