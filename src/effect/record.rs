//! Values as the journal keeps them: times and secrets become small maps whose
//! only member starts with `$`. A secret leaves only a fingerprint behind; the
//! value itself goes to a vault.

use super::vault::Vault;
use crate::journal::Recorded;
use crate::map;
use crate::value::{Filter, Map, Origin, Secret, TIME_MARK, Text, Value};

const SECRET: &str = "$secret";
/// A text of the script's own in which a known secret stands.
const SEALED: &str = "$sealed";
/// The members of a map of the script's own in whose names a known secret
/// stands, as pairs.
const PAIRS: &str = "$pairs";
/// Around a map of the script's own that looks like one of ours.
const PLAIN: &str = "$map";

/// Whether a value can stand in the record as it is: no secret in it, no text
/// or name that holds one, and no map of its own that looks like one of ours.
pub(super) fn is_plain(value: &Value, filter: &Filter) -> bool {
    let mut plain = true;
    value.walk(&mut |inner| match inner {
        Value::Secret(_) => plain = false,
        Value::Text(text) => plain &= !filter.finds(text),
        Value::Map(members) => plain &= marker(members).is_none() && !filter.finds_name(members),
        _ => {}
    });
    plain
}

pub(super) fn pack(value: &Value, vault: &Vault) -> Recorded {
    Recorded(pack_value(value, vault, &vault.filter()))
}

fn pack_value(value: &Value, vault: &Vault, filter: &Filter) -> Value {
    match value {
        Value::Text(text) if filter.finds(text) => {
            map! { SEALED => vault.keep(&Secret::new(text.to_string(), Origin::Derived)) }
        }
        Value::Time(time) => map! { TIME_MARK => time.to_string() },
        Value::Secret(secret) => {
            map! { SECRET => vault.keep(secret) }
        }
        Value::List(items) => Value::List(items.iter().map(|item| pack_value(item, vault, filter)).collect()),
        Value::Map(members) if filter.finds_name(members) => {
            let pack = |value: &Value| pack_value(value, vault, filter);
            let pair = |(name, item): (&Text, &Value)| Value::List(vec![pack(&Value::Text(name.clone())), pack(item)]);
            map! { PAIRS => Value::List(members.iter().map(pair).collect()) }
        }
        Value::Map(members) => {
            let packed: Map = members.iter().map(|(name, item)| (name.clone(), pack_value(item, vault, filter))).collect();
            match marker(members) {
                Some(_) => map! { PLAIN => packed },
                None => Value::Map(packed),
            }
        }
        plain => plain.clone(),
    }
}

/// The way back; nothing when the vault lacks a secret or a mark is malformed.
pub(super) fn unpack(recorded: &Recorded, vault: &Vault) -> Option<Value> {
    unpack_value(&recorded.0, vault)
}

fn unpack_value(value: &Value, vault: &Vault) -> Option<Value> {
    Some(match value {
        Value::List(items) => Value::List(items.iter().map(|item| unpack_value(item, vault)).collect::<Option<_>>()?),
        Value::Map(members) => match marker(members) {
            Some((TIME_MARK, Value::Text(time))) => Value::Time(time.parse().ok()?),
            Some((SECRET, Value::Text(fingerprint))) => Value::Secret(vault.open(fingerprint)?),
            Some((SEALED, Value::Text(fingerprint))) => Value::from(vault.open_text(fingerprint)?),
            Some((PAIRS, Value::List(pairs))) => {
                Value::Map(pairs.iter().map(|pair| unpack_pair(pair, vault)).collect::<Option<_>>()?)
            }
            Some((PLAIN, Value::Map(inner))) => unpack_members(inner, vault)?,
            Some(_) => return None,
            None => unpack_members(members, vault)?,
        },
        plain => plain.clone(),
    })
}

fn unpack_members(members: &Map, vault: &Vault) -> Option<Value> {
    let members = members.iter().map(|(name, item)| Some((name.clone(), unpack_value(item, vault)?)));
    Some(Value::Map(members.collect::<Option<_>>()?))
}

fn unpack_pair(pair: &Value, vault: &Vault) -> Option<(Text, Value)> {
    let [name, item] = pair.as_list()? else { return None };
    Some((unpack_value(name, vault)?.as_str()?.into(), unpack_value(item, vault)?))
}

/// The fingerprints of all secrets that a recorded value names.
pub(super) fn fingerprints(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    value.walk(&mut |inner| {
        if let Value::Map(members) = inner
            && let Some((SECRET | SEALED, Value::Text(fingerprint))) = marker(members)
        {
            found.push(fingerprint.to_string());
        }
    });
    found
}

fn marker(members: &Map) -> Option<(&str, &Value)> {
    let (name, value) = members.first_key_value()?;
    (members.len() == 1 && name.starts_with('$')).then_some((name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_a_secret_come_back_and_are_not_recorded() {
        let vault = Vault::default();
        vault.know(&Secret::new("hunter2hunter2".into(), Origin::Prompt));
        let value = map! { "list" => vec![map! { "hunter2hunter2" => 1, "other" => "x" }], "plain" => 2 };
        assert!(!is_plain(&value, &vault.filter()));
        let packed = pack(&value, &vault);
        assert!(!serde_json::to_string(&packed).unwrap().contains("hunter2"), "{packed:?}");
        assert_eq!(fingerprints(&packed.0).len(), 1);
        assert_eq!(unpack(&packed, &vault), Some(value));
    }

    #[test]
    fn times_secrets_and_look_alikes_come_back() {
        let vault = Vault::default();
        let secret = Secret::new("hunter2hunter2".into(), Origin::Prompt);
        let value = map! {
            "at" => "2026-07-01T12:00:00Z".parse::<crate::value::Timestamp>().unwrap(),
            "key" => Value::Secret(secret),
            "odd" => map! { "$time" => "not a time of ours" },
        };
        let packed = pack(&value, &vault);
        assert!(!serde_json::to_string(&packed).unwrap().contains("hunter2"));
        assert_eq!(unpack(&packed, &vault), Some(value));
    }
}
