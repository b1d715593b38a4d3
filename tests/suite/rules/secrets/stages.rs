//! S20 to S29: staging labels and how they move.

use super::{Account, about, token};

const INVALID: &str = "InvalidParameterException";

/// S20 Moving AWSCURRENT moves AWSPREVIOUS to the version that had it.
#[test]
fn s20_previous_follows_current() {
    let mut account = Account::new();
    account.put(2, &[]);
    let (one, two) = (token(1), token(2));
    let back = about(&[("VersionStage", "AWSCURRENT"), ("RemoveFromVersionId", &two), ("MoveToVersionId", &one)]);
    account.ask("update_secret_version_stage", back);
    assert_eq!((account.labels(1), account.labels(2)), (vec!["AWSCURRENT".to_owned()], vec!["AWSPREVIOUS".to_owned()]));
    assert_eq!(account.value(), "one");
}

/// S21 A label that sits elsewhere moves only for who names its holder.
#[test]
fn s21_a_move_names_the_holder() {
    let mut account = Account::new();
    account.put(2, &[]);
    account.put(3, &["AWSPENDING"]);
    let (one, two, three) = (token(1), token(2), token(3));
    let current = |from: &[(&'static str, &str)]| {
        about(&[&[("VersionStage", "AWSCURRENT"), ("MoveToVersionId", three.as_str())], from].concat())
    };
    let method = "update_secret_version_stage";
    let holder = format!(
        "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version {two}, \
         so you must explicitly reference that version in RemoveFromVersionId."
    );
    account.assert_refused(method, current(&[]), INVALID, &holder);
    account.assert_refused(method, current(&[("RemoveFromVersionId", &one)]), INVALID, &two);
    account.ask(method, current(&[("RemoveFromVersionId", &two)]));
    assert_eq!(account.labels(3), ["AWSCURRENT", "AWSPENDING"]);
}

/// S22 A label that sits nowhere needs no holder, and a false one is refused.
#[test]
fn s22_a_new_label_has_no_holder() {
    let mut account = Account::new();
    let one = token(1);
    let method = "update_secret_version_stage";
    let claimed = about(&[("VersionStage", "mine"), ("MoveToVersionId", &one), ("RemoveFromVersionId", &one)]);
    account.assert_refused(method, claimed, INVALID, "mine is not attached");
    account.ask(method, about(&[("VersionStage", "mine"), ("MoveToVersionId", &one)]));
    assert_eq!(account.labels(1), ["AWSCURRENT", "mine"]);
    account.ask(method, about(&[("VersionStage", "mine"), ("MoveToVersionId", &one)]));
    assert_eq!(account.labels(1), ["AWSCURRENT", "mine"], "where it is already, it stays");
}

/// S23 RemoveFromVersionId alone takes a label off, but never AWSCURRENT.
#[test]
fn s23_a_label_is_removed_alone() {
    let mut account = Account::new();
    account.put(2, &["mine"]);
    let (one, two) = (token(1), token(2));
    let method = "update_secret_version_stage";
    let off = |stage: &str, id: &str| about(&[("VersionStage", stage), ("RemoveFromVersionId", id)]);
    account.assert_refused(method, off("mine", &one), INVALID, &two);
    account.assert_refused(method, off("AWSCURRENT", &one), INVALID, "It can't be completely removed.");
    account.assert_refused(method, about(&[("VersionStage", "mine")]), INVALID, "");
    account.ask(method, off("mine", &two));
    assert_eq!((account.labels(1), account.labels(2)), (vec!["AWSCURRENT".to_owned()], vec![]));
}

/// S24 Labels move only between versions that exist.
#[test]
fn s24_a_label_needs_a_version() {
    let mut account = Account::new();
    let (one, nine) = (token(1), token(9));
    let method = "update_secret_version_stage";
    let to = about(&[("VersionStage", "AWSCURRENT"), ("RemoveFromVersionId", &one), ("MoveToVersionId", &nine)]);
    account.assert_refused(method, to, "ResourceNotFoundException", &nine);
    let from = about(&[("VersionStage", "AWSCURRENT"), ("RemoveFromVersionId", &nine), ("MoveToVersionId", &one)]);
    account.assert_refused(method, from, "ResourceNotFoundException", &nine);
}

/// S25 A label sits at one version: a put takes it from whoever had it.
#[test]
fn s25_a_put_takes_labels_over() {
    let mut account = Account::new();
    account.put(2, &["one", "two"]);
    account.put(3, &["two", "three"]);
    assert_eq!((account.labels(2), account.labels(3)), (vec!["one".to_owned()], vec!["three".to_owned(), "two".to_owned()]));
}

/// S26 A version without labels is deprecated: listed only on demand, still readable.
#[test]
fn s26_a_version_without_labels_is_deprecated() {
    let mut account = Account::new();
    account.put(2, &[]);
    assert_eq!(account.versions(false), [1, 2]);
    account.put(3, &[]);
    assert_eq!((account.versions(false), account.versions(true)), (vec![2, 3], vec![1, 2, 3]));
    let value = account.ask("get_secret_value", about(&[("VersionId", &token(1))]));
    assert_eq!((value.text("SecretString"), value.get("VersionStages")), (Some("one"), None));
}

/// S27 Who loses AWSCURRENT is no longer pending either.
#[test]
fn s27_a_former_version_is_not_pending() {
    let mut account = Account::new();
    account.put(2, &["AWSPENDING", "mine"]);
    let (one, two) = (token(1), token(2));
    let promote = about(&[("VersionStage", "AWSCURRENT"), ("RemoveFromVersionId", &one), ("MoveToVersionId", &two)]);
    account.ask("update_secret_version_stage", promote);
    assert_eq!(account.labels(2), ["AWSCURRENT", "AWSPENDING", "mine"], "who gets AWSCURRENT keeps what it has");
    account.put(3, &[]);
    assert_eq!(account.labels(2), ["AWSPREVIOUS", "mine"]);
}
