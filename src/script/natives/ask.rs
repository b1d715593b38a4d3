//! Questions to the operator, the environment, files.

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, perform};
use crate::effect::Effect;
use crate::script::dynamic::to_dynamic;
use crate::script::failure::Fallible;

pub(super) fn add(module: &mut Module) {
    declare(
        "confirm",
        &["question: string"],
        "Asks yes or no at a terminal; without one, the answer is yes. Throws when it is no.",
    )
    .set_into_module(module, confirm);
    declare("ask", &["question: string"], "Asks for a line of text. Ends the run where there is no terminal.")
        .set_into_module(module, |context: NativeCallContext, question: &str| ask(&context, question, false));
    declare("ask_secret", &["question: string"], "Asks for a secret, without showing what is typed.")
        .set_into_module(module, |context: NativeCallContext, question: &str| ask(&context, question, true));
    declare("environment", &["name: string"], "An environment variable; () when it is not set.")
        .set_into_module(module, |context: NativeCallContext, name: &str| environment(&context, name, false));
    declare("environment_secret", &["name: string"], "An environment variable that nobody may see.")
        .set_into_module(module, |context: NativeCallContext, name: &str| environment(&context, name, true));
    declare("read_file", &["path: string"], "The text of a file.")
        .set_into_module(module, |context: NativeCallContext, path: &str| read_file(&context, path, false));
    declare("read_secret_file", &["path: string"], "The text of a file that nobody may see.")
        .set_into_module(module, |context: NativeCallContext, path: &str| read_file(&context, path, true));
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

fn ask(context: &NativeCallContext, question: &str, secret: bool) -> Fallible<Dynamic> {
    perform(context, Effect::Ask { question: question.to_owned(), secret }).map(to_dynamic)
}

fn environment(context: &NativeCallContext, name: &str, secret: bool) -> Fallible<Dynamic> {
    perform(context, Effect::Environment { name: name.to_owned(), secret }).map(to_dynamic)
}

fn read_file(context: &NativeCallContext, path: &str, secret: bool) -> Fallible<Dynamic> {
    perform(context, Effect::ReadFile { path: path.to_owned(), secret }).map(to_dynamic)
}
