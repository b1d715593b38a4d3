//! One strand of a run: the script's main line, or one item of a `parallel`.
//! It numbers its own effects and forks, which makes the keys of the record.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::api::Known;
use crate::journal::{Key, StreamPath};

#[derive(Default)]
pub struct Branch {
    path: StreamPath,
    effects: AtomicU64,
    forks: AtomicU32,
    /// Names that AWS used in this branch. Not shared with its siblings: what
    /// one may send must not depend on when another was answered.
    known: Mutex<Known>,
    /// Its end is on record: it does what is recorded, and nothing else.
    ended: bool,
}

impl Branch {
    /// The branch of one item of this branch's fork; it knows what this one knows.
    pub fn child(&self, path: StreamPath) -> Branch {
        Branch { path, known: Mutex::new(self.known()), ended: self.ended, ..Branch::default() }
    }

    /// A child whose end is on record.
    pub fn ended_child(&self, path: StreamPath) -> Branch {
        Branch { ended: true, ..self.child(path) }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(super) fn known(&self) -> Known {
        self.lock().clone()
    }

    /// Takes over what AWS said in this branch, or in a child that has ended.
    pub fn learn(&self, known: Known) {
        if !known.is_empty() {
            self.lock().extend(known);
        }
    }

    /// What a child that has ended leaves to its parent.
    pub fn leave(&self) -> Known {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
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
