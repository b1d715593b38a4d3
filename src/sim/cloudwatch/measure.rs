//! What a metric was in a stretch of time, whoever measured it.

use super::super::Sim;
use super::metric::Metric;
use super::samples::Samples;
use super::{balancers, hosts, services};
use crate::value::Timestamp;

/// AWS's own metrics come once a minute.
pub const MINUTE: i64 = 60;

/// The earliest second that anybody can still be told of.
pub fn remembered(sim: &Sim) -> i64 {
    (sim.now - hosts::REMEMBERED).as_second()
}

/// Everything measured from one second on until before another; only what is
/// over is measured. With a unit, what was told in it.
pub fn measure(sim: &Sim, metric: &Metric, unit: Option<&str>, from: i64, to: i64) -> Option<Samples> {
    let (sample, own): (Measure, &str) = match metric.namespace.as_str() {
        services::NAMESPACE => (services::sample, services::UNIT),
        balancers::NAMESPACE => (balancers::sample, balancers::unit(&metric.name)),
        _ => return sim.cloudwatch.published.measure(metric, unit, from, to),
    };
    if unit.is_some_and(|unit| unit != own) {
        return None;
    }
    let first = from.max(remembered(sim)).div_euclid(MINUTE) + i64::from(from.max(remembered(sim)).rem_euclid(MINUTE) > 0);
    let end = to.min(sim.now.as_second() - MINUTE + 1);
    let minutes = (first..).map(|minute| minute * MINUTE).take_while(|minute| *minute < end);
    minutes.filter_map(|minute| sample(sim, metric, last_moment(minute))).reduce(Samples::join)
}

type Measure = fn(&Sim, &Metric, Timestamp) -> Option<Samples>;

/// A minute is as it stood at its end.
fn last_moment(minute: i64) -> Timestamp {
    Timestamp::from_millisecond((minute + MINUTE) * 1000 - 1).expect("a time of this era")
}

/// The unit in which a metric is told, where there is one.
pub fn unit(sim: &Sim, metric: &Metric) -> String {
    match metric.namespace.as_str() {
        services::NAMESPACE => services::UNIT.to_owned(),
        balancers::NAMESPACE => balancers::unit(&metric.name).to_owned(),
        _ => sim.cloudwatch.published.unit(metric),
    }
}
