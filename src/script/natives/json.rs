//! `json::parse` and `json::text`. A value that holds a secret has no text.

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, sizes};
use crate::effect::Stop;
use crate::script::dynamic::{to_dynamic, to_value};
use crate::script::failure::{Fallible, end, wrong};
use crate::value::{HoldsSecret, Value, parse_str, pretty, to_json};

pub(super) fn module() -> Module {
    let mut module = Module::new();
    declare("parse", &["text: string"], "The value that a JSON text holds.").set_into_module(
        &mut module,
        |context: NativeCallContext, text: &str| {
            parse_str(text).map(to_dynamic).map_err(|error| wrong(error.to_string(), &context))
        },
    );
    declare("text", &["value"], "A value as compact JSON.")
        .set_into_module(&mut module, |context: NativeCallContext, value: Dynamic| write(&context, &value, to_json));
    declare("pretty", &["value"], "A value as indented JSON.").set_into_module(&mut module, write_indented);
    module.build_index();
    module
}

fn write(context: &NativeCallContext, value: &Dynamic, to_text: fn(&Value) -> Result<String, HoldsSecret>) -> Fallible<String> {
    let value = to_value(value).map_err(|message| wrong(message, context))?;
    to_text(&value).map_err(|error| end(Stop::SecretShown(error.to_string()), context.call_position()))
}

fn write_indented(context: NativeCallContext, value: Dynamic) -> Fallible<String> {
    let margins = margins(&to_value(&value).map_err(|message| wrong(message, &context))?, 0);
    sizes::judge_text(&context, margins)?;
    write(&context, &value, |value| pretty(value, &|_| None))
}

/// How many spaces stand before the lines of the value: many, where much lies deep.
fn margins(value: &Value, depth: usize) -> usize {
    let below = |inner| margins(inner, depth + 1);
    match value {
        Value::List(items) => 2 * depth + items.iter().map(below).sum::<usize>(),
        Value::Map(members) => 2 * depth + members.values().map(below).sum::<usize>(),
        _ => 2 * depth,
    }
}

/// Rhai's own method on maps, kept under its name but under our rules.
pub(super) fn to_json_method(context: NativeCallContext, map: &mut rhai::Map) -> Fallible<String> {
    write(&context, &Dynamic::from(map.clone()), to_json)
}
