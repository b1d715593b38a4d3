//! Alarms look at their metrics: every minute over periods that end then, as a
//! sliding window; every ten seconds where the period is shorter than a minute.
//!
//! Metrics are steps: once nothing has changed for as long as an alarm looks
//! back, it would see the same for ever. It sleeps until there is news, so that
//! quiet days cost nothing.

use super::super::Sim;
use super::super::document::Document;
use super::alarms::enter;
use super::metric::Metric;
use super::queries::{self, What};
use super::reasons::{self, Told};
use super::samples::Statistic;
use super::verdict::{Missing, OPERATORS, Rule, judge};
use super::{measure, number};
use crate::value::{Timestamp, Value};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

pub fn due(sim: &Sim) -> Option<Timestamp> {
    sim.cloudwatch.alarms.first_due()
}

pub fn run_due(sim: &mut Sim) {
    while let Some(name) = sim.cloudwatch.alarms.next_due(sim.now) {
        look(sim, &name);
    }
}

/// What alarms look at is another from `at` on.
pub fn wake(sim: &mut Sim, at: Timestamp) {
    let (now, watch) = (sim.now, &mut sim.cloudwatch);
    watch.changed_at = watch.changed_at.max(Some(at));
    for name in std::mem::take(&mut watch.asleep) {
        watch.alarms.change(&name, |alarm| alarm.look_at = Some(next_look(&alarm.document, now)));
    }
}

/// The next moment on the alarm's own grid, after `now`.
pub fn next_look(alarm: &Document, now: Timestamp) -> Timestamp {
    let period = period(alarm);
    let step = match period * alarm.int("EvaluationPeriods") {
        span if span > DAY => HOUR,
        _ if period < measure::MINUTE => 10,
        _ => measure::MINUTE,
    };
    let next = (now.as_second().div_euclid(step) + 1) * step;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

/// The period of its metric, or of its queries.
fn period(alarm: &Document) -> i64 {
    let of_queries = alarm.items("Metrics").iter().filter_map(|query| query.get("MetricStat")?.get("Period")?.as_int());
    of_queries.max().unwrap_or_else(|| alarm.int("Period")).max(1)
}

fn rule(alarm: &Document) -> Option<(Rule, &'static str)> {
    let (_, breaches, words) = OPERATORS.iter().find(|(name, ..)| *name == alarm.text("ComparisonOperator"))?;
    let periods = alarm.int("EvaluationPeriods");
    let to_alarm = if alarm.contains_key("DatapointsToAlarm") { alarm.int("DatapointsToAlarm") } else { periods };
    let rule = Rule {
        breaches: *breaches,
        threshold: alarm.get("Threshold").and_then(number)?,
        periods: usize::try_from(periods).ok()?,
        to_alarm: usize::try_from(to_alarm).ok()?,
        missing: Missing::named(alarm.text("TreatMissingData")).unwrap_or(Missing::Unknown),
    };
    Some((rule, words))
}

fn look(sim: &mut Sim, name: &str) {
    let now = sim.now;
    let Some(alarm) = sim.cloudwatch.alarms.get(name).map(|alarm| alarm.document.clone()) else {
        return;
    };
    let Some((rule, words)) = rule(&alarm) else {
        return;
    };
    let seen_from = now.as_second() - rule.range() as i64 * period(&alarm);
    let quiet = sim.cloudwatch.changed_at.is_none_or(|at| at.as_second() < seen_from);
    sim.cloudwatch.alarms.change(name, |alarm| alarm.look_at = (!quiet).then(|| next_look(&alarm.document, now)));
    if quiet {
        sim.cloudwatch.asleep.insert(name.to_owned());
    }
    let points = points(sim, &alarm, &rule);
    let values: Vec<Option<f64>> = points.iter().map(|(_, value)| *value).collect();
    let Some(verdict) = judge(&rule, &values).filter(|verdict| verdict.state.name() != alarm.text("StateValue")) else {
        return;
    };
    let told = Told { rule: &rule, verdict: &verdict, words, points: &points, before: alarm.text("StateValue") };
    let statistic = ["Statistic", "ExtendedStatistic"].into_iter().find_map(|member| alarm.get(member)?.as_str());
    let data = reasons::data(&told, now, statistic, period(&alarm));
    enter(sim, name, verdict.state.name(), &reasons::reason(&told), Some(data));
}

/// The datapoints of as many periods as the rule looks at, newest first.
fn points(sim: &Sim, alarm: &Document, rule: &Rule) -> Vec<(i64, Option<f64>)> {
    let (period, end) = (period(alarm), sim.now.as_second());
    let starts = (1..=rule.range() as i64).map(|age| end - age * period);
    match alarm.items("Metrics") {
        [] => starts.map(|start| (start, point(sim, alarm, start, start + period))).collect(),
        queries => {
            let watched = watched(sim, queries, end - rule.range() as i64 * period, end);
            starts.map(|start| (start, watched.as_ref().and_then(|series| series.points.get(&start).copied()))).collect()
        }
    }
}

fn point(sim: &Sim, alarm: &Document, from: i64, to: i64) -> Option<f64> {
    let statistic = alarm.get("Statistic").or_else(|| alarm.get("ExtendedStatistic")).and_then(Value::as_str)?;
    let samples = measure::measure(sim, &Metric::of(&alarm.to_value()), alarm.get("Unit").and_then(Value::as_str), from, to)?;
    samples.statistic(Statistic::named(statistic)?)
}

/// The one series that the alarm's queries give back.
fn watched(sim: &Sim, queries: &[Value], from: i64, to: i64) -> Option<queries::Series> {
    let queries = queries::read(queries, "Metrics").ok()?;
    debug_assert!(queries.iter().any(|query| matches!(query.what, What::Metric { .. })));
    let place = queries.iter().position(|query| query.returns)?;
    queries::series(sim, &queries, from, to).ok()?.into_iter().nth(place)
}
