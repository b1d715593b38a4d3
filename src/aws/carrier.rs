//! Sends one request and says what came of it. The SDK builds, signs and
//! routes; an interceptor puts the script's body on the wire and takes the raw
//! answer off it, so that nothing which the SDK's types lack is lost.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut, Error as SdkErrorBody, Output,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use super::clients::Clients;
use crate::api::{AwsError, Failure, Operation, decode, decode_error, encode};
use crate::value::Value;

pub struct Carrier {
    config: SdkConfig,
    clients: Clients,
    region: String,
}

impl Carrier {
    /// From a configuration that has credentials and makes one attempt a call.
    pub fn new(config: SdkConfig, region: String) -> Carrier {
        Carrier { config, clients: Clients::default(), region }
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    /// Where requests go, for messages.
    fn endpoint(&self, operation: &Operation) -> String {
        match self.config.endpoint_url() {
            Some(url) => url.to_owned(),
            None => format!("{} in {}", operation.module, self.region),
        }
    }

    /// One attempt at `operation`.
    pub async fn send(&self, operation: &'static Operation, request: &Value) -> Result<Value, Failure> {
        let body = encode(operation, request).map_err(|error| Failure::NotSent(error.to_string()))?;
        let exchange = Exchange::new(body);
        let sent = self.clients.send(&self.config, operation, exchange.clone()).await;
        match exchange.take() {
            Some(answer) => answer.read(operation, &self.endpoint(operation)),
            None => Err(self.without_answer(operation, sent)),
        }
    }

    fn without_answer(&self, operation: &Operation, sent: Sent) -> Failure {
        let endpoint = self.endpoint(operation);
        match sent {
            Sent::Answered | Sent::AnswerBroken => Failure::Lost(format!("{endpoint} broke off in the middle of its answer")),
            Sent::NotConnected(why) => Failure::NotSent(format!("cannot connect to {endpoint}: {why}")),
            Sent::TimedOut => Failure::Lost(format!("no answer from {endpoint} in time")),
            Sent::Broken(why) => Failure::Lost(format!("the connection to {endpoint} broke: {why}")),
            Sent::NoCredentials(why) => Failure::Credentials(why),
            Sent::NotBuilt(why) => Failure::NotSent(why),
        }
    }
}

/// A complete answer as it came off the wire.
struct Answer {
    status: u16,
    error_kind: Option<String>,
    request_id: Option<String>,
    media_type: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    /// A valid 2xx body is the outcome, whatever the SDK's types thought of it.
    fn read(self, operation: &'static Operation, endpoint: &str) -> Result<Value, Failure> {
        let unreadable = |why: String| Failure::Unreadable { status: self.status, why };
        if (200..300).contains(&self.status) {
            return decode(operation, &self.body).map_err(|error| unreadable(format!("the answer is {error}")));
        }
        let error = decode_error(operation, self.status, self.error_kind.as_deref(), &self.body);
        let error = error.ok_or_else(|| {
            let kind = self.media_type.as_deref().unwrap_or("nothing readable");
            unreadable(format!("{endpoint} answered {kind}, which no AWS API does; is the endpoint right?"))
        })?;
        Err(Failure::Answered(AwsError { request_id: error.request_id.or(self.request_id), ..error }))
    }
}

/// Carries a request's body in and its raw answer out of one SDK call.
#[derive(Clone)]
pub(super) struct Exchange {
    body: Arc<Vec<u8>>,
    answer: Arc<Mutex<Option<Answer>>>,
}

impl Exchange {
    fn new(body: Vec<u8>) -> Exchange {
        Exchange { body: Arc::new(body), answer: Arc::default() }
    }

    fn take(&self) -> Option<Answer> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exchange")
    }
}

impl Intercept for Exchange {
    fn name(&self) -> &'static str {
        "rollbook exchange"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.headers_mut().insert("content-length", self.body.len().to_string());
        *request.body_mut() = SdkBody::from(self.body.to_vec());
        Ok(())
    }

    /// Nobody reads what the SDK would make of the answer, so it makes nothing.
    fn modify_before_deserialization(
        &self,
        _context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(SharedResponseDeserializer::new(self.clone()));
        Ok(())
    }
}

impl DeserializeResponse for Exchange {
    /// Called once the body is whole. The error ends the SDK's part of the
    /// call; [`Carrier::send`] looks at the answer first and never sees it.
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _config: &ConfigBag,
    ) -> Result<Output, OrchestratorError<SdkErrorBody>> {
        let body = response.body().bytes().ok_or_else(|| OrchestratorError::other("the answer is not in memory"))?;
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        // CloudWatch still names its errors as its older protocol did.
        let compatible = header("x-amzn-query-error").and_then(|line| line.split(';').next().map(str::to_owned));
        let answer = Answer {
            status: response.status().as_u16(),
            error_kind: compatible.or_else(|| header("x-amzn-errortype")),
            request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
            media_type: header("content-type"),
            body: body.to_vec(),
        };
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        Err(OrchestratorError::other("the answer was taken as it came"))
    }
}

/// What the SDK made of a call, as far as that matters beside the raw answer.
pub(super) enum Sent {
    Answered,
    AnswerBroken,
    NotConnected(String),
    TimedOut,
    Broken(String),
    NoCredentials(String),
    NotBuilt(String),
}

impl Sent {
    pub fn from_sdk<O, E, R>(result: Result<O, SdkError<E, R>>) -> Sent
    where
        E: Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let error = match result {
            Ok(_) | Err(SdkError::ServiceError(_)) => return Sent::Answered,
            Err(SdkError::ResponseError(_)) => return Sent::AnswerBroken,
            Err(error) => error,
        };
        if let Some(why) = chain(&error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
            return Sent::NoCredentials(reasons(why));
        }
        match &error {
            SdkError::ConstructionFailure(_) => Sent::NotBuilt(reasons(&error)),
            _ if never_connected(&error) => Sent::NotConnected(last_reason(&error)),
            SdkError::TimeoutError(_) => Sent::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Sent::TimedOut,
            _ => Sent::Broken(last_reason(&error)),
        }
    }
}

/// The connector does not tell "no connection" from "connection lost"; the
/// causes below it do.
pub(super) fn never_connected(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|cause| {
        let refused = cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
        let text = cause.to_string();
        refused || text.contains("(Connect)") || text.contains("dns error") || text.contains("HTTP connect timeout")
    })
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and its causes in one line, each said once.
pub(super) fn reasons(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in chain(error) {
        let text = cause.to_string();
        if !texts.iter().any(|said| said.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

pub(super) fn last_reason(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
