//! The ways in which a call comes to nothing, told apart by what is known of
//! its effect: that is all a retry or a resume has to go on.

use std::fmt;

use crate::map;
use crate::value::Value;

/// An error that AWS itself answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsError {
    /// As boto3's `ClientError` names it: `ServiceNotFoundException`.
    pub code: String,
    pub message: String,
    pub status: u16,
    pub request_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Answered(AwsError),
    /// No connection: nothing reached AWS.
    NotSent(String),
    /// The request left, and no complete answer came.
    Lost(String),
    /// The same, because the time was up that the script itself had set.
    TimedOut(String),
    /// Something answered, but not an AWS API.
    Unreadable {
        status: u16,
        why: String,
    },
    /// No credentials, or unusable ones: nothing was sent.
    Credentials(String),
}

const THROTTLES: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "SlowDown",
];

/// Codes with which AWS says that the caller's credentials are at fault.
const CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "RequestExpired",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
];

impl Failure {
    pub fn is_throttle(&self) -> bool {
        match self {
            Failure::Answered(error) => error.status == 429 || THROTTLES.contains(&error.code.as_str()),
            _ => false,
        }
    }

    pub fn is_credentials(&self) -> bool {
        match self {
            Failure::Credentials(_) => true,
            Failure::Answered(error) => CREDENTIALS.contains(&error.code.as_str()),
            _ => false,
        }
    }

    /// Whether the request may have taken effect all the same.
    pub fn leaves_doubt(&self) -> bool {
        match self {
            Failure::Answered(error) => error.status >= 500 && !self.is_throttle(),
            Failure::Lost(_) | Failure::TimedOut(_) => true,
            // A 4xx of a proxy or of the wrong endpoint: no API was asked, unless
            // the proxy only grew tired of waiting for one (408, 499).
            Failure::Unreadable { status, .. } => !(400..500).contains(status) || [408, 499].contains(status),
            Failure::NotSent(_) | Failure::Credentials(_) => false,
        }
    }

    pub fn code(&self) -> &str {
        match self {
            Failure::Answered(error) => &error.code,
            Failure::NotSent(_) => "NotSent",
            Failure::Lost(_) => "AnswerLost",
            Failure::TimedOut(_) => "TimedOut",
            Failure::Unreadable { .. } => "Unreadable",
            Failure::Credentials(_) => "Credentials",
        }
    }

    pub fn message(&self) -> String {
        match self {
            Failure::Answered(error) => error.message.clone(),
            Failure::NotSent(why) | Failure::Lost(why) | Failure::TimedOut(why) | Failure::Credentials(why) => why.clone(),
            Failure::Unreadable { status, why } => format!("HTTP {status}: {why}"),
        }
    }

    pub fn request_id(&self) -> Option<&str> {
        match self {
            Failure::Answered(error) => error.request_id.as_deref(),
            _ => None,
        }
    }

    /// As the record keeps it.
    pub fn to_value(&self) -> Value {
        match self {
            Failure::Answered(error) => map! {
                "kind" => "answered", "code" => error.code.as_str(), "message" => error.message.as_str(),
                "status" => i64::from(error.status), "requestId" => error.request_id.clone(),
            },
            Failure::NotSent(why) => map! { "kind" => "not_sent", "message" => why.as_str() },
            Failure::Lost(why) => map! { "kind" => "lost", "message" => why.as_str() },
            Failure::TimedOut(why) => map! { "kind" => "timed_out", "message" => why.as_str() },
            Failure::Unreadable { status, why } => {
                map! { "kind" => "unreadable", "status" => i64::from(*status), "message" => why.as_str() }
            }
            Failure::Credentials(why) => {
                map! { "kind" => "credentials", "message" => why.as_str() }
            }
        }
    }

    /// The way back from [`Failure::to_value`].
    pub fn from_value(value: &Value) -> Option<Failure> {
        let message = value.text("message")?.to_owned();
        let status = || value.get("status").and_then(Value::as_int).and_then(|status| u16::try_from(status).ok());
        Some(match value.text("kind")? {
            "answered" => Failure::Answered(AwsError {
                code: value.text("code")?.to_owned(),
                message,
                status: status()?,
                request_id: value.text("requestId").map(str::to_owned),
            }),
            "not_sent" => Failure::NotSent(message),
            "lost" => Failure::Lost(message),
            "timed_out" => Failure::TimedOut(message),
            "unreadable" => Failure::Unreadable { status: status()?, why: message },
            "credentials" => Failure::Credentials(message),
            _ => return None,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Answered(error) => write!(f, "{}: {}", error.code, error.message),
            _ => f.write_str(&self.message()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_comes_back_from_its_record() {
        let failures = [
            Failure::Answered(AwsError {
                code: "ClientException".into(),
                message: "no".into(),
                status: 400,
                request_id: Some("r-1".into()),
            }),
            Failure::NotSent("refused".into()),
            Failure::Lost("closed".into()),
            Failure::TimedOut("5s".into()),
            Failure::Unreadable { status: 200, why: "HTML".into() },
            Failure::Credentials("none".into()),
        ];
        for failure in failures {
            assert_eq!(Failure::from_value(&failure.to_value()), Some(failure));
        }
    }
}
