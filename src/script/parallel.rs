//! `parallel(items, limit, |item| …)`: the closure on every item, at most
//! `limit` at once, each item in a branch of its own. The results come back in
//! the order of the items.
//!
//! What a closure captured is a copy for each item: results are returned, not
//! written to variables outside. After a failure nothing new begins, what runs
//! is finished, and the first failure is thrown.

use std::any::Any;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::current::{self, Strand};
use super::failure::{Fallible, end, raise, wrong};
use super::limits::{STACK_SIZE, enter_stack};
use super::program::panic_text;
use crate::effect::{Branch, Effect, Stop};
use crate::journal::{Past, StreamPath};
use crate::map;
use crate::value::Value;

const DEFAULT_LIMIT: i64 = 8;
/// Each worker is a thread with a stack of its own.
const WORKERS_MAX: usize = 64;
/// Forks within forks.
const NESTED_MAX: usize = 4;
/// Threads that forks within forks may have at work together: where the outer
/// ones have many workers, the inner ones have few.
const THREADS_MAX: usize = 128;

/// How many forks a thread stands within, and how many workers there are of
/// the same depth, if each of their forks is as wide as this one's.
#[derive(Clone, Copy)]
struct Nest {
    depth: usize,
    threads: usize,
}

thread_local! {
    static NEST: Cell<Nest> = const { Cell::new(Nest { depth: 0, threads: 1 }) };
}

pub(super) fn with_default_limit(context: NativeCallContext, items: Array, closure: FnPtr) -> Fallible<Array> {
    parallel(context, items, DEFAULT_LIMIT, closure)
}

pub(super) fn parallel(context: NativeCallContext, items: Array, limit: i64, closure: FnPtr) -> Fallible<Array> {
    let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0);
    let limit = limit.ok_or_else(|| wrong("the limit of `parallel` must be at least 1", &context))?;
    let Some(strand) = current::strand() else {
        return Ok(Array::new());
    };
    if NEST.get().depth >= NESTED_MAX {
        let deep = format!("`parallel` within `parallel` may go {NESTED_MAX} deep: is there a recursion without an end?");
        return Err(wrong(deep, &context));
    }
    if items.is_empty() {
        return Ok(Array::new());
    }
    let items: Vec<Dynamic> = items.iter().map(unshare).collect();
    let recorded = recorded_end(&strand);
    if let Some(RecordedEnd { began, failed: false }) = recorded
        && began != items.len()
    {
        let stop = strand.gate.refuse_other_items(&strand.branch, began, items.len());
        return Err(end(stop, context.call_position()));
    }
    Fork::new(&context, strand, items, limit, unshare_captures(&closure), recorded).run()
}

/// How one item ended, and the branch that may have learned something.
struct Ended {
    result: Fallible<Dynamic>,
    branch: Arc<Branch>,
}

struct Fork<'a> {
    context: &'a NativeCallContext<'a>,
    strand: Strand,
    items: Vec<Dynamic>,
    closure: FnPtr,
    paths: Vec<StreamPath>,
    workers: usize,
    /// Where the workers stand.
    nest: Nest,
    /// Items from here on never begin: in a replay, those that never began.
    never_began: usize,
    /// In a replay the record says how far to go, not the failures.
    replaying: bool,
    /// Items before this one began in a run that was cut off within this fork.
    must_begin: usize,
    taken: AtomicUsize,
    failed: AtomicBool,
    /// By item, and which failure came first.
    ends: Mutex<(Vec<Option<Ended>>, Option<usize>)>,
}

impl<'a> Fork<'a> {
    fn new(
        context: &'a NativeCallContext,
        strand: Strand,
        items: Vec<Dynamic>,
        limit: usize,
        closure: FnPtr,
        recorded: Option<RecordedEnd>,
    ) -> Fork<'a> {
        let replaying = recorded.is_some();
        let began = recorded.map_or(items.len(), |end| end.began).min(items.len());
        let Nest { depth, threads } = NEST.get();
        let workers = limit.min(began).min(WORKERS_MAX).min((THREADS_MAX / threads).max(1));
        let nest = Nest { depth: depth + 1, threads: threads * workers.max(1) };
        let paths = strand.gate.fork(&strand.branch, items.len(), workers);
        let ends = Mutex::new((items.iter().map(|_| None).collect(), None));
        let taken = AtomicUsize::new(workers);
        let failed = AtomicBool::new(false);
        let must_begin = paths.iter().rposition(|path| strand.gate.has_recorded(path)).map_or(0, |last| last + 1);
        Fork {
            context,
            strand,
            items,
            closure,
            paths,
            workers,
            nest,
            never_began: began,
            replaying,
            must_begin,
            taken,
            failed,
            ends,
        }
    }

    fn run(self) -> Fallible<Array> {
        let position = self.context.call_position();
        self.work_all().map_err(|stop| end(stop, position))?;
        let Strand { gate, branch } = &self.strand;
        gate.joined(branch.path()).map_err(|stop| end(stop, position))?;
        let (mut ends, first_failure) = self.ends.into_inner().unwrap_or_else(PoisonError::into_inner);
        ends.iter().flatten().for_each(|ended| branch.learn(ended.branch.leave()));
        let began = ends.iter().flatten().count() as i64;
        let join = Effect::Join { ends: map! { "began" => began, "failed" => first_failure.map(|item| item as i64) } };
        // Which failure wins is a matter of time; the record remembers.
        let joined = gate.perform(branch, join).map_err(|trouble| raise(trouble, position))?;
        let failed = joined.get("failed").and_then(Value::as_int).and_then(|item| usize::try_from(item).ok());
        if let Some(Ended { result: Err(error), .. }) = failed.and_then(|item| ends.get_mut(item)?.take()) {
            return Err(error);
        }
        ends.into_iter().map(|ended| ended.map_or_else(|| Err(end_without_result(position)), |ended| ended.result)).collect()
    }

    /// Returns when all workers are done; fails where the system gives no
    /// threads for them, which ends the run.
    fn work_all(&self) -> Result<(), Stop> {
        std::thread::scope(|scope| {
            (0..self.workers).try_for_each(|first| {
                let work = move || self.work(first);
                let worker = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, work);
                worker.map(drop).map_err(|error| {
                    let stop = no_thread(&error);
                    // Those that began would wait for the turn of those that never will.
                    self.strand.gate.cancel().stop(stop.clone());
                    stop
                })
            })
        })
    }

    /// One thread: its first item, then whatever is next.
    fn work(&self, first: usize) {
        enter_stack();
        NEST.set(self.nest);
        let Strand { gate, branch: parent } = &self.strand;
        let mut item = first;
        let mut turn = gate.begin(&self.paths[item]);
        loop {
            if let Err(stop) = turn {
                gate.cancel().stop(stop);
                break;
            }
            self.play(item);
            let Some(next) = self.take() else { break };
            turn = gate.next(&self.paths[item], &self.paths[next]);
            item = next;
        }
        gate.end(parent.path(), &self.paths[item]);
    }

    fn take(&self) -> Option<usize> {
        if self.strand.gate.cancel().is_stopped() {
            return None;
        }
        let item = self.taken.fetch_add(1, Ordering::Relaxed);
        let goes_on = self.replaying || item < self.must_begin || !self.failed.load(Ordering::Acquire);
        (goes_on && item < self.never_began).then_some(item)
    }

    fn play(&self, item: usize) {
        let Strand { gate, branch: parent } = &self.strand;
        let path = self.paths[item].clone();
        let branch = Arc::new(if self.replaying { parent.ended_child(path) } else { parent.child(path) });
        let strand = Strand { gate: gate.clone(), branch: branch.clone() };
        let work = || self.closure.call_raw(self.context, None, [self.items[item].clone()]);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| current::play(strand, work)));
        let result = caught.unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
        if !gate.cancel().is_stopped()
            && let Err(stop) = gate.refuse_shorter_way(&branch)
        {
            gate.cancel().stop(stop);
        }
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        if result.is_err() {
            self.failed.store(true, Ordering::Release);
            ends.1.get_or_insert(item);
        }
        ends.0[item] = Some(Ended { result, branch });
    }
}

/// How a fork ended that stands in the record.
#[derive(Clone, Copy)]
struct RecordedEnd {
    /// How many items began.
    began: usize,
    failed: bool,
}

fn recorded_end(strand: &Strand) -> Option<RecordedEnd> {
    match strand.gate.upcoming(&strand.branch)? {
        Past::Effect { outcome: Some((true, ends)), .. } => {
            let ends = &ends.read()?.0;
            let began = usize::try_from(ends.get("began")?.as_int()?).ok()?;
            Some(RecordedEnd { began, failed: ends.get("failed").is_some_and(|failed| !failed.is_null()) })
        }
        _ => None,
    }
}

fn no_thread(error: &std::io::Error) -> Stop {
    Stop::Limit {
        what: format!("the system gives `parallel` no more threads: {error}"),
        hint: "lower the limit of `parallel`, or ask for more memory and processes (`ulimit -a` shows what there is)".into(),
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Box<EvalAltResult> {
    format!("rollbook itself failed in this branch: {}", panic_text(panic)).into()
}

fn end_without_result(position: rhai::Position) -> Box<EvalAltResult> {
    EvalAltResult::ErrorTerminated(Dynamic::UNIT, position).into()
}

/// A copy that shares nothing: a shared value is locked while a method of it
/// runs, and branches would find it locked.
fn unshare(value: &Dynamic) -> Dynamic {
    let value = value.flatten_clone();
    if let Some(items) = value.read_lock::<Array>() {
        return items.iter().map(unshare).collect::<Array>().into();
    }
    if let Some(map) = value.read_lock::<Map>() {
        return map.iter().map(|(name, item)| (name.clone(), unshare(item))).collect::<Map>().into();
    }
    if let Some(closure) = value.read_lock::<FnPtr>() {
        return unshare_captures(&closure).into();
    }
    value
}

fn unshare_captures(closure: &FnPtr) -> FnPtr {
    let mut copy = closure.clone();
    copy.set_curry(closure.iter_curry().map(unshare).collect::<Vec<_>>());
    copy
}
