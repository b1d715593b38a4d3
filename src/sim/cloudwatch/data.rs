//! GetMetricData: many series in one request, newest or oldest points first, in
//! pages of points.

use super::super::paging::Paging;
use super::super::refuse::refuse_if;
use super::super::{Answer, Sim};
use super::checks::{check_range, invalid};
use super::measure::MINUTE;
use super::queries::{self, Query};
use crate::api::Failure;
use crate::map;
use crate::value::{Timestamp, Value};

const MOST: usize = 100_800;
const POINTS: Paging = Paging { size: "MaxDatapoints", token: "NextToken", size_default: MOST, refusal: "InvalidNextToken" };

pub fn get(sim: &Sim, request: &Value) -> Answer {
    let (from, to) = window(request)?;
    check_range(request, "MaxDatapoints", 1, i64::MAX)?;
    let queries = queries::read(request.items("MetricDataQueries"), "MetricDataQueries")?;
    refuse_if(!queries.iter().any(|query| query.returns), || {
        invalid("At least one of the elements of the MetricDataQueries list should return data.")
    })?;
    let ascending = request.text("ScanBy") == Some("TimestampAscending");
    let mut points = vec![];
    for (place, (query, series)) in queries.iter().zip(queries::series(sim, &queries, from, to)?).enumerate() {
        let mut own: Vec<(i64, f64)> = if query.returns { series.points.into_iter().collect() } else { vec![] };
        if !ascending {
            own.reverse();
        }
        points.extend(own.into_iter().map(|(at, value)| Value::List(vec![(place as i64).into(), at.into(), value.into()])));
    }
    let page = POINTS.page(request, "Points", points.clone())?;
    let shown = page.items("Points");
    let next = page.get("NextToken").and_then(|_| {
        let last = points.iter().position(|point| Some(point) == shown.last())?;
        place_of(points.get(last + 1)?)
    });
    let returned = queries.iter().enumerate().filter(|(_, query)| query.returns);
    let results = returned.filter_map(|(place, query)| {
        // Another page has the rest of it.
        let complete = next.is_none_or(|next| place < next);
        result(place, query, shown, request, complete)
    });
    let mut answer = map! { "MetricDataResults" => results.collect::<Vec<_>>(), "Messages" => Value::List(vec![]) };
    if let (Some(token), Some(members)) = (page.get("NextToken"), answer.as_map_mut()) {
        members.insert("NextToken".into(), token.clone());
    }
    Ok(answer)
}

/// From the first whole minute on, until the end.
fn window(request: &Value) -> Result<(i64, i64), Failure> {
    let second = |name: &str| match request.get(name) {
        Some(Value::Time(at)) => at.as_second(),
        _ => 0,
    };
    let (from, to) = (second("StartTime"), second("EndTime"));
    refuse_if(from == to, || invalid("The parameter StartTime must not equal parameter EndTime."))?;
    refuse_if(from > to, || invalid("The parameter EndTime must be greater than StartTime."))?;
    Ok((from.div_euclid(MINUTE) * MINUTE, to))
}

fn place_of(point: &Value) -> Option<usize> {
    point.as_list()?.first()?.as_int().and_then(|place| usize::try_from(place).ok())
}

/// One query's share of the page; nothing where another page has it.
fn result(place: usize, query: &Query, shown: &[Value], request: &Value, complete: bool) -> Option<Value> {
    let own: Vec<&[Value]> = shown.iter().filter(|point| place_of(point) == Some(place)).filter_map(Value::as_list).collect();
    if own.is_empty() && request.text("NextToken").is_some() {
        return None;
    }
    let time = |point: &&[Value]| {
        let second = point.get(1).and_then(Value::as_int).unwrap_or_default();
        Value::Time(Timestamp::from_second(second).expect("a time of this era"))
    };
    let values = own.iter().filter_map(|point| point.get(2).cloned());
    Some(map! {
        "Id" => query.id.as_str(), "Label" => query.title(), "Timestamps" => own.iter().map(time).collect::<Vec<_>>(),
        "Values" => values.collect::<Vec<_>>(), "StatusCode" => if complete { "Complete" } else { "PartialData" },
    })
}
