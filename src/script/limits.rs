//! What a script may use up before it is stopped: it may be wrong, but it may
//! not take the machine with it.

use std::sync::atomic::{AtomicU64, Ordering};
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

/// Counts operations; every so often it looks at the memory.
pub(super) struct Meter {
    limits: Limits,
    operations: AtomicU64,
}

const LOOK_EVERY: u64 = 1 << 14;

impl Meter {
    pub fn new(limits: Limits) -> Meter {
        Meter { limits, operations: AtomicU64::new(0) }
    }

    /// A prompt counts for each line anew.
    pub fn start_over(&self) {
        self.operations.store(0, Ordering::Relaxed);
    }

    /// Called at every operation: must stay cheap.
    pub fn tick(&self, cancel: &Cancel) {
        let done = self.operations.fetch_add(1, Ordering::Relaxed) + 1;
        if done > self.limits.operations {
            cancel.stop(over("the script ran for too many operations", "operations", self.limits.operations));
        } else if done.is_multiple_of(LOOK_EVERY) {
            self.look(cancel);
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
