//! Which functions there are, and with how many arguments.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::did_you_mean;
use crate::script::library::Text;
use crate::script::program::{Host, Program};

/// Numbers of arguments by name.
pub(super) type Signatures = BTreeMap<String, BTreeSet<usize>>;

pub(super) struct Problem {
    pub message: String,
    pub help: Option<String>,
}

/// Functions that Rhai itself handles, and how many arguments they may have.
const BUILT_IN: &[(&str, std::ops::RangeInclusive<usize>)] = &[
    ("Fn", 1..=1),
    ("call", 1..=20),
    ("curry", 2..=20),
    ("is_shared", 1..=1),
    ("is_def_var", 1..=1),
    ("is_def_fn", 2..=2),
    ("type_of", 1..=1),
    ("print", 1..=1),
    ("debug", 1..=1),
];

/// What a script can call without a module: natives, and its own functions.
pub(super) fn global(host: &Host, program: &Program) -> Signatures {
    let mut signatures = Signatures::new();
    for (name, arguments) in BUILT_IN {
        signatures.entry((*name).into()).or_default().extend(arguments.clone());
    }
    let natives =
        host.engine.collect_fn_metadata(None, |info| Some((info.metadata.name.to_string(), info.metadata.num_params)), true);
    for (name, arguments) in natives {
        signatures.entry(name).or_default().insert(arguments);
    }
    add_script(&mut signatures, program, false);
    signatures
}

/// The natives of one namespace.
pub(super) fn of_namespace(host: &Host, namespace: &str) -> Signatures {
    let mut signatures = Signatures::new();
    let natives = host.engine.collect_fn_metadata(
        None,
        |info| (info.namespace == namespace).then(|| (info.metadata.name.to_string(), info.metadata.num_params)),
        true,
    );
    for (name, arguments) in natives {
        signatures.entry(name).or_default().insert(arguments);
    }
    signatures
}

/// What a module offers; nothing when it does not compile, which its own check says.
pub(super) fn of_module(host: &Host, text: &Text) -> Option<Signatures> {
    let program = host.compile(text.clone()).ok()?;
    let mut signatures = Signatures::new();
    add_script(&mut signatures, &program, true);
    Some(signatures)
}

fn add_script(signatures: &mut Signatures, program: &Program, public_only: bool) {
    for function in program.ast.iter_functions() {
        if public_only && function.access.is_private() {
            continue;
        }
        let arguments = signatures.entry(function.name.to_string()).or_default();
        arguments.insert(function.params.len());
        // A function with `this` is called as a method too.
        arguments.insert(function.params.len() + 1);
    }
}

pub(super) fn problem(known: &Signatures, name: &str, arguments: usize) -> Option<Problem> {
    // Operators and closures have names that nobody writes.
    if !name.starts_with(|first: char| first.is_alphabetic() || first == '_') || name.starts_with("anon$") {
        return None;
    }
    match known.get(name) {
        Some(counts) if counts.contains(&arguments) => None,
        Some(counts) => {
            let counts: Vec<_> = counts.iter().map(ToString::to_string).collect();
            let message = format!("`{name}` takes {} arguments, not {arguments}", counts.join(" or "));
            Some(Problem { message, help: None })
        }
        None => {
            let help = did_you_mean(name, known.keys().map(String::as_str));
            Some(Problem { message: format!("there is no function `{name}`"), help })
        }
    }
}
