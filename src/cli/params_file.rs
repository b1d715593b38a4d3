//! `--params FILE`: params from a file of TOML or JSON, turned into the words
//! that a person would have typed, so that one parser judges both. What is
//! typed wins over what the file says.

use std::path::{Path, PathBuf};

use crate::api::did_you_mean;
use crate::effect::outside;
use crate::runbook::{Header, Misuse, Param, ParamType};
use crate::value::{Map, Value, parse_str, to_json};

/// The words of the command line, with those of its `--params FILE` before them.
pub fn with_file(header: &Header, words: &[String]) -> Result<Vec<String>, Misuse> {
    let Some(path) = named(words) else { return Ok(words.to_vec()) };
    let values = read(&path)?;
    let mut all = Vec::new();
    for (name, value) in &values {
        let Some(param) = header.params.iter().find(|param| *name == param.name || *name == param.flag()) else {
            let names = header.params.iter().map(|param| param.name.as_str());
            return Err(
                Misuse::new(format!("{}: there is no param `{name}`", path.display())).maybe_hint(did_you_mean(name, names))
            );
        };
        let flag = format!("--{}", param.flag());
        let is_typed = words.iter().any(|word| *word == flag || word.starts_with(&format!("{flag}=")));
        if !is_typed {
            let wrong = |why: String| Misuse::new(format!("{}: `{name}`: {why}", path.display()));
            all.extend(texts(param, value).map_err(wrong)?.into_iter().map(|text| format!("{flag}={text}")));
        }
    }
    all.extend_from_slice(words);
    Ok(all)
}

fn named(words: &[String]) -> Option<PathBuf> {
    let at = words.iter().position(|word| word == "--params" || word.starts_with("--params="))?;
    let path = words[at].strip_prefix("--params=").or(words.get(at + 1).map(String::as_str))?;
    Some(path.into())
}

fn read(path: &Path) -> Result<Map, Misuse> {
    let wrong = |why: String| Misuse::new(format!("cannot read {}: {why}", path.display()));
    let text = outside::read_text(path).map_err(|error| wrong(error.to_string()))?;
    let json = match path.extension().is_some_and(|extension| extension == "json") {
        true => text,
        false => {
            let table: toml::Table = toml::from_str(&text).map_err(|error| wrong(without_excerpt(&error, &text)))?;
            serde_json::to_string(&table).map_err(|error| wrong(error.to_string()))?
        }
    };
    match parse_str(&json).map_err(|error| wrong(error.to_string()))? {
        Value::Map(values) => Ok(values),
        other => Err(wrong(format!("it must hold a map from params to values, and holds {}", other.kind()))),
    }
}

/// Only what is wrong and where: the line itself may hold a secret.
fn without_excerpt(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {}", error.message().trim_end().replace('\n', "; "))
}

/// The value as it would be typed: once, or once an item.
fn texts(param: &Param, value: &Value) -> Result<Vec<String>, String> {
    let texts = match (param.kind, value) {
        (_, Value::Null) => Vec::new(),
        (ParamType::List, Value::List(items)) => items.iter().map(plain).collect::<Option<_>>().unwrap_or_default(),
        (ParamType::Map, Value::Map(map)) => {
            map.iter().map(|(key, item)| Some(format!("{key}={}", plain(item)?))).collect::<Option<_>>().unwrap_or_default()
        }
        (ParamType::List | ParamType::Map, _) => Vec::new(),
        (_, other) => plain(other).into_iter().collect::<Vec<_>>(),
    };
    let is_empty =
        matches!(value, Value::Null) || value.as_list().is_some_and(<[_]>::is_empty) || value.as_map().is_some_and(Map::is_empty);
    if texts.is_empty() && !is_empty {
        return Err(format!("{} is not of the type \"{}\"", value.kind(), param.kind.name()));
    }
    // What may be a secret is judged, and never repeated, where it is read.
    let judged = texts.iter().filter(|_| !param.secret && !param.concealed).find_map(|text| param.parse(text).err());
    judged.map_or(Ok(texts), Err)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => to_json(value).ok(),
        _ => None,
    }
}
