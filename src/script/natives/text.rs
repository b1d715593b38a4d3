//! Small helpers on AWS's names, and on names that people type.

use rhai::{Array, Dynamic, ImmutableString, Module};
use unicode_width::UnicodeWidthStr;

use super::declare;
use crate::api;

pub(super) fn add(module: &mut Module) {
    declare("short", &["arn: string"], "The last part of an ARN: what people call the thing.").set_into_module(module, short);
    declare("pad", &["text: string", "width: integer"], "The text, filled with spaces up to the width.")
        .set_into_module(module, pad);
    declare("nearest", &["typed: string", "names: list"], "The name that was probably meant; () when none is near.")
        .set_into_module(module, nearest);
}

fn short(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}

fn nearest(typed: &str, names: Array) -> Dynamic {
    let names: Vec<ImmutableString> = names.into_iter().filter_map(Dynamic::try_cast).collect();
    let found = api::nearest(typed, names.iter().map(|name| name.as_str()));
    found.map_or(Dynamic::UNIT, |name| ImmutableString::from(name).into())
}

/// Wider than any terminal.
const WIDEST: usize = 1000;

fn pad(text: &str, width: i64) -> String {
    // Korean and emoji take two columns.
    let width = usize::try_from(width).unwrap_or_default().min(WIDEST);
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}
