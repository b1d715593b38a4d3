//! What is a sign of Terraform, and that a deploy says so before it writes.

use serde_json::{Value, json};

use super::assert_table;
use crate::harness::{Project, Ran};

const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet";
const WARNING: &str = "the next \"terraform apply\" would undo the change of image, unless it is made in Terraform too";

#[test]
fn a_tag_with_the_word_in_it_is_a_sign_however_it_is_written() {
    let rows = [
        ("ManagedBy", "terraform", json!("ManagedBy = terraform")),
        ("managed-by", "Terraform Cloud", json!("managed-by = Terraform Cloud")),
        ("Terraform", "true", json!("Terraform = true")),
        ("TERRAFORM:workspace", "prod", json!("TERRAFORM:workspace = prod")),
        ("iac", "OpenTofu", json!("iac = OpenTofu")),
        ("Terraform", "False", Value::Null),
        ("terraform", "", Value::Null),
        ("ManagedBy", "CloudFormation", Value::Null),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(key, value, wanted)| (json!([{ "key": key, "value": value }]), wanted)).collect();
    assert_table("terraform", "terraform::sign(one.input)", &rows);
    let second = json!([{ "key": "Team", "value": "wallet" }, { "key": "Tool", "value": "terraform" }]);
    let rows = [(Value::Null, Value::Null), (json!([]), Value::Null), (second, json!("Tool = terraform"))];
    assert_table("terraform", "terraform::sign(one.input)", &rows);
}

#[test]
fn what_changes_has_the_names_that_terraform_has_for_it() {
    let definition = |image: &str, cpu: &str, log: &str| {
        let container = json!({ "name": "app", "image": image, "environment": [{ "name": "LOG", "value": log }] });
        json!({ "family": "web", "cpu": cpu, "containerDefinitions": [container] })
    };
    let old = definition("web:1", "256", "info");
    let rows = [
        (old.clone(), json!([])),
        (definition("web:2", "256", "info"), json!(["image"])),
        (definition("web:2", "512", "debug"), json!(["environment", "image", "cpu"])),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(next, wanted)| (json!({ "old": old, "next": next }), wanted)).collect();
    assert_table("terraform", "terraform::changed(one.input.old, one.input.next)", &rows);
}

/// A deploy to a sandbox whose service or whose definition carries a tag.
fn deploy(config: &str, tagged: &str) -> Ran {
    let tag = format!(
        "import \"std/service\" as service; let now = service::current(env);
         ecs::tag_resource(#{{ resourceArn: {tagged}, tags: [#{{ key: \"managedBy\", value: \"Terraform\" }}] }});"
    );
    let project = Project::new().runbook("tag", "\"ecs:TagResource\"", &tag).file("rollbook.toml", config);
    if !tagged.is_empty() {
        project.run(&["run", "tag", "--sandbox"]).status(0);
    }
    let ran = project.run(&["deploy", "--sandbox", "--image", &format!("{IMAGE}:v42"), "--no-wait"]);
    ran.status(0);
    ran
}

#[test]
fn a_deploy_says_that_terraform_would_undo_it() {
    let of_service = deploy("", "now.service.serviceArn");
    of_service.says("tag managedBy = Terraform of nest-wallet-service").says(WARNING);
    deploy("", "now.definition.taskDefinitionArn").says("tag managedBy = Terraform of nest-wallet-task:41").says(WARNING);
    deploy("", "").never_says("terraform apply");
}

#[test]
fn rollbook_toml_has_the_last_word_and_an_environment_before_the_project() {
    deploy("terraform.managed = true\n", "").says("Terraform owns this (rollbook.toml says so)").says(WARNING);
    deploy("terraform.managed = false\n", "now.service.serviceArn").never_says("terraform apply");
    let toy = "terraform.managed = true\n[env.toy]\nsandbox = true\n";
    let deploy = |config: &str| {
        let project = Project::new().file("rollbook.toml", config);
        project.run(&["deploy", "--env", "toy", "--image", &format!("{IMAGE}:v42"), "--no-wait"])
    };
    deploy(toy).status(0).says(WARNING);
    deploy(&format!("{toy}terraform.managed = false\n")).status(0).never_says("terraform apply");
    deploy(&format!("{toy}terraform.manged = false\n")).status(2).says("did you mean `managed`?");
}
