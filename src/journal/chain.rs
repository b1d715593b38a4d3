//! The chain: each entry carries the hash of the one before, so that a change
//! anywhere inside is seen.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::content::Contents;
use super::cursor::Cursor;
use super::event::Event;

#[derive(Clone, Copy, Default, PartialEq, Eq, std::hash::Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    fn after(previous: &Hash, body: &str) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(previous.0);
        hasher.update(body.as_bytes());
        Hash(hasher.finalize().into())
    }

    /// The hash of a text by itself, as scripts are named by.
    pub fn of(text: &str) -> Hash {
        Hash(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Hash {
    type Err = ();

    fn from_str(text: &str) -> Result<Hash, ()> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(());
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| ())?;
        }
        Ok(Hash(bytes))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// One event as it is kept: its JSON, the hash of what stood before it, and its
/// own, which the next one carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub previous: Hash,
    pub body: String,
    pub hash: Hash,
}

impl Entry {
    /// The entry that follows the one with the hash `previous`.
    pub fn after(previous: Hash, body: String) -> Entry {
        Entry { hash: Hash::after(&previous, &body), previous, body }
    }

    /// Whether it is still what it was when it was hashed.
    pub fn is_intact(&self) -> bool {
        self.hash == Hash::after(&self.previous, &self.body)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("somebody else wrote to this run's journal in the meantime")]
    Conflict,
    #[error("the journal cannot be written: {0}")]
    Unwritable(String),
    #[error("the journal cannot be read: {0}")]
    Unreadable(String),
}

/// Keeps entries. In memory first, then a file a run, later a table.
pub trait Store: Send {
    /// Adds `batch` if the last entry's hash is `expected_head` and nobody with
    /// a higher `fence` has written.
    fn append(&mut self, batch: &[Entry], expected_head: &Hash, fence: u64) -> Result<(), StoreError>;

    /// Returns once everything appended so far outlives a power failure.
    fn sync(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The entries from number `from` on.
    fn read(&mut self, from: usize) -> Result<Vec<Entry>, StoreError>;
}

/// The writing end of a run's journal.
pub struct Journal {
    store: Box<dyn Store>,
    head: Hash,
    fence: u64,
    contents: Contents,
}

impl Journal {
    pub fn new(store: Box<dyn Store>) -> Journal {
        Journal { store, head: Hash::default(), fence: 0, contents: Contents::default() }
    }

    /// Goes on where `cursor` has read to.
    pub fn after(store: Box<dyn Store>, cursor: &Cursor) -> Journal {
        let mut journal = Journal { head: cursor.head(), ..Journal::new(store) };
        journal.contents.know(cursor.contents());
        journal
    }

    /// Records that there were answers, and not the answers: for runs that
    /// change nothing and need not be resumed.
    pub fn calls_only(&mut self) {
        self.contents.calls_only = true;
    }

    pub fn append(&mut self, events: &[Event]) -> Result<(), StoreError> {
        let mut head = self.head;
        let (mut batch, mut fresh) = (Vec::with_capacity(events.len()), Vec::new());
        for event in events {
            let bodies = self.contents.bodies(event, &mut fresh);
            for body in bodies.map_err(|error| StoreError::Unwritable(error.to_string()))? {
                let entry = Entry::after(head, body);
                head = entry.hash;
                batch.push(entry);
            }
        }
        self.store.append(&batch, &self.head, self.fence)?;
        self.head = head;
        self.contents.know(fresh);
        match !self.contents.calls_only && events.iter().any(Event::must_last) {
            true => self.store.sync(),
            false => Ok(()),
        }
    }

    /// The hash of the last entry.
    pub fn head(&self) -> Hash {
        self.head
    }

    pub fn entries(&mut self) -> Result<Vec<Entry>, StoreError> {
        self.store.read(0)
    }
}
