//! How many tasks a service may start and stop at one look of its scheduler.

/// The percentages of a service, over the count it wants.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub desired: i64,
    pub minimum_percent: i64,
    pub maximum_percent: i64,
}

/// One deployment, and those of its tasks that nobody has told to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How many tasks it is asked for.
    pub asked: i64,
    pub healthy: i64,
    /// On their way to be healthy.
    pub coming: i64,
    /// Unhealthy, to be replaced.
    pub condemned: i64,
    /// Stopped by themselves and not out of the way yet: their places are not
    /// filled before.
    pub leaving: i64,
    /// It may start tasks: it has not failed, and was not superseded before it
    /// was completed.
    pub starts: bool,
    /// It waits before it starts another one.
    pub waits: bool,
}

/// What one deployment does now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub start: i64,
    pub stop_healthy: i64,
    pub stop_coming: i64,
    pub stop_condemned: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub primary: Moves,
    pub old: Vec<Moves>,
    /// The percentages leave room neither to start nor to stop.
    pub stuck: bool,
}

impl Group {
    fn alive(&self) -> i64 {
        self.healthy + self.coming + self.condemned
    }

    fn missing(&self) -> i64 {
        match self.starts && !self.waits {
            true => (self.asked - self.healthy - self.coming - self.leaving).max(0),
            false => 0,
        }
    }

    /// The condemned tasks whose places healthy ones have taken.
    fn replaced(&self) -> i64 {
        match self.starts {
            true => (self.healthy + self.condemned - self.asked).clamp(0, self.condemned),
            false => self.condemned,
        }
    }
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

    /// The old deployments stand newest first; what they are asked for goes
    /// down with what they lose.
    pub fn plan(&self, primary: &Group, old: &mut [Group]) -> Plan {
        // Nothing unhealthy of such a deployment is asked for.
        old.iter_mut().filter(|group| !group.starts).for_each(|group| group.asked = group.healthy);
        let mut plan = Plan { primary: self.excess(primary), old: old.iter().map(nobody_relies_on).collect(), stuck: false };
        let gone = |moves: &Moves| moves.stop_healthy + moves.stop_coming + moves.stop_condemned;
        let alive = primary.alive() + old.iter().map(Group::alive).sum::<i64>();
        let leaving = gone(&plan.primary) + plan.old.iter().map(gone).sum::<i64>();
        let mut room = self.may_start(alive - leaving);
        plan.primary.start = primary.missing().min(room);
        room -= plan.primary.start;
        let blocked = primary.missing() > 0 && plan.primary.start == 0;
        if blocked && primary.condemned > plan.primary.stop_condemned {
            plan.primary.stop_condemned += 1;
            return plan;
        }
        self.shrink(primary, old, blocked, &mut plan);
        replace(old, &mut plan.old, room);
        let idle = plan.old.iter().all(|moves| *moves == Moves::default());
        plan.stuck = blocked && idle && primary.coming == 0 && primary.leaving == 0;
        plan
    }

    /// What the newest deployment has beyond what is wanted.
    fn excess(&self, primary: &Group) -> Moves {
        let excess = (primary.healthy + primary.coming - primary.asked).max(0);
        let stop_coming = excess.min(primary.coming);
        Moves { start: 0, stop_coming, stop_healthy: excess - stop_coming, stop_condemned: primary.replaced() }
    }

    /// An old task stays until a healthy new one stands in for it, unless the
    /// cap forces it to make room first. Nothing new stands in once the newest
    /// deployment has failed.
    fn shrink(&self, primary: &Group, old: &mut [Group], blocked: bool, plan: &mut Plan) {
        let stay = match (primary.starts, blocked) {
            (false, _) => self.desired,
            (true, true) => 0,
            (true, false) => (self.desired - primary.healthy).max(0),
        };
        let mut surplus = (old.iter().map(|group| group.asked).sum::<i64>() - stay).max(0);
        for (group, moves) in old.iter_mut().zip(&mut plan.old).filter(|(group, _)| group.starts) {
            // Places that no healthy task holds go first.
            let places = surplus.min((group.asked - group.healthy).max(0));
            group.asked -= places;
            surplus -= places;
            let unneeded = (group.healthy + group.coming - group.asked).max(0);
            moves.stop_coming = unneeded.min(group.coming);
            moves.stop_condemned = group.replaced();
        }
        let healthy = primary.healthy - plan.primary.stop_healthy + old.iter().map(|group| group.healthy).sum::<i64>();
        let mut spare = self.may_stop(healthy);
        for (group, moves) in old.iter_mut().zip(&mut plan.old) {
            moves.stop_healthy = surplus.min(spare).min(group.healthy);
            group.asked -= moves.stop_healthy;
            surplus -= moves.stop_healthy;
            spare -= moves.stop_healthy;
        }
    }
}

/// Superseded before it was completed, or failed: what is not healthy goes at once.
fn nobody_relies_on(group: &Group) -> Moves {
    match group.starts {
        true => Moves::default(),
        false => Moves { stop_coming: group.coming, stop_condemned: group.condemned, ..Moves::default() },
    }
}

/// An old deployment fills its places from its own revision; where the cap
/// leaves no room for that, one unhealthy task goes first.
fn replace(old: &[Group], moves: &mut [Moves], mut room: i64) {
    for (group, moves) in old.iter().zip(moves).filter(|(group, _)| group.missing() > 0) {
        moves.start = group.missing().min(room);
        room -= moves.start;
        if moves.start == 0 && group.condemned > moves.stop_condemned {
            moves.stop_condemned += 1;
        }
    }
}

#[cfg(test)]
mod tests;
