//! Whether the person at a prompt has allowed writes. A run has none of it:
//! what a run may do stands in its header.

use std::sync::atomic::{AtomicBool, Ordering};

use super::trouble::Stop;

/// Begins as read-only.
#[derive(Debug, Default)]
pub struct Arming(AtomicBool);

impl Arming {
    pub fn is_armed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub fn set(&self, armed: bool) {
        self.0.store(armed, Ordering::Release);
    }

    /// `what` is what would be sent or written.
    pub(super) fn check(&self, what: &impl Fn() -> String) -> Result<(), Stop> {
        match self.is_armed() {
            true => Ok(()),
            false => Err(Stop::Unarmed { would_send: what() }),
        }
    }
}
