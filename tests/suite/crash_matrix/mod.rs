//! Every shipped runbook, killed wherever it can be killed, against a sandbox
//! on a socket whose clock follows the run; then resumed. What was asked of
//! AWS, and what is there in the end, must be as if nothing had happened.
//!
//! `cargo test` tries a fixed sample. All of them, with a table of what came
//! of them, take half an hour (the profile is for speed, and needs no less time
//! to compile than the others):
//!
//! `ROLLBOOK_TESTS_CRASHES=all cargo test --profile crashes --test suite crash_matrix -- --nocapture`
//!
//! `ROLLBOOK_TESTS_CRASHES_ROW=scale` picks the rows with that name.

mod middle;
mod play;
mod rows;
mod same;

use std::sync::Mutex;

use crate::door::Server;
use crate::harness::Project;
use crate::stub::Stub;
use middle::Held;
use play::{Bench, Outcome, Point};
use rows::{ROWS, Row};

/// The points of a row by how many appends and requests it makes. An append
/// that was cut off in its middle is one that nothing is left of.
fn points(appends: usize, requests: usize) -> Vec<Point> {
    let journal = (1..=appends).flat_map(|at| ["torn", "append"].map(|hook| Point::Journal(hook, at)));
    let wire = (1..=requests).flat_map(|at| [Held::Request, Held::Answer].map(|held| Point::Wire(held, at)));
    journal.chain(wire).collect()
}

/// Each has a sandbox of its own.
const WORKERS: usize = 3;

#[derive(Default)]
struct Tally {
    tried: usize,
    settled: usize,
    asked: usize,
    wrong: Vec<String>,
}

/// All points of a row, or those that `keep` says, a few at a time.
fn try_all(row: &Row, foreign: bool, keep: impl Fn(usize) -> bool) -> Tally {
    let bench = Bench::set_up(row);
    let whole = bench.uncrashed(row);
    let chosen = points(whole.appends, whole.requests).into_iter().enumerate().filter(|(number, _)| keep(*number));
    let chosen: Vec<Point> = chosen.map(|(_, point)| point).collect();
    let (waiting, tally) = (Mutex::new(chosen.into_iter()), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let bench = Bench::like(&bench);
                while let Some(point) = { waiting.lock().unwrap().next() } {
                    let outcome = bench.killed(row, point, &whole, foreign);
                    let mut tally = tally.lock().unwrap();
                    match outcome {
                        // It had ended before.
                        Outcome::NotReached => continue,
                        Outcome::Settled => tally.settled += 1,
                        Outcome::Asked => tally.asked += 1,
                        Outcome::Wrong(why) => tally.wrong.push(format!("{}, killed at {point}:\n{why}", row.name)),
                    }
                    tally.tried += 1;
                }
            });
        }
    });
    tally.into_inner().unwrap()
}

fn all() -> bool {
    std::env::var("ROLLBOOK_TESTS_CRASHES").is_ok_and(|which| which == "all")
}

fn heading() {
    println!("{:<40} {:>6} {:>8} {:>6} {:>6}", "", "tried", "settled", "asked", "wrong");
}

fn show(name: &str, tally: &Tally) {
    println!("{name:<40} {:>6} {:>8} {:>6} {:>6}", tally.tried, tally.settled, tally.asked, tally.wrong.len());
    tally.wrong.iter().for_each(|wrong| println!("{wrong}"));
}

#[test]
fn a_killed_run_comes_to_the_end_of_one_that_was_not() {
    let only = std::env::var("ROLLBOOK_TESTS_CRASHES_ROW").unwrap_or_default();
    let mut bad = Vec::new();
    heading();
    for row in ROWS.iter().filter(|row| row.name.contains(&only)) {
        let tally = try_all(row, false, |number| all() || number % row.sample == row.sample / 2);
        show(row.name, &tally);
        assert!(tally.tried > 0, "{} was never killed", row.name);
        if tally.asked > 0 || !tally.wrong.is_empty() {
            bad.push(format!("{}: {} asked\n{}", row.name, tally.asked, tally.wrong.concat()));
        }
    }
    assert!(bad.is_empty(), "{}", bad.concat());
}

/// Somebody deploys between the crash and the resume.
#[test]
fn what_somebody_else_did_meanwhile_is_left_alone_and_named() {
    heading();
    let mut bad = Vec::new();
    for row in ROWS.iter().filter(|row| row.somebody) {
        let tally = try_all(row, true, |number| all() || number % row.sample == row.sample / 3);
        show(&format!("{}, somebody deploys", row.name), &tally);
        bad.extend(tally.wrong);
    }
    assert!(bad.is_empty(), "{}", bad.concat());
}

#[test]
fn nobodys_clock_is_moved_but_a_sandboxes_on_this_machine() {
    let refused = |endpoint: &str, asked: &str| {
        let project = Project::at(endpoint).variable("ROLLBOOK_SANDBOX_CLOCK", asked);
        project.run(&["status", "--cluster", rows::CLUSTER, "--service", rows::SERVICE])
    };
    refused("http://ecs.eu-west-1.example.com", "1").status(2).says("is for a sandbox on this machine").prints_nothing();
    refused("", "1").status(2).says("is for a sandbox on this machine");
    let stub = Stub::start();
    refused(&stub.url, "1").status(2).says("no sandbox says the time at");
    refused(&stub.url, "yes").status(2).says("ROLLBOOK_SANDBOX_CLOCK is 1 or 0, and not yes");
    assert!(stub.received("GetCallerIdentity").is_empty(), "AWS is not asked anything");
}

#[test]
fn a_run_moves_the_clock_by_what_it_waits() {
    let server = Server::start(&Project::new(), &[]);
    let project = server.project().runbook("r", "", "sleep(90); print(now()); parallel([1, 2], 2, |n| sleep(10));");
    let clocked = project.variable("ROLLBOOK_SANDBOX_CLOCK", "1");
    clocked.run(&["run", "r"]).status(0).prints("2026-07-01T09:01:30Z");
    let now = server.control("GET", "clock", "")["now"].as_str().unwrap().to_owned();
    // Who waits together may wait one after the other, and not longer.
    assert!(("2026-07-01T09:01:40Z"..="2026-07-01T09:01:50Z").contains(&now.as_str()), "{now}");
}
