//! How secrets come, change and go. A deleted secret stays for its recovery
//! window, readable by nobody and restorable by everybody.

use jiff::SignedDuration;

use super::super::document::Document;
use super::super::refuse::{invalid_parameter, refuse, unsupported};
use super::super::{Answer, Sim};
use super::secret::{Secret, is_arn};
use super::stages::{CURRENT, PENDING, PREVIOUS};
use super::{tags, versions};
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const DAYS_DEFAULT: i64 = 30;

pub fn create(sim: &mut Sim, request: &Value) -> Answer {
    let content = versions::content(request)?;
    let name = request.text("Name").unwrap_or_default();
    if request.get("AddReplicaRegions").is_some() || request.get("CrossAccountPrimaryARN").is_some() {
        return Err(unsupported("replicas of secrets"));
    }
    if let Some(secret) = sim.secrets.get(name) {
        return create_again(secret, request, &content);
    }
    tags::check(request)?;
    let arn = sim.place.arn("secretsmanager", &format!("secret:{name}-{}", sim.dice.letters(6)));
    let document = map! { "ARN" => arn, "Name" => name, "CreatedDate" => sim.now, "LastChangedDate" => sim.now };
    let mut secret = Secret { document: Document::from(document), versions: vec![], policy: None };
    for name in ["Description", "KmsKeyId", "Type"] {
        secret.describe_by(request, name);
    }
    tags::add(&mut secret, request);
    let mut answer = secret.named();
    if !content.is_empty() {
        let id = request.text("ClientRequestToken").map_or_else(|| sim.dice.uuid(), str::to_owned);
        versions::add(&mut secret, &id, &content, &[CURRENT], sim.now);
        answer.set("VersionId", id);
    }
    sim.secrets.insert(secret);
    Ok(answer.to_value())
}

/// A name that is taken: fine if it is the same request once more.
fn create_again(secret: &Secret, request: &Value, content: &Document) -> Answer {
    if secret.deletion().is_some() {
        let message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
        return Err(refuse("InvalidRequestException", message));
    }
    match versions::repeated(secret, request, content)? {
        Some(version) => {
            let mut answer = secret.named();
            answer.set("VersionId", version.id.as_str());
            Ok(answer.to_value())
        }
        None => {
            let name = secret.document.text("Name");
            Err(refuse("ResourceExistsException", format!("The operation failed because the secret {name} already exists.")))
        }
    }
}

/// Unlike PutSecretValue it takes a token only once, even with the same value.
pub fn update(sim: &mut Sim, request: &Value) -> Answer {
    let content = versions::content(request)?;
    let secret = sim.secrets.usable_mut(request)?;
    if !content.is_empty() {
        let token = request.text("ClientRequestToken").filter(|token| secret.version(token).is_some());
        token.map_or(Ok(()), |token| Err(versions::token_used(secret, token)))?;
        versions::make_room(secret, &[CURRENT], sim.now)?;
    }
    for name in ["Description", "KmsKeyId", "Type"] {
        secret.describe_by(request, name);
    }
    if request.get("KmsKeyId").is_some() {
        encrypt_again(secret);
    }
    secret.changed(sim.now);
    let mut answer = secret.named();
    if !content.is_empty() {
        let id = request.text("ClientRequestToken").map_or_else(|| sim.dice.uuid(), str::to_owned);
        versions::add(secret, &id, &content, &[CURRENT], sim.now);
        answer.set("VersionId", id);
    }
    Ok(answer.to_value())
}

/// Only versions with one of AWS's own labels get the new key.
fn encrypt_again(secret: &mut Secret) {
    let key = secret.document.get("KmsKeyId").and_then(Value::as_str).map(str::to_owned);
    for version in &mut secret.versions {
        if [CURRENT, PENDING, PREVIOUS].iter().any(|stage| version.stages.contains(*stage)) {
            version.encrypt(key.as_deref());
        }
    }
}

pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let force = request.get("ForceDeleteWithoutRecovery").and_then(Value::as_bool).unwrap_or(false);
    let days = request.get("RecoveryWindowInDays").and_then(Value::as_int);
    if force && days.is_some() {
        let message = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.";
        return Err(invalid_parameter(message));
    }
    if force {
        return Ok(delete_now(sim, request));
    }
    let days = days.unwrap_or(DAYS_DEFAULT);
    if !(7..=30).contains(&days) {
        return Err(invalid_parameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
    }
    let secret = sim.secrets.usable_mut(request)?;
    let deletion = sim.now + SignedDuration::from_hours(24 * days);
    secret.document.set("DeletedDate", deletion);
    secret.changed(sim.now);
    let mut answer = secret.named();
    answer.set("DeletionDate", deletion);
    Ok(answer.to_value())
}

/// To delete by force what is not there, or no longer there, is no mistake.
fn delete_now(sim: &mut Sim, request: &Value) -> Value {
    let id = request.text("SecretId").unwrap_or_default();
    let mut answer = match sim.secrets.of(request).map(Secret::named) {
        Ok(named) => named,
        Err(_) if is_arn(id) => Document::from(map! { "ARN" => id }),
        Err(_) => Document::from(map! { "ARN" => sim.place.arn("secretsmanager", &format!("secret:{id}")), "Name" => id }),
    };
    sim.secrets.remove(answer.text("Name"));
    answer.set("DeletionDate", sim.now);
    answer.to_value()
}

pub fn restore(sim: &mut Sim, request: &Value) -> Result<Value, Failure> {
    let secret = sim.secrets.of_mut(request)?;
    if secret.document.remove("DeletedDate").is_some() {
        secret.changed(sim.now);
    }
    Ok(secret.named().to_value())
}
