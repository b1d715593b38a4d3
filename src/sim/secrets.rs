//! Secrets Manager: secrets, their versions, and which version carries which
//! stage. Values stand here in clear: nothing is kept from the owner of a sandbox.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::Paging;
use super::refuse::refuse;
use super::request::texts;
use super::{Answer, Sim};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Value};

const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

const PAGING: Paging = Paging { size: "MaxResults", token: "NextToken", size_default: 100, refusal: "InvalidNextTokenException" };

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Secrets(BTreeMap<String, Stored>);

#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    document: Document,
    versions: BTreeMap<String, Version>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Version {
    /// `SecretString` or `SecretBinary`, and `CreatedDate`.
    document: Document,
    stages: Vec<String>,
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "list_secrets" => list(sim, request),
        "describe_secret" => describe(sim, request),
        "get_secret_value" => value(sim, request),
        "list_secret_version_ids" => versions(sim, request),
        "put_secret_value" => put(sim, request),
        "update_secret" => update(sim, request),
        _ => return None,
    })
}

/// Puts a secret into the world, with its first version.
pub fn create(sim: &mut Sim, name: &str, description: &str, text: &str) -> String {
    let arn = sim.place.arn("secretsmanager", &format!("secret:{name}-{}", sim.dice.letters(6)));
    let document = Document::from(map! {
        "ARN" => arn.as_str(), "Name" => name, "Description" => description, "CreatedDate" => sim.now,
        "LastChangedDate" => sim.now, "LastAccessedDate" => sim.now, "Tags" => Vec::<Value>::new(),
    });
    let mut stored = Stored { document, versions: BTreeMap::new() };
    let version = Document::from(map! { "SecretString" => text, "CreatedDate" => sim.now });
    stored.versions.insert(sim.dice.uuid(), Version { document: version, stages: vec![CURRENT.to_owned()] });
    sim.secrets.0.insert(name.to_owned(), stored);
    arn
}

/// Whether the `valueFrom` of a container can be read now; if not, the end of
/// the reason for which its task stops.
pub fn resolve(_sim: &Sim, _value_from: &str) -> Result<(), String> {
    Ok(())
}

/// The name of the secret that `SecretId` means: its name, or its ARN with or
/// without the six letters at the end.
fn named(sim: &Sim, request: &Value) -> Result<String, Failure> {
    let id = request.text("SecretId").unwrap_or_default();
    let means = |stored: &&Stored| {
        let arn = stored.document.text("ARN");
        stored.document.text("Name") == id || arn == id || arn.rsplit_once('-').is_some_and(|(bare, _)| bare == id)
    };
    let found = sim.secrets.0.values().find(means).map(|stored| stored.document.text("Name").to_owned());
    found.ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

fn not_found(message: impl Into<String>) -> Failure {
    refuse("ResourceNotFoundException", message)
}

impl Stored {
    fn staged(&self, stage: &str) -> Option<&String> {
        let holds = |version: &Version| version.stages.iter().any(|held| held == stage);
        self.versions.iter().find(|(_, version)| holds(version)).map(|(id, _)| id)
    }

    fn stages_by_version(&self) -> Value {
        let staged = self.versions.iter().filter(|(_, version)| !version.stages.is_empty());
        Value::Map(staged.map(|(id, version)| (id.clone(), stages(version))).collect::<Map>())
    }

    fn detach(&mut self, stage: &str) {
        self.versions.values_mut().for_each(|version| version.stages.retain(|held| held != stage));
    }

    /// Gives `stages` to a version; who held AWSCURRENT before gets AWSPREVIOUS.
    fn attach(&mut self, id: &str, stages: &[String]) {
        let before = self.staged(CURRENT).cloned();
        stages.iter().for_each(|stage| self.detach(stage));
        let moved = stages.iter().any(|stage| stage == CURRENT);
        if let (true, Some(before)) = (moved, before.filter(|before| before != id)) {
            self.detach(PREVIOUS);
            self.versions.entry(before).and_modify(|version| version.stages.push(PREVIOUS.to_owned()));
        }
        self.versions.entry(id.to_owned()).and_modify(|version| version.stages.extend_from_slice(stages));
    }
}

fn stages(version: &Version) -> Value {
    Value::from(version.stages.iter().map(String::as_str).collect::<Vec<_>>())
}

fn list(sim: &Sim, request: &Value) -> Answer {
    let wanted = sim.secrets.0.values().filter(|stored| request.items("Filters").iter().all(|filter| matches(stored, filter)));
    let mut secrets: Vec<Value> = wanted.map(|stored| with(&stored.document, "SecretVersionsToStages", stored)).collect();
    if request.text("SortOrder") == Some("desc") {
        secrets.reverse();
    }
    PAGING.page(request, "SecretList", secrets)
}

fn with(document: &Document, name: &str, stored: &Stored) -> Value {
    let mut document = document.clone();
    document.set(name, stored.stages_by_version());
    document.to_value()
}

/// A filter's values are prefixes; one with a leading `!` keeps out.
fn matches(stored: &Stored, filter: &Value) -> bool {
    let found = match filter.text("Key") {
        Some("name") => stored.document.text("Name"),
        Some("description") => stored.document.text("Description"),
        _ => return true,
    };
    texts(filter, "Values").iter().any(|value| match value.strip_prefix('!') {
        Some(value) => !found.starts_with(value),
        None => found.starts_with(value),
    })
}

fn describe(sim: &Sim, request: &Value) -> Answer {
    let stored = &sim.secrets.0[&named(sim, request)?];
    Ok(with(&stored.document, "VersionIdsToStages", stored))
}

fn value(sim: &Sim, request: &Value) -> Answer {
    let stored = &sim.secrets.0[&named(sim, request)?];
    let stage = request.text("VersionStage");
    let id = match request.text("VersionId") {
        Some(id) => id,
        None => {
            let stage = stage.unwrap_or(CURRENT);
            let lacks = || not_found(format!("Secrets Manager can't find the specified secret value for staging label: {stage}"));
            stored.staged(stage).ok_or_else(lacks)?
        }
    };
    let lacks = || not_found(format!("Secrets Manager can't find the specified secret value for VersionId: {id}"));
    let version = stored.versions.get(id).ok_or_else(lacks)?;
    if stage.is_some_and(|stage| !version.stages.iter().any(|held| held == stage)) {
        let message = "You provided a VersionStage that is not associated to the provided VersionId.";
        return Err(refuse("InvalidRequestException", message));
    }
    let mut answer = version.document.clone();
    answer.copy(&stored.document, &["ARN", "Name"]);
    answer.set("VersionId", id);
    answer.set("VersionStages", stages(version));
    Ok(answer.to_value())
}

fn versions(sim: &Sim, request: &Value) -> Answer {
    let stored = &sim.secrets.0[&named(sim, request)?];
    let deprecated = request.get("IncludeDeprecated").and_then(Value::as_bool).unwrap_or(false);
    let wanted = stored.versions.iter().filter(|(_, version)| deprecated || !version.stages.is_empty());
    let entries = wanted.map(|(id, version)| {
        let mut entry = Document::default();
        entry.copy(&version.document, &["CreatedDate"]);
        entry.set("VersionId", id.as_str());
        entry.set("VersionStages", stages(version));
        entry.set("KmsKeyIds", vec!["DefaultEncryptionKey"]);
        entry.to_value()
    });
    let mut answer = Document::from(PAGING.page(request, "Versions", entries.collect())?);
    answer.copy(&stored.document, &["ARN", "Name"]);
    Ok(answer.to_value())
}

fn put(sim: &mut Sim, request: &Value) -> Answer {
    let name = named(sim, request)?;
    let given = texts(request, "VersionStages");
    let stages = if given.is_empty() { vec![CURRENT] } else { given };
    let stages: Vec<String> = stages.into_iter().map(str::to_owned).collect();
    let content = content(request);
    if content.is_empty() {
        let message = "You must provide either SecretString or SecretBinary.";
        return Err(refuse("InvalidParameterException", message));
    }
    let id = match known_token(&sim.secrets.0[&name], request, &content)? {
        Some(id) => id,
        None => add_version(sim, &name, request, content, &stages),
    };
    let stored = &sim.secrets.0[&name];
    let mut answer = Document::default();
    answer.copy(&stored.document, &["ARN", "Name"]);
    answer.set("VersionStages", self::stages(&stored.versions[&id]));
    answer.set("VersionId", id);
    Ok(answer.to_value())
}

fn update(sim: &mut Sim, request: &Value) -> Answer {
    let name = named(sim, request)?;
    let content = content(request);
    let token = request.text("ClientRequestToken").filter(|_| !content.is_empty());
    if let Some(token) = token.filter(|token| sim.secrets.0[&name].versions.contains_key(*token)) {
        return Err(token_used(token, &sim.secrets.0[&name]));
    }
    let version = (!content.is_empty()).then(|| add_version(sim, &name, request, content, &[CURRENT.to_owned()]));
    let now = sim.now;
    let stored = sim.secrets.0.get_mut(&name).expect("it was found above");
    stored.document.copy(request.as_map().unwrap_or(&Map::new()), &["Description", "KmsKeyId", "Type"]);
    stored.document.set("LastChangedDate", now);
    let mut answer = Document::default();
    answer.copy(&stored.document, &["ARN", "Name"]);
    if let Some(version) = version {
        answer.set("VersionId", version);
    }
    Ok(answer.to_value())
}

/// What the request wants kept, and nothing of its envelope.
fn content(request: &Value) -> Document {
    let mut content = Document::default();
    content.copy(request.as_map().unwrap_or(&Map::new()), &["SecretString", "SecretBinary"]);
    content
}

/// A token used before means the same version, if it came with the same data.
fn known_token(stored: &Stored, request: &Value, content: &Document) -> Result<Option<String>, Failure> {
    let Some(token) = request.text("ClientRequestToken") else {
        return Ok(None);
    };
    let Some(version) = stored.versions.get(token) else {
        return Ok(None);
    };
    let same = ["SecretString", "SecretBinary"].iter().all(|name| version.document.get(*name) == content.get(*name));
    if same { Ok(Some(token.to_owned())) } else { Err(token_used(token, stored)) }
}

fn token_used(token: &str, stored: &Stored) -> Failure {
    let arn = stored.document.text("ARN");
    let message =
        format!("You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}.");
    refuse("ResourceExistsException", message)
}

fn add_version(sim: &mut Sim, name: &str, request: &Value, mut content: Document, stages: &[String]) -> String {
    let id = request.text("ClientRequestToken").map_or_else(|| sim.dice.uuid(), str::to_owned);
    content.set("CreatedDate", sim.now);
    let stored = sim.secrets.0.get_mut(name).expect("its name was looked up");
    stored.versions.insert(id.clone(), Version { document: content, stages: vec![] });
    stored.attach(&id, stages);
    stored.document.set("LastChangedDate", sim.now);
    id
}
