//! `table(header, rows)`: rows as aligned text; and the one table that scripts
//! share with the rest of the house, Fargate's sizes.

use comfy_table::{Table, presets};
use rhai::{Array, Dynamic, Module, NativeCallContext};

use super::{declare, sizes};
use crate::api::fargate;
use crate::map;
use crate::script::dynamic::{to_dynamic, to_value};
use crate::script::failure::{Fallible, wrong};
use crate::value::{Value, to_json};

pub(super) fn add(module: &mut Module) {
    declare("table", &["header: list of strings", "rows: list of lists"], "Rows as aligned text, below a header.")
        .set_into_module(module, table);
    declare(
        "fargate_sizes",
        &[],
        "The sizes of tasks that Fargate has: a list of { cpu, least, most, every }, in cpu units and MiB of memory.",
    )
    .set_into_module(module, fargate_sizes);
}

fn fargate_sizes() -> Array {
    let row = |size: &fargate::Size| {
        to_dynamic(map! { "cpu" => size.cpu, "least" => size.least, "most" => size.most, "every" => size.step })
    };
    fargate::SIZES.iter().map(row).collect()
}

fn table(context: NativeCallContext, header: Array, rows: Array) -> Fallible<String> {
    let texts = |cells: &Array| cells.iter().map(shown).collect::<Vec<_>>();
    let rows = rows.iter().map(|row| match row.read_lock::<Array>() {
        Some(cells) if cells.len() == header.len() => Ok(texts(&cells)),
        _ => Err(wrong(format!("every row of a table is a list of {} cells, as its header", header.len()), &context)),
    });
    let (header, rows) = (texts(&header), rows.collect::<Fallible<Vec<_>>>()?);
    sizes::judge_text(&context, size(&header, &rows))?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header).add_rows(rows);
    Ok(table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n"))
}

/// Characters of the table, at most: each line is as wide as the widest cells
/// together, so that one long cell makes every line long.
fn size(header: &[String], rows: &[Vec<String>]) -> usize {
    let width = |cell: &String| cell.lines().map(str::len).max().unwrap_or_default();
    let (mut widths, mut lines) = (header.iter().map(width).collect::<Vec<_>>(), 1_usize);
    for row in rows {
        widths.iter_mut().zip(row).for_each(|(widest, cell)| *widest = width(cell).max(*widest));
        lines += row.iter().map(|cell| cell.lines().count()).max().unwrap_or_default();
    }
    widths.iter().sum::<usize>().saturating_mul(lines)
}

/// A cell as a person reads it; nothing for what AWS did not say.
fn shown(cell: &Dynamic) -> String {
    match to_value(cell) {
        Ok(Value::Null) => String::new(),
        Ok(Value::Text(text)) => text.into(),
        Ok(Value::Time(time)) => time.to_string(),
        Ok(Value::Secret(_)) => "(secret)".into(),
        Ok(other) => to_json(&other).unwrap_or_else(|_| "(holds a secret)".into()),
        Err(problem) => problem,
    }
}
