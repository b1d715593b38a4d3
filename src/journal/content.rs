//! Large texts in a journal stand by themselves, compressed and once each,
//! under the hash of what they hold: a wait asks the same again and again, and
//! mostly hears the same.
//!
//! A body is one of three lines of text:
//!
//! - `{…}`: an event as JSON.
//! - `=HASH 1/2 BASE64`: a piece of a text.
//! - `@HASH {…`: an event whose last member is the text of that hash, cut off
//!   before it; `}}` follows it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use super::chain::Hash;
use super::event::Event;

/// Texts from this length on stand by themselves.
const LARGE: usize = 1024;
/// Before base64 makes four letters of three bytes: no entry is over 256 KB.
const PIECE: usize = 180 * 1024;
/// Where an answer itself is not kept, even a short one leaves only its hash.
const SHORT: usize = 64;

/// The writing side: what stands in this journal already.
#[derive(Debug, Default)]
pub(super) struct Contents {
    known: HashSet<Hash>,
    /// Answers are recorded by their hash alone.
    pub calls_only: bool,
}

impl Contents {
    pub fn know(&mut self, hashes: impl IntoIterator<Item = Hash>) {
        self.known.extend(hashes);
    }

    /// The bodies that `event` is kept as; texts that are new are added to `fresh`.
    pub fn bodies(&self, event: &Event, fresh: &mut Vec<Hash>) -> Result<Vec<String>, serde_json::Error> {
        let body = serde_json::to_string(event)?;
        let unkept = self.calls_only && matches!(event, Event::Outcome { ok: true, .. });
        // What a long look has said does not come again: to remember it would
        // only make the run grow.
        let unique = self.calls_only && matches!(event, Event::Mark { .. });
        let large = if unkept {
            SHORT
        } else if unique {
            PIECE
        } else {
            LARGE
        };
        let Some(start) = event.payload_name().and_then(|name| payload_start(&body, name)) else {
            return Ok(vec![body]);
        };
        let payload = &body[start..body.len() - CLOSING.len()];
        if payload.len() <= large {
            return Ok(vec![body]);
        }
        let hash = Hash::of(payload);
        let mut bodies = Vec::new();
        if !unkept && !self.known.contains(&hash) && !fresh.contains(&hash) {
            bodies = pieces(&hash, payload);
            fresh.push(hash);
        }
        bodies.push(format!("@{hash} {}", &body[..start]));
        Ok(bodies)
    }
}

const CLOSING: &str = "}}";

/// Quotes inside a text are escaped, so the first match is the member itself.
fn payload_start(body: &str, name: &str) -> Option<usize> {
    let name = format!("\"{name}\":");
    body.find(&name).map(|at| at + name.len())
}

fn pieces(hash: &Hash, text: &str) -> Vec<String> {
    let packed = lz4_flex::compress_prepend_size(text.as_bytes());
    let count = packed.len().div_ceil(PIECE);
    let piece =
        |(number, bytes): (usize, &[u8])| format!("={hash} {}/{count} {}", number + 1, BASE64_STANDARD_NO_PAD.encode(bytes));
    packed.chunks(PIECE).enumerate().map(piece).collect()
}

/// A text as the journal keeps it, unpacked when somebody asks for it.
#[derive(Debug, PartialEq)]
pub struct Packed {
    hash: Hash,
    bytes: Vec<u8>,
}

impl Packed {
    /// The hash of the text.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    pub(super) fn text(&self) -> Option<String> {
        String::from_utf8(lz4_flex::decompress_size_prepended(&self.bytes).ok()?).ok()
    }
}

/// An event as it was kept, its large text apart.
pub(super) enum Body<'a> {
    Whole(&'a str),
    Piece,
    /// What stands before the text, and the text; nothing where it was not kept.
    Split(String, Option<Arc<Packed>>),
}

/// The reading side: texts by hash, as far as the journal was read.
#[derive(Debug, Default)]
pub(super) struct Library {
    whole: HashMap<Hash, Arc<Packed>>,
    parts: HashMap<Hash, Vec<u8>>,
}

impl Library {
    pub fn hashes(&self) -> impl Iterator<Item = Hash> {
        self.whole.keys().copied()
    }

    pub fn read<'a>(&mut self, body: &'a str) -> Result<Body<'a>, String> {
        let malformed = || "it is no event".to_owned();
        match body.split_at_checked(1) {
            Some(("=", rest)) => self.piece(rest).ok_or_else(malformed).map(|()| Body::Piece),
            Some(("@", rest)) => {
                let (hash, head) = rest.split_once(' ').ok_or_else(malformed)?;
                let hash: Hash = hash.parse().map_err(|()| malformed())?;
                Ok(Body::Split(format!("{head}null{CLOSING}"), self.whole.get(&hash).cloned()))
            }
            _ => Ok(Body::Whole(body)),
        }
    }

    fn piece(&mut self, rest: &str) -> Option<()> {
        let mut words = rest.split(' ');
        let hash: Hash = words.next()?.parse().ok()?;
        let (number, count) = words.next()?.split_once('/')?;
        let bytes = BASE64_STANDARD_NO_PAD.decode(words.next()?).ok()?;
        let packed = self.parts.entry(hash).or_default();
        if number == "1" {
            packed.clear();
        }
        packed.extend(bytes);
        if number == count {
            let packed = Packed { hash, bytes: self.parts.remove(&hash)? };
            self.whole.insert(hash, Arc::new(packed));
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cursor, Journal, Key, Mark, StoreError, events};
    use super::*;
    use crate::journal::{Entry, Store};
    use crate::value::Timestamp;

    #[derive(Default)]
    struct Kept(Vec<Entry>);

    impl Store for Kept {
        fn append(&mut self, batch: &[Entry], _: &Hash, _: u64) -> Result<(), StoreError> {
            self.0.extend_from_slice(batch);
            Ok(())
        }

        fn read(&mut self, from: usize) -> Result<Vec<Entry>, StoreError> {
            Ok(self.0[from..].to_vec())
        }
    }

    #[test]
    fn a_huge_text_is_kept_in_pieces_and_comes_back() {
        let mut dice = fastrand::Rng::with_seed(7);
        let text: String = (0..1_000_000).map(|_| dice.alphanumeric()).collect();
        let mark = |number| Event::Mark {
            key: Key { path: Default::default(), number },
            at: Timestamp::UNIX_EPOCH,
            mark: Mark::Printed(text.clone()),
        };
        let mut journal = Journal::new(Box::new(Kept::default()));
        journal.append(&[mark(0), mark(1)]).unwrap();
        let entries = journal.entries().unwrap();
        assert!(entries.len() > 5 && entries.iter().all(|entry| entry.body.len() <= 256 * 1024));
        assert_eq!(entries.iter().filter(|entry| entry.body.starts_with('@')).count(), 2);
        assert_eq!(events(&entries).unwrap(), [mark(0), mark(1)]);
        assert_eq!(Cursor::read(&entries).unwrap().printed, [text.clone(), text]);
    }
}
