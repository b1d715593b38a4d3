//! A value as people read it: tables, trees, short ARNs, times with their
//! distance. Secrets stay hidden. What does not fit is shortened, and said to
//! be: `:json` has all of it.

mod cell;
mod table;
mod tree;

use jiff::tz::TimeZone;

use crate::report::Paint;
use crate::value::{Timestamp, Value};

pub use cell::{clip, distance, harmless};

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
    let mut sheet = Sheet { look, lines: Vec::new(), cut: false };
    tree::top(&mut sheet, value);
    Shown { text: sheet.lines.join("\n"), cut: sheet.cut }
}

/// All of a value as indented JSON, secrets hidden: `:json`.
pub fn show_json(value: &Value) -> String {
    crate::value::pretty(value, &|_| Some("(secret)".into())).unwrap_or_default()
}

/// The lines so far.
struct Sheet<'a> {
    look: &'a Look,
    lines: Vec<String>,
    cut: bool,
}

impl Sheet<'_> {
    /// Columns that are left at this indentation.
    fn width(&self, indent: usize) -> usize {
        self.look.width.max(20).saturating_sub(indent).max(12)
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.lines.push(format!("{}{text}", " ".repeat(indent)).trim_end().to_owned());
    }

    /// The text, shortened to so many columns.
    fn fit(&mut self, text: &str, width: usize) -> String {
        let clipped = clip(text, width);
        self.cut |= clipped.len() != text.len();
        clipped
    }
}

#[cfg(test)]
mod tests;
