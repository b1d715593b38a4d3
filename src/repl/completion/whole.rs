//! Whether a text is whole, or goes on in the next line.

use super::Completeness;
use crate::repl::lexer::{Shape, tokens};

/// Behind these a line cannot end.
const DANGLING: &[&str] = &[
    "=", "+", "-", "*", "/", "%", "**", "&", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", ".", "?.",
    "::", ",", ":", "=>", "+=", "-=", "*=", "/=", "%=", "let", "const", "in", "if", "while", "for", "fn", "import", "as", "else",
    "step", "!",
];

/// A text with an open bracket, string or comment, or with an operator at its
/// end, goes on. Brackets that do not match are for the parser to complain of.
pub fn is_complete(text: &str) -> Completeness {
    if is_command(text) {
        return Completeness::Complete;
    }
    let (mut open, mut last) = (Vec::new(), "");
    for token in tokens(text) {
        let word = &text[token.range.clone()];
        match token.shape {
            Shape::Space => continue,
            Shape::Comment if token.ended => continue,
            Shape::Comment => return Completeness::Incomplete,
            // A string in plain quotes cannot go on, but behind a `\`.
            Shape::Text if !token.ended && (!word.starts_with(['"', '\'']) || word.trim_end_matches('\n').ends_with('\\')) => {
                return Completeness::Incomplete;
            }
            Shape::Open => open.push(word),
            Shape::Close if !open.pop().is_some_and(|opening| closes(opening, word)) => return Completeness::Complete,
            _ => {}
        }
        last = word;
    }
    // `step "name"` and `fn name(…)` want their block.
    match open.is_empty() && !DANGLING.contains(&last) && !wants_block(text) {
        true => Completeness::Complete,
        false => Completeness::Incomplete,
    }
}

/// Whether the prompt itself is addressed: `:doc`, but not `::`.
pub fn is_command(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(':') && !text.starts_with("::")
}

fn closes(open: &str, close: &str) -> bool {
    matches!((open.chars().last(), close), (Some('('), ")") | (Some('['), "]") | (Some('{'), "}"))
}

fn wants_block(text: &str) -> bool {
    let tokens: Vec<_> = tokens(text).into_iter().filter(|token| !matches!(token.shape, Shape::Space | Shape::Comment)).collect();
    let word = |token: &crate::repl::lexer::Token| &text[token.range.clone()];
    let after = tokens.iter().rposition(|token| matches!(word(token), ";" | "}" | "{")).map_or(0, |at| at + 1);
    tokens.get(after).is_some_and(|token| {
        matches!(word(token), "step" | "fn" | "private" | "while" | "for" | "loop" | "try") || (word(token) == "if")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_and_what_does_not() {
        let whole = [
            "",
            "1 + 1",
            "let a = 1;",
            "ecs::list_clusters()",
            ":doc ecs::",
            "a)",
            "(]",
            "\"open",
            "`a ${b}`",
            "if a { 1 } else { 2 }",
            "step \"x\" { 1 }",
            "// says (",
            "fn f(x) { x }",
            "s.deployments[0]",
        ];
        for text in whole {
            assert_eq!(is_complete(text), Completeness::Complete, "{text}");
        }
        let open = [
            "ecs::x(#{",
            "let a =",
            "a +",
            "`text",
            "`a ${b",
            "/* a",
            "[1,",
            "s.",
            "ecs::",
            "fn f(x)",
            "step \"x\"",
            "if a",
            "for x in y",
            "a ?? // why",
            "\"a\\\n",
        ];
        for text in open {
            assert_eq!(is_complete(text), Completeness::Incomplete, "{text}");
        }
    }
}
