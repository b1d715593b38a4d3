//! Things by name, and when the next of them wants to be looked at: the cost of
//! a moment is that of what happens in it, however much else there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::Timestamp;

pub trait Due {
    /// When something happens to it by itself.
    fn due(&self) -> Option<Timestamp>;
}

/// A hash table whose order nobody may see: it differs by nothing but chance.
pub(super) type Table<T> = HashMap<String, T, BuildHasherDefault<DefaultHasher>>;

/// Things are found by a hash and ordered by the first bytes of their names:
/// a look at one of thousands touches little memory but its own.
#[derive(Clone)]
pub struct Timed<T> {
    all: Table<Box<Named<T>>>,
    /// Always what `all` says: every change passes one of the methods below.
    queue: BTreeSet<(Timestamp, Name)>,
}

#[derive(Clone)]
struct Named<T> {
    name: Name,
    thing: T,
}

/// Ordered as its text is; most names differ in their first bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    head: u128,
    text: Arc<str>,
}

impl Name {
    fn of(text: &str) -> Name {
        let mut head = [0; 16];
        head.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = byte);
        Name { head: u128::from_be_bytes(head), text: text.into() }
    }
}

impl<T: Due> Timed<T> {
    pub fn get(&self, key: &str) -> Option<&T> {
        self.all.get(key).map(|named| &named.thing)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.all.contains_key(key)
    }

    /// By name.
    pub fn values(&self) -> impl Iterator<Item = &T> + use<'_, T> {
        self.sorted().into_iter().map(|named| &named.thing)
    }

    pub fn put(&mut self, key: &str, thing: T) {
        self.take(key);
        let name = Name::of(key);
        self.queue.extend(thing.due().map(|due| (due, name.clone())));
        self.all.insert(key.to_owned(), Box::new(Named { name, thing }));
    }

    pub fn take(&mut self, key: &str) -> Option<T> {
        let Named { name, thing } = *self.all.remove(key)?;
        if let Some(due) = thing.due() {
            self.queue.remove(&(due, name));
        }
        Some(thing)
    }

    /// Changes one thing where it stands; nothing if it is not there.
    pub fn change<R>(&mut self, key: &str, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let Named { name, thing } = &mut **self.all.get_mut(key)?;
        let before = thing.due();
        let result = change(thing);
        let after = thing.due();
        if before != after {
            before.map(|due| self.queue.remove(&(due, name.clone())));
            self.queue.extend(after.map(|due| (due, name.clone())));
        }
        Some(result)
    }

    pub fn first_due(&self) -> Option<Timestamp> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// The first thing that is due by `now`: the earliest, then by name.
    pub fn next_due(&self, now: Timestamp) -> Option<String> {
        self.queue.first().filter(|(due, _)| *due <= now).map(|(_, name)| name.text.to_string())
    }
}

impl<T> Timed<T> {
    fn sorted(&self) -> Vec<&Named<T>> {
        let mut all: Vec<&Named<T>> = self.all.values().map(|named| &**named).collect();
        all.sort_unstable_by_key(|named| &named.name);
        all
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
        Timed { all: Table::default(), queue: BTreeSet::new() }
    }
}

impl<T: Serialize> Serialize for Timed<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.sorted().into_iter().map(|named| (&*named.name.text, &named.thing)))
    }
}

impl<'de, T: Due + Deserialize<'de>> Deserialize<'de> for Timed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Timed<T>, D::Error> {
        Ok(BTreeMap::deserialize(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_their_texts() {
        let texts = ["", "a", "ab", "b", "cluster/service-1", "cluster/service-10", "cluster/service-2", "ü"];
        let mut names: Vec<Name> = texts.iter().rev().map(|text| Name::of(text)).collect();
        names.sort();
        assert!(names.iter().map(|name| &*name.text).eq(texts));
    }
}
