//! What a query does with the lines: which pass, what is shown of them, in
//! which order, and what they add up to.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Row;
use super::expression::{Condition, Word, commands, condition};
use crate::value::{Timestamp, parse_span};

#[derive(Default)]
pub(super) struct Plan {
    fields: Vec<String>,
    filters: Vec<Condition>,
    /// A field, and whether the largest comes first.
    sort: Option<(String, bool)>,
    pub limit: Option<usize>,
    stats: Option<Stats>,
}

struct Stats {
    /// What is counted, over which field, and its name in the result.
    measures: Vec<(String, String, String)>,
    by: Vec<Key>,
}

enum Key {
    Field(String),
    /// The time, in steps of so many milliseconds.
    Bin(String, i64),
}

impl Plan {
    pub fn read(text: &str) -> Result<Plan, String> {
        let mut plan = Plan::default();
        for words in commands(text)? {
            let Some((command, words)) = words.split_first() else { continue };
            let Word::Plain(command) = command else { return Err(format!("unexpected {command:?}")) };
            match command.to_lowercase().as_str() {
                "fields" | "display" => plan.fields = fields(words)?,
                "filter" => plan.filters.push(condition(words)?),
                "sort" => plan.sort = Some(sort(words)?),
                "limit" | "head" => plan.limit = Some(limit(words)?),
                "stats" => plan.stats = Some(stats(words)?),
                other => return Err(format!("the sandbox does not simulate the command {other} of queries yet")),
            }
        }
        Ok(plan)
    }

    pub fn passes(&self, row: &Row) -> bool {
        self.filters.iter().all(|condition| condition.holds(row))
    }

    /// The rows as they are answered: cells of a field and its value.
    pub fn finish(&self, rows: Vec<Row>, limit: usize) -> Vec<Vec<(String, String)>> {
        let (mut rows, columns) = match &self.stats {
            Some(stats) => stats.add_up(&rows),
            None => {
                let usual = || vec!["@timestamp".to_owned(), "@message".to_owned()];
                let mut columns = if self.fields.is_empty() { usual() } else { self.fields.clone() };
                columns.push("@ptr".into());
                (rows, columns)
            }
        };
        if let Some((field, descending)) = &self.sort {
            let value = |row: &Row| row.get(field).cloned().unwrap_or_default();
            rows.sort_by(|one, other| compare(&value(one), &value(other)));
            if *descending {
                rows.reverse();
            }
        }
        rows.truncate(self.limit.unwrap_or(limit));
        let cells = |row: Row| columns.iter().filter_map(|name| Some((name.clone(), row.get(name)?.clone()))).collect();
        rows.into_iter().map(cells).collect()
    }
}

/// As numbers where both are, as texts elsewhere.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => one.cmp(other),
    }
}

/// `2026-07-01 09:00:00.000`
pub(super) fn moment(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

fn plain(word: &Word) -> Result<&str, String> {
    match word {
        Word::Plain(text) => Ok(text),
        other => Err(format!("unexpected {other:?}")),
    }
}

fn fields(words: &[Word]) -> Result<Vec<String>, String> {
    let names = words.split(|word| word.is(","));
    let one = |words: &[Word]| match words {
        [name] => plain(name).map(str::to_owned),
        _ => Err("the sandbox knows the names of fields here, and no functions".into()),
    };
    names.map(one).collect()
}

fn sort(words: &[Word]) -> Result<(String, bool), String> {
    match words {
        [field] => Ok((plain(field)?.to_owned(), false)),
        [field, order] if order.is("asc") || order.is("desc") => Ok((plain(field)?.to_owned(), order.is("desc"))),
        _ => Err("sort takes a field, and asc or desc".into()),
    }
}

fn limit(words: &[Word]) -> Result<usize, String> {
    let number = match words {
        [number] => plain(number)?.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| "limit takes a number".into())
}

/// `count(*) as lines, max(ms) by level, bin(5m)`
fn stats(words: &[Word]) -> Result<Stats, String> {
    let at = words.iter().position(|word| word.is("by")).unwrap_or(words.len());
    let (measures, by) = (&words[..at], words.get(at + 1..).unwrap_or_default());
    let by = if by.is_empty() { vec![] } else { by.split(|word| word.is(",")).map(key).collect::<Result<_, _>>()? };
    let measures = measures.split(|word| word.is(",")).map(measure).collect::<Result<_, _>>()?;
    Ok(Stats { measures, by })
}

fn measure(words: &[Word]) -> Result<(String, String, String), String> {
    let (call, name) = match words {
        [call @ .., as_, name] if as_.is("as") => (call, Some(plain(name)?.to_owned())),
        call => (call, None),
    };
    let (function, field) = match call {
        [function, open, close] if open.is("(") && close.is(")") => (plain(function)?, "*"),
        [function, open, field, close] if open.is("(") && close.is(")") => (plain(function)?, plain(field)?),
        _ => return Err("stats takes functions, as count(*)".into()),
    };
    let known = ["count", "sum", "avg", "min", "max", "count_distinct"].contains(&function);
    let name = name.unwrap_or_else(|| format!("{function}({field})"));
    if known { Ok((function.to_owned(), field.to_owned(), name)) } else { Err(format!("stats knows no {function}")) }
}

fn key(words: &[Word]) -> Result<Key, String> {
    match words {
        [field] => Ok(Key::Field(plain(field)?.to_owned())),
        [bin, open, span, close] if bin.is("bin") && open.is("(") && close.is(")") => {
            let span = plain(span)?;
            let step = parse_span(span).and_then(|span| i64::try_from(span.as_millis()).ok()).filter(|step| *step > 0);
            step.map(|step| Key::Bin(format!("bin({span})"), step)).ok_or_else(|| format!("{span} is no time for bin"))
        }
        _ => Err("by takes fields, and bin(5m)".into()),
    }
}

impl Key {
    fn name(&self) -> &String {
        match self {
            Key::Field(name) | Key::Bin(name, _) => name,
        }
    }

    fn value(&self, row: &Row) -> Option<String> {
        match self {
            Key::Field(name) => row.get(name).cloned(),
            Key::Bin(_, step) => {
                let time = format!("{}Z", row.get("@timestamp")?.replace(' ', "T"));
                let at = time.parse::<Timestamp>().ok()?.as_millisecond();
                Some(moment(at - at.rem_euclid(*step)))
            }
        }
    }
}

impl Stats {
    fn add_up(&self, rows: &[Row]) -> (Vec<Row>, Vec<String>) {
        let mut sums: BTreeMap<Vec<Option<String>>, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            sums.entry(self.by.iter().map(|key| key.value(row)).collect()).or_default().push(row);
        }
        if self.by.is_empty() && sums.is_empty() {
            sums.insert(vec![], vec![]);
        }
        let columns = self.by.iter().map(Key::name).chain(self.measures.iter().map(|(_, _, name)| name)).cloned();
        let rows = sums.into_iter().map(|(keys, rows)| {
            let keys = self.by.iter().zip(keys).filter_map(|(key, value)| Some((key.name().clone(), value?)));
            let sums =
                self.measures.iter().filter_map(|(function, field, name)| Some((name.clone(), sum(function, field, &rows)?)));
            keys.chain(sums).collect()
        });
        (rows.collect(), columns.collect())
    }
}

fn sum(function: &str, field: &str, rows: &[&Row]) -> Option<String> {
    let values = || rows.iter().filter_map(|row| row.get(field));
    let numbers: Vec<f64> = values().filter_map(|text| text.parse().ok()).collect();
    let total: f64 = numbers.iter().sum();
    let number = match function {
        "count" if field == "*" => rows.len() as f64,
        "count" => values().count() as f64,
        "count_distinct" => values().collect::<std::collections::BTreeSet<_>>().len() as f64,
        "sum" => total,
        "avg" if !numbers.is_empty() => total / numbers.len() as f64,
        "min" => numbers.iter().copied().reduce(f64::min)?,
        "max" => numbers.iter().copied().reduce(f64::max)?,
        _ => return None,
    };
    Some(number.to_string())
}
