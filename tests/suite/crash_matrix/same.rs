//! What must be the same after a crash: worlds and calls without what is new
//! in every run. Ids, times, and how often ECS said the same thing.

use std::collections::BTreeMap;

use rollbook::api::{self, Effect};
use serde_json::{Map, Value, json};

/// The state of chance, of the clock and of looks, which differ as soon as
/// somebody waits a second longer; where ECS puts a task, which it draws; and
/// what containers write of their own accord.
const VOLATILE: &[&str] = &["dice", "now", "LastAccessedDate", "faults", "availabilityZone", "AvailabilityZone", "streams"];

/// What is measured of tasks and targets, and what alarms make of it: it goes by
/// the second, and tells that an alarm was put twice.
const MEASURED: &[&str] =
    &["loads", "history", "hosts", "changed_at", "asleep", "look_at", "StateValue", "StateReason", "StateReasonData"];

/// Lists in an order of no meaning.
const UNORDERED: &[&str] = &["tasks"];

pub fn world(world: &Value) -> Value {
    match world {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| ![VOLATILE, MEASURED].concat().contains(&name.as_str()));
            by_names(kept.map(|(name, value)| (text(name), member(name, value))))
        }
        Value::Array(items) => items.iter().map(self::world).collect(),
        Value::String(value) => Value::String(text(value)),
        // Milliseconds since 1970.
        Value::Number(number) if number.as_i64().is_some_and(|number| number > 1_500_000_000_000) => json!("time"),
        other => other.clone(),
    }
}

fn member(name: &str, value: &Value) -> Value {
    match (name, world(value)) {
        ("events", Value::Array(events)) => said(&events),
        (name, Value::Array(mut items)) if UNORDERED.contains(&name) => {
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        (_, value) => value,
    }
}

/// What ECS said of a service, each thing once: in how many portions it starts
/// and stops tasks depends on the second.
fn said(events: &[Value]) -> Value {
    let messages = events.iter().map(|event| event["message"].as_str().unwrap_or_default());
    let kinds = messages.map(|message| {
        // How far a task had come when it was stopped depends on the second, too.
        let plain = |word: &&str| word.parse::<u32>().is_err() && !["has", "running", "pending"].contains(word);
        let words = message.split_whitespace().filter(plain).map(|word| word.trim_end_matches(['.', ':']));
        words.take(4).collect::<Vec<_>>().join(" ")
    });
    let kinds: std::collections::BTreeSet<String> = kinds.collect();
    kinds.into_iter().collect()
}

/// Names that are ids make a list of what they name.
fn by_names(members: impl Iterator<Item = (String, Value)>) -> Value {
    let mut named: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    members.for_each(|(name, value)| named.entry(name).or_default().push(value));
    let one = |(name, mut values): (String, Vec<Value>)| {
        values.sort_by_key(Value::to_string);
        (name, if values.len() == 1 { values.remove(0) } else { Value::Array(values) })
    };
    Value::Object(named.into_iter().map(one).collect::<Map<String, Value>>())
}

/// Writes by what they change, in order. What is the same request once more,
/// and may be, counts once.
pub fn calls(calls: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut streams: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for call in calls["calls"].as_array().expect("calls") {
        let Effect::Write(settle) = effect(call) else { continue };
        let stream = streams.entry(changed(&call["request"])).or_default();
        let again = stream.last().is_some_and(|last| ["operation", "request"].iter().all(|name| last[*name] == call[*name]));
        if !(again && settle.may_send_again()) {
            stream.push(call);
        }
    }
    let plain =
        |call: &Value| json!({ "operation": call["operation"], "request": world(&call["request"]), "outcome": call["outcome"] });
    streams.into_iter().map(|(what, calls)| (what, calls.into_iter().map(plain).collect())).collect()
}

fn changed(request: &Value) -> String {
    let names = ["service", "SecretId", "family", "ResourceId", "serviceDeploymentArn"];
    text(names.iter().find_map(|name| request[*name].as_str()).unwrap_or_default())
}

fn effect(call: &Value) -> Effect {
    let (service, name) = (call["service"].as_str().unwrap_or_default(), call["operation"].as_str().unwrap_or_default());
    let operations = api::service(service).into_iter().flat_map(|service| service.operations);
    let known = operations.into_iter().find(|operation| operation.name == name);
    known.unwrap_or_else(|| panic!("which operation is {call}?")).effect
}

/// Without ids and times.
fn text(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, stands_for) = match (time(rest), uuid(rest).or_else(|| address(rest)), word(rest)) {
            (Some(length), ..) => (length, Some("time")),
            (_, Some(length), _) => (length, Some("id")),
            (.., length) if length > 0 => (length, is_id(&rest[..length]).then_some("id")),
            _ => (first.len_utf8(), None),
        };
        plain += stands_for.unwrap_or(&rest[..length]);
        rest = &rest[length..];
    }
    plain
}

fn word(text: &str) -> usize {
    text.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(text.len())
}

/// A digest of 64 digits is no id: it says what an image is.
fn is_id(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = has_digit && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `PW6WLujKfmgbSu1pDaeYL`, as service deployments have them.
    let is_mixed = has_digit || word.bytes().any(|byte| byte.is_ascii_uppercase());
    (is_hex && word.len() >= 8 && word.len() < 64) || (is_mixed && word.len() == 21)
}

fn uuid(text: &str) -> Option<usize> {
    shaped(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}

/// `0a:00:00:8c:59:65`, `10.0.3.62` or `10-0-3-62`, of a network interface.
fn address(text: &str) -> Option<usize> {
    let inner = |separator: char| {
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != separator).unwrap_or(text.len());
        (text[..end].split(separator).filter(|part| !part.is_empty()).count() == 4 && text.starts_with("10")).then_some(end)
    };
    shaped(text, "xx:xx:xx:xx:xx:xx").or_else(|| inner('.')).or_else(|| inner('-'))
}

fn time(text: &str) -> Option<usize> {
    let length = shaped(text, "dddd-dd-ddTdd:dd:dd")?;
    let more = text[length..].find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != 'Z');
    Some(length + more.unwrap_or(text.len() - length))
}

fn shaped(text: &str, shape: &str) -> Option<usize> {
    let fits = |(byte, shape): (u8, u8)| match shape {
        b'x' => byte.is_ascii_hexdigit(),
        b'd' => byte.is_ascii_digit(),
        other => byte == other,
    };
    (text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fits)).then_some(shape.len())
}

#[test]
fn ids_and_times_are_left_out_and_contents_are_not() {
    let id = "20835647-c811-4704-a37e-3e507eab0720";
    for (given, plain) in [
        (format!("version {id} of 2"), "version id of 2"),
        ("(task 84dcbe830cc74c0fbbce49fda3f4bbf0)".into(), "(task id)"),
        ("ecs-svc/7231141705835813909".into(), "ecs-svc/id"),
        ("nest-wallet-service/PW6WLujKfmgbSu1pDaeYL".into(), "nest-wallet-service/id"),
        ("2026-07-01T09:01:40.001Z".into(), "time"),
        ("0a:00:00:8c:59:65".into(), "id"),
        ("ip-10-0-3-62.ap-northeast-2.compute.internal".into(), "ip-id.ap-northeast-2.compute.internal"),
        ("10.0.3.62".into(), "id"),
        ("nest-wallet-task:42".into(), "nest-wallet-task:42"),
        (format!("sha256:{}", "a1".repeat(32)), &format!("sha256:{}", "a1".repeat(32))),
    ] {
        assert_eq!(text(&given), plain);
    }
}

/// The first lines in which two documents differ.
pub fn difference(one: &Value, other: &Value) -> Option<String> {
    if one == other {
        return None;
    }
    let lines = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    let (one, other) = (lines(one), lines(other));
    let (mut one, mut other): (Vec<&str>, Vec<&str>) = (one.lines().collect(), other.lines().collect());
    let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let around = same.saturating_sub(8);
    one.drain(..around);
    other.drain(..around);
    let show = |lines: &[&str]| lines.iter().take(24).map(|line| format!("    {line}\n")).collect::<String>();
    Some(format!("  uncrashed:\n{}  crashed:\n{}", show(&one), show(&other)))
}
