//! AWS itself, or whatever answers at the endpoint that was configured.

use std::time::Duration;

use super::{SandboxClock, World};
use crate::api::{Failure, Operation};
use crate::aws::{Carrier, send_http};
use crate::effect::cancel::Cancel;
use crate::effect::outside;
use crate::effect::trouble::Stop;
use crate::journal::{Key, StreamPath};
use crate::value::{Timestamp, Value};

/// How long a write in flight may go on after the run was stopped, so that its
/// outcome is known rather than in doubt.
const LAST_ANSWER: Duration = Duration::from_secs(3);

pub struct Live {
    carrier: Carrier,
    runtime: tokio::runtime::Handle,
    /// In place of this machine's.
    clock: Option<SandboxClock>,
}

impl Live {
    pub fn new(carrier: Carrier, runtime: tokio::runtime::Handle) -> Live {
        Live { carrier, runtime, clock: None }
    }

    pub fn with_clock(self, clock: Option<SandboxClock>) -> Live {
        Live { clock, ..self }
    }

    async fn send(&self, operation: &'static Operation, request: &Value) -> Result<Value, Failure> {
        match operation.is_http() {
            true => send_http(operation, request).await,
            false => self.carrier.send(operation, request).await,
        }
    }
}

impl World for Live {
    fn call(&self, operation: &'static Operation, request: &Value, cancel: &Cancel) -> Result<Result<Value, Failure>, Stop> {
        let stopped = async {
            let stop = cancel.stopped().await;
            if !operation.is_write() {
                return Err(stop);
            }
            tokio::time::sleep(LAST_ANSWER).await;
            Ok(Err(Failure::Lost("the run was stopped before an answer came".into())))
        };
        self.runtime.block_on(async {
            tokio::select! {
                outcome = self.send(operation, request) => Ok(outcome),
                outcome = stopped => outcome,
            }
        })
    }

    fn now(&self) -> Timestamp {
        self.clock.as_ref().map_or_else(outside::now, SandboxClock::now)
    }

    fn dice(&self, _key: &Key) -> u64 {
        outside::random_u64()
    }

    fn sleep(&self, _at: &StreamPath, duration: Duration, cancel: &Cancel) -> Result<(), Stop> {
        match &self.clock {
            Some(clock) if clock.pass(duration) => cancel.check(),
            _ => cancel.sleep(duration),
        }
    }
}
