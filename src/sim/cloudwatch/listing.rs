//! DescribeAlarms and DescribeAlarmsForMetric. Composite and log alarms are not
//! simulated: their lists are empty.

use super::super::document::Document;
use super::super::paging::Paging;
use super::super::refuse::{refuse_if, unsupported};
use super::super::request::{has_prefix, passes, passes_any, texts};
use super::super::{Answer, Sim};
use super::checks::{check_count, check_dimensions, check_range, invalid};
use super::metric::Metric;
use crate::map;
use crate::value::Value;

const ALARMS: Paging = Paging { size: "MaxRecords", token: "NextToken", size_default: 50, refusal: "InvalidNextToken" };

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    check_count(request, "AlarmNames", 100)?;
    check_range(request, "MaxRecords", 1, 100)?;
    let both = !request.items("AlarmNames").is_empty() && request.text("AlarmNamePrefix").is_some();
    refuse_if(both, || invalid("AlarmNames and AlarmNamePrefix cannot be specified at the same time."))?;
    let family = ["ChildrenOfAlarmName", "ParentsOfAlarmName"].into_iter().any(|member| request.text(member).is_some());
    refuse_if(family, || unsupported("composite alarms"))?;
    let kinds = texts(request, "AlarmTypes");
    let wanted = kinds.is_empty() || kinds.contains(&"MetricAlarm");
    let alarms = all(sim).filter(|alarm| {
        let name = alarm.text("AlarmName");
        wanted
            && passes_any(request, "AlarmNames", name)
            && has_prefix(request, "AlarmNamePrefix", name)
            && passes(request, "StateValue", alarm.text("StateValue"))
            && request.text("ActionPrefix").is_none_or(|prefix| acts(alarm, prefix))
    });
    let mut answer = Document::from(ALARMS.page(request, "MetricAlarms", alarms.map(Document::to_value).collect())?);
    answer.set("CompositeAlarms", Value::List(vec![]));
    Ok(answer.to_value())
}

fn all(sim: &Sim) -> impl Iterator<Item = &Document> {
    sim.cloudwatch.alarms.values().map(|alarm| &alarm.document)
}

fn acts(alarm: &Document, prefix: &str) -> bool {
    let lists = ["OKActions", "AlarmActions", "InsufficientDataActions"];
    let actions = lists.iter().flat_map(|list| alarm.items(list)).filter_map(Value::as_str);
    actions.into_iter().any(|action| action.starts_with(prefix))
}

/// Alarms on exactly this metric; not those on expressions that contain it.
pub fn describe_for_metric(sim: &Sim, request: &Value) -> Answer {
    check_dimensions(request)?;
    let metric = Metric::of(request);
    let alarms = all(sim).filter(|alarm| {
        alarm.contains_key("MetricName")
            && Metric::of(&alarm.to_value()) == metric
            && ["Statistic", "ExtendedStatistic", "Unit"].iter().all(|member| passes(request, member, alarm.text(member)))
            && request.get("Period").and_then(Value::as_int).is_none_or(|period| period == alarm.int("Period"))
    });
    Ok(map! { "MetricAlarms" => alarms.map(Document::to_value).collect::<Vec<_>>() })
}
