//! The one value that every floor passes on: JSON with integers and floats
//! kept apart, and two leaves that JSON lacks, times and secrets.
//!
//! It is not Rhai's `Dynamic` (only `script` knows that) and it knows no AWS
//! shape (that is `api`). A secret has no serialization: the writers here
//! refuse it or ask their caller what to write in its place.

pub mod diff;
pub mod dotenv;
mod escapes;
mod filter;
mod literal;
mod path;
mod read;
mod secret;
mod span;
mod write;

use std::collections::BTreeMap;

pub use diff::{Change, diff};
pub use filter::Filter;
pub use jiff::Timestamp;
pub use literal::to_literal;
pub use path::{Path, Segment, Trail};
pub use read::{ParseError, parse, parse_str};
pub use secret::{Origin, Secret};
/// Text, and the name of a member. Up to 23 bytes stand in place, so that a look
/// into a map touches one piece of memory; longer text is shared by its copies.
pub use smol_str::SmolStr as Text;
pub use span::{parse_span, show_span};
pub use write::{HoldsSecret, Marked, TIME_MARK, pretty, to_json, to_json_with};

/// Members in the order of their names: two equal maps print the same bytes.
pub type Map = BTreeMap<Text, Value>;

#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text),
    Time(Timestamp),
    Secret(Secret),
    List(Vec<Value>),
    Map(Map),
}

impl Value {
    /// What a message calls this value: "a list", "text", "an integer".
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Text(_) => "a string",
            Value::Time(_) => "a time",
            Value::Secret(_) => "a secret",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The member of a map, or nothing for anything else.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_map()?.get(name)
    }

    /// The text of a map's member, the commonest thing to ask of an answer.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The items of a map's list member; none when it is absent.
    pub fn items(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Value::as_list).unwrap_or_default()
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Calls `look` on this value and on everything inside it.
    pub fn walk(&self, look: &mut impl FnMut(&Value)) {
        look(self);
        match self {
            Value::List(items) => items.iter().for_each(|item| item.walk(look)),
            Value::Map(map) => map.values().for_each(|item| item.walk(look)),
            _ => {}
        }
    }

    /// The same value with every text in it changed, names of members aside.
    pub fn map_text(self, change: &impl Fn(String) -> String) -> Value {
        match self {
            Value::Text(text) => Value::from(change(text.into())),
            Value::List(items) => Value::List(items.into_iter().map(|item| item.map_text(change)).collect()),
            Value::Map(map) => Value::Map(map.into_iter().map(|(name, item)| (name, item.map_text(change))).collect()),
            other => other,
        }
    }

    /// Whether a secret sits anywhere inside.
    pub fn holds_secret(&self) -> bool {
        let mut found = false;
        self.walk(&mut |value| found |= matches!(value, Value::Secret(_)));
        found
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text.into())
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Value::Time(time)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Map(map)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(item: Option<T>) -> Self {
        item.map_or(Value::Null, Into::into)
    }
}

/// `map! { "cluster" => "c", "desiredCount" => 2 }`
#[macro_export]
macro_rules! map {
    ($($name:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut map = $crate::value::Map::new();
        $(map.insert($crate::value::Text::from($name), $crate::value::Value::from($value));)*
        $crate::value::Value::Map(map)
    }};
}
