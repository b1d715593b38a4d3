//! A script on standard input: the prompt without anybody at it. No prompt is
//! shown, and the exit code is that of the last error.

use std::io::BufRead;

use super::busy::Busy;
use super::session::{Next, Prompt};
use crate::runbook::Misuse;

/// Beginnings of a line that goes on with what stood on the line before.
const GOES_ON: &[&str] = &["else", "catch", ".", "?.", "&&", "||", "??", "until", "while"];

pub fn play(prompt: &mut Prompt, input: impl BufRead, busy: &Busy) -> Result<(), Misuse> {
    let mut lines = input.lines().peekable();
    let mut piece = String::new();
    while let Some(line) = lines.next() {
        let line = line.map_err(|error| Misuse::new(format!("standard input cannot be read: {error}")))?;
        piece.push_str(&line);
        let follows = lines.peek().is_some_and(|next| next.as_ref().is_ok_and(|next| continues(&piece, next)));
        if lines.peek().is_some() && (follows || prompt.goes_on(&piece)) {
            piece.push('\n');
            continue;
        }
        let text = std::mem::take(&mut piece);
        let next = busy.while_playing(|| prompt.take(&text));
        // Nobody is there to go on after a Ctrl-C.
        if next == Next::Leave || busy.is_leaving() || prompt.was_interrupted() {
            break;
        }
    }
    Ok(())
}

/// Whether the next line goes on with the piece, which could also end here.
fn continues(piece: &str, next: &str) -> bool {
    let next = next.trim_start();
    let word: String = next.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    let begins = GOES_ON.iter().any(|start| match start.starts_with(char::is_alphabetic) {
        true => word == *start,
        false => next.starts_with(start) && !next.starts_with(".."),
    });
    // A loop of its own begins with `while`; one that ends with it began with `do`.
    let is_loop = matches!(word.as_str(), "while" | "until");
    begins
        && !piece.trim().is_empty()
        && !piece.trim_start().starts_with(':')
        && (!is_loop || piece.trim_start().starts_with("do"))
}
