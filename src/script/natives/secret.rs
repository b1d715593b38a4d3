//! What a script can do with a secret: compare it, pass it on, edit it as JSON.
//! Turning it into text ends the run before anything is shown.

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, json, perform, strand};
use crate::effect::{Effect, Stop};
use crate::script::current;
use crate::script::dynamic::to_dynamic;
use crate::script::failure::{Fallible, end, wrong};
use crate::value::{Origin, Secret, Value};

pub(super) fn add(module: &mut Module) {
    declare("secret", &["text: string"], "Makes a text a secret from here on.")
        .set_into_module(module, |text: &str| known(Secret::new(text.to_owned(), Origin::Derived)));
    declare("secret", &["parts: list"], "A secret made of texts and secrets, one after the other: secret([\"Bearer \", token]).")
        .set_into_module(module, joined);
    declare("keys", &["secret"], "The names of the keys of a secret that holds a JSON object.").set_into_module(module, keys);
    declare("key", &["secret", "name: string"], "One key of a secret that holds a JSON object; secret too.")
        .set_into_module(module, key);
    declare("with_key", &["secret", "name: string", "value"], "The same JSON object with one key changed.")
        .set_into_module(module, with_key);
    declare("==", &["secret", "secret"], "Whether two secrets are equal.")
        .set_into_module(module, |context: NativeCallContext, one: &mut Secret, other: Secret| equal(&context, one, &other));
    declare("!=", &["secret", "secret"], "Whether two secrets differ.")
        .set_into_module(module, |context: NativeCallContext, one: &mut Secret, other: Secret| {
            equal(&context, one, &other).map(|equal| !equal)
        });
    declare(
        "fingerprint",
        &["secret"],
        "Eight letters that are the same for equal secrets, and tell nothing else; other ones in every run.",
    )
    .set_into_module(module, fingerprint);
    for name in ["to_string", "to_debug", "print", "debug"] {
        declare(name, &["secret"], "Ends the run: a secret has no text.").set_into_module(module, show);
    }
    declare("to_json", &["map"], "A map as compact JSON.").set_into_module(module, json::to_json_method);
}

/// Rhai swallows errors of these functions in places, so the run's cancel is
/// what ends it: every way out asks it first.
fn show(context: NativeCallContext, secret: &mut Secret) -> Fallible<String> {
    let what = format!("the script tried to turn a secret into text ({})", secret.origin());
    Err(end(Stop::SecretShown(what), context.call_position()))
}

/// A look on which a script can branch, so the record keeps what was seen.
fn equal(context: &NativeCallContext, one: &Secret, other: &Secret) -> Fallible<bool> {
    let effect = Effect::Look { what: "equal", shown: Value::Bool(one == other) };
    Ok(perform(context, effect)?.as_bool().unwrap_or_default())
}

/// Made with the run's own key, so that the record keeps which it was.
fn fingerprint(context: NativeCallContext, secret: &mut Secret) -> Fallible<Dynamic> {
    let whole = strand(&context)?.gate.fingerprint(secret);
    let shown = Value::from(&whole[..whole.len().min(8)]);
    perform(&context, Effect::Look { what: "fingerprint", shown }).map(to_dynamic)
}

fn keys(context: NativeCallContext, secret: &mut Secret) -> Fallible<Dynamic> {
    let names = secret.keys().ok_or_else(|| not_json(&context))?;
    perform(&context, Effect::Look { what: "keys", shown: names.into() }).map(to_dynamic)
}

fn key(context: NativeCallContext, secret: &mut Secret, name: &str) -> Fallible<Dynamic> {
    let found = secret.key(name);
    let there = perform(&context, Effect::Look { what: "key", shown: Value::Bool(found.is_some()) })?;
    match (there.as_bool(), found) {
        (Some(true), Some(found)) => Ok(Dynamic::from(known(found))),
        _ => Ok(Dynamic::UNIT),
    }
}

fn with_key(context: NativeCallContext, secret: &mut Secret, name: &str, value: Dynamic) -> Fallible<Secret> {
    let value = match crate::script::dynamic::to_value(&value) {
        Ok(Value::Text(text)) => Secret::new(text.into(), Origin::Derived),
        Ok(Value::Secret(secret)) => secret,
        _ => {
            return Err(wrong("the value of a secret's key is a string or a secret", &context));
        }
    };
    secret.with_key(name, value.reveal()).map(known).ok_or_else(|| not_json(&context))
}

fn joined(context: NativeCallContext, parts: rhai::Array) -> Fallible<Secret> {
    let mut text = String::new();
    for part in &parts {
        match crate::script::dynamic::to_value(part) {
            Ok(Value::Text(part)) => text.push_str(&part),
            Ok(Value::Secret(part)) => text.push_str(part.reveal()),
            _ => return Err(wrong("a secret is made of strings and secrets", &context)),
        }
    }
    Ok(known(Secret::new(text, Origin::Derived)))
}

/// From here on it is looked for in all output.
fn known(secret: Secret) -> Secret {
    if let Some(strand) = current::strand() {
        strand.gate.know(&secret);
    }
    secret
}

fn not_json(context: &NativeCallContext) -> Box<rhai::EvalAltResult> {
    wrong("this secret does not hold a JSON object", context)
}
