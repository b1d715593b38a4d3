//! `dotenv::parse` and `dotenv::text`: files of `NAME=value`, whose values
//! scripts never see.

use rhai::{Array, Dynamic, Map, Module, NativeCallContext};

use super::{declare, perform, strand};
use crate::effect::Effect;
use crate::map;
use crate::script::dynamic::{to_dynamic, to_value};
use crate::script::failure::{Fallible, wrong};
use crate::value::{Origin, Secret, Value, dotenv};

const PARSE: &str = "The values of a dotenv file by their names, each a secret.";
const TEXT: &str = "A dotenv file of a list of #{ name, value }, as a secret: #{ text, unwritable, expands }. The names in \
    `unwritable` have a value that no dotenv file can hold and are left out; readers that expand variables may take a \
    `$` in the values of those in `expands` for one.";

pub(super) fn module() -> Module {
    let mut module = Module::new();
    declare("parse", &["text: secret"], PARSE).set_into_module(&mut module, parse);
    declare("text", &["entries: list"], TEXT).set_into_module(&mut module, text);
    module.build_index();
    module
}

/// Which names there are is something that a script can branch on.
fn parse(context: NativeCallContext, text: Secret) -> Fallible<Map> {
    let pairs = dotenv::read(text.reveal());
    let names: Vec<Value> = pairs.iter().map(|(name, _)| Value::from(name.as_str())).collect();
    let names = perform(&context, Effect::Look { what: "dotenv", shown: Value::List(names) })?;
    let gate = strand(&context)?.gate;
    let mut found = Map::new();
    for (name, value) in pairs {
        if names.as_list().is_some_and(|names| names.iter().any(|one| one.as_str() == Some(&name))) {
            let secret = Secret::new(value, Origin::Derived);
            gate.know(&secret);
            found.insert(name.into(), Dynamic::from(secret));
        }
    }
    Ok(found)
}

fn text(context: NativeCallContext, entries: Array) -> Fallible<Dynamic> {
    let (mut file, mut unwritable, mut expands) = (String::new(), Vec::new(), Vec::new());
    for entry in &entries {
        let entry = to_value(entry).map_err(|message| wrong(message, &context))?;
        let (Some(name), Some(value)) = (entry.text("name"), entry.get("value").and_then(content)) else {
            return Err(wrong("an entry of a dotenv file is #{ name, value }, its value a string or a secret", &context));
        };
        match dotenv::line(name, value) {
            Some(line) => file.push_str(&line),
            None => unwritable.push(Value::from(name)),
        }
        if value.contains('$') {
            expands.push(Value::from(name));
        }
    }
    let shown = map! { "unwritable" => Value::List(unwritable), "expands" => Value::List(expands) };
    let mut seen = perform(&context, Effect::Look { what: "dotenv", shown })?;
    let secret = Secret::new(file, Origin::Derived);
    strand(&context)?.gate.know(&secret);
    if let Some(members) = seen.as_map_mut() {
        members.insert("text".into(), Value::Secret(secret));
    }
    Ok(to_dynamic(seen))
}

fn content(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Secret(secret) => Some(secret.reveal()),
        _ => None,
    }
}
