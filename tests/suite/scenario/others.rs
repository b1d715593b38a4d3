//! Others in the middle of a deploy: a colleague, the autoscaler.

use super::{deploy, fault, project};

#[test]
fn somebody_else_s_deploy_is_noticed_as_such() {
    let text = fault("somebody-deploys", "after_call = \"ecs:UpdateService\"\ndelay = \"25s\"");
    let project = project(&text);
    let ran = deploy(&project, "v42", &[]);
    ran.status(4).says("superseded").says("nest-wallet-task:43").says("exit 4").prints_nothing();
    project.run(&["status", "--sandbox"]).status(0).prints("nest-wallet-task:43");
}

#[test]
fn between_the_look_and_the_update_counts_too() {
    let text = fault("somebody-deploys", "after_call = \"ecs:RegisterTaskDefinition\"\nservice = \"nest-wallet-service\"");
    deploy(&project(&text), "v42", &[]).status(0).prints("nest-wallet-task:42");
}

#[test]
fn the_autoscaler_may_move_the_count_and_the_deploy_follows_it() {
    let text = fault("autoscaler", "after_call = \"ecs:UpdateService\"\ndelay = \"20s\"\ncount = 5");
    deploy(&project(&text), "v42", &[]).status(0).says("new 0/5 · old 2").prints("nest-wallet-task:42, 5/5 running");
}

#[test]
fn scaled_to_zero_in_the_middle_is_no_success() {
    let text = fault("autoscaler", "after_call = \"ecs:RegisterTaskDefinition\"\nservice = \"nest-wallet-service\"\ncount = 0");
    deploy(&project(&text), "v42", &[]).status(11).says("scaled to zero").prints_nothing();
}
