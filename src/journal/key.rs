//! Where in a run an effect stands: the stream it belongs to, and its number
//! in that stream.
//!
//! `parallel` forks a stream: each item's stream is named by the fork's ordinal
//! in its parent and the item's index, whatever the order in which threads
//! happened to run. So the same script meets the same keys again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The forks above a stream, outermost first; the main stream has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamPath(Vec<(u32, u32)>);

impl StreamPath {
    /// The stream of one item of a fork.
    pub fn item(&self, fork: u32, index: u32) -> StreamPath {
        let mut path = self.0.clone();
        path.push((fork, index));
        StreamPath(path)
    }

    pub fn is_main(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub path: StreamPath,
    pub number: u64,
}

/// `17` in the main stream, `0.3/1.0:17` below two forks.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let forks: Vec<_> = self.path.0.iter().map(|(fork, item)| format!("{fork}.{item}")).collect();
        match forks.is_empty() {
            true => write!(f, "{}", self.number),
            false => write!(f, "{}:{}", forks.join("/"), self.number),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Key, String> {
        let wrong = || format!("`{text}` is not the key of an event");
        let (path, number) = text.rsplit_once(':').unwrap_or(("", text));
        let fork = |part: &str| {
            let (fork, item) = part.split_once('.')?;
            Some((fork.parse().ok()?, item.parse().ok()?))
        };
        let forks = path.split('/').filter(|part| !part.is_empty()).map(fork);
        Ok(Key {
            path: StreamPath(forks.collect::<Option<_>>().ok_or_else(wrong)?),
            number: number.parse().map_err(|_| wrong())?,
        })
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Key, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_it_was_written() {
        let main = Key { path: StreamPath::default(), number: 17 };
        let deep = Key { path: StreamPath::default().item(0, 3).item(1, 0), number: 2 };
        assert_eq!(deep.to_string(), "0.3/1.0:2");
        for key in [main, deep] {
            assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        }
    }
}
