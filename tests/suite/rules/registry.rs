//! The rules of ECR.

use rollbook::map;
use rollbook::value::{Timestamp, Value};

use super::account::{Account, text, texts};

const REPOSITORY: &str = "nest-wallet";
const ADDRESS: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet";

fn about(name: &str, value: impl Into<Value>) -> Value {
    map! { "repositoryName" => REPOSITORY, name => Into::<Value>::into(value) }
}

fn tagged(tag: &str) -> Value {
    map! { "imageTag" => tag }
}

fn images(account: &mut Account, ids: Vec<Value>) -> Vec<Value> {
    account.ask("describe_images", about("imageIds", ids)).items("imageDetails").to_vec()
}

fn pushed_at(account: &mut Account, tag: &str) -> Timestamp {
    match images(account, vec![tagged(tag)])[0].get("imagePushedAt") {
        Some(Value::Time(time)) => *time,
        other => panic!("{tag}: {other:?}"),
    }
}

/// R1 The guide's repository is one of the account itself, in the region of its service.
#[test]
fn r1_the_repository_is_the_accounts_own() {
    let mut account = Account::of("ecr");
    let all = account.ask("describe_repositories", map! {}).items("repositories").to_vec();
    assert_eq!(texts(&all, "repositoryUri"), [ADDRESS]);
    assert_eq!(text(&all[0], "repositoryArn"), "arn:aws:ecr:ap-northeast-2:123456789012:repository/nest-wallet");
    let named = account.ask("describe_repositories", map! { "repositoryNames" => vec![REPOSITORY] });
    assert_eq!(named.items("repositories"), all);
    let elsewhere = account.ask("describe_repositories", map! { "registryId" => "999999999999" });
    assert_eq!(elsewhere.items("repositories"), []);
}

/// R2 A tag means the digest that a container reports which was started from it.
#[test]
fn r2_a_container_runs_the_digest_of_its_tag() {
    let mut account = Account::of("ecr");
    let containers = account.tasks()[0].items("containers").to_vec();
    let container = containers.iter().find(|container| text(container, "image").starts_with(ADDRESS)).expect("the wallet's");
    let (_, tag) = text(container, "image").rsplit_once(':').expect("a tag");
    let found = images(&mut account, vec![tagged(tag)]);
    assert_eq!(texts(&found, "imageDigest"), [text(container, "imageDigest")]);
    assert_eq!(found[0].get("imageTags"), Some(&Value::from(vec![tag])));
}

/// R3 An image is found by its tag, by its digest, or by both, and stands in an answer once.
#[test]
fn r3_tag_and_digest_mean_the_same_image() {
    let mut account = Account::of("ecr");
    let by_tag = images(&mut account, vec![tagged("v41")]);
    let digest = text(&by_tag[0], "imageDigest");
    let by_digest = map! { "imageDigest" => digest };
    let by_both = map! { "imageDigest" => digest, "imageTag" => "v41" };
    for ids in [vec![by_digest.clone()], vec![by_both.clone()], vec![by_both, tagged("v41"), by_digest]] {
        assert_eq!(images(&mut account, ids), by_tag);
    }
    assert_eq!(images(&mut account, vec![tagged("v2"), tagged("v1")]).len(), 2);
}

/// R4 An image that is not there is refused by the name it was asked by.
#[test]
fn r4_a_missing_image_is_refused() {
    let mut account = Account::of("ecr");
    let digest = text(&images(&mut account, vec![tagged("v1")])[0], "imageDigest").to_owned();
    let unknown = format!("sha256:{}", "0".repeat(64));
    for (id, shown) in [
        (tagged("v999"), "{imageDigest:'null', imageTag:'v999'}".to_owned()),
        (map! { "imageDigest" => unknown.as_str() }, format!("{{imageDigest:'{unknown}', imageTag:'null'}}")),
        (map! { "imageDigest" => digest.as_str(), "imageTag" => "v2" }, format!("{{imageDigest:'{digest}', imageTag:'v2'}}")),
    ] {
        let message = format!(
            "The image with imageId {shown} does not exist within the repository with name 'nest-wallet' \
             in the registry with id '123456789012'"
        );
        account.assert_refused("describe_images", about("imageIds", vec![tagged("v1"), id]), "ImageNotFoundException", &message);
    }
}

/// R5 A repository is looked for in one registry and refused where it is not.
#[test]
fn r5_a_missing_repository_is_refused() {
    let mut account = Account::of("ecr");
    let message = |name: &str, registry: &str| {
        format!("The repository with name '{name}' does not exist in the registry with id '{registry}'")
    };
    for (method, request, message) in [
        ("describe_images", map! { "repositoryName" => "other" }, message("other", "123456789012")),
        ("list_images", map! { "repositoryName" => "other" }, message("other", "123456789012")),
        ("describe_repositories", map! { "repositoryNames" => vec![REPOSITORY, "b"] }, message("b", "123456789012")),
        ("describe_images", about("registryId", "999999999999"), message(REPOSITORY, "999999999999")),
    ] {
        account.assert_refused(method, request, "RepositoryNotFoundException", &message);
    }
}

/// R6 An image must be asked for by something.
#[test]
fn r6_neither_tag_nor_digest_is_refused() {
    let message = "Invalid request parameters: both tag and digest cannot be null";
    let request = about("imageIds", vec![map! {}]);
    Account::of("ecr").assert_refused("describe_images", request, "InvalidParameterException", message);
}

/// R7 The pages of a list have every image once, and the last has no token.
#[test]
fn r7_pages_have_every_image_once() {
    for (method, items, most) in [("list_images", "imageIds", 50), ("describe_images", "imageDetails", 7)] {
        let mut account = Account::of("ecr");
        let (mut request, mut seen, mut pages) = (about("maxResults", most), vec![], 0);
        loop {
            let answer = account.ask(method, request.clone());
            seen.extend(answer.items(items).iter().map(|item| text(item, "imageDigest").to_owned()));
            pages += 1;
            let Some(token) = answer.text("nextToken") else { break };
            request.as_map_mut().unwrap().insert("nextToken".into(), token.into());
        }
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), pages), (120, 120 / most + i64::from(120 % most > 0)), "{method}");
    }
}

/// R8 A filter lets through the images that have tags, those that have none, or those in one state.
#[test]
fn r8_filters_choose_images() {
    let mut account = Account::of("ecr");
    for (name, value, count) in
        [("tagStatus", "TAGGED", 120), ("tagStatus", "UNTAGGED", 0), ("tagStatus", "ANY", 120), ("imageStatus", "ARCHIVED", 0)]
    {
        for (method, items) in [("list_images", "imageIds"), ("describe_images", "imageDetails")] {
            let mut request = about("filter", map! { name => value });
            request.as_map_mut().unwrap().insert("maxResults".into(), Value::Int(1000));
            assert_eq!(account.ask(method, request).items(items).len(), count, "{method} {name} {value}");
        }
    }
}

/// R9 Images were pushed one after the other, before anything was started from them, and none in the future.
#[test]
fn r9_images_are_older_than_what_runs_them() {
    let mut account = Account::of("ecr");
    for line in ["v", "dev-"] {
        let times: Vec<Timestamp> = (1..=60).map(|number| pushed_at(&mut account, &format!("{line}{number}"))).collect();
        assert!(times.is_sorted() && times[59] < account.now, "{line} {times:?}");
    }
    let running = pushed_at(&mut account, "v41");
    for task in account.tasks() {
        let Some(Value::Time(created)) = task.get("createdAt") else { panic!("{task:?}") };
        assert!(running < *created);
    }
}
