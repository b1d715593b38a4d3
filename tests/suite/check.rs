//! `rollbook check` finds mistakes without running anything.

use crate::harness::{Project, Ran};

const HEADER: &str = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", permits: [\"ecs:UpdateService\", \"ecs:CreateService\"], params: #{ image: #{ required: true }, count: #{ type: \"integer\" } } };\n";

fn check(body: &str) -> Ran {
    let project = Project::new().file("rollbook.toml", "").file("runbooks/r.rhai", &format!("{HEADER}{body}"));
    project.run(&["check", "r"])
}

/// Uses both params, so that only the seeded mistake is found.
const USED: &str = "print(args.image); print(args.count);\n";

#[test]
fn each_seeded_mistake_is_found_with_a_suggestion() {
    for (mistake, message, help) in [
        ("ecs::update_service(#{ service: \"s\", desiredCont: 2 });", "`desiredCont` is not a member", "`desiredCount`"),
        ("ecs::update_service(#{ service: \"s\", desiredCont: args.count });", "`desiredCont` is not a member", "`desiredCount`"),
        ("ecs::update_service(#{ service: 5 });", "`service` must be a string, not an integer", ""),
        (
            "ecs::update_service(#{ service: \"s\", networkConfiguration: #{ awsvpcConfiguration: #{ subnets: \"a\" } } });",
            "`networkConfiguration.awsvpcConfiguration.subnets` must be a list",
            "",
        ),
        ("ecs::create_service(#{ serviceName: \"s\", launchType: \"FARGTE\" });", "cannot be `FARGTE`", "`FARGATE`"),
        ("ecs::update_service(#{ cluster: \"c\" });", "needs `service`", ""),
        ("ecs::update_servce(#{ service: \"s\" });", "ecs has no operation `update_servce`", "`update_service`"),
        ("scaling::describe_scalable_target(#{});", "has no operation `describe_scalable_target`", "`describe_scalable_targets`"),
        ("ecs::update_service(\"c\", \"s\");", "takes one map of members, not 2 arguments", ""),
        ("ecs::all::update_service(#{ service: \"s\" });", "has no pages to gather", "ecs::update_service"),
        ("esc::list_clusters();", "esc", ""),
        ("import \"std/servce\" as x;", "there is no module \"std/servce\"", "`std/service`"),
        ("import \"std/service\" as x; x::curent(env);", "there is no function `curent`", "`current`"),
        ("import \"std/service\" as x; x::current();", "`current` takes", ""),
        ("ecs::delete_service(#{ service: \"s\" });", "is a write that the header does not permit", "add \"ecs:DeleteService\""),
        ("json::parze(\"x\");", "there is no function `parze`", "`parse`"),
        ("json::parse(\"x\", 2);", "`parse` takes", ""),
        ("write_file(\"x\", \"y\");", "write_file is a write that the header does not permit", "add \"file:Write\""),
        ("dotenv::parze(secret(\"A=1\"), []);", "there is no function `parze`", "`parse`"),
        ("slep(1);", "there is no function `slep`", "`sleep`"),
        ("parallel([1]);", "`parallel` takes", ""),
        ("print(args.imge);", "the header declares no param `imge`", "`image`"),
        ("print(immage);", "immage", ""),
    ] {
        let ran = check(&format!("{USED}{mistake}"));
        ran.status(2).says(message).says(help).says("1 mistake in 1 script").says("runbooks/r.rhai:3:");
    }
}

#[test]
fn what_depends_on_a_value_is_left_to_the_run() {
    let body = "let n = args.count; let s = args.image; ecs::update_service(#{ service: s, desiredCount: n, deploymentConfiguration: #{ maximumPercent: n * 2 } });";
    check(body).status(0).prints("no mistakes found");
}

#[test]
fn an_unused_param_is_a_warning() {
    let ran = check("print(args.image);");
    ran.status(0).says("the param `count` is declared and never used");
    check("print(args.image); show(args); fn show(all) { print(all.count); }").status(0).never_says("never used");
}

#[test]
fn nothing_runs_while_checking() {
    let project = Project::new().runbook("r", "", "read_file(\"/nonexistent\"); fail(\"ran\");");
    project.run(&["check", "r"]).status(0).never_says("ran\n");
}

#[test]
fn every_shipped_script_is_clean() {
    let ran = Project::new().run(&["check"]);
    ran.status(0).prints("no mistakes found");
    assert_eq!(ran.stderr, "", "not even a warning");
}

#[test]
fn a_misspelt_permit_is_found() {
    let project = Project::new().runbook("r", "\"ecs:UpdateServce\"", "");
    project.run(&["check", "r"]).status(2).says("`permits` names ecs:UpdateServce").says("did you mean `ecs:UpdateService`?");
}

/// What the functions of modules write is the runbook's to permit, however far below.
#[test]
fn writes_below_a_function_of_a_module_are_warned_of() {
    let far = "fn all(items) { items.map(|item| lowest(item)) }\nfn lowest(item) { write_file(item, \"x\") }\nfn unused() { ecs::delete_service(#{ service: \"s\" }) }\n";
    let near = "import \"lib/far\" as far;\nfn some(items) { far::all(items); ecs::update_service(#{ service: \"s\" }); }\nfn look() { ecs::list_clusters() }\n";
    let body = format!(
        "import \"lib/near\" as near;\nimport \"std/task\" as task;\n{USED}near::look();\nnear::some([]);\n[1].map(|n| task::run_once(n, n, n));\n"
    );
    let project = Project::new().file("rollbook.toml", "").file("runbooks/r.rhai", &format!("{HEADER}{body}"));
    let project = project.file("runbooks/lib/near.rhai", near).file("runbooks/lib/far.rhai", far);
    let ran = project.run(&["check", "r"]);
    ran.status(0)
        .says("near::some may come to write_file, a write that the header does not permit")
        .says("add \"file:Write\" to `permits` in the header")
        .says("task::run_once may come to ecs RunTask, a write that the header does not permit")
        .says("runbooks/r.rhai:7:")
        .never_says("DeleteService")
        .never_says("UpdateService")
        .never_says("near::look");
    let project = Project::new().file("rollbook.toml", "");
    project.run(&["check"]).status(0).never_says("may come to");
}
