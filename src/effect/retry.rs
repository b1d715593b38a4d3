//! How often a call is tried and how long to wait in between. The SDK tries
//! once; this is the only place that tries again.

use std::time::Duration;

use crate::api::{Effect, Failure, Operation};

#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Tries for throttles and lost answers, the first included.
    pub attempts: u32,
    /// Tries when nobody listens at the endpoint: waiting longer seldom helps.
    pub connection_attempts: u32,
    pub first_wait: Duration,
    pub longest_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            attempts: 8,
            connection_attempts: 4,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(20),
        }
    }
}

impl Retry {
    /// The same policy with the total number of tries that the operator set.
    pub fn with_attempts(self, attempts: u32) -> Retry {
        let attempts = attempts.max(1);
        Retry { attempts, connection_attempts: self.connection_attempts.min(attempts), ..self }
    }

    /// Whether try number `attempt`, which ended in `failure`, is followed by another.
    pub fn again(&self, operation: &Operation, failure: &Failure, attempt: u32) -> bool {
        let (worth_it, attempts) = match failure {
            _ if failure.is_throttle() => (true, self.attempts),
            Failure::NotSent(_) => (true, self.connection_attempts),
            // Whoever set a time wants to know when it is up.
            Failure::TimedOut(_) => (false, 1),
            // A script asks one server at a time, and can go on asking.
            _ if operation.is_http() => (may_send_again(operation), self.connection_attempts),
            _ if failure.leaves_doubt() => (may_send_again(operation), self.attempts),
            _ => (false, 1),
        };
        worth_it && attempt < attempts
    }

    /// The wait after try number `attempt`: doubled each time, the last half of
    /// it random, so that many clients do not come back together.
    pub fn wait(&self, attempt: u32, random: f64) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        doubled.min(self.longest_wait).mul_f64(0.5 + random / 2.0)
    }
}

fn may_send_again(operation: &Operation) -> bool {
    match operation.effect {
        Effect::Read => true,
        Effect::Write(settle) => settle.may_send_again(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_whatever_the_dice_say() {
        let retry = Retry::default();
        for attempt in 1..6 {
            assert!(retry.wait(attempt, 1.0) <= retry.wait(attempt + 1, 0.0));
        }
        assert_eq!(retry.wait(30, 1.0), retry.longest_wait);
    }
}
