//! A value as people read it: tables, trees, short ARNs, times with their
//! distance. Secrets stay hidden.

use jiff::tz::TimeZone;

use crate::report::Paint;
use crate::value::{Timestamp, Value};

/// How wide, when and where it is looked at.
#[derive(Clone, Debug)]
pub struct Look {
    pub width: usize,
    pub now: Timestamp,
    pub zone: TimeZone,
    pub paint: Paint,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Lines, without one at the end.
    pub text: String,
    /// Whether anything was shortened or left out: `:json` has all of it.
    pub cut: bool,
}

impl Shown {
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// Whether it can stand on a screen of so many rows without a pager.
    pub fn fits(&self, rows: usize) -> bool {
        self.lines() < rows
    }
}

pub fn show(value: &Value, look: &Look) -> Shown {
    let _ = look;
    Shown { text: value.kind().to_owned(), cut: false }
}

/// All of a value as indented JSON, secrets hidden: `:json`.
pub fn show_json(value: &Value) -> String {
    crate::value::pretty(value, &|_| Some("(secret)".into())).unwrap_or_default()
}
