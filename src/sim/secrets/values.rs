//! Reading values and putting new ones.

use super::super::document::Document;
use super::super::paging::Paging;
use super::super::refuse::{invalid_parameter, refuse};
use super::super::request::texts;
use super::super::{Answer, Sim};
use super::secret::Secret;
use super::stages::{CURRENT, no_version};
use super::versions::{self, Version};
use super::{limits, listing};
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const BATCH_MAX: usize = 20;
const BATCH: Paging =
    Paging { size: "MaxResults", token: "NextToken", size_default: BATCH_MAX, refusal: "InvalidNextTokenException" };

pub fn get(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    let (id, answer) = {
        let version = read(secret, request.text("VersionStage"), request.text("VersionId"))?;
        (version.id.clone(), entry(secret, version))
    };
    secret.accessed(sim.now);
    if let Some(version) = secret.version_mut(&id) {
        version.accessed(sim.now);
    }
    Ok(answer)
}

/// The version with a label, or with an id, or with both: then both must mean
/// the same one.
pub fn read<'a>(secret: &'a Secret, stage: Option<&str>, id: Option<&str>) -> Result<&'a Version, Failure> {
    let Some(id) = id else {
        let stage = stage.unwrap_or(CURRENT);
        let message = format!("Secrets Manager can't find the specified secret value for staging label: {stage}");
        return secret.staged(stage).ok_or_else(|| refuse("ResourceNotFoundException", message));
    };
    let version = secret.version(id).ok_or_else(|| no_version(id))?;
    if stage.is_some_and(|stage| !version.stages.contains(stage)) {
        let message = "You provided a VersionStage that is not associated to the provided VersionId.";
        return Err(refuse("InvalidRequestException", message));
    }
    Ok(version)
}

fn entry(secret: &Secret, version: &Version) -> Value {
    let mut answer = secret.named();
    answer.copy(&version.document, &["SecretString", "SecretBinary", "CreatedDate"]);
    answer.set("VersionId", version.id.as_str());
    if !version.stages.is_empty() {
        answer.set("VersionStages", version.stages());
    }
    answer.to_value()
}

/// The current values of the secrets that are listed or that filters let
/// through. What one of them cannot give stands beside the others.
pub fn batch_get(sim: &mut Sim, request: &Value) -> Answer {
    let (ids, filters) = (request.items("SecretIdList"), request.items("Filters"));
    if ids.is_empty() == filters.is_empty() {
        return Err(invalid_parameter("Either 'SecretIdList' or 'Filters' must be provided, but not both."));
    }
    if filters.is_empty() && request.get("MaxResults").is_some() {
        let message = "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.";
        return Err(invalid_parameter(message));
    }
    limits::within(request, "MaxResults", 1, BATCH_MAX)?;
    let wanted = if filters.is_empty() { ids.to_vec() } else { listing::names(sim, request) };
    let mut answer = Document::from(BATCH.page(request, "SecretValues", wanted)?);
    let (mut values, mut errors) = (vec![], vec![]);
    for id in answer.items("SecretValues").iter().filter_map(Value::as_str) {
        match get(sim, &map! { "SecretId" => id }) {
            Ok(value) => values.push(value),
            Err(failure) => {
                errors.push(map! { "SecretId" => id, "ErrorCode" => failure.code(), "Message" => failure.message() });
            }
        }
    }
    answer.set("SecretValues", values);
    answer.set("Errors", errors);
    Ok(answer.to_value())
}

pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    let content = versions::content(request)?;
    let secret = sim.secrets.usable_mut(request)?;
    if content.is_empty() {
        return Err(refuse("InvalidRequestException", "You must provide either SecretString or SecretBinary."));
    }
    if let Some(version) = versions::repeated(secret, request, &content)? {
        return Ok(put_answer(secret, version));
    }
    let mut stages = texts(request, "VersionStages");
    // The first version is the current one, whatever else it is.
    if (stages.is_empty() || secret.versions.is_empty()) && !stages.contains(&CURRENT) {
        stages.push(CURRENT);
    }
    versions::make_room(secret, &stages, sim.now)?;
    let id = request.text("ClientRequestToken").map_or_else(|| sim.dice.uuid(), str::to_owned);
    versions::add(secret, &id, &content, &stages, sim.now);
    let version = secret.version(&id).ok_or_else(|| no_version(&id))?;
    Ok(put_answer(secret, version))
}

fn put_answer(secret: &Secret, version: &Version) -> Value {
    let mut answer = secret.named();
    answer.set("VersionId", version.id.as_str());
    answer.set("VersionStages", version.stages());
    answer.to_value()
}
