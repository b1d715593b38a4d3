//! Texts that errors point into.

use crate::report::Sources;
use crate::runbook::Shelf;
use crate::script::PROMPT;

/// Excerpts: from what was entered, and from the scripts that it loaded.
pub struct Texts<'a> {
    pub prompt: &'a str,
    pub shelf: &'a Shelf,
}

impl Sources for Texts<'_> {
    fn text(&self, name: &str) -> Option<String> {
        match name {
            PROMPT => Some(self.prompt.to_owned()),
            name => self.shelf.text_titled(name),
        }
    }
}
