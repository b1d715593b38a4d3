//! A run that goes on, seen from the gate: waits go on in the middle, and time
//! in which nobody played the run does not count.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rollbook::api::{Failure, Operation, Reading};
use rollbook::effect::{Branch, Cancel, Effect, Gate, Guard, Retry, Setup, Stop, Vault, World};
use rollbook::journal::{Cursor, Event, Journal, Key, Opening, Recorded, StreamPath, Verdict};
use rollbook::map;
use rollbook::store::Memory;
use rollbook::value::{Timestamp, Value};

use crate::harness::Nobody;

/// A world in which it is always the same time, and sleeping takes none.
struct Still {
    now: Timestamp,
    slept: Mutex<Vec<Duration>>,
}

impl World for Still {
    fn call(&self, _: &'static Operation, _: &Value, _: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        unreachable!("nothing is called here")
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn dice(&self, _: &Key) -> u64 {
        0
    }

    fn sleep(&self, _: &StreamPath, duration: Duration, _: &Cancel) -> Result<(), Stop> {
        self.slept.lock().unwrap().push(duration);
        Ok(())
    }
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

pub fn opened() -> Event {
    let empty = || Recorded(map! {});
    Event::Opened(Box::new(Opening {
        format: Event::FORMAT,
        run: "TEST".into(),
        rollbook: String::new(),
        runbook: "r".into(),
        version: String::new(),
        at: at(0),
        started: at(0),
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

fn main_key(number: u64) -> Key {
    Key { path: StreamPath::default(), number }
}

/// The gate of a run that recorded these events and goes on at `now`.
fn going_on(events: &[Event], now: Timestamp) -> (Arc<Still>, Gate) {
    let world = Arc::new(Still { now, slept: Mutex::default() });
    (world.clone(), gate_of(world, events))
}

/// The same in any world.
pub fn gate_of(world: Arc<dyn World>, events: &[Event]) -> Gate {
    let mut journal = Journal::new(Box::new(Memory::default()));
    journal.append(events).unwrap();
    let cursor = Cursor::read(&journal.entries().unwrap()).unwrap();
    Gate::new(Setup {
        world,
        journal,
        vault: Arc::new(Vault::default()),
        console: Arc::new(Nobody),
        guard: Guard::default(),
        retry: Retry::default(),
        reading: Reading::default(),
        observers: Vec::new(),
        cancel: Arc::default(),
        record: Some(cursor),
        send_again: false,
    })
}

#[test]
fn a_wait_goes_on_in_the_middle_and_one_that_is_over_is_over() {
    let sleep =
        |key| Event::Intent { key, at: at(10), write: false, effect: Recorded(map! { "effect" => "sleep", "ms" => 3_600_000 }) };
    for (now, left) in [(at(10), 3600), (at(1810), 1800), (at(9000), 0)] {
        let (world, gate) = going_on(&[opened(), sleep(main_key(0))], now);
        gate.perform(&Branch::default(), Effect::Sleep(Duration::from_secs(3600))).unwrap();
        assert_eq!(*world.slept.lock().unwrap(), [Duration::from_secs(left)]);
    }
}

#[test]
fn deadlines_count_the_time_in_which_the_run_was_alive() {
    let paused = |seconds| Event::Paused { at: at(seconds), verdict: Verdict::Interrupted, summary: String::new() };
    let resumed = |seconds| Event::Resumed { at: at(seconds), by: String::new(), edited: false };
    let mark = Event::Mark { key: main_key(0), at: at(60), mark: rollbook::journal::Mark::Said("x".into()) };
    // A minute alive, an hour dead, a minute alive, a day dead.
    let events = [opened(), mark, paused(60), resumed(3660), paused(3720)];
    let (_, gate) = going_on(&events, at(90_130));
    let branch = Branch::default();
    gate.mark(&branch, rollbook::journal::Mark::Said("x".into())).unwrap();
    assert_eq!(gate.perform(&branch, Effect::Alive).unwrap(), Value::Int(120_000));
}

#[test]
fn a_killed_process_counts_as_dead_from_its_last_word() {
    let mark = Event::Mark { key: main_key(0), at: at(60), mark: rollbook::journal::Mark::Said("x".into()) };
    let (_, gate) = going_on(&[opened(), mark], at(5000));
    let branch = Branch::default();
    gate.mark(&branch, rollbook::journal::Mark::Said("x".into())).unwrap();
    assert_eq!(gate.perform(&branch, Effect::Alive).unwrap(), Value::Int(60_000));
}

/// An answer that was read once is not read again, and still teaches each
/// branch the names in it that no shape has.
#[test]
fn an_answer_heard_again_says_what_it_said_first() {
    let container = map! { "name" => "app", "image" => "x".repeat(2000), "dreams" => "of electric sheep" };
    let answer = map! { "taskDefinition" => map! { "family" => "f", "registeredAt" => 1_780_000_000.5, "containerDefinitions" => vec![container.clone()] } };
    let asked = |operation: &str, request: Value| map! { "effect" => "call", "operation" => operation, "request" => request };
    let register = map! { "family" => "f", "containerDefinitions" => vec![container] };
    let mut events = vec![opened()];
    let branches: Vec<Branch> = (0..3).map(|item| Branch::default().child(StreamPath::default().item(0, item))).collect();
    for branch in &branches {
        let mut effect = |number, effect: Value, write, result: Value| {
            let key = Key { path: branch.path().clone(), number };
            events.push(Event::Intent { key: key.clone(), at: at(1), write, effect: Recorded(effect) });
            events.push(Event::Outcome { key, at: at(1), ok: true, result: Recorded(result) });
        };
        effect(0, asked("ecs DescribeTaskDefinition", map! { "taskDefinition" => "f" }), false, answer.clone());
        effect(1, asked("ecs RegisterTaskDefinition", register.clone()), true, map! {});
    }
    let (_, gate) = going_on(&events, at(2));
    let operation = |method| rollbook::api::operation("ecs", method).unwrap();
    let mut heard = Vec::new();
    for branch in &branches {
        heard.push(gate.call(branch, operation("describe_task_definition"), map! { "taskDefinition" => "f" }).unwrap());
        gate.call(branch, operation("register_task_definition"), register.clone()).unwrap();
    }
    assert!(matches!(heard[0].get("taskDefinition").unwrap().get("registeredAt"), Some(Value::Time(_))), "{heard:?}");
    assert!(heard.iter().all(|answer| *answer == heard[0]));
}
