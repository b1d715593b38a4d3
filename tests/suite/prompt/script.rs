//! A script on standard input: no prompt, results on standard output, the exit
//! code of the last error.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{Project, Ran};

/// Plays `script` on a pipe.
pub fn play(project: &Project, arguments: &[&str], script: &str) -> Ran {
    let mut child = project.command(arguments);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("it is read");
    Ran::new(&child.wait_with_output().expect("it ends"), arguments)
}

pub fn sandbox(script: &str) -> Ran {
    play(&Project::new(), &["repl", "--sandbox"], script)
}

#[test]
fn variables_functions_closures_and_imports_live_across_lines() {
    let ran = sandbox(
        "import \"std/service\" as service;\n\
         let now = service::current(env);\n\
         let more = 2;\n\
         fn add(x,\n        y) {\n    x + y\n}\n\
         let twice = |x| add(x, x) + more;\n\
         twice.call(20)\n\
         if now.name == \"nest-wallet-service\" {\n    \"it is\"\n}\nelse {\n    \"it is not\"\n}\n\
         [1, 2]\n    .map(|x| x * more)\n    .len()\n\
         _ + _1\n\
         _2\n",
    );
    ran.status(0).never_says("❯").never_says("error");
    assert_eq!(ran.stdout, "SANDBOX\n42\nit is\n2\n44\nit is\n");
}

#[test]
fn the_exit_code_is_that_of_the_last_error() {
    for (script, status) in [
        ("1", 0),
        ("", 0),
        ("no_such_thing\n1", 2),
        ("no_such_thing\nthrow \"x\"", 1),
        ("ecs::describe_services(#{ cluster: \"no\", services: [\"no\"] })", 1),
        ("ecs::delete_cluster(#{ cluster: \"nest-wallet-cluster\" })", 6),
        (":quit\nno_such_thing", 0),
        (":no-such-command", 2),
        ("1 +", 2),
        ("loop { }", 2),
    ] {
        sandbox(script).status(status);
    }
}

#[test]
fn an_error_has_its_line_in_the_script() {
    let ran = sandbox("let a = 1;\n\nlet b = [\n    1,\n    nope,\n];\na\n");
    ran.status(2).says("prompt:5:5").says("there is no variable `nope`").prints("\n1\n");
}

#[test]
fn a_line_that_fails_declares_nothing() {
    let ran = sandbox("let a = 1; fail(\"no\")\na\n");
    ran.status(2).says("there is no variable `a`");
}

#[test]
fn each_line_has_its_own_limit_of_operations() {
    let project = Project::new().file("rollbook.toml", "[limits]\noperations = 20000\n");
    let line = "for x in 0..2000 { }\n";
    play(&project, &["repl", "--sandbox"], &line.repeat(10)).status(0);
    play(&project, &["repl", "--sandbox"], "loop { }\n1").status(2).says("too many operations").prints("\n1\n");
}

#[test]
fn an_environment_that_there_is_not_is_said_at_once() {
    let project = Project::new().file("rollbook.toml", "[env.prod]\nsandbox = true\n");
    play(&project, &["repl", "--env", "prd"], "1").status(2).says("did you mean `prod`?").prints_nothing();
    Project::new().run(&["repl"]).status(2).says("--sandbox");
}

#[test]
fn other_runs_and_the_prompt_share_the_sandbox() {
    let project = Project::new();
    play(
        &project,
        &["repl", "--sandbox"],
        ":arm\necs::update_service(#{ service: env.service, cluster: env.cluster, desiredCount: 5 });",
    )
    .status(0);
    project.run(&["status", "--sandbox"]).status(0).prints("/5 running");
}

#[test]
fn a_runbook_runs_in_the_prompts_environment() {
    let project = Project::new().file("rollbook.toml", "[env.prod]\nsandbox = true\nprotected = true\n");
    let deploy = ":run deploy image=123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42 yes";
    let ran = play(&project, &["repl", "--env", "prod"], &format!(":run status\n{deploy}\n"));
    ran.status(6).prints("running").says("deploy may write").says(":arm prod allows writes").never_says("nest-wallet-task:42");
    let look = "ecs::describe_services(#{ cluster: env.cluster, services: [env.service] }).services[0].taskDefinition.ends_with(\":42\")";
    let ran = play(&project, &["repl", "--env", "prod"], &format!(":arm\n:arm prod\n{deploy}\n{look}\n"));
    ran.status(6).says("`prod` is protected: its name must be typed").says("succeeded").prints("\ntrue\n");
}
