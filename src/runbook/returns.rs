//! What a runbook's result looks like: as the header promises it, as help shows
//! it, and whether a result keeps the promise. Not the document around the
//! result: that is the report's.

use crate::api::did_you_mean;
use crate::value::{Map, Value};

/// A part of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Leaf(Leaf),
    List(Box<Shape>),
    Object(Object),
}

/// Members in the order of their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Shape)>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaf {
    kind: Kind,
    /// It may be missing, or null.
    optional: bool,
}

#[derive(Clone, Copy, Debug)]
struct Kind {
    name: &'static str,
    accepts: fn(&Value) -> bool,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name == other.name
    }
}

const KINDS: &[Kind] = &[
    Kind { name: "string", accepts: |value| matches!(value, Value::Text(_)) },
    Kind { name: "integer", accepts: |value| matches!(value, Value::Int(_)) },
    Kind { name: "number", accepts: |value| matches!(value, Value::Int(_) | Value::Float(_)) },
    Kind { name: "boolean", accepts: |value| matches!(value, Value::Bool(_)) },
    Kind { name: "time", accepts: |value| matches!(value, Value::Time(_)) },
    Kind { name: "value", accepts: |value| !value.is_null() },
];

impl Object {
    /// Reads what a header writes: `#{ service: "string", tasks: [#{ … }] }`.
    /// An error names the member, and says what may help.
    pub fn read(map: &Map) -> Result<Object, (String, Option<String>)> {
        map.iter().map(|(name, value)| Ok((name.clone(), read(name, value)?))).collect::<Result<_, _>>().map(Object)
    }

    /// One line a leaf: where it stands and what it is.
    pub fn lines(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        self.tell("", &mut lines);
        lines
    }

    fn tell(&self, above: &str, lines: &mut Vec<(String, String)>) {
        for (name, shape) in &self.0 {
            let place = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
            shape.tell(place, lines);
        }
    }

    /// How a result breaks the promise, if it does.
    pub fn doubt(&self, result: &Value) -> Option<String> {
        self.doubt_at("", result)
    }

    fn doubt_at(&self, above: &str, value: &Value) -> Option<String> {
        let place = |name: &str| if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        let Value::Map(map) = value else {
            return Some(format!("{} is {}, not a map", if above.is_empty() { "the result" } else { above }, value.kind()));
        };
        let stranger = map.keys().find(|name| !self.0.iter().any(|(promised, _)| promised == *name));
        if let Some(name) = stranger {
            return Some(format!("`{}` is there and was not promised", place(name)));
        }
        self.0.iter().find_map(|(name, shape)| shape.doubt(&place(name), map.get(name).unwrap_or(&Value::Null)))
    }
}

impl Shape {
    fn tell(&self, place: String, lines: &mut Vec<(String, String)>) {
        match self {
            Shape::Leaf(leaf) if leaf.optional => lines.push((place, format!("{} or null", leaf.kind.name))),
            Shape::Leaf(leaf) => lines.push((place, leaf.kind.name.to_owned())),
            Shape::List(item) => item.tell(format!("{place}[]"), lines),
            Shape::Object(object) => object.tell(&place, lines),
        }
    }

    fn doubt(&self, place: &str, value: &Value) -> Option<String> {
        match (self, value) {
            (Shape::Leaf(leaf), Value::Null) if leaf.optional => None,
            (Shape::Leaf(leaf), value) => (!(leaf.kind.accepts)(value))
                .then(|| format!("`{place}` is {}, not of the type \"{}\"", value.kind(), leaf.kind.name)),
            (Shape::List(item), Value::List(items)) => {
                items.iter().enumerate().find_map(|(index, value)| item.doubt(&format!("{place}[{index}]"), value))
            }
            (Shape::List(_), value) => Some(format!("`{place}` is {}, not a list", value.kind())),
            (Shape::Object(object), value) => object.doubt_at(place, value),
        }
    }
}

fn read(name: &str, value: &Value) -> Result<Shape, (String, Option<String>)> {
    match value {
        Value::Text(word) => leaf(name, word),
        Value::List(items) => match items.as_slice() {
            [item] => Ok(Shape::List(Box::new(read(name, item)?))),
            _ => Err((format!("`{name}` in `returns` is a list: give what each item is, as [\"string\"]"), None)),
        },
        Value::Map(map) => Object::read(map).map(Shape::Object),
        _ => Err((format!("`{name}` in `returns` must be a type, as \"string\", or a list or a map of types"), None)),
    }
}

fn leaf(name: &str, word: &str) -> Result<Shape, (String, Option<String>)> {
    let (plain, optional) = word.strip_suffix('?').map_or((word, false), |plain| (plain, true));
    match KINDS.iter().find(|kind| kind.name == plain) {
        Some(kind) => Ok(Shape::Leaf(Leaf { kind: *kind, optional })),
        None => {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            let help = did_you_mean(plain, names.iter().copied()).or_else(|| Some(format!("types are {}", names.join(", "))));
            Err((format!("`{name}` in `returns` has the unknown type `{word}`"), help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    fn object() -> Object {
        let map = map! {
            "service" => "string", "at" => "time?", "tasks" => vec![map! { "id" => "string", "code" => "integer?" }],
            "tags" => vec!["string"],
        };
        Object::read(map.as_map().unwrap()).unwrap()
    }

    #[test]
    fn help_has_one_line_a_leaf() {
        let lines: Vec<String> = object().lines().into_iter().map(|(place, kind)| format!("{place}: {kind}")).collect();
        assert_eq!(
            lines,
            ["at: time or null", "service: string", "tags[]: string", "tasks[].code: integer or null", "tasks[].id: string"]
        );
    }

    #[test]
    fn a_result_that_breaks_the_promise_is_told_where() {
        let good = map! { "service" => "web", "tasks" => vec![map! { "id" => "a" }], "tags" => Value::List(vec![]) };
        assert_eq!(object().doubt(&good), None);
        let of = |name: &str, value: Value| {
            let mut bad = good.clone();
            bad.as_map_mut().unwrap().insert(name.into(), value);
            object().doubt(&bad).unwrap_or_default()
        };
        assert_eq!(of("service", Value::Int(3)), "`service` is an integer, not of the type \"string\"");
        assert_eq!(of("tags", Value::from(vec![Value::Null])), "`tags[0]` is nothing, not of the type \"string\"");
        assert_eq!(of("tasks", map! {}), "`tasks` is a map, not a list");
        assert_eq!(of("tasks", Value::from(vec![map! {}])), "`tasks[0].id` is nothing, not of the type \"string\"");
        assert_eq!(of("other", Value::Int(3)), "`other` is there and was not promised");
        assert_eq!(object().doubt(&Value::from("done")).unwrap(), "the result is a string, not a map");
    }

    #[test]
    fn unknown_types_are_refused() {
        let read = |value: Value| Object::read(value.as_map().unwrap()).unwrap_err();
        assert!(read(map! { "a" => "sting" }).1.unwrap().contains("string"));
        assert!(read(map! { "a" => Value::List(vec![]) }).0.contains("is a list"));
        assert!(read(map! { "a" => 3 }).0.contains("must be a type"));
    }
}
