//! S30 to S39: reading values, one or many.

use rollbook::map;
use rollbook::value::Value;

use super::{Account, NAME, about, text, time, token};

/// S30 A value is read by label or by version, and both together must agree.
#[test]
fn s30_label_and_version_agree() {
    let mut account = Account::new();
    account.put(2, &[]);
    let (one, two) = (token(1), token(2));
    let mut read = |members: &[(&str, &str)]| text(&account.ask("get_secret_value", about(members)), "VersionId");
    assert_eq!(read(&[]), two);
    assert_eq!(read(&[("VersionStage", "AWSPREVIOUS")]), one);
    assert_eq!(read(&[("VersionId", &one)]), one);
    assert_eq!(read(&[("VersionId", &one), ("VersionStage", "AWSPREVIOUS")]), one);
    let apart = about(&[("VersionId", &one), ("VersionStage", "AWSCURRENT")]);
    let message = "You provided a VersionStage that is not associated to the provided VersionId.";
    account.assert_refused("get_secret_value", apart, "InvalidRequestException", message);
}

/// S31 What is not there is named: the secret, the label or the version.
#[test]
fn s31_what_is_missing_is_named() {
    let mut account = Account::new();
    let nine = token(9);
    let missing = [
        (map! { "SecretId" => "other" }, "Secrets Manager can't find the specified secret.".to_owned()),
        (about(&[("VersionStage", "AWSPREVIOUS")]), "for staging label: AWSPREVIOUS".to_owned()),
        (about(&[("VersionId", &nine)]), format!("for VersionId: {nine}")),
    ];
    for (request, message) in missing {
        account.assert_refused("get_secret_value", request, "ResourceNotFoundException", &message);
    }
}

/// S32 Only reading a value is access, and access is told to the day.
#[test]
fn s32_access_is_told_to_the_day() {
    let mut account = Account::new();
    account.put(2, &[]);
    assert!(account.describe().get("LastAccessedDate").is_none(), "nobody has read it");
    account.wait_hours(30);
    account.ask("get_secret_value", about(&[("VersionStage", "AWSPREVIOUS")]));
    account.wait_hours(48);
    assert_eq!(time(&account.describe(), "LastAccessedDate"), "2026-07-02T00:00:00Z");
    let versions = account.ask("list_secret_version_ids", about(&[]));
    let accessed: Vec<bool> = versions.items("Versions").iter().map(|it| it.get("LastAccessedDate").is_some()).collect();
    assert_eq!(accessed, [true, false], "the version that was read, and no other");
}

/// S33 BatchGetSecretValue answers what it can and lists what it cannot.
#[test]
fn s33_a_batch_lists_its_errors() {
    let mut account = Account::new();
    account.ask("create_secret", map! { "Name" => "gone", "SecretString" => "x" });
    account.ask("delete_secret", map! { "SecretId" => "gone" });
    let answer = account.ask("batch_get_secret_value", map! { "SecretIdList" => vec![NAME, "gone", "other"] });
    let values = answer.items("SecretValues");
    assert_eq!((values.len(), text(&values[0], "SecretString"), text(&values[0], "Name")), (1, "one".into(), NAME.into()));
    let errors: Vec<_> = answer.items("Errors").iter().map(|it| (text(it, "SecretId"), text(it, "ErrorCode"))).collect();
    let expected = [("gone", "InvalidRequestException"), ("other", "ResourceNotFoundException")];
    assert_eq!(errors, expected.map(|(id, code)| (id.to_owned(), code.to_owned())));
}

/// S34 With filters a batch comes in pages, and leaves deleted secrets out.
#[test]
fn s34_a_batch_by_filter_has_pages() {
    let mut account = Account::empty();
    for name in ["b/1", "b/2", "b/3", "b/4", "c/1"] {
        account.ask("create_secret", map! { "Name" => name, "SecretString" => name });
    }
    account.ask("delete_secret", map! { "SecretId" => "b/2" });
    let mut request = map! { "Filters" => vec![map! { "Key" => "name", "Values" => vec!["b/"] }], "MaxResults" => 2 };
    let first = account.ask("batch_get_secret_value", request.clone());
    super::set(&mut request, "NextToken", text(&first, "NextToken"));
    let second = account.ask("batch_get_secret_value", request);
    let read = |answer: &Value| answer.items("SecretValues").iter().map(|it| text(it, "SecretString")).collect::<Vec<_>>();
    assert_eq!((read(&first), read(&second)), (vec!["b/1".into(), "b/3".into()], vec!["b/4".to_owned()]));
    assert!(second.get("NextToken").is_none());
}

/// S35 A batch is chosen by a list or by filters, and only the latter has pages.
#[test]
fn s35_a_batch_is_chosen_one_way() {
    let mut account = Account::new();
    let filters = vec![map! { "Key" => "name", "Values" => vec!["team"] }];
    let either = "Either 'SecretIdList' or 'Filters' must be provided, but not both.";
    let both = map! { "SecretIdList" => vec![NAME], "Filters" => filters.clone() };
    for request in [map! {}, both] {
        account.assert_refused("batch_get_secret_value", request, "InvalidParameterException", either);
    }
    let paged = map! { "SecretIdList" => vec![NAME], "MaxResults" => 1 };
    account.assert_refused("batch_get_secret_value", paged, "InvalidParameterException", "'Filters' not specified.");
    let large = map! { "Filters" => filters, "MaxResults" => 21 };
    account.assert_refused("batch_get_secret_value", large, "ValidationException", "less than or equal to 20");
}
