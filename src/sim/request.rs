//! A request as AWS would receive it: secrets in clear, and no members that
//! were given as null, which AWS reads as "not given".

use crate::value::{Map, Value};

pub fn as_sent(request: &Value) -> Value {
    match request {
        Value::Secret(secret) => Value::from(secret.reveal()),
        Value::List(items) => Value::List(items.iter().map(as_sent).collect()),
        Value::Map(members) => {
            let given = members.iter().filter(|(_, value)| !value.is_null());
            Value::Map(given.map(|(name, value)| (name.clone(), as_sent(value))).collect::<Map>())
        }
        other => other.clone(),
    }
}

/// The texts of a list member; none when it is absent.
pub fn texts<'a>(request: &'a Value, name: &str) -> Vec<&'a str> {
    request.items(name).iter().filter_map(Value::as_str).collect()
}

/// Whether `include` asks for `what`.
pub fn includes(request: &Value, what: &str) -> bool {
    texts(request, "include").contains(&what)
}

/// Whether a filter that was not given, or that names `found`, lets it pass.
pub fn passes(request: &Value, filter: &str, found: &str) -> bool {
    request.text(filter).is_none_or(|wanted| wanted == found)
}

/// The same for a filter that lists what it lets pass.
pub fn passes_any(request: &Value, filter: &str, found: &str) -> bool {
    let wanted = texts(request, filter);
    wanted.is_empty() || wanted.contains(&found)
}

/// Whether `found` begins with what the filter asks for, if it asks.
pub fn has_prefix(request: &Value, filter: &str, found: &str) -> bool {
    request.text(filter).is_none_or(|prefix| found.starts_with(prefix))
}
