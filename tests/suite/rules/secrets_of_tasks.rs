//! E38 and E39: secrets that the tasks of a service read when they start.

use rollbook::map;
use rollbook::value::Value;

use super::stage::{Stage, text};

/// The guide's newest definition, with its container's secrets read from `key`.
fn register(stage: &mut Stage, key: &str) -> String {
    let answer = stage.ask("describe_task_definition", map! { "taskDefinition" => "nest-wallet-task:41" });
    let mut definition = answer.get("taskDefinition").cloned().unwrap();
    let members = definition.as_map_mut().unwrap();
    let Some(Value::List(containers)) = members.get_mut("containerDefinitions") else { panic!() };
    let container = containers[0].as_map_mut().unwrap();
    let known = container["secrets"].as_list().unwrap()[0].text("valueFrom").unwrap().to_owned();
    let arn = known.trim_end_matches(":NEXT_PUBLIC_API_URL::");
    let secret = map! { "name" => "KEY", "valueFrom" => format!("{arn}:{key}::") };
    container.insert("secrets".into(), Value::List(vec![secret]));
    let given = ["compatibilities", "registeredAt", "registeredBy", "requiresAttributes", "revision", "status"];
    members.retain(|name, _| name != "taskDefinitionArn" && !given.contains(&name.as_str()));
    text(stage.ask("register_task_definition", definition).get("taskDefinition").unwrap(), "taskDefinitionArn")
}

/// E38 A task whose secret lacks the key that it asks for never runs, and its
/// deployment is rolled back.
#[test]
fn e38_a_key_that_is_not_there() {
    let mut stage = Stage::new();
    let definition = register(&mut stage, "NO_SUCH_KEY");
    stage.update("taskDefinition", definition.as_str());
    stage.wait(300);
    let stopped = stage.tasks("STOPPED");
    let task = stopped.iter().find(|task| task.text("taskDefinitionArn") == Some(&definition)).unwrap();
    assert_eq!(text(task, "stopCode"), "TaskFailedToStart");
    let reason = text(task, "stoppedReason");
    let start = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: \
                 unable to retrieve secret from asm: ";
    assert!(reason.starts_with(start) && reason.contains("NO_SUCH_KEY"), "{reason}");
    assert!(task.get("pullStartedAt").is_none());
    assert_eq!(text(&stage.rollout(), "status"), "ROLLBACK_SUCCESSFUL");
    assert_eq!(stage.counts(), (2, 0));
}

/// E39 A key that is there is read, and the task runs.
#[test]
fn e39_a_key_that_is_there() {
    let mut stage = Stage::new();
    let definition = register(&mut stage, "NEXT_PUBLIC_API_BASE_URL");
    stage.update("taskDefinition", definition.as_str());
    stage.wait(300);
    assert_eq!(text(&stage.rollout(), "status"), "SUCCESSFUL");
    assert!(stage.tasks("RUNNING").iter().all(|task| task.text("taskDefinitionArn") == Some(&definition)));
}
