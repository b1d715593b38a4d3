//! The circuit breaker's settings and its threshold.

use crate::value::Value;

const LEAST: i64 = 3;
const MOST: i64 = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    pub enabled: bool,
    pub rollback: bool,
    /// A task that becomes healthy sets the count back to 0.
    pub resets: bool,
    threshold: Threshold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Threshold {
    BoundedPercent(i64),
    UnboundedPercent(i64),
    Count(i64),
}

impl Breaker {
    /// What a service's `deploymentConfiguration` says.
    pub fn of(configuration: Option<&Value>) -> Breaker {
        let settings = configuration.and_then(|all| all.get("deploymentCircuitBreaker"));
        let flag = |name: &str| settings.and_then(|all| all.get(name)?.as_bool());
        Breaker {
            enabled: flag("enable").unwrap_or(false),
            rollback: flag("rollback").unwrap_or(false),
            resets: flag("resetOnHealthyTask").unwrap_or(true),
            threshold: Threshold::of(settings.and_then(|all| all.get("thresholdConfiguration"))),
        }
    }

    /// How many failed tasks end a deployment of a service of `desired` tasks.
    pub fn threshold(&self, desired: i64) -> i64 {
        let share = |percent: i64| (desired * percent + 99) / 100;
        match self.threshold {
            Threshold::BoundedPercent(percent) => share(percent).clamp(LEAST, MOST),
            Threshold::UnboundedPercent(percent) => share(percent).max(1),
            Threshold::Count(count) => count.max(1),
        }
    }
}

impl Threshold {
    fn of(settings: Option<&Value>) -> Threshold {
        let value = settings.and_then(|settings| settings.get("value")?.as_int()).unwrap_or(50);
        match settings.and_then(|settings| settings.text("type")) {
            Some("UNBOUNDED_PERCENT") => Threshold::UnboundedPercent(value),
            Some("COUNT") => Threshold::Count(value),
            _ => Threshold::BoundedPercent(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    fn breaker(threshold: Value) -> Breaker {
        Breaker::of(Some(
            &map! { "deploymentCircuitBreaker" => map! { "enable" => true, "thresholdConfiguration" => threshold } },
        ))
    }

    /// E40 The threshold is half of the desired count, at least 3 and at most 200.
    #[test]
    fn e40_the_documented_thresholds() {
        assert_eq!([1, 25, 400, 800].map(|desired| Breaker::of(None).threshold(desired)), [3, 13, 200, 200]);
        let third = breaker(map! { "type" => "BOUNDED_PERCENT", "value" => 34 });
        assert_eq!([1, 100, 1000].map(|desired| third.threshold(desired)), [3, 34, 200]);
    }

    /// E41 An unbounded percentage has neither bound, a count asks for no
    /// desired count, and one failure is the least of both.
    #[test]
    fn e41_thresholds_without_bounds() {
        let unbounded = breaker(map! { "type" => "UNBOUNDED_PERCENT", "value" => 50 });
        assert_eq!([0, 1, 3, 800].map(|desired| unbounded.threshold(desired)), [1, 1, 2, 400]);
        let count = breaker(map! { "type" => "COUNT", "value" => 5 });
        assert_eq!([1, 800].map(|desired| count.threshold(desired)), [5, 5]);
    }

    /// E42 A healthy task resets the count unless the settings say otherwise,
    /// and a service without settings has no breaker.
    #[test]
    fn e42_the_defaults() {
        assert_eq!((Breaker::of(None).enabled, Breaker::of(None).rollback, Breaker::of(None).resets), (false, false, true));
        let settings = map! { "enable" => true, "rollback" => true, "resetOnHealthyTask" => false };
        let breaker = Breaker::of(Some(&map! { "deploymentCircuitBreaker" => settings }));
        assert_eq!((breaker.enabled, breaker.rollback, breaker.resets), (true, true, false));
    }
}
