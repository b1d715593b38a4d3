//! What a container's `valueFrom` means to ECS, and whether a task that starts
//! now could be given it. The words are those of ECS's stopped reasons.

use serde::{Deserialize, Serialize};

use super::super::Sim;
use super::secret::not_found;
use super::values;
use crate::api::Failure;
use crate::value::{Value, parse_str};

/// Which version of which secret a container was given, by the secret's ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub secret: String,
    pub version: String,
}

const TRIED: &str = "service call has been retried 1 time(s)";

/// Parameters of SSM are not simulated, nor are secrets of other accounts and
/// regions: they are taken to be there.
pub fn resolve(sim: &Sim, value_from: &str) -> Result<Option<Given>, String> {
    let parts: Vec<&str> = value_from.split(':').collect();
    let here = [sim.place.region.as_str(), sim.place.account.as_str()];
    let [_, _, "secretsmanager", region, account, _, _, parameters @ ..] = parts.as_slice() else {
        return Ok(None);
    };
    if [*region, *account] != here {
        return Ok(None);
    }
    let arn = parts[..7].join(":");
    match parameters {
        [] => fetch(sim, &arn, None, None).map(|(found, _)| Some(found)),
        // Who leaves out colons, or names a version twice, is refused by ECS.
        [key, stage, id] if stage.is_empty() || id.is_empty() => {
            let (found, text) = fetch(sim, &arn, given(stage), given(id))?;
            given(key).map_or(Ok(()), |key| find_key(&text, key))?;
            Ok(Some(found))
        }
        _ => Err("unexpected ARN format with parameters when trying to retrieve ASM secret".to_owned()),
    }
}

fn given(part: &str) -> Option<&str> {
    Some(part).filter(|part| !part.is_empty())
}

fn fetch(sim: &Sim, arn: &str, stage: Option<&str>, id: Option<&str>) -> Result<(Given, String), String> {
    read(sim, arn, stage, id).map_err(|failure| {
        let (code, message) = (failure.code().to_owned(), failure.message());
        format!("{TRIED}: failed to fetch secret {arn} from secrets manager: {code}: {message}")
    })
}

fn read(sim: &Sim, arn: &str, stage: Option<&str>, id: Option<&str>) -> Result<(Given, String), Failure> {
    let secret = sim.secrets.find(arn)?;
    if secret.is_gone(sim.now) {
        return Err(not_found());
    }
    let version = values::read(secret.usable()?, stage, id)?;
    let found = Given { secret: secret.document.text("ARN").to_owned(), version: version.id.clone() };
    Ok((found, version.document.text("SecretString").to_owned()))
}

fn find_key(text: &str, key: &str) -> Result<(), String> {
    let why = match parse_str(text) {
        Ok(Value::Map(members)) if members.contains_key(key) => return Ok(()),
        Ok(Value::Map(_)) => format!("retrieved secret from Secrets Manager did not contain json key {key}"),
        Ok(other) => format!("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", json_kind(&other)),
        Err(_) => match text.trim_start().chars().next() {
            Some(letter) => format!("invalid character '{letter}' looking for beginning of value"),
            None => "unexpected end of JSON input".to_owned(),
        },
    };
    Err(format!("{TRIED}: {why}"))
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::List(_) => "array",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::secrets;
    use super::*;
    use crate::map;

    /// The guide's world, and its production secret's ARN.
    fn world() -> (Sim, String) {
        let sim = Sim::guide(1);
        let arn = sim.secrets.get("nest-wallet-prod-secrets").unwrap().document.text("ARN").to_owned();
        (sim, arn)
    }

    fn outcome(sim: &Sim, value_from: &str) -> Result<(), String> {
        resolve(sim, value_from).map(drop)
    }

    fn send(sim: &mut Sim, method: &str, request: Value) -> Value {
        secrets::handle(sim, method, &request).unwrap().unwrap()
    }

    #[track_caller]
    fn assert_fails(sim: &Sim, value_from: &str, why: &str) {
        assert_eq!(outcome(sim, value_from), Err(why.to_owned()), "{value_from}");
    }

    #[test]
    fn a_secret_or_one_of_its_keys_is_found_by_either_arn() {
        let (sim, arn) = world();
        let bare = arn.rsplit_once('-').unwrap().0;
        for parameters in ["", ":::", ":NEXT_PUBLIC_API_URL::", ":NEXT_PUBLIC_API_URL:AWSCURRENT:", "::AWSCURRENT:"] {
            assert_eq!(outcome(&sim, &format!("{arn}{parameters}")), Ok(()), "{parameters}");
            assert_eq!(outcome(&sim, &format!("{bare}{parameters}")), Ok(()), "{parameters}");
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_named() {
        let (sim, arn) = world();
        let why = "service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key X";
        assert_fails(&sim, &format!("{arn}:X::"), why);
    }

    #[test]
    fn a_secret_that_is_not_there_is_named() {
        let (sim, arn) = world();
        let other = arn.replace("prod", "other");
        let why = format!(
            "service call has been retried 1 time(s): failed to fetch secret {other} from secrets manager: \
             ResourceNotFoundException: Secrets Manager can't find the specified secret."
        );
        assert_fails(&sim, &format!("{other}:NEXT_PUBLIC_API_URL::"), &why);
    }

    #[test]
    fn a_version_is_chosen_by_label_or_by_id_and_not_by_both() {
        let (mut sim, arn) = world();
        let put = map! { "SecretId" => arn.as_str(), "SecretString" => "{\"NEW\":1}" };
        let id = send(&mut sim, "put_secret_value", put).text("VersionId").unwrap().to_owned();
        let given = Given { secret: arn.clone(), version: id.clone() };
        assert_eq!(resolve(&sim, &format!("{arn}:NEW::")), Ok(Some(given)));
        assert_eq!(outcome(&sim, &format!("{arn}:NEW::{id}")), Ok(()));
        assert_eq!(outcome(&sim, &format!("{arn}:NEXT_PUBLIC_API_URL:AWSPREVIOUS:")), Ok(()));
        assert!(resolve(&sim, &format!("{arn}:NEW:AWSPREVIOUS:")).is_err());
        let no_label = resolve(&sim, &format!("{arn}:NEW:AWSPENDING:")).unwrap_err();
        assert!(no_label.ends_with("can't find the specified secret value for staging label: AWSPENDING"), "{no_label}");
        let no_version = resolve(&sim, &format!("{arn}:NEW::{id}x")).unwrap_err();
        assert!(no_version.ends_with(&format!("for VersionId: {id}x")), "{no_version}");
        let format = "unexpected ARN format with parameters when trying to retrieve ASM secret";
        for parameters in [":NEW", ":NEW:", ":NEW:::", &format!(":NEW:AWSCURRENT:{id}")] {
            assert_fails(&sim, &format!("{arn}{parameters}"), format);
        }
    }

    #[test]
    fn a_key_needs_a_json_object() {
        let (mut sim, arn) = world();
        for (text, why) in [
            ("plain", "invalid character 'p' looking for beginning of value"),
            ("[1]", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        ] {
            send(&mut sim, "put_secret_value", map! { "SecretId" => arn.as_str(), "SecretString" => text });
            assert_fails(&sim, &format!("{arn}:KEY::"), &format!("{TRIED}: {why}"));
            assert_eq!(outcome(&sim, &arn), Ok(()), "the whole value needs no form");
        }
    }

    #[test]
    fn a_deleted_secret_is_not_given_before_or_after_its_window() {
        let (mut sim, arn) = world();
        send(&mut sim, "delete_secret", map! { "SecretId" => arn.as_str(), "RecoveryWindowInDays" => 7 });
        assert!(resolve(&sim, &arn).unwrap_err().contains(": InvalidRequestException: "));
        sim.now += jiff::SignedDuration::from_hours(7 * 24);
        assert!(resolve(&sim, &arn).unwrap_err().contains(": ResourceNotFoundException: "));
    }

    #[test]
    fn what_is_not_of_this_world_is_taken_to_be_there() {
        let (sim, arn) = world();
        let parameter = arn.replace("secretsmanager", "ssm").replace("secret:", "parameter/");
        let account = arn.replace("123456789012", "210987654321");
        for value_from in ["API_KEY", "/team/API_KEY", &parameter, &account] {
            assert_eq!(outcome(&sim, value_from), Ok(()), "{value_from}");
        }
    }
}
