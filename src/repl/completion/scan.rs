//! Where the cursor stands in an unfinished text: in which brackets, behind
//! which key, in which word or string.

use std::ops::Range;

use crate::repl::lexer::{Shape, Token, tokens};

pub struct Scan<'a> {
    pub text: &'a str,
    /// Without spaces and comments.
    pub tokens: Vec<Token>,
    /// For each bracket, the index of its partner.
    partners: Vec<Option<usize>>,
    /// Index of the first token behind what is being typed.
    pub before: usize,
    /// What is being typed: a word or the inside of a string, up to the cursor.
    pub typed: Range<usize>,
    pub place: Place,
    /// The brackets that are open at the cursor, outermost first.
    pub frames: Vec<Frame>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Code,
    /// In a string that has this token's index.
    Text(usize),
    /// In a comment or a number, where nothing can be completed.
    Nowhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    Call,
    List,
    Index,
    Block,
    Map,
}

/// A bracket that is open.
#[derive(Clone, Debug)]
pub struct Frame {
    pub open: usize,
    pub bracket: Bracket,
    /// The key whose value is being typed, in a map.
    pub key: Option<String>,
    /// Keys that are given before.
    pub keys: Vec<String>,
    /// How many commas came before: the number of the argument or item.
    pub commas: usize,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str, position: usize) -> Scan<'a> {
        let position = floor_char(text, position);
        let all = tokens(text);
        let touched = all.iter().find(|token| touches(token, text, position)).cloned();
        let kept = |token: &&Token| !matches!(token.shape, Shape::Space | Shape::Comment);
        let tokens: Vec<Token> = all.iter().filter(kept).cloned().collect();
        let index = |wanted: &Token| tokens.iter().position(|token| token == wanted);
        let (place, typed, before) = match &touched {
            Some(token) if token.shape == Shape::Word => (Place::Code, token.range.start..position, index(token)),
            Some(token) if token.shape == Shape::Text => {
                let at = index(token).unwrap_or_default();
                (Place::Text(at), inside(text, token).min(position)..position, Some(at))
            }
            Some(_) => (Place::Nowhere, position..position, None),
            None => (Place::Code, position..position, None),
        };
        let before =
            before.unwrap_or_else(|| tokens.iter().position(|token| token.range.start >= position).unwrap_or(tokens.len()));
        let partners = partners(text, &tokens);
        let mut scan = Scan { text, tokens, partners, before, typed, place, frames: Vec::new() };
        scan.frames = scan.open_frames();
        scan
    }

    pub fn typed(&self) -> &'a str {
        &self.text[self.typed.clone()]
    }

    pub fn word(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| &self.text[token.range.clone()])
    }

    pub fn shape(&self, index: usize) -> Option<Shape> {
        self.tokens.get(index).map(|token| token.shape)
    }

    /// The token before the one at `index`, as text.
    pub fn previous(&self, index: usize) -> &'a str {
        index.checked_sub(1).map_or("", |previous| self.word(previous))
    }

    pub fn partner(&self, index: usize) -> Option<usize> {
        self.partners.get(index).copied().flatten()
    }

    /// The text of a name or of a whole string without its quotes.
    pub fn name_at(&self, index: usize) -> Option<&'a str> {
        let word = self.word(index);
        match self.shape(index)? {
            Shape::Word => Some(word),
            Shape::Text => Some(word.trim_matches(['"', '`'])),
            _ => None,
        }
    }

    fn open_frames(&self) -> Vec<Frame> {
        let mut frames: Vec<Frame> = Vec::new();
        for index in 0..self.before {
            let word = self.word(index);
            match self.shape(index) {
                Some(Shape::Open) => {
                    frames.push(Frame { open: index, bracket: self.bracket(index), key: None, keys: Vec::new(), commas: 0 })
                }
                Some(Shape::Close) => drop(frames.pop()),
                Some(Shape::Sign) => self.separate(frames.last_mut(), word, index),
                _ => {}
            }
        }
        frames
    }

    fn separate(&self, frame: Option<&mut Frame>, sign: &str, index: usize) {
        let Some(frame) = frame else { return };
        match sign {
            "," => {
                frame.commas += 1;
                frame.keys.extend(frame.key.take());
            }
            ":" if frame.bracket == Bracket::Map && frame.key.is_none() => {
                frame.key = index.checked_sub(1).and_then(|key| self.name_at(key)).map(str::to_owned);
            }
            _ => {}
        }
    }

    pub fn bracket(&self, open: usize) -> Bracket {
        let follows_value = open.checked_sub(1).is_some_and(|previous| match self.shape(previous) {
            Some(Shape::Word) => !crate::script::KEYWORDS.contains(&self.word(previous)),
            Some(Shape::Close | Shape::Text) => true,
            _ => false,
        });
        match self.word(open) {
            "(" => Bracket::Call,
            "[" if !follows_value => Bracket::List,
            "[" | "?[" => Bracket::Index,
            "#{" => Bracket::Map,
            _ => Bracket::Block,
        }
    }

    /// Keys that stand behind the cursor in the innermost map.
    pub fn keys_after(&self) -> Vec<&'a str> {
        let (mut keys, mut depth) = (Vec::new(), 0);
        let first = if self.typed.is_empty() && self.place == Place::Code { self.before } else { self.before + 1 };
        for index in first..self.tokens.len() {
            match self.shape(index) {
                Some(Shape::Open) => depth += 1,
                Some(Shape::Close) if depth == 0 => break,
                Some(Shape::Close) => depth -= 1,
                Some(Shape::Word | Shape::Text) if depth == 0 && self.word(index + 1) == ":" => keys.extend(self.name_at(index)),
                _ => {}
            }
        }
        keys
    }

    /// `["ecs", "describe_services"]` for the name that ends at `last`.
    pub fn path_ending(&self, last: usize) -> Option<(usize, Vec<&'a str>)> {
        if self.shape(last) != Some(Shape::Word) {
            return None;
        }
        let (mut first, mut path) = (last, vec![self.word(last)]);
        while first >= 2 && self.word(first - 1) == "::" && self.shape(first - 2) == Some(Shape::Word) {
            first -= 2;
            path.insert(0, self.word(first));
        }
        Some((first, path))
    }
}

/// Whether the cursor is in this token, so that it is what is being typed.
fn touches(token: &Token, text: &str, position: usize) -> bool {
    let Range { start, end } = token.range;
    let in_it = start < position && position < end;
    match token.shape {
        Shape::Word | Shape::Number => start < position && position <= end,
        Shape::Text => in_it || (position == end && !token.ended) || (position == end && !ends_in_quote(text, token)),
        Shape::Comment => in_it || (position == end && (!token.ended || text[start..].starts_with("//"))),
        _ => false,
    }
}

fn ends_in_quote(text: &str, token: &Token) -> bool {
    token.range.len() > 1 && text[token.range.clone()].ends_with(['"', '`', '\'', '#'])
}

/// Where a string's own text begins.
fn inside(text: &str, token: &Token) -> usize {
    let string = &text[token.range.clone()];
    let hashes = string.len() - string.trim_start_matches('#').len();
    let quote = usize::from(string[hashes..].starts_with(['"', '`', '\'']));
    token.range.start + if quote == 1 { hashes + 1 } else { 0 }
}

fn partners(text: &str, tokens: &[Token]) -> Vec<Option<usize>> {
    let mut partners = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.shape {
            Shape::Open => open.push(index),
            Shape::Close => {
                let fits = |other: &usize| {
                    let opening = &text[tokens[*other].range.clone()];
                    matches!(
                        (opening.chars().last(), &text[token.range.clone()]),
                        (Some('('), ")") | (Some('['), "]") | (Some('{'), "}")
                    )
                };
                if let Some(other) = open.pop().filter(fits) {
                    partners[index] = Some(other);
                    partners[other] = Some(index);
                }
            }
            _ => {}
        }
    }
    partners
}

/// A caller's mistake must not cost the prompt its life.
pub fn floor_char(text: &str, position: usize) -> usize {
    let mut position = position.min(text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    position
}
