//! How many tasks a rolling deployment may start and stop at one tick.

/// The percentages of a service, over the count it wants.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub desired: i64,
    pub minimum_percent: i64,
    pub maximum_percent: i64,
}

/// The tasks there are that nobody has told to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub new_unhealthy: i64,
    pub new_healthy: i64,
    pub old_unhealthy: i64,
    pub old_healthy: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub start: i64,
    pub stop_new: i64,
    /// Old tasks that nobody relies on: they go at once.
    pub stop_old_unhealthy: i64,
    pub stop_old_healthy: i64,
    /// The percentages leave room neither to start nor to stop.
    pub stuck: bool,
}

impl Limits {
    /// The healthy tasks that must remain.
    pub fn floor(&self) -> i64 {
        (self.desired * self.minimum_percent + 99) / 100
    }

    /// The running and pending tasks that there may be.
    pub fn cap(&self) -> i64 {
        self.desired * self.maximum_percent / 100
    }

    pub fn may_stop(&self, healthy: i64) -> i64 {
        (healthy - self.floor()).max(0)
    }

    pub fn may_start(&self, alive: i64) -> i64 {
        (self.cap() - alive).max(0)
    }

    pub fn plan(&self, counts: Counts) -> Plan {
        let new = counts.new_unhealthy + counts.new_healthy;
        let missing = (self.desired - new).max(0);
        let room = self.may_start(new + counts.old_healthy);
        let start = missing.min(room);
        let blocked = missing > 0 && room == 0;
        // An old task stays until a healthy new one stands in for it, unless
        // the cap forces it to make room first.
        let stay = if blocked { 0 } else { (self.desired - counts.new_healthy).max(0) };
        let spare = self.may_stop(counts.new_healthy + counts.old_healthy);
        let stop_old_healthy = spare.min((counts.old_healthy - stay).max(0));
        Plan {
            start,
            stop_new: (new - self.desired).max(0),
            stop_old_unhealthy: counts.old_unhealthy,
            stop_old_healthy,
            stuck: blocked && stop_old_healthy == 0 && counts.new_unhealthy == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(desired: i64, minimum_percent: i64, maximum_percent: i64) -> Limits {
        Limits { desired, minimum_percent, maximum_percent }
    }

    fn counts(new_unhealthy: i64, new_healthy: i64, old_healthy: i64) -> Counts {
        Counts { new_unhealthy, new_healthy, old_unhealthy: 0, old_healthy }
    }

    #[test]
    fn the_documented_vectors() {
        assert_eq!(limits(4, 50, 200).may_stop(4), 2);
        assert_eq!(limits(2, 75, 200).may_stop(2), 0);
        assert_eq!(limits(4, 100, 200).may_start(4), 4);
        assert_eq!(limits(3, 100, 125).may_start(3), 0);
    }

    #[test]
    fn old_tasks_go_only_when_healthy_ones_stand_in() {
        let limits = limits(2, 100, 200);
        assert_eq!(limits.plan(counts(0, 0, 2)), Plan { start: 2, ..Plan::default() });
        assert_eq!(limits.plan(counts(2, 0, 2)), Plan::default());
        assert_eq!(limits.plan(counts(1, 1, 2)), Plan { stop_old_healthy: 1, ..Plan::default() });
        assert_eq!(limits.plan(counts(0, 2, 2)), Plan { stop_old_healthy: 2, ..Plan::default() });
    }

    #[test]
    fn a_full_cap_makes_old_tasks_leave_first() {
        assert_eq!(limits(4, 50, 100).plan(counts(0, 0, 4)), Plan { stop_old_healthy: 2, ..Plan::default() });
        assert_eq!(limits(4, 50, 100).plan(counts(0, 0, 2)), Plan { start: 2, ..Plan::default() });
    }

    #[test]
    fn percentages_without_room_are_stuck() {
        assert!(limits(1, 100, 100).plan(counts(0, 0, 1)).stuck);
        assert!(!limits(1, 0, 100).plan(counts(0, 0, 1)).stuck);
    }

    #[test]
    fn superseded_tasks_that_nobody_relies_on_leave_room_at_once() {
        let counts = Counts { old_unhealthy: 2, old_healthy: 2, ..Counts::default() };
        let plan = limits(2, 100, 200).plan(counts);
        assert_eq!(plan, Plan { start: 2, stop_old_unhealthy: 2, ..Plan::default() });
    }

    /// Whatever the numbers, one tick neither breaks the cap nor the floor.
    #[test]
    fn no_plan_crosses_a_limit() {
        for (minimum, maximum) in [(0, 100), (50, 100), (50, 150), (100, 125), (100, 200), (75, 300)] {
            for desired in 0..6 {
                let limits = limits(desired, minimum, maximum);
                for (new_unhealthy, new_healthy, old_healthy) in triples(desired) {
                    let plan = limits.plan(counts(new_unhealthy, new_healthy, old_healthy));
                    let alive = new_unhealthy + new_healthy + old_healthy;
                    assert!(alive + plan.start <= limits.cap().max(alive), "{limits:?} {plan:?}");
                    let healthy = new_healthy + old_healthy;
                    assert!(healthy - plan.stop_old_healthy >= limits.floor().min(healthy), "{limits:?} {plan:?}");
                }
            }
        }
    }

    fn triples(most: i64) -> impl Iterator<Item = (i64, i64, i64)> {
        (0..=most).flat_map(move |a| (0..=most - a).flat_map(move |b| (0..=most).map(move |c| (a, b, c))))
    }
}
