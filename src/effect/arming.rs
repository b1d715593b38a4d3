//! Whether the person at a prompt has allowed writes. A run has none of it:
//! what a run may do stands in its header.

use std::sync::atomic::{AtomicBool, Ordering};

use super::trouble::Stop;
use crate::api::Operation;
use crate::value::{Value, to_literal};

/// Columns within which a request stands on one line.
const WIDTH: usize = 60;

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

    pub(super) fn check(&self, operation: &Operation, request: &Value) -> Result<(), Stop> {
        match self.is_armed() {
            true => Ok(()),
            false => Err(Stop::Unarmed { would_send: format!("{operation} {}", to_literal(request, WIDTH)) }),
        }
    }
}
