//! S60 to S69: which secrets are listed, in which order, and what is told.

use rollbook::map;
use rollbook::value::{Text, Value};

use super::{Account, NAME, about, names, set, text, time, token};

/// Four secrets that came an hour apart, and the guide's two.
fn four() -> Account {
    let mut account = Account::empty();
    for (name, description, key, value) in [
        ("testing1/one", "a secret", "Team", "wallet"),
        ("/testing2/two", "an secret", "team", "Wallet"),
        ("testing3/three", "asecret", "stage", "prod"),
        ("/testing4/four", "thesecret", "stage", "dev"),
    ] {
        account.wait_hours(1);
        let tags = vec![map! { "Key" => key, "Value" => value }];
        account
            .ask("create_secret", map! { "Name" => name, "Description" => description, "Tags" => tags, "SecretString" => "x" });
    }
    account
}

fn filter(key: &str, values: &[&str]) -> Value {
    map! { "Key" => key, "Values" => values.to_vec() }
}

/// The last words of the names that pass, the guide's secrets left out.
fn found(account: &mut Account, filters: Vec<Value>) -> Vec<String> {
    let answer = account.ask("list_secrets", map! { "Filters" => filters });
    let names = names(&answer).into_iter().filter(|name| name.contains("testing"));
    names.filter_map(|name| name.rsplit('/').next().map(str::to_owned)).collect()
}

/// S60 A filter is a prefix with its case, but words of any case for descriptions and `all`.
#[test]
fn s60_filters_look_at_beginnings() {
    let mut account = four();
    for (key, value, expected) in [
        ("name", "/", vec!["two", "four"]),
        ("name", "testing1 one", vec![]),
        ("name", "Testing", vec![]),
        ("name", "one", vec![]),
        ("description", "a", vec!["one", "two", "three"]),
        ("description", "A Secret", vec!["one", "two"]),
        ("description", "ecret", vec![]),
        ("tag-key", "team", vec!["two"]),
        ("tag-key", "sta", vec!["three", "four"]),
        ("tag-value", "prod", vec!["three"]),
        ("primary-region", "ap-north", vec!["one", "two", "three", "four"]),
        ("primary-region", "eu", vec![]),
        ("owning-service", "rds", vec![]),
        ("all", "WALLET", vec!["one", "two"]),
        ("all", "thesecret dev", vec!["four"]),
        ("all", "three", vec!["three"]),
    ] {
        assert_eq!(found(&mut account, vec![filter(key, &[value])]), expected, "{key} {value}");
    }
}

/// S61 One value of a filter is enough, all filters must pass, and `!` keeps out.
#[test]
fn s61_filters_add_up() {
    let mut account = four();
    for (filters, expected) in [
        (vec![filter("name", &["testing1", "testing3"])], vec!["one", "three"]),
        (vec![filter("name", &["testing1", "testing3"]), filter("tag-key", &["stage"])], vec!["three"]),
        (vec![filter("description", &["a"]), filter("name", &["secret"])], vec![]),
        (vec![filter("name", &["!/"])], vec!["one", "three"]),
        (vec![filter("description", &["!a"])], vec!["four"]),
        (vec![filter("description", &["!c"])], vec!["one", "two", "three", "four"]),
        (vec![filter("tag-key", &["stage", "!team"])], vec!["three", "four"]),
    ] {
        assert_eq!(found(&mut account, filters.clone()), expected, "{filters:?}");
    }
}

/// S62 Secrets are listed by their creation, or by what SortBy names, either way round.
#[test]
fn s62_lists_are_sorted() {
    let mut account = four();
    account.wait_hours(24);
    account.ask("get_secret_value", map! { "SecretId" => "testing3/three" });
    account.ask("update_secret", map! { "SecretId" => "testing1/one", "Description" => "new" });
    let mut last = |by: &str, order: &str| {
        let filters = vec![filter("tag-key", &["t", "T", "s"])];
        let mut request = map! { "Filters" => filters, "SortOrder" => order };
        if !by.is_empty() {
            set(&mut request, "SortBy", by);
        }
        names(&account.ask("list_secrets", request)).pop().expect("a secret")
    };
    for (by, ascending, descending) in [
        ("", "/testing4/four", "testing1/one"),
        ("created-date", "/testing4/four", "testing1/one"),
        ("name", "testing3/three", "/testing2/two"),
        ("last-changed-date", "testing1/one", "/testing2/two"),
    ] {
        assert_eq!((last(by, "asc"), last(by, "desc")), (ascending.to_owned(), descending.to_owned()), "{by}");
    }
    assert_eq!(last("last-accessed-date", "asc"), "testing3/three");
}

/// S63 Secrets that are scheduled for deletion are listed only on demand.
#[test]
fn s63_planned_deletions_are_listed_on_demand() {
    let mut account = Account::new();
    account.ask("delete_secret", about(&[]));
    assert!(!names(&account.ask("list_secrets", map! {})).contains(&NAME.to_owned()));
    let planned = account.ask("list_secrets", map! { "IncludePlannedDeletion" => true });
    let secret = planned.items("SecretList").iter().find(|secret| text(secret, "Name") == NAME).expect("it is listed");
    assert_eq!(time(secret, "DeletedDate"), "2026-07-31T09:00:00Z");
}

/// S64 Lists come in pages to their end, and a token of somebody else's is refused.
#[test]
fn s64_lists_have_pages() {
    let mut account = four();
    let (mut request, mut seen, mut pages) = (map! { "MaxResults" => 4 }, vec![], 0);
    loop {
        let answer = account.ask("list_secrets", request.clone());
        seen.extend(names(&answer));
        pages += 1;
        let Some(next) = answer.text("NextToken") else { break };
        set(&mut request, "NextToken", next);
    }
    assert_eq!((seen, pages), (names(&account.ask("list_secrets", map! {})), 2));
    let mut versions = map! { "SecretId" => "testing1/one", "MaxResults" => 1, "NextToken" => "x" };
    let code = "InvalidNextTokenException";
    account.assert_refused("list_secrets", map! { "NextToken" => "x" }, code, "");
    account.assert_refused("list_secret_version_ids", versions.clone(), code, "");
    account.ask("put_secret_value", map! { "SecretId" => "testing1/one", "SecretString" => "y" });
    versions.as_map_mut().unwrap().remove("NextToken");
    assert!(account.ask("list_secret_version_ids", versions).get("NextToken").is_some());
}

/// S65 A description tells what there is, and has no members for what there is not.
#[test]
fn s65_descriptions_have_no_empty_members() {
    let mut account = Account::new();
    let described = account.describe();
    let members: Vec<&str> = described.as_map().unwrap().keys().map(Text::as_str).collect();
    assert_eq!(members, ["ARN", "CreatedDate", "LastChangedDate", "Name", "VersionIdsToStages"]);
    assert_eq!(time(&described, "CreatedDate"), account.now.to_string());
    let list = account.ask("list_secrets", map! { "Filters" => vec![filter("name", &[NAME])] });
    let listed: Vec<&str> = list.items("SecretList")[0].as_map().unwrap().keys().map(Text::as_str).collect();
    assert_eq!(listed, ["ARN", "CreatedDate", "LastChangedDate", "Name", "SecretVersionsToStages"]);
}

/// S66 Every change of a secret is dated, and reading it is none.
#[test]
fn s66_changes_are_dated() {
    let mut account = Account::new();
    let one = token(1);
    let tag = map! { "SecretId" => NAME, "Tags" => vec![map! { "Key" => "k", "Value" => "v" }] };
    for (method, request) in [
        ("put_secret_value", about(&[("SecretString", "x")])),
        ("update_secret", about(&[("Description", "x")])),
        ("update_secret_version_stage", about(&[("VersionStage", "mine"), ("MoveToVersionId", &one)])),
        ("tag_resource", tag),
    ] {
        account.wait_hours(1);
        account.ask(method, request);
        assert_eq!(time(&account.describe(), "LastChangedDate"), account.now.to_string(), "{method}");
    }
    let changed = account.now.to_string();
    account.wait_hours(1);
    account.value();
    assert_eq!(time(&account.describe(), "LastChangedDate"), changed);
}
