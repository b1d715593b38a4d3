//! Faults of requests: those that are refused before they reach the model, and
//! those whose answers are lost on the way back.

use super::super::{Answer, Sim, http};
use super::fault::Fault;
use super::kinds::Kind;
use super::pattern::fits_operation;
use super::{denied, others, stale};
use crate::api::{AwsError, Failure, Operation};
use crate::value::Value;

/// How one of AWS's services says that it is busy or broken.
struct Words {
    module: &'static str,
    throttled: &'static str,
    broken: &'static str,
}

const WORDS: &[Words] = &[
    Words { module: "ecs", throttled: "ThrottlingException", broken: "ServerException" },
    Words { module: "secretsmanager", throttled: "ThrottlingException", broken: "InternalServiceError" },
    Words { module: "application_autoscaling", throttled: "ThrottlingException", broken: "InternalServiceException" },
    Words { module: "logs", throttled: "ThrottlingException", broken: "ServiceUnavailableException" },
    Words { module: "cloudwatch", throttled: "Throttling", broken: "InternalServiceFault" },
    Words { module: "sts", throttled: "Throttling", broken: "InternalFailure" },
];

fn words(operation: &Operation) -> &'static Words {
    WORDS.iter().find(|words| words.module == operation.module).unwrap_or(&WORDS[0])
}

fn answered(code: &str, message: impl Into<String>, status: u16) -> Failure {
    Failure::Answered(AwsError { code: code.to_owned(), message: message.into(), status, request_id: None })
}

/// The answer to a request that never reaches the model.
pub fn before(sim: &mut Sim, operation: &'static Operation, request: &Value) -> Option<Answer> {
    if operation.is_http() {
        let strikes = sim.faults.striking(&[Kind::ServerError], sim.now, operation).is_some();
        return strikes.then(|| http::answer(request, 500));
    }
    match refusal(sim, operation, request) {
        Some(failure) => Some(Err(failure)),
        None => stale::answer(sim, operation, request),
    }
}

/// The first fault of the scenario that strikes the request, then the account's
/// own rates.
fn refusal(sim: &mut Sim, operation: &'static Operation, request: &Value) -> Option<Failure> {
    const KINDS: &[Kind] = &[Kind::AccessDenied, Kind::Throttle, Kind::ServerError];
    let now = sim.now;
    match sim.faults.striking(KINDS, now, operation).map(|fault| fault.kind) {
        Some(Kind::AccessDenied) => Some(denied::failure(sim, operation, request)),
        Some(Kind::ServerError) => Some(answered(words(operation).broken, "Service Unavailable. Please try again later.", 500)),
        Some(_) => Some(throttled(operation)),
        None => {
            let admitted = sim.faults.buckets.as_mut().is_none_or(|buckets| buckets.admit(now, operation));
            (!admitted).then(|| throttled(operation))
        }
    }
}

fn throttled(operation: &Operation) -> Failure {
    answered(words(operation).throttled, "Rate exceeded", 400)
}

/// Whether the fault is about this operation, the word of its kind included.
pub fn means(fault: &Fault, operation: &Operation) -> bool {
    let named = fault.text("operation").map(|pattern| fits_operation(pattern, operation));
    match fault.kind {
        // What AWS does to its callers, other servers do when they are named.
        _ if operation.is_http() => named == Some(true),
        // Nobody can be forbidden to ask who he is.
        Kind::AccessDenied if operation.module == "sts" => false,
        Kind::StaleReads => !operation.is_write() && named.unwrap_or(true),
        Kind::AnswerLost => named.unwrap_or(operation.is_write()),
        _ => named.unwrap_or(true),
    }
}

/// What becomes of the model's answer on its way back.
pub fn after(sim: &mut Sim, operation: &'static Operation, request: &Value, answer: Answer) -> Answer {
    let answer = answer?;
    others::plan_by_request(sim, operation, request);
    if operation.is_write() {
        stale::remember(sim);
    }
    match sim.faults.striking(&[Kind::AnswerLost], sim.now, operation) {
        Some(_) => Err(Failure::Lost("the connection was closed before the answer came".into())),
        None => Ok(answer),
    }
}
