//! HTTP requests in the sandbox: nothing leaves the machine. Whoever asks any
//! URL meets what a load balancer in front of the services would say.

use super::ecs::{self, Health};
use super::{Answer, Sim};
use crate::api::{Operation, http_answer};
use crate::value::{Map, Value};

/// A GET is answered 200 while at least one target is healthy, else 503; a POST
/// is taken by somebody else, who always answers 200.
pub fn handle(sim: &Sim, operation: &Operation, request: &Value) -> Answer {
    let serves = operation.is_write() || ecs::registered(sim).iter().any(|target| target.health == Health::Healthy);
    answer(request, if serves { 200 } else { 503 })
}

pub fn answer(request: &Value, status: u16) -> Answer {
    let headers = Map::from([("content-type".into(), "text/plain".into()), ("server".into(), "SANDBOX".into())]);
    Ok(http_answer(request, status, headers, "SANDBOX".into(), false))
}
