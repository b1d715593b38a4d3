//! The tokens of a text that may stop anywhere: in a string, in a comment, in
//! the middle of an operator. Every byte belongs to exactly one token, and no
//! text is refused. What is wrong with a text is for the parser to say.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Space,
    Comment,
    Word,
    Number,
    /// A string, quotes included, or the part of one up to or after `${ … }`.
    Text,
    /// `(`, `[`, `?[`, `{`, `#{`, and `${` inside a string.
    Open,
    Close,
    Sign,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub shape: Shape,
    pub range: Range<usize>,
    /// False for a string or comment that has no end yet.
    pub ended: bool,
}

/// Signs of more than one character, the longest first.
const SIGNS: &[&str] = &[
    "<<=", ">>=", "**=", "..=", "::", "?.", "??", "=>", "==", "!=", "<=", ">=", "&&", "||", "..", "+=", "-=", "*=", "/=", "%=",
    "&=", "|=", "^=", "<<", ">>", "**", "->",
];

pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, open: Vec::new(), found: Vec::new() };
    while lexer.at < text.len() {
        lexer.next();
    }
    lexer.found
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The braces that are open; true for the `${` of a string, which goes on
    /// behind the brace that closes it.
    open: Vec<bool>,
    found: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, shape: Shape, length: usize, ended: bool) {
        let range = self.at..self.at + length;
        self.at = range.end;
        self.found.push(Token { shape, range, ended });
    }

    fn next(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        match first {
            _ if first.is_whitespace() => self.push(Shape::Space, length_while(rest, char::is_whitespace), true),
            _ if rest.starts_with("//") => self.push(Shape::Comment, rest.find('\n').unwrap_or(rest.len()), true),
            _ if rest.starts_with("/*") => {
                let (length, ended) = block_comment(rest);
                self.push(Shape::Comment, length, ended);
            }
            '"' | '\'' => {
                let (length, ended) = quoted(rest, first);
                self.push(Shape::Text, length, ended);
            }
            '`' => self.template(1),
            '#' if rest.trim_start_matches('#').starts_with('"') => {
                let (length, ended) = raw_string(rest);
                self.push(Shape::Text, length, ended);
            }
            '#' if rest.starts_with("#{") => self.brace(2),
            '{' => self.brace(1),
            '}' => self.close_brace(),
            '(' | '[' => self.push(Shape::Open, 1, true),
            '?' if rest.starts_with("?[") => self.push(Shape::Open, 2, true),
            ')' | ']' => self.push(Shape::Close, 1, true),
            _ if first.is_ascii_digit() => self.push(Shape::Number, number(rest), true),
            _ if is_word(first) => self.push(Shape::Word, length_while(rest, |c| is_word(c) || c.is_alphanumeric()), true),
            _ => {
                let length = SIGNS.iter().find(|sign| rest.starts_with(*sign)).map_or(first.len_utf8(), |sign| sign.len());
                self.push(Shape::Sign, length, true);
            }
        }
    }

    fn brace(&mut self, length: usize) {
        self.open.push(false);
        self.push(Shape::Open, length, true);
    }

    fn close_brace(&mut self) {
        let of_template = self.open.pop().unwrap_or(false);
        self.push(Shape::Close, 1, true);
        if of_template && self.at < self.text.len() {
            self.template(0);
        }
    }

    /// A piece of a string in backticks, whose first `skip` bytes are its quote.
    fn template(&mut self, skip: usize) {
        let rest = self.rest();
        let body = &rest[skip..];
        let mut letters = body.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                // A doubled backtick stands for one.
                '`' if body[at + 1..].starts_with('`') => drop(letters.next()),
                '`' => return self.push(Shape::Text, skip + at + 1, true),
                '$' if body[at..].starts_with("${") => {
                    if skip + at > 0 {
                        self.push(Shape::Text, skip + at, true);
                    }
                    self.open.push(true);
                    return self.push(Shape::Open, 2, true);
                }
                _ => {}
            }
        }
        self.push(Shape::Text, rest.len(), false);
    }
}

pub fn is_word(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}

fn length_while(text: &str, keep: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !keep(letter)).unwrap_or(text.len())
}

/// `1.5`, `0x1f`, `1_000`, but not the dot of `1..5` or `1.len()`.
fn number(rest: &str) -> usize {
    let whole = length_while(rest, |letter| letter.is_ascii_alphanumeric() || letter == '_');
    let after = &rest[whole..];
    match after.strip_prefix('.') {
        Some(part) if part.starts_with(|letter: char| letter.is_ascii_digit()) => {
            whole + 1 + length_while(part, |letter| letter.is_ascii_alphanumeric() || letter == '_')
        }
        _ => whole,
    }
}

/// Comments nest.
fn block_comment(rest: &str) -> (usize, bool) {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return (at, true);
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    (rest.len(), false)
}

/// A string in plain quotes ends with its line, unless the line ends in `\`.
fn quoted(rest: &str, quote: char) -> (usize, bool) {
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '\n' => return (at, false),
            _ if letter == quote => return (at + 1, true),
            _ => {}
        }
    }
    (rest.len(), false)
}

fn raw_string(rest: &str) -> (usize, bool) {
    let hashes = length_while(rest, |letter| letter == '#');
    let end = format!("\"{}", &rest[..hashes]);
    let body = hashes + 1;
    match rest[body..].find(&end) {
        Some(at) => (body + at + end.len(), true),
        None => (rest.len(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(Shape, &str)> {
        let found = tokens(text).into_iter().filter(|token| token.shape != Shape::Space);
        found.map(|token| (token.shape, &text[token.range])).collect()
    }

    #[test]
    fn a_request_in_the_middle_of_typing() {
        use Shape::*;
        let expected = [
            (Word, "ecs"),
            (Sign, "::"),
            (Word, "x"),
            (Open, "("),
            (Open, "#{"),
            (Word, "a"),
            (Sign, ":"),
            (Number, "1.5"),
            (Sign, ","),
            (Text, "\"b"),
        ];
        assert_eq!(shown("ecs::x(#{ a: 1.5, \"b"), expected);
    }

    #[test]
    fn a_string_goes_on_behind_what_it_interpolates() {
        use Shape::*;
        let expected =
            [(Text, "`a "), (Open, "${"), (Open, "#{"), (Close, "}"), (Close, "}"), (Text, " b`"), (Sign, "+"), (Word, "c")];
        assert_eq!(shown("`a ${#{}} b`+c"), expected);
    }

    #[test]
    fn strings_and_comments_say_whether_they_have_ended() {
        for (text, ended) in [
            ("\"a\\\"b\"", true),
            ("\"a", false),
            ("`a", false),
            ("`a``b`", true),
            ("#\"a\"b\"#", true),
            ("##\"a\"#", false),
            ("/* /* */", false),
            ("// a", true),
            ("'x'", true),
        ] {
            assert_eq!(tokens(text).last().unwrap().ended, ended, "{text}");
            assert_eq!(tokens(text).len(), 1, "{text}");
        }
    }
}
