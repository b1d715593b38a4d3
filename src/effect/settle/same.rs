//! Whether what AWS keeps is what was asked for. AWS adds members, drops empty
//! ones and puts named things in an order of its own.

use crate::value::Value;

/// Whether everything in `wanted` is so in `found`.
pub(super) fn holds(found: Option<&Value>, wanted: &Value) -> bool {
    match (found, wanted) {
        (None | Some(Value::Null), wanted) => is_empty(wanted),
        (Some(Value::Map(found)), Value::Map(wanted)) => wanted.iter().all(|(name, wanted)| holds(found.get(name), wanted)),
        (Some(Value::List(found)), Value::List(wanted)) => same_items(found, wanted),
        (Some(Value::Text(found)), Value::Secret(wanted)) | (Some(Value::Secret(wanted)), Value::Text(found)) => {
            *wanted == **found
        }
        (Some(found), wanted) if found == wanted => true,
        (Some(found), wanted) => as_number(found).is_some_and(|number| as_number(wanted) == Some(number)),
    }
}

/// Values that AWS puts in where nothing was asked for.
const DEFAULTS: &[(&str, &[&str])] = &[
    ("essential", &["true"]),
    ("protocol", &["tcp"]),
    ("networkMode", &["bridge"]),
    ("interval", &["30"]),
    ("timeout", &["5"]),
    ("retries", &["3"]),
];

/// Whether `found`, a member of that name, holds nothing that was not asked for,
/// but for what AWS puts in by itself.
pub(super) fn holds_no_more(name: &str, found: &Value, wanted: Option<&Value>) -> bool {
    match (found, wanted) {
        (found, None | Some(Value::Null)) => is_empty(found) || is_default(name, found),
        (Value::Map(found), Some(wanted @ Value::Map(_))) => {
            found.iter().all(|(name, found)| holds_no_more(name, found, wanted.get(name)))
        }
        (Value::List(found), Some(Value::List(wanted))) => found.iter().enumerate().all(|(at, found)| {
            let wanted = match label(found) {
                Some(label_found) => wanted.iter().find(|wanted| label(wanted).as_ref() == Some(&label_found)),
                None => wanted.get(at),
            };
            holds_no_more(name, found, wanted)
        }),
        // Whether it is the same is asked elsewhere.
        _ => true,
    }
}

fn is_default(name: &str, found: &Value) -> bool {
    // The port of the host is the container's, or chance's.
    name == "hostPort"
        || DEFAULTS.iter().any(|(default, values)| *default == name && values.iter().any(|value| is_shown_as(found, value)))
}

fn is_shown_as(found: &Value, text: &str) -> bool {
    match found {
        Value::Text(found) => found == text,
        Value::Bool(flag) => flag.to_string() == text,
        Value::Int(number) => number.to_string() == text,
        _ => false,
    }
}

fn label(item: &Value) -> Option<String> {
    ["name", "key"].iter().find_map(|name| item.text(name).map(str::to_owned))
}

fn same_items(found: &[Value], wanted: &[Value]) -> bool {
    found.len() == wanted.len()
        && wanted.iter().enumerate().all(|(at, wanted)| match label(wanted) {
            Some(wanted_label) => {
                found.iter().any(|found| label(found).as_ref() == Some(&wanted_label) && holds(Some(found), wanted))
            }
            None => holds(found.get(at), wanted),
        })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.values().all(is_empty),
        _ => false,
    }
}

/// An integer may come back as a double.
fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Origin, Secret, parse_str};

    #[test]
    fn a_value_that_the_journal_hid_is_the_value_that_aws_shows() {
        let hidden = Value::Secret(Secret::new("production".into(), Origin::Typed));
        assert!(holds(Some(&"production".into()), &hidden));
        assert!(holds(Some(&hidden), &"production".into()));
        assert!(!holds(Some(&"development".into()), &hidden));
    }

    #[test]
    fn what_nobody_asked_for_is_seen_but_for_what_aws_puts_in() {
        let found = |more: &str| {
            let container = format!(
                r#"{{"name":"app","image":"a:2","cpu":0,"essential":true,"environment":[],"portMappings":[
                    {{"containerPort":80,"hostPort":80,"protocol":"tcp"}}]{more}}}"#
            );
            parse_str(&format!(r#"[{container}]"#)).unwrap()
        };
        let wanted = parse_str(r#"[{"name":"app","image":"a:2","portMappings":[{"containerPort":80}]}]"#).unwrap();
        assert!(holds_no_more("containerDefinitions", &found(""), Some(&wanted)));
        for more in [r#","environment":[{"name":"DEBUG","value":"1"}]"#, r#","command":["x"]"#, r#","memory":128"#] {
            assert!(!holds_no_more("containerDefinitions", &found(more), Some(&wanted)), "{more}");
        }
        let more = parse_str(r#"[{"name":"app"},{"name":"log","image":"b"}]"#).unwrap();
        assert!(!holds_no_more("containerDefinitions", &more, Some(&wanted)));
    }

    #[test]
    fn what_aws_adds_and_reorders_is_the_same_and_what_differs_is_not() {
        let found = parse_str(
            r#"{"family":"f","revision":3,"volumes":[],"containerDefinitions":[
                {"name":"app","image":"a:2","cpu":0,"environment":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]}"#,
        )
        .unwrap();
        for (wanted, same) in [
            (r#"{"family":"f","containerDefinitions":[{"name":"app","image":"a:2"}]}"#, true),
            (r#"{"family":"f","placementConstraints":[],"containerDefinitions":[{"name":"app","mountPoints":[]}]}"#, true),
            (
                r#"{"containerDefinitions":[{"name":"app","environment":[{"name":"B","value":"2"},{"name":"A","value":"1"}]}]}"#,
                true,
            ),
            (r#"{"containerDefinitions":[{"name":"app","environment":[{"name":"A","value":"1"}]}]}"#, false),
            (r#"{"containerDefinitions":[{"name":"app","image":"a:3"}]}"#, false),
            (r#"{"containerDefinitions":[{"name":"app"},{"name":"log"}]}"#, false),
            (r#"{"cpu":"256"}"#, false),
        ] {
            assert_eq!(holds(Some(&found), &parse_str(wanted).unwrap()), same, "{wanted}");
        }
    }
}
