//! Names that the run holds, so that no other run changes what they name.

use std::sync::Arc;

use super::gate::{Gate, lock};
use super::trouble::Stop;
use crate::journal::Event;

/// Keeps what a run changes from other runs.
pub trait Leases: Send + Sync {
    /// Takes what the ARN names; nothing when this run holds it already.
    fn take_arn(&self, arn: &str) -> Result<Option<HeldName>, Stop>;
}

/// A name that the run holds.
pub struct HeldName {
    pub name: String,
    /// How often it was taken so far.
    pub fence: u64,
    /// Nobody else held it since the same run did.
    pub own: bool,
}

impl Gate {
    /// Where names are to be had; without it, holding is nobody's business.
    pub fn lend(&self, leases: Arc<dyn Leases>) {
        let _ = self.leases.set(leases);
    }

    /// Holds what `arn` names until the run ends, or refuses at once: a run that
    /// holds something never waits. A run that is played again takes it anew.
    pub fn hold_arn(&self, arn: &str) -> Result<(), Stop> {
        self.ask_for_wards("what this run is about to do", |ward| ward.is_meant_by(arn))?;
        match self.leases.get().map(|leases| leases.take_arn(arn)).transpose()?.flatten() {
            Some(held) => self.hold(&held),
            None => Ok(()),
        }
    }

    /// The run holds it from here on.
    pub fn hold(&self, held: &HeldName) -> Result<(), Stop> {
        lock(&self.held).push(held.own || !self.resumes());
        self.emit(Event::Held { at: self.now(), name: held.name.clone(), fence: held.fence })
    }

    /// Whether nobody else can have held what this run holds since it began.
    pub(super) fn holds_unbroken(&self) -> bool {
        let held = lock(&self.held);
        !held.is_empty() && held.iter().all(|unbroken| *unbroken)
    }
}
