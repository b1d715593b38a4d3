//! What is told of secrets without their values: one, or all that pass filters.

use super::super::document::Document;
use super::super::paging::Paging;
use super::super::place::Place;
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::secret::Secret;
use crate::value::{Timestamp, Value};

const PAGING: Paging = Paging { size: "MaxResults", token: "NextToken", size_default: 100, refusal: "InvalidNextTokenException" };

pub fn describe(sim: &mut Sim, request: &Value) -> Answer {
    Ok(told(sim.secrets.of(request)?, "VersionIdsToStages"))
}

pub fn list(sim: &mut Sim, request: &Value) -> Answer {
    let secrets = chosen(sim, request).into_iter().map(|secret| told(secret, "SecretVersionsToStages"));
    PAGING.page(request, "SecretList", secrets.collect())
}

/// The names of the secrets that a request's filters let through.
pub fn names(sim: &Sim, request: &Value) -> Vec<Value> {
    chosen(sim, request).into_iter().map(|secret| Value::from(secret.document.text("Name"))).collect()
}

/// Members without a value are left out, as AWS does.
fn told(secret: &Secret, versions: &str) -> Value {
    let mut document = secret.document.clone();
    let stages = secret.stages_by_version();
    if !stages.is_empty() {
        document.set(versions, stages);
    }
    document.to_value()
}

fn chosen<'a>(sim: &'a Sim, request: &Value) -> Vec<&'a Secret> {
    let deleted = request.get("IncludePlannedDeletion").and_then(Value::as_bool).unwrap_or(false);
    let filters = request.items("Filters");
    let wanted = sim.secrets.all().filter(|secret| {
        (deleted || secret.deletion().is_none()) && filters.iter().all(|filter| passes(secret, &sim.place, filter))
    });
    let mut secrets: Vec<&Secret> = wanted.collect();
    secrets.sort_by_key(|secret| sort_key(&secret.document, request.text("SortBy")));
    if request.text("SortOrder") == Some("desc") {
        secrets.reverse();
    }
    secrets
}

/// Equal times are in the order of the names.
fn sort_key(document: &Document, by: Option<&str>) -> (Option<Timestamp>, String) {
    let time = |name: &str| match document.get(name) {
        Some(Value::Time(time)) => Some(*time),
        _ => None,
    };
    let time = match by {
        Some("name") => None,
        Some("last-accessed-date") => time("LastAccessedDate"),
        Some("last-changed-date") => time("LastChangedDate"),
        _ => time("CreatedDate"),
    };
    (time, document.text("Name").to_owned())
}

/// One of a filter's values must hit; one behind an exclamation mark must not.
fn passes(secret: &Secret, place: &Place, filter: &Value) -> bool {
    let key = filter.text("Key").unwrap_or_default();
    let found = searched(&secret.document, place, key);
    let hits = |value: &str| match key {
        "all" | "description" => hits_words(&found, value),
        _ => found.iter().any(|found| found.starts_with(value)),
    };
    let (out, kept): (Vec<&str>, Vec<&str>) = texts(filter, "Values").into_iter().partition(|value| value.starts_with('!'));
    let kept_out = out.iter().any(|value| hits(value.trim_start_matches('!')));
    !kept_out && (kept.is_empty() || kept.into_iter().any(hits))
}

/// What a filter looks at. No secret here is owned by another service of AWS.
fn searched<'a>(document: &'a Document, place: &'a Place, key: &str) -> Vec<&'a str> {
    let tags = |member: &'static str| document.items("Tags").iter().filter_map(move |tag| tag.text(member));
    match key {
        "name" => vec![document.text("Name")],
        "description" => vec![document.text("Description")],
        "tag-key" => tags("Key").collect(),
        "tag-value" => tags("Value").collect(),
        "primary-region" => vec![place.region.as_str()],
        "all" => [document.text("Name"), document.text("Description"), place.region.as_str()]
            .into_iter()
            .chain(tags("Key"))
            .chain(tags("Value"))
            .collect(),
        _ => vec![],
    }
}

/// AWS breaks the value of the filter into words and wants each of them at the
/// beginning of a word, whatever their case.
fn hits_words(found: &[&str], value: &str) -> bool {
    let found: Vec<String> = found.iter().map(|text| text.to_lowercase()).collect();
    let separates = |letter: char| !letter.is_alphanumeric();
    let words: Vec<&str> = found.iter().flat_map(|text| text.split_whitespace().chain(text.split(separates))).collect();
    let value = value.to_lowercase();
    value.split_whitespace().all(|wanted| words.iter().any(|word| word.starts_with(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As AWS was seen to answer for these descriptions.
    #[test]
    fn words_hit_beginnings_of_words() {
        let hit = |value: &str| {
            let described = ["a secret", "an secret", "asecret", "thesecret"];
            described.map(|text| hits_words(&[text], value))
        };
        assert_eq!(hit("a"), [true, true, true, false]);
        assert_eq!(hit("a secret"), [true, true, false, false]);
        assert_eq!(hit("A SECRET"), [true, true, false, false]);
        assert_eq!(hit("c"), [false; 4]);
    }

    #[test]
    fn parts_of_a_name_are_words_too() {
        assert!(hits_words(&["prod/wallet-db"], "wall") && hits_words(&["prod/wallet-db"], "prod/wal"));
        assert!(!hits_words(&["prod/wallet-db"], "allet"));
    }
}
