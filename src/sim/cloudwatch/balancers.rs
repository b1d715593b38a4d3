//! AWS/ApplicationELB: what load balancers and target groups tell of requests
//! and hosts. The metrics of single zones are left out.

use super::super::ecs::TargetCounts;
use super::super::elbv2::{Named, named_groups};
use super::super::load;
use super::super::{Sim, ecs};
use super::metric::Metric;
use super::samples::Samples;
use crate::value::Timestamp;

pub const NAMESPACE: &str = "AWS/ApplicationELB";
const BALANCER: &str = "LoadBalancer";
const GROUP: &str = "TargetGroup";

/// What a target answers with when nothing keeps it waiting, in seconds.
const QUICKEST: f64 = 0.03;
/// No queue grows longer than clients wait.
const SLOWEST: f64 = 15.0;

/// One minute of everything that stands behind a target group, or of several.
#[derive(Clone, Debug, Default)]
struct Minute {
    targets: TargetCounts,
    /// Requests that a target answered, well or not.
    answered: f64,
    /// Those of them that it answered with a server error.
    failed: f64,
    /// Those that found no target.
    refused: f64,
    /// How long an answer took, and how many did.
    times: Vec<(f64, f64)>,
}

/// Which dimensions a metric is told with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// For the load balancer, and for each group behind it.
    Both,
    Balancer,
    Group,
    /// For each group, with and without the load balancer before it.
    GroupAlone,
}

struct Row {
    name: &'static str,
    unit: &'static str,
    told: Told,
    sample: fn(&Minute) -> Option<Samples>,
}

/// One for each request, as AWS counts: only the sum says something.
fn counted(requests: f64) -> Option<Samples> {
    Samples::of(&[(1.0, requests.round())])
}

fn hosts(minute: &Minute, count: i64) -> Option<Samples> {
    Samples::of(&[(count as f64, 1.0)]).filter(|_| minute.targets.all() > 0)
}

const ROWS: &[Row] = &[
    Row { name: "HTTPCode_ELB_503_Count", unit: "Count", told: Told::Balancer, sample: |minute| counted(minute.refused) },
    Row { name: "HTTPCode_ELB_5XX_Count", unit: "Count", told: Told::Balancer, sample: |minute| counted(minute.refused) },
    Row {
        name: "HTTPCode_Target_2XX_Count",
        unit: "Count",
        told: Told::Both,
        sample: |minute| counted(minute.answered - minute.failed),
    },
    Row { name: "HTTPCode_Target_5XX_Count", unit: "Count", told: Told::Both, sample: |minute| counted(minute.failed) },
    Row { name: "HealthyHostCount", unit: "Count", told: Told::Group, sample: |minute| hosts(minute, minute.targets.healthy) },
    Row { name: "RequestCount", unit: "Count", told: Told::Both, sample: |minute| counted(minute.answered + minute.refused) },
    Row {
        name: "RequestCountPerTarget",
        unit: "Count",
        told: Told::GroupAlone,
        sample: |minute| counted(minute.answered / minute.targets.healthy.max(1) as f64),
    },
    Row { name: "TargetResponseTime", unit: "Seconds", told: Told::Both, sample: |minute| Samples::of(&minute.times) },
    Row {
        name: "UnHealthyHostCount",
        unit: "Count",
        told: Told::Group,
        sample: |minute| hosts(minute, minute.targets.unhealthy),
    },
];

fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

pub fn unit(name: &str) -> &'static str {
    row(name).map_or("None", |row| row.unit)
}

/// What was measured in the minute that ends at `at`.
pub fn sample(sim: &Sim, metric: &Metric, at: Timestamp) -> Option<Samples> {
    let row = row(&metric.name)?;
    let wanted: Vec<Named> = match (metric.only([BALANCER, GROUP]), metric.only([BALANCER])) {
        (Some([balancer, group]), _) if row.told != Told::Balancer => {
            named_groups(sim).filter(|named| named.balancer == Some(balancer) && named.group == group).collect()
        }
        (_, Some([balancer])) if matches!(row.told, Told::Both | Told::Balancer) => {
            named_groups(sim).filter(|named| named.balancer == Some(balancer)).collect()
        }
        _ => match metric.only([GROUP]) {
            Some([group]) if row.told == Told::GroupAlone => named_groups(sim).filter(|named| named.group == group).collect(),
            _ => vec![],
        },
    };
    let minutes = wanted.iter().map(|named| minute(sim, named.arn, at));
    let joined = minutes.reduce(|mut all, one| {
        all.targets.initial += one.targets.initial;
        all.targets.healthy += one.targets.healthy;
        all.targets.unhealthy += one.targets.unhealthy;
        all.answered += one.answered;
        all.failed += one.failed;
        all.refused += one.refused;
        all.times.extend(one.times);
        all
    });
    (row.sample)(&joined?)
}

fn minute(sim: &Sim, group: &str, at: Timestamp) -> Minute {
    let mut minute = Minute::default();
    for service in ecs::behind(sim, group) {
        let targets = sim.cloudwatch.hosts.at(&service, at).unwrap_or_default();
        let Some((borne, _)) = load::at(sim, &service, at) else {
            continue;
        };
        minute.targets.initial += targets.initial;
        minute.targets.healthy += targets.healthy;
        minute.targets.unhealthy += targets.unhealthy;
        let requests = borne.requests_a_minute.round();
        if targets.healthy == 0 {
            minute.refused += requests;
            continue;
        }
        // Each target could do one task's worth of work.
        let busy = borne.cpu / targets.healthy as f64;
        minute.answered += requests;
        minute.failed += requests * (1.0 - 1.0 / busy.max(1.0));
        minute.times.extend(times(busy, requests));
    }
    minute
}

/// Answers wait longer the busier the targets are, and a few much longer.
fn times(busy: f64, requests: f64) -> [(f64, f64); 4] {
    let usual = (QUICKEST / (1.0 - busy).max(QUICKEST / SLOWEST)).min(SLOWEST);
    let share = |part: f64| (requests * part).floor();
    let slow = [(4.0, share(0.01)), (2.5, share(0.04)), (1.3, share(0.25))];
    let rest = requests - slow.iter().map(|(_, count)| count).sum::<f64>();
    let [first, second, third] = slow.map(|(factor, count)| ((usual * factor).min(SLOWEST), count));
    [first, second, third, (usual * 0.8, rest)]
}

/// Every metric that could be told; what only counts what went wrong is told
/// when it did.
pub fn all(sim: &Sim) -> Vec<Metric> {
    let groups: Vec<Named> = named_groups(sim).filter(|named| named.balancer.is_some()).collect();
    let mut balancers: Vec<&str> = groups.iter().filter_map(|named| named.balancer).collect();
    balancers.sort_unstable();
    balancers.dedup();
    let of_balancer = |row: &'static Row| {
        let told = if matches!(row.told, Told::Both | Told::Balancer) { balancers.as_slice() } else { &[] };
        told.iter().map(|balancer| Metric::new(NAMESPACE, row.name, &[(BALANCER, balancer)])).collect::<Vec<_>>()
    };
    let of_groups = |row: &'static Row| {
        let told = if row.told == Told::Balancer { &[] } else { groups.as_slice() };
        let both = told.iter().map(|named| {
            let balancer = named.balancer.unwrap_or_default();
            Metric::new(NAMESPACE, row.name, &[(BALANCER, balancer), (GROUP, named.group)])
        });
        let alone = told.iter().filter(|_| row.told == Told::GroupAlone);
        both.chain(alone.map(|named| Metric::new(NAMESPACE, row.name, &[(GROUP, named.group)]))).collect::<Vec<_>>()
    };
    ROWS.iter().flat_map(|row| [of_balancer(row), of_groups(row)].concat()).collect()
}
