//! The versions of a secret: how one is added, and which ones AWS forgets.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::paging::Paging;
use super::super::refuse::refuse;
use super::super::{Answer, Sim};
use super::rotation;
use super::secret::{Secret, day_of};
use super::stages::{self, CURRENT};
use crate::api::Failure;
use crate::value::{Map, Timestamp, Value};

const PAGING: Paging = Paging { size: "MaxResults", token: "NextToken", size_default: 100, refusal: "InvalidNextTokenException" };
const VERSIONS_MAX: usize = 100;
/// A younger version is never forgotten.
const YOUTH: SignedDuration = SignedDuration::from_hours(24);
const QUOTA: &str = "The request failed because it would exceed one of the Secrets Manager quotas.";
const DEFAULT_KEY: &str = "DefaultEncryptionKey";
const CONTENT: &[&str] = &["SecretString", "SecretBinary"];

#[derive(Clone, Serialize, Deserialize)]
pub struct Version {
    pub id: String,
    /// The value, and what ListSecretVersionIds tells.
    pub document: Document,
    /// In the order in which AWS shows them.
    pub stages: BTreeSet<String>,
}

impl Version {
    pub fn stages(&self) -> Value {
        Value::from(self.stages.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn accessed(&mut self, now: Timestamp) {
        self.document.set("LastAccessedDate", day_of(now));
    }

    pub fn encrypt(&mut self, key: Option<&str>) {
        self.document.set("KmsKeyIds", vec![key.unwrap_or(DEFAULT_KEY)]);
    }

    fn is_forgettable(&self, now: Timestamp) -> bool {
        let old = matches!(self.document.get("CreatedDate"), Some(Value::Time(created)) if *created + YOUTH <= now);
        old && self.stages.is_empty()
    }
}

/// The value that a request brings, and nothing of its envelope. Empty if it
/// brings none.
pub fn content(request: &Value) -> Result<Document, Failure> {
    let mut content = Document::default();
    content.copy(request.as_map().unwrap_or(&Map::new()), CONTENT);
    if content.len() > 1 {
        let message = "You can't specify both a binary secret value and a string secret value in the same secret.";
        return Err(refuse("InvalidParameterException", message));
    }
    Ok(content)
}

/// The version that a token made before, if it came with the same value then.
pub fn repeated<'a>(secret: &'a Secret, request: &Value, content: &Document) -> Result<Option<&'a Version>, Failure> {
    let token = request.text("ClientRequestToken").unwrap_or_default();
    match secret.version(token) {
        Some(version) if CONTENT.iter().all(|name| version.document.get(*name) == content.get(*name)) => Ok(Some(version)),
        Some(_) => Err(token_used(secret, token)),
        None => Ok(None),
    }
}

pub fn token_used(secret: &Secret, token: &str) -> Failure {
    let arn = secret.document.text("ARN");
    let message =
        format!("You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}.");
    refuse("ResourceExistsException", message)
}

/// Refuses what would go over the quotas, and makes room for one more version.
pub fn make_room(secret: &mut Secret, stages: &[&str], now: Timestamp) -> Result<(), Failure> {
    stages::check_quota(secret, stages)?;
    while secret.versions.len() >= VERSIONS_MAX {
        let oldest = secret.versions.iter().position(|version| version.is_forgettable(now)).ok_or_else(quota)?;
        secret.versions.remove(oldest);
    }
    Ok(())
}

pub fn quota() -> Failure {
    refuse("LimitExceededException", QUOTA)
}

/// Adds a version to a secret that has room for it.
pub fn add(secret: &mut Secret, id: &str, content: &Document, stages: &[&str], now: Timestamp) {
    let mut version = Version { id: id.to_owned(), document: content.clone(), stages: BTreeSet::new() };
    version.document.set("CreatedDate", now);
    version.encrypt(secret.document.get("KmsKeyId").and_then(Value::as_str));
    secret.versions.push(version);
    secret.attach(id, stages);
    secret.changed(now);
    if stages.contains(&CURRENT) {
        rotation::schedule(secret, now);
    }
}

pub fn list(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.of(request)?;
    let deprecated = request.get("IncludeDeprecated").and_then(Value::as_bool).unwrap_or(false);
    let wanted = secret.versions.iter().filter(|version| deprecated || !version.stages.is_empty());
    let entries = wanted.map(|version| {
        let mut entry = Document::default();
        entry.copy(&version.document, &["CreatedDate", "KmsKeyIds", "LastAccessedDate"]);
        entry.set("VersionId", version.id.as_str());
        if !version.stages.is_empty() {
            entry.set("VersionStages", version.stages());
        }
        entry.to_value()
    });
    let mut answer = Document::from(PAGING.page(request, "Versions", entries.collect())?);
    answer.copy(&secret.document, &["ARN", "Name"]);
    Ok(answer.to_value())
}
