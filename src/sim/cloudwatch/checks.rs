//! The refusals that several operations share, in AWS's words.

use std::fmt::Display;

use super::super::refuse::{refuse, refuse_if};
use crate::api::Failure;
use crate::value::Value;

pub fn invalid(message: impl Into<String>) -> Failure {
    refuse("ValidationError", message)
}

pub fn bad_value(message: impl Into<String>) -> Failure {
    refuse("InvalidParameterValue", message)
}

pub fn bad_combination(message: impl Into<String>) -> Failure {
    refuse("InvalidParameterCombination", message)
}

pub fn missing(message: impl Into<String>) -> Failure {
    refuse("MissingParameter", message)
}

/// `path` is spelled as AWS's own classes spell it: `evaluationPeriods`.
pub fn broken(value: impl Display, path: &str, constraint: &str) -> Failure {
    invalid(format!("1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"))
}

pub fn absent(path: &str) -> Failure {
    invalid(format!("1 validation error detected: Value null at '{path}' failed to satisfy constraint: Member must not be null"))
}

/// `AlarmName` as the messages spell it: `alarmName`.
pub fn spelled(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// That a text that was given has between so many characters.
pub fn check_length(request: &Value, member: &str, least: usize, most: usize) -> Result<(), Failure> {
    let Some(text) = request.text(member) else {
        return Ok(());
    };
    let (length, path) = (text.chars().count(), spelled(member));
    let too = |what: &str, bound: usize| broken(text, &path, &format!("Member must have length {what} than or equal to {bound}"));
    refuse_if(length < least, || too("greater", least))?;
    refuse_if(length > most, || too("less", most))
}

/// That a list has no more than so many items.
pub fn check_count(request: &Value, member: &str, most: usize) -> Result<(), Failure> {
    let count = request.items(member).len();
    let constraint = format!("Member must have length less than or equal to {most}");
    refuse_if(count > most, || broken(format!("[{count} items]"), &spelled(member), &constraint))
}

/// That a whole number that was given lies between two bounds.
pub fn check_range(request: &Value, member: &str, least: i64, most: i64) -> Result<(), Failure> {
    let Some(number) = request.get(member).and_then(Value::as_int) else {
        return Ok(());
    };
    let too = |what: &str, bound: i64| {
        broken(number, &spelled(member), &format!("Member must have value {what} than or equal to {bound}"))
    };
    refuse_if(number < least, || too("greater", least))?;
    refuse_if(number > most, || too("less", most))
}

/// The dimensions of a metric: so many, and none empty.
pub fn check_dimensions(value: &Value) -> Result<(), Failure> {
    check_count(value, "Dimensions", 30)?;
    value.items("Dimensions").iter().try_for_each(|pair| {
        check_length(pair, "Name", 1, 255)?;
        check_length(pair, "Value", 1, 1024)
    })
}

/// Seconds over which a statistic may be taken; shorter than a minute only some.
pub fn is_period(seconds: i64, short: &[i64]) -> bool {
    short.contains(&seconds) || (seconds > 0 && seconds % 60 == 0)
}
