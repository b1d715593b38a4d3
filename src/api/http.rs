//! HTTP requests of a script's own, as operations beside AWS's: so that the gate
//! permits, records, retries and settles them like any other call. No model
//! describes them and no IAM knows their actions.

use super::{Effect, Operation, Settle, Wire, did_you_mean};
use crate::map;
use crate::value::{Map, Origin, Secret, Value, parse_str};

/// The module of these operations, and the prefix of their actions.
pub const HTTP: &str = "http";

static GET: Operation = operation("GET", "get", Effect::Read, &["=http:GET"]);
/// Nobody but a person can tell what became of one whose answer was lost.
pub static HTTP_POST: Operation = operation("POST", "post", Effect::Write(Settle::Ask), &["=http:POST"]);
/// One of which the script says that it may be sent twice.
static POST_AGAIN: Operation = operation("POST", "post", Effect::Write(Settle::Idempotent), &["=http:POST"]);

const fn operation(name: &'static str, method: &'static str, effect: Effect, needs: &'static [&'static str]) -> Operation {
    Operation { module: HTTP, name, method, effect, needs, resource: "", volatile: &[] }
}

/// The operations that a script can name.
pub fn http_operations() -> [&'static Operation; 2] {
    [&GET, &HTTP_POST]
}

const OPTIONS: &[&str] = &["headers", "timeout", "secret"];
const OPTIONS_OF_POST: &[&str] = &["headers", "timeout", "secret", "again"];

/// The operation and the request that a script asks for; without a `body` it is
/// a GET. A request that could not be sent is refused here, with the reason.
pub fn http_request(url: Value, body: Option<Value>, options: Value) -> Result<(&'static Operation, Value), String> {
    let Value::Map(mut request) = options else { return Err("the options of a request are a map".into()) };
    let known = if body.is_some() { OPTIONS_OF_POST } else { OPTIONS };
    if let Some(name) = request.keys().find(|name| !known.contains(&name.as_str())) {
        let help = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("they are {}", known.join(", ")));
        return Err(format!("a request has no option `{name}`; {help}"));
    }
    let operation = match (&body, flag(&request, "again")?) {
        (None, _) => &GET,
        (Some(_), false) => &HTTP_POST,
        (Some(_), true) => &POST_AGAIN,
    };
    flag(&request, "secret")?;
    request.insert("url".into(), url);
    request.extend(body.map(|body| ("body".into(), body)));
    let request = Value::Map(request);
    Wire::of(operation, &request)?;
    Ok((operation, request))
}

fn flag(options: &Map, name: &str) -> Result<bool, String> {
    match options.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(format!("the option `{name}` is true or false, not {}", other.kind())),
    }
}

/// An answer as scripts see it, but for its `json`: see [`with_json`]. The text
/// is secret where the request said so.
pub fn http_answer(request: &Value, status: u16, headers: Map, body: String, cut: bool) -> Value {
    let body = match request.get("secret") {
        Some(Value::Bool(true)) => Value::Secret(Secret::new(body, Origin::Answer("an answer to an HTTP request".into()))),
        _ => Value::from(body),
    };
    map! { "status" => i64::from(status), "headers" => headers, "body" => body, "cut" => cut }
}

/// The answer with what its text holds, if that is JSON. It is made anew each
/// time, so that a record keeps an answer once.
pub fn with_json(mut answer: Value) -> Value {
    let json = answer.text("body").and_then(|text| parse_str(text).ok()).unwrap_or_default();
    if let Some(members) = answer.as_map_mut() {
        members.insert("json".into(), json);
    }
    answer
}
