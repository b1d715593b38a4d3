//! What lists lack: an end that may not be there, and a count in words.

use rhai::{Array, Dynamic, Module};

use super::declare;

pub(super) fn add(module: &mut Module) {
    declare("first", &["list"], "The first item; () of an empty list.")
        .set_into_module(module, |list: &mut Array| list.first().cloned().unwrap_or(Dynamic::UNIT));
    declare("last", &["list"], "The last item; () of an empty list.")
        .set_into_module(module, |list: &mut Array| list.last().cloned().unwrap_or(Dynamic::UNIT));
    declare("plural", &["count: integer", "thing: string"], "`1 task`, `2 tasks`.").set_into_module(module, plural);
}

fn plural(count: i64, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}
