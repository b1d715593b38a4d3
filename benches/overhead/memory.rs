//! An SDK whose HTTP client has the answer ready: the same for both sides.

use std::hint::black_box;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use crate::REGION;
use crate::answer::ANSWER;

/// The SDK as `rollbook::aws::connect` sets it up, but for its HTTP client.
pub async fn config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(30));
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "bench"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.build())
        .disable_request_compression(true)
        .http_client(InMemory);
    loader.load().await
}

/// An HTTP client that has the one answer ready.
#[derive(Debug)]
struct InMemory;

impl HttpClient for InMemory {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(InMemory)
    }
}

impl HttpConnector for InMemory {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        black_box(request);
        let status = 200.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(ANSWER.as_bytes()));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
        response.headers_mut().insert("x-amzn-requestid", "5f0c1f2e-7a3b-4c55-9d7e-1b2f3a4c5d6e");
        HttpConnectorFuture::ready(Ok(response))
    }
}
