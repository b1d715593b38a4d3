//! What a gate is made from.

use std::sync::Arc;

use super::cancel::Cancel;
use super::guard::Guard;
use super::retry::Retry;
use super::vault::Vault;
use super::worlds::World;
use crate::api::Reading;
use crate::journal::{Cursor, Journal, Observer};

/// What a gate is made from.
pub struct Setup {
    pub world: Arc<dyn World>,
    pub journal: Journal,
    pub vault: Arc<Vault>,
    pub console: Arc<dyn Console>,
    pub guard: Guard,
    pub retry: Retry,
    pub reading: Reading,
    pub observers: Vec<Arc<dyn Observer>>,
    pub cancel: Arc<Cancel>,
    /// The record to answer from, for a run that is played again.
    pub record: Option<Cursor>,
    /// A person has looked: writes without an answer did not happen.
    pub send_again: bool,
}

/// The person at the other end, if there is one.
pub trait Console: Send + Sync {
    fn is_terminal(&self) -> bool;
    /// A line of text; nothing at the end of input.
    fn ask(&self, question: &str, hidden: bool) -> Option<String>;
    /// Say yes to every question that `confirm` asks.
    fn assume_yes(&self) -> bool;
    /// Whether what is shown is seen by a person, and goes nowhere else.
    fn can_reveal(&self) -> bool {
        false
    }
    /// Shows a secret: only ever called where `can_reveal` says so.
    fn reveal(&self, _name: &str, _value: &str) {}
}
