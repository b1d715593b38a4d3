//! CloudWatch's alarms and dashboards as documents. No metric is measured: an
//! alarm changes its state when it is told to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::Paging;
use super::refuse::refuse;
use super::request::{has_prefix, passes, passes_any, texts};
use super::{Answer, Sim, ecs, scaling};
use crate::map;
use crate::value::{Map, Value};

const ALARMS: Paging = Paging { size: "MaxRecords", token: "NextToken", size_default: 50, refusal: "InvalidNextToken" };
/// The request has no member that sets the size of a page.
const DASHBOARDS: Paging = Paging { size: "", token: "NextToken", size_default: 1000, refusal: "InvalidParameterValue" };

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct CloudWatch {
    alarms: BTreeMap<String, Document>,
    dashboards: BTreeMap<String, Document>,
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "set_alarm_state" => set_alarm_state(sim, request),
        "put_metric_alarm" => put_metric_alarm(sim, request),
        "delete_alarms" => delete_alarms(sim, request),
        "describe_alarms" => describe_alarms(sim, request),
        "list_dashboards" => list_dashboards(sim, request),
        "get_dashboard" => dashboard(sim, request),
        _ => return None,
    })
}

/// Puts an alarm into the world; `settings` is what PutMetricAlarm would be given.
pub fn create_alarm(sim: &mut Sim, name: &str, settings: Value) {
    let mut document = Document::from(settings);
    document.set("AlarmName", name);
    document.set("AlarmArn", sim.place.arn("cloudwatch", &format!("alarm:{name}")));
    document.set("ActionsEnabled", true);
    for name in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        document.set(name, Value::List(vec![]));
    }
    for name in ["AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp"] {
        document.set(name, sim.now);
    }
    document.set("StateValue", "OK");
    document.set("StateReason", "Threshold Crossed: no datapoints were above the threshold.");
    sim.cloudwatch.alarms.insert(name.to_owned(), document);
}

/// Whether there is an alarm of this name that is in ALARM.
pub fn is_alarming(sim: &Sim, name: &str) -> bool {
    sim.cloudwatch.alarms.get(name).is_some_and(|alarm| alarm.text("StateValue") == "ALARM")
}

fn set_alarm_state(sim: &mut Sim, request: &Value) -> Answer {
    let name = request.text("AlarmName").unwrap_or_default();
    let now = sim.now;
    let lacks = || refuse("ResourceNotFound", format!("Alarm {name} does not exist"));
    let alarm = sim.cloudwatch.alarms.get_mut(name).ok_or_else(lacks)?;
    let state = request.text("StateValue").unwrap_or_default();
    if alarm.text("StateValue") != state {
        alarm.set("StateTransitionedTimestamp", now);
    }
    alarm.copy(request.as_map().unwrap_or(&Map::new()), &["StateValue", "StateReason", "StateReasonData"]);
    alarm.set("StateUpdatedTimestamp", now);
    ecs::alarm_changed(sim, name);
    scaling::alarm_changed(sim);
    Ok(map! {})
}

fn put_metric_alarm(sim: &mut Sim, request: &Value) -> Answer {
    let name = request.text("AlarmName").unwrap_or_default().to_owned();
    let actions = request.get("AlarmActions").cloned();
    create_alarm(sim, &name, request.clone());
    if let (Some(alarm), Some(actions)) = (sim.cloudwatch.alarms.get_mut(&name), actions) {
        alarm.set("AlarmActions", actions);
    }
    Ok(map! {})
}

fn delete_alarms(sim: &mut Sim, request: &Value) -> Answer {
    for name in texts(request, "AlarmNames") {
        sim.cloudwatch.alarms.remove(name);
    }
    Ok(map! {})
}

pub fn create_dashboard(sim: &mut Sim, name: &str, body: &str) {
    let document = Document::from(map! {
        "DashboardName" => name,
        // Dashboards belong to the account, not to a region.
        "DashboardArn" => format!("arn:aws:cloudwatch::{}:dashboard/{name}", sim.place.account),
        "DashboardBody" => body,
        "LastModified" => sim.now,
    });
    sim.cloudwatch.dashboards.insert(name.to_owned(), document);
}

fn describe_alarms(sim: &Sim, request: &Value) -> Answer {
    let kinds = texts(request, "AlarmTypes");
    let metric = kinds.is_empty() || kinds.contains(&"MetricAlarm");
    let alarms = sim.cloudwatch.alarms.values().filter(|alarm| {
        let name = alarm.text("AlarmName");
        metric
            && passes_any(request, "AlarmNames", name)
            && has_prefix(request, "AlarmNamePrefix", name)
            && passes(request, "StateValue", alarm.text("StateValue"))
    });
    let mut answer = Document::from(ALARMS.page(request, "MetricAlarms", alarms.map(Document::to_value).collect())?);
    answer.set("CompositeAlarms", Value::List(vec![]));
    Ok(answer.to_value())
}

fn list_dashboards(sim: &Sim, request: &Value) -> Answer {
    let wanted = sim.cloudwatch.dashboards.iter().filter(|(name, _)| has_prefix(request, "DashboardNamePrefix", name));
    let entries = wanted.map(|(_, document)| {
        let mut entry = document.clone();
        entry.remove("DashboardBody");
        entry.set("Size", document.text("DashboardBody").len() as i64);
        entry.to_value()
    });
    DASHBOARDS.page(request, "DashboardEntries", entries.collect())
}

fn dashboard(sim: &Sim, request: &Value) -> Answer {
    let name = request.text("DashboardName").unwrap_or_default();
    let lacks = || refuse("ResourceNotFound", format!("Dashboard {name} does not exist"));
    let mut document = sim.cloudwatch.dashboards.get(name).cloned().ok_or_else(lacks)?;
    document.remove("LastModified");
    Ok(document.to_value())
}
