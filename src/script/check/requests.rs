//! Literal requests, held against AWS's shapes. What is computed stays open.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{Expr, Position};

use crate::api::{Fault, FaultKind, Known, Operation, validate};
use crate::script::dynamic::to_value;
use crate::value::{Map, Path, Segment, Value};

/// The faults of a call's literal argument, each with its place.
pub(super) fn check(operation: &Operation, argument: Option<&Expr>, call: Position) -> Vec<(Position, Fault)> {
    let mut reader = Reader::default();
    let mut request = match argument {
        None => Value::Map(Map::new()),
        Some(argument @ (Expr::Map(..) | Expr::DynamicConstant(..))) => reader.read(argument, &Path::default()),
        Some(_) => return Vec::new(),
    };
    let faults = validate(operation, &mut request, &Known::default()).err().unwrap_or_default();
    let literal = faults.into_iter().filter(|fault| fault.kind == FaultKind::UnknownMember || !reader.is_open(&fault.path));
    literal.map(|fault| (reader.place(&fault.path).unwrap_or(call), fault)).collect()
}

#[derive(Default)]
struct Reader {
    places: BTreeMap<Path, Position>,
    /// Places whose values are only known in a run.
    open: BTreeSet<Path>,
}

impl Reader {
    fn read(&mut self, expression: &Expr, path: &Path) -> Value {
        match expression {
            Expr::Map(members, _) => {
                let members = members.0.iter().map(|(name, value)| {
                    let below = path.member(name.name.as_str());
                    self.places.insert(below.clone(), name.pos);
                    (name.name.as_str().into(), self.read(value, &below))
                });
                Value::Map(members.collect())
            }
            Expr::Array(items, _) => {
                let items = items.iter().enumerate();
                Value::List(items.map(|(at, item)| self.read(item, &path.item(at))).collect())
            }
            literal => {
                self.places.entry(path.clone()).or_insert(literal.position());
                match literal.get_literal_value(None).and_then(|value| to_value(&value).ok()) {
                    Some(value) => value,
                    None => {
                        self.open.insert(path.clone());
                        Value::Null
                    }
                }
            }
        }
    }

    fn is_open(&self, path: &Path) -> bool {
        self.open.contains(path)
    }

    /// The nearest place at or above `path` that stands in the script.
    fn place(&self, path: &Path) -> Option<Position> {
        let mut place = Path::default();
        let mut found = None;
        for segment in path.segments() {
            place = place.join(segment.clone());
            found = self.places.get(&place).copied().or(found);
        }
        found
    }
}

pub(super) fn last_name(path: &Path) -> String {
    let names = path.segments().iter().rev().find_map(|segment| match segment {
        Segment::Member(name) | Segment::Named(name) => Some(name.clone()),
        Segment::Item(_) => None,
    });
    names.unwrap_or_default()
}
