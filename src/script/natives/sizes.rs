//! Functions of Rhai's own whose result may be many times as large as what
//! they are given, once more under their names. Rhai judges a size when the
//! value is there, which is too late for a text of terabytes; these judge it
//! before, by the same limits and with the same error.

use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Module, NativeCallContext};

use super::declare;
use crate::script::failure::Fallible;

const TEXT: &str = "Length of string";
const LIST: &str = "Size of array/BLOB";

pub(super) fn add(module: &mut Module) {
    add_replace(module);
    add_split(module);
    declare("pad", &["text: string", "length: integer", "padding: string"], "Adds the padding until the text is so long.")
        .set_into_module(module, pad_text);
    declare("pad", &["list", "length: integer", "item"], "Adds the item until the list is so long.")
        .set_into_module(module, pad_list);
}

fn add_replace(module: &mut Module) {
    let help = "Replaces all that is found in the text, in place.";
    declare("replace", &["text: string", "find: string", "with: string"], help).set_into_module(module, replace);
    declare("replace", &["text: string", "find: string", "with: character"], help).set_into_module(
        module,
        |context: NativeCallContext, text: &mut ImmutableString, find: &str, with: char| {
            replace(context, text, find, with.encode_utf8(&mut [0; 4]))
        },
    );
    declare("replace", &["text: string", "find: character", "with: string"], help).set_into_module(
        module,
        |context: NativeCallContext, text: &mut ImmutableString, find: char, with: &str| {
            replace(context, text, find.encode_utf8(&mut [0; 4]), with)
        },
    );
    declare("replace", &["text: string", "find: character", "with: character"], help).set_into_module(
        module,
        |context: NativeCallContext, text: &mut ImmutableString, find: char, with: char| {
            replace(context, text, find.encode_utf8(&mut [0; 4]), with.encode_utf8(&mut [0; 4]))
        },
    );
}

fn replace(context: NativeCallContext, text: &mut ImmutableString, find: &str, with: &str) -> Fallible<()> {
    if text.is_empty() {
        return Ok(());
    }
    let found = text.matches(find).count();
    let size = (text.len() - found * find.len()).saturating_add(found.saturating_mul(with.len()));
    judge_text(&context, size)?;
    *text = text.replace(find, with).into();
    Ok(())
}

fn add_split(module: &mut Module) {
    declare("split", &["text: string"], "The words of the text.").set_into_module(
        module,
        |context: NativeCallContext, text: &str| match text.is_empty() {
            true => Ok(vec![text.into()]),
            false => gather(&context, text.split_whitespace()),
        },
    );
    declare("to_chars", &["text: string"], "The characters of the text.")
        .set_into_module(module, |context: NativeCallContext, text: &str| gather(&context, text.chars()));
    add_split_by(module, "split", "The parts of the text between the delimiters.", forward);
    add_split_by(module, "split_rev", "The parts of the text between the delimiters, the last one first.", backward);
}

type Split = fn(&NativeCallContext, &str, &str, i64) -> Fallible<Array>;

/// By a text or a character, into any number of parts or at most so many.
fn add_split_by(module: &mut Module, name: &str, help: &str, split: Split) {
    const MOST: &str = "most: integer";
    declare(name, &["text: string", "delimiter: string"], help)
        .set_into_module(module, move |context: NativeCallContext, text: &str, delimiter: &str| {
            split(&context, text, delimiter, i64::MAX)
        });
    declare(name, &["text: string", "delimiter: character"], help).set_into_module(
        module,
        move |context: NativeCallContext, text: &str, delimiter: char| {
            split(&context, text, delimiter.encode_utf8(&mut [0; 4]), i64::MAX)
        },
    );
    declare(name, &["text: string", "delimiter: string", MOST], help)
        .set_into_module(module, move |context: NativeCallContext, text: &str, delimiter: &str, most: i64| {
            split(&context, text, delimiter, most)
        });
    declare(name, &["text: string", "delimiter: character", MOST], help).set_into_module(
        module,
        move |context: NativeCallContext, text: &str, delimiter: char, most: i64| {
            split(&context, text, delimiter.encode_utf8(&mut [0; 4]), most)
        },
    );
}

fn forward(context: &NativeCallContext, text: &str, delimiter: &str, most: i64) -> Fallible<Array> {
    match usize::try_from(most) {
        Ok(most) if most > 1 && !text.is_empty() => gather(context, text.splitn(most, delimiter)),
        _ => Ok(vec![text.into()]),
    }
}

fn backward(context: &NativeCallContext, text: &str, delimiter: &str, most: i64) -> Fallible<Array> {
    match usize::try_from(most) {
        Ok(most) if most > 1 && !text.is_empty() => gather(context, text.rsplitn(most, delimiter)),
        _ => Ok(vec![text.into()]),
    }
}

/// A list of the parts, unless there are more than a list may have.
fn gather<T: Into<Dynamic>>(context: &NativeCallContext, parts: impl Iterator<Item = T>) -> Fallible<Array> {
    let most = context.engine().max_array_size();
    let list: Array = match most {
        0 => parts.map(Into::into).collect(),
        most => parts.take(most + 1).map(Into::into).collect(),
    };
    judge(context, LIST, list.len(), most)?;
    Ok(list)
}

/// Rhai's own would also go on without an end where the padding is empty.
fn pad_text(context: NativeCallContext, text: &mut ImmutableString, length: i64, padding: &str) -> Fallible<()> {
    let length = usize::try_from(length).unwrap_or_default();
    judge_text(&context, length)?;
    let missing = length.saturating_sub(text.chars().count());
    let added: String = padding.chars().cycle().take(missing).collect();
    judge_text(&context, text.len() + added.len())?;
    *text += added;
    Ok(())
}

/// Rhai's own multiplies before it judges, and the product of a large length
/// may look small.
fn pad_list(context: NativeCallContext, list: &mut Array, length: i64, item: Dynamic) -> Fallible<()> {
    let length = usize::try_from(length).unwrap_or_default();
    judge(&context, LIST, length, context.engine().max_array_size())?;
    let item = item.flatten();
    while list.len() < length {
        let more = (length - list.len()).min(list.len().max(1));
        list.extend(std::iter::repeat_n(item.clone(), more));
        let grown = Dynamic::from_array(std::mem::take(list));
        context.engine().ensure_data_size_within_limits(&grown)?;
        *list = grown.into_array().unwrap_or_default();
    }
    Ok(())
}

pub(super) fn judge_text(context: &NativeCallContext, size: usize) -> Fallible<()> {
    judge(context, TEXT, size, context.engine().max_string_size())
}

/// For Rhai, a limit of 0 is none.
fn judge(context: &NativeCallContext, what: &str, size: usize, most: usize) -> Fallible<()> {
    match most > 0 && size > most {
        true => Err(EvalAltResult::ErrorDataTooLarge(what.into(), context.call_position()).into()),
        false => Ok(()),
    }
}
