//! What stands before a dot, as far as it is known without running anything:
//! a value of the session, or the shape of an answer.

use super::Gathering;
use super::request::operation_at;
use super::scan::{Bracket, Scan};
use crate::api::{Model, Structure, Type};
use crate::repl::known::Known;
use crate::repl::lexer::Shape;
use crate::value::Value;

#[derive(Clone, Copy)]
pub enum Held<'a> {
    Value(&'a Value),
    Kind(&'static Model, &'static Type),
    Structure(&'static Model, &'static Structure),
}

/// Names that lead to other names: a chain of them is followed this far.
const DEPTH: usize = 8;

/// Methods that give an item of their list, and those that give a list of the same items.
const ITEM: &[&str] = &["first", "last", "find", "pop", "shift", "get", "reduce"];
const SAME: &[&str] = &["filter", "sort", "extract", "drain", "retain", "dedup", "reverse", "chop", "all"];

/// What the chain that ends with the token at `last` is worth.
pub fn at<'k>(scan: &Scan, last: usize, known: &'k Known) -> Option<Held<'k>> {
    resolve(scan, last, known, DEPTH)
}

fn resolve<'k>(scan: &Scan, last: usize, known: &'k Known, depth: usize) -> Option<Held<'k>> {
    let depth = depth.checked_sub(1)?;
    match scan.shape(last)? {
        Shape::Word if matches!(scan.previous(last), "." | "?.") => {
            resolve(scan, last.checked_sub(2)?, known, depth)?.member(scan.word(last))
        }
        Shape::Word => root(scan, last, known, depth),
        Shape::Close => behind_bracket(scan, last, known, depth),
        _ => None,
    }
}

fn behind_bracket<'k>(scan: &Scan, close: usize, known: &'k Known, depth: usize) -> Option<Held<'k>> {
    let open = scan.partner(close)?;
    let before = open.checked_sub(1)?;
    match scan.bracket(open) {
        Bracket::Index => {
            let list = resolve(scan, before, known, depth)?;
            let index = &scan.tokens[open + 1..close];
            match index {
                [one] if one.shape == Shape::Text => list.member(scan.name_at(open + 1)?),
                [one] if one.shape == Shape::Number => list.item(scan.word(open + 1).parse().ok()),
                [sign, _] if scan.text[sign.range.clone()] == *"-" => {
                    list.item(scan.word(open + 2).parse::<i64>().ok().map(|back| -back))
                }
                _ => list.item(None),
            }
        }
        Bracket::Call => {
            if let Some((_, path)) = scan.path_ending(before)
                && let Some(operation) = operation_at(&path)
            {
                return Some(Held::Structure(operation.service().model(), operation.output()?));
            }
            let list = method_receiver(scan, before, known, depth)?;
            match scan.word(before) {
                method if ITEM.contains(&method) => list.item(None),
                method if SAME.contains(&method) => Some(list),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What a method, whose name has this index, is called on.
fn method_receiver<'k>(scan: &Scan, name: usize, known: &'k Known, depth: usize) -> Option<Held<'k>> {
    let dot = name.checked_sub(1).filter(|dot| matches!(scan.word(*dot), "." | "?."))?;
    resolve(scan, dot.checked_sub(1)?, known, depth)
}

/// A name at the head of a chain: of this text, then of the session. The
/// nearest declaration counts, even when nothing is known of it.
fn root<'k>(scan: &Scan, at: usize, known: &'k Known, depth: usize) -> Option<Held<'k>> {
    let name = scan.word(at);
    match (0..at).rev().find_map(|index| declaration(scan, index, name, at)) {
        Some(Declaration::Let(first)) => resolve_from(scan, first, ";", known, depth),
        Some(Declaration::For(first)) => resolve_from(scan, first, "{", known, depth)?.item(None),
        Some(Declaration::Closure(method)) => method_receiver(scan, method, known, depth)?.item(None),
        None => known.value(name).map(Held::Value),
    }
}

enum Declaration {
    /// `let x = …;`: where the value begins.
    Let(usize),
    /// `for x in … {`
    For(usize),
    /// `list.filter(|x| …)`: the method's name.
    Closure(usize),
}

/// What the word at `index` declares for a use of the same name at `at`.
fn declaration(scan: &Scan, index: usize, name: &str, at: usize) -> Option<Declaration> {
    if scan.shape(index) != Some(Shape::Word) || scan.word(index) != name {
        return None;
    }
    match (scan.previous(index), scan.word(index + 1)) {
        ("let" | "const", "=") => Some(Declaration::Let(index + 2)),
        ("for", "in") => Some(Declaration::For(index + 2)),
        ("|", "|" | ",") => {
            let open = index.checked_sub(2).filter(|open| scan.word(*open) == "(")?;
            // Behind its call a closure's name means nothing.
            let reaches = scan.partner(open).is_none_or(|close| close > at);
            open.checked_sub(1).filter(|_| reaches).map(Declaration::Closure)
        }
        _ => None,
    }
}

/// An expression that begins at a token, if all of it is one chain.
fn resolve_from<'k>(scan: &Scan, first: usize, end: &str, known: &'k Known, depth: usize) -> Option<Held<'k>> {
    let mut index = first;
    while index < scan.tokens.len() && scan.word(index) != end {
        match scan.shape(index) {
            Some(Shape::Open) => index = scan.partner(index)?,
            Some(Shape::Sign) if !matches!(scan.word(index), "." | "?." | "::") => return None,
            _ => {}
        }
        index += 1;
    }
    resolve(scan, index.checked_sub(1).filter(|last| *last >= first)?, known, depth)
}

impl<'k> Held<'k> {
    pub fn member(self, name: &str) -> Option<Held<'k>> {
        match self {
            Held::Value(value) => value.get(name).map(Held::Value),
            Held::Structure(model, structure) => Some(Held::Kind(model, &structure.members.get(name)?.kind)),
            Held::Kind(model, Type::Structure(of)) => Held::Structure(model, model.structure(of)?).member(name),
            Held::Kind(model, Type::Map(item)) => Some(Held::Kind(model, item)),
            Held::Kind(..) => None,
        }
    }

    /// An item of a list: this one, or any.
    fn item(self, index: Option<i64>) -> Option<Held<'k>> {
        match self {
            Held::Value(Value::List(items)) => {
                let at = match index.unwrap_or_default() {
                    back if back < 0 => usize::try_from(i64::try_from(items.len()).ok()? + back).ok()?,
                    forward => usize::try_from(forward).ok()?,
                };
                items.get(at).map(Held::Value)
            }
            Held::Kind(model, Type::List(item)) => Some(Held::Kind(model, item)),
            _ => None,
        }
    }

    /// How the standard functions call what this is.
    pub fn type_word(self) -> &'static str {
        match self {
            Held::Value(Value::List(_)) | Held::Kind(_, Type::List(_)) => "list",
            Held::Value(Value::Map(_)) | Held::Structure(..) | Held::Kind(_, Type::Map(_) | Type::Structure(_)) => "map",
            Held::Value(Value::Text(_)) | Held::Kind(_, Type::Text | Type::Enum(_) | Type::Blob) => "string",
            Held::Value(Value::Time(_)) | Held::Kind(_, Type::Time) => "time",
            Held::Value(Value::Secret(_)) => "secret",
            Held::Value(Value::Int(_)) | Held::Kind(_, Type::Integer | Type::Long) => "integer",
            Held::Value(Value::Float(_)) | Held::Kind(_, Type::Float) => "float",
            _ => "",
        }
    }

    /// The members of a map, each with a word about it. Of a list, those of its
    /// items do not count: `list.name` is nothing.
    pub fn members(self) -> Vec<(String, String)> {
        match self {
            Held::Value(Value::Map(map)) => map.iter().map(|(name, value)| (name.to_string(), glance(value))).collect(),
            Held::Structure(_, structure) => {
                structure.members.iter().map(|(name, member)| (name.clone(), member.kind.describe())).collect()
            }
            Held::Kind(model, Type::Structure(name)) => {
                model.structure(name).map(|structure| Held::Structure(model, structure).members()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }
}

/// A value in a few words, for a list of candidates.
fn glance(value: &Value) -> String {
    match value {
        Value::Text(text) if text.chars().count() <= 32 && !text.contains(char::is_control) => format!("\"{text}\""),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => crate::value::to_json(value).unwrap_or_default(),
        Value::List(items) => format!("{} items", items.len()),
        other => other.kind().to_owned(),
    }
}

/// What can follow a dot: members, then methods.
pub fn after_dot(gathering: &mut Gathering, scan: &Scan, dot: usize, known: &Known) {
    let held = dot.checked_sub(1).and_then(|last| at(scan, last, known));
    if let Some(held) = held {
        for (name, about) in held.members().into_iter().filter(|(name, _)| is_plain(name)) {
            gathering.offer(&name, name.clone(), about);
        }
    }
    let word = held.map_or("", Held::type_word);
    for native in known.book.natives().iter().filter(|native| native.module.is_empty() && takes(native, word)) {
        let text = if native.params.len() == 1 { format!("{}()", native.name) } else { format!("{}(", native.name) };
        gathering.offer(&native.name, text, native.summary().to_owned());
    }
}

/// Whether a native's first param is of that type; any type when it is not known.
fn takes(native: &crate::script::Function, word: &str) -> bool {
    let Some(first) = native.params.first() else { return false };
    if word.is_empty() {
        return !native.params.is_empty();
    }
    let kind = first.split_once(": ").map_or(first.as_str(), |(_, kind)| kind);
    kind.split(" | ").any(|one| one == word || one.starts_with(&format!("{word} "))) || first == word
}

/// What can stand between the quotes of `map["…"]`.
pub fn in_index(gathering: &mut Gathering, scan: &Scan, open: usize, known: &Known) {
    if let Some(held) = open.checked_sub(1).and_then(|last| at(scan, last, known)) {
        for (name, about) in held.members() {
            gathering.offer_quoted(&name, String::new(), about);
        }
    }
}

/// Whether a name can be written behind a dot.
pub fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
