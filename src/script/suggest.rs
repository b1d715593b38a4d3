//! After the fact: Rhai says "function not found" for a wrong name, a wrong
//! number of arguments and a wrong type alike. Here they are told apart.

use std::collections::BTreeSet;

use rhai::EvalAltResult;

use super::failure::ScriptError;
use super::program::Host;
use super::services::{self, service_named};
use crate::api::did_you_mean;

impl Host {
    pub(super) fn suggest(&self, error: &EvalAltResult, read: &mut ScriptError) {
        match error.unwrap_inner() {
            EvalAltResult::ErrorFunctionNotFound(signature, _) => self.suggest_function(signature, read),
            EvalAltResult::ErrorModuleNotFound(path, _) => {
                let paths = self.library.paths();
                let mut modules: Vec<&str> = services::modules().collect();
                modules.extend(paths.iter().map(String::as_str));
                read.help = did_you_mean(path, modules);
            }
            _ => {}
        }
    }

    fn suggest_function(&self, signature: &str, read: &mut ScriptError) {
        let name = signature.split(" (").next().unwrap_or(signature);
        let (module, bare) = name.rsplit_once("::").unwrap_or(("", name));
        read.word = Some(bare.to_owned());
        if let Some(service) = service_named(module) {
            read.help = match service.operation(bare) {
                Some(_) => Some(format!("`{name}` takes one map of members, as {name}(#{{ … }})")),
                None => did_you_mean(bare, service.operations.iter().map(|operation| operation.method)),
            };
            return;
        }
        let known = self.function_names();
        read.help = match known.contains(bare) {
            true => Some(self.signatures(bare)),
            false => did_you_mean(bare, known.iter().map(String::as_str)),
        };
    }

    /// Every function that a script can call without a module.
    pub(super) fn function_names(&self) -> BTreeSet<String> {
        let names = self.engine.collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), false);
        names.into_iter().filter(|name| name.starts_with(|first: char| first.is_alphabetic())).collect()
    }

    fn signatures(&self, name: &str) -> String {
        let forms: BTreeSet<String> = self
            .engine
            .collect_fn_metadata(None, |info| (info.metadata.name == name).then(|| info.metadata.params_info.join(", ")), false)
            .into_iter()
            .map(|params| format!("{name}({params})"))
            .collect();
        format!("it is called as {}", forms.into_iter().take(4).collect::<Vec<_>>().join(" or "))
    }
}
