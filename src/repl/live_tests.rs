//! The cache of names: what it gives at once, when it asks, what it remembers.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;
use crate::api::validate;
use crate::map;

#[test]
fn every_listing_is_a_request_that_aws_understands() {
    for listing in LISTINGS {
        let operation = operation(listing.module, listing.method).expect(listing.method);
        assert!(!operation.is_write(), "{operation}");
        let mut request = Value::Map(listing.request("x"));
        validate(operation, &mut request, &crate::api::Known::default()).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert!(operation.output().expect("an answer").members.contains_key(listing.list), "{operation} {}", listing.list);
    }
}

/// A world that answers when it is told to, on a clock that is turned by hand.
struct Stage {
    live: Arc<Live>,
    time: Arc<AtomicU64>,
    asked: Arc<AtomicUsize>,
    answer: mpsc::Sender<Result<Value, String>>,
}

fn stage() -> Stage {
    let (answer, answers) = mpsc::channel();
    let answers = Mutex::new(answers);
    let (time, asked) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, clock) = (asked.clone(), time.clone());
    let call: Arc<Call> = Arc::new(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        answers.lock().unwrap().recv().expect("the stage answers")
    });
    let live = Live::with_clock(call, Box::new(move || Duration::from_secs(clock.load(Ordering::SeqCst))));
    Stage { live, time, asked, answer }
}

impl Stage {
    fn clusters(&self) -> Vec<String> {
        self.live.names(Kind::Cluster, "").to_vec()
    }

    fn answer(&self, answer: Result<Value, &str>) {
        self.answer.send(answer.map_err(str::to_owned)).unwrap();
    }

    /// Waits until no fetch is under way.
    fn settle(&self) {
        while self.live.lock().shelves.values().any(|names| names.under_way) {
            std::thread::yield_now();
        }
    }
}

fn clusters(names: &[&str]) -> Value {
    let arns: Vec<String> = names.iter().map(|name| format!("arn:aws:ecs:eu-west-1:123456789012:cluster/{name}")).collect();
    map! { "clusterArns" => arns }
}

#[test]
fn it_never_waits_and_asks_once_a_minute() {
    let stage = stage();
    assert!(stage.clusters().is_empty(), "the fetch is under way and nobody waits for it");
    assert!(stage.clusters().is_empty());
    stage.answer(Ok(clusters(&["a", "b"])));
    stage.settle();
    assert_eq!(stage.clusters(), ["a", "b"]);
    stage.time.store(59, Ordering::SeqCst);
    stage.clusters();
    assert_eq!(stage.asked.load(Ordering::SeqCst), 1);
    stage.time.store(60, Ordering::SeqCst);
    assert_eq!(stage.clusters(), ["a", "b"], "old names serve while new ones are fetched");
    stage.answer(Ok(clusters(&["c"])));
    stage.settle();
    assert_eq!((stage.clusters(), stage.asked.load(Ordering::SeqCst)), (vec!["c".to_owned()], 2));
}

#[test]
fn trouble_is_remembered_quietly_and_tried_again_later() {
    let stage = stage();
    stage.clusters();
    stage.answer(Err("AccessDeniedException"));
    stage.settle();
    assert!(stage.clusters().is_empty());
    assert_eq!(stage.live.troubles(), [(Kind::Cluster, "AccessDeniedException".to_owned())]);
    assert_eq!(stage.asked.load(Ordering::SeqCst), 1, "it rests first");
    stage.time.store(30, Ordering::SeqCst);
    stage.clusters();
    stage.answer(Ok(clusters(&["a"])));
    stage.settle();
    assert_eq!(stage.clusters(), ["a"]);
    assert!(stage.live.troubles().is_empty());
}

#[test]
fn a_fetch_from_before_a_write_is_not_fresh() {
    let stage = stage();
    stage.clusters();
    stage.live.forget();
    stage.answer(Ok(clusters(&["a"])));
    stage.settle();
    assert_eq!(stage.clusters(), ["a"]);
    stage.answer(Ok(clusters(&["a", "new"])));
    stage.settle();
    assert_eq!(stage.clusters(), ["a", "new"]);
}

#[test]
fn pages_are_bounded_and_joined() {
    let stage = stage();
    stage.clusters();
    for page in 0..PAGES + 5 {
        let Value::Map(mut answer) = clusters(&[&format!("c{page}")]) else { unreachable!() };
        answer.insert("nextToken".into(), Value::from(format!("t{page}")));
        stage.answer(Ok(Value::Map(answer)));
    }
    stage.settle();
    assert_eq!(stage.clusters().len(), PAGES);
}
