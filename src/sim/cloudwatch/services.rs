//! AWS/ECS: how busy the tasks of a service are.

use super::super::load::{self, Gauge};
use super::super::{Sim, ecs};
use super::metric::Metric;
use super::samples::Samples;
use crate::value::Timestamp;

pub const NAMESPACE: &str = "AWS/ECS";
const METRICS: [(&str, Gauge); 2] = [("CPUUtilization", Gauge::Cpu), ("MemoryUtilization", Gauge::Memory)];
pub const UNIT: &str = "Percent";

/// One value a task, in the minute that ends at `at`.
pub fn sample(sim: &Sim, metric: &Metric, at: Timestamp) -> Option<Samples> {
    let [cluster, service] = metric.only(["ClusterName", "ServiceName"])?;
    let (_, gauge) = METRICS.iter().find(|(name, _)| *name == metric.name)?;
    let key = format!("{cluster}/{service}");
    let value = sim.utilization_at(&key, *gauge, at)?;
    let (_, running) = load::at(sim, &key, at)?;
    Samples::of(&[(value, running as f64)])
}

pub fn all(sim: &Sim) -> Vec<Metric> {
    let of = |(cluster, service): (String, String)| {
        let dimensions = [("ClusterName", cluster.as_str()), ("ServiceName", service.as_str())];
        METRICS.map(|(name, _)| Metric::new(NAMESPACE, name, &dimensions))
    };
    ecs::services(sim).into_iter().flat_map(of).collect()
}
