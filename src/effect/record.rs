//! Values as the journal keeps them: times and secrets become small maps whose
//! only member starts with `$`. A secret leaves only a fingerprint behind; the
//! value itself goes to a vault.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::outside;
use crate::journal::Recorded;
use crate::map;
use crate::value::{Map, Origin, Secret, TIME_MARK, Value};

const SECRET: &str = "$secret";
/// Around a map of the script's own that looks like one of ours.
const PLAIN: &str = "$map";

/// Keeps the secrets that a record names.
pub trait Vault: Send + Sync {
    /// The fingerprint by which the record will name `secret`.
    fn keep(&self, secret: &Secret) -> String;
    fn open(&self, fingerprint: &str) -> Option<Secret>;

    /// Every secret that is long enough to be looked for in other text.
    fn long_ones(&self) -> Vec<Secret>;

    /// The text without any of them.
    fn redact(&self, text: String) -> String {
        self.long_ones().iter().fold(text, |text, secret| secret.hide_in(text))
    }
}

/// Makes secrets of texts that hold one: AWS gives back what it was sent, in
/// members that nobody marked.
pub(super) fn conceal_known(value: &mut Value, secrets: &[Secret]) {
    match value {
        _ if secrets.is_empty() => {}
        Value::Text(text) if secrets.iter().any(|secret| secret.is_in(text)) => {
            *value = Value::Secret(Secret::new(std::mem::take(text), Origin::Derived));
        }
        Value::List(items) => items.iter_mut().for_each(|item| conceal_known(item, secrets)),
        Value::Map(members) => members.values_mut().for_each(|item| conceal_known(item, secrets)),
        _ => {}
    }
}

/// A vault that lives as long as the process.
pub struct MemoryVault {
    key: [u8; 32],
    secrets: Mutex<HashMap<String, Secret>>,
}

impl Default for MemoryVault {
    fn default() -> Self {
        MemoryVault { key: outside::random_bytes(), secrets: Mutex::default() }
    }
}

impl Vault for MemoryVault {
    fn keep(&self, secret: &Secret) -> String {
        let fingerprint = secret.fingerprint(&self.key);
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.entry(fingerprint.clone()).or_insert_with(|| secret.clone());
        fingerprint
    }

    fn open(&self, fingerprint: &str) -> Option<Secret> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).get(fingerprint).cloned()
    }

    fn long_ones(&self) -> Vec<Secret> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.values().filter(|secret| secret.is_long()).cloned().collect()
    }
}

/// Whether a value can stand in the record as it is: no secret in it, and no
/// map of its own that looks like one of ours.
pub(super) fn is_plain(value: &Value) -> bool {
    let mut plain = true;
    value.walk(&mut |inner| match inner {
        Value::Secret(_) => plain = false,
        Value::Map(members) => plain &= marker(members).is_none(),
        _ => {}
    });
    plain
}

pub(super) fn pack(value: &Value, vault: &dyn Vault) -> Recorded {
    Recorded(pack_value(value, vault))
}

fn pack_value(value: &Value, vault: &dyn Vault) -> Value {
    match value {
        Value::Time(time) => map! { TIME_MARK => time.to_string() },
        Value::Secret(secret) => {
            map! { SECRET => vault.keep(secret) }
        }
        Value::List(items) => Value::List(items.iter().map(|item| pack_value(item, vault)).collect()),
        Value::Map(members) => {
            let packed: Map = members.iter().map(|(name, item)| (name.clone(), pack_value(item, vault))).collect();
            match marker(members) {
                Some(_) => map! { PLAIN => packed },
                None => Value::Map(packed),
            }
        }
        plain => plain.clone(),
    }
}

/// The way back; nothing when the vault lacks a secret or a mark is malformed.
pub(super) fn unpack(recorded: &Recorded, vault: &dyn Vault) -> Option<Value> {
    unpack_value(&recorded.0, vault)
}

fn unpack_value(value: &Value, vault: &dyn Vault) -> Option<Value> {
    Some(match value {
        Value::List(items) => Value::List(items.iter().map(|item| unpack_value(item, vault)).collect::<Option<_>>()?),
        Value::Map(members) => match marker(members) {
            Some((TIME_MARK, Value::Text(time))) => Value::Time(time.parse().ok()?),
            Some((SECRET, Value::Text(fingerprint))) => Value::Secret(vault.open(fingerprint)?),
            Some((PLAIN, Value::Map(inner))) => unpack_members(inner, vault)?,
            Some(_) => return None,
            None => unpack_members(members, vault)?,
        },
        plain => plain.clone(),
    })
}

fn unpack_members(members: &Map, vault: &dyn Vault) -> Option<Value> {
    let members = members.iter().map(|(name, item)| Some((name.clone(), unpack_value(item, vault)?)));
    Some(Value::Map(members.collect::<Option<_>>()?))
}

fn marker(members: &Map) -> Option<(&str, &Value)> {
    let (name, value) = members.first_key_value()?;
    (members.len() == 1 && name.starts_with('$')).then_some((name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_secrets_and_look_alikes_come_back() {
        let vault = MemoryVault::default();
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
