//! Resource policies: kept, checked for their form and for being open to
//! everybody, and never enforced.

use super::super::refuse::{invalid_parameter, refuse};
use super::super::{Answer, Sim};
use crate::api::Failure;
use crate::map;
use crate::value::{Value, parse_str};

const OPEN_TO_ALL: &str =
    "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.";

pub fn get(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable(request)?;
    if !is_the_default(request) {
        return Err(refuse("ResourceNotFoundException", "Secrets Manager can't find the specified resource policy."));
    }
    let mut answer = secret.named();
    if let Some(policy) = &secret.policy {
        answer.set("ResourcePolicy", policy.as_str());
    }
    Ok(answer.to_value())
}

pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    check_name(request)?;
    let text = request.text("ResourcePolicy").unwrap_or_default();
    let open = read(text)?.iter().any(is_open);
    if open && request.get("BlockPublicPolicy").and_then(Value::as_bool).unwrap_or(false) {
        return Err(refuse("PublicPolicyException", OPEN_TO_ALL));
    }
    secret.policy = Some(text.to_owned());
    secret.changed(sim.now);
    Ok(secret.named().to_value())
}

pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    check_name(request)?;
    if secret.policy.take().is_some() {
        secret.changed(sim.now);
    }
    Ok(secret.named().to_value())
}

/// The secret is optional here: a policy can be looked at before there is one.
pub fn validate(sim: &mut Sim, request: &Value) -> Answer {
    if request.get("SecretId").is_some() {
        sim.secrets.usable(request)?;
    }
    let open = read(request.text("ResourcePolicy").unwrap_or_default())?.iter().any(is_open);
    let error =
        map! { "CheckName" => "PublicPolicyCheck", "ErrorMessage" => "The resource policy grants broad access to the secret." };
    let errors = if open { vec![error] } else { vec![] };
    Ok(map! { "PolicyValidationPassed" => !open, "ValidationErrors" => errors })
}

fn is_the_default(request: &Value) -> bool {
    request.text("PolicyName").is_none_or(|name| name == "default")
}

fn check_name(request: &Value) -> Result<(), Failure> {
    if is_the_default(request) { Ok(()) } else { Err(invalid_parameter("You can only change the policy named default.")) }
}

/// The statements of a policy.
fn read(text: &str) -> Result<Vec<Value>, Failure> {
    let malformed = |message: &str| refuse("MalformedPolicyDocumentException", message);
    let policy = parse_str(text).map_err(|_| malformed("This resource policy contains invalid Json"))?;
    let statements = match policy.get("Statement") {
        Some(Value::List(statements)) => statements.clone(),
        Some(statement @ Value::Map(_)) => vec![statement.clone()],
        _ => vec![],
    };
    if statements.is_empty() || !statements.iter().all(is_statement) {
        return Err(malformed("This resource policy contains a syntax error."));
    }
    Ok(statements)
}

fn is_statement(statement: &Value) -> bool {
    let one_of = |names: [&str; 2]| names.iter().filter(|name| statement.get(name).is_some()).count() == 1;
    matches!(statement.text("Effect"), Some("Allow" | "Deny"))
        && one_of(["Principal", "NotPrincipal"])
        && one_of(["Action", "NotAction"])
        && one_of(["Resource", "NotResource"])
}

fn is_open(statement: &Value) -> bool {
    let all = |value: &Value| value.as_str() == Some("*") || value.as_list().unwrap_or_default().contains(&Value::from("*"));
    let principal = statement.get("Principal");
    let open = principal.is_some_and(|principal| all(principal) || principal.get("AWS").is_some_and(all));
    open && statement.text("Effect") == Some("Allow") && statement.get("Condition").is_none()
}
