//! Where rollbook's share of a call goes.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, BenchmarkGroup, Criterion, measurement::WallTime};
use rollbook::api::{self, Failure, Known, Operation, Reading};
use rollbook::effect::{Branch, Cancel, Stop, World, outside};
use rollbook::journal::{Event, Journal, Key, Recorded, StreamPath};
use rollbook::map;
use rollbook::store::Memory;
use rollbook::value::{Timestamp, Value};

use crate::answer::ANSWER;
use crate::call::{Stage, gate, in_runs};
use crate::{CLUSTER, SERVICE};

pub fn bench(criterion: &mut Criterion, stage: &Stage) {
    let mut group = criterion.benchmark_group("parts");
    bench_validate(&mut group);
    bench_encode(&mut group);
    bench_parse(&mut group);
    bench_journal(&mut group);
    bench_gate(&mut group);
    // Less `gate_call`, it is the script's share: the interpreter, and the way
    // of the request and the answer into and out of the script's own values.
    let world: Arc<dyn World> = Arc::new(FromMemory(decoded()));
    group.bench_function("script_call", |bencher| bencher.iter_custom(|calls| stage.scripted(calls, &world)));
    group.finish();
}

fn bench_validate(group: &mut BenchmarkGroup<'_, WallTime>) {
    let known = Known::default();
    let validate = |request: &mut Value| api::validate(operation(), request, &known).expect("a valid request");
    group.bench_function("validate", |bencher| bencher.iter_batched_ref(request, validate, BatchSize::SmallInput));
}

fn bench_encode(group: &mut BenchmarkGroup<'_, WallTime>) {
    let request = request();
    group.bench_function("encode", |bencher| bencher.iter(|| api::encode(operation(), &request).expect("JSON")));
}

/// The answer's bytes as a value, then its times and secrets marked.
fn bench_parse(group: &mut BenchmarkGroup<'_, WallTime>) {
    let mark = |answer: &mut Value| api::read_answer(operation(), answer, &Reading::default());
    group.bench_function("parse", |bencher| bencher.iter(decoded));
    group.bench_function("mark", |bencher| bencher.iter_batched_ref(decoded, mark, BatchSize::SmallInput));
}

/// The append of one answer, after the gate has made it plain JSON.
fn bench_journal(group: &mut BenchmarkGroup<'_, WallTime>) {
    let append = |calls| {
        let mut journal = Journal::new(Box::new(Memory::default()));
        let events: Vec<_> = (0..calls).map(outcome).collect();
        let began = Instant::now();
        events.iter().for_each(|event| journal.append(std::slice::from_ref(event)).expect("memory takes all"));
        began.elapsed()
    };
    group.bench_function("journal", |bencher| bencher.iter_custom(|calls| in_runs(calls, append)));
}

fn outcome(number: u64) -> Event {
    let key = Key { path: StreamPath::default(), number };
    let result: Recorded = serde_json::from_str(&ANSWER).expect("JSON");
    Event::Outcome { key, at: outside::now(), ok: true, result }
}

/// All of the gate but the carrier: validation, intent, marking, outcome.
fn bench_gate(group: &mut BenchmarkGroup<'_, WallTime>) {
    let world: Arc<dyn World> = Arc::new(FromMemory(decoded()));
    let run = |calls| {
        let (gate, branch) = (gate(world.clone()), Branch::default());
        let began = Instant::now();
        for _ in 0..calls {
            black_box(gate.call(&branch, operation(), request()).expect("an answer"));
        }
        began.elapsed()
    };
    group.bench_function("gate_call", |bencher| bencher.iter_custom(|calls| in_runs(calls, run)));
    // What the world in memory itself takes: it hands out a copy.
    let answer = decoded();
    group.bench_function("copy_of_answer", |bencher| bencher.iter(|| answer.clone()));
}

pub fn operation() -> &'static Operation {
    api::operation("ecs", "describe_services").expect("the table has it")
}

pub fn request() -> Value {
    map! { "cluster" => CLUSTER, "services" => vec![SERVICE] }
}

pub fn decoded() -> Value {
    api::decode(operation(), ANSWER.as_bytes()).expect("JSON")
}

/// Answers without SDK and carrier.
pub struct FromMemory(pub Value);

impl World for FromMemory {
    fn call(&self, _operation: &'static Operation, _request: &Value, _cancel: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        Ok(Ok(self.0.clone()))
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
