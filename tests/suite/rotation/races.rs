//! The rotation raced from many seeds. Success must mean that every serving task
//! holds the new version; rolled back, that the old one is current and served
//! by healthy services; refused or failed, that nothing was done; anything else
//! is exit 8.
//!
//! `cargo test` runs a few. More, with the figures:
//! `ROLLBOOK_RACES=2000 cargo test --test suite rotation::races -- --nocapture`;
//! `ROLLBOOK_RACES_FROM=2000` goes on where that ended, `ROLLBOOK_RACE=17` shows
//! one, `ROLLBOOK_RACES_SHOW=8` all that end so.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::trial::{Trial, draw};
use super::truth::Before;

const FEW: u64 = 40;

struct Raced {
    code: u8,
    wrong: Option<String>,
    told: String,
}

fn race(seed: u64) -> Raced {
    let Trial { mut world, scenario } = draw(seed);
    let before = Before::of(&mut world);
    let (ended, mut after) = world.rotate(&scenario);
    let wrong = before.judge(&ended, &mut after).err();
    let told = format!("seed {seed}: {}: {}\n{scenario}", ended.verdict.name(), ended.summary);
    Raced { code: ended.verdict.exit_code(), wrong, told }
}

/// So many seeds, on a few threads.
fn race_all(from: u64, count: u64) -> Vec<Raced> {
    let next = AtomicU64::new(from);
    let raced = Mutex::new(vec![]);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        break;
                    }
                    raced.lock().unwrap().push(race(seed));
                }
            });
        }
    });
    raced.into_inner().unwrap()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn a_rotation_that_is_raced_is_a_transaction() {
    if let Some(seed) = number("ROLLBOOK_RACE") {
        let raced = race(seed);
        panic!("{}\n{:?}", raced.told, raced.wrong);
    }
    let raced = race_all(number("ROLLBOOK_RACES_FROM").unwrap_or(0), number("ROLLBOOK_RACES").unwrap_or(FEW));
    let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
    raced.iter().for_each(|one| *counts.entry(one.code).or_default() += 1);
    let wrong: Vec<String> = raced.iter().filter_map(|one| Some(format!("{}\n{}", one.wrong.as_ref()?, one.told))).collect();
    let shown = number("ROLLBOOK_RACES_SHOW");
    raced.iter().filter(|one| shown == Some(one.code.into())).for_each(|one| println!("{}", one.told));
    println!("{} runs; by exit code {counts:?}; wrong: {}", raced.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
    assert!([0, 1, 3, 6, 8].iter().all(|code| counts.contains_key(code)), "the races are too tame: {counts:?}");
}
