//! The words of a piece of script, for what must be known before it can be
//! compiled: whether it goes on on another line, and where it means an earlier
//! result. It is no parser, and whatever it does not understand it leaves to
//! the compiler.

/// What a stretch of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A string, or the part of one between two `${ … }`.
    Text,
    Comment,
    Open,
    Close,
    Symbol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Scan {
    pub lexemes: Vec<Lexeme>,
    /// A bracket, a template or a comment has not been closed.
    pub is_open: bool,
}

/// What closes an open bracket: a letter of its own, or the rest of a template.
#[derive(Clone, Copy, PartialEq)]
enum Closer {
    Letter(u8),
    Template,
}

/// Symbols of two letters that matter here.
const PAIRS: &[&str] =
    &["=>", "->", "&&", "||", "==", "!=", "<=", ">=", "??", "?.", "::", "+=", "-=", "*=", "/=", "**", "..", "<<", ">>"];

pub fn scan(text: &str) -> Scan {
    let mut scanner = Scanner { text, at: 0, scan: Scan::default(), closers: Vec::new() };
    while scanner.at < text.len() {
        scanner.next();
    }
    let mut scan = scanner.scan;
    scan.is_open |= !scanner.closers.is_empty();
    scan
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    scan: Scan,
    closers: Vec<Closer>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn add(&mut self, kind: Kind, length: usize) {
        let start = self.at;
        self.at = (start + length.max(1)).min(self.text.len());
        self.scan.lexemes.push(Lexeme { kind, start, end: self.at });
    }

    fn next(&mut self) {
        let rest = self.rest();
        let first = rest.chars().next().expect("there is more");
        if first.is_whitespace() {
            self.at += first.len_utf8();
        } else if rest.starts_with("//") {
            self.add(Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.comment();
        } else if first == '"' {
            self.string();
        } else if first == '\'' {
            self.letter();
        } else if first == '`' {
            self.template(1);
        } else if first == '#' && is_raw(rest) {
            self.raw();
        } else if is_name(first) {
            self.add(Kind::Word, rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()));
        } else {
            self.symbol(first);
        }
    }

    fn symbol(&mut self, first: char) {
        let rest = self.rest();
        match first {
            '#' if rest.starts_with("#{") => self.open(b'}', 2),
            '{' => self.open(b'}', 1),
            '(' => self.open(b')', 1),
            '[' => self.open(b']', 1),
            '}' | ')' | ']' => self.close(first),
            _ => {
                let pair = PAIRS.iter().any(|pair| rest.starts_with(pair));
                self.add(Kind::Symbol, if pair { 2 } else { first.len_utf8() });
            }
        }
    }

    fn open(&mut self, closer: u8, length: usize) {
        self.closers.push(Closer::Letter(closer));
        self.add(Kind::Open, length);
    }

    fn close(&mut self, letter: char) {
        match self.closers.last() {
            Some(Closer::Template) if letter == '}' => {
                self.closers.pop();
                self.template(1);
                return;
            }
            Some(Closer::Letter(closer)) if char::from(*closer) == letter => drop(self.closers.pop()),
            // The compiler says what is wrong with it.
            _ => {}
        }
        self.add(Kind::Close, 1);
    }

    /// Blocks of comments stand within each other.
    fn comment(&mut self) {
        let rest = self.rest();
        let (mut depth, mut at) = (0, 0);
        while at < rest.len() {
            match &rest.as_bytes()[at..] {
                [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
                [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
                _ => at += 1,
            }
            if depth == 0 {
                return self.add(Kind::Comment, at);
            }
        }
        self.scan.is_open = true;
        self.add(Kind::Comment, rest.len());
    }

    /// A string ends with its line, unless that ends with a backslash.
    fn string(&mut self) {
        let rest = self.rest();
        let mut escaped = false;
        for (at, letter) in rest.char_indices().skip(1) {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return self.add(Kind::Text, at + 1),
                '\n' => return self.add(Kind::Text, at),
                _ => {}
            }
        }
        self.scan.is_open |= escaped;
        self.add(Kind::Text, rest.len());
    }

    fn letter(&mut self) {
        let rest = self.rest();
        let skip = if rest.as_bytes().get(1) == Some(&b'\\') { 3 } else { 1 };
        let end = rest.char_indices().skip(skip).find(|(_, letter)| matches!(letter, '\'' | '\n')).map(|(at, _)| at + 1);
        self.add(Kind::Text, end.unwrap_or(1));
    }

    /// From a backtick, or from the end of `${ … }`, to the next of either.
    fn template(&mut self, skip: usize) {
        let rest = self.rest();
        let mut escaped = false;
        for (at, letter) in rest.char_indices().skip(skip) {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '`' => return self.add(Kind::Text, at + 1),
                '$' if rest[at..].starts_with("${") => {
                    self.closers.push(Closer::Template);
                    return self.add(Kind::Text, at + 2);
                }
                _ => {}
            }
        }
        self.scan.is_open = true;
        self.add(Kind::Text, rest.len());
    }

    /// `#"…"#`
    fn raw(&mut self) {
        let rest = self.rest();
        let marks = rest.len() - rest.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(marks));
        match rest[marks + 1..].find(&end) {
            Some(at) => self.add(Kind::Text, marks + 1 + at + end.len()),
            None => {
                self.scan.is_open = true;
                self.add(Kind::Text, rest.len());
            }
        }
    }
}

fn is_raw(rest: &str) -> bool {
    rest.trim_start_matches('#').starts_with('"')
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Words and symbols after which more must come.
const WANT_MORE: &[&str] = &[
    "+", "-", "*", "/", "%", "**", "=", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "&", "|", "^", "??", ",", ".", "?.", "::",
    "=>", "->", "+=", "-=", "*=", "/=", "..", ":", "!", "let", "const", "else", "in", "import", "as", "fn", "try", "return",
    "while", "for", "if", "switch", "loop", "do", "until",
];

impl Scan {
    /// Whether the text certainly goes on on the next line.
    pub fn goes_on(&self, text: &str) -> bool {
        let last = self.lexemes.iter().rfind(|lexeme| lexeme.kind != Kind::Comment);
        let wants = last.is_some_and(|last| {
            let word = &text[last.start..last.end];
            // `|| x` and `|x|` open closures; `return` may stand alone.
            WANT_MORE.contains(&word) && !matches!(word, "return" | "..")
        });
        self.is_open || wants
    }

    pub fn ends_with_semicolon(&self, text: &str) -> bool {
        let last = self.lexemes.iter().rfind(|lexeme| lexeme.kind != Kind::Comment);
        last.is_some_and(|last| &text[last.start..last.end] == ";")
    }

    /// Nothing but space and comments.
    pub fn is_blank(&self) -> bool {
        self.lexemes.iter().all(|lexeme| lexeme.kind == Kind::Comment)
    }

    /// Where the text means an earlier result: `_`, the last one, or `_3`.
    pub fn results<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Lexeme, Option<usize>)> + 'a {
        self.lexemes.iter().enumerate().filter_map(move |(at, lexeme)| {
            let word = &text[lexeme.start..lexeme.end];
            let rest = word.strip_prefix('_').filter(|_| lexeme.kind == Kind::Word)?;
            let before = at.checked_sub(1).map_or("", |before| self.word(text, before));
            // A member of that name is no result.
            if matches!(before, "." | "?.") {
                return None;
            }
            match rest {
                // In a `switch`, it stands for everything else.
                "" => (!matches!(self.word(text, at + 1), "=>" | "if")).then_some((*lexeme, None)),
                digits => digits.parse().ok().map(|number| (*lexeme, Some(number))),
            }
        })
    }

    fn word<'a>(&self, text: &'a str, at: usize) -> &'a str {
        self.lexemes.get(at).map_or("", |lexeme| &text[lexeme.start..lexeme.end])
    }

    /// Where the last statement begins, as far as semicolons tell.
    pub fn last_statement(&self, text: &str) -> usize {
        let mut depth = 0;
        let mut start = 0;
        for (at, lexeme) in self.lexemes.iter().enumerate() {
            let word = &text[lexeme.start..lexeme.end];
            match lexeme.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                Kind::Text if word.ends_with("${") && !word.starts_with('}') => depth += 1,
                Kind::Text if word.starts_with('}') && !word.ends_with("${") => depth -= 1,
                Kind::Symbol if word == ";" && depth == 0 => {
                    let next = self.lexemes[at + 1..].iter().find(|lexeme| lexeme.kind != Kind::Comment);
                    start = next.map_or(start, |next| next.start);
                }
                _ => {}
            }
        }
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_goes_on() {
        for text in [
            "f(",
            "let x = #{ a: [1,",
            "`a ${ b",
            "`a",
            "/* a /* b */",
            "x +",
            "let",
            "if x {",
            "x.",
            "a,",
            "let f = |x|",
            "\"a\\",
            "#\"a\" b",
            "a ??",
        ] {
            assert!(scan(text).goes_on(text), "{text}");
        }
        for text in [
            "f(1)",
            "\"(\"",
            "`${ \"}\" } {`",
            "// (",
            "x",
            "'('",
            "\"a",
            "return",
            ")",
            "#\"(\"#",
            "`a${`b${c}`}`",
            "#{ a: 1 }",
            "'\\''",
        ] {
            assert!(!scan(text).goes_on(text), "{text}");
        }
    }

    #[test]
    fn results_are_found_and_look_alikes_are_not() {
        let found = |text: &str| scan(text).results(text).map(|(_, number)| number).collect::<Vec<_>>();
        assert_eq!(found("_.services[0] + _12"), [None, Some(12)]);
        assert_eq!(found("`${_}`"), [None]);
        for text in ["a._", "\"_\"", "// _", "switch x { _ => 1 }", "_a", "__", "x_1", "switch x { _ if y => 1 }"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn the_last_statement_is_found() {
        for (text, last) in [
            ("a", "a"),
            ("a; b", "b"),
            ("a; b;", "b;"),
            ("f(|x| { x; y })", "f(|x| { x; y })"),
            ("a; `${ b; c }`", "`${ b; c }`"),
        ] {
            assert_eq!(&text[scan(text).last_statement(text)..], last, "{text}");
        }
    }
}
