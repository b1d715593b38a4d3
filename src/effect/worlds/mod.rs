//! The worlds an effect can happen in. Replay is not one: the gate answers
//! from the record before it asks any world.

mod live;
mod sandbox_clock;
mod sim;

use std::path::Path;
use std::time::Duration;

pub use live::Live;
pub use sandbox_clock::SandboxClock;
pub use sim::SimWorld;

use super::cancel::Cancel;
use super::outside;
use super::trouble::Stop;
use crate::api::{Failure, Operation};
use crate::journal::{Key, StreamPath};
use crate::value::{Timestamp, Value};

pub trait World: Send + Sync {
    /// Sends `request` once. The outer error ends the run.
    fn call(&self, operation: &'static Operation, request: &Value, cancel: &Cancel) -> Result<Result<Value, Failure>, Stop>;

    /// Replaces a file of this machine, in every world that is no mere thought.
    fn write_file(&self, path: &Path, text: &str, private: bool) -> std::io::Result<()> {
        match private {
            true => outside::replace_private(path, text),
            false => outside::replace_text(path, text),
        }
    }

    /// A read beside the run, such as for completing names: it leaves no trace.
    fn peek(&self, operation: &'static Operation, request: &Value, cancel: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        self.call(operation, request, cancel)
    }

    fn now(&self) -> Timestamp;

    /// A random number for the effect at `key`.
    fn dice(&self, key: &Key) -> u64;

    fn sleep(&self, at: &StreamPath, duration: Duration, cancel: &Cancel) -> Result<(), Stop>;

    /// Called before every effect of a branch: where turns are taken.
    fn turn(&self, _at: &StreamPath, _cancel: &Cancel) -> Result<(), Stop> {
        Ok(())
    }

    /// `parent` is about to start a worker for each of `first`.
    fn fork(&self, _parent: &StreamPath, _first: &[StreamPath]) {}

    fn begin(&self, _path: &StreamPath, _cancel: &Cancel) -> Result<(), Stop> {
        Ok(())
    }

    fn next(&self, _done: &StreamPath, _next: &StreamPath, _cancel: &Cancel) -> Result<(), Stop> {
        Ok(())
    }

    fn end(&self, _parent: &StreamPath, _done: &StreamPath) {}

    /// All workers of `parent`'s fork have ended.
    fn joined(&self, _parent: &StreamPath, _cancel: &Cancel) -> Result<(), Stop> {
        Ok(())
    }
}
