//! What a member of a fault can be set to, as a scenario file writes it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use super::pattern;
use crate::value::parse_span;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    Milliseconds(i64),
    Number(i64),
    Chance(f64),
    Flag(bool),
    Text(String),
}

/// What a member takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Takes {
    Duration,
    /// From 1.
    Count,
    /// From 0 to this.
    Number(i64),
    Chance,
    Flag,
    Text,
    Pattern,
    /// A pattern over the names of operations, that at least one has.
    Operation,
    OneOf(&'static [&'static str]),
}

impl Takes {
    /// What stands in a listing for a value that has no default.
    pub fn placeholder(self) -> &'static str {
        match self {
            Takes::Duration => "DURATION",
            Takes::Count | Takes::Number(_) => "NUMBER",
            Takes::Chance => "CHANCE",
            Takes::Flag => "true",
            Takes::Text | Takes::OneOf(_) => "TEXT",
            Takes::Pattern => "PATTERN",
            Takes::Operation => "OPERATION",
        }
    }

    /// As a message names it.
    pub fn describe(self) -> String {
        match self {
            Takes::Duration => "a duration up to a year, as \"20s\" or \"2m 30s\"".into(),
            Takes::Count => "a whole number from 1".into(),
            Takes::Number(most) => format!("a whole number from 0 to {most}"),
            Takes::Chance => "a number from 0 to 1".into(),
            Takes::Flag => "true or false".into(),
            Takes::Text => "text in quotes".into(),
            Takes::Pattern => "text in quotes, where * stands for anything".into(),
            Takes::Operation => "an operation, as \"ecs:UpdateService\", \"ecs:*\" or \"*\"".into(),
            Takes::OneOf(words) => words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" or "),
        }
    }

    /// The setting that a file means; nothing if this is no such thing.
    pub(super) fn read(self, value: &DeValue) -> Option<Setting> {
        let whole = || {
            let integer = value.as_integer()?;
            i64::from_str_radix(integer.as_str(), integer.radix()).ok()
        };
        let text = || value.as_str().map(|text| Setting::Text(text.to_owned()));
        match self {
            Takes::Duration => parse_duration(value.as_str()?).map(Setting::Milliseconds),
            Takes::Count => whole().filter(|number| *number >= 1).map(Setting::Number),
            Takes::Number(most) => whole().filter(|number| (0..=most).contains(number)).map(Setting::Number),
            Takes::Chance => number(value).filter(|chance| (0.0..=1.0).contains(chance)).map(Setting::Chance),
            Takes::Flag => value.as_bool().map(Setting::Flag),
            Takes::Text | Takes::Pattern => text(),
            Takes::Operation => text().filter(|_| value.as_str().is_some_and(pattern::names_an_operation)),
            Takes::OneOf(words) => text().filter(|_| value.as_str().is_some_and(|word| words.contains(&word))),
        }
    }
}

fn parse_duration(text: &str) -> Option<i64> {
    /// Beyond it, sums of times would leave the calendar.
    const YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);
    let span = parse_span(text).filter(|span| *span <= YEAR)?;
    i64::try_from(span.as_millis()).ok()
}

fn number(value: &DeValue) -> Option<f64> {
    let float = value.as_float().map(toml::de::DeFloat::as_str);
    float.or(value.as_integer().map(toml::de::DeInteger::as_str))?.parse().ok()
}
