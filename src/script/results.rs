//! Names of results at a prompt: `_` for the last and `_3` for the third. Rhai
//! has no such names; its tokens are changed where a text means one.

use std::cell::{Cell, RefCell};

use rhai::Token;

use super::scan::scan;

thread_local! {
    /// Where the text that this thread compiles means the last result: line and
    /// column of each `_`.
    static LAST_RESULTS: RefCell<Vec<(usize, usize)>> = const { RefCell::new(Vec::new()) };
    /// The token before the present one was such a name.
    static AFTER_RESULT: Cell<bool> = const { Cell::new(false) };
}

/// Lets the text, which begins on `line`, call results by their names.
pub(super) fn with_results<R>(text: &str, line: usize, compile: impl FnOnce(&str) -> R) -> R {
    let text = &apart(text);
    let scanned = scan(text);
    let places = scanned.results(text).map(|(lexeme, _)| {
        let before = &text[..lexeme.start];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (before.matches('\n').count() + line, column)
    });
    LAST_RESULTS.set(places.collect());
    let result = compile(text);
    LAST_RESULTS.set(Vec::new());
    result
}

/// `_ -1` as `_ - 1`: to the tokenizer the first would be two values.
fn apart(text: &str) -> String {
    let scanned = scan(text);
    let mut spaced = text.to_owned();
    let results: Vec<_> = scanned.results(text).map(|(lexeme, _)| lexeme.end).collect();
    for end in results.into_iter().rev() {
        let rest = &text[end..];
        let sign = end + rest.len() - rest.trim_start().len();
        if matches!(text.as_bytes().get(sign..sign + 2), Some([b'-' | b'+', digit]) if digit.is_ascii_digit()) {
            spaced.insert(sign + 1, ' ');
        }
    }
    spaced
}

/// Rhai has no names such as `_` and `_1`; at a prompt they are the results.
pub(super) fn result_name(token: Token, line: Option<usize>, column: Option<usize>) -> Token {
    let place = line.zip(column);
    let is_result = place.is_some_and(|place| LAST_RESULTS.with_borrow(|places| places.contains(&place)));
    let after_result = AFTER_RESULT.replace(is_result);
    match token {
        Token::LexError(error) if is_result => match error.as_ref() {
            rhai::LexError::MalformedIdentifier(name) => Token::Identifier(Box::new(name.as_str().into())),
            _ => Token::LexError(error),
        },
        Token::Underscore if is_result => Token::Identifier(Box::new("_".into())),
        // To the tokenizer there was no value before it.
        Token::UnaryMinus if after_result => Token::Minus,
        Token::UnaryPlus if after_result => Token::Plus,
        other => other,
    }
}
