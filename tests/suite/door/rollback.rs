//! A deploy of a bad image by boto3: the circuit breaker takes it back, and
//! says so in AWS's words.

use serde_json::json;

use super::Server;
use crate::harness::Project;

const SCRIPT: &str = r#"
ecs = client("ecs")
place = dict(cluster="nest-wallet-cluster", services=["nest-wallet-service"])
definition = ecs.describe_task_definition(taskDefinition="nest-wallet-task")["taskDefinition"]
for made_by_aws in ["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy"]:
    definition.pop(made_by_aws, None)
definition["containerDefinitions"][0]["image"] = definition["containerDefinitions"][0]["image"].split(":")[0] + ":v999"
revision = ecs.register_task_definition(**definition)["taskDefinition"]["taskDefinitionArn"]
updated = ecs.update_service(cluster="nest-wallet-cluster", service="nest-wallet-service", taskDefinition=revision)["service"]
mine = updated["deployments"][0]
begun = [mine["status"], mine["rolloutState"], mine["desiredCount"], updated["deployments"][1]["rolloutState"]]
states = []
for _ in range(120):
    control("advance", {"seconds": 10})
    service = ecs.describe_services(**place)["services"][0]
    mine_now = [one for one in service["deployments"] if one["id"] == mine["id"]]
    state = mine_now[0]["rolloutState"] if mine_now else "gone"
    if not states or states[-1] != state: states.append(state)
    if state == "gone" and len(service["deployments"]) == 1: break
record = ecs.list_service_deployments(cluster="nest-wallet-cluster", service="nest-wallet-service")["serviceDeployments"][0]
record = ecs.describe_service_deployments(serviceDeploymentArns=[record["serviceDeploymentArn"]])["serviceDeployments"][0]
stopped = ecs.list_tasks(cluster="nest-wallet-cluster", serviceName="nest-wallet-service", desiredStatus="STOPPED")["taskArns"]
task = ecs.describe_tasks(cluster="nest-wallet-cluster", tasks=stopped)["tasks"][0]
answer({
    "begun": begun, "states": states, "serves": service["taskDefinition"].split("/")[-1], "running": service["runningCount"],
    "events": [event["message"].replace(mine["id"], "MINE") for event in service["events"] if event["createdAt"] >= mine["createdAt"]],
    "record": [record["status"], record["deploymentCircuitBreaker"]["status"], record["rollback"]["reason"]],
    "stopped": [task["stopCode"], task["stoppedReason"]],
})
"#;

#[test]
fn the_circuit_breaker_takes_a_bad_image_back() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let Some(answer) = server.boto3(project.path(), SCRIPT) else { return };
    assert_eq!(answer["begun"], json!(["PRIMARY", "IN_PROGRESS", 0, "COMPLETED"]), "the answer of UpdateService itself");
    assert_eq!(answer["states"], json!(["IN_PROGRESS", "FAILED", "gone"]), "{answer:#}");
    assert_eq!((&answer["serves"], &answer["running"]), (&json!("nest-wallet-task:41"), &json!(2)), "{answer:#}");
    let reason = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
    assert_eq!(answer["record"], json!(["ROLLBACK_SUCCESSFUL", "TRIGGERED", reason]));
    assert_eq!(answer["stopped"][0], "TaskFailedToStart");
    let pull = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref";
    assert!(answer["stopped"][1].as_str().is_some_and(|text| text.starts_with(pull)), "{answer:#}");

    let events: Vec<&str> = answer["events"].as_array().expect("a list").iter().filter_map(|text| text.as_str()).collect();
    let place = |part: &str| {
        events.iter().rposition(|text| text.contains(part)).unwrap_or_else(|| panic!("no event has {part:?}\n{events:#?}"))
    };
    // Newest first: what came earlier stands later.
    let failed = place("(service nest-wallet-service) (deployment MINE) deployment failed: tasks failed to start.");
    let back = place("(service nest-wallet-service) rolling back to deployment ecs-svc/");
    assert!(place("(service nest-wallet-service) has started 2 tasks: (task ") > failed && failed > back, "{events:#?}");
}
