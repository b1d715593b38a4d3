//! What the prompt knows at this moment: the session's variables, imports and
//! functions, the book, and the names of live things.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::Book;
use super::live::Live;
use crate::script::Function;
use crate::value::Value;

/// The session renews it after each line; completing reads it on each key.
#[derive(Clone)]
pub struct Known {
    pub book: Arc<Book>,
    pub live: Arc<Live>,
    pub variables: BTreeMap<String, Variable>,
    /// The path that each imported name stands for.
    pub imports: BTreeMap<String, String>,
    /// Functions that were typed here.
    pub functions: Vec<Function>,
    /// The environment's cluster, in which a service is looked for when the
    /// request names none.
    pub cluster: Option<String>,
}

/// A variable: its value, unless it has none outside a script (a closure).
#[derive(Clone, Debug)]
pub struct Variable {
    pub value: Option<Arc<Value>>,
    /// The name of its type for people: "a function".
    pub kind: String,
}

impl Variable {
    pub fn of(value: Value) -> Variable {
        Variable { kind: value.kind().to_owned(), value: Some(Arc::new(value)) }
    }

    /// What is no JSON, as a closure.
    pub fn opaque(kind: &str) -> Variable {
        Variable { kind: kind.to_owned(), value: None }
    }
}

impl Known {
    /// What a fresh prompt knows.
    pub fn new(book: Arc<Book>, live: Arc<Live>) -> Known {
        Known { book, live, variables: BTreeMap::new(), imports: BTreeMap::new(), functions: Vec::new(), cluster: None }
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)?.value.as_deref()
    }
}
