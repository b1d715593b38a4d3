//! UpdateSecret and UpdateSecretVersionStage, told by the secret's versions.

use super::{Case, Finding};
use crate::effect::trouble::Trouble;
use crate::map;
use crate::value::Value;

fn describe(case: &Case) -> Result<Value, Trouble> {
    case.look("secretsmanager", "describe_secret", map! { "SecretId" => case.request.text("SecretId").unwrap_or_default() })
}

/// What both operations answer with, as far as a description tells it.
fn answer(found: &Value, version: Option<&str>) -> Value {
    let mut answer = map! { "ARN" => found.text("ARN").unwrap_or_default(), "Name" => found.text("Name").unwrap_or_default() };
    if let (Some(version), Some(members)) = (version, answer.as_map_mut()) {
        members.insert("VersionId".into(), version.into());
    }
    answer
}

fn stages<'a>(found: &'a Value, version: &str) -> Option<&'a [Value]> {
    found.get("VersionIdsToStages")?.get(version)?.as_list()
}

/// A new value has the request's token as the name of its version; other
/// members are compared.
pub(super) fn updated(case: &Case) -> Result<Finding, Trouble> {
    let found = describe(case)?;
    let writes_value =
        ["SecretString", "SecretBinary"].iter().any(|name| case.request.get(name).is_some_and(|value| !value.is_null()));
    let token = case.request.text("ClientRequestToken").unwrap_or_default();
    if writes_value {
        return Ok(match stages(&found, token) {
            Some(_) => Finding::Happened(answer(&found, Some(token)), format!("the secret has the version {token}")),
            None => Finding::Absent,
        });
    }
    let differs = |name: &&&str| case.request.get(name).is_some_and(|wanted| Some(wanted) != found.get(name));
    Ok(match ["Description", "KmsKeyId"].iter().find(differs) {
        Some(_) => Finding::Absent,
        None => Finding::Happened(answer(&found, None), "the secret is as it was asked to be".into()),
    })
}

pub(super) fn moved(case: &Case) -> Result<Finding, Trouble> {
    let found = describe(case)?;
    let stage = case.request.text("VersionStage").unwrap_or_default();
    let has = |member: &str| {
        let version = case.request.text(member)?;
        let stages = stages(&found, version).unwrap_or_default();
        Some(stages.iter().any(|one| one.as_str() == Some(stage)))
    };
    let done = has("MoveToVersionId").unwrap_or(true) && !has("RemoveFromVersionId").unwrap_or(false);
    Ok(match done {
        true => Finding::Happened(answer(&found, None), format!("{stage} stands where it was asked to stand")),
        false => Finding::Absent,
    })
}
