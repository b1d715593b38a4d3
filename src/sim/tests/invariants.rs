//! What holds whatever happens: random requests, faults and pauses, drawn from
//! fixed seeds.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::ecs;
use super::super::faults::{Crash, Fate, Sickness};
use super::super::rules::capacity::Limits;
use super::{Bench, CLUSTER, SERVICE, int, text};
use crate::map;
use crate::value::Value;

#[derive(Clone, Debug)]
enum Act {
    Deploy(i64),
    Scale(i64),
    Percents(i64, i64),
    StopTask,
    StopRollout(bool),
    Breaker(bool, bool),
    Curse(i64, u8, i64),
    Alarm(bool),
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let percents = prop_oneof![Just((100, 200)), Just((50, 100)), Just((100, 150)), Just((0, 100)), Just((50, 200))];
    prop_oneof![
        3 => (38..=41_i64).prop_map(Act::Deploy),
        2 => (0..=5_i64).prop_map(Act::Scale),
        1 => percents.prop_map(|(minimum, maximum)| Act::Percents(minimum, maximum)),
        1 => Just(Act::StopTask),
        1 => any::<bool>().prop_map(Act::StopRollout),
        1 => any::<(bool, bool)>().prop_map(|(enable, rollback)| Act::Breaker(enable, rollback)),
        2 => (38..=41_i64, 0..7_u8, 0..200_i64).prop_map(|(revision, kind, after)| Act::Curse(revision, kind, after)),
        1 => any::<bool>().prop_map(Act::Alarm),
        8 => (1..400_i64).prop_map(Act::Wait),
    ]
}

/// What is looked at after every act and every few seconds of a wait.
struct Watcher {
    bench: Bench,
    /// Nothing unhealthy is to be expected.
    pure: bool,
    seen: Vec<(crate::value::Timestamp, String)>,
    /// What was allowed before the settings last changed: it may take a look
    /// until the tasks are within what is allowed now.
    slack: i64,
    /// The tasks that counted as healthy at the last look.
    healthy: Vec<String>,
}

impl Watcher {
    fn new(seed: u64) -> Watcher {
        let mut watcher =
            Watcher { bench: Bench::new(seed).without_autoscaler(), pure: true, seen: vec![], slack: 0, healthy: vec![] };
        let alarms = map! { "alarmNames" => vec!["nest-wallet-cpu-high"], "enable" => true, "rollback" => true };
        watcher.bench.update("deploymentConfiguration", map! { "alarms" => alarms });
        watcher
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Deploy(revision) => drop(self.bench.update("taskDefinition", format!("nest-wallet-task:{revision}"))),
            Act::Scale(count) => self.change("desiredCount", (*count).into()),
            Act::Percents(minimum, maximum) => {
                let percents = map! { "minimumHealthyPercent" => *minimum, "maximumPercent" => *maximum };
                self.change("deploymentConfiguration", percents);
            }
            Act::Breaker(enable, rollback) => {
                let breaker = map! { "enable" => *enable, "rollback" => *rollback };
                self.change("deploymentConfiguration", map! { "deploymentCircuitBreaker" => breaker });
            }
            Act::StopTask => self.stop_task(),
            Act::StopRollout(abort) => self.stop_rollout(*abort),
            Act::Curse(revision, kind, after) => {
                self.pure = false;
                self.bench.force(&format!(":{revision}"), curse(*kind, after * 1000));
            }
            Act::Alarm(on) => {
                let state = if *on { "ALARM" } else { "OK" };
                let request = map! { "AlarmName" => "nest-wallet-cpu-high", "StateValue" => state, "StateReason" => "test" };
                self.bench.ask("cloudwatch", "set_alarm_state", request);
            }
            Act::Wait(seconds) => {
                for _ in 0..seconds / 5 {
                    self.bench.wait(5);
                    self.look();
                }
            }
        }
        self.look();
    }

    fn change(&mut self, name: &str, value: Value) {
        let before = self.limits();
        self.bench.update(name, value);
        self.slack = self.slack.max(before.cap());
        // The floor may rise above what there is.
        self.pure &= self.limits().floor() <= before.floor();
    }

    fn stop_task(&mut self) {
        self.pure = false;
        if let Some(task) = self.bench.tasks("RUNNING").first() {
            let request = map! { "cluster" => CLUSTER, "task" => text(task, "taskArn") };
            self.bench.ecs("stop_task", request);
        }
    }

    fn stop_rollout(&mut self, abort: bool) {
        let newest = self.bench.rollouts()[0].clone();
        let kind = if abort { "ABORT" } else { "ROLLBACK" };
        let request = map! { "serviceDeploymentArn" => text(&newest, "serviceDeploymentArn"), "stopType" => kind };
        let under_way = matches!(text(&newest, "status").as_str(), "PENDING" | "IN_PROGRESS");
        assert_eq!(self.bench.send("ecs", "stop_service_deployment", request).is_ok(), under_way);
    }

    fn limits(&mut self) -> Limits {
        let service = self.bench.service();
        let configuration = service.get("deploymentConfiguration").unwrap().clone();
        Limits {
            desired: int(&service, "desiredCount"),
            minimum_percent: int(&configuration, "minimumHealthyPercent"),
            maximum_percent: int(&configuration, "maximumPercent"),
        }
    }

    fn look(&mut self) {
        let (limits, service) = (self.limits(), self.bench.service());
        let alive = int(&service, "runningCount") + int(&service, "pendingCount");
        assert!(alive <= limits.cap().max(self.slack), "{alive} {limits:?}");
        if alive <= limits.cap() {
            self.slack = 0;
        }
        let deployments = service.items("deployments");
        let primaries = deployments.iter().filter(|deployment| text(deployment, "status") == "PRIMARY").count();
        assert!(primaries == 1 && text(&deployments[0], "status") == "PRIMARY", "{deployments:?}");
        let known: Vec<String> = deployments.iter().map(|deployment| text(deployment, "id")).collect();
        for task in self.bench.tasks("RUNNING") {
            assert!(known.contains(&text(&task, "startedBy")), "{task:?} {known:?}");
        }
        self.look_at_the_floor(&limits);
        self.look_at_events();
    }

    /// The scheduler stops no healthy task that the floor needs; one that is
    /// lost to a fault or to StopTask is another matter.
    fn look_at_the_floor(&mut self, limits: &Limits) {
        let healthy = ecs::healthy(&self.bench.sim, &format!("{CLUSTER}/{SERVICE}"));
        let count = healthy.len() as i64;
        assert!(!self.pure || count >= limits.floor(), "{count} {limits:?}");
        let before = std::mem::replace(&mut self.healthy, healthy);
        let lost: Vec<_> = before.into_iter().filter(|id| !self.healthy.contains(id)).collect();
        if lost.is_empty() || count >= limits.floor() {
            return;
        }
        let stopped = self.bench.tasks("STOPPED");
        let scaled = |id: &String| {
            let task = stopped.iter().find(|task| text(task, "taskArn").ends_with(id.as_str()));
            task.is_some_and(|task| text(task, "stoppedReason").starts_with("Scaling activity"))
        };
        let (scaled, excused): (Vec<_>, Vec<_>) = lost.into_iter().partition(scaled);
        let kept = count + excused.len() as i64;
        assert!(scaled.is_empty() || kept >= limits.floor(), "{scaled:?} stopped at {kept} {limits:?}");
    }

    /// They only grow, and no two share a moment.
    fn look_at_events(&mut self) {
        let events = self.bench.service().items("events").to_vec();
        let new: Vec<_> =
            events.iter().rev().map(|event| (super::time(event, "createdAt").unwrap(), text(event, "id"))).collect();
        assert!(new.windows(2).all(|pair| pair[0].0 < pair[1].0) && new.len() <= 100);
        let kept: Vec<_> = self.seen.iter().filter(|event| event.0 >= new[0].0).collect();
        assert!(kept.iter().zip(&new).all(|(old, new)| *old == new), "{kept:?} {new:?}");
        self.seen = new;
    }
}

fn curse(kind: u8, after_ms: i64) -> Fate {
    let container = || "nest-wallet-container".to_owned();
    let fate = Fate::default();
    match kind {
        0 => Fate { unpullable: Some((container(), "CannotPullContainerError: x".into())), ..fate },
        1 => Fate { unreadable: Some("ResourceInitializationError: x".into()), ..fate },
        2 => Fate { crash: Some(Crash { container: container(), after_ms, exit_code: 1, reason: None }), ..fate },
        3 => Fate { target: Some(Sickness { after_ms }), ..fate },
        4 => Fate { no_place: Some("x.".into()), ..fate },
        5 => Fate { ignores_stop: true, slower_ms: after_ms, ..fate },
        _ => fate,
    }
}

/// So many cases, and more in proportion where `PROPTEST_CASES` asks for more
/// than its own default of 256.
fn check(cases: u32, test: impl Fn((u64, Vec<Act>)) -> Result<(), TestCaseError>) {
    let asked = Config::default();
    let config = Config { cases: cases * asked.cases / 256, failure_persistence: None, ..asked };
    let seeded = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, seeded);
    let acts = (any::<u64>(), proptest::collection::vec(act(), 1..30));
    runner.run(&acts, test).unwrap_or_else(|error| panic!("{error}"));
}

/// E100 Running and pending tasks never exceed the cap, and healthy ones never
/// fall below the floor unless a fault or StopTask names one; there is exactly
/// one PRIMARY deployment; every task of a service belongs to a deployment that
/// is shown; events only grow, in the order of their times.
#[test]
fn e100_invariants() {
    check(40, |(seed, acts)| {
        let mut watcher = Watcher::new(seed);
        acts.iter().for_each(|act| watcher.act(act));
        Ok(())
    });
}

/// E101 Equal seeds and equal requests give byte-identical worlds.
#[test]
fn e101_equal_seeds() {
    check(8, |(seed, acts)| {
        let world = || {
            let mut watcher = Watcher::new(seed);
            acts.iter().for_each(|act| watcher.act(act));
            watcher.bench.sim.to_json()
        };
        prop_assert_eq!(world(), world());
        Ok(())
    });
}

/// E102 Whatever happened, an hour without faults after one more update brings
/// the service to rest, with the wanted tasks and a finished service deployment.
#[test]
fn e102_everything_comes_to_rest() {
    check(25, |(seed, acts)| {
        let mut watcher = Watcher::new(seed);
        acts.iter().for_each(|act| watcher.act(act));
        watcher.act(&Act::Alarm(false));
        watcher.act(&Act::Percents(50, 200));
        let bench = &mut watcher.bench;
        bench.sim.faults.forced.clear();
        bench.update("forceNewDeployment", true);
        bench.wait(3600);
        let service = bench.service();
        prop_assert_eq!(int(&service, "runningCount"), int(&service, "desiredCount"));
        prop_assert_eq!(text(&service.items("deployments")[0], "rolloutState"), "COMPLETED");
        prop_assert_eq!(service.items("deployments").len(), 1);
        prop_assert!(text(&service.items("events")[0], "message").ends_with("has reached a steady state."));
        let over = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];
        let open = bench.rollouts().into_iter().find(|rollout| !over.contains(&text(rollout, "status").as_str()));
        prop_assert!(open.is_none(), "{:?}", open);
        Ok(())
    });
}
