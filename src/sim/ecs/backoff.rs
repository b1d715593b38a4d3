//! The wait between rounds of tasks that never come to run.

use serde::{Deserialize, Serialize};

use super::pace::{Pace, after};
use crate::value::Timestamp;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Backoff {
    /// Whose tasks do not come to run.
    deployment: String,
    /// Rounds in a row.
    rounds: usize,
    pub until: Option<Timestamp>,
    /// It has become longer, and the service has not said so yet.
    pub unsaid: bool,
}

impl Backoff {
    /// A task that was launched at `launched` never came to run. Those that
    /// were launched together are one round.
    pub fn failed(&mut self, deployment: &str, launched: Timestamp, now: Timestamp, pace: &Pace) {
        if self.deployment != deployment {
            *self = Backoff { deployment: deployment.to_owned(), ..Backoff::default() };
        }
        if self.until.is_some_and(|until| launched < until) {
            return;
        }
        self.rounds += 1;
        let wait = pace.start_backoff(self.rounds);
        self.until = Some(after(now, wait));
        self.unsaid = wait > 0;
    }

    /// A task of it runs.
    pub fn ran(&mut self, deployment: &str) {
        if self.deployment == deployment {
            *self = Backoff::default();
        }
    }

    pub fn holds(&self, deployment: &str, now: Timestamp) -> bool {
        self.deployment == deployment && self.until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// E43 Each round of tasks that never run makes the next wait longer, up to
    /// 27 minutes; a task that runs ends the wait.
    #[test]
    fn e43_waits_grow_to_a_bound() {
        let (pace, mut backoff, mut now) = (Pace::default(), Backoff::default(), 0);
        let mut waits = vec![];
        for _ in 0..7 {
            backoff.failed("d", at(now), at(now + 100), &pace);
            // A second task of the same round changes nothing.
            backoff.failed("d", at(now), at(now + 101), &pace);
            let until = backoff.until.unwrap().as_second();
            waits.push(until - now - 100);
            assert_eq!(backoff.holds("d", at(now + 100)), waits.last() != Some(&0));
            assert!(!backoff.holds("d", at(until)) && !backoff.holds("other", at(until - 1)));
            now = until;
        }
        assert_eq!(waits, [0, 240, 480, 960, 1620, 1620, 1620]);
        backoff.ran("other");
        assert!(backoff.until.is_some());
        backoff.ran("d");
        assert!(backoff.until.is_none());
    }
}
