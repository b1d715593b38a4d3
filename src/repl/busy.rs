//! Whether a line is being played now: what a signal does depends on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Default)]
pub struct Busy {
    playing: Arc<AtomicBool>,
    leaving: Arc<AtomicBool>,
}

impl Busy {
    pub fn is_playing(&self) -> bool {
        self.playing.load(Ordering::Acquire)
    }

    /// The process shall end once the present line has.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Release);
    }

    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Acquire)
    }

    pub fn while_playing<R>(&self, play: impl FnOnce() -> R) -> R {
        self.playing.store(true, Ordering::Release);
        let result = play();
        self.playing.store(false, Ordering::Release);
        result
    }
}
