//! `{ $.level = "error" && $.status >= 500 }`: conditions on a JSON line.

use super::Regex;
use super::compare::Compare;
use crate::value::Value;

pub(in super::super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Test(Vec<Part>, Test),
}

pub(in super::super) enum Part {
    Member(String),
    Item(usize),
    EveryItem,
}

pub(in super::super) enum Test {
    /// A text, in which `*` stands for anything.
    Like(String, bool),
    Found(Regex, bool),
    Number(Compare, f64),
    Is(Value),
    Absent,
}

impl Condition {
    pub fn holds(&self, line: &Value) -> bool {
        match self {
            Condition::All(all) => all.iter().all(|one| one.holds(line)),
            Condition::Any(any) => any.iter().any(|one| one.holds(line)),
            Condition::Test(path, test) => {
                let found = find(line, path);
                match test {
                    Test::Absent => found.is_empty(),
                    test => found.into_iter().any(|value| test.passes(value)),
                }
            }
        }
    }
}

fn find<'a>(value: &'a Value, path: &[Part]) -> Vec<&'a Value> {
    let Some((first, rest)) = path.split_first() else {
        return vec![value];
    };
    match first {
        Part::Member(name) => value.get(name).map_or_else(Vec::new, |inner| find(inner, rest)),
        Part::Item(at) => value.as_list().and_then(|items| items.get(*at)).map_or_else(Vec::new, |inner| find(inner, rest)),
        Part::EveryItem => value.as_list().into_iter().flatten().flat_map(|inner| find(inner, rest)).collect(),
    }
}

impl Test {
    fn passes(&self, found: &Value) -> bool {
        match self {
            Test::Like(wanted, meant) => text_of(found).is_some_and(|text| like(wanted, &text) == *meant),
            Test::Found(regex, meant) => text_of(found).is_some_and(|text| regex.finds(&text) == *meant),
            Test::Number(compare, wanted) => number_of(found).is_some_and(|number| compare.holds(number.total_cmp(wanted))),
            Test::Is(wanted) => found == wanted,
            Test::Absent => false,
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// `*` stands for anything, also for nothing.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Nothing when it is no condition.
pub(super) fn read(text: &str) -> Option<Condition> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut reader = Reader { rest: inner.trim() };
    let condition = reader.any()?;
    reader.rest.is_empty().then_some(condition)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn takes(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn any(&mut self) -> Option<Condition> {
        let mut all = vec![self.all()?];
        while self.takes("||") {
            all.push(self.all()?);
        }
        Some(Condition::Any(all))
    }

    fn all(&mut self) -> Option<Condition> {
        let mut all = vec![self.one()?];
        while self.takes("&&") {
            all.push(self.one()?);
        }
        Some(Condition::All(all))
    }

    fn one(&mut self) -> Option<Condition> {
        if self.takes("(") {
            let inner = self.any()?;
            return self.takes(")").then_some(inner);
        }
        let path = self.path()?;
        for (words, test) in [
            ("IS NULL", Test::Is(Value::Null)),
            ("IS TRUE", Test::Is(Value::Bool(true))),
            ("IS FALSE", Test::Is(Value::Bool(false))),
            ("NOT EXISTS", Test::Absent),
        ] {
            if self.takes(words) {
                return Some(Condition::Test(path, test));
            }
        }
        let (_, compare) = *Compare::SIGNS.iter().find(|(sign, _)| self.takes(sign))?;
        let test = self.test(compare)?;
        Some(Condition::Test(path, test))
    }

    fn word(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    /// `$.user.name`, `$.tags[0]`, `$.tags[*]`
    fn path(&mut self) -> Option<Vec<Part>> {
        let word = self.word(|letter| letter.is_whitespace() || "=!<>()&|".contains(letter));
        let mut rest = word.strip_prefix('$')?;
        let mut parts = vec![];
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('[') {
                let (item, after) = after.split_once(']')?;
                parts.push(if item == "*" { Part::EveryItem } else { Part::Item(item.parse().ok()?) });
                rest = after;
            } else {
                let name = rest.strip_prefix('.')?;
                let end = name.find(['.', '[']).unwrap_or(name.len());
                parts.push(Part::Member(name[..end].to_owned()).filled()?);
                rest = &name[end..];
            }
        }
        (!parts.is_empty()).then_some(parts)
    }

    fn test(&mut self, compare: Compare) -> Option<Test> {
        let meant = compare == Compare::Equal;
        let equality = matches!(compare, Compare::Equal | Compare::Other);
        if let Some(inner) = self.rest.strip_prefix('"') {
            let (text, rest) = inner.split_once('"')?;
            self.rest = rest.trim_start();
            return equality.then(|| Test::Like(text.to_owned(), meant));
        }
        if let Some(inner) = self.rest.strip_prefix('%') {
            let (text, rest) = inner.split_once('%')?;
            self.rest = rest.trim_start();
            return Regex::read(text).filter(|_| equality).map(|regex| Test::Found(regex, meant));
        }
        let word = self.word(|letter| letter.is_whitespace() || "()&|".contains(letter));
        match word.parse::<f64>() {
            Ok(number) => Some(Test::Number(compare, number)),
            Err(_) => (equality && !word.is_empty()).then(|| Test::Like(word.to_owned(), meant)),
        }
    }
}

impl Part {
    fn filled(self) -> Option<Part> {
        match &self {
            Part::Member(name) if name.is_empty() => None,
            _ => Some(self),
        }
    }
}
