//! Turn-taking in virtual time: one branch runs at a time, the turn changes
//! hands only at the gate, and it goes to the earliest (time, path). Time moves
//! only when every branch waits. So a run in the simulator is deterministic,
//! whatever the threads do.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::cancel::Cancel;
use super::trouble::Stop;
use crate::journal::StreamPath;
use crate::value::Timestamp;

/// How often a waiting branch looks whether the run was stopped.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Turn {
    Running,
    /// Wants the turn at this time.
    Waiting(Timestamp),
    /// Waits for this many workers of its fork.
    Joining(usize),
}

struct Stage {
    now: Timestamp,
    branches: BTreeMap<StreamPath, Turn>,
}

pub(super) struct Conductor {
    stage: Mutex<Stage>,
    bell: Condvar,
}

impl Conductor {
    /// The main branch has the first turn.
    pub fn new(now: Timestamp) -> Conductor {
        let branches = BTreeMap::from([(StreamPath::default(), Turn::Running)]);
        Conductor { stage: Mutex::new(Stage { now, branches }), bell: Condvar::new() }
    }

    pub fn now(&self) -> Timestamp {
        self.lock().now
    }

    /// The clock was moved on from outside.
    pub fn reach(&self, now: Timestamp) {
        let mut stage = self.lock();
        stage.now = stage.now.max(now);
    }

    /// Gives the turn away and waits to have it back, `after` from now.
    pub fn wait(&self, path: &StreamPath, after: Duration, cancel: &Cancel) -> Result<(), Stop> {
        let mut stage = self.lock();
        let wake = stage.now.checked_add(after).unwrap_or(Timestamp::MAX);
        stage.branches.insert(path.clone(), Turn::Waiting(wake));
        stage.hand_over();
        self.bell.notify_all();
        self.until_running(stage, path, cancel)
    }

    /// `parent` waits for the workers, whose first branches want the turn now.
    pub fn fork(&self, parent: &StreamPath, first: &[StreamPath]) {
        let mut stage = self.lock();
        let now = stage.now;
        stage.branches.insert(parent.clone(), Turn::Joining(first.len()));
        stage.branches.extend(first.iter().map(|path| (path.clone(), Turn::Waiting(now))));
        stage.hand_over();
        self.bell.notify_all();
    }

    /// A worker's thread is there and waits for the turn of its first branch.
    pub fn begin(&self, path: &StreamPath, cancel: &Cancel) -> Result<(), Stop> {
        self.until_running(self.lock(), path, cancel)
    }

    /// A worker goes from one item to the next.
    pub fn next(&self, done: &StreamPath, next: &StreamPath, cancel: &Cancel) -> Result<(), Stop> {
        self.lock().branches.remove(done);
        self.wait(next, Duration::ZERO, cancel)
    }

    /// A worker has nothing more to do.
    pub fn end(&self, parent: &StreamPath, done: &StreamPath) {
        let mut stage = self.lock();
        stage.branches.remove(done);
        let now = stage.now;
        if let Some(turn) = stage.branches.get_mut(parent) {
            *turn = match *turn {
                Turn::Joining(1) => Turn::Waiting(now),
                Turn::Joining(workers) => Turn::Joining(workers - 1),
                other => other,
            };
        }
        stage.hand_over();
        self.bell.notify_all();
    }

    fn until_running(&self, mut stage: MutexGuard<'_, Stage>, path: &StreamPath, cancel: &Cancel) -> Result<(), Stop> {
        while stage.branches.get(path) != Some(&Turn::Running) {
            cancel.check()?;
            let waited = self.bell.wait_timeout(stage, LOOK);
            stage = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        cancel.check()
    }

    fn lock(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage {
    /// Lets the earliest waiting branch run, if none runs.
    fn hand_over(&mut self) {
        if self.branches.values().any(|turn| *turn == Turn::Running) {
            return;
        }
        let waiting = self.branches.iter().filter_map(|(path, turn)| match turn {
            Turn::Waiting(wake) => Some((*wake, path.clone())),
            _ => None,
        });
        if let Some((wake, path)) = waiting.min() {
            self.now = self.now.max(wake);
            self.branches.insert(path, Turn::Running);
        }
    }
}
