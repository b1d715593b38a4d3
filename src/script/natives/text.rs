//! Small helpers on AWS's names, and a `round` for percentages.

use rhai::Module;
use unicode_width::UnicodeWidthStr;

use super::declare;

pub(super) fn add(module: &mut Module) {
    declare("short", &["arn: string"], "The last part of an ARN: what people call the thing.").set_into_module(module, short);
    declare("pad", &["text: string", "width: integer"], "The text, filled with spaces up to the width.")
        .set_into_module(module, pad);
}

fn short(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}

/// Wider than any terminal.
const WIDEST: usize = 1000;

fn pad(text: &str, width: i64) -> String {
    // Korean and emoji take two columns.
    let width = usize::try_from(width).unwrap_or_default().min(WIDEST);
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}
