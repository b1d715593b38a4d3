//! Health checks: those of the target group and those of the containers. Every
//! check comes at its own regular moments; what they find is the task's fate.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::pace::{Pace, after};
use super::task::{Proof, Step, Target, Task};
use crate::value::{Timestamp, Value};

/// The HEALTHCHECK of a task's essential containers: the slowest, where there
/// are several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    interval_ms: i64,
    retries: i64,
    start_period_ms: i64,
}

impl Probe {
    pub fn of(definition: &Document, pace: &Pace) -> Option<Probe> {
        let essential = definition.items("containerDefinitions").iter().filter(|container| is_essential(container));
        let checks = essential.filter_map(|container| container.get("healthCheck"));
        let probes = checks.map(|check| {
            let seconds = |name: &str| check.get(name).and_then(Value::as_int).map(|seconds| seconds * 1000);
            Probe {
                interval_ms: seconds("interval").unwrap_or(pace.container_interval_ms),
                retries: check.get("retries").and_then(Value::as_int).unwrap_or(3),
                start_period_ms: seconds("startPeriod").unwrap_or(0),
            }
        });
        probes.max_by_key(|probe| probe.interval_ms)
    }

    /// When it first passes, and when it has failed once too often, counted
    /// from RUNNING, for a container that is sick from `sick_ms` on.
    fn outcome(&self, sick_ms: Option<i64>) -> (Option<i64>, Option<i64>) {
        let Some(sick_ms) = sick_ms else {
            return (Some(self.interval_ms), None);
        };
        let passes = (sick_ms > self.interval_ms).then_some(self.interval_ms);
        // Once healthy, a container has no start period any more.
        let patience = if passes.is_some() { 0 } else { self.start_period_ms };
        let first = round_up(sick_ms.max(patience).max(1), self.interval_ms);
        (passes, Some(first + (self.retries - 1) * self.interval_ms))
    }
}

fn round_up(number: i64, step: i64) -> i64 {
    (number + step - 1) / step * step
}

pub fn is_essential(container: &Value) -> bool {
    container.get("essential").and_then(Value::as_bool).unwrap_or(true)
}

impl Task {
    /// A container's checks begin when the task is RUNNING.
    pub fn check_containers(&mut self, now: Timestamp) {
        let Some(probe) = &self.probe else {
            return;
        };
        let (passes, fails) = probe.outcome(self.fate.container.as_ref().map(|sickness| sickness.after_ms));
        if let Some(passes) = passes {
            self.plan(now, passes, Step::Pass(Proof::ContainerHealthy));
        }
        if let Some(fails) = fails {
            self.plan(now, fails, Step::Fail(Proof::ContainerHealthy));
        }
    }

    /// A target's checks begin when it is registered; the first comes after `phase_ms`.
    pub fn register_target(&mut self, now: Timestamp, pace: &Pace, phase_ms: i64) {
        self.target = Target::Initial;
        let running = self.running_since.unwrap_or(now);
        let sick_at = self.fate.target.as_ref().map(|sickness| after(running, sickness.after_ms));
        let first = after(now, phase_ms);
        if sick_at.is_none_or(|sick_at| sick_at > first) {
            self.plan(now, phase_ms, Step::Pass(Proof::TargetHealthy));
        }
        if let Some(sick_at) = sick_at {
            let late = (sick_at.as_millisecond() - first.as_millisecond()).max(0);
            let failing = phase_ms + round_up(late, pace.target_interval_ms);
            let fails = failing + (pace.target_unhealthy_after - 1) * pace.target_interval_ms;
            self.plan(now, fails, Step::Fail(Proof::TargetHealthy));
        }
    }

    /// Out of the target group; the deployment whose connections drain, if any do.
    pub fn deregister_target(&mut self, now: Timestamp, delay_ms: i64) -> Option<String> {
        if !self.is_draining() {
            self.target = Target::None;
            return None;
        }
        self.target = Target::Draining;
        self.plan(now, delay_ms, Step::Drained);
        Some(self.deployment.clone())
    }

    pub fn pass(&mut self, now: Timestamp, pace: &Pace, proof: Proof) {
        match proof {
            Proof::TargetHealthy => {
                self.target = Target::Healthy;
                self.plan(now, pace.target_trust_ms, Step::Prove(proof));
            }
            _ => {
                self.show_health("HEALTHY");
                self.prove(proof);
            }
        }
    }

    pub fn fail(&mut self, proof: Proof) {
        self.sick = Some(proof);
        match proof {
            Proof::TargetHealthy => self.target = Target::Unhealthy,
            _ => self.show_health("UNHEALTHY"),
        }
    }

    pub fn prove(&mut self, proof: Proof) {
        self.awaits.retain(|awaited| *awaited != proof);
        self.was_healthy |= self.is_healthy();
    }

    fn show_health(&mut self, status: &str) {
        self.document.set("healthStatus", status);
        let essential = self.essential.clone();
        self.each_container(|_, container| {
            let named = |name: &String| container.get("name").and_then(Value::as_str) == Some(name);
            if essential.iter().any(named) {
                container.insert("healthStatus".into(), status.into());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E30 A container is HEALTHY at its first check and UNHEALTHY after its
    /// retries; failures within the start period do not count.
    #[test]
    fn e30_the_outcome_of_a_health_check() {
        let probe = |start_period_ms| Probe { interval_ms: 10, retries: 3, start_period_ms };
        for (start_period, sick, outcome) in [
            (0, None, (Some(10), None)),
            (0, Some(0), (None, Some(30))),
            (0, Some(10), (None, Some(30))),
            (0, Some(11), (Some(10), Some(40))),
            (35, Some(0), (None, Some(60))),
            (35, Some(15), (Some(10), Some(40))),
        ] {
            assert_eq!(probe(start_period).outcome(sick), outcome, "{start_period} {sick:?}");
        }
    }
}
