//! Colors for what is typed: words of the language, strings, numbers,
//! comments, operations that there are and that there are not. Color adds and
//! never carries meaning.

use std::ops::Range;

use anstyle::{AnsiColor, Style};

use super::completion::is_command;
use super::known::Known;
use super::lexer::{Shape, Token, tokens};
use crate::script::{ALL_PAGES, KEYWORDS, service_module};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
    /// An operation or function that there is.
    Known,
    /// One that there is not.
    Unknown,
    /// The key of a map, or a name behind a dot.
    Member,
    Command,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Keyword => AnsiColor::Magenta.on_default(),
            Tone::Text => AnsiColor::Green.on_default(),
            Tone::Number => AnsiColor::Yellow.on_default(),
            Tone::Comment => Style::new().dimmed(),
            Tone::Known => AnsiColor::Cyan.on_default(),
            Tone::Unknown => AnsiColor::Red.on_default().underline(),
            Tone::Member => AnsiColor::Blue.on_default(),
            Tone::Command => Style::new().bold(),
        }
    }
}

/// The tones of a text: ranges in order, without gaps, that are all of it.
pub fn highlight(text: &str, known: &Known) -> Vec<(Range<usize>, Tone)> {
    let all = tokens(text);
    let meant: Vec<usize> = (0..all.len()).filter(|index| !matches!(all[*index].shape, Shape::Space | Shape::Comment)).collect();
    let reader = Reader { text, all: &all, meant: &meant, known, command: is_command(text) };
    let mut place = 0;
    all.iter()
        .map(|token| {
            let tone = match token.shape {
                Shape::Space => Tone::Plain,
                Shape::Comment => Tone::Comment,
                _ => {
                    place += 1;
                    reader.tone(place - 1)
                }
            };
            (token.range.clone(), tone)
        })
        .collect()
}

/// The text with its tones as colors; the bare text when `color` is off.
pub fn paint(text: &str, known: &Known, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    let mut painted = String::with_capacity(text.len() * 2);
    for (range, tone) in highlight(text, known) {
        let (style, part) = (tone.style(), &text[range]);
        match tone {
            Tone::Plain => painted.push_str(part),
            _ => painted.push_str(&format!("{style}{part}{style:#}")),
        }
    }
    painted
}

struct Reader<'a> {
    text: &'a str,
    all: &'a [Token],
    /// Tokens that are neither space nor comment.
    meant: &'a [usize],
    known: &'a Known,
    command: bool,
}

impl Reader<'_> {
    fn word(&self, place: usize) -> &str {
        self.meant.get(place).map_or("", |index| &self.text[self.all[*index].range.clone()])
    }

    fn before(&self, place: usize) -> &str {
        place.checked_sub(1).map_or("", |place| self.word(place))
    }

    fn tone(&self, place: usize) -> Tone {
        match self.all[self.meant[place]].shape {
            _ if self.command && place < 2 => Tone::Command,
            Shape::Text => Tone::Text,
            Shape::Number => Tone::Number,
            Shape::Word => self.word_tone(place),
            _ => Tone::Plain,
        }
    }

    fn word_tone(&self, place: usize) -> Tone {
        let word = self.word(place);
        match (self.before(place), self.word(place + 1)) {
            ("." | "?.", "(") => Tone::Known,
            ("." | "?.", _) => Tone::Member,
            ("::", _) => self.in_module(place),
            (_, "::") if self.is_module(word) => Tone::Known,
            ("{" | "#{" | ",", ":") => Tone::Member,
            _ if KEYWORDS.contains(&word) => Tone::Keyword,
            (_, "(") if self.is_function(word) => Tone::Known,
            _ => Tone::Plain,
        }
    }

    /// What stands behind `::`, judged once it is whole: while it is typed, a
    /// beginning of a name is not wrong.
    fn in_module(&self, place: usize) -> Tone {
        let word = self.word(place);
        let in_all = self.before(place - 1) == ALL_PAGES && place >= 4 && self.word(place - 3) == "::";
        let module = self.word(if in_all { place - 4 } else { place.saturating_sub(2) });
        let Some(service) = service_module(module) else {
            return self.in_functions(module, word, place);
        };
        let is_prefix = self.word(place + 1).is_empty() && place + 1 == self.meant.len();
        match word {
            ALL_PAGES if !in_all => Tone::Known,
            _ if service.operation(word).is_some_and(|operation| !in_all || operation.page().is_some()) => Tone::Known,
            _ if is_prefix && service.operations.iter().any(|operation| operation.method.starts_with(word)) => Tone::Plain,
            _ => Tone::Unknown,
        }
    }

    fn in_functions(&self, module: &str, word: &str, place: usize) -> Tone {
        let is_native = self.known.book.native(module, word).next().is_some();
        let contents = self.known.imports.get(module).and_then(|path| self.known.book.module(path));
        match contents {
            _ if is_native => Tone::Known,
            Some(contents) if contents.functions.iter().any(|function| function.name == word) => Tone::Known,
            // A module may offer constants; only calls are judged.
            Some(_) if self.word(place + 1) == "(" => Tone::Unknown,
            _ => Tone::Plain,
        }
    }

    fn is_module(&self, word: &str) -> bool {
        let known = &self.known;
        service_module(word).is_some() || known.imports.contains_key(word) || known.book.namespaces().contains(&word)
    }

    fn is_function(&self, word: &str) -> bool {
        let own = self.known.functions.iter().any(|function| function.name == word);
        own || self.known.book.native("", word).next().is_some()
    }
}
