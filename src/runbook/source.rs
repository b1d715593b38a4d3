//! Where a secret param comes from, as the command line names it: a variable, a
//! file, standard input, a question. Never the secret itself.

use super::fault::Misuse;
use super::param::{Param, ParamType};
use crate::effect::{Branch, Effect, Gate, Stop, Trouble};
use crate::value::{Map, Value};

const FORMS: &str = "env:NAME, file:PATH or -";

/// What to do to get at a secret; nothing when the text names no source.
fn effect(from: &str) -> Option<Effect> {
    match from.split_once(':') {
        Some(("env", name)) => Some(Effect::Environment { name: name.to_owned(), secret: true }),
        Some(("file", path)) => Some(Effect::ReadFile { path: path.to_owned(), secret: true, optional: false }),
        _ if from == "-" => Some(Effect::ReadFile { path: "/dev/stdin".into(), secret: true, optional: false }),
        _ => None,
    }
}

/// The script makes such a value itself.
fn is_generated(from: &str) -> bool {
    from == "generate" || from.strip_prefix("generate:").is_some_and(|length| length.parse::<u16>().is_ok())
}

fn is_source(from: &str, is_map: bool) -> bool {
    effect(from).is_some() || is_map && (from == "prompt" || is_generated(from))
}

/// Whether a text, as it is typed for a secret param, says where the secret is.
/// Any other may be the secret itself.
pub fn is_secret_source(param: &Param, text: &str) -> bool {
    match param.kind {
        ParamType::Map => text.split_once('=').is_some_and(|(_, from)| is_source(from, true)),
        _ => is_source(text, false),
    }
}

/// Before anything is recorded: what is no source may be the secret itself, and
/// is neither kept nor repeated.
pub(super) fn refuse_literals(params: &[Param], arguments: &Map) -> Result<(), Misuse> {
    for param in params.iter().filter(|param| param.secret) {
        let is_source = |from: &Value, is_map: bool| is_source(from.as_str().unwrap_or_default(), is_map);
        let sound = match arguments.get(param.name.as_str()) {
            Some(Value::Map(sources)) => sources.values().all(|from| is_source(from, true)),
            Some(from) => is_source(from, false),
            None => true,
        };
        if !sound {
            let more = if param.kind == ParamType::Map { "prompt, generate:LENGTH, " } else { "" };
            let what = format!("the value of --{} is not shown here: a secret is given as {more}{FORMS}", param.flag());
            return Err(Misuse::new(what).hint("what stands on a command line can be read by others: change that secret"));
        }
    }
    Ok(())
}

/// The secret that `from` leads to.
pub(super) fn read_one(gate: &Gate, branch: &Branch, from: &str) -> Result<Value, Trouble> {
    let effect = effect(from).ok_or_else(|| Trouble::Unavailable(format!("a secret is given as {FORMS}")))?;
    match gate.perform(branch, effect)? {
        Value::Null => Err(Trouble::Unavailable(format!("{from} holds nothing"))),
        value => Ok(value),
    }
}

/// Where nobody can type it, the other ways to give it are named.
fn ask(gate: &Gate, branch: &Branch, key: &str) -> Result<Value, Trouble> {
    let asked = gate.perform(branch, Effect::Ask { question: key.to_owned(), secret: true, otherwise: None });
    asked.map_err(|trouble| match trouble {
        Trouble::Stop(Stop::Refused { what, .. }) => {
            let hint = format!("there is no terminal to ask at: give {key} as {FORMS} instead of prompt");
            Trouble::Stop(Stop::Refused { what, hint })
        }
        other => other,
    })
}

/// One secret a key. What the script shall generate itself stays as it is.
pub(super) fn read_each(gate: &Gate, branch: &Branch, sources: Map) -> Result<Value, Trouble> {
    let each = sources.into_iter().map(|(key, source)| {
        let value = match source.as_str().unwrap_or_default() {
            from if is_generated(from) => source,
            "prompt" => ask(gate, branch, &key)?,
            from => read_one(gate, branch, from)?,
        };
        Ok((key, value))
    });
    Ok(Value::Map(each.collect::<Result<Map, Trouble>>()?))
}
