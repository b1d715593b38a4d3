//! Virtual time that runs at a speed of its own beside a stopwatch that
//! somebody else winds: nothing here looks at a real clock.

use std::time::Duration;

use jiff::SignedDuration;

use crate::value::Timestamp;

/// How long something has been going on.
pub type Stopwatch = Box<dyn Fn() -> Duration + Send + Sync>;

pub struct Clock {
    stopwatch: Stopwatch,
    speed: f64,
    /// A moment of the stopwatch, and what the virtual time was then.
    since: Duration,
    then: Timestamp,
}

impl Clock {
    pub fn new(stopwatch: Stopwatch, speed: f64, now: Timestamp) -> Clock {
        let since = stopwatch();
        Clock { stopwatch, speed, since, then: now }
    }

    /// In whole milliseconds, as AWS counts.
    pub fn now(&self) -> Timestamp {
        let passed = (self.stopwatch)().saturating_sub(self.since).as_secs_f64() * self.speed;
        let passed = SignedDuration::from_millis((passed * 1000.0) as i64);
        self.then.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    /// From here on it goes on from `now`.
    pub fn set(&mut self, now: Timestamp) {
        self.since = (self.stopwatch)();
        self.then = now;
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn it_runs_at_its_speed_and_goes_on_from_where_it_is_set() {
        let passed = Arc::new(AtomicU64::new(7_000));
        let wound = passed.clone();
        let stopwatch = Box::new(move || Duration::from_millis(wound.load(Ordering::Relaxed)));
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut clock = Clock::new(stopwatch, 60.0, time("2026-07-01T09:00:00Z"));
        assert_eq!(clock.now(), time("2026-07-01T09:00:00Z"));
        passed.store(8_500, Ordering::Relaxed);
        assert_eq!(clock.now(), time("2026-07-01T09:01:30Z"));
        clock.set(time("2026-07-02T00:00:00Z"));
        assert_eq!(clock.now(), time("2026-07-02T00:00:00Z"));
        passed.store(9_500, Ordering::Relaxed);
        assert_eq!(clock.now(), time("2026-07-02T00:01:00Z"));
    }

    #[test]
    fn it_stands_still_at_speed_nothing_and_ends_with_the_calendar() {
        let now = "2026-07-01T09:00:00Z".parse().unwrap();
        let watch = || -> Stopwatch {
            let first = std::sync::atomic::AtomicBool::new(true);
            Box::new(move || if first.swap(false, Ordering::Relaxed) { Duration::ZERO } else { Duration::MAX })
        };
        assert_eq!(Clock::new(watch(), 0.0, now).now(), now);
        assert_eq!(Clock::new(watch(), 60.0, now).now(), Timestamp::MAX);
    }
}
