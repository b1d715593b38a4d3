//! Sends a script's own HTTP request with the client that the SDK sends with:
//! the same TLS, the same proxy variables, and no signature. One attempt, no
//! redirects, and no connection that another request has used.

use std::error::Error;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use super::carrier::{last_reason, never_connected};
use crate::api::{Failure, Operation, Wire, http_answer};
use crate::value::{Map, Value};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// So that a connection that did not come about in time is said to be one.
const A_MOMENT: Duration = Duration::from_millis(50);
/// Bytes of an answer's text that a script gets to see.
const LONGEST: usize = 1 << 20;
/// What it sets is somebody's session, and no script goes on with one.
const LEFT_OUT: &str = "set-cookie";

pub async fn send_http(operation: &Operation, request: &Value) -> Result<Value, Failure> {
    let wire = Wire::of(operation, request).map_err(Failure::NotSent)?;
    let (server, hidden, timeout) = (wire.server.clone(), wire.hidden.clone(), wire.timeout);
    let exchange = async {
        let response =
            connector(timeout).call(outgoing(wire)?).await.map_err(|error| what_came(&error, &server, hidden.as_deref()))?;
        let (status, headers) = (response.status().as_u16(), headers(&response));
        let (body, cut) = read(response)
            .await
            .map_err(|why| Failure::Lost(format!("{server} answered HTTP {status} and broke off in the middle of it: {why}")))?;
        Ok(http_answer(request, status, headers, body, cut))
    };
    tokio::time::timeout(timeout + A_MOMENT, exchange)
        .await
        .unwrap_or_else(|_| Err(Failure::TimedOut(format!("no complete answer from {server} within {timeout:?}"))))
}

fn connector(timeout: Duration) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT.min(timeout)).build();
    Connector::builder()
        .connector_settings(settings)
        .proxy_config(ProxyConfig::from_env())
        // A kept connection may be gone when it is wanted, and leave doubt.
        .pool_max_idle_per_host(0)
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build()
}

fn outgoing(wire: Wire) -> Result<HttpRequest, Failure> {
    let mut request = hyper::Request::new(SdkBody::from(wire.body));
    *request.method_mut() = wire.method;
    *request.uri_mut() = wire.url;
    *request.headers_mut() = wire.headers;
    HttpRequest::try_from(request).map_err(|error| Failure::NotSent(last_reason(&error)))
}

fn what_came(error: &(dyn Error + 'static), server: &str, hidden: Option<&str>) -> Failure {
    let mut why = last_reason(error);
    // TLS names the host whose certificate it does not like.
    if let Some(host) = hidden {
        why = why.replace(host, "(secret)");
    }
    match never_connected(error) {
        true => Failure::NotSent(format!("cannot connect to {server}: {why}")),
        false => Failure::Lost(format!("the connection to {server} broke: {why}")),
    }
}

fn headers(response: &HttpResponse) -> Map {
    let mut headers = Map::new();
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != LEFT_OUT) {
        match headers.get_mut(name) {
            Some(Value::Text(text)) => *text = format!("{text}, {value}").into(),
            _ => drop(headers.insert(name.into(), value.into())),
        }
    }
    headers
}

/// The text as far as a script gets to see it, and whether that is not all.
async fn read(response: HttpResponse) -> Result<(String, bool), String> {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| last_reason(error.as_ref()))?;
        bytes.extend(frame.into_data().unwrap_or_default());
        if bytes.len() > LONGEST {
            bytes.truncate(LONGEST);
            // A letter of several bytes may have been cut in two.
            let whole = std::str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to(), str::len);
            bytes.truncate(if LONGEST - whole < 4 { whole } else { LONGEST });
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), true));
        }
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), false))
}
