//! Public captures of real services, beside what the simulator does at its
//! default settings. No seed is the one that AWS rolled: every step must come
//! close for some seed, all steps for one and the same, and no seed may be far off.

use super::super::faults::{Fate, Sickness};
use super::{Bench, SERVICE};
use crate::value::Timestamp;

const SEEDS: std::ops::Range<u64> = 0..60;

/// Within one look of the scheduler, or a fifth.
fn is_close(captured: f64, found: f64) -> bool {
    (captured - found).abs() <= 10.0_f64.max(captured * 0.2)
}

/// One capture: the seconds of each step.
fn compare(captured: &[(&str, f64)], far: (f64, f64), play: fn(u64) -> Vec<f64>) {
    let all: Vec<Vec<f64>> = SEEDS.map(play).collect();
    for found in &all {
        assert_eq!(found.len(), captured.len());
        for ((name, at), found) in captured.iter().zip(found) {
            let bounds = at * far.0 - 15.0..=at * far.1 + 15.0;
            assert!(bounds.contains(found), "{name}: captured at {at}, found at {found}");
        }
    }
    let matches = |found: &&Vec<f64>| captured.iter().zip(*found).all(|((_, at), found)| is_close(*at, *found));
    assert!(all.iter().any(|found| matches(&found)), "{all:?}");
}

/// When `holds` first held, looked at every tenth of a second.
fn when(bench: &mut Bench, since: Timestamp, holds: impl Fn(&Bench) -> bool) -> f64 {
    for _ in 0..6_000 {
        if holds(bench) {
            return super::seconds(since, bench.now);
        }
        bench.now += jiff::SignedDuration::from_millis(100);
        bench.sim.advance(bench.now);
    }
    panic!("it never happened");
}

/// A service of one task.
fn single(seed: u64) -> Bench {
    let mut bench = Bench::new(seed).without_autoscaler();
    bench.update("desiredCount", 1);
    bench.wait(300);
    bench.service();
    bench
}

fn target(bench: &Bench, newest: bool) -> Option<String> {
    super::super::ecs::targets_of(&bench.sim, &format!("{}/{SERVICE}", super::CLUSTER), newest)
}

/// E90 The replacement of an unhealthy task, captured from "is unhealthy" on.
#[test]
fn e90_an_unhealthy_task_is_replaced() {
    let captured = [
        ("started", 12.0),
        ("registered", 40.2),
        ("healthy", 42.5),
        ("stopped", 58.5),
        ("deregistered", 68.7),
        ("draining", 68.7),
        ("steady", 78.4),
        ("gone", 99.3),
    ];
    compare(&captured, (0.6, 1.6), |seed| {
        let mut bench = Bench::new(seed).without_autoscaler();
        bench.update("desiredCount", 1);
        bench.wait(300);
        bench.force(":40", Fate { target: Some(Sickness { after_ms: 300_000 }), ..Fate::default() });
        bench.update("taskDefinition", "nest-wallet-task:40");
        bench.wait(250);
        bench.service();
        bench.sim.faults.forced.clear();
        let start = bench.now;
        let events = ["is unhealthy in", "has started", "registered 1 targets"];
        let mut at = vec![];
        for part in events {
            at.push(step(&mut bench, start, part));
        }
        let healthy = when(&mut bench, start, |bench| target(bench, true).as_deref() == Some("Healthy"));
        at.push(healthy);
        for part in ["has stopped", "deregistered 1 targets", "has begun draining", "has reached a steady state"] {
            at.push(step(&mut bench, start, part));
        }
        at.push(when(&mut bench, start, |bench| target(bench, false).as_deref() == Some("None")));
        at[1..].iter().map(|found| found - at[0]).collect()
    });
}

/// Goes on until the service says `part`; at which second it did.
fn step(bench: &mut Bench, since: Timestamp, part: &str) -> f64 {
    for _ in 0..6_000 {
        if let Some(at) = bench.said_at(since, part) {
            return at;
        }
        bench.now += jiff::SignedDuration::from_millis(500);
    }
    panic!("{part} was never said: {:?}", bench.said(since));
}

/// E91 A rolling deployment of one task, captured from "has started" on.
#[test]
fn e91_a_rolling_swap() {
    let captured = [("registered", 19.9), ("stopped", 69.9), ("deregistered", 80.2), ("draining", 80.2)];
    compare(&captured, (0.5, 1.6), |seed| {
        let mut bench = single(seed);
        bench.update("forceNewDeployment", true);
        let start = bench.now;
        let parts = ["has started", "registered 1 targets", "has stopped", "deregistered 1 targets", "has begun draining"];
        let at: Vec<f64> = parts.iter().map(|part| step(&mut bench, start, part)).collect();
        at[1..].iter().map(|found| found - at[0]).collect()
    });
}

/// E92 The states of one small Fargate task, captured from its creation on.
#[test]
fn e92_one_task_starts() {
    let captured = [("connectivityAt", 4.9), ("pullStartedAt", 12.9), ("pullStoppedAt", 17.4), ("startedAt", 19.5)];
    compare(&captured, (1.0, 1.7), |seed| {
        let mut bench = single(seed);
        bench.update("forceNewDeployment", true);
        bench.wait(60);
        let tasks = bench.tasks("RUNNING");
        let task = tasks.iter().max_by_key(|task| super::time(task, "createdAt")).unwrap();
        let at = |name: &str| super::seconds(super::time(task, "createdAt").unwrap(), super::time(task, name).unwrap());
        let found = ["connectivityAt", "pullStartedAt", "pullStoppedAt", "startedAt"].map(at).to_vec();
        assert_eq!(found[..2], [4.9, 12.9]);
        found
    });
}

/// E93 From RUNNING until it is registered, a task takes up to one look; from
/// its creation, 19 to 41 s were seen.
#[test]
fn e93_registering() {
    for seed in SEEDS {
        let mut bench = single(seed);
        bench.update("forceNewDeployment", true);
        let start = bench.now;
        let started = step(&mut bench, start, "has started");
        let registered = step(&mut bench, start, "registered 1 targets") - started;
        assert!((19.0..=41.0).contains(&registered), "{registered}");
    }
}

/// E94 A loop of exits starts its tasks about 50 s apart, and three of them end
/// the deployment after two and a half to three minutes.
#[test]
fn e94_a_crash_loop() {
    let crash =
        super::super::faults::Crash { container: "nest-wallet-container".into(), after_ms: 1_000, exit_code: 1, reason: None };
    for seed in SEEDS {
        let mut bench = single(seed);
        bench.force(":40", Fate { crash: Some(crash.clone()), ..Fate::default() });
        bench.update("taskDefinition", "nest-wallet-task:40");
        let start = bench.now;
        bench.wait(400);
        let said = bench.said(start);
        let starts: Vec<f64> = said.iter().filter(|(_, said)| said.contains("has started")).map(|(at, _)| *at).collect();
        assert!(starts.windows(2).all(|pair| (40.0..=80.0).contains(&(pair[1] - pair[0]))), "{starts:?}");
        let failed = bench.said_at(start, "deployment failed").unwrap() - starts[0];
        assert!((100.0..=220.0).contains(&failed), "{failed}");
    }
}

/// E95 One unpullable task after the other ends the deployment of one task after
/// 8 to 13 minutes.
#[test]
fn e95_an_unpullable_image() {
    let unpullable = Some(("nest-wallet-container".to_owned(), "CannotPullContainerError: x".to_owned()));
    for seed in SEEDS {
        let mut bench = single(seed);
        bench.force(":40", Fate { unpullable: unpullable.clone(), ..Fate::default() });
        bench.update("taskDefinition", "nest-wallet-task:40");
        let start = bench.now;
        bench.wait(900);
        let failed = bench.said_at(start, "deployment failed").unwrap() / 60.0;
        assert!((8.0..=13.0).contains(&failed), "{failed}");
    }
}
