//! L30 to L39: pages.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, definition, service, text, texts, with};

const INVALID: &str = "InvalidParameterException";

fn desk(revisions: usize) -> Desk {
    let mut desk = Desk::new();
    (0..revisions).for_each(|_| drop(desk.ask("register_task_definition", definition("f"))));
    desk
}

fn family(over: Value) -> Value {
    with(map! { "familyPrefix" => "f" }, over)
}

fn names(answer: &Value) -> Vec<String> {
    let arns = texts(answer, "taskDefinitionArns");
    arns.iter().map(|arn| arn.rsplit(':').next().unwrap().to_owned()).collect()
}

/// L30 Pages follow each other until one carries no token.
#[test]
fn l30_pages_follow_each_other() {
    let mut desk = desk(5);
    let (mut seen, mut sizes, mut token) = (vec![], vec![], Value::Null);
    loop {
        let answer = desk.ask("list_task_definitions", family(map! { "maxResults" => 2, "nextToken" => token }));
        sizes.push(names(&answer).len());
        seen.extend(names(&answer));
        match answer.text("nextToken") {
            Some(next) => token = next.into(),
            None => break,
        }
    }
    assert_eq!((seen, sizes), (["1", "2", "3", "4", "5"].map(str::to_owned).to_vec(), vec![2, 2, 1]));
}

/// L31 A token belongs to the request that it was given to; only the size may change.
#[test]
fn l31_a_token_belongs_to_its_request() {
    let mut desk = desk(5);
    let first = desk.ask("list_task_definitions", family(map! { "maxResults" => 2 }));
    let token = || map! { "nextToken" => text(&first, "nextToken") };
    let next = desk.ask("list_task_definitions", family(with(token(), map! { "maxResults" => 1 })));
    assert_eq!(names(&next), ["3"]);
    for other in [map! { "sort" => "DESC" }, map! { "familyPrefix" => "nest-wallet-task" }, map! { "status" => "INACTIVE" }] {
        desk.refuses("list_task_definitions", with(family(token()), other), INVALID, "Invalid token");
    }
    desk.refuses("list_clusters", token(), INVALID, "Invalid token");
    desk.refuses("list_task_definitions", family(map! { "nextToken" => "MTIz" }), INVALID, "Invalid token");
}

/// L32 Sizes have a range, and a default that differs from list to list.
#[test]
fn l32_sizes_have_a_range() {
    let mut desk = Desk::new();
    for (method, most) in [
        ("list_clusters", 100),
        ("list_task_definitions", 100),
        ("list_task_definition_families", 100),
        ("list_account_settings", 10),
        ("describe_capacity_providers", 10),
    ] {
        for size in [0, -1, most + 1] {
            desk.refuses(method, map! { "maxResults" => size }, INVALID, &format!("between 1 and {most}"));
        }
        desk.ask(method, map! { "maxResults" => most });
    }
    for n in 0..10 {
        desk.ask("create_service", with(service(&format!("s{n}")), map! { "desiredCount" => 0 }));
    }
    let answer = desk.ask("list_services", map! { "cluster" => CLUSTER });
    assert_eq!((texts(&answer, "serviceArns").len(), answer.get("nextToken").is_some()), (10, true));
}

/// L33 What vanishes or appears between two pages hides and repeats nothing else.
#[test]
fn l33_pages_stay_sane() {
    for gone in ["f:1", "f:2"] {
        let mut desk = desk(5);
        let first = desk.ask("list_task_definitions", family(map! { "maxResults" => 2 }));
        assert_eq!(names(&first), ["1", "2"]);
        desk.ask("deregister_task_definition", map! { "taskDefinition" => gone });
        desk.ask("register_task_definition", definition("f"));
        let rest = desk.ask("list_task_definitions", family(map! { "nextToken" => text(&first, "nextToken") }));
        assert_eq!(names(&rest), ["3", "4", "5", "6"], "{gone}");
    }
}
