//! How long things take, in milliseconds of virtual time. The numbers are those
//! of public timelines of small Fargate tasks, but for the target group's
//! deregistration delay, which is as short as the guide's project has it, and
//! the start backoff, whose steps nobody has published.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::value::Timestamp;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pace {
    /// Between two looks of the scheduler.
    pub tick_ms: i64,
    pub attach_ms: i64,
    pub pull_after_ms: i64,
    pub pull_ms: i64,
    /// Chance adds up to this much to a pull.
    pub pull_spread_ms: u64,
    /// How long a pull that cannot succeed is retried.
    pub pull_retries_ms: i64,
    pub start_ms: i64,
    /// Between two health checks of a target; a first one comes within this time.
    pub target_interval_ms: i64,
    /// So many failed checks in a row make a target unhealthy.
    pub target_unhealthy_after: i64,
    /// From a target's becoming healthy until the scheduler relies on it.
    pub target_trust_ms: i64,
    /// Between two health checks of a container whose definition does not say.
    pub container_interval_ms: i64,
    /// From RUNNING until a task that nothing checks counts as healthy.
    pub settle_ms: i64,
    /// How long a rollback that has what it needs is watched before it is completed.
    pub rollback_ms: i64,
    pub deregistration_delay_ms: i64,
    /// From the stop signal until containers that heed it have exited.
    pub exit_ms: i64,
    /// From the stop signal to the kill for a container that does not say.
    pub stop_timeout_ms: i64,
    pub release_ms: i64,
    /// Chance adds up to this much to a release.
    pub release_spread_ms: u64,
    /// How long a task that was run on its own works before it exits.
    pub errand_ms: i64,
    /// How long a stopped task stays visible.
    pub remember_ms: i64,
    /// How often an idle service repeats that it is steady.
    pub steady_again_ms: i64,
    /// How long to wait after the first, second, … round of tasks in a row that
    /// never came to run; the last one goes on.
    pub start_backoff_ms: Vec<i64>,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            tick_ms: 10_000,
            attach_ms: 4_900,
            pull_after_ms: 8_000,
            pull_ms: 2_500,
            pull_spread_ms: 14_000,
            pull_retries_ms: 110_000,
            start_ms: 2_100,
            target_interval_ms: 30_000,
            target_unhealthy_after: 2,
            target_trust_ms: 10_000,
            container_interval_ms: 30_000,
            settle_ms: 40_000,
            rollback_ms: 60_000,
            deregistration_delay_ms: 30_000,
            exit_ms: 2_500,
            stop_timeout_ms: 30_000,
            release_ms: 10_000,
            release_spread_ms: 13_000,
            errand_ms: 15_000,
            remember_ms: 3_600_000,
            steady_again_ms: 6 * 3_600_000,
            start_backoff_ms: [0, 4, 8, 16, 27].map(|minutes| minutes * 60_000).to_vec(),
        }
    }
}

impl Pace {
    /// The scheduler's next look after `now`, on its own regular grid.
    pub fn next_tick(&self, now: Timestamp) -> Timestamp {
        let passed = now.as_millisecond().rem_euclid(self.tick_ms);
        after(now, self.tick_ms - passed)
    }

    /// The first look that is not before `time`.
    pub fn tick_from(&self, time: Timestamp) -> Timestamp {
        self.next_tick(after(time, -1))
    }

    pub fn start_backoff(&self, rounds: usize) -> i64 {
        let step = rounds.min(self.start_backoff_ms.len());
        step.checked_sub(1).map_or(0, |step| self.start_backoff_ms[step])
    }
}

/// To the millisecond, as AWS counts.
pub fn after(time: Timestamp, milliseconds: i64) -> Timestamp {
    let sum = time + SignedDuration::from_millis(milliseconds);
    Timestamp::from_millisecond(sum.as_millisecond()).expect("a time of this era")
}
