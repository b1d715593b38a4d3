//! What can come next: candidates for Tab, a hint behind the cursor, and
//! whether the input is whole. It reads unfinished text with a tolerant scan,
//! never with the parser, and looks at nothing slow.

use std::ops::Range;

use super::known::Known;

/// One thing that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What replaces the text from [`Completion::start`] to the cursor.
    pub text: String,
    /// What a list shows.
    pub shown: String,
    /// A few words: "required, a string", "write", a first sentence.
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The byte at which the candidates' texts begin.
    pub start: usize,
    /// Best first.
    pub candidates: Vec<Candidate>,
}

/// What stands faintly behind the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub shown: String,
    /// What the right arrow takes over, if anything: a beginning of `shown`.
    pub insert: Option<String>,
}

/// Whether a text can be run as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// It goes on in the next line.
    Incomplete,
}

/// What could stand at `position`, a byte of `text`, which may have many lines.
pub fn complete(text: &str, position: usize, known: &Known) -> Completion {
    let _ = (text, known);
    Completion { start: position, candidates: Vec::new() }
}

/// The next required member, the rest of a signature, or the only candidate.
pub fn hint(text: &str, position: usize, known: &Known) -> Option<Hint> {
    let _ = (text, position, known);
    None
}

/// A text with an open bracket, string or comment, or with an operator at its
/// end, goes on. Brackets that do not match are for the parser to complain of.
pub fn is_complete(text: &str) -> Completeness {
    let _ = text;
    Completeness::Complete
}

#[allow(dead_code)]
type Place = Range<usize>;
