//! The line editor of a person at a terminal.

use super::busy::Busy;
use super::session::Prompt;
use crate::runbook::Misuse;

pub fn play(_prompt: &mut Prompt, _busy: &Busy) -> Result<(), Misuse> {
    Ok(())
}

/// Columns and rows of the terminal.
pub fn size() -> Option<(usize, usize)> {
    None
}
