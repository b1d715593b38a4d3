//! From datapoints to an alarm's state: a pure function of both, as AWS
//! describes it. It looks at a few more periods than the alarm names, so that
//! what is missing at the end can be made up for by what came before.

/// What a missing datapoint counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// What nobody knows.
    Unknown,
    Ignore,
    Breaching,
    NotBreaching,
}

impl Missing {
    pub const ALL: [(&'static str, Missing); 4] = [
        ("breaching", Missing::Breaching),
        ("notBreaching", Missing::NotBreaching),
        ("ignore", Missing::Ignore),
        ("missing", Missing::Unknown),
    ];

    pub fn named(text: &str) -> Option<Missing> {
        Missing::ALL.iter().find(|(name, _)| *name == text).map(|(_, missing)| *missing)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Ok,
    Alarm,
    Insufficient,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Ok => "OK",
            State::Alarm => "ALARM",
            State::Insufficient => "INSUFFICIENT_DATA",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Whether a value is on the wrong side.
    pub breaches: fn(f64, f64) -> bool,
    pub threshold: f64,
    pub periods: usize,
    pub to_alarm: usize,
    pub missing: Missing,
}

/// The comparisons that an alarm with a threshold can make, and their words.
pub const OPERATORS: &[(&str, Breaches, &str)] = &[
    ("GreaterThanOrEqualToThreshold", |value, threshold| value >= threshold, "greater than or equal to"),
    ("GreaterThanThreshold", |value, threshold| value > threshold, "greater than"),
    ("LessThanOrEqualToThreshold", |value, threshold| value <= threshold, "less than or equal to"),
    ("LessThanThreshold", |value, threshold| value < threshold, "less than"),
];

type Breaches = fn(f64, f64) -> bool;

impl Rule {
    /// How many periods are looked at.
    pub fn range(&self) -> usize {
        self.periods + 2
    }

    fn is_breaching(&self, value: f64) -> bool {
        (self.breaches)(value, self.threshold)
    }
}

/// What the datapoints say, and which of them said it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub state: State,
    /// By their age in periods, newest first.
    pub decisive: Vec<usize>,
    /// So many were missing, and were treated as something.
    pub filled: usize,
}

/// The state that follows from the newest datapoints, newest first; nothing when
/// the alarm stays as it is.
pub fn judge(rule: &Rule, points: &[Option<f64>]) -> Option<Verdict> {
    let known = points.iter().enumerate().filter_map(|(age, value)| Some((age, (*value)?)));
    let known: Vec<(usize, f64)> = known.take(rule.periods).collect();
    let missing = rule.periods - known.len();
    let breaching: Vec<usize> = known.iter().filter(|(_, value)| rule.is_breaching(*value)).map(|(age, _)| *age).collect();
    let sound: Vec<usize> = known.iter().filter(|(_, value)| !rule.is_breaching(*value)).map(|(age, _)| *age).collect();
    let verdict = |state, decisive: &[usize], filled| Some(Verdict { state, decisive: decisive.to_vec(), filled });
    if breaching.len() >= rule.to_alarm {
        return verdict(State::Alarm, &breaching, if rule.missing == Missing::Breaching { missing } else { 0 });
    }
    match rule.missing {
        _ if missing == 0 => verdict(State::Ok, &sound, 0),
        Missing::Breaching if breaching.len() + missing >= rule.to_alarm => verdict(State::Alarm, &breaching, missing),
        Missing::Breaching | Missing::NotBreaching => verdict(State::Ok, &sound, missing),
        Missing::Unknown if known.is_empty() => verdict(State::Insufficient, &[], 0),
        Missing::Ignore if known.is_empty() => None,
        _ if !sound.is_empty() => verdict(State::Ok, &sound, 0),
        // Nothing but bad news. Once it is as old as the alarm needs, what is
        // missing since does not excuse it.
        Missing::Unknown if breaching.last().is_some_and(|age| age + 1 >= rule.to_alarm) => verdict(State::Alarm, &breaching, 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(periods: usize, to_alarm: usize, missing: Missing) -> Rule {
        Rule { breaches: |value, threshold| value > threshold, threshold: 80.0, periods, to_alarm, missing }
    }

    /// As AWS draws them: oldest first, `X` breaches, `0` does not, `-` is missing.
    fn points(drawn: &str) -> Vec<Option<f64>> {
        let point = |letter: char| match letter {
            'X' => Some(Some(90.0)),
            '0' => Some(Some(10.0)),
            '-' => Some(None),
            _ => None,
        };
        drawn.chars().rev().filter_map(point).collect()
    }

    /// In the order missing, ignore, breaching, not breaching; `None` is "as it was".
    fn states(drawn: &str, periods: usize, to_alarm: usize) -> [Option<State>; 4] {
        [Missing::Unknown, Missing::Ignore, Missing::Breaching, Missing::NotBreaching]
            .map(|missing| judge(&rule(periods, to_alarm, missing), &points(drawn)).map(|verdict| verdict.state))
    }

    const OK: Option<State> = Some(State::Ok);
    const ALARM: Option<State> = Some(State::Alarm);
    const NONE: Option<State> = Some(State::Insufficient);

    /// M10 What is missing counts as the alarm says, and only as far as the periods before cannot make up for it.
    #[test]
    fn m10_missing_data_in_three_of_three_and_two_of_three() {
        for (drawn, expected) in [
            ("0 - X - X", [OK, OK, OK, OK]),
            ("- - - - 0", [OK, OK, OK, OK]),
            ("- - - - -", [NONE, None, ALARM, OK]),
            ("0 X X - X", [ALARM, ALARM, ALARM, ALARM]),
            ("- - X - -", [ALARM, None, ALARM, OK]),
        ] {
            assert_eq!(states(drawn, 3, 3), expected, "{drawn}");
        }
        for (drawn, expected) in [
            ("0 - X - X", [ALARM, ALARM, ALARM, ALARM]),
            ("0 0 X 0 X", [ALARM, ALARM, ALARM, ALARM]),
            ("0 - X - -", [OK, OK, ALARM, OK]),
            ("- - - - 0", [OK, OK, ALARM, OK]),
            ("- - - X -", [ALARM, None, ALARM, OK]),
        ] {
            assert_eq!(states(drawn, 3, 2), expected, "{drawn}");
        }
        assert_eq!(states("- - - - X", 3, 3)[0], None, "one bad datapoint alone is too young to tell");
    }

    /// M11 A comparison is strict or not, as its name says.
    #[test]
    fn m11_comparisons() {
        for (name, [below, at, above]) in [
            ("GreaterThanOrEqualToThreshold", [false, true, true]),
            ("GreaterThanThreshold", [false, false, true]),
            ("LessThanOrEqualToThreshold", [true, true, false]),
            ("LessThanThreshold", [true, false, false]),
        ] {
            let (_, breaches, _) = OPERATORS.iter().find(|(operator, ..)| *operator == name).unwrap();
            assert_eq!([79.9, 80.0, 80.1].map(|value| breaches(value, 80.0)), [below, at, above], "{name}");
        }
    }
}
