//! A refusal for want of a permission, in IAM's words: who, what, on which
//! resource.

use super::super::{Sim, sts};
use crate::api::{AwsError, Failure, Operation};
use crate::value::Value;

pub fn failure(sim: &Sim, operation: &Operation, request: &Value) -> Failure {
    let caller = sts::handle(sim, "get_caller_identity").and_then(Result::ok);
    let caller = caller.as_ref().and_then(|identity| identity.text("Arn")).unwrap_or_default();
    let (action, resource) = (operation.action(), resource(sim, operation, request));
    let message = format!(
        "User: {caller} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows \
         the {action} action"
    );
    // CloudWatch still says it as in the days of XML.
    let (code, status) = match operation.module {
        "cloudwatch" => ("AccessDenied", 403),
        _ => ("AccessDeniedException", 400),
    };
    Failure::Answered(AwsError { code: code.to_owned(), message, status, request_id: None })
}

/// The ARN that IAM checks, from the template of the operations table.
fn resource(sim: &Sim, operation: &Operation, request: &Value) -> String {
    let Some(template) = operation.resource.split_whitespace().next() else {
        return "*".to_owned();
    };
    let action = operation.action();
    let prefix = action.split(':').next().unwrap_or_default();
    let kind = template.split(['/', ':']).next().unwrap_or_default();
    let mut filled = String::new();
    let mut rest = template;
    while let Some((text, (hole, after))) = rest.split_once('{').and_then(|(text, rest)| Some((text, rest.split_once('}')?))) {
        let given = given(request, hole);
        if is_whole(given, kind) {
            return given.to_owned();
        }
        filled.push_str(text);
        filled.push_str(given.rsplit('/').next().unwrap_or(given));
        rest = after;
    }
    filled.push_str(rest);
    sim.place.arn(prefix, &filled)
}

/// Whether what was given is the ARN of a resource of this kind itself.
fn is_whole(given: &str, kind: &str) -> bool {
    let own = given.splitn(6, ':').nth(5).and_then(|resource| resource.split(['/', ':']).next());
    given.starts_with("arn:") && (kind.is_empty() || own == Some(kind))
}

/// The first of the members that is in the request; of a list, its first item.
fn given<'a>(request: &'a Value, hole: &str) -> &'a str {
    let mut values = hole.split('|').filter_map(|name| request.get(name));
    let text = values.find_map(|value| value.as_str().or_else(|| value.as_list()?.first()?.as_str()));
    text.unwrap_or("*")
}
