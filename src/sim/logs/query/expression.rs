//! The words of a query, and the conditions of `filter`.

use super::super::pattern::{Compare, Regex};
use super::Row;
use super::plan::compare;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// A name, a number or a sign.
    Plain(String),
    Text(String),
    Regex(String),
}

impl Word {
    pub fn is(&self, text: &str) -> bool {
        matches!(self, Word::Plain(word) if word.eq_ignore_ascii_case(text))
    }
}

/// The words of each command; commands stand between bars.
pub(super) fn commands(text: &str) -> Result<Vec<Vec<Word>>, String> {
    let mut commands = vec![vec![]];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let word = match letter {
            letter if letter.is_whitespace() => continue,
            '#' => {
                while letters.next_if(|letter| *letter != '\n').is_some() {}
                continue;
            }
            '|' => {
                commands.push(vec![]);
                continue;
            }
            '"' | '\'' | '`' | '/' => {
                let mut inner = String::new();
                loop {
                    match letters.next() {
                        Some(end) if end == letter => break,
                        Some('\\') if letters.peek() == Some(&letter) => inner.extend(letters.next()),
                        Some(other) => inner.push(other),
                        None => return Err(format!("unexpected end of the query: {letter} is not closed")),
                    }
                }
                match letter {
                    '/' => Word::Regex(inner),
                    '`' => Word::Plain(inner),
                    _ => Word::Text(inner),
                }
            }
            '(' | ')' | ',' | '[' | ']' | '*' => Word::Plain(letter.into()),
            '=' | '!' | '<' | '>' => {
                let mut sign = String::from(letter);
                sign.extend(letters.next_if_eq(&'='));
                Word::Plain(sign)
            }
            letter => {
                let mut word = String::from(letter);
                while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || "@._-%:".contains(*next)) {
                    word.push(next);
                }
                Word::Plain(word)
            }
        };
        commands.last_mut().expect("one at least").push(word);
    }
    Ok(commands)
}

pub(super) enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    Found(String, Regex),
    Holds(String, String),
    Compare(String, Compare, String),
    OneOf(String, Vec<String>),
    Present(String),
}

impl Condition {
    pub fn holds(&self, row: &Row) -> bool {
        let value = |field: &String| row.get(field).map(String::as_str);
        match self {
            Condition::Any(any) => any.iter().any(|one| one.holds(row)),
            Condition::All(all) => all.iter().all(|one| one.holds(row)),
            Condition::Not(inner) => !inner.holds(row),
            Condition::Found(field, regex) => value(field).is_some_and(|text| regex.finds(text)),
            Condition::Holds(field, part) => value(field).is_some_and(|text| text.contains(part.as_str())),
            Condition::Compare(field, sign, wanted) => value(field).is_some_and(|text| sign.holds(compare(text, wanted))),
            Condition::OneOf(field, wanted) => value(field).is_some_and(|text| wanted.iter().any(|one| one == text)),
            Condition::Present(field) => value(field).is_some(),
        }
    }
}

/// Parentheses and negations; nobody nests deeper.
const NESTED_MOST: usize = 100;

/// Reads a condition to the end of the words.
pub(super) fn condition(words: &[Word]) -> Result<Condition, String> {
    if words.iter().filter(|word| word.is("(") || word.is("not")).count() > NESTED_MOST {
        return Err("a filter is nested too deeply".into());
    }
    let mut reader = Reader { words };
    let condition = reader.any()?;
    match reader.words.first() {
        None => Ok(condition),
        Some(word) => Err(format!("unexpected {word:?} in a filter")),
    }
}

struct Reader<'a> {
    words: &'a [Word],
}

impl Reader<'_> {
    fn takes(&mut self, text: &str) -> bool {
        let taken = self.words.first().is_some_and(|word| word.is(text));
        self.words = &self.words[usize::from(taken)..];
        taken
    }

    fn next(&mut self) -> Result<Word, String> {
        let (first, rest) = self.words.split_first().ok_or("unexpected end of a filter")?;
        self.words = rest;
        Ok(first.clone())
    }

    fn any(&mut self) -> Result<Condition, String> {
        let mut any = vec![self.all()?];
        while self.takes("or") {
            any.push(self.all()?);
        }
        Ok(Condition::Any(any))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut all = vec![self.one()?];
        while self.takes("and") {
            all.push(self.one()?);
        }
        Ok(Condition::All(all))
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.takes("not") {
            return Ok(Condition::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            let inner = self.any()?;
            return if self.takes(")") { Ok(inner) } else { Err("a parenthesis is not closed".into()) };
        }
        if self.takes("ispresent") {
            self.takes("(");
            let field = self.field()?;
            self.takes(")");
            return Ok(Condition::Present(field));
        }
        let field = self.field()?;
        let negated = self.takes("not");
        let condition = self.test(field)?;
        Ok(if negated { Condition::Not(Box::new(condition)) } else { condition })
    }

    fn field(&mut self) -> Result<String, String> {
        match self.next()? {
            Word::Plain(name) => Ok(name),
            other => Err(format!("{other:?} is no field")),
        }
    }

    fn test(&mut self, field: String) -> Result<Condition, String> {
        if self.takes("like") || self.takes("=~") {
            return Ok(match self.next()? {
                Word::Regex(text) => Condition::Found(field, Regex::read(&text).ok_or(format!("/{text}/ cannot be read"))?),
                Word::Text(text) | Word::Plain(text) => Condition::Holds(field, text),
            });
        }
        if self.takes("in") {
            let mut wanted = vec![];
            if !self.takes("[") {
                return Err("`in` takes a list, as [\"a\", \"b\"]".into());
            }
            while !self.takes("]") {
                wanted.push(self.value()?);
                self.takes(",");
            }
            return Ok(Condition::OneOf(field, wanted));
        }
        let sign = self.next()?;
        let (_, sign) = Compare::SIGNS.iter().find(|(text, _)| sign.is(text)).ok_or(format!("{sign:?} compares nothing"))?;
        Ok(Condition::Compare(field, *sign, self.value()?))
    }

    fn value(&mut self) -> Result<String, String> {
        match self.next()? {
            Word::Plain(text) | Word::Text(text) => Ok(text),
            Word::Regex(text) => Err(format!("/{text}/ is no value: use like")),
        }
    }
}
