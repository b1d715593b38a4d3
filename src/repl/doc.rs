//! `:doc`: what an operation, a member, a native, a module, a runbook or a
//! command is, in words; and `:type`.

use super::known::Known;
use crate::report::Paint;
use crate::value::Value;

/// The description of `topic`, or a sentence that says what there is instead.
pub fn doc(topic: &str, known: &Known, paint: Paint, width: usize) -> Result<String, String> {
    let _ = (known, paint, width);
    Err(format!("there is nothing called `{topic}`"))
}

/// What `:type` says of a value: its members and their types, a few levels deep.
pub fn type_of(value: &Value) -> String {
    value.kind().to_owned()
}
