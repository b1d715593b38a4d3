//! One strand of a run: the script's main line, or one item of a `parallel`.
//! It numbers its own effects and forks, which makes the keys of the record.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::journal::{Key, StreamPath};

#[derive(Default)]
pub struct Branch {
    path: StreamPath,
    effects: AtomicU64,
    forks: AtomicU32,
}

impl Branch {
    pub fn at(path: StreamPath) -> Branch {
        Branch { path, ..Branch::default() }
    }

    pub fn path(&self) -> &StreamPath {
        &self.path
    }

    pub(super) fn next_key(&self) -> Key {
        Key { path: self.path.clone(), number: self.effects.fetch_add(1, Ordering::Relaxed) }
    }

    /// The key that [`Branch::next_key`] will give.
    pub(super) fn upcoming_key(&self) -> Key {
        Key { path: self.path.clone(), number: self.effects.load(Ordering::Relaxed) }
    }

    /// The paths of the items of this branch's next fork.
    pub(super) fn fork(&self, items: usize) -> Vec<StreamPath> {
        let fork = self.forks.fetch_add(1, Ordering::Relaxed);
        (0..items as u32).map(|item| self.path.item(fork, item)).collect()
    }
}
