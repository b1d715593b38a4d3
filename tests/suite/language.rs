//! Runbooks as people write them: steps, modules, errors, parallel, limits of
//! the language, all on the sandbox.

use crate::harness::{Project, Ran};

fn run(body: &str) -> Ran {
    Project::new().runbook("r", "", body).run(&["run", "r", "--sandbox"])
}

#[test]
fn a_step_is_an_expression() {
    run("let n = step \"count\" { let a = 2; a + 1 }; print(n)").status(0).prints("3").says("✓ count");
    run("fn f() { step \"leave\" { return 7; } 0 } print(f())").status(0).prints("7").says("✓ leave");
    run("for i in 0..9 { step \"once\" { break; } } print(\"on\")").status(0).prints("on").says("✓ once");
    run("try { step \"bad\" { throw \"no\" } } catch (e) { print(e) }").status(0).prints("no").says("✗ bad");
    run("let f = |x| step \"inner\" { x * 2 }; print(parallel([1, 2], f))").status(0).prints("[2, 4]");
    run("step \"say\" { summary(\"all well\"); say(\"a detail\") }").says("▸ say").says("a detail").says("all well");
}

#[test]
fn an_aws_error_can_be_caught_and_told_apart() {
    let body = "try { ecs::describe_services(#{ cluster: \"zzz\", services: [\"a\"] }) } catch (e) {\n\
                print(`${e.kind} ${e.code} ${e.operation} ${e.service}`) }";
    run(body).status(0).prints("aws ClusterNotFoundException DescribeServices ecs");
    let uncaught = run("ecs::describe_services(#{ cluster: \"zzz\", services: [\"a\"] })");
    uncaught.status(1).says("ecs DescribeServices: ClusterNotFoundException").says("runbooks/r.rhai:2:6");
}

#[test]
fn an_error_shows_the_way_through_modules() {
    let project = Project::new()
        .runbook("evening", "\"ecs:UpdateService\"", "import \"lib/scale\" as scale;\nlet n = 2;\nscale::down(n);\n")
        .file(
            "runbooks/lib/scale.rhai",
            "//! Scaling.\n\n/// Down to n.\nfn down(n) {\n    ecs::update_service(#{ service: \"s\", desiredCont: n });\n}\n",
        );
    let ran = project.run(&["run", "evening", "--sandbox"]);
    ran.status(2);
    insta::assert_snapshot!("error_in_module", super::deploy::without_run_id(&ran.stderr));
}

#[test]
fn wrong_names_counts_and_types_get_a_suggestion() {
    run("let x = 1; x.fooo()").status(2).says("there is no function fooo");
    run("slep(1)").status(2).says("there is no function slep").says("did you mean `sleep`?");
    run("sleep(\"a\", \"b\")").status(2).says("it is called as sleep(");
    run("ecs::update_servce(#{})").status(2).says("did you mean `update_service`?");
    run("ecs::update_service(5)").status(2).says("takes one map of members");
    run("import \"lib/nope\" as x; x::f()").status(2).says("there is no module \"lib/nope\"");
    run("let value = 1; print(valeu)").status(2).says("valeu");
}

#[test]
fn closures_cross_modules_and_branches() {
    let project = Project::new()
        .runbook("r", "", "import \"lib/make\" as make;\nlet f = make::adder(3);\nprint(f.call(4));\nprint(parallel([1, 2], 2, f));\nprint(make::all([1, 2]));")
        .file("runbooks/lib/make.rhai", "private fn twice(x) { x * 2 }\nfn adder(n) { |x| x + n }\nfn all(items) { parallel(items, 2, |x| twice(x)) }\n");
    project.run(&["run", "r", "--sandbox"]).status(0).prints("7\n[4, 5]\n[2, 4]");
}

#[test]
fn modules_in_a_circle_are_named() {
    let project = Project::new()
        .runbook("r", "", "import \"a\" as a;")
        .file("runbooks/a.rhai", "import \"b\" as b;")
        .file("runbooks/b.rhai", "import \"a\" as a;");
    project.run(&["run", "r", "--sandbox"]).status(2).says("in a circle: a → b → a");
}

#[test]
fn parallel_keeps_the_order_and_throws_the_first_failure() {
    run("print(parallel([3, 1, 2], 2, |n| { sleep(n); n }))").status(0).prints("[3, 1, 2]");
    let body = "try { parallel([1, 2, 3, 4], 2, |n| { sleep(5 - n); if n > 1 { throw `bad ${n}` } n }) } catch (e) { print(e) }";
    run(body).status(0).prints("bad 2");
    run("parallel([1], 0, |n| n)").status(2).says("the limit of `parallel` must be at least 1");
    run("let total = 0; parallel([1, 2], |n| { total += n; }); print(total)").status(0).prints("0");
}

#[test]
fn virtual_time_waits_for_all_branches() {
    let body = "let t = now(); parallel([10, 20, 30], 3, |n| sleep(n)); print(now() - t);\n\
                let t = now(); parallel([10, 20, 30], 1, |n| sleep(n)); print(now() - t);";
    run(body).status(0).prints("30s\n1m");
}

#[test]
fn times_and_durations_are_values() {
    let body = "let t = time(\"2026-07-01T12:00:00Z\"); print(t + duration(\"1h 30m\")); print(duration(\"90s\") > duration(\"1m\"));\n\
                print(t - time(\"2026-07-01T11:00:00Z\")); print(json::text(#{ at: t, wait: duration(\"5m\") }));";
    run(body).status(0).prints("2026-07-01T13:30:00Z\ntrue\n1h\n{\"at\":\"2026-07-01T12:00:00Z\",\"wait\":\"5m\"}");
    run("duration(\"soon\")").status(2).says("`soon` is not a duration");
}

#[test]
fn awss_reserved_words_need_no_quotes() {
    run("let m = #{ default: 1, new: 2, match: 3 }; print(m.default + m.new + m.match)").status(0).prints("6");
}

#[test]
fn questions_do_not_wait_where_nobody_answers() {
    run("let name = ask(\"Which one?\"); print(name)")
        .status(6)
        .says("the runbook asks \"Which one?\"")
        .says("give the answer as a param");
    run("confirm(\"Go on?\"); print(\"on\")").status(0).prints("on");
}

#[test]
fn files_and_the_environment_pass_the_gate() {
    let project = Project::new().file("note.txt", "from a file").variable("NOTE", "from the environment");
    let body = "print(read_file(\"note.txt\")); print(environment(\"NOTE\")); print(environment(\"NONE\") == ()); print(type_of(environment_secret(\"NOTE\")))";
    project
        .runbook("r", "", body)
        .run(&["run", "r", "--sandbox"])
        .status(0)
        .prints("from a file\nfrom the environment\ntrue\nsecret");
    run("try { read_file(\"gone\") } catch (e) { print(e.kind) }").status(0).prints("unavailable");
}

#[test]
fn secret_params_never_stand_on_the_command_line() {
    let text = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", params: #{ token: #{ secret: true, required: true } } };\nprint(type_of(args.token));";
    let project =
        Project::new().file("rollbook.toml", "").file("runbooks/r.rhai", text).file("t", "hunter2").variable("T", "hunter2");
    for from in ["env:T", "file:t"] {
        project.run(&["run", "r", "--sandbox", "--token", from]).status(0).prints("secret").never_says("hunter2");
    }
    project.run(&["run", "r", "--sandbox", "--token", "hunter2"]).status(2).says("a secret is given as env:NAME, file:PATH or -");
    project.run(&["run", "r", "--sandbox"]).status(6).says("there is no terminal to ask at");
}

#[test]
fn a_verdict_ends_the_run_with_its_code() {
    for (verdict, code) in
        [("rolled back", 3), ("superseded", 4), ("stopped", 9), ("deployment failed", 10), ("scaled to zero", 11)]
    {
        let ran = run(&format!("try {{ conclude(\"{verdict}\", \"as told\") }} catch {{ }} print(\"went on\")"));
        ran.status(code).says(verdict).says("as told").prints_nothing();
    }
    run("conclude(\"great\", \"\")").status(2).says("`great` is no verdict");
    run("fail(\"out of luck\")").status(1).says("failed after 0ms · out of luck").never_says("r.rhai");
    run("throw \"up\"").status(1).says("error: up").says("runbooks/r.rhai:2:1");
}

#[test]
fn rhais_own_ways_past_the_gate_are_closed() {
    run("try { exit(4) } catch (e) { print(e.message) }").status(0).prints("a runbook does not exit");
    run("exit()").status(2).says("conclude(");
    // Virtual time: a real wait of three hundred seconds would outlast the test.
    run("let t = now(); sleep(300.5); print(now() - t)").status(0).prints("5m");
    run("eval(\"1\")").status(2);
    run("timestamp().type_of()").status(0).prints("time");
}

#[test]
fn odd_numbers_end_in_an_error_and_not_in_a_panic() {
    run("print(now() - seconds(-9223372036854775807 - 1))").status(2).says("outside the calendar");
    run("print(pad(\"x\", 1000000000000000).len())").status(0).prints("1000");
    run("sleep(9223372036854775807)").status(2).says("is no time to wait");
    run("print(parallel([1, 2, 3], 40000, |n| n))").status(0).prints("[1, 2, 3]");
}

#[test]
fn branches_may_import_the_same_module_together() {
    let body = "print(parallel([1, 2, 3, 4], 4, |n| { import \"lib\" as lib; lib::twice(n) }))";
    let project = Project::new().runbook("r", "", body);
    let project = project.file("runbooks/lib.rhai", "import \"std/service\" as service;\nfn twice(n) { n * 2 }\n");
    for _ in 0..5 {
        project.run(&["run", "r", "--sandbox"]).status(0).prints("[2, 4, 6, 8]");
    }
}

#[test]
fn a_thrown_map_is_shown_whatever_it_claims_to_be() {
    run("throw #{ kind: \"aws\", a: 1 }").status(1).says("{\"a\":1,\"kind\":\"aws\"}");
}
