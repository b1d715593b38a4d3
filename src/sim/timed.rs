//! Things by name, and when the next of them wants to be looked at: the cost of
//! a moment is that of what happens in it, however much else there is.

use std::collections::BTreeSet;
use std::collections::btree_map::{self, BTreeMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::Timestamp;

pub trait Due {
    /// When something happens to it by itself.
    fn due(&self) -> Option<Timestamp>;
}

#[derive(Clone)]
pub struct Timed<T> {
    all: BTreeMap<String, T>,
    /// Always what `all` says: every change passes one of the methods below.
    queue: BTreeSet<(Timestamp, String)>,
}

impl<T: Due> Timed<T> {
    pub fn get(&self, key: &str) -> Option<&T> {
        self.all.get(key)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.all.contains_key(key)
    }

    pub fn values(&self) -> btree_map::Values<'_, String, T> {
        self.all.values()
    }

    pub fn put(&mut self, key: &str, thing: T) {
        self.take(key);
        self.queue.extend(thing.due().map(|due| (due, key.to_owned())));
        self.all.insert(key.to_owned(), thing);
    }

    pub fn take(&mut self, key: &str) -> Option<T> {
        let thing = self.all.remove(key)?;
        if let Some(due) = thing.due() {
            self.queue.remove(&(due, key.to_owned()));
        }
        Some(thing)
    }

    /// Changes one thing where it stands; nothing if it is not there.
    pub fn change<R>(&mut self, key: &str, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let thing = self.all.get_mut(key)?;
        let before = thing.due();
        let result = change(thing);
        let after = thing.due();
        if before != after {
            before.map(|due| self.queue.remove(&(due, key.to_owned())));
            self.queue.extend(after.map(|due| (due, key.to_owned())));
        }
        Some(result)
    }

    pub fn first_due(&self) -> Option<Timestamp> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// The first thing that is due by `now`: the earliest, then by name.
    pub fn next_due(&self, now: Timestamp) -> Option<String> {
        self.queue.first().filter(|(due, _)| *due <= now).map(|(_, key)| key.clone())
    }
}

impl<T: Due> FromIterator<(String, T)> for Timed<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(all: I) -> Timed<T> {
        let mut timed = Timed::default();
        all.into_iter().for_each(|(key, thing)| timed.put(&key, thing));
        timed
    }
}

impl<T> Default for Timed<T> {
    fn default() -> Timed<T> {
        Timed { all: BTreeMap::new(), queue: BTreeSet::new() }
    }
}

impl<T: Serialize> Serialize for Timed<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(to)
    }
}

impl<'de, T: Due + Deserialize<'de>> Deserialize<'de> for Timed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Timed<T>, D::Error> {
        Ok(BTreeMap::deserialize(from)?.into_iter().collect())
    }
}
