//! `rollbook.toml`, and the variables that every AWS tool honors.

use serde_json::json;

use crate::harness::Project;
use crate::stub::{Answer, Stub};

const WHERE: &str = "print(`${env.name} ${env.region} ${env.account} ${env.cluster} ${env.service} ${env.plain_env}`)";

#[test]
fn an_environment_brings_its_region_cluster_and_service() {
    let stub = Stub::start();
    let config = "[env.prod]\nregion = \"eu-west-1\"\ncluster = \"c\"\naccount = \"123456789012\"\n[env.dev]\ncluster = \"c2\"\n\
                  [service.wallet]\nname = \"w\"\nplain_env = [\"PORT\"]\n[service.wallet.dev]\nname = \"w-dev\"\n";
    let project = Project::at(&stub.url).runbook("where", "", WHERE).file("rollbook.toml", config);
    project.run(&["run", "where", "--env", "prod"]).prints("prod eu-west-1 123456789012 c w [\"PORT\"]");
    project.run(&["run", "where", "--env", "dev"]).prints("dev ap-northeast-2 123456789012 c2 w-dev [\"PORT\"]");
    project.run(&["run", "where", "--env", "dev", "--cluster", "c3"]).prints(" c3 w-dev");
    let project = project.variable("ROLLBOOK_ENV", "prod");
    project.run(&["run", "where"]).prints("prod eu-west-1").says("· prod · 123456789012 eu-west-1 ·");
}

#[test]
fn a_profile_brings_credentials_and_region() {
    let stub = Stub::start();
    let project = Project::new()
        .variable("AWS_ENDPOINT_URL", &stub.url)
        .file("home/.aws/credentials", "[team]\naws_access_key_id = a\naws_secret_access_key = b\n")
        .file("home/.aws/config", "[profile team]\nregion = eu-north-1\n")
        .runbook("where", "", WHERE);
    let by_variable = project.run(&["run", "where"]);
    by_variable.status(2).says("no region is known");
    let project = project.file("rollbook.toml", "[env.prod]\nprofile = \"team\"\n");
    project.run(&["run", "where"]).status(0).prints("prod eu-north-1 123456789012");
    let project = project.file("rollbook.toml", "").variable("AWS_PROFILE", "team");
    project.run(&["run", "where"]).status(0).prints("no env eu-north-1");
}

#[test]
fn a_role_is_assumed() {
    let assumed = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
                   <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                   <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let stub = Stub::start().on("AssumeRole", [Answer::Raw(200, "text/xml", assumed.into())]);
    let config = "[env.prod]\nrole_arn = \"arn:aws:iam::123456789012:role/deployer\"\n";
    let project = Project::at(&stub.url).runbook("where", "", WHERE).file("rollbook.toml", config);
    project.run(&["run", "where"]).status(0);
    let sent = stub.received("AssumeRole");
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body.contains("role%2Fdeployer"), "{}", sent[0].body);
}

#[test]
fn an_endpoint_can_be_set_for_one_service() {
    let (everything, logs) = (Stub::start(), Stub::start().on("DescribeLogGroups", [Answer::ok(json!({ "logGroups": [] }))]));
    let project = Project::at(&everything.url).variable("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", &logs.url).runbook(
        "r",
        "",
        "logs::describe_log_groups().logGroups.len()",
    );
    project.run(&["run", "r"]).status(0).prints("0");
    assert_eq!(logs.received("DescribeLogGroups").len(), 1);
}

#[test]
fn attempts_are_aws_s_own_variable() {
    let project = Project::at("http://127.0.0.1:9").variable("AWS_MAX_ATTEMPTS", "many").runbook("r", "", "");
    project.run(&["run", "r"]).status(2).says("AWS_MAX_ATTEMPTS is `many`");
}
