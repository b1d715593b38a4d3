//! What keeping a journal costs, in time and in memory, and how fast a run is
//! played again from one. Waiting for the disk is left out: only the intent of
//! a write does that, and how long it takes is the disk's.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use criterion::Criterion;
use rollbook::api::{Failure, Operation};
use rollbook::effect::{Branch, Cancel, Effect, Gate, Stop, World, outside};
use rollbook::journal::{Cursor, Event, Journal, Key, Opening, Recorded, StreamPath};
use rollbook::map;
use rollbook::store::{FileStore, Memory};
use rollbook::value::{Timestamp, Value};

use crate::answer::ANSWER;
use crate::call::{gate, gate_of, in_runs};
use crate::parts::{FromMemory, decoded, operation, request};
use crate::{micros, quantile};

const JOURNAL_BUDGET: Duration = Duration::from_micros(50);
const REPLAY_BUDGET: f64 = 50_000.0;
/// Bytes that a hundred thousand looks may add to a run that only looks.
const MEMORY_BUDGET: usize = 8 << 20;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    group.bench_function("same_answer", |bencher| bencher.iter_custom(|calls| in_runs(calls, |calls| append(calls, false))));
    group.bench_function("other_answer", |bencher| bencher.iter_custom(|calls| in_runs(calls, |calls| append(calls, true))));
    let entries = recorded(world(), 1000);
    group.bench_function("replay_1000", |bencher| bencher.iter(|| play_again(&entries, 1000)));
    group.finish();
}

/// The intents and the outcomes of so many calls, in a file.
fn append(calls: u64, other: bool) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::new(Box::new(FileStore::create(&folder.path().join("bench")).expect("a file")));
    let events: Vec<[Event; 2]> = (0..calls).map(|number| call(number, other)).collect();
    let began = Instant::now();
    for pair in &events {
        pair.iter().for_each(|event| journal.append(std::slice::from_ref(event)).expect("room on the disk"));
    }
    began.elapsed()
}

fn call(number: u64, other: bool) -> [Event; 2] {
    let key = Key { path: StreamPath::default(), number };
    let effect = map! { "effect" => "call", "operation" => operation().to_string(), "request" => request() };
    // As in a wait that shows progress: one count differs.
    let text =
        if other { ANSWER.replacen("\"runningCount\":", &format!("\"runningCount\":{}", number + 1), 1) } else { ANSWER.clone() };
    let result: Recorded = serde_json::from_str(&text).expect("JSON");
    let intent = Event::Intent { key: key.clone(), at: outside::now(), write: false, effect: Recorded(effect) };
    [intent, Event::Outcome { key, at: outside::now(), ok: true, result }]
}

/// A run of so many calls, with the answers that the gate itself records.
fn recorded(world: Arc<dyn World>, calls: u64) -> Vec<rollbook::journal::Entry> {
    let gate = gate(world);
    gate.emit(opened()).expect("memory takes all");
    asked(&gate, calls);
    gate.entries().expect("memory gives all")
}

fn asked(gate: &Gate, calls: u64) {
    let branch = Branch::default();
    for _ in 0..calls {
        let effect = Effect::Call { operation: operation(), request: request() };
        black_box(gate.perform(&branch, effect).expect("an answer"));
    }
}

fn play_again(entries: &[rollbook::journal::Entry], calls: u64) {
    let cursor = Cursor::read(entries).expect("an intact journal");
    asked(&gate_of(world(), Journal::new(Box::new(Memory::default())), Some(cursor)), calls);
}

fn world() -> Arc<dyn World> {
    Arc::new(FromMemory(decoded()))
}

fn opened() -> Event {
    let empty = || Recorded(map! {});
    let now = outside::now();
    Event::Opened(Box::new(Opening {
        format: Event::FORMAT,
        run: "BENCH".into(),
        rollbook: String::new(),
        runbook: String::new(),
        version: String::new(),
        at: now,
        started: now,
        by: String::new(),
        writes: true,
        asked: None,
        revision: None,
        dirty: false,
        project: None,
        selection: empty(),
        environment: empty(),
        arguments: empty(),
    }))
}

/// Against the budgets.
pub fn say() {
    let mut samples: Vec<Duration> = (0..100).map(|_| append(100, true) / 100).collect();
    let median = quantile(&mut samples, 0.5);
    println!("added by the journal: {:.0} µs a call (budget {} µs)", micros(median), JOURNAL_BUDGET.as_micros());

    println!("played again: {:.0} effects a second (budget {REPLAY_BUDGET:.0})", replay_rate(world(), 20_000));
    let never_the_same = replay_rate(Arc::new(Changing(AtomicI64::new(0))), 5_000);
    println!("played again, no two answers of 12 KB the same: {never_the_same:.0} effects a second");

    let grown = memory_of_a_wait();
    println!("a wait of 100000 looks takes {} KiB more memory (budget {} KiB)", grown / 1024, MEMORY_BUDGET / 1024);
}

fn replay_rate(world: Arc<dyn World>, calls: u64) -> f64 {
    let entries = recorded(world, calls);
    let began = Instant::now();
    play_again(&entries, calls);
    calls as f64 / began.elapsed().as_secs_f64()
}

/// Answers with another count each time.
struct Changing(AtomicI64);

impl World for Changing {
    fn call(&self, _operation: &'static Operation, _request: &Value, _cancel: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        let mut answer = decoded();
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        answer.as_map_mut().expect("a map").insert("looks".into(), number.into());
        Ok(Ok(answer))
    }

    fn now(&self) -> Timestamp {
        outside::now()
    }

    fn dice(&self, _key: &Key) -> u64 {
        0
    }

    fn sleep(&self, _at: &StreamPath, _duration: Duration, _cancel: &Cancel) -> Result<(), Stop> {
        Ok(())
    }
}

/// What a run that only looks has grown by after a long wait.
fn memory_of_a_wait() -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::new(Box::new(FileStore::create(&folder.path().join("bench")).expect("a file")));
    journal.calls_only();
    let gate = gate_of(world(), journal, None);
    asked(&gate, 1_000);
    let before = outside::memory_in_use().unwrap_or_default();
    asked_on(&gate, operation(), 100_000);
    outside::memory_in_use().unwrap_or_default().saturating_sub(before)
}

/// In a branch of its own, so that its keys are new.
fn asked_on(gate: &Gate, operation: &'static Operation, calls: u64) {
    let branch = Branch::default().child(StreamPath::default().item(0, 0));
    for _ in 0..calls {
        black_box(gate.perform(&branch, Effect::Call { operation, request: request() }).expect("an answer"));
    }
}
