//! D01 to D29: what ECS asks of every task definition, and what it makes of one.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{Desk, container, definition, definition_with, int, member, tag, text, texts, with};

fn refuses(request: Value, message: &str) {
    Desk::new().refuses("register_task_definition", request, "ClientException", message);
}

fn registered(request: Value) -> Value {
    member(&Desk::new().ask("register_task_definition", request), "taskDefinition")
}

fn containers(containers: Vec<Value>) -> Value {
    with(definition("f"), map! { "containerDefinitions" => containers })
}

/// D01 A family has letters, digits, hyphens and underscores, at most 255 of them.
#[test]
fn d01_a_family_has_a_form() {
    for family in ["a b", "a/b", "a:1", "é"] {
        refuses(definition(family), "^[a-zA-Z0-9-_]+$");
    }
    refuses(definition(""), "Family should not be null or empty.");
    refuses(definition(&"f".repeat(256)), "255");
    registered(definition(&"f".repeat(255)));
}

/// D02 A definition has one to ten containers.
#[test]
fn d02_a_definition_has_one_to_ten_containers() {
    let named = |count: usize| (0..count).map(|n| with(container(), map! { "name" => format!("c{n}") })).collect();
    refuses(containers(vec![]), "Container list cannot be empty.");
    refuses(containers(named(11)), "Too many containers.");
    registered(containers(named(10)));
}

/// D03 Two containers cannot have one name.
#[test]
fn d03_names_of_containers_are_unique() {
    refuses(containers(vec![container(), container()]), "unique");
}

/// D04 A container is essential unless it says otherwise, and one must be.
#[test]
fn d04_one_container_is_essential() {
    let message = "Task definition doesn't have any essential container.";
    refuses(definition_with(map! { "essential" => false }), message);
    let sidecar = with(container(), map! { "name" => "sidecar", "essential" => false });
    let made = registered(containers(vec![container(), sidecar]));
    let essential: Vec<_> = made.items("containerDefinitions").iter().map(|container| member(container, "essential")).collect();
    assert_eq!(essential, [Value::Bool(true), Value::Bool(false)]);
}

/// D05 An empty list of tags is refused; no list is not.
#[test]
fn d05_an_empty_list_of_tags_is_refused() {
    let request = with(definition("f"), map! { "tags" => Vec::<Value>::new() });
    Desk::new().refuses("register_task_definition", request, "InvalidParameterException", "Tags can not be empty.");
    registered(definition("f"));
}

/// D06 A mount point names a volume of the definition.
#[test]
fn d06_volumes_exist() {
    let mount = map! { "mountPoints" => vec![map! { "sourceVolume" => "data", "containerPath" => "/data" }] };
    refuses(definition_with(mount.clone()), "Unknown volume 'data'.");
    let volumes = |names: &[&str]| map! { "volumes" => names.iter().map(|name| map! { "name" => *name }).collect::<Vec<_>>() };
    registered(with(definition_with(mount), volumes(&["data"])));
    refuses(with(definition("f"), volumes(&["data", "data"])), "Duplicate volume name 'data'.");
    refuses(with(definition("f"), volumes(&[""])), "Volume.name should not be null or empty.");
    let from = map! { "volumesFrom" => vec![map! { "sourceContainer" => "none" }] };
    refuses(definition_with(from), "Unknown container 'none'");
}

/// D07 A dependency names another container, one that can meet its condition.
#[test]
fn d07_dependencies_exist_and_can_be_met() {
    let depends = |on: &str, condition: &str| {
        with(container(), map! { "dependsOn" => vec![map! { "containerName" => on, "condition" => condition }] })
    };
    let other = || with(container(), map! { "name" => "init" });
    refuses(containers(vec![depends("init", "START")]), "unknown container 'init'");
    refuses(containers(vec![depends("app", "START")]), "cannot depend on itself");
    for condition in ["SUCCESS", "COMPLETE"] {
        let message = "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container";
        refuses(containers(vec![depends("init", condition), other()]), message);
        registered(containers(vec![depends("init", condition), with(other(), map! { "essential" => false })]));
    }
    refuses(containers(vec![depends("init", "HEALTHY"), other()]), "health check");
}

/// D08 A definition has at most 65,536 bytes.
#[test]
fn d08_a_definition_is_not_too_long() {
    let long = |length: usize| definition_with(map! { "command" => vec!["x".repeat(length)] });
    refuses(long(65_536), "Max allowed length is '65536' bytes.");
    registered(long(64_000));
}

/// D09 The cpu of the containers fits into that of the task.
#[test]
fn d09_the_cpu_of_containers_fits() {
    let message = "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.";
    refuses(definition_with(map! { "cpu" => 257 }), message);
    registered(definition_with(map! { "cpu" => 256 }));
}

/// D10 Without a memory of the task, each container has its own.
#[test]
fn d10_memory_is_said_somewhere() {
    let request = |over: Value| map! { "family" => "f", "containerDefinitions" => vec![with(container(), over)] };
    refuses(request(map! {}), "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation'");
    for name in ["memory", "memoryReservation"] {
        registered(request(map! { name => 64 }));
    }
}

/// D11 Registering is not idempotent: the same again is the next revision.
#[test]
fn d11_each_registering_is_a_revision() {
    let mut desk = Desk::new();
    for revision in 1..=3 {
        let made = member(&desk.ask("register_task_definition", definition("f")), "taskDefinition");
        assert_eq!(int(&made, "revision"), revision);
        assert!(text(&made, "taskDefinitionArn").ends_with(&format!(":task-definition/f:{revision}")));
    }
}

/// D12 The answer has what AWS adds: defaults, who and when, and what it needs.
#[test]
fn d12_the_answer_is_complete() {
    let made = registered(with(definition("f"), map! { "taskRoleArn" => "r" }));
    assert_eq!((text(&made, "status"), text(&made, "registeredBy").contains(":user/")), ("ACTIVE".into(), true));
    assert!(matches!(made.get("registeredAt"), Some(Value::Time(_))));
    for name in ["volumes", "placementConstraints"] {
        assert_eq!(member(&made, name), Value::List(vec![]), "{name}");
    }
    let container = &made.items("containerDefinitions")[0];
    assert_eq!(int(container, "cpu"), 0);
    for name in ["environment", "mountPoints", "volumesFrom", "systemControls"] {
        assert_eq!(member(container, name), Value::List(vec![]), "{name}");
    }
    let port = map! { "containerPort" => 8080, "hostPort" => 8080, "protocol" => "tcp" };
    assert_eq!(container.items("portMappings"), [port]);
    assert_eq!(texts(&made, "compatibilities"), ["EC2", "FARGATE"]);
    let needs: Vec<String> = made.items("requiresAttributes").iter().map(|attribute| text(attribute, "name")).collect();
    assert!(needs.contains(&"ecs.capability.task-eni".into()), "{needs:?}");
    assert!(needs.contains(&"com.amazonaws.ecs.capability.task-iam-role".into()), "{needs:?}");
}

/// D13 Compatibilities say where a definition could run, not where it was meant to.
#[test]
fn d13_compatibilities_follow_from_the_definition() {
    let meant = |over: Value| texts(&registered(with(definition("f"), over)), "compatibilities");
    assert_eq!(meant(map! { "requiresCompatibilities" => vec!["EC2"] }), ["EC2", "FARGATE"]);
    let odd = map! { "requiresCompatibilities" => vec!["EC2"], "memory" => "513" };
    assert_eq!(meant(odd), ["EC2"]);
    let bridge = map! { "requiresCompatibilities" => Value::Null, "networkMode" => "bridge" };
    assert_eq!(meant(bridge), ["EXTERNAL", "EC2"]);
}

/// D14 What is unknown is kept, and what AWS adds itself is not taken from a request.
#[test]
fn d14_unknown_members_survive() {
    let strange = map! { "tomorrow" => vec![1, 2], "revision" => 99, "status" => "INACTIVE" };
    let made = registered(with(definition_with(map! { "later" => true }), strange));
    assert_eq!(member(&made, "tomorrow"), Value::from(vec![1, 2]));
    assert_eq!(member(&made.items("containerDefinitions")[0], "later"), Value::Bool(true));
    assert_eq!((int(&made, "revision"), text(&made, "status")), (1, "ACTIVE".into()));
}

/// D15 Tags stand beside the definition, never in it, and only where they are asked for.
#[test]
fn d15_tags_stand_outside() {
    let mut desk = Desk::new();
    let tags = vec![tag("team", "wallet")];
    let made = desk.ask("register_task_definition", with(definition("f"), map! { "tags" => tags.clone() }));
    assert_eq!((made.items("tags"), member(&made, "taskDefinition").get("tags")), (tags.as_slice(), None));
    let plain = desk.ask("describe_task_definition", map! { "taskDefinition" => "f" });
    assert_eq!(plain.get("tags"), None);
    let asked = desk.ask("describe_task_definition", map! { "taskDefinition" => "f", "include" => vec!["TAGS"] });
    assert_eq!(asked.items("tags"), tags);
}
