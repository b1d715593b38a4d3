//! Names of things that exist now: clusters, services, secrets. Fetched in the
//! background, kept for a short while, never waited for. What is known is given
//! at once; a fetch that fails is remembered, and tried again later.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::arn::short;
use crate::api::{Operation, operation};
use crate::outside;
use crate::value::{self, Map, Value};

/// How long names count as fresh.
const LIFE: Duration = Duration::from_secs(60);
/// How long to leave a kind alone that could not be fetched.
const REST: Duration = Duration::from_secs(30);
/// Pages of one fetch: what lies behind them is not completed.
const PAGES: usize = 30;
/// Different places (clusters, log groups) whose names are kept.
const PLACES: usize = 64;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Cluster,
    Service,
    Task,
    Family,
    TaskDefinition,
    Secret,
    LogGroup,
    LogStream,
    Alarm,
    Dashboard,
    Repository,
    TargetGroup,
    ScalableResource,
}

/// Which call lists the names of a kind, and where in the answer they stand.
struct Listing {
    kind: Kind,
    module: &'static str,
    method: &'static str,
    /// Members of every request, the largest page among them.
    fixed: &'static [(&'static str, Fixed)],
    /// The member of the answer that holds the list.
    list: &'static str,
    /// The member of each item that is the name; the item itself, else.
    name: Option<&'static str>,
    /// The member of the request that says in which cluster or group to look.
    within: Option<&'static str>,
}

enum Fixed {
    Text(&'static str),
    Number(i64),
    Yes,
}

macro_rules! listings {
    ($($kind:ident $module:ident $method:ident [$($member:literal $value:expr),*] $list:literal $name:expr, $within:expr;)*) => {
        const LISTINGS: &[Listing] = &[$(Listing {
            kind: Kind::$kind,
            module: stringify!($module),
            method: stringify!($method),
            fixed: &[$(($member, $value)),*],
            list: $list,
            name: $name,
            within: $within,
        }),*];
    };
}
use Fixed::{Number, Text, Yes};
listings! {
    Cluster ecs list_clusters ["maxResults" Number(100)] "clusterArns" None, None;
    Service ecs list_services ["maxResults" Number(100)] "serviceArns" None, Some("cluster");
    Task ecs list_tasks ["maxResults" Number(100)] "taskArns" None, Some("cluster");
    Family ecs list_task_definition_families ["status" Text("ACTIVE"), "maxResults" Number(100)] "families" None, None;
    TaskDefinition ecs list_task_definitions ["status" Text("ACTIVE"), "sort" Text("DESC"), "maxResults" Number(100)]
        "taskDefinitionArns" None, None;
    Secret secretsmanager list_secrets ["MaxResults" Number(100)] "SecretList" Some("Name"), None;
    LogGroup logs describe_log_groups ["limit" Number(50)] "logGroups" Some("logGroupName"), None;
    LogStream logs describe_log_streams ["orderBy" Text("LastEventTime"), "descending" Yes, "limit" Number(50)]
        "logStreams" Some("logStreamName"), Some("logGroupName");
    Alarm cloudwatch describe_alarms ["MaxRecords" Number(100)] "MetricAlarms" Some("AlarmName"), None;
    Dashboard cloudwatch list_dashboards [] "DashboardEntries" Some("DashboardName"), None;
    Repository ecr describe_repositories ["maxResults" Number(100)] "repositories" Some("repositoryName"), None;
    TargetGroup elbv2 describe_target_groups ["PageSize" Number(100)] "TargetGroups" Some("TargetGroupArn"), None;
    ScalableResource application_autoscaling describe_scalable_targets ["ServiceNamespace" Text("ecs"), "MaxResults" Number(50)]
        "ScalableTargets" Some("ResourceId"), None;
}

fn listing(kind: Kind) -> &'static Listing {
    LISTINGS.iter().find(|listing| listing.kind == kind).expect("every kind has its listing")
}

/// One read call of AWS, as the session makes it; called on a thread of the
/// cache's own.
pub type Call = dyn Fn(&'static Operation, Value) -> Result<Value, String> + Send + Sync;

pub struct Live {
    call: Option<Arc<Call>>,
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    shelves: HashMap<(Kind, String), Names>,
    /// Counts the writes, so that a fetch from before one is not called fresh.
    writes: u64,
}

struct Names {
    names: Arc<[String]>,
    /// From when on to ask again.
    stale: Duration,
    under_way: bool,
    trouble: Option<String>,
}

impl Live {
    pub fn new(call: Arc<Call>) -> Arc<Live> {
        Live::with_clock(call, Box::new(outside::stopwatch()))
    }

    /// With a clock of the caller's own.
    pub fn with_clock(call: Arc<Call>, clock: Box<dyn Fn() -> Duration + Send + Sync>) -> Arc<Live> {
        Arc::new(Live { call: Some(call), clock, kept: Mutex::default() })
    }

    /// Knows nothing and asks nobody.
    pub fn nothing() -> Arc<Live> {
        Arc::new(Live { call: None, clock: Box::new(|| Duration::ZERO), kept: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known now, at once. `within` is the cluster of a service or task,
    /// the group of a log stream, else empty. Starts a fetch when there is
    /// nothing, or what there is is old, and none of its kind is under way.
    pub fn names(self: &Arc<Self>, kind: Kind, within: &str) -> Arc<[String]> {
        let Some(call) = self.call.clone() else { return Arc::from([]) };
        // Streams are only in groups.
        if kind == Kind::LogStream && within.is_empty() {
            return Arc::from([]);
        }
        let key = (kind, within.to_owned());
        let now = (self.clock)();
        let mut kept = self.lock();
        let busy = kept.shelves.iter().any(|((other, _), names)| *other == kind && names.under_way);
        if kept.shelves.len() >= PLACES && !kept.shelves.contains_key(&key) {
            kept.shelves.retain(|_, names| names.under_way);
        }
        let names = kept.shelves.entry(key.clone()).or_insert_with(|| Names {
            names: Arc::from([]),
            stale: now,
            under_way: false,
            trouble: None,
        });
        let known = names.names.clone();
        if now >= names.stale && !busy {
            names.under_way = true;
            let writes = kept.writes;
            drop(kept);
            self.start(call, key, writes);
        }
        known
    }

    fn start(self: &Arc<Self>, call: Arc<Call>, key: (Kind, String), writes: u64) {
        let landing = Landing { live: self.clone(), key: key.clone(), writes, result: None };
        let work = move || {
            let mut landing = landing;
            landing.result = Some(fetch(&*call, key.0, &key.1));
        };
        // Without a thread, dropping the work says that it came to nothing.
        let _ = std::thread::Builder::new().name("names".into()).spawn(work);
    }

    /// What is known may have changed: after a write. It is still given until
    /// something newer is there.
    pub fn forget(&self) {
        let mut kept = self.lock();
        kept.writes += 1;
        kept.shelves.values_mut().for_each(|names| names.stale = Duration::ZERO);
    }

    /// Why names are missing, for whoever asks: the last trouble of each kind.
    pub fn troubles(&self) -> Vec<(Kind, String)> {
        let kept = self.lock();
        let mut troubles: Vec<_> =
            kept.shelves.iter().filter_map(|((kind, _), names)| Some((*kind, names.trouble.clone()?))).collect();
        troubles.sort();
        troubles
    }

    fn land(&self, key: &(Kind, String), writes: u64, result: Result<Vec<String>, String>) {
        let now = (self.clock)();
        let mut kept = self.lock();
        let is_old = kept.writes != writes;
        let Some(names) = kept.shelves.get_mut(key) else { return };
        names.under_way = false;
        match result {
            Ok(found) => {
                names.names = found.into();
                names.trouble = None;
                names.stale = if is_old { now } else { now + LIFE };
            }
            Err(why) => {
                names.trouble = Some(why);
                names.stale = now + REST;
            }
        }
    }
}

/// Brings the result home, a panic too.
struct Landing {
    live: Arc<Live>,
    key: (Kind, String),
    writes: u64,
    result: Option<Result<Vec<String>, String>>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err("the fetch broke off".into()));
        self.live.land(&self.key, self.writes, result);
    }
}

fn fetch(call: &Call, kind: Kind, within: &str) -> Result<Vec<String>, String> {
    let listing = listing(kind);
    let operation = operation(listing.module, listing.method).expect("the listings name operations of the table");
    let mut request = listing.request(within);
    let mut names = Vec::new();
    for _ in 0..PAGES {
        let answer = call(operation, Value::Map(request.clone()))?;
        names.extend(answer.items(listing.list).iter().filter_map(|item| listing.name_of(item)));
        let tokens = operation.page().into_iter().flat_map(|page| page.request_tokens.iter().zip(&page.answer_tokens));
        let next: Vec<_> =
            tokens.filter_map(|(asked, given)| Some((value::Text::from(asked), Value::from(answer.text(given)?)))).collect();
        if next.is_empty() {
            break;
        }
        request.extend(next);
    }
    Ok(names)
}

impl Listing {
    fn request(&self, within: &str) -> Map {
        let fixed = self.fixed.iter().map(|(name, value)| {
            let value = match value {
                Fixed::Text(text) => Value::from(*text),
                Fixed::Number(number) => Value::from(*number),
                Fixed::Yes => Value::from(true),
            };
            (value::Text::from(*name), value)
        });
        let place = self.within.filter(|_| !within.is_empty()).map(|member| (value::Text::from(member), Value::from(within)));
        fixed.chain(place).collect()
    }

    fn name_of(&self, item: &Value) -> Option<String> {
        match self.name {
            Some(member) => item.text(member).map(str::to_owned),
            // ECS lists ARNs and takes names.
            None => item.as_str().map(|arn| short(arn).to_owned()),
        }
    }
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
