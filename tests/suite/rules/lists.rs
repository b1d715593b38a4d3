//! L01 to L29: lists with their filters, and batches with their failures.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, SERVICE, definition, service, tag, text, texts, with};

const INVALID: &str = "InvalidParameterException";
const ARN: &str = "arn:aws:ecs:ap-northeast-2:123456789012";

fn in_cluster(over: Value) -> Value {
    with(map! { "cluster" => CLUSTER }, over)
}

fn count(desk: &mut Desk, method: &str, name: &str, over: Value) -> usize {
    texts(&desk.ask(method, in_cluster(over)), name).len()
}

/// L01 A batch has at least one item, and a most that is its own.
#[test]
fn l01_batches_have_a_size() {
    let mut desk = Desk::new();
    for (method, name, most) in [("describe_services", "services", 10), ("describe_tasks", "tasks", 100)] {
        for size in [0, most + 1] {
            desk.refuses(method, in_cluster(map! { name => vec!["x"; size] }), INVALID, "");
        }
        desk.ask(method, in_cluster(map! { name => vec!["x"; most] }));
    }
    desk.refuses("describe_clusters", map! { "clusters" => vec!["x"; 101] }, INVALID, "at most 100");
}

/// L12 Service deployments and service revisions are described twenty at a time.
#[test]
fn l12_twenty_at_a_time() {
    let mut desk = Desk::new();
    for (method, name) in
        [("describe_service_deployments", "serviceDeploymentArns"), ("describe_service_revisions", "serviceRevisionArns")]
    {
        for size in [0, 21] {
            desk.refuses(method, map! { name => vec!["x"; size] }, INVALID, "1 to 20 items");
        }
        let answer = desk.ask(method, map! { name => vec!["x"; 20] });
        let missing = map! { "arn" => "x", "reason" => "MISSING" };
        assert_eq!(answer.items("failures"), vec![missing; 20]);
    }
}

/// L02 What is missing is a failure beside what is there, by its ARN.
#[test]
fn l02_missing_items_are_failures() {
    let mut desk = Desk::new();
    let arn = format!("{ARN}:service/{CLUSTER}/other");
    for name in ["other", &arn] {
        let answer = desk.ask("describe_services", in_cluster(map! { "services" => vec![name, SERVICE] }));
        assert_eq!(
            (answer.items("services").len(), answer.items("failures")),
            (1, &[map! { "arn" => arn.as_str(), "reason" => "MISSING" }][..])
        );
    }
    let answer = desk.ask("describe_tasks", in_cluster(map! { "tasks" => vec!["t"] }));
    assert_eq!(answer.items("failures"), [map! { "arn" => format!("{ARN}:task/{CLUSTER}/t"), "reason" => "MISSING" }]);
    let answer = desk.ask("describe_clusters", map! { "clusters" => vec!["c"] });
    assert_eq!(answer.items("failures"), [map! { "arn" => format!("{ARN}:cluster/c"), "reason" => "MISSING" }]);
}

/// L03 An ARN of another cluster is refused, one of the older form is not.
#[test]
fn l03_arns_belong_to_their_cluster() {
    let mut desk = Desk::new();
    let message = format!("Invalid identifier: Identifier is for cluster c. Your cluster is {CLUSTER}");
    for (method, name, kind) in [("describe_services", "services", "service"), ("describe_tasks", "tasks", "task")] {
        let request = in_cluster(map! { name => vec![format!("{ARN}:{kind}/c/x")] });
        desk.refuses(method, request, INVALID, &message);
    }
    for arn in [format!("{ARN}:service/{CLUSTER}/{SERVICE}"), format!("{ARN}:service/{SERVICE}")] {
        let answer = desk.ask("describe_services", in_cluster(map! { "services" => vec![arn] }));
        assert_eq!(answer.items("services").len(), 1);
    }
}

/// L04 Without a cluster there is nothing to list or to describe.
#[test]
fn l04_the_cluster_must_be_there() {
    let mut desk = Desk::new();
    for (method, over) in [
        ("list_services", map! {}),
        ("list_tasks", map! {}),
        ("list_container_instances", map! {}),
        ("describe_services", map! { "services" => vec!["s"] }),
        ("describe_tasks", map! { "tasks" => vec!["t"] }),
        ("list_service_deployments", map! { "service" => "s" }),
        ("delete_service", map! { "service" => "s" }),
        ("delete_cluster", map! {}),
        ("get_task_protection", map! { "tasks" => vec!["t"] }),
    ] {
        desk.refuses(method, with(map! { "cluster" => "none" }, over), "ClusterNotFoundException", "Cluster not found.");
    }
}

/// L05 Services are filtered by launch type, scheduling strategy and who manages them.
#[test]
fn l05_services_are_filtered() {
    let mut desk = Desk::new();
    let mut services = |over: Value| count(&mut desk, "list_services", "serviceArns", over);
    assert_eq!((services(map! { "launchType" => "FARGATE" }), services(map! { "launchType" => "EC2" })), (2, 0));
    assert_eq!(
        (services(map! { "schedulingStrategy" => "REPLICA" }), services(map! { "schedulingStrategy" => "DAEMON" })),
        (2, 0)
    );
    let managed = |who: &str| map! { "resourceManagementType" => who };
    assert_eq!((services(managed("CUSTOMER")), services(managed("ECS"))), (2, 0));
}

/// L06 A namespace has the services that Service Connect puts there.
#[test]
fn l06_services_are_listed_by_namespace() {
    let mut desk = Desk::new();
    let connect =
        |name: &str, enabled: bool| map! { "serviceConnectConfiguration" => map! { "enabled" => enabled, "namespace" => name } };
    desk.ask("create_service", with(service("a"), connect("shop", true)));
    desk.ask("create_service", with(service("b"), connect("shop", false)));
    let listed =
        |desk: &mut Desk, name: &str| texts(&desk.ask("list_services_by_namespace", map! { "namespace" => name }), "serviceArns");
    assert_eq!(listed(&mut desk, "shop"), [format!("{ARN}:service/{CLUSTER}/a")]);
    assert!(listed(&mut desk, "other").is_empty());
}

/// L07 Tasks are filtered by service, family, who started them and what is wanted of them.
#[test]
fn l07_tasks_are_filtered() {
    let mut desk = Desk::new();
    let started_by = text(&desk.service(SERVICE).items("deployments")[0], "id");
    let mut tasks = |over: Value| count(&mut desk, "list_tasks", "taskArns", over);
    assert_eq!((tasks(map! {}), tasks(map! { "serviceName" => SERVICE })), (3, 2));
    assert_eq!((tasks(map! { "family" => "nest-wallet-task-dev" }), tasks(map! { "family" => "nest-wallet" })), (1, 0));
    assert_eq!((tasks(map! { "startedBy" => started_by }), tasks(map! { "startedBy" => "x" })), (2, 0));
    assert_eq!((tasks(map! { "launchType" => "FARGATE" }), tasks(map! { "launchType" => "EC2" })), (3, 0));
    desk.ask("update_service", in_cluster(map! { "service" => SERVICE, "desiredCount" => 0 }));
    desk.wait(15);
    let mut tasks = |status: &str| count(&mut desk, "list_tasks", "taskArns", map! { "desiredStatus" => status });
    assert_eq!((tasks("RUNNING"), tasks("STOPPED"), tasks("PENDING")), (1, 2, 0));
}

/// L08 Who started a task is asked alone, and no machine can be asked about.
#[test]
fn l08_filters_that_do_not_go_together() {
    let mut desk = Desk::new();
    for other in ["family", "serviceName"] {
        let request = in_cluster(map! { "startedBy" => "x", other => SERVICE });
        desk.refuses("list_tasks", request, INVALID, "startedBy");
    }
    desk.ask("list_tasks", in_cluster(map! { "startedBy" => "x", "desiredStatus" => "STOPPED" }));
    desk.refuses("list_tasks", in_cluster(map! { "daemonName" => "d" }), "UnsupportedOperation", "daemons");
    desk.refuses("list_tasks", in_cluster(map! { "containerInstance" => "i" }), INVALID, "Container instance not found.");
    desk.refuses("list_tasks", in_cluster(map! { "serviceName" => "s" }), "ServiceNotFoundException", "Service not found.");
}

/// L09 Definitions are listed by exact family, by status, and by number within a family.
#[test]
fn l09_definitions_are_listed_in_order() {
    let mut desk = Desk::new();
    (0..11).for_each(|_| drop(desk.ask("register_task_definition", definition("f"))));
    desk.ask("register_task_definition", definition("f-2"));
    let listed = |desk: &mut Desk, over: Value| {
        let answer = desk.ask("list_task_definitions", with(map! { "familyPrefix" => "f" }, over));
        let arns = texts(&answer, "taskDefinitionArns");
        arns.iter().map(|arn| arn.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ascending: Vec<String> = (1..=11).map(|revision| format!("f:{revision}")).collect();
    assert_eq!(listed(&mut desk, map! {}), ascending);
    let descending: Vec<String> = ascending.iter().rev().cloned().collect();
    assert_eq!(listed(&mut desk, map! { "sort" => "DESC" }), descending);
    for name in ["f:2", "f:3"] {
        desk.ask("deregister_task_definition", map! { "taskDefinition" => name });
    }
    desk.ask("delete_task_definitions", map! { "taskDefinitions" => vec!["f:3"] });
    assert_eq!(listed(&mut desk, map! {}).len(), 9);
    assert_eq!(listed(&mut desk, map! { "status" => "INACTIVE" }), ["f:2"]);
    assert_eq!(listed(&mut desk, map! { "status" => "DELETE_IN_PROGRESS" }), ["f:3"]);
}

/// L10 Families are listed by prefix; an inactive family has no active revision.
#[test]
fn l10_families_are_listed() {
    let mut desk = Desk::new();
    for family in ["f", "f-2"] {
        desk.ask("register_task_definition", definition(family));
    }
    desk.ask("deregister_task_definition", map! { "taskDefinition" => "f:1" });
    let listed = |desk: &mut Desk, over: Value| {
        texts(&desk.ask("list_task_definition_families", with(map! { "familyPrefix" => "f" }, over)), "families")
    };
    assert_eq!(listed(&mut desk, map! {}), ["f", "f-2"]);
    assert_eq!(listed(&mut desk, map! { "status" => "ACTIVE" }), ["f-2"]);
    assert_eq!(listed(&mut desk, map! { "status" => "INACTIVE" }), ["f"]);
    assert_eq!(listed(&mut desk, map! { "familyPrefix" => "nest-wallet-task-" }), ["nest-wallet-task-dev"]);
}

/// L11 Tags of a service come only where they are asked for.
#[test]
fn l11_tags_are_asked_for() {
    let mut desk = Desk::new();
    let request = in_cluster(map! { "services" => vec![SERVICE] });
    assert_eq!(desk.ask("describe_services", request.clone()).items("services")[0].get("tags"), None);
    let answer = desk.ask("describe_services", with(request, map! { "include" => vec!["TAGS"] }));
    assert_eq!(answer.items("services")[0].items("tags"), [tag("project", "nest-wallet")]);
}
