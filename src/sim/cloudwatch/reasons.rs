//! Why an alarm is in its state, in AWS's words.

use jiff::tz::TimeZone;

use super::verdict::{Missing, Rule, State, Verdict};
use crate::map;
use crate::value::{Timestamp, Value, to_json};

/// What an alarm that was never evaluated says.
pub const UNCHECKED: &str = "Unchecked: Initial alarm creation";

/// Everything that a reason tells of.
pub struct Told<'a> {
    pub rule: &'a Rule,
    pub verdict: &'a Verdict,
    /// `greater than or equal to`
    pub words: &'static str,
    /// Newest first, with the second in which each begins.
    pub points: &'a [(i64, Option<f64>)],
    pub before: &'a str,
}

pub fn reason(told: &Told) -> String {
    let Told { rule, verdict, points, .. } = told;
    if verdict.state == State::Insufficient {
        let count = points.len();
        return match count {
            1 => "Insufficient Data: 1 datapoint was unknown.".into(),
            _ => format!("Insufficient Data: {count} datapoints were unknown."),
        };
    }
    let filled = filled(rule.missing, verdict.filled);
    if verdict.decisive.is_empty() && verdict.filled > 0 {
        let periods = if rule.periods == 1 { "1 period".to_owned() } else { format!("{} periods", rule.periods) };
        return format!("Threshold Crossed: no datapoints were received for {periods}{filled}.");
    }
    let shown: Vec<String> = verdict.decisive.iter().map(|age| datapoint(points[*age])).collect();
    let count = shown.len();
    let not = if verdict.state == State::Ok { "not " } else { "" };
    let were = if count == 1 { "was" } else { "were" };
    let crossed = format!("[{}] {were} {not}{} the threshold ({:?}){filled}", shown.join(", "), told.words, rule.threshold);
    match told.before {
        "INSUFFICIENT_DATA" => {
            let noun = if count == 1 { "datapoint" } else { "datapoints" };
            format!("Threshold Crossed: {count} {noun} {crossed}.")
        }
        before => {
            let needed = if verdict.state == State::Alarm { rule.to_alarm } else { rule.periods - rule.to_alarm + 1 };
            let noun = if needed == 1 { "datapoint" } else { "datapoints" };
            format!(
                "Threshold Crossed: {count} out of the last {} datapoints {crossed} (minimum {needed} {noun} for {before} -> {} transition).",
                rule.periods,
                verdict.state.name()
            )
        }
    }
}

fn filled(missing: Missing, count: usize) -> String {
    let treated = match missing {
        Missing::Breaching => "Breaching",
        _ => "NonBreaching",
    };
    match count {
        0 => String::new(),
        1 => format!(" and 1 missing datapoint was treated as [{treated}]"),
        _ => format!(" and {count} missing datapoints were treated as [{treated}]"),
    }
}

/// `90.0 (01/07/26 09:05:00)`
fn datapoint((second, value): (i64, Option<f64>)) -> String {
    let at = moment(second).to_zoned(TimeZone::UTC).strftime("%d/%m/%y %H:%M:%S").to_string();
    format!("{:?} ({at})", value.unwrap_or_default())
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time of this era")
}

/// `2026-07-01T09:05:00.000+0000`
pub fn stamp(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// The same for programs. `statistic` and `period` where the alarm has them.
pub fn data(told: &Told, now: Timestamp, statistic: Option<&str>, period: i64) -> String {
    let mut recent: Vec<Value> = told.points.iter().filter_map(|(_, value)| value.map(Value::Float)).collect();
    recent.truncate(told.rule.periods);
    recent.reverse();
    let evaluated = told.points.iter().take(told.rule.periods).map(|(second, value)| {
        let mut point = map! { "timestamp" => stamp(moment(*second)) };
        if let (Some(value), Some(members)) = (value, point.as_map_mut()) {
            members.insert("value".into(), Value::Float(*value));
        }
        point
    });
    let mut document = map! {
        "version" => "1.0", "queryDate" => stamp(now), "period" => period, "recentDatapoints" => recent,
        "threshold" => told.rule.threshold, "evaluatedDatapoints" => evaluated.collect::<Vec<_>>(),
    };
    if let (Some(statistic), Some(members)) = (statistic, document.as_map_mut()) {
        members.insert("statistic".into(), statistic.into());
    }
    to_json(&document).expect("no secret leaf inside")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(state: State, before: &str, missing: Missing, points: &[Option<f64>], decisive: &[usize], filled: usize) -> String {
        let rule = Rule { breaches: |value, threshold| value > threshold, threshold: 80.0, periods: 2, to_alarm: 2, missing };
        let start = "2026-07-01T09:05:00Z".parse::<Timestamp>().unwrap().as_second();
        let points: Vec<_> = points.iter().zip(0..).map(|(value, age)| (start - age * 300, *value)).collect();
        let verdict = Verdict { state, decisive: decisive.to_vec(), filled };
        reason(&Told { rule: &rule, verdict: &verdict, words: "greater than", points: &points, before })
    }

    /// M12 A state's reason is said in these words.
    #[test]
    fn m12_reasons() {
        let (two, none) = ([Some(90.0), Some(85.5)], [None, None]);
        assert_eq!(
            said(State::Alarm, "OK", Missing::Unknown, &two, &[0, 1], 0),
            "Threshold Crossed: 2 out of the last 2 datapoints [90.0 (01/07/26 09:05:00), 85.5 (01/07/26 09:00:00)] were greater \
             than the threshold (80.0) (minimum 2 datapoints for OK -> ALARM transition)."
        );
        assert_eq!(
            said(State::Ok, "ALARM", Missing::Unknown, &[Some(9.0), Some(90.0)], &[0], 0),
            "Threshold Crossed: 1 out of the last 2 datapoints [9.0 (01/07/26 09:05:00)] was not greater than the threshold \
             (80.0) (minimum 1 datapoint for ALARM -> OK transition)."
        );
        assert_eq!(
            said(State::Ok, "INSUFFICIENT_DATA", Missing::Unknown, &[Some(9.0)], &[0], 0),
            "Threshold Crossed: 1 datapoint [9.0 (01/07/26 09:05:00)] was not greater than the threshold (80.0)."
        );
        assert_eq!(
            said(State::Ok, "INSUFFICIENT_DATA", Missing::NotBreaching, &none, &[], 2),
            "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [NonBreaching]."
        );
        assert_eq!(
            said(State::Insufficient, "OK", Missing::Unknown, &none, &[], 0),
            "Insufficient Data: 2 datapoints were unknown."
        );
    }
}
