//! S40 to S49: sizes, counts and names.

use rollbook::map;
use rollbook::value::Value;

use super::{Account, NAME, about, set, text, token};

/// S40 A value has at most 65,536 bytes, however few characters those are.
#[test]
fn s40_a_value_is_measured_in_bytes() {
    let mut account = Account::new();
    let put = |value: String| about(&[("SecretString", &value)]);
    account.ask("put_secret_value", put("x".repeat(65_536)));
    account.ask("put_secret_value", put("é".repeat(32_768)));
    let message = "Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536";
    for value in ["x".repeat(65_537), "é".repeat(32_769)] {
        account.assert_refused("put_secret_value", put(value.clone()), "ValidationException", message);
        account.assert_refused("update_secret", put(value.clone()), "ValidationException", message);
        let create = map! { "Name" => "new", "SecretString" => value };
        account.assert_refused("create_secret", create, "ValidationException", message);
    }
    account.assert_refused("put_secret_value", put(String::new()), "ValidationException", "greater than or equal to 1");
}

/// S41 A token has 32 to 64 characters.
#[test]
fn s41_a_token_has_its_length() {
    let mut account = Account::new();
    let put = |length: usize| about(&[("SecretString", "x"), ("ClientRequestToken", &"t".repeat(length))]);
    for (length, fault) in [(31, "greater than or equal to 32"), (65, "less than or equal to 64")] {
        account.assert_refused("put_secret_value", put(length), "ValidationException", fault);
    }
    for length in [32, 64] {
        account.ask("put_secret_value", put(length));
    }
}

/// S42 All versions of a secret together have at most 20 labels.
#[test]
fn s42_twenty_labels_are_all() {
    let mut account = Account::new();
    let labels: Vec<String> = (1..=19).map(|number| format!("label-{number:02}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    account.put(2, &labels);
    let one_more = about(&[("VersionStage", "one-more"), ("MoveToVersionId", &token(1))]);
    let over = "LimitExceededException";
    account.assert_refused("update_secret_version_stage", one_more.clone(), over, "quotas");
    let mut put = about(&[("SecretString", "x")]);
    account.assert_refused("put_secret_value", put.clone(), over, "quotas");
    set(&mut put, "VersionStages", labels.clone());
    account.ask("put_secret_value", put.clone());
    set(&mut put, "VersionStages", [labels, vec!["a", "b"]].concat());
    account.assert_refused("put_secret_value", put, "ValidationException", "less than or equal to 20");
    let holder = account.ask("get_secret_value", about(&[("VersionStage", "label-01")]));
    let off = about(&[("VersionStage", "label-01"), ("RemoveFromVersionId", &text(&holder, "VersionId"))]);
    account.ask("update_secret_version_stage", off);
    account.ask("update_secret_version_stage", one_more);
}

/// S43 Beyond 100 versions, the oldest without labels and older than a day go.
#[test]
fn s43_old_versions_without_labels_are_forgotten() {
    let mut account = Account::new();
    let mine = about(&[("VersionStage", "mine"), ("MoveToVersionId", &token(1))]);
    account.ask("update_secret_version_stage", mine);
    (2..=100).for_each(|number| _ = account.put(number, &[]));
    account.wait_hours(25);
    assert_eq!(account.versions(true).len(), 100, "age alone removes nothing");
    account.put(101, &[]);
    let versions = account.versions(true);
    assert_eq!((versions.len(), versions.contains(&1), versions.contains(&2), versions.contains(&3)), (100, true, false, true));
}

/// S44 A hundred versions of the last 24 hours leave no room for another.
#[test]
fn s44_young_versions_fill_the_quota() {
    let mut account = Account::new();
    (2..=100).for_each(|number| _ = account.put(number, &[]));
    let put = about(&[("SecretString", "x"), ("ClientRequestToken", &token(101))]);
    for method in ["put_secret_value", "update_secret"] {
        account.assert_refused(method, put.clone(), "LimitExceededException", "quotas");
    }
    account.wait_hours(23);
    account.assert_refused("put_secret_value", put.clone(), "LimitExceededException", "quotas");
    account.wait_hours(1);
    account.ask("put_secret_value", put);
}

/// S45 A name has 1 to 512 ASCII letters, digits and -/_+=.@!, so it is no ARN.
#[test]
fn s45_a_name_has_its_letters() {
    let mut account = Account::empty();
    let create = |name: &str| map! { "Name" => name };
    let arn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:name-AbCdEf";
    for name in ["with space", "ümlaut", "star*", arn] {
        account.assert_refused("create_secret", create(name), "ValidationException", "Invalid name. Must be a valid name");
    }
    let describe = map! { "SecretId" => "with space" };
    account.assert_refused("describe_secret", describe, "ValidationException", "Invalid name.");
    account.assert_refused("create_secret", create(&"n".repeat(513)), "ValidationException", "less than or equal to 512");
    for name in ["Valid/_+=.@-Name", &"n".repeat(512)] {
        assert_eq!(text(&account.ask("create_secret", create(name)), "Name"), name);
    }
}

/// S46 A secret has at most 50 tags, of 128 and 256 characters, not of AWS's own.
#[test]
fn s46_tags_have_limits() {
    let mut account = Account::new();
    let tag = |key: &str, value: &str| map! { "Key" => key, "Value" => value };
    let request = |tags: Vec<Value>| {
        let mut request = about(&[]);
        set(&mut request, "Tags", tags);
        request
    };
    account.ask("tag_resource", request((1..=50).map(|number| tag(&format!("k{number}"), "v")).collect()));
    account.ask("tag_resource", request(vec![tag("k50", &"v".repeat(256))]));
    for (key, value) in [("k51", "v"), ("k1", &"v".repeat(257)), (&"k".repeat(129), "v"), ("aws:k1", "v"), ("", "v")] {
        account.assert_refused("tag_resource", request(vec![tag(key, value)]), "InvalidParameterException", "");
    }
    let create = map! { "Name" => format!("{NAME}2"), "Tags" => vec![tag("aws:k", "v")] };
    account.assert_refused("create_secret", create, "InvalidParameterException", "reserved");
}
