//! S50 to S59: how secrets come, go and come back.

use rollbook::map;
use rollbook::value::Value;

use super::{Account, NAME, about, names, set, text, time, token};

const MARKED: &str = "You can't perform this operation on the secret because it was marked for deletion.";

fn delete(days: i64) -> Value {
    map! { "SecretId" => NAME, "RecoveryWindowInDays" => days }
}

/// S50 A secret can be restored for 30 days, or for the 7 to 30 that were asked for.
#[test]
fn s50_the_window_is_a_week_to_a_month() {
    let mut account = Account::new();
    for days in [6, 31, 0] {
        let message = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).";
        account.assert_refused("delete_secret", delete(days), "InvalidParameterException", message);
    }
    for (request, end) in [(about(&[]), "2026-07-31T09:00:00Z"), (delete(7), "2026-07-08T09:00:00Z")] {
        assert_eq!(time(&account.ask("delete_secret", request), "DeletionDate"), end);
        assert_eq!(time(&account.describe(), "DeletedDate"), end);
        account.ask("restore_secret", about(&[]));
    }
}

/// S51 A secret that is scheduled for deletion can be described, and nothing else.
#[test]
fn s51_a_scheduled_secret_is_out_of_use() {
    let mut account = Account::new();
    account.ask("delete_secret", about(&[]));
    let put = about(&[("SecretString", "x")]);
    let stage = about(&[("VersionStage", "mine"), ("MoveToVersionId", &token(1))]);
    let with = |name: &str, value: Value| {
        let mut request = about(&[]);
        set(&mut request, name, value);
        request
    };
    for (method, request) in [
        ("get_secret_value", about(&[])),
        ("put_secret_value", put.clone()),
        ("update_secret", put),
        ("update_secret_version_stage", stage),
        ("tag_resource", with("Tags", vec![map! { "Key" => "k" }].into())),
        ("untag_resource", with("TagKeys", vec!["k"].into())),
        ("get_resource_policy", about(&[])),
        ("put_resource_policy", about(&[("ResourcePolicy", "{}")])),
        ("delete_resource_policy", about(&[])),
        ("rotate_secret", about(&[])),
        ("cancel_rotate_secret", about(&[])),
        ("delete_secret", about(&[])),
    ] {
        account.assert_refused(method, request, "InvalidRequestException", MARKED);
    }
    assert_eq!(text(&account.describe(), "Name"), NAME);
    assert_eq!(account.versions(false), [1]);
}

/// S52 A restored secret is what it was.
#[test]
fn s52_restoring_undoes_the_deletion() {
    let mut account = Account::new();
    account.ask("delete_secret", delete(7));
    account.wait_hours(7 * 24 - 1);
    let restored = account.ask("restore_secret", about(&[]));
    assert_eq!(text(&restored, "Name"), NAME);
    assert!(account.describe().get("DeletedDate").is_none());
    account.wait_hours(24);
    assert_eq!(account.value(), "one", "the window is over and nothing happened");
}

/// S53 When its window is over a secret is gone, and its name is free for another.
#[test]
fn s53_after_the_window_it_is_gone() {
    let mut account = Account::new();
    let before = text(&account.describe(), "ARN");
    account.ask("delete_secret", delete(7));
    account.wait_hours(7 * 24);
    for method in ["get_secret_value", "describe_secret", "restore_secret"] {
        let message = "Secrets Manager can't find the specified secret.";
        let error = account.send(method, about(&[])).unwrap_err();
        assert_eq!((error.code(), error.message().as_str()), ("ResourceNotFoundException", message), "{method}");
    }
    let planned = account.ask("list_secrets", map! { "IncludePlannedDeletion" => true });
    assert!(!names(&planned).contains(&NAME.to_owned()));
    let after = text(&account.ask("create_secret", map! { "Name" => NAME }), "ARN");
    assert_ne!(after, before, "the six letters are others");
    account.assert_refused("describe_secret", map! { "SecretId" => before }, "ResourceNotFoundException", "");
}

/// S54 ForceDeleteWithoutRecovery deletes at once, with no window, and never misses.
#[test]
fn s54_force_needs_no_window() {
    let mut account = Account::new();
    let force = |id: &str| map! { "SecretId" => id, "ForceDeleteWithoutRecovery" => true };
    let mut both = delete(7);
    set(&mut both, "ForceDeleteWithoutRecovery", true);
    let message = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.";
    account.assert_refused("delete_secret", both, "InvalidParameterException", message);
    assert_eq!(time(&account.ask("delete_secret", force(NAME)), "DeletionDate"), account.now.to_string());
    account.assert_refused("describe_secret", about(&[]), "ResourceNotFoundException", "");
    account.ask("delete_secret", force(NAME));
    account.assert_refused("delete_secret", about(&[]), "ResourceNotFoundException", "");
    account.ask("create_secret", map! { "Name" => NAME });
    account.ask("delete_secret", delete(30));
    account.ask("delete_secret", force(NAME));
    account.ask("create_secret", map! { "Name" => NAME });
}

/// S55 A name that is taken is refused, unless it is the same request once more.
#[test]
fn s55_a_name_is_taken_once() {
    let mut account = Account::new();
    let create = |number: u32, value: &str| {
        map! { "Name" => NAME, "SecretString" => value, "ClientRequestToken" => token(number) }
    };
    let taken = "The operation failed because the secret team/db already exists.";
    account.assert_refused("create_secret", create(2, "one"), "ResourceExistsException", taken);
    account.assert_refused("create_secret", map! { "Name" => NAME }, "ResourceExistsException", taken);
    let used = "You can't use ClientRequestToken";
    account.assert_refused("create_secret", create(1, "other"), "ResourceExistsException", used);
    let before = account.sim.to_json();
    let again = account.ask("create_secret", create(1, "one"));
    assert_eq!(text(&again, "VersionId"), token(1));
    assert!(account.sim.to_json() == before, "a repeated request changed something");
}

/// S56 The name of a secret that is scheduled for deletion is not free yet.
#[test]
fn s56_a_scheduled_name_is_not_free() {
    let mut account = Account::new();
    account.ask("delete_secret", delete(7));
    let message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    let again = map! { "Name" => NAME, "SecretString" => "one", "ClientRequestToken" => token(1) };
    account.assert_refused("create_secret", again.clone(), "InvalidRequestException", message);
    account.wait_hours(7 * 24);
    account.ask("create_secret", again);
}

/// S57 An ARN is the name with a hyphen and six letters, and is found without them.
#[test]
fn s57_an_arn_ends_in_six_letters() {
    let mut account = Account::new();
    let arn = text(&account.describe(), "ARN");
    let (bare, letters) = arn.rsplit_once('-').expect("a hyphen");
    assert_eq!(bare, "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:team/db");
    assert!(letters.len() == 6 && letters.chars().all(|letter| letter.is_ascii_alphanumeric()), "{letters}");
    for id in [arn.as_str(), bare] {
        assert_eq!(text(&account.ask("describe_secret", map! { "SecretId" => id }), "ARN"), arn);
    }
    for id in [format!("{bare}-zzzzzz"), bare.replace("db", "d"), format!("team/db-{letters}")] {
        account.assert_refused("describe_secret", map! { "SecretId" => id }, "ResourceNotFoundException", "");
    }
}

/// S58 A name that ends like an ARN is not found by its ARN without the letters.
#[test]
fn s58_a_name_like_an_arn_hides() {
    let mut account = Account::empty();
    let arn = text(&account.ask("create_secret", map! { "Name" => "team/db-a1b2c3" }), "ARN");
    let bare = arn.rsplit_once('-').expect("a hyphen").0;
    account.assert_refused("describe_secret", map! { "SecretId" => bare }, "ResourceNotFoundException", "");
    for id in [arn.as_str(), "team/db-a1b2c3"] {
        account.ask("describe_secret", map! { "SecretId" => id });
    }
}

/// S59 Replicas are refused as not simulated, and so is a secret that asks for one.
#[test]
fn s59_replicas_are_not_simulated() {
    let mut account = Account::new();
    let region = || vec![map! { "Region" => "eu-west-1" }];
    let replicate = map! { "SecretId" => NAME, "AddReplicaRegions" => region() };
    let remove = map! { "SecretId" => NAME, "RemoveReplicaRegions" => vec!["eu-west-1"] };
    for (method, request) in [
        ("replicate_secret_to_regions", replicate),
        ("remove_regions_from_replication", remove),
        ("stop_replication_to_replica", about(&[])),
        ("create_secret", map! { "Name" => "new", "AddReplicaRegions" => region() }),
    ] {
        account.assert_refused(method, request, "UnsupportedOperation", "the sandbox does not simulate");
    }
}
