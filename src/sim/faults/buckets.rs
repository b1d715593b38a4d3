//! Throttling at the rates that AWS has for an account and a region: each row
//! is a bucket of requests that its operations share, refilled by virtual time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::Operation;
use crate::value::Timestamp;

struct Row {
    name: &'static str,
    module: &'static str,
    operations: &'static [&'static str],
    /// How many requests a full bucket holds.
    burst: i64,
    per_second: i64,
}

macro_rules! rows {
    ($($module:ident $name:literal [$($operation:ident),*] $burst:literal $per_second:literal;)*) => {
        const ROWS: &[Row] = &[$(Row {
            name: $name, module: stringify!($module), operations: &[$(stringify!($operation)),*],
            burst: $burst, per_second: $per_second,
        }),*];
    };
}

rows! {
    ecs "service writes" [CreateService, UpdateService, DeleteService] 50 5;
    ecs "service reads" [DescribeServices, ListServices] 100 20;
    ecs "definition writes" [RegisterTaskDefinition, DeregisterTaskDefinition] 20 1;
    ecs "definition deletions" [DeleteTaskDefinitions] 5 1;
    ecs "definition reads" [DescribeTaskDefinition, ListTaskDefinitions] 50 20;
    ecs "task writes" [RunTask, StartTask, StopTask, ExecuteCommand] 100 40;
    ecs "task reads" [DescribeTasks, ListTasks] 100 20;
    ecs "service deployments" [DescribeServiceDeployments, ListServiceDeployments] 50 20;
    ecs "service revisions" [DescribeServiceRevisions] 50 20;
    ecs "cluster reads" [DescribeClusters, ListClusters] 50 20;
    logs "log searches" [FilterLogEvents] 5 5;
    logs "log reads" [GetLogEvents] 25 25;
    logs "log stream reads" [DescribeLogStreams] 25 25;
    logs "log group reads" [DescribeLogGroups] 10 10;
    logs "log group writes" [CreateLogGroup, DeleteLogGroup, PutRetentionPolicy] 10 10;
    logs "log queries" [StartQuery] 5 5;
    secretsmanager "secret writes" [PutSecretValue, UpdateSecret, UpdateSecretVersionStage] 50 50;
}

/// By the name of the row; a bucket that is not here is full.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Buckets(BTreeMap<String, Bucket>);

#[derive(Clone, Serialize, Deserialize)]
struct Bucket {
    /// Thousandths of a request, so that no refill is rounded away.
    left: i64,
    at: Timestamp,
}

impl Buckets {
    /// Takes what the request needs; whether there was enough. An operation of
    /// no row is never throttled.
    pub fn admit(&mut self, now: Timestamp, operation: &Operation) -> bool {
        let of = |row: &&Row| row.module == operation.module && row.operations.contains(&operation.name);
        let Some(row) = ROWS.iter().find(of) else {
            return true;
        };
        let full = Bucket { left: row.burst * 1000, at: now };
        let bucket = self.0.entry(row.name.to_owned()).or_insert(full);
        let passed = now.as_millisecond() - bucket.at.as_millisecond();
        bucket.left = passed.saturating_mul(row.per_second).saturating_add(bucket.left).min(row.burst * 1000);
        bucket.at = now;
        let enough = bucket.left >= 1000;
        bucket.left -= if enough { 1000 } else { 0 };
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::SERVICES;

    #[test]
    fn every_row_names_operations_that_there_are_and_none_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for row in ROWS {
            let service = SERVICES.iter().find(|service| service.module == row.module).expect("a service of the table");
            for name in row.operations {
                assert!(service.operations.iter().any(|operation| operation.name == *name), "{name}");
                assert!(seen.insert((row.module, name)), "{name} has two buckets");
            }
        }
    }
}
