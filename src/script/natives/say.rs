//! Talking to people: lines below a step, progress of a wait, and the result
//! on standard output.

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, strand};
use crate::effect::Stop;
use crate::journal::{Mark, Recorded};
use crate::script::current;
use crate::script::dynamic::{Span, to_value};
use crate::script::failure::{Fallible, end, text_of};
use crate::value::{Value, diff, to_json};

pub(super) fn add(module: &mut Module) {
    declare("say", &["text"], "Says something below the present step.")
        .set_into_module(module, |context: NativeCallContext, text: Dynamic| say(&context, &text, Mark::Said));
    declare("warn", &["text"], "Says something that a person should not overlook.")
        .set_into_module(module, |context: NativeCallContext, text: Dynamic| say(&context, &text, Mark::Warned));
    declare("progress", &["text"], "Says how far a wait has come; replaces what it said before.")
        .set_into_module(module, |context: NativeCallContext, text: Dynamic| say(&context, &text, Mark::Progress));
    declare(
        "progress",
        &["text", "done: integer", "of: integer", "limit: duration"],
        "The same, with how much is done and how long it may take; a terminal draws a bar.",
    )
    .set_into_module(module, measured);
    declare("summary", &["text"], "What the line of the present step says once it is done.").set_into_module(
        module,
        |context: NativeCallContext, text: Dynamic| -> Fallible<()> {
            current::summarize_step(text_of(&text, context.call_position())?);
            Ok(())
        },
    );
    declare("findings", &["map"], "Keeps why the run is about to end as it does: causes, and the evidence for them.")
        .set_into_module(module, findings);
    declare("show_diff", &["before", "after"], "Says what changed from one value to another, a line a change.")
        .set_into_module(module, show_diff);
    declare("differences", &["before", "after"], "The changes from one value to another: a list of { path, before, after }.")
        .set_into_module(module, differences);
}

/// What `print` prints, on standard output.
pub(in crate::script) fn print(text: &str) {
    if let Some(strand) = current::strand() {
        // A stop that this meets ends the run at the next operation.
        if let Err(stop) = strand.gate.mark(&strand.branch, Mark::Printed(text.to_owned())) {
            strand.gate.cancel().stop(stop);
        }
    }
}

fn say(context: &NativeCallContext, text: &Dynamic, to_mark: fn(String) -> Mark) -> Fallible<()> {
    mark(context, to_mark(text_of(text, context.call_position())?))
}

fn measured(context: NativeCallContext, text: &str, done: i64, of: i64, limit: Span) -> Fallible<()> {
    let limit_ms = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    mark(&context, Mark::Measured { text: text.to_owned(), done, of, limit_ms })
}

fn findings(context: NativeCallContext, found: Dynamic) -> Fallible<()> {
    let found = to_value(&found).map_err(|message| super::wrong(message, &context))?;
    if found.holds_secret() {
        return Err(end(Stop::SecretShown("the findings hold a secret".into()), context.call_position()));
    }
    mark(&context, Mark::Found(Recorded(with_texts_for_times(found))))
}

/// A mark is compared as it was written when a run is played again, and a time
/// is read back as text.
fn with_texts_for_times(value: Value) -> Value {
    match value {
        Value::Time(time) => Value::from(time.to_string()),
        Value::List(items) => Value::List(items.into_iter().map(with_texts_for_times).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(name, item)| (name, with_texts_for_times(item))).collect()),
        other => other,
    }
}

fn mark(context: &NativeCallContext, mark: Mark) -> Fallible<()> {
    let strand = strand(context)?;
    strand.gate.mark(&strand.branch, mark).map_err(|stop| end(stop, context.call_position()))
}

fn show_diff(context: NativeCallContext, before: Dynamic, after: Dynamic) -> Fallible<()> {
    for change in changes(&context, &before, &after)? {
        let line = match (&change.before, &change.after) {
            (Some(old), Some(new)) => {
                let (old, new) = (shown(old), shown(new));
                let shared = shared_prefix(&old, &new);
                format!("{}  {} → {}", change.path, shortened(&old, shared), shortened(&new, shared))
            }
            (None, Some(new)) => format!("{}  added: {}", change.path, shown(new)),
            (Some(old), None) => format!("{}  removed: {}", change.path, shown(old)),
            (None, None) => continue,
        };
        mark(&context, Mark::Said(line))?;
    }
    Ok(())
}

fn differences(context: NativeCallContext, before: Dynamic, after: Dynamic) -> Fallible<rhai::Array> {
    let changes = changes(&context, &before, &after)?.into_iter().map(|change| {
        crate::script::dynamic::to_dynamic(crate::map! {
            "path" => change.path.to_string(), "before" => change.before, "after" => change.after,
        })
    });
    Ok(changes.collect())
}

fn changes(context: &NativeCallContext, before: &Dynamic, after: &Dynamic) -> Fallible<Vec<diff::Change>> {
    let value = |side: &Dynamic| to_value(side).map_err(|message| super::wrong(message, context));
    Ok(diff::diff(&value(before)?, &value(after)?))
}

/// Bytes up to the last `/` that both begin with: the registry of two images.
fn shared_prefix(old: &str, new: &str) -> usize {
    let same = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    old.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').unwrap_or(0)
}

/// `…/web:v42`
fn shortened(text: &str, prefix: usize) -> String {
    match prefix {
        0 => text.to_owned(),
        prefix => format!("…{}", &text[prefix..]),
    }
}

/// A value for a line of a difference; a secret only says that it is one.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Secret(_) => "(secret)".into(),
        other => to_json(other).unwrap_or_else(|_| "(holds a secret)".into()),
    }
}
