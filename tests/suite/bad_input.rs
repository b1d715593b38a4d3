//! Bad input of every kind: what is wrong, what to do, the right exit code,
//! and nothing changed.

use std::process::Command;

use serde_json::json;

use crate::harness::{Project, Ran};
use crate::stub::{Answer, Stub, identity, steady_service};

/// Everything that may be asked before a write.
fn stub() -> Stub {
    Stub::start()
        .on("DescribeServices", [Answer::ok(steady_service("arn:aws:ecs:ap-northeast-2:123456789012:task-definition/t:1"))])
        .on("DescribeTaskDefinition", [Answer::ok(json!({ "taskDefinition": { "family": "t" } }))])
}

#[test]
fn an_unknown_runbook_suggests_the_nearest() {
    Project::new()
        .run(&["run", "deplyo", "--sandbox"])
        .status(2)
        .says("there is no runbook `deplyo`")
        .says("did you mean `deploy`?");
    Project::new().run(&["stauts"]).status(2).says("did you mean `status`?");
    Project::new().run(&["run", "../etc/passwd"]).status(2).says("there is no runbook");
}

#[test]
fn params_are_checked_before_anything_runs() {
    let project = Project::new();
    Project::new().run(&["deploy", "--sandbox"]).status(2).says("nothing to deploy: give --image");
    project.run(&["deploy", "--sandbox", "--imaeg", "x"]).status(2).says("--image");
    let soon = project.run(&["deploy", "--sandbox", "--image", "x", "--timeout", "soon"]);
    soon.status(2).says("`soon` is not a duration, as 90s, 30m or 1h 30m");
    project.run(&["status", "--sandbox", "--events", "many"]).status(2).says("`many` is not a whole number");
    assert!(project.read("state/sandbox.json").is_none(), "nothing ran");
}

#[test]
fn unknown_environments_and_services_are_named() {
    let config = "[env.prod]\nsandbox = true\n[env.dev]\nsandbox = true\n[service.wallet]\nname = \"nest-wallet-service\"\n";
    let project = Project::new().file("rollbook.toml", config);
    project.run(&["status", "--env", "prdo"]).status(2).says("there is no environment `prdo`").says("did you mean `prod`?");
    project.run(&["status"]).status(2).says("which environment?").says("dev, prod");
    let service = project.run(&["status", "--env", "prod", "--service", "walet"]);
    service.status(2).says("there is no service `walet`").says("did you mean `wallet`?");
    Project::new().run(&["status", "--sandbox", "--service", "nope"]).status(1).says("there is no service nope in cluster");
}

#[test]
fn another_account_is_refused() {
    let stub = stub().on("GetCallerIdentity", [Answer::Raw(200, "text/xml", identity("999999999999"))]);
    let config = "[env.prod]\naccount = \"123456789012\"\ncluster = \"c\"\n[service.s]\n";
    let project = Project::at(&stub.url).file("rollbook.toml", config);
    let ran = project.run(&["status"]);
    ran.status(6).says("belong to account 999999999999, and this environment is account 123456789012").prints_nothing();
    assert_eq!(stub.operations(), Vec::<String>::new());
}

#[test]
fn missing_credentials_never_become_the_sandbox() {
    let ran =
        Project::new().variable("AWS_REGION", "eu-west-1").run(&["deploy", "--image", "x", "--cluster", "c", "--service", "s"]);
    ran.status(2)
        .says("there are no usable AWS credentials")
        .says("environment variable not set")
        .says("--sandbox")
        .prints_nothing();
}

#[test]
fn a_missing_region_is_said() {
    Project::new().run(&["status"]).status(2).says("no region is known").says("AWS_REGION");
}

#[test]
fn an_expired_token_is_a_matter_of_credentials() {
    let stub = Stub::start().on(
        "DescribeServices",
        [Answer::error("ExpiredTokenException", "The security token included in the request is expired")],
    );
    let ran = Project::at(&stub.url).run(&["status", "--cluster", "c", "--service", "s"]);
    ran.status(2).says("AWS does not accept these credentials").says("is expired").says("log in again");
}

#[test]
fn an_unreachable_endpoint_is_named() {
    let project = Project::at("http://127.0.0.1:9").variable("AWS_MAX_ATTEMPTS", "2");
    let ran = project.run(&["status", "--cluster", "c", "--service", "s"]);
    ran.status(1).says("cannot connect to http://127.0.0.1:9").says("after 2 attempts").prints_nothing();
}

#[test]
fn throttling_that_never_ends_ends() {
    let stub = stub().on("ListClusters", [Answer::throttled()]);
    let project = Project::at(&stub.url).variable("AWS_MAX_ATTEMPTS", "3").runbook("r", "", "ecs::list_clusters()");
    project.run(&["run", "r"]).status(1).says("ThrottlingException: Rate exceeded (after 3 attempts)").says("try 2 failed");
    assert_eq!(stub.received("ListClusters").len(), 3);
}

#[test]
fn answers_that_are_none_are_called_that() {
    let html = Answer::Raw(200, "text/html", "<html>proxy login</html>".into());
    let stub = stub().on("ListClusters", [html]).on("ListServices", [Answer::Half("{\"serviceArns\":[".into())]);
    let project = Project::at(&stub.url).variable("AWS_MAX_ATTEMPTS", "2");
    let project = project.runbook("html", "", "ecs::list_clusters()").runbook("half", "", "ecs::list_services()");
    project.run(&["run", "html"]).status(1).says("HTTP 200: the answer is not JSON").says("after 2 attempts");
    project.run(&["run", "half"]).status(1).says("broke off in the middle of its answer");
}

#[test]
fn an_error_page_is_no_aws_error() {
    let page = Answer::Raw(502, "text/html", "<html>bad gateway</html>".into());
    let stub = stub().on("ListClusters", [page]);
    let project = Project::at(&stub.url).variable("AWS_MAX_ATTEMPTS", "1").runbook("r", "", "ecs::list_clusters()");
    project
        .run(&["run", "r"])
        .status(1)
        .says("HTTP 502: http://127.0.0.1:")
        .says("answered text/html, which no AWS API does; is the endpoint right?");
}

#[test]
fn a_syntax_error_shows_its_place() {
    let project = Project::new().runbook("r", "", "let x = ;\n");
    project.run(&["run", "r", "--sandbox"]).status(2).says("runbooks/r.rhai:2:9").says("let x = ;").prints_nothing();
}

#[test]
fn a_script_cannot_take_the_machine_with_it() {
    let limits = "[limits]\noperations = 200_000\n";
    for (body, said) in [
        ("loop { }", "the script ran for too many operations (limit: 200000)"),
        ("try { loop { } } catch { print(\"caught\") }", "too many operations"),
        ("try { [1].map(|x| { loop { } }) } catch { } print(\"caught\")", "too many operations"),
        ("fn f(n) { f(n + 1) } f(0)", "functions call each other too deeply"),
        ("let s = \"x\"; loop { s += s; }", "a value grew too large (length of string)"),
        ("let a = [1]; loop { a += a; }", "a value grew too large"),
    ] {
        let project = Project::new().runbook("r", "", body).file("rollbook.toml", limits);
        project.run(&["run", "r", "--sandbox"]).status(2).says(said).says("[limits]").prints_nothing();
    }
}

/// Where the value is made before it is judged, the machine's memory is the limit.
#[test]
fn a_single_call_cannot_take_the_machine_with_it() {
    for (body, said) in [
        (r#"let s = ""; s.pad(16000000, "x"); s.replace("x", s);"#, "length of string"),
        (r#"let s = ""; s.pad(16000000, "x"); s.replace("", s);"#, "length of string"),
        (r#"let s = ""; s.pad(16000000, 'x'); s.replace('x', s);"#, "length of string"),
        (r#"let s = ""; s.pad(16000000, "x"); s.replace("x", 'ü');"#, "length of string"),
        (r#"let s = ""; s.pad(16000000, "xxü");"#, "length of string"),
        (r#"let s = ""; s.pad(16000000, "x"); s.split("");"#, "size of array"),
        (r#"let s = ""; s.pad(16000000, "x"); s.split_rev('x', 9000000);"#, "size of array"),
        (r#"let s = ""; s.pad(16000000, "x"); s.to_chars();"#, "size of array"),
        ("let a = []; a.pad(17592186044416, [[]]);", "size of array"),
        ("let a = []; let b = []; b.pad(1000, 0); a.pad(1000000, b);", "size of array"),
        (r#"let s = ""; s.pad(8000000, "x"); let a = []; a.pad(20000, [1]); a[0] = [s]; table(["a"], a)"#, "length of string"),
        ("let a = [0]; a.pad(100000, 0); for i in 0..100 { a = [a]; } json::pretty(a)", "length of string"),
    ] {
        let project = Project::new().runbook("r", "", body);
        let said = format!("a value grew too large ({said}");
        project.run(&["run", "r", "--sandbox"]).status(2).says(&said).says("[limits]").prints_nothing();
    }
}

/// Ours stand where Rhai's would.
#[test]
fn texts_are_split_replaced_and_filled_as_ever() {
    let body = r#"
        let s = "a-b-c"; s.replace("-", "+"); s.replace('a', 'A'); s.replace("b", 'B'); s.replace('c', "CC"); print(s);
        const t = "a-b-c"; print(t.split("-")); print(t.split('-', 2)); print(t.split_rev("-", 2)); print(t.split_rev('-'));
        print("".split("x")); print("ab".split("")); print(" a  b ".split()); print("ab".to_chars()); print(t.split("-", 0));
        let p = "a"; p.pad(5, "xy"); p.pad(9, ""); p.pad(-1, "x"); print(p); let l = [1]; l.pad(3, 0); l.pad(2, 9); print(l);
        print("ab".split(1)); let e = ""; e.replace("", "x"); print(e.len());
    "#;
    let project = Project::new().runbook("r", "", body);
    let printed = concat!(
        "A+B+CC\n[\"a\", \"b\", \"c\"]\n[\"a\", \"b-c\"]\n[\"c\", \"a-b\"]\n[\"c\", \"b\", \"a\"]\n",
        "[\"\"]\n[\"\", \"a\", \"b\", \"\"]\n[\"a\", \"b\"]\n[a, b]\n[\"a-b-c\"]\naxyxy\n[1, 0, 0]\n[\"a\", \"b\"]\n0",
    );
    project.run(&["run", "r", "--sandbox"]).status(0).prints(printed);
}

#[test]
fn a_member_that_grows_without_end_meets_the_memory_limit() {
    let body = "let m = #{}; let s = \"\"; for i in 0..12 { s += \"xxxxxxxxxxxxxxxx\"; s += s; } let i = 0; loop { m[`${i}`] = s + i; i += 1; }";
    let limits = "[limits]\nmemory = 300_000_000\n";
    let project = Project::new().runbook("r", "", body).file("rollbook.toml", limits);
    project.run(&["run", "r", "--sandbox"]).status(2).says("the script used too much memory");
}

/// A few operations of megabytes each.
#[test]
fn a_recursion_over_large_texts_meets_the_memory_limit() {
    let body = r#"
        fn f(n, s) {
            let a = s + "1"; let b = s + "2"; let c = s + "3"; let d = s + "4"; let e = s + "5"; let g = s + "6";
            if n < 40 { f(n + 1, s); }
            a.len() + b.len() + c.len() + d.len() + e.len() + g.len()
        }
        let s = ""; s.pad(16000000, "x"); f(0, s);
    "#;
    let project = Project::new().runbook("r", "", body).file("rollbook.toml", "[limits]\nmemory = 300_000_000\n");
    project.run(&["run", "r", "--sandbox"]).status(2).says("the script used too much memory").says("raise `memory`");
}

#[test]
fn calls_end_where_the_stack_does() {
    let project = Project::new().runbook("r", "", "fn f(n) { if n > 0 { f(n - 1); } } f(990); print(\"done\")");
    let project = project.file("rollbook.toml", "[limits]\ndepth = 1000\n");
    project.run(&["run", "r", "--sandbox"]).status(0).prints("done");
    // Each call within many brackets: as deep as the language lets anybody nest.
    let body = format!("fn f(n) {{ {}f(n + 1){} }} f(0)", "(1 + ".repeat(45), ")".repeat(45));
    for (limits, body) in
        [("depth = 1000", body.as_str()), ("depth = 1000", "fn f(n) { [n].map(|x| f(x + 1)) } f(0)"), ("", &body)]
    {
        let project = Project::new().runbook("r", "", body).file("rollbook.toml", &format!("[limits]\n{limits}\n"));
        project.run(&["run", "r", "--sandbox"]).status(2).says("functions call each other too deeply").says("runbooks/r.rhai:2");
    }
    let project = Project::new().runbook("r", "", "").file("rollbook.toml", "[limits]\ndepth = 20000\n");
    project.run(&["run", "r", "--sandbox"]).status(2).says("depth = 20000 is not between 1 and 1000");
}

#[test]
fn parallel_without_an_end_is_a_failure() {
    let body = "fn f(n) { parallel([1, 2, 3, 4, 5, 6, 7, 8], 8, |x| { f(n + 1) }) }";
    let said = "`parallel` within `parallel` may go 4 deep";
    let project = Project::new().runbook("r", "", &format!("{body} f(0)"));
    project.run(&["run", "r", "--sandbox"]).status(2).says(said);
    let project = Project::new().runbook("r", "", &format!("{body} try {{ f(0) }} catch (error) {{ print(error.message) }}"));
    project.run(&["run", "r", "--sandbox"]).status(0).prints(said);
    let four = "print(parallel([1], |a| parallel([2], |b| parallel([3], |c| parallel([a, b, c], |d| d + 1)))))";
    let project = Project::new().runbook("r", "", four);
    project.run(&["run", "r", "--sandbox"]).status(0).prints("[[[[2, 3, 4]]]]");
}

#[test]
fn a_thread_that_there_is_not_ends_the_run() {
    let body = "let items = []; items.pad(64, 1); parallel(items, 64, |item| sleep(item)); print(\"done\")";
    let project = Project::new().runbook("r", "", body);
    let command = project.command(&["run", "r", "--sandbox"]);
    // Memory for the program itself, but not for the stacks of 64 threads.
    let mut limited = Command::new("sh");
    limited.arg("-c").arg("ulimit -v 2500000; exec \"$0\" \"$@\"").arg(command.get_program()).args(command.get_args());
    limited.current_dir(project.path()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.output().expect("a shell");
    let ran = Ran::new(&output, &["run", "r"]);
    ran.status(2).says("the system gives `parallel` no more threads").says("lower the limit of `parallel`").prints_nothing();
}

#[test]
fn a_time_limit_ends_a_run() {
    let project = Project::new().runbook("r", "", "loop { }").file("rollbook.toml", "[limits]\ntime = \"300ms\"\n");
    project.run(&["run", "r", "--sandbox"]).status(2).says("the run took too long");
}

#[test]
fn a_runbook_for_a_newer_rollbook_says_so() {
    let header = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", needs_rollbook: \"99.0\" };\n";
    let project = Project::new().file("rollbook.toml", "").file("runbooks/r.rhai", header);
    project.run(&["run", "r", "--sandbox"]).status(2).says("r needs rollbook 99.0").says("install a newer rollbook");
}

#[test]
fn a_typo_in_the_configuration_is_shown() {
    let project = Project::new().file("rollbook.toml", "[env.prod]\nregoin = \"eu-west-1\"\n");
    project
        .run(&["status"])
        .status(2)
        .says("unknown field `regoin`")
        .says("did you mean `region`?")
        .says("regoin = \"eu-west-1\"");
    let project = Project::new().file("rollbook.toml", "[env.prod\n");
    project.run(&["status", "--sandbox"]).status(2).says("rollbook.toml cannot be read");
}

#[test]
fn a_protected_environment_without_a_terminal_wants_its_name() {
    let stub = stub();
    let config = "[env.prod]\nprotected = true\ncluster = \"c\"\n[env.dev]\n[service.s]\n";
    let project = Project::at(&stub.url).file("rollbook.toml", config);
    let deploy = ["deploy", "--env", "prod", "--image", "x"];
    project.run(&deploy).status(6).says("environment `prod` is protected").says("add --confirm prod").prints_nothing();
    project.run(&[&deploy[..], &["--confirm", "dev"]].concat()).status(6).says("add --confirm prod");
    assert_eq!(stub.all().len(), 0, "nothing was asked, not even who we are");
    project.run(&["status", "--env", "prod"]).never_says("protected");
}

#[test]
fn a_wrong_header_is_shown_with_its_word() {
    let text = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", parms: #{}, params: #{ n: #{ type: \"nteger\" } } };\n";
    let project = Project::new().file("rollbook.toml", "").file("runbooks/r.rhai", text);
    let ran = project.run(&["run", "r", "--sandbox"]);
    ran.status(2)
        .says("the header has no `parms`")
        .says("did you mean `params`?")
        .says("unknown type `nteger`")
        .says("did you mean `integer`?");
}

#[test]
fn a_configuration_that_cannot_be_read_is_not_taken_for_none() {
    let project = Project::new();
    std::fs::write(project.path().join("rollbook.toml"), b"[env.prod]\nprotected = true # \xff\n").unwrap();
    project.run(&["status", "--sandbox"]).status(2).says("cannot read").says("rollbook.toml");
    let project = Project::new();
    std::fs::create_dir_all(project.path().join("runbooks/status.rhai")).unwrap();
    project.run(&["status", "--sandbox"]).status(2).says("cannot read").says("status.rhai");
}

#[test]
fn a_state_folder_that_cannot_be_written_is_said_first() {
    let project = Project::new().file("state", "a file where a folder belongs");
    project.run(&["deploy", "--sandbox", "--image", "x"]).status(2).says("sandbox.lock").never_says("Look at what runs now");
}

#[test]
fn json_output_covers_runs_that_never_began() {
    let project = Project::new().file("rollbook.toml", "[env.prod]\n");
    let ran = project.run(&["status", "--env", "prdo", "--output", "json"]);
    assert_eq!(ran.status(2).json()["exit_code"], 2);
    assert_eq!(ran.json()["hint"], "did you mean `prod`?");
}

#[test]
fn params_that_cannot_work_are_refused_in_the_header() {
    for (params, said) in [
        ("env: #{ }", "every run has an option --env of its own"),
        ("a: #{ type: \"list\", secret: true }", "must be a string or a map, without default and choices"),
        ("a: #{ choices: [\"x\"], default: \"q\" }", "which it would not accept"),
        ("a: #{ required: \"yes\" }", "`required` must be true or false"),
        ("a_b: #{ }, \"a-b\": #{ }", "two params would be --a-b"),
    ] {
        let text = format!("const RUNBOOK = #{{ summary: \"s\", version: \"1.0.0\", params: #{{ {params} }} }};\n");
        let project = Project::new().file("rollbook.toml", "").file("runbooks/r.rhai", &text);
        project.run(&["run", "r", "--sandbox"]).status(2).says(said);
        project.run(&["check", "r"]).status(2).says(said);
    }
}

#[test]
fn a_newer_header_is_not_called_wrong() {
    let header = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", needs_rollbook: \"99.0\", timeouts: #{} };\n";
    let project = Project::new().file("runbooks/r.rhai", header);
    project.run(&["run", "r", "--sandbox"]).status(2).says("needs rollbook 99.0").never_says("timeouts");
    let malformed = header.replace("99.0", "v99");
    let project = Project::new().file("runbooks/r.rhai", &malformed);
    project.run(&["run", "r", "--sandbox"]).status(2).says("`v99` is not a version");
}
