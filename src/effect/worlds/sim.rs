//! The simulator, called directly: no socket, no async timer, virtual time.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::World;
use crate::api::{Failure, Operation};
use crate::effect::cancel::Cancel;
use crate::effect::conductor::Conductor;
use crate::effect::trouble::Stop;
use crate::journal::{Key, StreamPath};
use crate::sim::Sim;
use crate::value::{Timestamp, Value};

pub struct SimWorld {
    sim: Mutex<Sim>,
    conductor: Conductor,
    seed: u64,
    keep: Option<Box<Keep>>,
}

/// Keeps the world where a later process finds it.
type Keep = dyn Fn(&Sim) -> Result<(), String> + Send + Sync;

impl SimWorld {
    /// Goes on at the simulator's own time.
    pub fn new(sim: Sim, seed: u64) -> SimWorld {
        let conductor = Conductor::new(sim.now());
        SimWorld { sim: Mutex::new(sim), conductor, seed, keep: None }
    }

    /// The same, at a later time: a run that goes on had come as far.
    pub fn at(self, time: Timestamp) -> SimWorld {
        SimWorld { conductor: Conductor::new(self.conductor.now().max(time)), ..self }
    }

    /// Keeps the world before the answer to a call that changed it is given, so
    /// that whoever dies afterwards has changed it all the same, as with AWS.
    /// What time alone changes comes about again.
    pub fn keeping(self, keep: Box<Keep>) -> SimWorld {
        SimWorld { keep: Some(keep), ..self }
    }

    /// The simulator as it stands, its clock brought up to the run's.
    pub fn snapshot(&self) -> Sim {
        let mut sim = self.lock();
        sim.advance(self.conductor.now());
        sim.clone()
    }

    /// Goes on with the world as another run has left it.
    pub fn replace(&self, sim: Sim) {
        self.conductor.reach(sim.now());
        *self.lock() = sim;
    }

    fn lock(&self) -> MutexGuard<'_, Sim> {
        self.sim.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for SimWorld {
    fn call(&self, operation: &'static Operation, request: &Value, _cancel: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        let mut sim = self.lock();
        sim.advance(self.conductor.now());
        let chance = sim.chance_used();
        let now = sim.now();
        let answer = sim.handle(now, operation, request);
        if let Some(keep) = self.keep.as_ref().filter(|_| operation.is_write() || sim.chance_used() != chance) {
            keep(&sim).map_err(Stop::Journal)?;
        }
        Ok(answer)
    }

    /// Asks a copy: a look that nobody asked for must not use up chance.
    fn peek(&self, operation: &'static Operation, request: &Value, _: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        let mut sim = self.snapshot();
        let now = sim.now();
        Ok(sim.handle(now, operation, request))
    }

    fn now(&self) -> Timestamp {
        self.conductor.now()
    }

    fn dice(&self, key: &Key) -> u64 {
        // DefaultHasher::new is keyed with constants: the same in every process.
        let mut hasher = DefaultHasher::new();
        (self.seed, self.conductor.now().as_millisecond(), key).hash(&mut hasher);
        hasher.finish()
    }

    fn sleep(&self, at: &StreamPath, duration: Duration, cancel: &Cancel) -> Result<(), Stop> {
        self.conductor.wait(at, duration, cancel)
    }

    fn turn(&self, at: &StreamPath, cancel: &Cancel) -> Result<(), Stop> {
        self.conductor.wait(at, Duration::ZERO, cancel)
    }

    fn fork(&self, parent: &StreamPath, first: &[StreamPath]) {
        self.conductor.fork(parent, first);
    }

    fn begin(&self, path: &StreamPath, cancel: &Cancel) -> Result<(), Stop> {
        self.conductor.begin(path, cancel)
    }

    fn next(&self, done: &StreamPath, next: &StreamPath, cancel: &Cancel) -> Result<(), Stop> {
        self.conductor.next(done, next, cancel)
    }

    fn end(&self, parent: &StreamPath, done: &StreamPath) {
        self.conductor.end(parent, done);
    }

    fn joined(&self, parent: &StreamPath, cancel: &Cancel) -> Result<(), Stop> {
        self.conductor.begin(parent, cancel)
    }
}
