//! Alarms as documents: made, changed, taken away, told in which state they
//! are. When they look for themselves stands in `watch`.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::place::Place;
use super::super::refuse::{refuse, refuse_if, unsupported};
use super::super::request::texts;
use super::super::timed::Due;
use super::super::{Answer, Sim, ecs, scaling};
use super::checks::{self, absent, bad_value, check_count, check_dimensions, check_length, check_range, invalid, is_period};
use super::queries;
use super::samples::Statistic;
use super::verdict::{Missing, OPERATORS};
use super::{history, not_found, number, reasons, tags, watch};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Timestamp, Value, parse_str};

const DAY: i64 = 86_400;
const SHORT_PERIODS: &[i64] = &[10, 20, 30];
const ACTIONS: [&str; 3] = ["OKActions", "AlarmActions", "InsufficientDataActions"];

/// What PutMetricAlarm sets; all of it is replaced each time.
const SETTINGS: &[&str] = &[
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "TreatMissingData",
    "Unit",
];

/// What says which metric, where no list of queries does.
const OF_ONE_METRIC: &[&str] = &["MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"];

/// What only kinds of alarms have that the sandbox does not evaluate.
const NOT_SIMULATED: &[(&str, &str)] = &[
    ("EvaluationCriteria", "alarms on PromQL queries"),
    ("EvaluationInterval", "alarms on PromQL queries"),
    ("EvaluationWindow", "the evaluation window of an alarm"),
    ("ThresholdMetricId", "alarms on anomaly detection"),
    ("WarmUpConfiguration", "the warm-up period of an alarm"),
];

#[derive(Clone, Serialize, Deserialize)]
pub struct Alarm {
    pub document: Document,
    /// When it looks at its metric next; nothing while there is no news.
    pub look_at: Option<Timestamp>,
    /// A scenario keeps it in its state.
    pub held: bool,
}

impl Due for Alarm {
    fn due(&self) -> Option<Timestamp> {
        self.look_at.filter(|_| !self.held)
    }
}

/// Whether there is an alarm of this name that is in ALARM.
pub fn is_alarming(sim: &Sim, name: &str) -> bool {
    sim.cloudwatch.alarms.get(name).is_some_and(|alarm| alarm.document.text("StateValue") == "ALARM")
}

/// The state stays until somebody sets another, or other settings.
pub fn hold(sim: &mut Sim, name: &str, state: &str, reason: &str) {
    if sim.cloudwatch.alarms.change(name, |alarm| alarm.held = true).is_some() {
        enter(sim, name, state, reason, None);
    }
}

pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    check(&sim.place, request)?;
    let (now, name) = (sim.now, request.text("AlarmName").unwrap_or_default());
    let arn = sim.place.arn("cloudwatch", &format!("alarm:{name}"));
    let known = sim.cloudwatch.alarms.take(name).map(|alarm| alarm.document);
    let mut document = settings(request);
    document.set("AlarmName", name);
    document.set("AlarmArn", arn.as_str());
    document.set("AlarmConfigurationUpdatedTimestamp", now);
    document.set("StateValue", "INSUFFICIENT_DATA");
    document.set("StateReason", reasons::UNCHECKED);
    document.set("StateUpdatedTimestamp", now);
    document.set("StateTransitionedTimestamp", now);
    if let Some(known) = &known {
        let state = ["StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp"];
        document.copy(known, &state);
    } else {
        sim.cloudwatch.tags.insert(arn, tags::read(request.items("Tags")));
    }
    history::configured(sim, name, if known.is_some() { "updated" } else { "created" });
    let look_at = Some(watch::next_look(&document, now));
    sim.cloudwatch.alarms.put(name, Alarm { document, look_at, held: false });
    Ok(map! {})
}

fn settings(request: &Value) -> Document {
    let mut document = Document::default();
    document.set("ActionsEnabled", true);
    document.set("Dimensions", Value::List(vec![]));
    ACTIONS.iter().for_each(|name| document.set(name, Value::List(vec![])));
    document.copy(request.as_map().unwrap_or(&Map::new()), SETTINGS);
    if let Some(threshold) = request.get("Threshold").and_then(number) {
        document.set("Threshold", threshold);
    }
    document
}

fn check(place: &Place, request: &Value) -> Result<(), Failure> {
    check_length(request, "AlarmName", 1, 255)?;
    check_length(request, "AlarmDescription", 0, 1024)?;
    if let Some((_, what)) = NOT_SIMULATED.iter().find(|(member, _)| request.get(member).is_some()) {
        return Err(unsupported(what));
    }
    check_threshold(request)?;
    let (metric, metrics) = (request.text("MetricName").is_some(), !request.items("Metrics").is_empty());
    refuse_if(metric == metrics, || invalid("Exactly one of MetricName, Metrics or EvaluationCriteria must be specified."))?;
    let period = if metrics { check_metrics(request)? } else { check_metric(request)? };
    check_span(request, period)?;
    check_options(request)?;
    ACTIONS.iter().try_for_each(|list| check_actions(place, request, list))?;
    tags::check(request.items("Tags"))
}

fn check_threshold(request: &Value) -> Result<(), Failure> {
    for member in ["ComparisonOperator", "EvaluationPeriods", "Threshold"] {
        refuse_if(request.get(member).is_none(), || absent(&checks::spelled(member)))?;
    }
    let operator = request.text("ComparisonOperator").unwrap_or_default();
    refuse_if(OPERATORS.iter().all(|(name, ..)| *name != operator), || unsupported("alarms on anomaly detection"))?;
    check_range(request, "EvaluationPeriods", 1, i64::MAX)?;
    check_range(request, "DatapointsToAlarm", 1, i64::MAX)?;
    let periods = request.get("EvaluationPeriods").and_then(Value::as_int);
    let to_alarm = request.get("DatapointsToAlarm").and_then(Value::as_int);
    refuse_if(to_alarm > periods, || invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods."))
}

fn check_metric(request: &Value) -> Result<i64, Failure> {
    refuse_if(request.text("Namespace").is_none(), || absent("namespace"))?;
    check_length(request, "MetricName", 1, 255)?;
    check_length(request, "Namespace", 1, 255)?;
    check_dimensions(request)?;
    let (plain, extended) = (request.text("Statistic"), request.text("ExtendedStatistic"));
    refuse_if(plain.is_some() == extended.is_some(), || {
        invalid("Exactly one of Statistic or ExtendedStatistic must be specified.")
    })?;
    if let Some(name) = extended.filter(|name| Statistic::percentile(name).is_none()) {
        return Err(match Statistic::is_known_elsewhere(name) {
            true => unsupported(&format!("the statistic {name}")),
            false => bad_value(format!("The value {name} for parameter ExtendedStatistic is not supported.")),
        });
    }
    let period = request.get("Period").and_then(Value::as_int).ok_or_else(|| absent("period"))?;
    refuse_if(!is_period(period, SHORT_PERIODS), || invalid("Period must be 10, 20, 30 or a multiple of 60"))?;
    Ok(period)
}

/// The longest of its queries' periods.
fn check_metrics(request: &Value) -> Result<i64, Failure> {
    let other = OF_ONE_METRIC.iter().find(|member| !matches!(request.get(member), None | Some(Value::List(_))));
    if let Some(member) = other {
        return Err(invalid(format!("If you specify Metrics, you cannot specify {member}.")));
    }
    let queries = queries::read(request.items("Metrics"), "Metrics")?;
    refuse_if(queries.iter().filter(|query| query.returns).count() != 1, || {
        invalid("Exactly one element of the metrics list should return data.")
    })?;
    let periods = queries.iter().filter_map(|query| match &query.what {
        queries::What::Metric { period, .. } => Some(*period),
        queries::What::Expression(_) => None,
    });
    let (least, most) = periods.fold((i64::MAX, 0), |(least, most), period| (least.min(period), most.max(period)));
    refuse_if(most == 0, || invalid("At least one element of the metrics list should be a metric."))?;
    refuse_if(least != most, || invalid("All metrics of an alarm must have the same period."))?;
    Ok(most)
}

fn check_span(request: &Value, period: i64) -> Result<(), Failure> {
    let periods = request.get("EvaluationPeriods").and_then(Value::as_int).unwrap_or(1);
    let (what, most, when) = match period < 3600 {
        true => ("a day", DAY, "period < 3600"),
        false => ("a week", 7 * DAY, "period >= 3600"),
    };
    refuse_if(periods.saturating_mul(period) > most, || {
        invalid(format!(
            "Metrics cannot be checked across more than {what} (EvaluationPeriods * Period must be <= {most}) for alarms using {when}"
        ))
    })
}

fn check_options(request: &Value) -> Result<(), Failure> {
    let option = |member: &str, known: &[&str], listed: &str| {
        let given = request.text(member).filter(|given| !known.contains(given));
        given.map_or(Ok(()), |given| {
            Err(invalid(format!("Option {given} is not supported. Supported options for parameter {member} are {listed}.")))
        })
    };
    let names = Missing::ALL.map(|(name, _)| name);
    option("TreatMissingData", &names, "breaching, notBreaching, ignore and missing")?;
    option("EvaluateLowSampleCountPercentile", &["evaluate", "ignore"], "evaluate and ignore")
}

/// ARNs, of this region.
fn check_actions(place: &Place, request: &Value, list: &str) -> Result<(), Failure> {
    check_count(request, list, 5)?;
    texts(request, list).into_iter().try_for_each(|arn| {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let sound = parts.len() == 6 && parts[0] == "arn" && [1, 2, 5].iter().all(|part| !parts[*part].is_empty());
        refuse_if(!sound, || invalid(format!("Invalid arn syntax: {arn}")))?;
        let elsewhere = !parts[3].is_empty() && parts[3] != place.region;
        refuse_if(elsewhere, || invalid(format!("Invalid region {} specified. Only {} is supported.", parts[3], place.region)))
    })
}

/// Names that nobody knows do not keep the others.
pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    check_count(request, "AlarmNames", 100)?;
    let known: Vec<String> = texts(request, "AlarmNames").into_iter().map(str::to_owned).collect();
    let known: Vec<String> = known.into_iter().filter(|name| sim.cloudwatch.alarms.contains(name)).collect();
    refuse_if(known.is_empty(), || not_found("ResourceNotFound", "None of the alarms exists"))?;
    for name in known {
        if let Some(alarm) = sim.cloudwatch.alarms.take(&name) {
            sim.cloudwatch.tags.remove(alarm.document.text("AlarmArn"));
            history::configured(sim, &name, "deleted");
            ecs::alarm_changed(sim, &name);
        }
    }
    Ok(map! {})
}

pub fn set_actions(sim: &mut Sim, request: &Value, enabled: bool) -> Answer {
    check_count(request, "AlarmNames", 100)?;
    for name in texts(request, "AlarmNames") {
        let differs = |alarm: &mut Alarm| {
            let differs = alarm.document.get("ActionsEnabled").and_then(Value::as_bool) != Some(enabled);
            alarm.document.set("ActionsEnabled", enabled);
            differs
        };
        if sim.cloudwatch.alarms.change(name, differs) == Some(true) {
            history::configured(sim, name, "updated");
        }
    }
    Ok(map! {})
}

/// Until the alarm looks for itself again.
pub fn set_state(sim: &mut Sim, request: &Value) -> Answer {
    check_length(request, "AlarmName", 1, 255)?;
    check_length(request, "StateReason", 0, 1023)?;
    check_length(request, "StateReasonData", 0, 4000)?;
    let name = request.text("AlarmName").unwrap_or_default();
    let data = request.text("StateReasonData");
    refuse_if(data.is_some_and(|data| parse_str(data).is_err()), || {
        refuse("InvalidFormat", "The value for parameter StateReasonData is not valid JSON.")
    })?;
    refuse_if(!sim.cloudwatch.alarms.contains(name), || not_found("ResourceNotFound", format!("Alarm {name} does not exist")))?;
    let now = sim.now;
    sim.cloudwatch.alarms.change(name, |alarm| {
        alarm.held = false;
        alarm.look_at = Some(watch::next_look(&alarm.document, now));
    });
    let (state, reason) = (request.text("StateValue").unwrap_or_default(), request.text("StateReason").unwrap_or_default());
    enter(sim, name, state, reason, data.map(str::to_owned));
    Ok(map! {})
}

/// Notes the state, tells whoever waits for it, and does what the alarm is to do.
pub fn enter(sim: &mut Sim, name: &str, state: &str, reason: &str, data: Option<String>) {
    let now = sim.now;
    let Some(before) = sim.cloudwatch.alarms.get(name).map(|alarm| alarm.document.clone()) else {
        return;
    };
    let after = sim.cloudwatch.alarms.change(name, |alarm| {
        let document = &mut alarm.document;
        if before.text("StateValue") != state {
            document.set("StateTransitionedTimestamp", now);
        }
        document.set("StateValue", state);
        document.set("StateReason", reason);
        document.set("StateUpdatedTimestamp", now);
        document.remove("StateReasonData");
        if let Some(data) = data {
            document.set("StateReasonData", data);
        }
        document.clone()
    });
    if let Some(after) = after.filter(|_| before.text("StateValue") != state) {
        history::entered(sim, &before, &after);
        ecs::alarm_changed(sim, name);
        scaling::alarm_changed(sim);
    }
}
