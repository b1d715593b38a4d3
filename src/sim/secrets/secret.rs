//! A secret as the state keeps it, and how a request finds it: by its name, by
//! its ARN, or by its ARN without the six letters at the end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::refuse::refuse;
use super::versions::Version;
use crate::api::Failure;
use crate::value::{Timestamp, Value};

const MARKED_FOR_DELETION: &str = "You can't perform this operation on the secret because it was marked for deletion.";

/// By their names.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Secrets(BTreeMap<String, Secret>);

#[derive(Clone, Serialize, Deserialize)]
pub struct Secret {
    /// What DescribeSecret tells, but for the versions.
    pub document: Document,
    /// In the order of their creation.
    pub versions: Vec<Version>,
    pub policy: Option<String>,
}

impl Secrets {
    pub fn all(&self) -> impl Iterator<Item = &Secret> {
        self.0.values()
    }

    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Secret> {
        self.0.get_mut(name)
    }

    pub fn insert(&mut self, secret: Secret) {
        self.0.insert(secret.document.text("Name").to_owned(), secret);
    }

    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Forgets the secrets whose recovery window is over.
    pub fn purge(&mut self, now: Timestamp) {
        self.0.retain(|_, secret| !secret.is_gone(now));
    }

    pub fn find(&self, id: &str) -> Result<&Secret, Failure> {
        self.all().find(|secret| secret.answers_to(id)).ok_or_else(not_found)
    }

    /// The secret that a request is about, scheduled for deletion or not.
    pub fn of(&self, request: &Value) -> Result<&Secret, Failure> {
        self.find(request.text("SecretId").unwrap_or_default())
    }

    pub fn of_mut(&mut self, request: &Value) -> Result<&mut Secret, Failure> {
        let id = request.text("SecretId").unwrap_or_default();
        self.0.values_mut().find(|secret| secret.answers_to(id)).ok_or_else(not_found)
    }

    /// The same, refused while the secret is scheduled for deletion.
    pub fn usable(&self, request: &Value) -> Result<&Secret, Failure> {
        self.of(request)?.usable()
    }

    pub fn usable_mut(&mut self, request: &Value) -> Result<&mut Secret, Failure> {
        self.usable(request)?;
        self.of_mut(request)
    }
}

impl Secret {
    /// The end of its recovery window, once it is scheduled for deletion.
    pub fn deletion(&self) -> Option<Timestamp> {
        match self.document.get("DeletedDate") {
            Some(Value::Time(time)) => Some(*time),
            _ => None,
        }
    }

    pub fn is_gone(&self, now: Timestamp) -> bool {
        self.deletion().is_some_and(|deletion| deletion <= now)
    }

    pub fn usable(&self) -> Result<&Secret, Failure> {
        match self.deletion() {
            Some(_) => Err(refuse("InvalidRequestException", MARKED_FOR_DELETION)),
            None => Ok(self),
        }
    }

    /// An ARN that ends like a complete one is taken for a complete one: this
    /// is why AWS warns of names that end in a hyphen and six characters.
    fn answers_to(&self, id: &str) -> bool {
        if !is_arn(id) {
            return self.document.text("Name") == id;
        }
        let arn = self.document.text("ARN");
        arn == id || !has_letters(id) && arn.strip_prefix(id).is_some_and(|rest| rest.len() == 7 && has_letters(rest))
    }

    /// The two members that nearly every answer has.
    pub fn named(&self) -> Document {
        let mut answer = Document::default();
        answer.copy(&self.document, &["ARN", "Name"]);
        answer
    }

    pub fn changed(&mut self, now: Timestamp) {
        self.document.set("LastChangedDate", now);
    }

    pub fn accessed(&mut self, now: Timestamp) {
        self.document.set("LastAccessedDate", day_of(now));
    }

    /// Takes over a member of the request; AWS shows no member that is empty.
    pub fn describe_by(&mut self, request: &Value, name: &str) {
        match request.text(name) {
            Some("") => _ = self.document.remove(name),
            Some(text) => self.document.set(name, text),
            None => {}
        }
    }
}

pub fn is_arn(id: &str) -> bool {
    id.starts_with("arn:")
}

/// Whether a text ends in what AWS appends to a name: a hyphen and six letters.
fn has_letters(text: &str) -> bool {
    let letters = text.rsplit_once('-').map_or("", |(_, letters)| letters);
    letters.len() == 6 && letters.chars().all(|letter| letter.is_ascii_alphanumeric())
}

pub fn not_found() -> Failure {
    refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

/// Access is told to the day, as its midnight.
pub fn day_of(time: Timestamp) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60;
    Timestamp::from_second(time.as_second().div_euclid(DAY) * DAY).expect("midnight is no further than the time itself")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    const PLACE: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

    fn secret(name: &str) -> Secret {
        let document = map! { "Name" => name, "ARN" => format!("{PLACE}{name}-AbC1eF") };
        Secret { document: Document::from(document), versions: vec![], policy: None }
    }

    #[test]
    fn an_arn_may_lack_its_letters_but_nothing_else() {
        let found = |id: &str| secret("team/db").answers_to(&format!("{PLACE}{id}"));
        assert!(found("team/db") && found("team/db-AbC1eF"));
        for other in ["team/d", "team/", "team/db-", "team/db-AbC1e", "team/db-Xyz123", "team/db2"] {
            assert!(!found(other), "{other}");
        }
    }

    #[test]
    fn a_name_that_ends_like_an_arn_cannot_be_found_by_half_an_arn() {
        let found = |name: &str, id: &str| secret(name).answers_to(&format!("{PLACE}{id}"));
        assert!(!found("name-a1b2c3", "name-a1b2c3"));
        assert!(found("name-a1b2c3", "name-a1b2c3-AbC1eF"));
        assert!(found("name-a1b2c3-", "name-a1b2c3-") && found("name-a1b2", "name-a1b2"));
    }

    #[test]
    fn a_name_is_whole_and_never_the_tail_of_an_arn() {
        assert!(secret("db").answers_to("db"));
        assert!(!secret("db").answers_to("db-AbC1eF") && !secret("db").answers_to("d"));
    }

    #[test]
    fn a_day_begins_at_midnight() {
        let day = |text: &str| day_of(text.parse().unwrap()).to_string();
        assert_eq!(day("2026-07-01T23:59:59.999Z"), "2026-07-01T00:00:00Z");
        assert_eq!(day("2026-07-02T00:00:00Z"), "2026-07-02T00:00:00Z");
        assert_eq!(day("1969-12-31T10:00:00Z"), "1969-12-31T00:00:00Z");
    }
}
