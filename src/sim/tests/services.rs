//! Single operations, and the services around ECS.

use super::{Bench, CLUSTER, SERVICE, int, text};
use crate::map;
use crate::value::{Origin, Secret, Value};

#[test]
fn the_guides_project_stands_as_the_guide_says() {
    let mut bench = Bench::new(1);
    let service = bench.service();
    assert_eq!((int(&service, "desiredCount"), int(&service, "runningCount")), (2, 2));
    assert!(text(&service, "taskDefinition").ends_with("task-definition/nest-wallet-task:41"));
    assert_eq!(service.items("deployments").len(), 1);
    let dev = map! { "cluster" => CLUSTER, "services" => vec!["nest-wallet-service-dev"] };
    let dev = bench.ecs("describe_services", dev).items("services")[0].clone();
    assert_eq!((int(&dev, "runningCount"), text(&dev, "taskDefinition").ends_with("nest-wallet-task-dev:12")), (1, true));
    let list = bench.ecs("list_task_definitions", map! { "familyPrefix" => "nest-wallet-task", "sort" => "DESC" });
    let revisions: Vec<&str> =
        list.items("taskDefinitionArns").iter().filter_map(|arn| arn.as_str()?.rsplit(':').next()).collect();
    assert_eq!(revisions, ["41", "40", "39", "38"]);
    let definition = bench.ecs("describe_task_definition", map! { "taskDefinition" => "nest-wallet-task:39" });
    let container = &definition.get("taskDefinition").unwrap().items("containerDefinitions")[0];
    assert_eq!(container.text("image"), Some("123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v39"));
    assert!(text(&container.items("secrets")[0], "valueFrom").ends_with(":NEXT_PUBLIC_API_URL::"));
    assert_eq!(bench.now.to_string(), "2026-07-01T09:00:00Z");
}

#[test]
fn something_missing_is_a_failure_in_the_answer() {
    let mut bench = Bench::new(1);
    let answer = bench.ecs("describe_services", map! { "cluster" => CLUSTER, "services" => vec!["other", SERVICE] });
    assert_eq!(answer.items("services").len(), 1);
    let failure = map! {
        "arn" => "arn:aws:ecs:ap-northeast-2:123456789012:service/nest-wallet-cluster/other", "reason" => "MISSING",
    };
    assert_eq!(answer.items("failures"), [failure]);
}

#[test]
fn what_registering_does_not_know_survives() {
    let mut bench = Bench::new(1);
    let described =
        bench.ecs("describe_task_definition", map! { "taskDefinition" => "nest-wallet-task", "include" => vec!["TAGS"] });
    let mut request = described.get("taskDefinition").unwrap().clone();
    let members = request.as_map_mut().unwrap();
    for given in
        ["taskDefinitionArn", "revision", "status", "registeredAt", "registeredBy", "compatibilities", "requiresAttributes"]
    {
        members.remove(given);
    }
    members.insert("tags".into(), described.get("tags").unwrap().clone());
    members.insert("tomorrowsMember".into(), map! { "depth" => vec![1, 2], "ratio" => 0.5 });
    let Some(Value::List(containers)) = members.get_mut("containerDefinitions") else { panic!() };
    containers[0].as_map_mut().unwrap().insert("tomorrowsToo".into(), true.into());
    let secret = Secret::new("hunter2hunter2".into(), Origin::Prompt);
    let pair = map! { "name" => "TOKEN" };
    let Value::Map(mut pair) = pair else { panic!() };
    pair.insert("value".into(), Value::Secret(secret));
    containers[0].as_map_mut().unwrap().insert("environment".into(), Value::List(vec![Value::Map(pair)]));
    let sent = request.clone();
    bench.ecs("register_task_definition", request);
    let again = bench.ecs("describe_task_definition", map! { "taskDefinition" => "nest-wallet-task", "include" => vec!["TAGS"] });
    let definition = again.get("taskDefinition").unwrap();
    assert_eq!(int(definition, "revision"), 42);
    for name in ["tomorrowsMember", "runtimePlatform", "volumes", "cpu", "executionRoleArn"] {
        assert_eq!(definition.get(name), sent.get(name), "{name}");
    }
    let container = &definition.items("containerDefinitions")[0];
    assert_eq!(container.get("tomorrowsToo"), Some(&Value::Bool(true)));
    assert_eq!(container.items("environment"), [map! { "name" => "TOKEN", "value" => "hunter2hunter2" }]);
    assert_eq!(definition.items("containerDefinitions")[1], sent.items("containerDefinitions")[1]);
    assert_eq!(again.get("tags"), described.get("tags"));
}

#[test]
fn a_family_is_not_a_prefix_but_a_prefix_of_families_is() {
    let mut bench = Bench::new(1);
    let families = bench.ecs("list_task_definition_families", map! { "familyPrefix" => "nest-wallet-task" });
    assert_eq!(families.items("families").len(), 2);
    let inactive = map! { "familyPrefix" => "nest-wallet-task", "status" => "INACTIVE" };
    assert!(bench.ecs("list_task_definitions", inactive.clone()).items("taskDefinitionArns").is_empty());
    bench.ecs("deregister_task_definition", map! { "taskDefinition" => "nest-wallet-task:38" });
    assert_eq!(bench.ecs("list_task_definitions", inactive).items("taskDefinitionArns").len(), 1);
}

#[test]
fn lists_come_in_pages() {
    let mut bench = Bench::new(1);
    let first = bench.ecs("list_task_definitions", map! { "maxResults" => 5 });
    assert_eq!(first.items("taskDefinitionArns").len(), 5);
    let next = map! { "maxResults" => 5, "nextToken" => text(&first, "nextToken") };
    let second = bench.ecs("list_task_definitions", next);
    assert_eq!((second.items("taskDefinitionArns").len(), second.get("nextToken")), (2, None));
}

#[test]
fn a_service_deployment_can_be_followed_by_its_arn() {
    let mut bench = Bench::new(1);
    bench.update("forceNewDeployment", true);
    bench.wait(15);
    let arn = text(&bench.rollouts()[0], "serviceDeploymentArn");
    let request = map! { "serviceDeploymentArns" => vec![arn.as_str(), "arn:aws:ecs:x:y:service-deployment/a/b/c"] };
    let answer = bench.ecs("describe_service_deployments", request);
    let deployment = &answer.items("serviceDeployments")[0];
    assert_eq!((text(deployment, "status"), answer.items("failures").len()), ("IN_PROGRESS".into(), 1));
    let target = deployment.get("targetServiceRevision").unwrap();
    assert_eq!((int(target, "requestedTaskCount"), int(target, "pendingTaskCount")), (2, 2));
    assert_eq!(int(&deployment.items("sourceServiceRevisions")[0], "runningTaskCount"), 2);
    assert_eq!(int(deployment.get("deploymentCircuitBreaker").unwrap(), "threshold"), 3);
    let revision = map! { "serviceRevisionArns" => vec![text(target, "arn")] };
    let revision = bench.ecs("describe_service_revisions", revision).items("serviceRevisions")[0].clone();
    assert!(text(&revision.items("containerImages")[0], "imageDigest").starts_with("sha256:"));
}

#[test]
fn registering_a_scalable_target_brings_the_count_into_its_bounds() {
    let mut bench = Bench::new(1);
    let resource = format!("service/{CLUSTER}/{SERVICE}");
    let mut request = map! {
        "ServiceNamespace" => "ecs", "ResourceId" => resource.as_str(), "ScalableDimension" => "ecs:service:DesiredCount",
    };
    request.as_map_mut().unwrap().insert("MinCapacity".into(), Value::Int(4));
    request.as_map_mut().unwrap().insert("SuspendedState".into(), map! { "DynamicScalingInSuspended" => true });
    bench.ask("application_autoscaling", "register_scalable_target", request);
    assert_eq!(int(&bench.service(), "desiredCount"), 4);
    let request = map! { "ServiceNamespace" => "ecs", "ResourceIds" => vec![resource.as_str()] };
    let target = bench.ask("application_autoscaling", "describe_scalable_targets", request).items("ScalableTargets")[0].clone();
    assert_eq!((int(&target, "MinCapacity"), int(&target, "MaxCapacity")), (4, 10));
    let suspended = target.get("SuspendedState").unwrap();
    assert_eq!(suspended.get("DynamicScalingInSuspended"), Some(&Value::Bool(true)));
    assert_eq!(suspended.get("DynamicScalingOutSuspended"), Some(&Value::Bool(false)));
    bench.wait(120);
    assert_eq!(int(&bench.service(), "runningCount"), 4);
}

#[test]
fn containers_write_when_they_start() {
    let mut bench = Bench::new(1);
    let start = bench.now.as_millisecond();
    bench.update("forceNewDeployment", true);
    bench.wait(60);
    let request = map! {
        "logGroupName" => "/ecs/nest-wallet", "startTime" => start, "filterPattern" => "\"listening on port\"",
    };
    let events = bench.ask("logs", "filter_log_events", request);
    assert_eq!(events.items("events").len(), 2);
    let task = bench.tasks("RUNNING").iter().map(|task| text(task, "taskArn")).collect::<Vec<_>>();
    let stream = text(&events.items("events")[0], "logStreamName");
    assert!(
        stream.starts_with("ecs/nest-wallet-container/")
            && task.iter().any(|arn| arn.ends_with(stream.rsplit('/').next().unwrap()))
    );
}
