//! GetMetricStatistics: the statistics of one metric, a datapoint a period.

use super::super::refuse::{refuse_if, unsupported};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::checks::{bad_combination, bad_value, check_count, check_dimensions, check_length, is_period};
use super::measure::{self, MINUTE};
use super::metric::Metric;
use super::queries::{Grid, samples_of};
use super::samples::{Samples, Statistic};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Timestamp, Value};

const DATAPOINTS_MAX: i64 = 1_440;
const SHORT_PERIODS: &[i64] = &[1, 5, 10, 20, 30];

pub fn get(sim: &Sim, request: &Value) -> Answer {
    check_length(request, "Namespace", 1, 255)?;
    check_length(request, "MetricName", 1, 255)?;
    check_dimensions(request)?;
    let grid = grid(request)?;
    let wanted = statistics(request)?;
    let metric = Metric::of(request);
    let unit = measure::unit(sim, &metric);
    let samples = samples_of(sim, &metric, request.text("Unit"), grid);
    let datapoints = samples.into_iter().map(|(at, samples)| datapoint(at, &samples, &wanted, &unit));
    Ok(map! { "Label" => metric.name.as_str(), "Datapoints" => datapoints.collect::<Vec<_>>() })
}

fn grid(request: &Value) -> Result<Grid, Failure> {
    let second = |name: &str| match request.get(name) {
        Some(Value::Time(at)) => at.as_second(),
        _ => 0,
    };
    let (from, to) = (second("StartTime").div_euclid(MINUTE) * MINUTE, second("EndTime"));
    refuse_if(second("StartTime") >= to, || bad_value("The parameter StartTime must be less than the parameter EndTime."))?;
    let period = request.get("Period").and_then(Value::as_int).unwrap_or_default();
    refuse_if(!is_period(period, SHORT_PERIODS), || {
        bad_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
    })?;
    let count = (to - from).div_euclid(period) + i64::from((to - from).rem_euclid(period) > 0);
    refuse_if(count > DATAPOINTS_MAX, || {
        bad_combination(format!(
            "You have requested up to {} datapoints, which exceeds the limit of {}. \
             You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
            thousands(count),
            thousands(DATAPOINTS_MAX)
        ))
    })?;
    Ok(Grid { from, to, period })
}

/// `1,440`
fn thousands(count: i64) -> String {
    let digits = count.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

/// What was asked for, by the name under which it goes back.
fn statistics(request: &Value) -> Result<Vec<(String, Statistic, bool)>, Failure> {
    let (plain, extended) = (texts(request, "Statistics"), texts(request, "ExtendedStatistics"));
    check_count(request, "Statistics", 5)?;
    check_count(request, "ExtendedStatistics", 10)?;
    refuse_if(plain.is_empty() && extended.is_empty(), || {
        bad_combination("Must specify either Statistics or ExtendedStatistics")
    })?;
    let plain = plain.iter().filter_map(|name| Some(((*name).to_owned(), Statistic::named(name)?, false)));
    let extended = extended.iter().map(|name| match Statistic::percentile(name) {
        Some(statistic) => Ok(((*name).to_owned(), statistic, true)),
        None if Statistic::is_known_elsewhere(name) => Err(unsupported(&format!("the statistic {name}"))),
        None => Err(bad_value(format!("The value {name} for parameter ExtendedStatistics is not supported."))),
    });
    let extended: Vec<_> = extended.collect::<Result<_, _>>()?;
    Ok(plain.chain(extended).collect())
}

fn datapoint(at: i64, samples: &Samples, wanted: &[(String, Statistic, bool)], unit: &str) -> Value {
    let at = Timestamp::from_second(at).expect("a time of this era");
    let mut members = Map::from([("Timestamp".into(), Value::Time(at)), ("Unit".into(), unit.into())]);
    let mut percentiles = Map::new();
    for (name, statistic, extended) in wanted {
        let Some(value) = samples.statistic(*statistic) else {
            continue;
        };
        match extended {
            true => percentiles.insert(name.into(), value.into()),
            false => members.insert(name.into(), value.into()),
        };
    }
    if !percentiles.is_empty() {
        members.insert("ExtendedStatistics".into(), Value::Map(percentiles));
    }
    Value::Map(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([7, 1_440, 12_345_678].map(thousands), ["7", "1,440", "12,345,678"]);
    }
}
