//! Refusals in AWS's own words.

use crate::api::{AwsError, Failure};

pub fn refuse(code: &str, message: impl Into<String>) -> Failure {
    Failure::Answered(AwsError { code: code.to_owned(), message: message.into(), status: 400, request_id: None })
}

/// Not AWS's words: the limit is the sandbox's own, and the message says so.
pub fn unsupported(what: &str) -> Failure {
    refuse("UnsupportedOperation", format!("the sandbox does not simulate {what} yet"))
}

pub fn invalid_parameter(message: impl Into<String>) -> Failure {
    refuse("InvalidParameterException", message)
}

pub fn client(message: impl Into<String>) -> Failure {
    refuse("ClientException", message)
}
