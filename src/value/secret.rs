//! A value that nobody may see: opaque, wiped when dropped, without a
//! serialization. [`Secret::reveal`] is the one way in; search for it to find
//! every place that looks.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Text, Value, parse_str};

/// Where a secret came from, so that a later run can say what it misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An answer of AWS: the operation and the member that held it.
    Answer(String),
    Environment(String),
    File(String),
    Prompt,
    /// On the command line.
    Typed,
    /// Made from other secrets, as by changing one JSON key.
    Derived,
    /// From the record of the same run's earlier process.
    Sealed,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Answer(place) => write!(f, "from {place}"),
            Origin::Environment(name) => write!(f, "from the environment variable {name}"),
            Origin::File(path) => write!(f, "from the file {path}"),
            Origin::Prompt => f.write_str("typed at a prompt"),
            Origin::Typed => f.write_str("typed on the command line"),
            Origin::Derived => f.write_str("made from another secret"),
            Origin::Sealed => f.write_str("kept by the run itself"),
        }
    }
}

/// Bytes from which on a secret is looked for in other text.
pub(super) const LONG_ENOUGH: usize = 8;

#[derive(Clone)]
pub struct Secret(Arc<Inner>);

struct Inner {
    text: Zeroizing<String>,
    origin: Origin,
}

impl Secret {
    pub fn new(text: String, origin: Origin) -> Secret {
        let text = Zeroizing::new(text);
        Secret(Arc::new(Inner { text, origin }))
    }

    /// The text itself, for the wire and for comparing. Never for a screen.
    pub fn reveal(&self) -> &str {
        &self.0.text
    }

    /// Whether it can be told from ordinary words. Shorter ones (`true`, `80`)
    /// are guarded by their type alone.
    pub fn is_long(&self) -> bool {
        self.reveal().len() >= LONG_ENOUGH
    }

    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// Tells two values apart without telling either: keyed, so that short
    /// values cannot be guessed from it by someone without the key.
    pub fn fingerprint(&self, key: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length of key will do");
        mac.update(self.reveal().as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// One key of a secret that holds a JSON object; its value is secret too.
    pub fn key(&self, name: &str) -> Option<Secret> {
        let object = self.object()?;
        let text = match object.get(name)? {
            Value::Text(text) => text.to_string(),
            other => super::to_json(other).ok()?,
        };
        Some(Secret::new(text, Origin::Derived))
    }

    /// The names of the keys of a secret that holds a JSON object.
    pub fn keys(&self) -> Option<Vec<String>> {
        Some(self.object()?.keys().map(Text::to_string).collect())
    }

    /// The same JSON object with one key set to another value.
    pub fn with_key(&self, name: &str, value: &str) -> Option<Secret> {
        let mut object = self.object()?;
        object.insert(name.into(), Value::from(value));
        let text = super::to_json(&Value::Map(object)).ok()?;
        Some(Secret::new(text, Origin::Derived))
    }

    fn object(&self) -> Option<super::Map> {
        match parse_str(self.reveal()) {
            Ok(Value::Map(map)) => Some(map),
            _ => None,
        }
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        self.reveal() == other.reveal()
    }
}

/// A value that a journal hid, because it is that of a known secret, is still
/// the value that AWS shows.
impl PartialEq<str> for Secret {
    fn eq(&self, other: &str) -> bool {
        self.reveal() == other
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.0.origin)
    }
}
