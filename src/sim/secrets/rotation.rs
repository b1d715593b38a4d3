//! The configuration of rotation. Rotating itself is the work of a Lambda
//! function, and the sandbox has none: what would call it is refused, and the
//! date of the next rotation passes without one.

use jiff::SignedDuration;

use super::super::refuse::{invalid_parameter, refuse, unsupported};
use super::super::{Answer, Sim};
use super::secret::{Secret, day_of};
use super::stages::{CURRENT, PENDING};
use crate::api::Failure;
use crate::value::{Timestamp, Value};

const NOT_HERE: &str =
    "the rotation function of a secret (RotateSecret with RotateImmediately: false keeps the configuration without calling it)";

pub fn rotate(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    check(secret, request)?;
    if request.get("RotateImmediately").and_then(Value::as_bool).unwrap_or(true) {
        return Err(unsupported(NOT_HERE));
    }
    secret.describe_by(request, "RotationLambdaARN");
    if let Some(rules) = request.get("RotationRules") {
        secret.document.set("RotationRules", rules.clone());
    }
    secret.document.set("RotationEnabled", true);
    schedule(secret, sim.now);
    secret.changed(sim.now);
    Ok(secret.named().to_value())
}

fn check(secret: &Secret, request: &Value) -> Result<(), Failure> {
    let function = request.text("RotationLambdaARN").unwrap_or_else(|| secret.document.text("RotationLambdaARN"));
    if function.is_empty() {
        return Err(refuse("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret."));
    }
    if secret.staged(PENDING).is_some_and(|version| !version.stages.contains(CURRENT)) {
        let message = "A previous rotation isn't complete. That rotation will be reattempted.";
        return Err(refuse("InvalidRequestException", message));
    }
    let Some(rules) = request.get("RotationRules") else {
        return Ok(());
    };
    let days = rules.get("AutomaticallyAfterDays").and_then(Value::as_int);
    if days.is_some() && rules.get("ScheduleExpression").is_some() {
        return Err(invalid_parameter("You can't specify both AutomaticallyAfterDays and ScheduleExpression."));
    }
    if days.is_some_and(|days| !(1..=1000).contains(&days)) {
        return Err(invalid_parameter("RotationRules.AutomaticallyAfterDays must be within 1-1000."));
    }
    Ok(())
}

/// What was configured stays, for the next RotateSecret to turn on again.
pub fn cancel(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    if secret.document.get("RotationEnabled").is_none() {
        let message = "You tried to cancel the rotation of a secret that rotation was never configured for.";
        return Err(refuse("InvalidRequestException", message));
    }
    secret.document.set("RotationEnabled", false);
    schedule(secret, sim.now);
    secret.changed(sim.now);
    Ok(secret.named().to_value())
}

/// Sets the date of the next rotation, counted from a moment at which the value
/// was or would have been new. A cron expression gets none here.
pub fn schedule(secret: &mut Secret, from: Timestamp) {
    let enabled = secret.document.get("RotationEnabled") == Some(&Value::Bool(true));
    let interval = secret.document.get("RotationRules").filter(|_| enabled).and_then(interval);
    match interval.and_then(|interval| next(from, interval)) {
        Some(next) => secret.document.set("NextRotationDate", next),
        None => _ = secret.document.remove("NextRotationDate"),
    }
}

fn interval(rules: &Value) -> Option<SignedDuration> {
    if let Some(days) = rules.get("AutomaticallyAfterDays").and_then(Value::as_int) {
        return Some(SignedDuration::from_hours(24 * days));
    }
    let rate = rules.text("ScheduleExpression")?.strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = rate.split_once(' ')?;
    let count: i64 = count.parse::<u16>().ok()?.into();
    match unit {
        "hour" | "hours" => Some(SignedDuration::from_hours(count)),
        "day" | "days" => Some(SignedDuration::from_hours(24 * count)),
        _ => None,
    }
}

/// A window of days is open until its last second.
fn next(from: Timestamp, interval: SignedDuration) -> Option<Timestamp> {
    let day = SignedDuration::from_hours(24);
    let at = from.checked_add(interval).ok()?;
    if interval < day { Some(at) } else { day_of(at).checked_add(day - SignedDuration::from_secs(1)).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn days_end_at_midnight_and_hours_where_they_are() {
        let next = |rules: Value| {
            let at = interval(&rules).and_then(|interval| next("2026-07-01T09:30:00Z".parse().unwrap(), interval));
            at.map(|at| at.to_string()).unwrap_or_default()
        };
        assert_eq!(next(map! { "AutomaticallyAfterDays" => 30 }), "2026-07-31T23:59:59Z");
        assert_eq!(next(map! { "ScheduleExpression" => "rate(10 days)" }), "2026-07-11T23:59:59Z");
        assert_eq!(next(map! { "ScheduleExpression" => "rate(6 hours)" }), "2026-07-01T15:30:00Z");
        assert_eq!(next(map! { "ScheduleExpression" => "cron(0 8 1 * ? *)" }), "");
        assert_eq!(next(map! {}), "");
    }
}
