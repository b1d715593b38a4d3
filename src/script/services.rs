//! The AWS modules of scripts, made from the operations table: `ecs::…`,
//! `logs::…` and so on, and `ecs::all::…` for operations that answer in pages.

use std::any::TypeId;

use rhai::{Dynamic, Engine, FuncRegistration, Module, NativeCallContext, RhaiFunc, Shared};

use super::current;
use super::dynamic::{to_dynamic, to_value};
use super::failure::{Fallible, raise, wrong};
use crate::api::{Operation, Page, SERVICES, Service};
use crate::value::{Map, Text, Value};

/// Shorter names for the two services whose own are long.
pub(super) const ALIASES: &[(&str, &str)] = &[("secrets", "secretsmanager"), ("scaling", "application_autoscaling")];

/// The namespace of gathered pages.
pub(super) const ALL: &str = "all";

pub(super) fn register(engine: &mut Engine) {
    for service in SERVICES {
        let module: Shared<Module> = module_of(service).into();
        engine.register_static_module(service.module, module.clone());
        for (alias, _) in ALIASES.iter().filter(|(_, name)| *name == service.module) {
            engine.register_static_module(*alias, module.clone());
        }
    }
}

/// The service that a script means by `name`.
pub(super) fn service_named(name: &str) -> Option<&'static Service> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| *name);
    crate::api::service(name)
}

/// Every name that a service goes by in scripts.
pub(super) fn modules() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.module).chain(ALIASES.iter().map(|(alias, _)| *alias))
}

fn module_of(service: &'static Service) -> Module {
    let mut module = Module::new();
    let mut all = Module::new();
    for operation in service.operations {
        declare(&mut module, operation, call);
        if operation.page().is_some() {
            declare(&mut all, operation, call_all);
        }
    }
    all.build_index();
    module.set_sub_module(ALL, all);
    module.build_index();
    module
}

type Caller = fn(&NativeCallContext, &'static Operation, Value) -> Fallible<Value>;

/// With a map of members, and without any.
fn declare(module: &mut Module, operation: &'static Operation, caller: Caller) {
    for types in [&[][..], &[TypeId::of::<rhai::Map>()][..]] {
        let function = RhaiFunc::Pure {
            func: Shared::new(move |context: Option<NativeCallContext>, arguments: &mut [&mut Dynamic]| {
                let context = context.expect("declared with a context");
                let request = match arguments.first() {
                    Some(request) => to_value(request).map_err(|message| wrong(message, &context))?,
                    None => Value::Map(Map::new()),
                };
                caller(&context, operation, request).map(to_dynamic)
            }),
            has_context: true,
            is_pure: false,
            is_volatile: true,
        };
        FuncRegistration::new(operation.method).set_into_module_raw(module, types, function);
    }
}

fn call(context: &NativeCallContext, operation: &'static Operation, request: Value) -> Fallible<Value> {
    let Some(strand) = current::strand() else {
        return Ok(Value::Null);
    };
    strand.gate.call(&strand.branch, operation, request).map_err(|trouble| raise(trouble, context.call_position()))
}

/// Every page, in the form of one answer: its lists whole, its token gone.
fn call_all(context: &NativeCallContext, operation: &'static Operation, request: Value) -> Fallible<Value> {
    let page = operation.page().expect("only operations with pages are declared here");
    let mut asked = request.clone();
    let mut whole = call(context, operation, request)?;
    while let Some(tokens) = next_tokens(page, &whole) {
        // GetLogEvents ends by giving back the token it was asked with.
        if tokens.iter().all(|(name, token)| asked.get(name) == Some(token)) {
            break;
        }
        asked.as_map_mut().expect("validated as a map").extend(tokens);
        let next = call(context, operation, asked.clone())?;
        whole = join(page, whole, next);
    }
    if let Some(members) = whole.as_map_mut() {
        page.answer_tokens.iter().for_each(|name| drop(members.remove(name.as_str())));
    }
    Ok(whole)
}

/// The members of the next request that carry the tokens of this answer.
fn next_tokens(page: &Page, answer: &Value) -> Option<Vec<(Text, Value)>> {
    let pairs = page.request_tokens.iter().zip(&page.answer_tokens);
    let tokens: Vec<_> = pairs
        .filter_map(|(request, answer_name)| {
            let token = answer.get(answer_name).filter(|token| !token.is_null() && token.as_str() != Some(""))?;
            Some((request.into(), token.clone()))
        })
        .collect();
    (!tokens.is_empty()).then_some(tokens)
}

fn join(page: &Page, mut whole: Value, next: Value) -> Value {
    let (Value::Map(members), Value::Map(next)) = (&mut whole, next) else {
        return whole;
    };
    for (name, value) in next {
        match (members.get_mut(&name), value) {
            (Some(Value::List(items)), Value::List(more)) if page.items.iter().any(|item| name == *item) => items.extend(more),
            (_, value) => drop(members.insert(name, value)),
        }
    }
    whole
}
