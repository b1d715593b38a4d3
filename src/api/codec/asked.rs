//! The server's half of reading: which operation of which service a request
//! means, in which protocol, and what it asks. A request that passes here has
//! the form of its shapes; what AWS does not know in it, AWS ignores.

use super::{cbor, fit, form, json};
use crate::api::failure::AwsError;
use crate::api::model::Protocol;
use crate::api::validate::{Fault, FaultKind, validate};
use crate::api::{Known, Operation, SERVICES, Service};
use crate::value::{Map, Value};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/x-amz-json-1.";
const CBOR: &str = "application/cbor";

/// A request as it came over the wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Received<'a> {
    pub path: &'a str,
    /// The header `X-Amz-Target`.
    pub target: Option<&'a str>,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}

/// What was understood of it. A refusal needs the protocol, and names the
/// operation where that much is known.
#[derive(Debug)]
pub struct Asked {
    pub protocol: Protocol,
    pub operation: Option<&'static Operation>,
    pub request: Result<Value, AwsError>,
}

pub fn read_request(received: &Received) -> Asked {
    let protocol = protocol(received);
    let (operation, request) = match protocol {
        Protocol::Json10 | Protocol::Json11 => read_json(received),
        Protocol::Cbor => read_cbor(received),
        Protocol::Query => read_query(received),
    };
    let request = match (operation, request) {
        (Some(operation), Ok(request)) => check(operation, request),
        (_, request) => request,
    };
    Asked { protocol, operation, request }
}

fn protocol(received: &Received) -> Protocol {
    let kind = |prefix: &str| received.content_type.is_some_and(|kind| kind.starts_with(prefix));
    match received {
        _ if received.path.starts_with("/service/") => Protocol::Cbor,
        Received { target: None, .. } if kind(FORM) => Protocol::Query,
        _ if kind("application/x-amz-json-1.0") => Protocol::Json10,
        _ => Protocol::Json11,
    }
}

type Read = (Option<&'static Operation>, Result<Value, AwsError>);

fn read_json(received: &Received) -> Read {
    let Some(target) = received.target else {
        return unknown("the request names no operation: neither X-Amz-Target nor a form with Action nor a CBOR path");
    };
    let found = target.split_once('.').and_then(|(prefix, name)| {
        let service = SERVICES.iter().find(|service| service.model().target == prefix && !prefix.is_empty())?;
        named(service, name)
    });
    let Some(operation) = found else { return unknown(&format!("the sandbox knows no operation {target}")) };
    match received.content_type {
        Some(kind) if kind.starts_with(JSON) => {}
        _ => return (Some(operation), Err(garbled("the content type is not application/x-amz-json-1.0 or 1.1"))),
    }
    (Some(operation), json::decode(received.body).map_err(|error| garbled(&error.0)))
}

/// `/service/GraniteServiceVersion20100801/operation/DescribeAlarms`
fn read_cbor(received: &Received) -> Read {
    let mut parts = received.path.split('/').skip(1);
    let found = match [parts.next(), parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some("service"), Some(target), Some("operation"), Some(name), None] => {
            let speaks = |service: &&Service| service.model().protocol == Protocol::Cbor && service.model().target == target;
            SERVICES.iter().find(speaks).and_then(|service| named(service, name))
        }
        _ => None,
    };
    let Some(operation) = found else { return unknown(&format!("the sandbox knows no operation {}", received.path)) };
    match received.content_type {
        Some(kind) if !kind.starts_with(CBOR) => (Some(operation), Err(garbled("the content type is not application/cbor"))),
        _ => (Some(operation), cbor::decode(received.body).map_err(|error| garbled(&error.0))),
    }
}

fn read_query(received: &Received) -> Read {
    let fields = match form::read(received.body) {
        Ok(fields) => fields,
        Err(error) => return (None, Err(error_of("MalformedQueryString", &error.0))),
    };
    let (action, version) = (fields.text("Action").unwrap_or_default(), fields.text("Version").unwrap_or_default());
    let speaks = |service: &&Service| matches!(service.model().protocol, Protocol::Query | Protocol::Cbor);
    let services = SERVICES.iter().filter(speaks).filter(|service| service.model().api_version == version);
    let Some(operation) = services.into_iter().find_map(|service| named(service, action)) else {
        return (None, Err(error_of("InvalidAction", &format!("Could not find operation {action} for version {version}"))));
    };
    let request = operation.input().map(|structure| form::structure(operation.service().model(), structure, &fields));
    (Some(operation), Ok(request.unwrap_or_else(|| Value::Map(Map::new()))))
}

fn named(service: &'static Service, name: &str) -> Option<&'static Operation> {
    service.operations.iter().find(|operation| operation.name == name)
}

fn check(operation: &'static Operation, request: Value) -> Result<Value, AwsError> {
    let mut request = fit::to_input(operation, request).map_err(|error| garbled(&error.0))?;
    match validate(operation, &mut request, &Known::default()) {
        Ok(()) => Ok(request),
        Err(faults) => Err(refused(operation, &faults)),
    }
}

/// A wrong type is found before the service itself looks at the request.
fn refused(operation: &Operation, faults: &[Fault]) -> AwsError {
    if let Some(fault) = faults.iter().find(|fault| fault.kind == FaultKind::WrongType) {
        return garbled(&fault.message);
    }
    let problems: Vec<_> = faults.iter().map(problem).collect();
    let plural = if problems.len() == 1 { "" } else { "s" };
    let message = format!("{} validation error{plural} detected: {}", problems.len(), problems.join("; "));
    error_of(invalid(operation), &message)
}

fn problem(fault: &Fault) -> String {
    match fault.kind {
        FaultKind::Missing => {
            format!("Value null at '{}' failed to satisfy constraint: Member must not be null", fault.path)
        }
        _ => fault.message.clone(),
    }
}

/// What the operation's service calls a request that breaks its constraints.
fn invalid(operation: &Operation) -> &'static str {
    let errors = operation.service().model().operation(operation.name).map(|call| call.errors.as_slice()).unwrap_or_default();
    let codes = ["ValidationException", "InvalidParameterException"];
    codes.into_iter().find(|code| errors.iter().any(|error| error == code)).unwrap_or(
        match operation.service().model().protocol {
            Protocol::Cbor | Protocol::Query => "ValidationError",
            Protocol::Json10 | Protocol::Json11 => "ValidationException",
        },
    )
}

fn unknown(message: &str) -> Read {
    (None, Err(error_of("UnknownOperationException", message)))
}

fn garbled(message: &str) -> AwsError {
    error_of("SerializationException", message)
}

fn error_of(code: &str, message: &str) -> AwsError {
    AwsError { code: code.to_owned(), message: message.to_owned(), status: 400, request_id: None }
}
