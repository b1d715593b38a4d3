//! Metric math, as far as the sandbox does it: arithmetic on series and numbers,
//! and a few functions. Searches and SQL are refused as not simulated.

/// Deeper than anybody writes, and far from the end of the stack.
const DEPTH_MAX: usize = 60;

#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Number(f64),
    Name(String),
    Negated(Box<Expression>),
    Binary(char, Box<Expression>, Box<Expression>),
    Call(Function, Vec<Expression>),
    List(Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Abs,
    Average,
    Ceiling,
    Fill,
    Floor,
    Largest,
    Least,
    Metrics,
    Period,
    Sum,
}

const FUNCTIONS: &[(&str, Function)] = &[
    ("ABS", Function::Abs),
    ("AVG", Function::Average),
    ("CEIL", Function::Ceiling),
    ("FILL", Function::Fill),
    ("FLOOR", Function::Floor),
    ("MAX", Function::Largest),
    ("METRICS", Function::Metrics),
    ("MIN", Function::Least),
    ("PERIOD", Function::Period),
    ("SUM", Function::Sum),
];

#[derive(Debug, PartialEq)]
pub enum Wrong {
    Malformed(String),
    /// AWS may know it; the sandbox does not.
    Unsupported(String),
}

impl Expression {
    pub fn parse(text: &str) -> Result<Expression, Wrong> {
        if text.trim_start().to_uppercase().starts_with("SELECT ") {
            return Err(Wrong::Unsupported("Metrics Insights queries".into()));
        }
        let mut parser = Parser { rest: text, depth: 0 };
        let expression = parser.sum()?;
        match parser.peek() {
            None => Ok(expression),
            Some(letter) => Err(parser.unexpected(letter)),
        }
    }

    /// The ids that it refers to.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Expression::Number(_) => vec![],
            Expression::Name(name) => vec![name],
            Expression::Negated(inner) => inner.names(),
            Expression::Binary(_, left, right) => [left.names(), right.names()].concat(),
            Expression::Call(_, inner) | Expression::List(inner) => inner.iter().flat_map(Expression::names).collect(),
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, wanted: &[char]) -> Option<char> {
        let found = self.peek().filter(|letter| wanted.contains(letter))?;
        self.rest = &self.rest[found.len_utf8()..];
        Some(found)
    }

    fn unexpected(&self, letter: char) -> Wrong {
        match letter {
            '<' | '>' | '=' | '&' | '|' | '!' => Wrong::Unsupported(format!("the operator {letter} in metric math")),
            '"' | '\'' => Wrong::Unsupported("texts in metric math".into()),
            _ => Wrong::Malformed(format!("unexpected '{letter}'")),
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), Wrong> {
        match self.take(&[wanted]) {
            Some(_) => Ok(()),
            None => Err(self.peek().map_or(Wrong::Malformed(format!("'{wanted}' is missing")), |found| self.unexpected(found))),
        }
    }

    fn sum(&mut self) -> Result<Expression, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Wrong::Malformed("it is nested too deeply".into()));
        }
        let mut left = self.product()?;
        while let Some(sign) = self.take(&['+', '-']) {
            left = Expression::Binary(sign, left.into(), self.product()?.into());
        }
        self.depth -= 1;
        Ok(left)
    }

    fn product(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.power()?;
        while let Some(sign) = self.take(&['*', '/']) {
            left = Expression::Binary(sign, left.into(), self.power()?.into());
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<Expression, Wrong> {
        let mut factors = vec![self.atom()?];
        while self.take(&['^']).is_some() {
            factors.push(self.atom()?);
        }
        let last = factors.pop().expect("one was read");
        Ok(factors.into_iter().rev().fold(last, |right, left| Expression::Binary('^', left.into(), right.into())))
    }

    fn atom(&mut self) -> Result<Expression, Wrong> {
        match self.peek() {
            Some('-') => {
                self.take(&['-']);
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err(Wrong::Malformed("it is nested too deeply".into()));
                }
                let inner = self.atom()?;
                self.depth -= 1;
                Ok(Expression::Negated(inner.into()))
            }
            Some('(') => {
                self.take(&['(']);
                let inner = self.sum()?;
                self.expect(')')?;
                Ok(inner)
            }
            Some('[') => {
                self.take(&['[']);
                Ok(Expression::List(self.arguments(']')?))
            }
            Some(digit) if digit.is_ascii_digit() || digit == '.' => self.number(),
            Some(letter) if letter.is_ascii_alphabetic() => self.named(),
            Some(letter) => Err(self.unexpected(letter)),
            None => Err(Wrong::Malformed("it ends too early".into())),
        }
    }

    fn word(&mut self, belongs: fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|letter| !belongs(letter)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn number(&mut self) -> Result<Expression, Wrong> {
        let word = self.word(|letter| letter.is_ascii_digit() || letter == '.');
        word.parse().map(Expression::Number).map_err(|_| Wrong::Malformed(format!("{word} is no number")))
    }

    fn named(&mut self) -> Result<Expression, Wrong> {
        let word = self.word(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if self.take(&['(']).is_none() {
            return Ok(Expression::Name(word.to_owned()));
        }
        let Some((_, function)) = FUNCTIONS.iter().find(|(name, _)| *name == word) else {
            return Err(Wrong::Unsupported(format!("the function {word} of metric math")));
        };
        Ok(Expression::Call(*function, self.arguments(')')?))
    }

    fn arguments(&mut self, end: char) -> Result<Vec<Expression>, Wrong> {
        let mut found = vec![];
        if self.take(&[end]).is_some() {
            return Ok(found);
        }
        loop {
            found.push(self.sum()?);
            if self.take(&[',']).is_none() {
                break;
            }
        }
        self.expect(end)?;
        Ok(found)
    }
}
