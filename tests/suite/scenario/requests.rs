//! Requests that are refused, throttled, lost or answered from the past, under
//! the deploy runbook.

use super::{deploy, fault, project};
use crate::harness::Project;

#[test]
fn a_lost_registration_is_looked_up_and_not_sent_again() {
    let project = project(&fault("answer-lost", "operation = \"ecs:RegisterTaskDefinition\""));
    deploy(&project, "v42", &[]).status(0).prints("nest-wallet-task:42, 2/2 running");
    let project = project.runbook(
        "newest",
        "",
        "ecs::describe_task_definition(#{ taskDefinition: \"nest-wallet-task\" }).taskDefinition.revision",
    );
    project.run(&["run", "newest", "--sandbox"]).status(0).prints("42");
}

#[test]
fn a_lost_update_is_looked_up_and_not_sent_again() {
    let project = project(&fault("answer-lost", "operation = \"ecs:UpdateService\""));
    deploy(&project, "v42", &[]).status(0).prints("nest-wallet-task:42, 2/2 running");
    let count = "ecs::list_service_deployments(#{ cluster: env.cluster, service: env.service }).serviceDeployments.len()";
    let project = project.runbook("count", "", count);
    // Two of the guide's own, and one of ours.
    project.run(&["run", "count", "--sandbox"]).status(0).prints("3");
}

#[test]
fn a_lost_read_is_simply_sent_again() {
    let project = project(&fault("answer-lost", "operation = \"ecs:DescribeServices\"\ntimes = 2"));
    let ran = deploy(&project, "v42", &[]);
    ran.status(0)
        .says("ecs DescribeServices: try 1 failed (the connection was closed before the answer came)")
        .says("try 2 failed")
        .prints("2/2 running");
}

#[test]
fn a_server_error_on_a_write_leaves_doubt_and_on_a_read_is_tried_again() {
    let written = project(&fault("server-error", "operation = \"ecs:UpdateService\""));
    deploy(&written, "v42", &[]).status(8).says("ServerException: Service Unavailable. Please try again later.");
    let read = project(&fault("server-error", "operation = \"ecs:Describe*\"\ntimes = 3"));
    deploy(&read, "v42", &[]).status(0).says("try 3 failed (ServerException)");
}

#[test]
fn a_storm_that_passes_is_waited_out() {
    let text = fault("throttle", "operation = \"ecs:UpdateService\"\nfor = \"3s\"");
    let ran = deploy(&project(&text), "v42", &[]);
    ran.status(0)
        .says("ecs UpdateService: try 1 failed (ThrottlingException), again in")
        .prints("nest-wallet-task:42, 2/2 running");
}

#[test]
fn a_storm_that_does_not_pass_ends_the_run() {
    let ran = deploy(&project(&fault("throttle", "operation = \"ecs:UpdateService\"")), "v42", &[]);
    ran.status(1).says("ecs UpdateService: ThrottlingException: Rate exceeded (after 8 attempts)").prints_nothing();
}

#[test]
fn each_operation_that_is_denied_is_said_with_who_and_what() {
    for (operation, resource, reached) in [
        ("DescribeServices", "service/nest-wallet-cluster/nest-wallet-service", "✗ Look at what runs now"),
        ("DescribeTaskDefinition", "*", "✗ Look at what runs now"),
        ("RegisterTaskDefinition", "task-definition/nest-wallet-task:*", "✗ Register the new revision"),
        ("UpdateService", "service/nest-wallet-cluster/nest-wallet-service", "✗ Roll it out"),
    ] {
        let project = project(&fault("access-denied", &format!("operation = \"ecs:{operation}\"")));
        let ran = deploy(&project, "v42", &[]);
        let user = "User: arn:aws:iam::123456789012:user/sandbox";
        ran.status(1).says(&format!("AccessDeniedException: {user} is not authorized to perform: ecs:{operation} on resource: "));
        ran.says(&format!("{resource} because no identity-based policy allows the ecs:{operation} action")).says(reached);
        ran.prints_nothing();
    }
}

#[test]
fn stale_reads_delay_what_a_deploy_sees_and_do_not_mislead_it() {
    let ran = deploy(&project(&fault("stale-reads", "by = \"30s\"")), "v42", &[]);
    ran.status(0).says("new 0/2 · old 2").says("has reached a steady state").prints("nest-wallet-task:42, 2/2 running");
}

const BURST: &str = "for n in 0..25 { ecs::deregister_task_definition(#{ taskDefinition: \"nest-wallet-task:38\" }); }";

#[test]
fn throttling_at_aws_s_rates_is_asked_for_by_option_or_in_the_file() {
    let project =
        Project::new().file("trial.toml", "throttle = true\n").runbook("burst", "\"ecs:DeregisterTaskDefinition\"", BURST);
    let burst = ["run", "burst", "--sandbox"];
    project.run(&burst).status(0).never_says("ThrottlingException");
    for option in [&["--throttle"][..], &["--scenario", "trial.toml"]] {
        let ran = project.run(&[&burst[..], option].concat());
        ran.status(0).says("ecs DeregisterTaskDefinition: try 1 failed (ThrottlingException)");
    }
}
