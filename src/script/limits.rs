//! What a script may use up before it is stopped: it may be wrong, but it may
//! not take the machine with it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::effect::{Cancel, Stop, outside};
use crate::value::show_span;

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps of the interpreter, over all branches together.
    pub operations: u64,
    pub time: Duration,
    /// Bytes of memory of the whole process.
    pub memory: usize,
    /// Calls inside calls.
    pub depth: usize,
    /// Bytes of one string.
    pub string: usize,
    /// Items of one list, and members of one map.
    pub items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            operations: 50_000_000,
            time: Duration::from_secs(12 * 60 * 60),
            memory: 2 << 30,
            depth: 200,
            string: 16 << 20,
            items: 1_000_000,
        }
    }
}

impl Limits {
    /// What is said when the time is up; whoever runs the script keeps the
    /// clock, which also counts while it waits.
    pub fn time_is_up(&self) -> Stop {
        over("the run took too long", "time", show_span(self.time.try_into().unwrap_or_default()))
    }
}

/// The stack of each thread that plays a script.
pub(super) const STACK_SIZE: usize = 64 << 20;
/// What natives may need of it, and a script that is compiled in the midst of another.
const STACK_RESERVE: usize = 16 << 20;
/// The deepest calls that can be asked for. A plain call takes 35 KiB of the
/// stack in a debug build and 6 KiB in a release build; calls within expressions
/// within calls take many times as much, and end where the stack does.
pub const DEPTH_MAX: usize = 1000;

const TOO_DEEP: &str = "functions call each other too deeply: is there a recursion without an end?";

thread_local! {
    /// Where the stack of this thread begins, if it plays a script.
    static STACK: Cell<Option<usize>> = const { Cell::new(None) };
}

/// A thread begins to play.
pub(super) fn enter_stack() {
    STACK.set(Some(stack_pointer()));
}

fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

/// Calls within expressions within calls: what they take together, no count tells.
fn is_stack_short() -> bool {
    STACK.get().is_some_and(|begin| begin.abs_diff(stack_pointer()) > STACK_SIZE - STACK_RESERVE)
}

/// Calls went deeper than `depth`.
pub(super) fn too_deep() -> Stop {
    let hint = format!("if it is meant, raise `depth` in [limits] of rollbook.toml, which may be {DEPTH_MAX} at most");
    Stop::Limit { what: TOO_DEEP.into(), hint }
}

/// Calls filled the stack, whatever `depth` says.
fn stack_is_full() -> Stop {
    let hint = "what they nest does not fit on the stack, whatever `depth` in [limits] says: use a loop";
    Stop::Limit { what: TOO_DEEP.into(), hint: hint.into() }
}

/// Counts operations, and looks at the stack and the memory.
pub(super) struct Meter {
    limits: Limits,
    operations: AtomicU64,
}

/// How often the memory is looked at while a script works, and while it waits.
/// A single operation may take megabytes, so it is time that counts: nobody
/// fills much memory within these milliseconds.
const LOOK_EVERY: Duration = Duration::from_millis(5);
const LOOK_RARELY: Duration = Duration::from_millis(40);

impl Meter {
    pub fn new(limits: Limits) -> Meter {
        Meter { limits, operations: AtomicU64::new(0) }
    }

    /// A prompt counts for each line anew.
    pub fn start_over(&self) {
        self.operations.store(0, Ordering::Relaxed);
    }

    /// Called at every operation: must stay cheap. True, where the operation
    /// itself is the one too many.
    pub fn tick(&self, cancel: &Cancel) -> bool {
        let done = self.operations.fetch_add(1, Ordering::Relaxed) + 1;
        if done > self.limits.operations {
            cancel.stop(over("the script ran for too many operations", "operations", self.limits.operations));
        }
        let short = is_stack_short();
        if short {
            cancel.stop(stack_is_full());
        }
        short
    }

    /// Looks at the memory until the script's thread drops the other end.
    pub fn watch(&self, over: &Receiver<()>, cancel: &Cancel) {
        let (mut pause, mut seen) = (LOOK_EVERY, 0);
        while over.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            self.look(cancel);
            let done = self.operations.load(Ordering::Relaxed);
            pause = if done == seen { (pause * 2).min(LOOK_RARELY) } else { LOOK_EVERY };
            seen = done;
        }
    }

    fn look(&self, cancel: &Cancel) {
        if outside::memory_in_use().is_some_and(|used| used > self.limits.memory) {
            cancel.stop(over("the script used too much memory", "memory", format!("{} bytes", self.limits.memory)));
        }
    }
}

fn over(what: &str, limit: &str, value: impl std::fmt::Display) -> Stop {
    Stop::Limit {
        what: format!("{what} (limit: {value})"),
        hint: format!("is there a loop without an end? If it is meant, raise `{limit}` in [limits] of rollbook.toml"),
    }
}
