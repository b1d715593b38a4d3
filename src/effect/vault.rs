//! The secrets of one run: which there are, by fingerprints that tell nothing
//! without the run's key, and where a later process finds them again. Either
//! AWS still has them, or they stand in the journal sealed under the key, which
//! is deleted when the run is over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use sha2::{Digest, Sha256};

use super::outside;
use crate::journal::{Event, Kept, Source};
use crate::value::{Filter, Origin, Secret, Value};

const NONCE: usize = 12;

pub struct Vault {
    fingerprints: [u8; 32],
    /// Nothing when no later process will need them.
    sealing: Option<[u8; 32]>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    secrets: HashMap<String, Secret>,
    sources: HashMap<String, Source>,
    /// Secrets that the journal names already, or that wait to be named there.
    named: HashMap<String, Kept>,
    waiting: Vec<Event>,
    filter: Arc<Filter>,
    /// Secrets came since the filter was made.
    stale: bool,
}

impl Default for Vault {
    /// A vault that lives as long as the process.
    fn default() -> Self {
        Vault { sealing: None, ..Vault::sealing(&outside::random_bytes()) }
    }
}

impl Vault {
    /// A vault whose secrets can be opened again with the same key.
    pub fn sealing(key: &[u8; 32]) -> Vault {
        let derived = |purpose: &[u8]| Sha256::new().chain_update(purpose).chain_update(key).finalize().into();
        Vault { fingerprints: derived(b"fingerprint"), sealing: Some(derived(b"seal")), state: Mutex::default() }
    }

    /// Takes over what an earlier process's record says of its secrets.
    pub fn remember(&self, kept: HashMap<String, Kept>) {
        self.lock().named.extend(kept);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for the secret in all output from here on.
    pub fn know(&self, secret: &Secret) -> String {
        let fingerprint = secret.fingerprint(&self.fingerprints);
        self.lock().know(&fingerprint, secret);
        fingerprint
    }

    /// AWS has this secret under a version that does not change.
    pub fn know_source(&self, secret: &Secret, source: Source) {
        let fingerprint = self.know(secret);
        self.lock().sources.insert(fingerprint, source);
    }

    /// The fingerprint by which the record will name `secret`.
    pub fn keep(&self, secret: &Secret) -> String {
        let fingerprint = self.know(secret);
        let mut state = self.lock();
        if !state.named.contains_key(&fingerprint) {
            let source = state.sources.get(&fingerprint).cloned();
            let sealed = if source.is_some() { None } else { self.seal(&fingerprint, secret) };
            let kept = Kept { origin: secret.origin().to_string(), source, sealed };
            let Kept { origin, source, sealed } = kept.clone();
            state.named.insert(fingerprint.clone(), kept);
            state.waiting.push(Event::Secret { fingerprint: fingerprint.clone(), origin, source, sealed });
        }
        fingerprint
    }

    /// Events that must stand in the journal before those that name secrets.
    pub(super) fn waiting(&self) -> Vec<Event> {
        std::mem::take(&mut self.lock().waiting)
    }

    pub fn open(&self, fingerprint: &str) -> Option<Secret> {
        let mut state = self.lock();
        if let Some(secret) = state.secrets.get(fingerprint) {
            return Some(secret.clone());
        }
        let sealed = state.named.get(fingerprint)?.sealed.clone()?;
        let secret = Secret::new(self.unseal(fingerprint, &sealed)?, Origin::Sealed);
        state.know(fingerprint, &secret);
        Some(secret)
    }

    /// The text of a secret that the script has as a plain text.
    pub(super) fn open_text(&self, fingerprint: &str) -> Option<String> {
        Some(self.open(fingerprint)?.reveal().to_owned())
    }

    /// What the record says of a secret that is not known yet.
    pub(super) fn lacking(&self, fingerprint: &str) -> Option<Kept> {
        self.lock().named.get(fingerprint).cloned()
    }

    /// Whether `secret`, read again, is the one that the record means.
    pub(super) fn accept(&self, fingerprint: &str, secret: &Secret) -> bool {
        secret.fingerprint(&self.fingerprints) == fingerprint && {
            self.know(secret);
            true
        }
    }

    /// Every known secret's finder.
    pub fn filter(&self) -> Arc<Filter> {
        let mut state = self.lock();
        if std::mem::take(&mut state.stale) {
            state.filter = Arc::new(Filter::of(state.secrets.values()));
        }
        state.filter.clone()
    }

    /// The value without any known secret in the open.
    pub fn conceal(&self, mut value: Value) -> Value {
        conceal_known(&mut value, &self.filter());
        value
    }

    /// The text without any known secret.
    pub fn redact(&self, text: String) -> String {
        self.filter().hide(text)
    }

    fn seal(&self, fingerprint: &str, secret: &Secret) -> Option<String> {
        let nonce: [u8; NONCE] = outside::random_bytes()[..NONCE].try_into().ok()?;
        let message = Payload { msg: secret.reveal().as_bytes(), aad: fingerprint.as_bytes() };
        let sealed = self.cipher()?.encrypt(&Nonce::from(nonce), message).ok()?;
        Some(BASE64_STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    fn unseal(&self, fingerprint: &str, sealed: &str) -> Option<String> {
        let bytes = BASE64_STANDARD.decode(sealed).ok()?;
        let (nonce, message) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let message = Payload { msg: message, aad: fingerprint.as_bytes() };
        String::from_utf8(self.cipher()?.decrypt(&Nonce::from(nonce), message).ok()?).ok()
    }

    fn cipher(&self) -> Option<ChaCha20Poly1305> {
        Some(ChaCha20Poly1305::new(&self.sealing?.into()))
    }
}

impl State {
    fn know(&mut self, fingerprint: &str, secret: &Secret) {
        if !self.secrets.contains_key(fingerprint) {
            self.secrets.insert(fingerprint.to_owned(), secret.clone());
            self.stale = true;
        }
    }
}

/// Makes secrets of texts that hold one: AWS gives back what it was sent, in
/// members that nobody marked.
pub(super) fn conceal_known(value: &mut Value, filter: &Filter) {
    match value {
        _ if filter.is_empty() => {}
        Value::Text(text) if filter.finds(text) => {
            *value = Value::Secret(Secret::new(text.to_string(), Origin::Derived));
        }
        Value::List(items) => items.iter_mut().for_each(|item| conceal_known(item, filter)),
        Value::Map(members) => {
            members.values_mut().for_each(|item| conceal_known(item, filter));
            // A name cannot be a secret; it is gone instead.
            if filter.finds_name(members) {
                *members = filter.hide_names(std::mem::take(members));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn a_sealed_secret_opens_with_the_same_key_only() {
        let secret = Secret::new("hunter2hunter2".into(), Origin::Prompt);
        let vault = Vault::sealing(&[7; 32]);
        let fingerprint = vault.keep(&secret);
        let waiting = vault.waiting();
        let [Event::Secret { origin, source, sealed, .. }] = waiting.as_slice() else { panic!("{waiting:?}") };
        assert!(!format!("{waiting:?}").contains("hunter2"));
        let kept = Kept { origin: origin.clone(), source: source.clone(), sealed: sealed.clone() };
        let opened = |key: [u8; 32]| {
            let vault = Vault::sealing(&key);
            vault.remember(HashMap::from([(fingerprint.clone(), kept.clone())]));
            vault.open(&fingerprint)
        };
        assert_eq!(opened([7; 32]), Some(secret));
        assert_eq!(opened([8; 32]), None);
    }

    #[test]
    fn known_secrets_are_concealed_in_texts_and_in_names() {
        let vault = Vault::default();
        vault.know(&Secret::new("hunter2/Hunter2".into(), Origin::Prompt));
        let echoed = map! { "a" => "hunter2\\/Hunter2", "see hunter2/Hunter2" => map! { "hunter2%2fHunter2" => 1 } };
        let concealed = vault.conceal(echoed);
        assert!(matches!(concealed.get("a"), Some(Value::Secret(_))), "{concealed:?}");
        assert_eq!(concealed.get("see (secret)"), Some(&map! { "(secret)" => 1 }));
    }

    #[test]
    fn what_aws_still_has_is_not_sealed() {
        let secret = Secret::new("hunter2hunter2".into(), Origin::Prompt);
        let vault = Vault::sealing(&[7; 32]);
        let source = Source { arn: "arn".into(), version: "v".into(), member: "SecretString".into() };
        vault.know_source(&secret, source.clone());
        vault.keep(&secret);
        assert!(matches!(&vault.waiting()[..], [Event::Secret { source: Some(found), sealed: None, .. }] if *found == source));
    }
}
