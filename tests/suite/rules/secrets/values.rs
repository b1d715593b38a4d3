//! S01 to S19: how a value becomes a version, and what a token means.

use rollbook::map;

use super::{Account, NAME, about, set, text, token};

/// S01 The first value is the current version, and its token is its id.
#[test]
fn s01_a_first_value_is_current_under_its_token() {
    let mut account = Account::new();
    let value = account.ask("get_secret_value", about(&[]));
    assert_eq!((text(&value, "VersionId"), text(&value, "SecretString")), (token(1), "one".into()));
    assert_eq!(account.labels(1), ["AWSCURRENT"]);
}

/// S02 Without VersionStages, PutSecretValue moves AWSCURRENT to its version.
#[test]
fn s02_a_plain_put_is_current() {
    let mut account = Account::new();
    let answer = account.put(2, &[]);
    assert_eq!((text(&answer, "VersionId"), answer.items("VersionStages")), (token(2), &["AWSCURRENT".into()][..]));
    assert_eq!(account.value(), "value 2");
    assert_eq!(account.labels(2), ["AWSCURRENT"]);
}

/// S03 Who held AWSCURRENT gets AWSPREVIOUS, and who held that holds nothing.
#[test]
fn s03_a_put_hands_previous_on() {
    let mut account = Account::new();
    account.put(2, &[]);
    assert_eq!(account.labels(1), ["AWSPREVIOUS"]);
    account.put(3, &[]);
    assert_eq!((account.labels(1), account.labels(2)), (vec![], vec!["AWSPREVIOUS".to_owned()]));
}

/// S04 With VersionStages of its own, a put leaves AWSCURRENT where it is.
#[test]
fn s04_a_pending_put_leaves_current() {
    let mut account = Account::new();
    account.put(2, &["AWSPENDING"]);
    assert_eq!((account.labels(1), account.labels(2)), (vec!["AWSCURRENT".to_owned()], vec!["AWSPENDING".to_owned()]));
    assert_eq!(account.value(), "one");
}

/// S05 The same token with the same value succeeds and changes nothing.
#[test]
fn s05_a_repeated_put_is_ignored() {
    let mut account = Account::new();
    let answer = account.put(2, &[]);
    account.put(3, &[]);
    let before = account.sim.to_json();
    let mut again = about(&[("SecretString", "value 2"), ("ClientRequestToken", &token(2))]);
    let repeated = account.ask("put_secret_value", again.clone());
    assert_eq!(text(&repeated, "VersionId"), text(&answer, "VersionId"));
    set(&mut again, "VersionStages", vec!["AWSPENDING"]);
    account.ask("put_secret_value", again);
    assert!(account.sim.to_json() == before, "a repeated put changed something");
    assert_eq!(account.value(), "value 3");
}

/// S06 The same token with another value is refused.
#[test]
fn s06_a_token_means_one_value() {
    let mut account = Account::new();
    let used = "You can't use ClientRequestToken";
    let other = about(&[("SecretString", "other"), ("ClientRequestToken", &token(1))]);
    account.assert_refused("put_secret_value", other, "ResourceExistsException", used);
    let binary = about(&[("SecretBinary", "b25l"), ("ClientRequestToken", &token(1))]);
    account.assert_refused("put_secret_value", binary, "ResourceExistsException", used);
    assert_eq!(account.value(), "one");
}

/// S07 UpdateSecret takes no token twice, even with the same value.
#[test]
fn s07_an_update_wants_a_fresh_token() {
    let mut account = Account::new();
    let again = about(&[("SecretString", "one"), ("ClientRequestToken", &token(1)), ("Description", "new")]);
    account.assert_refused("update_secret", again, "ResourceExistsException", "You can't use ClientRequestToken");
    let fresh = about(&[("SecretString", "one"), ("ClientRequestToken", &token(2))]);
    assert_eq!(text(&account.ask("update_secret", fresh), "VersionId"), token(2));
    assert_eq!((account.labels(1), account.labels(2)), (vec!["AWSPREVIOUS".to_owned()], vec!["AWSCURRENT".to_owned()]));
}

/// S08 UpdateSecret without a value makes no version and minds no token.
#[test]
fn s08_an_update_without_value_makes_no_version() {
    let mut account = Account::new();
    let request = about(&[("Description", "The team's database"), ("ClientRequestToken", &token(1))]);
    assert!(account.ask("update_secret", request).get("VersionId").is_none());
    assert_eq!(text(&account.describe(), "Description"), "The team's database");
    assert_eq!(account.versions(true), [1]);
    account.ask("update_secret", about(&[("Description", "")]));
    assert!(account.describe().get("Description").is_none(), "an empty description is none");
}

/// S09 The first version of a secret is current, whatever its put asks for.
#[test]
fn s09_the_first_version_is_current() {
    let mut account = Account::empty();
    let created = account.ask("create_secret", map! { "Name" => NAME });
    assert!(created.get("VersionId").is_none());
    let described = account.describe();
    assert!(described.get("VersionIdsToStages").is_none(), "{described:?}");
    let missing = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";
    account.assert_refused("get_secret_value", about(&[]), "ResourceNotFoundException", missing);
    account.put(1, &["AWSPENDING"]);
    assert_eq!(account.labels(1), ["AWSCURRENT", "AWSPENDING"]);
}

/// S10 A version holds a string or a binary: a put with neither or both is refused.
#[test]
fn s10_a_value_is_a_string_or_a_binary() {
    let mut account = Account::new();
    let neither = "You must provide either SecretString or SecretBinary.";
    account.assert_refused("put_secret_value", about(&[]), "InvalidRequestException", neither);
    let both = [("SecretString", "x"), ("SecretBinary", "eA==")];
    for method in ["put_secret_value", "update_secret"] {
        account.assert_refused(method, about(&both), "InvalidParameterException", "both a binary secret value and a string");
    }
    account.ask("put_secret_value", about(&[("SecretBinary", "eA==")]));
    let value = account.ask("get_secret_value", about(&[]));
    assert_eq!((text(&value, "SecretBinary"), value.get("SecretString")), ("eA==".into(), None));
}

/// S11 A new key encrypts new versions, and those that AWS's own labels name.
#[test]
fn s11_a_new_key_is_for_labeled_versions() {
    let mut account = Account::new();
    account.put(2, &["mine"]);
    account.ask("update_secret", about(&[("KmsKeyId", "alias/team")]));
    account.put(3, &["AWSPENDING"]);
    let versions = account.ask("list_secret_version_ids", about(&[]));
    let keys: Vec<_> = versions.items("Versions").iter().map(|version| version.items("KmsKeyIds")[0].clone()).collect();
    assert_eq!(keys, ["alias/team".into(), "DefaultEncryptionKey".into(), "alias/team".into()]);
    assert_eq!(text(&account.describe(), "KmsKeyId"), "alias/team");
    account.ask("update_secret", about(&[("KmsKeyId", "")]));
    assert!(account.describe().get("KmsKeyId").is_none(), "an empty key is AWS's own");
}
