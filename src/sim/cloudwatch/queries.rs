//! Metric queries, as GetMetricData and alarms take them: statistics of metrics,
//! and expressions over those. Each becomes one series over a grid of periods.

use std::collections::BTreeMap;

use super::super::Sim;
use super::super::refuse::{refuse_if, unsupported};
use super::checks::{check_dimensions, check_length, invalid, is_period};
use super::evaluate;
use super::expression::{self, Expression};
use super::measure;
use super::metric::Metric;
use super::samples::{Samples, Statistic};
use crate::api::Failure;
use crate::value::Value;

/// More no request may have.
pub const QUERIES_MAX: usize = 500;
const SHORT_PERIODS: &[i64] = &[1, 5, 10, 20, 30];

/// What a client asked for, checked and read.
pub struct Query {
    pub id: String,
    pub label: Option<String>,
    pub returns: bool,
    pub what: What,
}

pub enum What {
    Metric {
        metric: Metric,
        statistic: Statistic,
        period: i64,
        unit: Option<String>,
    },
    /// In the period of the metrics that it is made of.
    Expression(Expression),
}

impl Query {
    /// What a result is called when nobody gave it a label.
    pub fn title(&self) -> &str {
        match (&self.label, &self.what) {
            (Some(label), _) => label,
            (None, What::Metric { metric, .. }) => &metric.name,
            (None, What::Expression(_)) => &self.id,
        }
    }
}

/// One number a period; nothing where nothing was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub period: i64,
    /// By the second in which a period begins.
    pub points: BTreeMap<i64, f64>,
}

/// `place` names the list in messages: `MetricDataQueries`, `Metrics`.
pub fn read(queries: &[Value], place: &str) -> Result<Vec<Query>, Failure> {
    refuse_if(queries.len() > QUERIES_MAX, || {
        invalid(format!("The collection {place} must not have a size greater than {QUERIES_MAX}."))
    })?;
    let numbered = queries.iter().enumerate();
    let read: Vec<Query> =
        numbered.map(|(index, query)| read_one(query, &format!("{place}.member.{}", index + 1))).collect::<Result<_, _>>()?;
    let twice = read.iter().enumerate().any(|(index, query)| read[..index].iter().any(|other| other.id == query.id));
    refuse_if(twice, || invalid(format!("The values for parameter id in {place} are not unique.")))?;
    order(&read)?;
    Ok(read)
}

fn read_one(query: &Value, place: &str) -> Result<Query, Failure> {
    let id = query.text("Id").unwrap_or_default();
    let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let named = id.starts_with(|first: char| first.is_ascii_lowercase()) && id.chars().all(letters) && id.len() <= 255;
    refuse_if(!named, || {
        invalid(format!("The value {id} for parameter {place}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."))
    })?;
    let what = match (query.get("MetricStat"), query.text("Expression")) {
        (Some(_), Some(_)) => {
            return Err(invalid(format!(
                "The parameters {place}.Expression and {place}.MetricStat are mutually exclusive and you have specified both."
            )));
        }
        (Some(stat), None) => read_stat(stat, place)?,
        (None, Some(text)) => {
            let parsed = Expression::parse(text).map_err(|why| match why {
                expression::Wrong::Unsupported(what) => unsupported(&what),
                expression::Wrong::Malformed(why) => invalid(format!("Error in expression '{id}': {why}")),
            })?;
            What::Expression(parsed)
        }
        // AWS's message ends with an empty line, too.
        (None, None) => return Err(invalid(format!("The parameter {place}.MetricStat is required.\n"))),
    };
    let returns = query.get("ReturnData").and_then(Value::as_bool).unwrap_or(true);
    Ok(Query { id: id.to_owned(), label: query.text("Label").map(str::to_owned), returns, what })
}

fn read_stat(stat: &Value, place: &str) -> Result<What, Failure> {
    let metric = stat.get("Metric").cloned().unwrap_or_default();
    for member in ["Namespace", "MetricName"] {
        refuse_if(metric.text(member).is_none(), || {
            invalid(format!("The parameter {place}.MetricStat.Metric.{member} is required."))
        })?;
        check_length(&metric, member, 1, 255)?;
    }
    check_dimensions(&metric)?;
    let period = stat.get("Period").and_then(Value::as_int).unwrap_or_default();
    refuse_if(!is_period(period, SHORT_PERIODS), || {
        invalid(format!("The parameter {place}.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60."))
    })?;
    let name = stat.text("Stat").unwrap_or_default();
    let statistic = Statistic::named(name).ok_or_else(|| match Statistic::is_known_elsewhere(name) {
        true => unsupported(&format!("the statistic {name}")),
        false => invalid(format!("The value {name} for parameter {place}.MetricStat.Stat is not supported.")),
    })?;
    Ok(What::Metric { metric: Metric::of(&metric), statistic, period, unit: stat.text("Unit").map(str::to_owned) })
}

/// The queries in an order in which each finds what it refers to.
fn order(queries: &[Query]) -> Result<Vec<usize>, Failure> {
    let mut done: Vec<usize> = vec![];
    let known = |id: &str| queries.iter().position(|query| query.id == id);
    while done.len() < queries.len() {
        let next = queries.iter().enumerate().position(|(index, query)| {
            let ready = match &query.what {
                What::Metric { .. } => true,
                What::Expression(expression) => {
                    expression.names().iter().all(|name| known(name).is_some_and(|place| done.contains(&place)))
                }
            };
            ready && !done.contains(&index)
        });
        let Some(next) = next else {
            let stuck = queries.iter().enumerate().find(|(index, _)| !done.contains(index)).map(|(_, query)| query);
            let id = stuck.map(|query| query.id.as_str()).unwrap_or_default();
            return Err(invalid(format!("Error in expression '{id}': it refers to an id that is unknown, or to itself")));
        };
        done.push(next);
    }
    Ok(done)
}

/// Every query over the periods that begin from `from` on and before `to`, in
/// the order asked.
pub fn series(sim: &Sim, queries: &[Query], from: i64, to: i64) -> Result<Vec<Series>, Failure> {
    let mut found: BTreeMap<&str, Series> = BTreeMap::new();
    for place in order(queries)? {
        let query = &queries[place];
        let series = match &query.what {
            What::Metric { metric, statistic, period, unit } => {
                metric_series(sim, metric, *statistic, unit.as_deref(), Grid { from, to, period: *period })
            }
            What::Expression(expression) => {
                let metrics = queries.iter().filter(|query| matches!(query.what, What::Metric { .. }));
                let metrics: Vec<&Series> = metrics.filter_map(|query| found.get(query.id.as_str())).collect();
                let grid = |period: i64| Grid { from, to, period }.within(sim).starts().collect::<Vec<i64>>();
                let scope = evaluate::Scope { known: &found, metrics: &metrics, grid: &grid };
                evaluate::evaluate(expression, &scope)
                    .map_err(|why| invalid(format!("Error in expression '{}': {why}", query.id)))?
            }
        };
        found.insert(&query.id, series);
    }
    Ok(queries.iter().map(|query| found.remove(query.id.as_str()).expect("every query has its series")).collect())
}

/// Periods one after the other.
#[derive(Clone, Copy)]
pub struct Grid {
    pub from: i64,
    pub to: i64,
    pub period: i64,
}

impl Grid {
    /// Without the periods of which nobody remembers anything, or knows yet.
    fn within(self, sim: &Sim) -> Grid {
        let skipped = (measure::remembered(sim).saturating_sub(self.from) / self.period).max(0);
        Grid { from: self.from + skipped * self.period, to: self.to.min(sim.now.as_second() + 1), ..self }
    }

    fn starts(self) -> impl Iterator<Item = i64> {
        let Grid { from, to, period } = self;
        std::iter::successors(Some(from), move |start| start.checked_add(period)).take_while(move |start| *start < to)
    }
}

pub fn samples_of(sim: &Sim, metric: &Metric, unit: Option<&str>, grid: Grid) -> Vec<(i64, Samples)> {
    let Grid { to, period, .. } = grid;
    let starts = grid.within(sim).starts();
    let measured = starts.filter_map(|start| {
        let end = start.saturating_add(period).min(to);
        Some((start, measure::measure(sim, metric, unit, start, end)?))
    });
    measured.collect()
}

fn metric_series(sim: &Sim, metric: &Metric, statistic: Statistic, unit: Option<&str>, grid: Grid) -> Series {
    let samples = samples_of(sim, metric, unit, grid);
    let points = samples.into_iter().filter_map(|(start, samples)| Some((start, samples.statistic(statistic)?)));
    Series { period: grid.period, points: points.collect() }
}
