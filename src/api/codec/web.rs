//! A script's own HTTP request as it goes over the wire, its secrets in clear.

use std::time::Duration;

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};

use crate::api::Operation;
use crate::value::{Map, Origin, Secret, Value, parse_span, to_json_with};

const PATIENCE: Duration = Duration::from_secs(30);
/// What the connection itself says; a wrong word there breaks the request.
const CONNECTIONS_OWN: &[HeaderName] =
    &[header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, header::UPGRADE, header::TE, header::TRAILER];

pub struct Wire {
    pub method: Method,
    pub url: Uri,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub timeout: Duration,
    /// The server as messages may name it.
    pub server: String,
    /// The host's name, where nobody may see it.
    pub hidden: Option<String>,
}

impl Wire {
    /// The request, or why it is none. No reason quotes a secret.
    pub fn of(operation: &Operation, request: &Value) -> Result<Wire, String> {
        let url = request.get("url").unwrap_or(&Value::Null);
        let (text, is_secret) = clear(url).ok_or_else(|| format!("a URL is a string or a secret, not {}", url.kind()))?;
        let url =
            read_url(text).map_err(|why| if is_secret { format!("the secret URL {why}") } else { format!("`{text}` {why}") })?;
        let host = url.host().unwrap_or_default().to_owned();
        let server = match is_secret {
            true => "the server of a secret URL".into(),
            false => url.authority().map(ToString::to_string).unwrap_or_default(),
        };
        let (body, kind) = encode_body(request.get("body"))?;
        Ok(Wire {
            method: operation.name.parse().map_err(|_| "no such method".to_owned())?,
            headers: headers(request.get("headers"), kind)?,
            timeout: timeout(request.get("timeout"))?,
            hidden: is_secret.then_some(host),
            url,
            body,
            server,
        })
    }
}

/// The text of a string or a secret, and whether it is one.
fn clear(value: &Value) -> Option<(&str, bool)> {
    match value {
        Value::Text(text) => Some((text, false)),
        Value::Secret(secret) => Some((secret.reveal(), true)),
        _ => None,
    }
}

fn read_url(text: &str) -> Result<Uri, &'static str> {
    let url: Uri = text.parse().map_err(|_| "is no URL")?;
    match (url.scheme_str(), url.authority()) {
        (Some("http" | "https"), Some(authority)) if authority.as_str().contains('@') => {
            Err("holds a user or a password: those belong in an `authorization` header")
        }
        (Some("http" | "https"), Some(_)) => Ok(url),
        _ => Err("is no URL that begins with https:// or http://"),
    }
}

/// A map or a list is sent as JSON; the secrets in it go out as they are.
fn encode_body(body: Option<&Value>) -> Result<(Vec<u8>, Option<&'static str>), String> {
    match body {
        None => Ok((Vec::new(), None)),
        Some(body @ (Value::Map(_) | Value::List(_))) => {
            let text = to_json_with(body, &|secret| Some(secret.reveal().to_owned())).map_err(|error| error.to_string())?;
            Ok((text.into_bytes(), Some("application/json")))
        }
        Some(body) => {
            let text = clear(body).ok_or_else(|| format!("a body is a string, a map, a list or a secret, not {}", body.kind()));
            text.map(|(text, _)| (text.as_bytes().to_vec(), Some("text/plain; charset=utf-8")))
        }
    }
}

fn headers(given: Option<&Value>, kind: Option<&'static str>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("rollbook/", env!("CARGO_PKG_VERSION"))));
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.extend(kind.map(|kind| (header::CONTENT_TYPE, HeaderValue::from_static(kind))));
    let none = Map::new();
    let given = given.map_or(Some(&none), Value::as_map).ok_or("`headers` is a map of strings and secrets")?;
    for (name, value) in given {
        let key: HeaderName = name.parse().map_err(|_| format!("`{name}` is no name of a header"))?;
        if CONNECTIONS_OWN.contains(&key) {
            return Err(format!("the header `{name}` is set by the connection itself"));
        }
        let (text, _) =
            clear(value).ok_or_else(|| format!("the header `{name}` is a string or a secret, not {}", value.kind()))?;
        let value = HeaderValue::from_str(text)
            .map_err(|_| format!("the header `{name}` holds a line break or a letter that no header can hold"))?;
        headers.insert(key, value);
    }
    Ok(headers)
}

fn timeout(given: Option<&Value>) -> Result<Duration, String> {
    let wrong = || "`timeout` is a duration, as \"10s\"".to_owned();
    let Some(given) = given else { return Ok(PATIENCE) };
    let span = given.as_str().and_then(parse_span).ok_or_else(wrong)?;
    Duration::try_from(span).ok().filter(|timeout| !timeout.is_zero()).ok_or_else(wrong)
}

/// What servers like to quote of a URL that nobody may see: its path.
pub fn url_secrets(url: &Value) -> Option<Secret> {
    let Value::Secret(secret) = url else { return None };
    let path = read_url(secret.reveal()).ok()?.path_and_query()?.to_string();
    Some(Secret::new(path, Origin::Derived))
}
