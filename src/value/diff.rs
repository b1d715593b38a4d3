//! What changed between two values, as a list of places.
//!
//! Lists whose items all carry a distinct `name` (containers, environment,
//! secrets) are compared by that name, so that a new first item does not make
//! everything after it look changed. Others are compared by position.

use std::collections::BTreeMap;

use super::{Map, Path, Segment, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub path: Path,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(Some(before), Some(after), &Path::default(), &mut changes);
    changes
}

fn compare(before: Option<&Value>, after: Option<&Value>, path: &Path, changes: &mut Vec<Change>) {
    match (before, after) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Map(old)), Some(Value::Map(new))) => {
            let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
            for name in names {
                compare(old.get(name), new.get(name), &path.member(name), changes);
            }
        }
        (Some(Value::List(old)), Some(Value::List(new))) => compare_lists(old, new, path, changes),
        _ => changes.push(Change { path: path.clone(), before: before.cloned(), after: after.cloned() }),
    }
}

fn compare_lists(old: &[Value], new: &[Value], path: &Path, changes: &mut Vec<Change>) {
    if let (Some(old), Some(new)) = (by_name(old), by_name(new)) {
        let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
        for name in names {
            let place = path.join(Segment::Named((*name).to_owned()));
            compare(old.get(name).copied(), new.get(name).copied(), &place, changes);
        }
        return;
    }
    for index in 0..old.len().max(new.len()) {
        compare(old.get(index), new.get(index), &path.item(index), changes);
    }
}

/// The items by name, if every one is a map with a name of its own.
fn by_name(items: &[Value]) -> Option<BTreeMap<&str, &Value>> {
    let named: BTreeMap<_, _> = items
        .iter()
        .map(|item| item.as_map().and_then(|map: &Map| map.get("name")).and_then(Value::as_str).map(|name| (name, item)))
        .collect::<Option<_>>()?;
    (named.len() == items.len()).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::super::parse_str;
    use super::*;

    fn places(before: &str, after: &str) -> Vec<String> {
        let changes = diff(&parse_str(before).unwrap(), &parse_str(after).unwrap());
        changes.iter().map(|change| change.path.to_string()).collect()
    }

    #[test]
    fn named_items_are_compared_by_name() {
        let before = r#"{"containers":[{"name":"app","image":"a:1"},{"name":"log","image":"l:1"}]}"#;
        let after = r#"{"containers":[{"name":"log","image":"l:1"},{"name":"app","image":"a:2"}]}"#;
        assert_eq!(places(before, after), ["containers[app].image"]);
    }

    #[test]
    fn an_integer_and_a_float_differ() {
        assert_eq!(places(r#"{"a":[1,2]}"#, r#"{"a":[1.0,2]}"#), ["a[0]"]);
    }
}
