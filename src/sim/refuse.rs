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

pub fn cluster_not_found() -> Failure {
    refuse("ClusterNotFoundException", "Cluster not found.")
}

pub fn service_not_found() -> Failure {
    refuse("ServiceNotFoundException", "Service not found.")
}

/// The refusal, if the condition holds: rules read as a list of these.
pub fn refuse_if(broken: bool, failure: impl FnOnce() -> Failure) -> Result<(), Failure> {
    if broken { Err(failure()) } else { Ok(()) }
}
