//! The engine: the language as runbooks speak it, with our natives in it and
//! everything that would pass by the gate out of it.

use std::sync::Arc;

use rhai::packages::{Package, StandardPackage};
use rhai::{Dynamic, Engine, OptimizationLevel, Token};

use super::current;
use super::library::Library;
use super::limits::{Limits, Meter};
use super::modules::Resolver;
use super::{natives, results, services, step};

/// Words that Rhai keeps for later and AWS uses for members: as names they do
/// no harm, so `default: "30m"` needs no quotes.
const FREED_WORDS: &[&str] =
    &["default", "new", "with", "match", "module", "static", "shared", "sync", "is", "case", "use", "go", "null", "nil"];

/// Names that every script finds defined.
pub(super) const GIVEN: &[&str] = &["args", "env"];

/// The engine, and what counts the operations of its scripts.
pub(super) fn build(limits: Limits, library: Arc<dyn Library>) -> (Engine, Arc<Meter>) {
    let mut engine = Engine::new_raw();
    StandardPackage::new().register_into_engine(&mut engine);
    shape_language(&mut engine);
    let meter = limit(&mut engine, limits);
    natives::register(&mut engine);
    services::register(&mut engine);
    step::register(&mut engine);
    engine.set_module_resolver(Resolver::new(library));
    engine.on_print(natives::print);
    engine.on_debug(|text, _, _| natives::print(text));
    (engine, meter)
}

fn shape_language(engine: &mut Engine) {
    #[allow(deprecated)] // Rhai's mark for "may change", not for "will go".
    engine.on_parse_token(|token, place, _| match token {
        Token::Reserved(word) if FREED_WORDS.contains(&word.as_str()) => Token::Identifier(word),
        other => results::result_name(other, place.line(), place.position()),
    });
    // Simple optimization removes dead code, and with it what `check` looks for;
    // full optimization runs natives while it compiles.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_strict_variables(true);
    // AWS leaves out what is empty: `service.loadBalancers` is () then.
    engine.set_fail_on_invalid_map_property(false);
    engine.disable_symbol("eval");
}

fn limit(engine: &mut Engine, limits: Limits) -> Arc<Meter> {
    engine.set_max_call_levels(limits.depth);
    engine.set_max_expr_depths(200, 100);
    engine.set_max_string_size(limits.string);
    engine.set_max_array_size(limits.items);
    engine.set_max_map_size(limits.items);
    let meter = Arc::new(Meter::new(limits));
    let counter = meter.clone();
    engine.on_progress(move |_| {
        let cancel = current::cancel()?;
        match counter.tick(&cancel) {
            true => Some(Dynamic::TRUE),
            false => cancel.is_stopped().then_some(Dynamic::UNIT),
        }
    });
    meter
}
