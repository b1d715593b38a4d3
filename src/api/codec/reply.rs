//! The server's half of answering: an answer or an error in the protocol in
//! which it was asked for, with the headers that clients look for.

use super::{cbor, json, xml};
use crate::api::model::Protocol;
use crate::api::{AwsError, Operation};
use crate::map;
use crate::value::Value;

/// What goes back over the wire.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn answer(protocol: Protocol, operation: &Operation, answer: &Value, request_id: &str) -> Reply {
        let silent = operation.output().is_none() && protocol != Protocol::Query;
        let body = match protocol {
            _ if silent => Ok(Vec::new()),
            Protocol::Json10 | Protocol::Json11 => json::encode(answer),
            Protocol::Cbor => cbor::encode_answer(operation, answer),
            Protocol::Query => Ok(xml::answer(operation, answer, request_id).into_bytes()),
        };
        match body {
            Ok(body) => Reply::new(protocol, 200, body, request_id),
            Err(error) => {
                let error = AwsError { code: "InternalFailure".into(), message: error.0, status: 500, request_id: None };
                Reply::error(protocol, Some(operation), &error, request_id)
            }
        }
    }

    pub fn error(protocol: Protocol, operation: Option<&Operation>, error: &AwsError, request_id: &str) -> Reply {
        let body = match protocol {
            Protocol::Json10 | Protocol::Json11 => {
                json::encode(&map! { "__type" => error.code.as_str(), "message" => error.message.as_str() }).unwrap_or_default()
            }
            Protocol::Cbor => {
                let kind = format!("com.amazonaws.{}#{}", operation.map_or("sandbox", |it| it.module), error.code);
                cbor::encode_plain(&[("__type", &kind), ("message", &error.message)])
            }
            Protocol::Query => xml::error(operation, error, request_id).into_bytes(),
        };
        let mut reply = Reply::new(protocol, error.status, body, request_id);
        let once_query = operation.is_some_and(|operation| operation.service().model().protocol == Protocol::Cbor);
        if once_query && protocol != Protocol::Query {
            // Clients written for the query protocol know the service's errors by these codes.
            let side = if error.status < 500 { "Sender" } else { "Receiver" };
            reply.headers.push(("x-amzn-query-error", format!("{};{side}", error.code)));
        }
        if matches!(protocol, Protocol::Json10 | Protocol::Json11) {
            reply.headers.push(("x-amzn-errortype", error.code.clone()));
        }
        reply
    }

    fn new(protocol: Protocol, status: u16, body: Vec<u8>, request_id: &str) -> Reply {
        let kind = match protocol {
            Protocol::Json10 => "application/x-amz-json-1.0",
            Protocol::Json11 => "application/x-amz-json-1.1",
            Protocol::Cbor => "application/cbor",
            Protocol::Query => "text/xml",
        };
        let mut headers = vec![("x-amzn-requestid", request_id.to_owned())];
        if protocol == Protocol::Cbor {
            headers.push(("smithy-protocol", "rpc-v2-cbor".to_owned()));
        }
        if !body.is_empty() {
            headers.push(("content-type", kind.to_owned()));
        }
        Reply { status, headers, body }
    }
}
