//! The lengths that AWS checks before it looks at anything else, and the
//! letters that a name may have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::refuse::refuse;
use super::secret::is_arn;
use crate::api::Failure;
use crate::value::Value;

/// A member wherever a request has it, its least and its most: characters of a
/// text, bytes of a secret, items of a list, or the number itself.
const LIMITS: &[(&str, usize, usize)] = &[
    ("ClientRequestToken", 32, 64),
    ("Description", 0, 2048),
    ("ExcludeCharacters", 0, 4096),
    ("Filters", 0, 10),
    ("KmsKeyId", 0, 2048),
    ("MaxResults", 1, 100),
    ("MoveToVersionId", 32, 64),
    ("Name", 1, 512),
    ("NextToken", 1, 4096),
    ("PasswordLength", 1, 4096),
    ("PolicyName", 1, 64),
    ("RemoveFromVersionId", 32, 64),
    ("ResourcePolicy", 1, 20_480),
    ("RotationLambdaARN", 0, 2048),
    ("SecretBinary", 1, 65_536),
    ("SecretId", 1, 2048),
    ("SecretIdList", 1, 20),
    ("SecretString", 1, 65_536),
    ("VersionId", 32, 64),
    ("VersionStage", 1, 256),
    ("VersionStages", 1, 20),
];

const SECRET: &[&str] = &["SecretBinary", "SecretString"];

pub fn check(request: &Value) -> Result<(), Failure> {
    LIMITS.iter().try_for_each(|(name, least, most)| within(request, name, *least, *most))?;
    let id = request.text("SecretId").filter(|id| !is_arn(id));
    [request.text("Name"), id].into_iter().flatten().try_for_each(check_name)
}

pub fn within(request: &Value, name: &str, least: usize, most: usize) -> Result<(), Failure> {
    let Some(value) = request.get(name) else {
        return Ok(());
    };
    let size = size(name, value)?;
    let (bound, limit) = match size {
        _ if size < least => ("greater", least),
        _ if size > most => ("less", most),
        _ => return Ok(()),
    };
    let quantity = if matches!(value, Value::Int(_)) { "value" } else { "length" };
    let shown = if SECRET.contains(&name) { String::new() } else { format!(" '{}'", show(value)) };
    let (first, rest) = name.split_at(1);
    Err(refuse(
        "ValidationException",
        format!(
            "1 validation error detected: Value{shown} at '{}{rest}' failed to satisfy constraint: \
             Member must have {quantity} {bound} than or equal to {limit}",
            first.to_lowercase(),
        ),
    ))
}

fn size(name: &str, value: &Value) -> Result<usize, Failure> {
    Ok(match value {
        Value::Text(text) if name == "SecretBinary" => match STANDARD.decode(text) {
            Ok(bytes) => bytes.len(),
            Err(_) => return Err(refuse("SerializationException", "SecretBinary is not base64")),
        },
        Value::Text(text) if SECRET.contains(&name) => text.len(),
        Value::Text(text) => text.chars().count(),
        Value::List(items) => items.len(),
        Value::Int(number) => usize::try_from(*number).unwrap_or(0),
        _ => 0,
    })
}

fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        other => {
            let items = other.as_list().unwrap_or_default().iter().filter_map(Value::as_str);
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The exclamation mark is for the secrets that other services of AWS own.
fn check_name(name: &str) -> Result<(), Failure> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-/_+=.@!".contains(letter);
    if name.chars().all(allowed) {
        return Ok(());
    }
    let message = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!";
    Err(refuse("ValidationException", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn secrets_are_measured_in_bytes_and_never_shown() {
        let text = |text: String| check(&map! { "SecretString" => text });
        assert!(text("x".repeat(65_536)).is_ok());
        let failure = text("é".repeat(32_769)).unwrap_err();
        assert!(!failure.message().contains('é') && failure.message().contains("Value at 'secretString'"), "{failure:?}");
        let binary = |length: usize| check(&map! { "SecretBinary" => STANDARD.encode(vec![7; length]) });
        assert!(binary(65_536).is_ok() && binary(65_537).is_err());
    }

    #[test]
    fn a_number_is_measured_by_itself() {
        let failure = check(&map! { "MaxResults" => 101 }).unwrap_err();
        let message = "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: \
                       Member must have value less than or equal to 100";
        assert_eq!((failure.code(), failure.message().as_str()), ("ValidationException", message));
        assert!(check(&map! { "MaxResults" => 0 }).is_err() && check(&map! { "MaxResults" => 100 }).is_ok());
    }
}
