//! What can come next: candidates for Tab, a hint behind the cursor, and
//! whether the input is whole. It reads unfinished text with a tolerant scan,
//! never with the parser, and looks at nothing slow.

mod command;
mod gather;
mod held;
mod hint;
mod kinds;
mod request;
mod scan;
mod whole;
mod words;

use super::known::Known;
use gather::Gathering;
use request::Spot;
use scan::{Bracket, Place, Scan, floor_char};

pub use hint::hint;
pub use whole::{is_command, is_complete};

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
    let position = floor_char(text, position);
    if is_command(text) {
        return command::complete(text, position, known);
    }
    let scan = Scan::new(text, position);
    match scan.place {
        Place::Nowhere => Completion { start: position, candidates: Vec::new() },
        Place::Text(token) => in_string(&scan, token, known).at(scan.typed.start),
        Place::Code => in_code(&scan, known).at(scan.typed.start),
    }
}

fn in_code(scan: &Scan, known: &Known) -> Gathering {
    let mut gathering = Gathering::words(scan.typed());
    let before = scan.before.checked_sub(1);
    match scan.previous(scan.before) {
        "." | "?." => held::after_dot(&mut gathering, scan, scan.before - 1, known),
        "::" => {
            if let Some((_, path)) = before.and_then(|sign| scan.path_ending(sign.checked_sub(1)?)) {
                words::in_module(&mut gathering, scan, &path, known);
            }
        }
        "let" | "const" | "fn" => {}
        "as" => words::import_name(&mut gathering, scan),
        _ => match request::spot(scan) {
            Some(Spot::Key { operation, structure, given }) => request::keys(&mut gathering, operation, structure, &given),
            Some(Spot::Value(wanted)) => {
                request::values(&mut gathering, scan, &wanted, known);
                words::bare(&mut gathering, scan, known);
            }
            Some(Spot::Argument(operation)) => {
                request::argument(&mut gathering, operation);
                words::bare(&mut gathering, scan, known);
            }
            // The key of a map that is no request can be anything.
            None if scan.frames.last().is_some_and(|frame| frame.bracket == Bracket::Map && frame.key.is_none()) => {}
            None => words::bare(&mut gathering, scan, known),
        },
    }
    gathering
}

fn in_string(scan: &Scan, token: usize, known: &Known) -> Gathering {
    let string = scan.word(token);
    let quote = string.chars().next().filter(|quote| matches!(quote, '"' | '`'));
    let close =
        quote.filter(|quote| scan.tokens.get(token).is_some_and(|token| !token.ended) || !closes_here(scan, token, *quote));
    let mut gathering = Gathering::quoted(scan.typed(), close);
    // Single quotes are for letters, hashes for raw strings: no names stand in them.
    if quote.is_none() {
        return gathering;
    }
    let open = scan.frames.last().filter(|frame| frame.open + 1 == token && frame.bracket == Bracket::Index);
    match (scan.previous(token), open) {
        ("import", _) => words::import_paths(&mut gathering, known),
        (_, Some(frame)) => held::in_index(&mut gathering, scan, frame.open, known),
        _ => match request::spot(scan) {
            Some(Spot::Value(wanted)) => request::values(&mut gathering, scan, &wanted, known),
            Some(Spot::Key { structure, given, .. }) => {
                for (name, member) in request::ranked(structure, &given) {
                    gathering.offer_quoted(name, String::new(), member.kind.describe());
                }
            }
            _ => {}
        },
    }
    gathering
}

/// Whether a string's end stands right behind the cursor, or further on.
fn closes_here(scan: &Scan, token: usize, quote: char) -> bool {
    let end = scan.tokens[token].range.end;
    scan.text[scan.typed.end..end].contains(quote)
}
