//! `table(rows)`: a list of maps, or a header and rows, as aligned text.

use comfy_table::{Table, presets};
use rhai::{Array, Module, NativeCallContext};

use super::declare;
use crate::script::failure::{Fallible, wrong};

pub(super) fn add(module: &mut Module) {
    declare("table", &["header: list of strings", "rows: list of lists"], "Rows as aligned text, below a header.")
        .set_into_module(module, table);
}

fn table(context: NativeCallContext, header: Array, rows: Array) -> Fallible<String> {
    let texts = |cells: &Array| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rows = rows.iter().map(|row| match row.read_lock::<Array>() {
        Some(cells) if cells.len() == header.len() => Ok(texts(&cells)),
        _ => Err(wrong(format!("every row of a table is a list of {} cells, as its header", header.len()), &context)),
    });
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(texts(&header)).add_rows(rows.collect::<Fallible<Vec<_>>>()?);
    Ok(table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n"))
}
