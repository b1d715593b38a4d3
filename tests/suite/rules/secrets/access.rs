//! S70 to S89: tags, resource policies, rotation and random passwords.

use rollbook::map;
use rollbook::value::Value;

use super::{Account, NAME, about, set, text, time};

const FUNCTION: &str = "arn:aws:lambda:ap-northeast-2:123456789012:function:rotate";

fn policy(principal: &str, condition: &str) -> String {
    format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"*","Resource":"*"{condition}}}]}}"#)
}

/// S70 A tag's key is there once: tagging again replaces its value, untagging removes it.
#[test]
fn s70_tags_have_one_value() {
    let mut account = Account::new();
    let tag = |pairs: &[(&str, &str)]| {
        let tags: Vec<Value> = pairs.iter().map(|(key, value)| map! { "Key" => *key, "Value" => *value }).collect();
        map! { "SecretId" => NAME, "Tags" => tags }
    };
    account.ask("tag_resource", tag(&[("team", "a"), ("stage", "prod")]));
    account.ask("tag_resource", tag(&[("team", "b"), ("Team", "c")]));
    let pairs = |account: &mut Account| -> Vec<String> {
        account.describe().items("Tags").iter().map(|tag| format!("{}={}", text(tag, "Key"), text(tag, "Value"))).collect()
    };
    assert_eq!(pairs(&mut account), ["team=b", "stage=prod", "Team=c"]);
    account.ask("untag_resource", map! { "SecretId" => NAME, "TagKeys" => vec!["team", "other"] });
    assert_eq!(pairs(&mut account), ["stage=prod", "Team=c"]);
    account.ask("untag_resource", map! { "SecretId" => NAME, "TagKeys" => vec!["stage", "Team"] });
    assert!(account.describe().get("Tags").is_none());
}

/// S71 A resource policy comes back as it was put, until it is deleted.
#[test]
fn s71_a_policy_comes_back() {
    let mut account = Account::new();
    assert!(account.ask("get_resource_policy", about(&[])).get("ResourcePolicy").is_none());
    let policy = policy(r#"{"AWS":"arn:aws:iam::123456789012:root"}"#, "");
    account.ask("put_resource_policy", about(&[("ResourcePolicy", &policy)]));
    assert_eq!(text(&account.ask("get_resource_policy", about(&[])), "ResourcePolicy"), policy);
    account.assert_refused("get_resource_policy", about(&[("PolicyName", "other")]), "ResourceNotFoundException", "");
    account.assert_refused("delete_resource_policy", about(&[("PolicyName", "other")]), "InvalidParameterException", "");
    account.ask("delete_resource_policy", about(&[("PolicyName", "default")]));
    assert!(account.ask("get_resource_policy", about(&[])).get("ResourcePolicy").is_none());
}

/// S72 What is no policy is refused as malformed.
#[test]
fn s72_a_policy_has_its_form() {
    let mut account = Account::new();
    let no_effect = r#"{"Statement":{"Principal":"*","Action":"*","Resource":"*"}}"#;
    for text in ["no json", "{}", r#"{"Statement":[]}"#, no_effect] {
        for method in ["put_resource_policy", "validate_resource_policy"] {
            account.assert_refused(method, about(&[("ResourcePolicy", text)]), "MalformedPolicyDocumentException", "policy");
        }
    }
}

/// S73 A policy for everybody fails validation, and BlockPublicPolicy refuses it.
#[test]
fn s73_a_public_policy_is_found() {
    let mut account = Account::new();
    let condition = r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#;
    for (policy, closed) in [
        (policy(r#""*""#, ""), false),
        (policy(r#"{"AWS":["*"]}"#, ""), false),
        (policy(r#""*""#, condition), true),
        (policy(r#"{"AWS":"123456789012"}"#, ""), true),
    ] {
        let validated = account.ask("validate_resource_policy", map! { "ResourcePolicy" => policy.as_str() });
        assert_eq!(validated.get("PolicyValidationPassed"), Some(&Value::Bool(closed)), "{policy}");
        assert_eq!(validated.items("ValidationErrors").is_empty(), closed);
        let mut put = about(&[("ResourcePolicy", &policy)]);
        account.ask("put_resource_policy", put.clone());
        set(&mut put, "BlockPublicPolicy", true);
        match closed {
            true => _ = account.ask("put_resource_policy", put),
            false => account.assert_refused("put_resource_policy", put, "PublicPolicyException", "BlockPublicPolicy"),
        }
    }
}

/// S74 Without a rotation function nothing rotates.
#[test]
fn s74_rotation_needs_a_function() {
    let mut account = Account::new();
    let message = "No Lambda rotation function ARN is associated with this secret.";
    account.assert_refused("rotate_secret", about(&[]), "InvalidRequestException", message);
    account.assert_refused("cancel_rotate_secret", about(&[]), "InvalidRequestException", "");
}

/// S75 Calling the function is not simulated and says so; its configuration is kept.
#[test]
fn s75_a_rotation_is_configured_and_not_run() {
    let mut account = Account::new();
    let mut rotate = about(&[("RotationLambdaARN", FUNCTION)]);
    set(&mut rotate, "RotationRules", map! { "AutomaticallyAfterDays" => 30 });
    account.assert_refused("rotate_secret", rotate.clone(), "UnsupportedOperation", "RotateImmediately: false");
    set(&mut rotate, "RotateImmediately", false);
    account.ask("rotate_secret", rotate);
    let described = account.describe();
    assert_eq!(described.get("RotationEnabled"), Some(&Value::Bool(true)));
    assert_eq!(text(&described, "RotationLambdaARN"), FUNCTION);
    assert_eq!(time(&described, "NextRotationDate"), "2026-07-31T23:59:59Z");
    assert_eq!(account.versions(true), [1], "no version came of it");
    account.assert_refused("rotate_secret", about(&[]), "UnsupportedOperation", "rotation function");
    account.wait_hours(48);
    account.put(2, &[]);
    assert_eq!(time(&account.describe(), "NextRotationDate"), "2026-08-02T23:59:59Z", "a new value counts as a rotation");
}

/// S76 A version that is pending beside the current one is a rotation under way.
#[test]
fn s76_one_rotation_at_a_time() {
    let mut account = Account::new();
    account.put(2, &["AWSPENDING"]);
    let mut rotate = about(&[("RotationLambdaARN", FUNCTION)]);
    set(&mut rotate, "RotateImmediately", false);
    let message = "A previous rotation isn't complete.";
    account.assert_refused("rotate_secret", rotate.clone(), "InvalidRequestException", message);
    account.put(3, &["AWSCURRENT", "AWSPENDING"]);
    account.ask("rotate_secret", rotate);
}

/// S77 Rules are days from 1 to 1000 or an expression, and not both.
#[test]
fn s77_rotation_rules_are_one_of_two() {
    let mut account = Account::new();
    for rules in [
        map! { "AutomaticallyAfterDays" => 0 },
        map! { "AutomaticallyAfterDays" => 1001 },
        map! { "AutomaticallyAfterDays" => 3, "ScheduleExpression" => "rate(3 days)" },
    ] {
        let mut rotate = about(&[("RotationLambdaARN", FUNCTION)]);
        set(&mut rotate, "RotationRules", rules);
        account.assert_refused("rotate_secret", rotate, "InvalidParameterException", "");
    }
}

/// S78 A canceled rotation keeps its configuration and has no next date.
#[test]
fn s78_a_canceled_rotation_can_go_on() {
    let mut account = Account::new();
    let mut rotate = about(&[("RotationLambdaARN", FUNCTION)]);
    set(&mut rotate, "RotationRules", map! { "ScheduleExpression" => "rate(6 hours)" });
    set(&mut rotate, "RotateImmediately", false);
    account.ask("rotate_secret", rotate);
    account.ask("cancel_rotate_secret", about(&[]));
    let described = account.describe();
    assert_eq!(described.get("RotationEnabled"), Some(&Value::Bool(false)));
    assert_eq!((text(&described, "RotationLambdaARN"), described.get("NextRotationDate")), (FUNCTION.into(), None));
    account.ask("rotate_secret", map! { "SecretId" => NAME, "RotateImmediately" => false });
    assert_eq!(time(&account.describe(), "NextRotationDate"), "2026-07-01T15:00:00Z");
}

fn password(account: &mut Account, request: Value) -> String {
    text(&account.ask("get_random_password", request), "RandomPassword")
}

/// S80 A password has 32 characters or as many as asked for, one of each type at least.
#[test]
fn s80_a_password_has_each_type() {
    let mut account = Account::empty();
    assert_eq!(password(&mut account, map! {}).len(), 32);
    assert_eq!(password(&mut account, map! { "PasswordLength" => 4096 }).len(), 4096);
    let (mut first_lower, mut spaces) = (0, 0);
    for _ in 0..50 {
        let password = password(&mut account, map! { "PasswordLength" => 4 });
        let has = |test: fn(&char) -> bool| password.chars().filter(test).count();
        let types = [has(char::is_ascii_lowercase), has(char::is_ascii_uppercase), has(char::is_ascii_digit)];
        assert_eq!((types, has(char::is_ascii_punctuation)), ([1; 3], 1), "{password}");
        first_lower += usize::from(password.starts_with(|letter: char| letter.is_ascii_lowercase()));
        spaces += has(|letter| *letter == ' ');
    }
    assert!((1..50).contains(&first_lower), "the types come in any order");
    assert_eq!(spaces, 0, "a space must be asked for");
    assert!(password(&mut account, map! { "IncludeSpace" => true, "PasswordLength" => 4096 }).contains(' '));
}

/// S81 What is excluded does not occur, and what is left must be enough.
#[test]
fn s81_exclusions_hold() {
    let mut account = Account::empty();
    let digits = map! {
        "ExcludeLowercase" => true, "ExcludeUppercase" => true, "ExcludePunctuation" => true, "ExcludeCharacters" => "01",
        "PasswordLength" => 300,
    };
    let password = password(&mut account, digits.clone());
    assert!(password.chars().all(|letter| ('2'..='9').contains(&letter)), "{password}");
    let invalid = "InvalidParameterException";
    for (name, value) in [("ExcludeNumbers", Value::Bool(true)), ("ExcludeCharacters", "0123456789".into())] {
        let mut request = digits.clone();
        set(&mut request, name, value);
        account.assert_refused("get_random_password", request, invalid, "");
    }
}

/// S82 A password must have room for the types it must have.
#[test]
fn s82_a_short_password_needs_fewer_types() {
    let mut account = Account::empty();
    let short = "Password length is too short based on the required types.";
    let request = map! { "PasswordLength" => 3 };
    account.assert_refused("get_random_password", request, "InvalidParameterException", short);
    let any = map! { "PasswordLength" => 3, "RequireEachIncludedType" => false };
    assert_eq!(password(&mut account, any).len(), 3);
    for (length, fault) in [(0, "greater than or equal to 1"), (4097, "less than or equal to 4096")] {
        account.assert_refused("get_random_password", map! { "PasswordLength" => length }, "ValidationException", fault);
    }
}

/// S83 The same seed gives the same passwords, and each draw another.
#[test]
fn s83_passwords_come_from_the_seed() {
    let two = || {
        let mut account = Account::empty();
        [password(&mut account, map! {}), password(&mut account, map! {})]
    };
    let [first, second] = two();
    assert_ne!(first, second);
    assert_eq!(two(), [first, second]);
}
