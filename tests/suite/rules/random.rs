//! E103 to E105: requests of the whole table with random members, right and
//! wrong ones, and worlds that go through a file in between.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::SignedDuration;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use rollbook::api::{self, Failure, Known, Operation, SERVICES, Type};
use rollbook::map;
use rollbook::sim::{Scenario, Sim};
use rollbook::value::{Map, Value};

use super::desk::{CLUSTER, SERVICE, definition, service, with};

/// Names and values that mean something to the guide's project, and some that do not.
const TEXTS: &[&str] = &[
    CLUSTER,
    SERVICE,
    "nest-wallet-service-dev",
    "nest-wallet-task",
    "nest-wallet-task:39",
    "nest-wallet-task:41",
    "nest-wallet",
    "nest-wallet-prod-secrets",
    "nest-wallet-dev-secrets",
    "nest-wallet-container",
    "nest-wallet-cpu-high",
    "/ecs/nest-wallet",
    "nest-wallet-tg",
    "service/nest-wallet-cluster/nest-wallet-service",
    "ecs:service:DesiredCount",
    "ecs",
    "FARGATE",
    "awsvpc",
    "arn:aws:ecs:ap-northeast-2:123456789012:service/nest-wallet-cluster/nest-wallet-service",
    "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/nest-wallet-task:40",
    "arn:aws:",
    "arn:::::",
    "256",
    "512",
    "2 GB",
    "-1 GB",
    "1e300 vCPU",
    "99999999999999999999",
    "",
    " ",
    ":",
    "/",
    "a:b:c:d:e:f:g:h:i:j",
    "이름",
    "\u{0}",
    "{\"KEY\":\"value\"}",
    "AWSCURRENT",
    "AWSPREVIOUS",
    "AWSPENDING",
    "0123456789abcdef0123456789abcdef",
    "2026-07-01T09:00:00Z",
    "s",
    "%",
    "rate(1 day)",
    "[a, b]",
];

const NUMBERS: &[i64] = &[
    -1,
    0,
    1,
    2,
    3,
    5,
    10,
    21,
    30,
    40,
    50,
    60,
    99,
    100,
    101,
    200,
    256,
    512,
    3000,
    70_000,
    i32::MAX as i64,
    i32::MIN as i64,
    i64::MAX,
    i64::MIN,
];

const SCENARIOS: &[&str] = &[
    "",
    "throttle = true",
    "[[fault]]\nkind = \"answer-lost\"\ntimes = 5\n[[fault]]\nkind = \"crash\"\nafter = \"20s\"\n",
    "[[fault]]\nkind = \"stale-reads\"\n[[fault]]\nkind = \"unhealthy\"\nchance = 0.5\n",
    "[[fault]]\nkind = \"somebody-deploys\"\n[[fault]]\nkind = \"autoscaler\"\ncount = 5\n[[fault]]\nkind = \"no-capacity\"\ntimes = 3\n",
];

/// Whatever a seed says.
struct Luck {
    state: u64,
    /// One of so many optional members is given.
    thrift: usize,
}

impl Luck {
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn request(&mut self, operation: &Operation, known: &[String]) -> Value {
        self.thrift = self.one(&[2, 5, 12, 40]);
        let members = operation.input().map(|structure| self.structure(operation, &structure.name, known, 3));
        Value::Map(members.unwrap_or_default())
    }

    /// What is required almost always, the rest sometimes.
    fn structure(&mut self, operation: &Operation, name: &str, known: &[String], depth: usize) -> Map {
        let Some(structure) = operation.service().model().structure(name) else { return Map::new() };
        let mut members = Map::new();
        for (name, member) in &structure.members {
            let wanted = if member.required { self.below(50) > 0 } else { depth > 0 && self.below(self.thrift) == 0 };
            if wanted {
                members.insert(name.into(), self.value(operation, &member.kind, known, depth));
            }
        }
        members
    }

    fn value(&mut self, operation: &Operation, kind: &Type, known: &[String], depth: usize) -> Value {
        if self.below(200) == 0 {
            return Value::Text("of another type".into());
        }
        match kind {
            Type::Text if self.below(3) == 0 && !known.is_empty() => known[self.below(known.len())].as_str().into(),
            Type::Text if self.below(40) == 0 => "x".repeat(self.one(&[33, 256, 70_000])).into(),
            Type::Text | Type::Any => self.one(TEXTS).into(),
            Type::Blob => self.one(&["", "aGk=", "?"]).into(),
            Type::Integer | Type::Long => Value::Int(self.one(NUMBERS)),
            Type::Float => Value::Float(self.one(&[-1.0, 0.0, 0.5, 1.0, 300.0, 1e300])),
            Type::Boolean => Value::Bool(self.below(2) == 0),
            Type::Time => {
                self.one(&["1970-01-01T00:00:00Z", "2026-07-01T09:00:00Z", "2026-06-30T00:00:00Z", "9999-12-30T00:00:00Z"]).into()
            }
            Type::List(kind) => {
                let count = self.one(&[0, 1, 1, 2, 3, 12]);
                Value::List((0..count).map(|_| self.value(operation, kind, known, depth.saturating_sub(1))).collect())
            }
            Type::Map(kind) => {
                let count = self.one(&[0, 1, 2]);
                let pairs = (0..count).map(|_| (self.one(TEXTS).into(), self.value(operation, kind, known, 0)));
                Value::Map(pairs.collect())
            }
            Type::Structure(name) => Value::Map(self.structure(operation, name, known, depth.saturating_sub(1))),
            Type::Enum(name) => {
                let values = operation.service().model().enum_values(name);
                if values.is_empty() { "x".into() } else { values[self.below(values.len())].as_str().into() }
            }
        }
    }
}

/// The texts of an answer that look like names, for later requests to use.
fn learn(value: &Value, known: &mut Vec<String>) {
    match value {
        Value::Text(text) if text.len() < 200 && known.len() < 300 => known.push(text.to_string()),
        Value::List(items) => items.iter().take(5).for_each(|item| learn(item, known)),
        Value::Map(members) => members.values().for_each(|member| learn(member, known)),
        _ => {}
    }
}

struct Player {
    luck: Luck,
    sim: Sim,
    now: rollbook::value::Timestamp,
    known: Vec<String>,
    /// What was asked and what came of it.
    told: Vec<String>,
}

impl Player {
    fn new(seed: u64) -> Player {
        let mut luck = Luck { state: seed, thrift: 5 };
        let mut sim = Sim::guide(seed);
        sim.play(Scenario::parse(luck.one(SCENARIOS)).expect("a scenario"));
        Player { now: sim.now(), luck, sim, known: vec![], told: vec![] }
    }

    /// One random request of one random operation, and its answer.
    fn step(&mut self) -> Option<Step> {
        let service = &SERVICES[self.luck.below(SERVICES.len())];
        // Half of all requests go to the scheduler's service.
        let service = if self.luck.below(2) == 0 { api::service("ecs").expect("ECS") } else { service };
        let operation = &service.operations[self.luck.below(service.operations.len())];
        let mut request = self.luck.request(operation, &self.known);
        if self.luck.below(4) > 0 {
            aim(operation, &mut request);
        }
        if let Some(sound) = sound(operation.method).filter(|_| self.luck.below(3) > 0) {
            let mut given = request.as_map().cloned().unwrap_or_default();
            given.retain(|_, _| self.luck.below(6) == 0);
            request = with(sound, Value::Map(given));
        }
        self.now += SignedDuration::from_secs(self.luck.one(&[0, 0, 1, 7, 45, 300]));
        self.told.push(format!("{operation} {request:?}"));
        if api::validate(operation, &mut request, &Known::default()).is_err() {
            return None;
        }
        let answer = self.sim.handle(self.now, operation, &request);
        answer.iter().for_each(|answer| learn(answer, &mut self.known));
        Some((operation, request, answer))
    }
}

/// A step that passed validation: what was asked, and what came of it.
type Step = (&'static Operation, Value, Result<Value, Failure>);

/// Members that mostly name something that there is.
const AIMS: &[(&str, &str)] = &[
    ("cluster", CLUSTER),
    ("service", SERVICE),
    ("taskDefinition", "nest-wallet-task:40"),
    ("SecretId", "nest-wallet-dev-secrets"),
    ("repositoryName", "nest-wallet"),
    ("logGroupName", "/ecs/nest-wallet"),
    ("Namespace", "AWS/ECS"),
    ("MetricName", "CPUUtilization"),
    ("AlarmName", "nest-wallet-cpu-high"),
    ("DashboardName", "nest-wallet-monitoring"),
    ("DashboardBody", "{\"widgets\":[]}"),
    ("ServiceNamespace", "ecs"),
    ("ResourceId", "service/nest-wallet-cluster/nest-wallet-service"),
    ("ScalableDimension", "ecs:service:DesiredCount"),
    ("resourceArn", "arn:aws:ecs:ap-northeast-2:123456789012:service/nest-wallet-cluster/nest-wallet-service"),
];

/// Puts names that the guide's project has into a request that has room for them.
fn aim(operation: &Operation, request: &mut Value) {
    let (Some(structure), Some(members)) = (operation.input(), request.as_map_mut()) else { return };
    for (name, value) in AIMS.iter().filter(|(name, _)| structure.members.contains_key(*name)) {
        members.insert((*name).into(), (*value).into());
    }
}

fn alarm(name: &str) -> Value {
    map! {
        "AlarmName" => name, "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization", "Statistic" => "Average", "Period" => 60,
        "EvaluationPeriods" => 2, "Threshold" => 1.0, "ComparisonOperator" => "GreaterThanThreshold",
    }
}

fn query() -> Value {
    let metric = map! { "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization" };
    map! { "Id" => "m", "MetricStat" => map! { "Metric" => metric, "Period" => 60, "Stat" => "Average" } }
}

/// Requests that are answered as they stand, for one wrong member to meet right ones.
fn sound(method: &str) -> Option<Value> {
    match method {
        "register_task_definition" => Some(definition("f")),
        "create_service" => Some(service("s")),
        "run_task" => Some(with(service("s"), map! { "serviceName" => Value::Null, "desiredCount" => Value::Null })),
        "update_service" => Some(map! { "cluster" => CLUSTER, "service" => SERVICE }),
        "create_secret" => Some(map! { "Name" => "new", "SecretString" => "x" }),
        "put_metric_alarm" => Some(alarm("a")),
        "get_metric_data" => Some(
            map! { "MetricDataQueries" => vec![query()], "StartTime" => "2026-07-01T08:00:00Z", "EndTime" => "2026-07-01T09:00:00Z" },
        ),
        "get_metric_statistics" => Some(
            map! { "Period" => 60, "Statistics" => vec!["Sum"], "StartTime" => "2026-07-01T08:00:00Z", "EndTime" => "2026-07-01T09:00:00Z" },
        ),
        "put_metric_data" => {
            Some(map! { "Namespace" => "Own", "MetricData" => vec![map! { "MetricName" => "m", "Value" => 1 }] })
        }
        "create_cluster" => Some(map! { "clusterName" => "new" }),
        _ => None,
    }
}

/// So many cases, and more in proportion where `PROPTEST_CASES` asks for more
/// than its own default of 256.
fn check(cases: u32, test: impl Fn(u64)) {
    let asked = Config::default();
    let config = Config { cases: cases * asked.cases / 256, rng_seed: RngSeed::Fixed(41), failure_persistence: None, ..asked };
    let outcome = TestRunner::new(config).run(&proptest::num::u64::ANY, |seed| {
        test(seed);
        Ok::<(), TestCaseError>(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// E103 No request of the table panics, whatever its members, and an hour later
/// the world still goes on.
#[test]
fn e103_no_request_panics() {
    check(16, |seed| {
        let mut player = Player::new(seed);
        let went = catch_unwind(AssertUnwindSafe(|| {
            (0..150).for_each(|_| drop(player.step()));
            player.sim.advance(player.now + SignedDuration::from_hours(1));
        }));
        assert!(went.is_ok(), "seed {seed}: {}", player.told.last().map_or("", String::as_str));
    });
}

/// E104 A request that is refused changes nothing.
#[test]
fn e104_refusals_change_nothing() {
    check(3, |seed| {
        let mut player = Player::new(seed);
        player.sim.play(Scenario::default());
        for _ in 0..60 {
            let mut before = player.sim.clone();
            let Some((operation, request, Err(Failure::Answered(error)))) = player.step() else { continue };
            before.advance(player.now);
            assert!(before.to_json() == player.sim.to_json(), "{operation} {request:?} was refused with {error:?}");
        }
    });
}

/// E105 A world that goes through a file at any moment goes on as if it had not.
#[test]
fn e105_through_a_file() {
    check(6, |seed| {
        let mut player = Player::new(seed);
        let steps = player.luck.below(60);
        (0..steps).for_each(|_| drop(player.step()));
        let text = player.sim.to_json();
        let sim = Sim::from_json(&text).expect("a world");
        assert!(sim.to_json() == text, "the world has changed on its way");
        let mut copy = Player { sim, luck: Luck { ..player.luck }, now: player.now, known: player.known.clone(), told: vec![] };
        for _ in 0..30 {
            let (one, other) = (player.step(), copy.step());
            assert_eq!(one.map(|step| step.2), other.map(|step| step.2));
        }
        assert!(player.sim.to_json() == copy.sim.to_json(), "the copy went another way");
    });
}

/// Enough of these requests are answered for the rules above to mean something.
#[test]
fn enough_requests_are_answered() {
    let (mut answered, mut asked, mut operations) = (0, 0, std::collections::BTreeSet::new());
    for seed in 0..20 {
        let mut player = Player::new(seed);
        for _ in 0..100 {
            asked += 1;
            if let Some((operation, _, Ok(_))) = player.step() {
                answered += 1;
                operations.insert(operation.to_string());
            }
        }
    }
    assert!(answered * 5 > asked && operations.len() > 50, "{answered} of {asked}, {} operations", operations.len());
}
