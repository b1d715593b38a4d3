//! ListMetrics: which metrics there are. One that only counts what went wrong is
//! there when something did; AWS forgets it after two weeks, the sandbox after
//! three hours.

use super::super::paging::Paging;
use super::super::refuse::refuse_if;
use super::super::{Answer, Sim};
use super::checks::{bad_value, check_count, check_length};
use super::metric::Metric;
use super::{balancers, measure, services};
use crate::value::Value;

const METRICS: Paging = Paging { size: "", token: "NextToken", size_default: 500, refusal: "InvalidParameterValue" };
const LATELY: i64 = 3 * 3600;

pub fn list(sim: &Sim, request: &Value) -> Answer {
    for (member, most) in [("Namespace", 255), ("MetricName", 255)] {
        check_length(request, member, 1, most)?;
    }
    check_count(request, "Dimensions", 10)?;
    let linked = request.get("IncludeLinkedAccounts").and_then(Value::as_bool) == Some(true);
    refuse_if(!linked && request.text("OwningAccount").is_some(), || {
        bad_value("The parameter OwningAccount requires IncludeLinkedAccounts to be true.")
    })?;
    let recent = request.text("RecentlyActive").is_some();
    let mut metrics: Vec<Metric> = [services::all(sim), balancers::all(sim)].concat();
    metrics.retain(|metric| passes(request, metric) && was_told(sim, metric));
    let published = sim.cloudwatch.published.all().filter(|metric| passes(request, metric));
    metrics.extend(published.filter(|metric| !recent || published_lately(sim, metric)).cloned());
    metrics.sort();
    METRICS.page(request, "Metrics", metrics.iter().map(Metric::to_value).collect())
}

fn passes(request: &Value, metric: &Metric) -> bool {
    let same = |member: &str, found: &str| request.text(member).is_none_or(|wanted| wanted == found);
    same("Namespace", &metric.namespace)
        && same("MetricName", &metric.name)
        && request.items("Dimensions").iter().all(|filter| {
            let found = metric.dimension(filter.text("Name").unwrap_or_default());
            found.is_some_and(|found| filter.text("Value").is_none_or(|wanted| wanted == found))
        })
}

fn was_told(sim: &Sim, metric: &Metric) -> bool {
    let now = sim.now.as_second();
    measure::measure(sim, metric, None, now - LATELY, now).is_some()
}

fn published_lately(sim: &Sim, metric: &Metric) -> bool {
    sim.cloudwatch.published.last(metric).is_some_and(|at| at >= sim.now.as_second() - LATELY)
}
