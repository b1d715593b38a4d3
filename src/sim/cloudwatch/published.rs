//! Metrics that clients publish with PutMetricData, as far as the sandbox keeps
//! them: joined by the minute, or by the second where the client asked for that,
//! for two weeks, and no more than a bound.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::super::refuse::refuse_if;
use super::super::{Answer, Sim};
use super::checks::{bad_combination, bad_value, check_dimensions, check_length, missing};
use super::metric::Metric;
use super::samples::Samples;
use super::{number, wake};
use crate::api::Failure;
use crate::map;
use crate::value::{Timestamp, Value};

const METRICS_MAX: usize = 1_000;
/// Of one metric; more than a day by the minute.
const POINTS_MAX: usize = 2_000;
const DATA_MAX: usize = 1_000;
const VALUES_MAX: usize = 150;
const OLDEST: SignedDuration = SignedDuration::from_hours(14 * 24);
const NEWEST: SignedDuration = SignedDuration::from_hours(2);
/// 2^360
const LARGEST: f64 = 2.348_542_582_773_833_2e108;

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Published(Vec<Shelf>);

/// One metric's points, by the second in which they begin.
#[derive(Clone, Serialize, Deserialize)]
struct Shelf {
    metric: Metric,
    unit: String,
    points: BTreeMap<i64, Samples>,
}

impl Published {
    fn shelf(&self, metric: &Metric) -> Option<&Shelf> {
        self.0.iter().find(|shelf| shelf.metric == *metric)
    }

    pub fn unit(&self, metric: &Metric) -> String {
        self.shelf(metric).map_or("None", |shelf| &shelf.unit).to_owned()
    }

    pub fn all(&self) -> impl Iterator<Item = &Metric> {
        self.0.iter().map(|shelf| &shelf.metric)
    }

    /// When the last point of a metric was told.
    pub fn last(&self, metric: &Metric) -> Option<i64> {
        self.shelf(metric)?.points.keys().next_back().copied()
    }

    pub fn measure(&self, metric: &Metric, unit: Option<&str>, from: i64, to: i64) -> Option<Samples> {
        let shelf = self.shelf(metric).filter(|shelf| unit.is_none_or(|unit| unit == shelf.unit))?;
        if from >= to {
            return None;
        }
        shelf.points.range(from..to).map(|(_, samples)| samples.clone()).reduce(Samples::join)
    }

    fn keep(&mut self, datum: Datum, now: Timestamp) {
        let shelf = match self.0.iter().position(|shelf| shelf.metric == datum.metric) {
            Some(place) => &mut self.0[place],
            None => {
                if self.0.len() >= METRICS_MAX {
                    self.0.remove(0);
                }
                self.0.push(Shelf { metric: datum.metric, unit: datum.unit.clone(), points: BTreeMap::new() });
                self.0.last_mut().expect("it was pushed just now")
            }
        };
        shelf.unit = datum.unit;
        let joined = match shelf.points.remove(&datum.at) {
            Some(known) => known.join(datum.samples),
            None => datum.samples,
        };
        shelf.points.insert(datum.at, joined);
        let oldest = (now - OLDEST).as_second();
        while shelf.points.len() > POINTS_MAX || shelf.points.first_key_value().is_some_and(|(at, _)| *at < oldest) {
            shelf.points.pop_first();
        }
    }
}

struct Datum {
    metric: Metric,
    unit: String,
    at: i64,
    samples: Samples,
}

pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    check_length(request, "Namespace", 1, 255)?;
    let namespace = request.text("Namespace").unwrap_or_default();
    let reserved = namespace.starts_with("AWS/") || namespace.starts_with(':');
    refuse_if(reserved, || bad_value(format!("The value {namespace} for parameter Namespace is invalid.")))?;
    let entities = request.items("EntityMetricData").iter().flat_map(|entity| entity.items("MetricData"));
    let data: Vec<&Value> = request.items("MetricData").iter().chain(entities).collect();
    refuse_if(data.is_empty(), || missing("The parameter MetricData is required."))?;
    refuse_if(data.len() > DATA_MAX, || {
        bad_value(format!("The collection MetricData must not have a size greater than {DATA_MAX}."))
    })?;
    let read =
        data.iter().enumerate().map(|(index, datum)| read(sim, namespace, datum, &format!("MetricData.member.{}", index + 1)));
    let read: Vec<Datum> = read.collect::<Result<_, _>>()?;
    let now = sim.now;
    let latest = read.iter().filter_map(|datum| Timestamp::from_second(datum.at).ok()).max();
    wake(sim, latest.map_or(now, |latest| latest.max(now)));
    read.into_iter().for_each(|datum| sim.cloudwatch.published.keep(datum, now));
    Ok(map! {})
}

fn read(sim: &Sim, namespace: &str, datum: &Value, place: &str) -> Result<Datum, Failure> {
    check_length(datum, "MetricName", 1, 255)?;
    check_dimensions(datum)?;
    let resolution = datum.get("StorageResolution").and_then(Value::as_int).unwrap_or(60);
    refuse_if(![1, 60].contains(&resolution), || bad_value(format!("The parameter {place}.StorageResolution must be 1 or 60.")))?;
    let told = match datum.get("Timestamp") {
        Some(Value::Time(at)) => *at,
        _ => sim.now,
    };
    let (oldest, newest) = (sim.now - OLDEST, sim.now + NEWEST);
    refuse_if(told < oldest, || {
        bad_value(format!("The parameter {place}.Timestamp must specify a time within the past two weeks."))
    })?;
    refuse_if(told > newest, || {
        bad_value(format!("The parameter {place}.Timestamp must specify a time no more than two hours in the future."))
    })?;
    let mut metric = Metric::of(datum);
    metric.namespace = namespace.to_owned();
    let unit = datum.text("Unit").unwrap_or("None").to_owned();
    let at = told.as_second().div_euclid(resolution) * resolution;
    Ok(Datum { metric, unit, at, samples: samples(datum, place)? })
}

/// One value, several with their counts, or what is known of them: never two.
fn samples(datum: &Value, place: &str) -> Result<Samples, Failure> {
    let given: Vec<&str> = ["Value", "Values", "StatisticValues"].into_iter().filter(|name| datum.get(name).is_some()).collect();
    if let [one, other, ..] = given[..] {
        return Err(bad_combination(format!(
            "The parameters {place}.{one} and {place}.{other} are mutually exclusive and you have specified both."
        )));
    }
    match given.first() {
        None => Err(missing(format!("The parameter {place}.Value is required."))),
        Some(&"Value") => {
            let value = sound(datum.get("Value").and_then(number), place, "Value")?;
            Ok(Samples::told(1.0, value, value, value))
        }
        Some(&"Values") => several(datum, place),
        _ => set(datum.get("StatisticValues").unwrap_or(&Value::Null), place),
    }
}

fn several(datum: &Value, place: &str) -> Result<Samples, Failure> {
    let (values, counts) = (datum.items("Values"), datum.items("Counts"));
    refuse_if(values.len() > VALUES_MAX, || {
        bad_value(format!("The collection {place}.Values must not have a size greater than {VALUES_MAX}."))
    })?;
    refuse_if(!counts.is_empty() && counts.len() != values.len(), || {
        bad_value(format!("The parameters {place}.Values and {place}.Counts must be of the same size."))
    })?;
    let mut pairs = vec![];
    for (index, value) in values.iter().enumerate() {
        let count = counts.get(index).map_or(Some(1.0), number);
        pairs.push((sound(number(value), place, "Values")?, sound(count.filter(|count| *count >= 0.0), place, "Counts")?));
    }
    Samples::of(&pairs).ok_or_else(|| missing(format!("The parameter {place}.Values is required.")))
}

fn set(values: &Value, place: &str) -> Result<Samples, Failure> {
    let value = |name: &str| sound(values.get(name).and_then(number), place, &format!("StatisticValues.{name}"));
    let (count, sum, least, most) = (value("SampleCount")?, value("Sum")?, value("Minimum")?, value("Maximum")?);
    refuse_if(count <= 0.0, || bad_value(format!("The parameter {place}.StatisticValues.SampleCount must be greater than 0.")))?;
    refuse_if(least > most, || {
        let names = ["Maximum", "Minimum"].map(|name| format!("{place}.StatisticValues.{name}"));
        bad_combination(format!("The parameter {} must be greater than or equal to {}.", names[0], names[1]))
    })?;
    Ok(Samples::told(count, sum, least, most))
}

fn sound(value: Option<f64>, place: &str, name: &str) -> Result<f64, Failure> {
    let shown = value.map(|value| value.to_string()).unwrap_or_default();
    let fits = value.filter(|value| value.abs() <= LARGEST);
    fits.ok_or_else(|| bad_value(format!("The value {shown} for parameter {place}.{name} is invalid.")))
}
