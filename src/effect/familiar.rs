//! Answers of the record that come again and again: a wait asks the same and
//! mostly hears the same, and what was read once need not be read again.
//!
//! None that holds a secret is kept: which secrets there are, and whether they
//! can still be had, is found out anew each time.

use std::collections::HashMap;

use crate::api::{Known, Operation};
use crate::journal::Hash;
use crate::value::Value;

/// A few for each service of a team: what is further back is read again.
const MOST: usize = 256;

#[derive(Default)]
pub(super) struct Familiar(HashMap<(Hash, &'static str, &'static str), Learned>);

/// An answer as the script gets it.
#[derive(Clone)]
pub(super) struct Learned {
    pub value: Value,
    /// Names in it that its shape lacks.
    pub names: Known,
    pub has_secret: bool,
}

impl Familiar {
    /// The answer to `operation` whose recorded text has this hash.
    pub fn get(&self, text: Hash, operation: &'static Operation) -> Option<Learned> {
        self.0.get(&key(text, operation)).cloned()
    }

    pub fn keep(&mut self, text: Hash, operation: &'static Operation, answer: &Learned) {
        if answer.has_secret {
            return;
        }
        if self.0.len() == MOST {
            self.0.clear();
        }
        self.0.insert(key(text, operation), answer.clone());
    }
}

fn key(text: Hash, operation: &'static Operation) -> (Hash, &'static str, &'static str) {
    (text, operation.module, operation.method)
}
