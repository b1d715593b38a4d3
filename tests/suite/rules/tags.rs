//! T01 to T09: tags.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, SERVICE, definition, tag};

const INVALID: &str = "InvalidParameterException";
const ARN: &str = "arn:aws:ecs:ap-northeast-2:123456789012";

fn put(arn: &str, tags: Vec<Value>) -> Value {
    map! { "resourceArn" => arn, "tags" => tags }
}

fn listed(desk: &mut Desk, arn: &str) -> Vec<Value> {
    desk.ask("list_tags_for_resource", map! { "resourceArn" => arn }).items("tags").to_vec()
}

fn many(count: usize) -> Vec<Value> {
    (0..count).map(|n| tag(&format!("k{n}"), "v")).collect()
}

/// T01 Clusters, services, tasks and task definitions carry tags.
#[test]
fn t01_four_kinds_carry_tags() {
    let mut desk = Desk::new();
    let task = desk.tasks(SERVICE, "RUNNING")[0].clone();
    desk.ask("register_task_definition", definition("f"));
    for arn in [
        format!("{ARN}:cluster/{CLUSTER}"),
        format!("{ARN}:service/{CLUSTER}/nest-wallet-service-dev"),
        task,
        format!("{ARN}:task-definition/f:1"),
    ] {
        let before = listed(&mut desk, &arn);
        assert_eq!(desk.ask("tag_resource", put(&arn, vec![tag("a", "1"), tag("b", "2")])), map! {});
        assert_eq!(desk.ask("tag_resource", put(&arn, vec![tag("a", "3")])), map! {});
        assert_eq!(listed(&mut desk, &arn), [before.clone(), vec![tag("a", "3"), tag("b", "2")]].concat(), "{arn}");
        desk.ask("untag_resource", map! { "resourceArn" => arn.as_str(), "tagKeys" => vec!["a", "none"] });
        assert_eq!(listed(&mut desk, &arn), [before, vec![tag("b", "2")]].concat(), "{arn}");
    }
}

/// T02 A resource has at most fifty tags, however many calls put them there.
#[test]
fn t02_fifty_tags_at_most() {
    let mut desk = Desk::new();
    let arn = format!("{ARN}:cluster/{CLUSTER}");
    desk.refuses("tag_resource", put(&arn, many(51)), INVALID, "at most 50");
    desk.refuses("create_cluster", map! { "clusterName" => "c", "tags" => many(51) }, INVALID, "at most 50");
    desk.ask("tag_resource", put(&arn, many(50)));
    desk.refuses("tag_resource", put(&arn, vec![tag("one-more", "v")]), INVALID, "50");
    desk.ask("tag_resource", put(&arn, vec![tag("k0", "changed")]));
}

/// T03 Keys are unique, of a certain length and not AWS's own, in any spelling.
#[test]
fn t03_tags_have_rules() {
    let mut desk = Desk::new();
    let arn = format!("{ARN}:cluster/{CLUSTER}");
    let long = |length: usize| "x".repeat(length);
    for tags in [
        vec![],
        vec![tag("a", "1"), tag("a", "2")],
        vec![tag("", "1")],
        vec![tag(&long(129), "1")],
        vec![tag("a", &long(257))],
        vec![tag("aws:a", "1")],
        vec![tag("AWS:a", "1")],
    ] {
        desk.refuses("tag_resource", put(&arn, tags.clone()), INVALID, "ag");
    }
    desk.ask("tag_resource", put(&arn, vec![tag(&long(128), &long(256))]));
    let request = map! { "resourceArn" => arn, "tagKeys" => vec!["aws:a"] };
    desk.refuses("untag_resource", request, INVALID, "aws:");
}

/// T04 What is not there has no tags, and what is gone has none any more.
#[test]
fn t04_tags_need_their_resource() {
    let mut desk = Desk::new();
    for (kind, code) in [
        ("cluster/none", "ClusterNotFoundException"),
        (&format!("service/{CLUSTER}/none"), "ResourceNotFoundException"),
        (&format!("task/{CLUSTER}/none"), "ResourceNotFoundException"),
        ("task-definition/none:1", "ResourceNotFoundException"),
        ("nothing", INVALID),
        ("sheep/dolly", INVALID),
    ] {
        desk.refuses("tag_resource", put(&format!("{ARN}:{kind}"), many(1)), code, "");
    }
    desk.refuses("list_tags_for_resource", map! { "resourceArn" => "dolly" }, INVALID, "The ARN provided is invalid");
    desk.ask("create_cluster", map! { "clusterName" => "c" });
    desk.ask("delete_cluster", map! { "cluster" => "c" });
    let message = "The specified cluster is inactive. Specify an active cluster and try again.";
    desk.refuses("list_tags_for_resource", map! { "resourceArn" => format!("{ARN}:cluster/c") }, INVALID, message);
    desk.ask("delete_service", map! { "cluster" => CLUSTER, "service" => SERVICE, "force" => true });
    let service = map! { "resourceArn" => format!("{ARN}:service/{CLUSTER}/{SERVICE}") };
    desk.ask("list_tags_for_resource", service.clone());
    desk.wait(300);
    desk.refuses("list_tags_for_resource", service, INVALID, "The specified service is inactive.");
}
