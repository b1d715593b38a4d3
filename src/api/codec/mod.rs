//! To the wire and back, for the four protocols that AWS's services speak. The
//! script sees one JSON whichever it is.
//!
//! The client's half is here; the server's, which an endpoint of our own needs,
//! reads requests in `asked` and writes answers in `reply`.

mod asked;
mod cbor;
mod element;
mod fit;
mod form;
mod json;
mod query;
mod reply;
mod web;
mod xml;

use super::Operation;
use super::failure::AwsError;
use super::model::Protocol;
use crate::value::Value;

pub use asked::{Asked, Received, read_request};
pub use reply::Reply;
pub use web::{Wire, url_secrets};

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CodecError(pub String);

/// The body of a request that [`super::validate`] has passed.
pub fn encode(operation: &Operation, request: &Value) -> Result<Vec<u8>, CodecError> {
    match operation.service().model().protocol {
        Protocol::Json10 | Protocol::Json11 => json::encode(request),
        Protocol::Cbor => cbor::encode(operation, request),
        Protocol::Query => query::encode(operation, request),
    }
}

/// A complete answer. Times may still be numbers: [`super::read_answer`] marks them.
pub fn decode(operation: &Operation, body: &[u8]) -> Result<Value, CodecError> {
    match operation.service().model().protocol {
        Protocol::Json10 | Protocol::Json11 => json::decode(body),
        Protocol::Cbor => cbor::decode(body),
        Protocol::Query => query::decode(operation, body),
    }
}

/// What AWS said was wrong: `kind` is the error header, where there was one.
pub fn decode_error(operation: &Operation, status: u16, kind: Option<&str>, body: &[u8]) -> Option<AwsError> {
    let (code, message, request_id) = match operation.service().model().protocol {
        Protocol::Json10 | Protocol::Json11 => parts(json::decode(body).ok()?, kind)?,
        Protocol::Cbor => parts(cbor::decode(body).ok()?, kind)?,
        Protocol::Query => query::decode_error(body)?,
    };
    Some(AwsError { code, message, status, request_id })
}

/// Code and message of an error document: `__type` may carry a namespace
/// before `#`, the header a link after `:`.
fn parts(document: Value, kind: Option<&str>) -> Option<(String, String, Option<String>)> {
    let code = document.text("__type").or(kind).or_else(|| document.text("code"))?;
    let code = code.rsplit('#').next()?.split(':').next()?.to_owned();
    let message = ["message", "Message", "errorMessage"].iter().find_map(|name| document.text(name));
    Some((code, message.unwrap_or_default().to_owned(), None))
}
