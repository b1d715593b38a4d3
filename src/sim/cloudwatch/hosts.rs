//! How many targets of a service were healthy, and when that changed: what
//! HealthyHostCount and its kin are worked out from.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::super::Sim;
use super::super::ecs::{self, TargetCounts};
use super::wake;
use crate::value::Timestamp;

/// How long the past is kept; as long as what CloudWatch keeps by the minute.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(15 * 24);
/// A service that is never at rest is remembered for a shorter time.
const STEPS_MAX: usize = 2_000;

/// From a moment on, until the next step.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Step {
    at: Timestamp,
    counts: TargetCounts,
}

/// By `cluster/service`; oldest first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Hosts(BTreeMap<String, Vec<Step>>);

impl Hosts {
    pub fn at(&self, service: &str, at: Timestamp) -> Option<TargetCounts> {
        let steps = self.0.get(service)?;
        steps[..steps.partition_point(|step| step.at <= at)].last().map(|step| step.counts)
    }
}

/// The targets of a service may be others now, or in another state.
pub fn changed(sim: &mut Sim, service: &str) {
    let Some(counts) = ecs::target_counts(sim, service) else {
        return;
    };
    let (at, all) = (sim.now, &mut sim.cloudwatch.hosts.0);
    if let Some(last) = all.get(service).and_then(|steps| steps.last())
        && last.counts == counts
    {
        return;
    }
    let steps = all.entry(service.to_owned()).or_default();
    steps.retain(|step| step.at < at);
    // The one before the oldest still says how it was until then.
    let past = steps.partition_point(|step| step.at <= at - REMEMBERED).saturating_sub(1);
    let surplus = (steps.len() + 1).saturating_sub(STEPS_MAX);
    steps.drain(..past.max(surplus));
    steps.push(Step { at, counts });
    wake(sim, at);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    const WALLET: &str = "nest-wallet-cluster/nest-wallet-service";

    fn scale(sim: &mut Sim, count: i64) {
        let request = map! { "cluster" => "nest-wallet-cluster", "service" => "nest-wallet-service", "desiredCount" => count };
        ecs::handle(sim, "update_service", &request).unwrap().unwrap();
        sim.advance(sim.now + SignedDuration::from_mins(5));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut sim = Sim::guide(1);
        let before = sim.now;
        for round in 0..1_200 {
            scale(&mut sim, 2 + round % 2);
        }
        let steps = &sim.cloudwatch.hosts.0[WALLET];
        assert!(steps.len() <= STEPS_MAX && steps.len() > 1_000, "{}", steps.len());
        assert!(steps.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].counts != pair[1].counts));
        sim.advance(before + SignedDuration::from_hours(40 * 24));
        scale(&mut sim, 4);
        assert!(sim.cloudwatch.hosts.0[WALLET].len() < 10, "what is older than 15 days is forgotten");
        let yesterday = sim.now - SignedDuration::from_hours(24);
        assert!(sim.cloudwatch.hosts.at(WALLET, yesterday).is_some(), "but for what still held then");
    }
}
