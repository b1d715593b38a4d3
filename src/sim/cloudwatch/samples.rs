//! What was measured in one stretch of time, and the statistics of it.

use serde::{Deserialize, Serialize};

/// More different values than one request may publish are not kept apart.
const VALUES_MAX: usize = 300;

/// Values, and how often each; or only what is known of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    pub count: f64,
    pub sum: f64,
    pub least: f64,
    pub most: f64,
    /// Nothing where only the rest was ever told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    values: Option<Vec<(f64, f64)>>,
}

impl Samples {
    /// Of values, each so many times; nothing when there are none.
    pub fn of(values: &[(f64, f64)]) -> Option<Samples> {
        let values: Vec<(f64, f64)> = values.iter().copied().filter(|(_, count)| *count > 0.0).collect();
        let (first, _) = *values.first()?;
        let begin = Samples { count: 0.0, sum: 0.0, least: first, most: first, values: None };
        let mut samples = values.iter().fold(begin, |all, (value, count)| Samples {
            count: all.count + count,
            sum: all.sum + value * count,
            least: all.least.min(*value),
            most: all.most.max(*value),
            values: None,
        });
        samples.values = Some(values);
        Some(samples)
    }

    /// Of which only the statistics were told.
    pub fn told(count: f64, sum: f64, least: f64, most: f64) -> Samples {
        let values = (least == most).then(|| vec![(least, count)]);
        Samples { count, sum, least, most, values }
    }

    pub fn join(self, other: Samples) -> Samples {
        let values = match (self.values, other.values) {
            (Some(mut values), Some(more)) => {
                for (value, count) in more {
                    match values.iter_mut().find(|(known, _)| *known == value) {
                        Some((_, known)) => *known += count,
                        None => values.push((value, count)),
                    }
                }
                (values.len() <= VALUES_MAX).then_some(values)
            }
            _ => None,
        };
        Samples {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            least: self.least.min(other.least),
            most: self.most.max(other.most),
            values,
        }
    }

    /// Nothing where the values themselves would be needed and are not known.
    pub fn statistic(&self, statistic: Statistic) -> Option<f64> {
        match statistic {
            Statistic::SampleCount => Some(self.count),
            Statistic::Sum => Some(self.sum),
            Statistic::Average => Some(self.sum / self.count),
            Statistic::Minimum => Some(self.least),
            Statistic::Maximum => Some(self.most),
            Statistic::Percentile(percent) => self.percentile(percent),
        }
    }

    /// The least value that is not below so many of all.
    fn percentile(&self, percent: f64) -> Option<f64> {
        let mut values = self.values.clone()?;
        values.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut left = self.count * percent / 100.0;
        for (value, count) in &values {
            left -= count;
            if left <= 1e-9 {
                return Some(*value);
            }
        }
        values.last().map(|(value, _)| *value)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    SampleCount,
    Sum,
    Average,
    Minimum,
    Maximum,
    Percentile(f64),
}

impl Statistic {
    pub const PLAIN: [(&'static str, Statistic); 5] = [
        ("SampleCount", Statistic::SampleCount),
        ("Sum", Statistic::Sum),
        ("Average", Statistic::Average),
        ("Minimum", Statistic::Minimum),
        ("Maximum", Statistic::Maximum),
    ];

    /// `Average`, `p99`, `p99.9`.
    pub fn named(text: &str) -> Option<Statistic> {
        let plain = Statistic::PLAIN.iter().find(|(name, _)| *name == text).map(|(_, statistic)| *statistic);
        plain.or_else(|| Statistic::percentile(text))
    }

    pub fn percentile(text: &str) -> Option<Statistic> {
        let digits = text.strip_prefix('p').filter(|digits| digits.starts_with(|first: char| first.is_ascii_digit()))?;
        let percent: f64 = digits.parse().ok()?;
        (0.0..=100.0).contains(&percent).then_some(Statistic::Percentile(percent))
    }

    /// AWS has it, and the sandbox does not: trimmed means and their kin.
    pub fn is_known_elsewhere(text: &str) -> bool {
        let trimmed = ["tm", "tc", "ts", "wm", "TM(", "TC(", "TS(", "WM(", "PR("];
        text == "IQM" || trimmed.iter().any(|prefix| text.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_values() {
        let samples = Samples::of(&[(1.0, 8.0), (5.0, 1.0), (9.0, 1.0)]).unwrap();
        for (name, value) in [
            ("SampleCount", 10.0),
            ("Sum", 22.0),
            ("Average", 2.2),
            ("Minimum", 1.0),
            ("Maximum", 9.0),
            ("p50", 1.0),
            ("p80", 1.0),
            ("p90", 5.0),
            ("p99.9", 9.0),
            ("p100", 9.0),
            ("p0", 1.0),
        ] {
            assert_eq!(samples.statistic(Statistic::named(name).unwrap()), Some(value), "{name}");
        }
        for wrong in ["p", "p101", "p-1", "pinf", "pNaN", "average", "", "tm90"] {
            assert_eq!(Statistic::named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_only_told_has_no_percentiles() {
        let told = Samples::told(4.0, 10.0, 1.0, 4.0);
        assert_eq!(told.statistic(Statistic::Average), Some(2.5));
        assert_eq!(told.statistic(Statistic::Percentile(50.0)), None);
        assert_eq!(Samples::told(4.0, 8.0, 2.0, 2.0).statistic(Statistic::Percentile(50.0)), Some(2.0));
        let joined = Samples::of(&[(2.0, 1.0)]).unwrap().join(told);
        assert_eq!((joined.count, joined.sum, joined.least, joined.most), (5.0, 12.0, 1.0, 4.0));
        assert_eq!(Samples::of(&[]), None);
    }
}
