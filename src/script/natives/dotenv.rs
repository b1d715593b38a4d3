//! `dotenv::parse` and `dotenv::text`: files of `NAME=value`, whose values
//! scripts never see.

use rhai::{Array, Dynamic, ImmutableString, Map, Module, NativeCallContext};

use super::{declare, perform, strand};
use crate::effect::Effect;
use crate::map;
use crate::script::dynamic::{to_dynamic, to_value};
use crate::script::failure::{Fallible, wrong};
use crate::value::{Origin, Secret, Value, dotenv};

const PARSE: &str = "The values of a dotenv file by their names: each a secret, but for those of the names in `plain`.";
const TEXT: &str = "A dotenv file of a list of #{ name, value }, as a secret: #{ text, unwritable, expands }. The names in \
    `unwritable` have a value that no dotenv file can hold and are left out; readers that expand variables may take a \
    `$` in the values of those in `expands` for one.";

const LISTED: &str = "The names in the line of a dotenv file that begins with `start`; an empty list without one.";
const OTHERS: &str = "The lines of a dotenv file that set none of the names, as they stand, without those whose comment holds \
    `mark`; a secret.";

pub(super) fn module() -> Module {
    let mut module = Module::new();
    declare("parse", &["text: secret", "plain: list"], PARSE).set_into_module(&mut module, parse);
    declare("listed", &["text: secret", "start: string"], LISTED).set_into_module(&mut module, listed);
    declare("others", &["text: secret", "names: list", "mark: string"], OTHERS).set_into_module(&mut module, others);
    declare("text", &["entries: list"], TEXT).set_into_module(&mut module, text);
    module.build_index();
    module
}

/// What a script can branch on is looked at through the gate: which names there
/// are, and the values that are no secret.
fn parse(context: NativeCallContext, text: Secret, plain: Array) -> Fallible<Map> {
    let is_plain = |name: &str| plain.iter().any(|one| one.read_lock::<ImmutableString>().is_some_and(|one| *one == name));
    let pairs = dotenv::read(text.reveal());
    let shown = pairs.iter().map(|(name, value)| {
        let value = is_plain(name).then(|| value.clone());
        (name.into(), Value::from(value))
    });
    let shown = perform(&context, Effect::Look { what: "dotenv", shown: Value::Map(shown.collect()) })?;
    let gate = strand(&context)?.gate;
    let values = shown.as_map().into_iter().flatten().filter_map(|(name, value)| {
        let value = match value {
            Value::Null => {
                let text = pairs.iter().find(|(other, _)| name == other)?.1.clone();
                let secret = Secret::new(text, Origin::Derived);
                gate.know(&secret);
                Dynamic::from(secret)
            }
            plain => to_dynamic(plain.clone()),
        };
        Some((name.as_str().into(), value))
    });
    Ok(values.collect())
}

fn listed(context: NativeCallContext, text: Secret, start: &str) -> Fallible<Dynamic> {
    let shown = dotenv::listed(text.reveal(), start).into_iter().map(Value::from).collect();
    perform(&context, Effect::Look { what: "dotenv", shown: Value::List(shown) }).map(to_dynamic)
}

fn others(context: NativeCallContext, text: Secret, names: Array, mark: &str) -> Fallible<Secret> {
    let names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
    let kept = Secret::new(dotenv::others(text.reveal(), &names, mark), Origin::Derived);
    strand(&context)?.gate.know(&kept);
    Ok(kept)
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
