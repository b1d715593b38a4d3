//! RegisterTaskDefinition: a revision of the family, newer than any that the
//! run had seen, that holds what was asked for.

use super::same::{holds, holds_no_more};
use super::{Case, Finding};
use crate::effect::gate::lock;
use crate::effect::seen::short;
use crate::effect::trouble::Trouble;
use crate::map;
use crate::value::Value;

pub(super) fn registered(case: &Case) -> Result<Finding, Trouble> {
    let family = case.request.text("family").unwrap_or_default();
    let known = lock(&case.gate.seen).newest_revision(family);
    // The newest first, so that one page is enough.
    let listed = case.look("ecs", "list_task_definitions", map! { "familyPrefix" => family, "sort" => "DESC" })?;
    let arns = listed.items("taskDefinitionArns").iter().filter_map(Value::as_str);
    // A prefix also matches longer names.
    let mut newer: Vec<(i64, &str)> =
        arns.filter_map(|arn| Some((revision(arn, family)?, arn))).filter(|(revision, _)| *revision > known).collect();
    newer.sort_unstable();
    for (_, arn) in newer.into_iter().rev() {
        let answer = case.look("ecs", "describe_task_definition", map! { "taskDefinition" => arn, "include" => vec!["TAGS"] })?;
        if answer.get("taskDefinition").is_some_and(|definition| is_ours(case, definition, &answer))
            && lock(&case.gate.seen).claim(arn)
        {
            return Ok(Finding::Happened(answer, format!("{} holds what was asked for", short(arn))));
        }
    }
    Ok(Finding::Absent)
}

fn revision(arn: &str, family: &str) -> Option<i64> {
    let (name, revision) = short(arn).rsplit_once(':')?;
    (name == family).then(|| revision.parse().ok())?
}

fn is_ours(case: &Case, definition: &Value, answer: &Value) -> bool {
    let late = match definition.get("registeredAt") {
        Some(Value::Time(registered)) => *registered >= case.since(),
        _ => true,
    };
    let asked = |name: &str| case.request.get(name).filter(|value| !value.is_null());
    let given = definition.as_map().into_iter().flatten().filter(|(name, _)| !OF_AWS.contains(&name.as_str()));
    late && holds(answer.get("tags"), asked("tags").unwrap_or(&Value::Null))
        && case.request.as_map().into_iter().flatten().all(|(name, wanted)| name == "tags" || holds(definition.get(name), wanted))
        && given.into_iter().all(|(name, found)| holds_no_more(name, found, asked(name)))
}

/// Members of a definition that nobody asks for.
const OF_AWS: &[&str] =
    &["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy"];
