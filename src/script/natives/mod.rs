//! The functions of scripts that are neither AWS's nor the standard library's.
//! Each is declared once: name, params, what it does, and the code. Help and
//! static checks read the same declaration.

mod ask;
mod dotenv;
mod hold;
mod http;
mod json;
mod list;
mod log;
mod outcome;
mod say;
mod secret;
mod sizes;
mod table;
mod text;
mod time;

pub(super) use say::print;

use rhai::{Engine, FuncRegistration, Module, NativeCallContext};

use super::current::{self, Strand};
use super::failure::{Fallible, raise, wrong};
use super::parallel;
use crate::effect::Effect;
use crate::value::Value;

pub(super) fn register(engine: &mut Engine) {
    let mut global = Module::new();
    for add in [
        ask::add,
        hold::add,
        list::add,
        log::add,
        outcome::add,
        say::add,
        secret::add,
        sizes::add,
        table::add,
        text::add,
        time::add,
        add_parallel,
    ] {
        add(&mut global);
    }
    engine.register_global_module(global.into());
    engine.register_static_module("json", json::module().into());
    engine.register_static_module("http", http::module().into());
    engine.register_static_module("dotenv", dotenv::module().into());
    engine.register_type_with_name::<super::dynamic::Time>("time");
    engine.register_type_with_name::<super::dynamic::Span>("duration");
    engine.register_type_with_name::<crate::value::Secret>("secret");
    engine.register_type_with_name::<log::Window>("log window");
}

/// The declaration of one native. Impure and volatile: nothing is computed
/// while a script is only compiled.
fn declare(name: &str, params: &[&str], help: &str) -> FuncRegistration {
    FuncRegistration::new(name)
        .in_global_namespace()
        .with_params_info(params)
        .with_comments([format!("/// {help}")])
        .with_purity(false)
        .with_volatility(true)
}

fn add_parallel(module: &mut Module) {
    declare(
        "parallel",
        &["items: list", "limit: integer", "work: |item| …"],
        "Does the work on every item, at most `limit` at once; the results come in the order of the items.",
    )
    .set_into_module(module, parallel::parallel);
    declare("parallel", &["items: list", "work: |item| …"], "Does the work on every item, eight at once.")
        .set_into_module(module, parallel::with_default_limit);
}

fn strand(context: &NativeCallContext) -> Fallible<Strand> {
    current::strand().ok_or_else(|| wrong("this can only be done in a run", context))
}

/// Sends an effect of the present branch through the gate.
fn perform(context: &NativeCallContext, effect: Effect) -> Fallible<Value> {
    let strand = strand(context)?;
    strand.gate.perform(&strand.branch, effect).map_err(|trouble| raise(trouble, context.call_position()))
}

/// A deliberate end, said to the operator: the place in the script is no news.
fn give_up(message: &str, context: &NativeCallContext) -> Box<rhai::EvalAltResult> {
    let error = crate::map! { "kind" => "failed", "message" => message };
    rhai::EvalAltResult::ErrorRuntime(super::dynamic::to_dynamic(error), context.call_position()).into()
}
