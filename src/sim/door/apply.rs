//! One request to the world, or time that passes in it, even if the world has
//! a bug.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::api::{AwsError, Failure, Operation};
use crate::sim::Sim;
use crate::value::{Timestamp, Value};

/// A panic is the answer to one request, not the end of the server. What it
/// leaves behind is what the same request leaves behind when it is played again.
pub fn apply(sim: &mut Sim, at: Timestamp, operation: &'static Operation, request: &Value) -> Result<Value, Failure> {
    let answer = catch_unwind(AssertUnwindSafe(|| sim.handle(at, operation, request)));
    answer.unwrap_or_else(|_| {
        let message = format!("the sandbox failed at {operation}: this is a bug of the sandbox");
        Err(Failure::Answered(AwsError { code: "InternalFailure".into(), message, status: 500, request_id: None }))
    })
}

/// Lets time pass. A panic ends what was due, and is the same when it is played again.
pub fn pass(sim: &mut Sim, to: Timestamp) {
    let _ = catch_unwind(AssertUnwindSafe(|| sim.advance(to)));
}
