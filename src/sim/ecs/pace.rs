//! How long things take, in milliseconds of virtual time. The numbers are those
//! of public timelines of small Fargate tasks, but for the target group's
//! deregistration delay, which is as short as the guide's project has it.

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
    pub start_ms: i64,
    /// From RUNNING until the scheduler registers the target.
    pub register_after_ms: i64,
    /// From registering until the target's health checks have passed.
    pub target_healthy_ms: i64,
    /// From RUNNING until the container's own health check has passed.
    pub container_healthy_ms: i64,
    /// From RUNNING until a task that nothing checks counts as healthy.
    pub settle_ms: i64,
    pub deregistration_delay_ms: i64,
    /// From the stop signal until the containers have exited.
    pub exit_ms: i64,
    pub release_ms: i64,
    /// How long a stopped task stays visible.
    pub remember_ms: i64,
    /// How often an idle service repeats that it is steady.
    pub steady_again_ms: i64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            tick_ms: 10_000,
            attach_ms: 4_900,
            pull_after_ms: 8_000,
            pull_ms: 4_500,
            pull_spread_ms: 6_000,
            start_ms: 2_100,
            register_after_ms: 16_000,
            target_healthy_ms: 20_000,
            container_healthy_ms: 30_000,
            settle_ms: 40_000,
            deregistration_delay_ms: 30_000,
            exit_ms: 2_500,
            release_ms: 10_000,
            remember_ms: 3_600_000,
            steady_again_ms: 6 * 3_600_000,
        }
    }
}

impl Pace {
    /// The scheduler's next look after `now`, on its own regular grid.
    pub fn next_tick(&self, now: Timestamp) -> Timestamp {
        let passed = now.as_millisecond().rem_euclid(self.tick_ms);
        after(now, self.tick_ms - passed)
    }
}

/// To the millisecond, as AWS counts.
pub fn after(time: Timestamp, milliseconds: i64) -> Timestamp {
    let sum = time + SignedDuration::from_millis(milliseconds);
    Timestamp::from_millisecond(sum.as_millisecond()).expect("a time of this era")
}
