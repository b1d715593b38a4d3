//! Questions to the operator, the environment, files.

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, perform};
use crate::effect::Effect;
use crate::script::dynamic::{to_dynamic, to_value};
use crate::script::failure::{Fallible, wrong};
use crate::value::{Secret, Value};

const WRITE_FILE: &str = "Replaces a file of this machine; one that holds a secret may only be read by its owner. \
    It is a write: `permits` names \"file:Write\".";
const REVEAL: &str = "Asks at a terminal whether to show a secret, and shows it there alone. Gives whether it was shown; \
    ends the run where there is no terminal.";

pub(super) fn add(module: &mut Module) {
    declare(
        "confirm",
        &["question: string"],
        "Asks yes or no at a terminal; without one, the answer is yes. Throws when it is no.",
    )
    .set_into_module(module, confirm);
    declare("ask", &["question: string"], "Asks for a line of text. Ends the run where there is no terminal.")
        .set_into_module(module, |context: NativeCallContext, question: &str| ask(&context, question, false, None));
    declare(
        "ask",
        &["question: string", "otherwise: string"],
        "The same, with the answer that counts where nothing is typed, and where there is no terminal.",
    )
    .set_into_module(module, |context: NativeCallContext, question: &str, otherwise: &str| {
        ask(&context, question, false, Some(otherwise.to_owned()))
    });
    declare("ask_secret", &["question: string"], "Asks for a secret, without showing what is typed.")
        .set_into_module(module, |context: NativeCallContext, question: &str| ask(&context, question, true, None));
    declare("environment", &["name: string"], "An environment variable; () when it is not set.")
        .set_into_module(module, |context: NativeCallContext, name: &str| environment(&context, name, false));
    declare("environment_secret", &["name: string"], "An environment variable that nobody may see.")
        .set_into_module(module, |context: NativeCallContext, name: &str| environment(&context, name, true));
    declare("read_file", &["path: string"], "The text of a file.")
        .set_into_module(module, |context: NativeCallContext, path: &str| read_file(&context, path, false, false));
    declare("read_secret_file", &["path: string"], "The text of a file that nobody may see.")
        .set_into_module(module, |context: NativeCallContext, path: &str| read_file(&context, path, true, false));
    declare("existing_file", &["path: string"], "The text of a file; () if there is no such file.")
        .set_into_module(module, |context: NativeCallContext, path: &str| read_file(&context, path, false, true));
    declare("existing_secret_file", &["path: string"], "The text of a file that nobody may see; () if there is no such file.")
        .set_into_module(module, |context: NativeCallContext, path: &str| read_file(&context, path, true, true));
    declare("write_file", &["path: string", "content: string | secret"], WRITE_FILE).set_into_module(module, write_file);
    declare("reveal", &["name: string", "secret"], REVEAL).set_into_module(module, reveal);
    declare("random_id", &[], "A fresh random id.")
        .set_into_module(module, |context: NativeCallContext| perform(&context, Effect::Token).map(to_dynamic));
}

fn confirm(context: NativeCallContext, question: &str) -> Fallible<()> {
    let answer = perform(&context, Effect::Confirm { question: question.to_owned() })?;
    match answer.as_bool() {
        Some(true) => Ok(()),
        _ => Err(super::give_up("the answer was no: nothing more was done", &context)),
    }
}

fn ask(context: &NativeCallContext, question: &str, secret: bool, otherwise: Option<String>) -> Fallible<Dynamic> {
    perform(context, Effect::Ask { question: question.to_owned(), secret, otherwise }).map(to_dynamic)
}

fn environment(context: &NativeCallContext, name: &str, secret: bool) -> Fallible<Dynamic> {
    perform(context, Effect::Environment { name: name.to_owned(), secret }).map(to_dynamic)
}

fn read_file(context: &NativeCallContext, path: &str, secret: bool, optional: bool) -> Fallible<Dynamic> {
    perform(context, Effect::ReadFile { path: path.to_owned(), secret, optional }).map(to_dynamic)
}

fn write_file(context: NativeCallContext, path: &str, content: Dynamic) -> Fallible<()> {
    let content = to_value(&content).map_err(|message| wrong(message, &context))?;
    if !matches!(content, Value::Text(_) | Value::Secret(_)) {
        return Err(wrong(format!("a file holds a string or a secret, not {}", content.kind()), &context));
    }
    perform(&context, Effect::WriteFile { path: path.to_owned(), content }).map(drop)
}

fn reveal(context: NativeCallContext, name: &str, secret: Secret) -> Fallible<bool> {
    let shown = perform(&context, Effect::Reveal { name: name.to_owned(), secret })?;
    Ok(shown.as_bool().unwrap_or_default())
}
