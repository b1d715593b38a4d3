//! Requests that AWS could not understand never leave, and writes that a
//! runbook does not permit itself never leave either.

use crate::harness::{Project, Ran};
use crate::stub::{Answer, Stub};

fn run(body: &str) -> (Ran, Stub) {
    let stub = Stub::start()
        .on("UpdateService", [Answer::Json(200, "{}".into())])
        .on("RegisterTaskDefinition", [Answer::Json(200, "{}".into())]);
    let project = Project::at(&stub.url).runbook("r", "\"ecs:UpdateService\", \"ecs:RegisterTaskDefinition\"", body);
    (project.run(&["run", "r"]), stub)
}

#[test]
fn what_aws_could_not_understand_is_refused_with_its_place() {
    for (body, said) in [
        (
            "let n = 2; ecs::update_service(#{ service: \"s\", desiredCont: n })",
            &["`desiredCont` is not a member of ecs UpdateService", "did you mean `desiredCount`?", "runbooks/r.rhai:2"][..],
        ),
        (
            "let port = \"80\"; ecs::register_task_definition(#{ family: \"f\", containerDefinitions: [#{ portMappings: [#{ containerPort: port }] }] })",
            &["`containerDefinitions[0].portMappings[0].containerPort` must be an integer, not a string"],
        ),
        (
            "let t = \"FARGAT\"; ecs::register_task_definition(#{ family: \"f\", containerDefinitions: [], requiresCompatibilities: [t] })",
            &["`requiresCompatibilities[0]` cannot be `FARGAT`", "did you mean `FARGATE`?"],
        ),
        ("ecs::update_service(#{ cluster: \"c\" })", &["ecs UpdateService needs `service`"]),
        (
            "ecs::update_service(#{ service: \"s\", deploymentConfiguration: #{ alarms: #{ enabel: true } } })",
            &["`enabel` is not a member", "did you mean `enable`?"],
        ),
    ] {
        let (ran, stub) = run(body);
        ran.status(2).says("nothing was sent");
        for text in said {
            ran.says(text);
        }
        assert_eq!(stub.operations(), Vec::<String>::new(), "{ran}");
    }
}

#[test]
fn a_script_can_catch_a_refusal() {
    let (ran, stub) =
        run("try { ecs::update_service(#{ servcie: \"s\" }) } catch (e) { print(`${e.kind} ${e.faults[0].suggestion}`) }");
    ran.status(0).prints("invalid service");
    assert_eq!(stub.operations(), Vec::<String>::new());
}

#[test]
fn a_write_without_a_permit_ends_the_run() {
    let (ran, stub) = run("try { ecs::delete_service(#{ service: \"s\" }) } catch { } print(\"went on\")");
    ran.status(6).says("ecs DeleteService is a write that this runbook does not permit itself");
    ran.says("add \"ecs:DeleteService\" to `permits`").prints_nothing();
    assert_eq!(stub.operations(), Vec::<String>::new());
}

#[test]
fn integers_pass_for_doubles_and_huge_ones_are_refused() {
    let (ran, _) = run("print(json::parse(\"[1, 1.0, 9223372036854775807]\"))");
    ran.status(0).prints("[1, 1.0, 9223372036854775807]");
    let (ran, _) = run("json::parse(\"[9223372036854775808]\")");
    ran.status(2).says("does not fit 64 bits and will not be rounded");
}
