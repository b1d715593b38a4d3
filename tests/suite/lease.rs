//! Two runs on this machine that change the same thing: never at once.
//!
//! `ROLLBOOK_TESTS_LEASE_TRIES=200 cargo test --test suite lease` tries harder.

use std::process::{Child, Stdio};

use serde_json::json;

use crate::harness::{Project, Ran};
use crate::stub::{Answer, Stub};

/// Says when it is inside: nobody else may be, until it says that it is out.
const INSIDE: &str = r#"
const RUNBOOK = #{ summary: "t", version: "1.0.0", permits: ["ecs:TagResource", "ecs:UntagResource"], holds: ["service"] };
step "Be inside" { ecs::tag_resource(#{ resourceArn: "a", tags: [] }); ecs::list_clusters(); ecs::untag_resource(#{ resourceArn: "a", tagKeys: [] }); }
"#;

fn stub(list: Answer) -> Stub {
    let ok = || Answer::ok(json!({}));
    Stub::start().on("TagResource", [ok()]).on("UntagResource", [ok()]).on("ListClusters", [list])
}

fn project(stub: &Stub) -> Project {
    let config = "[env.prod]\ncluster = \"c\"\n[service.one]\n[service.two]\n";
    Project::at(&stub.url).file("runbooks/r.rhai", INSIDE).file("rollbook.toml", config)
}

fn start(project: &Project, arguments: &[&str]) -> Child {
    let arguments = [&["run", "r", "--service"], arguments].concat();
    project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
}

fn end(child: Child) -> Ran {
    Ran::new(&child.wait_with_output().expect("it ends"), &["run", "r"])
}

fn wait_for(reached: impl Fn() -> bool) {
    for _ in 0..1000 {
        if reached() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it never came to the point");
}

fn slow() -> Answer {
    Answer::Slow(std::time::Duration::from_secs(20), "{\"clusterArns\":[]}".into())
}

#[test]
fn runs_that_start_together_are_never_both_inside() {
    let tries = std::env::var("ROLLBOOK_TESTS_LEASE_TRIES").ok().and_then(|tries| tries.parse().ok()).unwrap_or(3);
    for _ in 0..tries {
        let stub = stub(Answer::ok(json!({ "clusterArns": [] })));
        let project = project(&stub);
        let children: Vec<Child> = (0..3).map(|_| start(&project, &["one"])).collect();
        let ended: Vec<Ran> = children.into_iter().map(end).collect();
        assert!(ended.iter().any(|ran| ran.status == 0), "{}", ended[0]);
        for refused in ended.iter().filter(|ran| ran.status != 0) {
            refused.status(6).says("service/c/one is held by");
        }
        let inside = ended.iter().filter(|ran| ran.status == 0).count();
        let expected = ["TagResource", "ListClusters", "UntagResource"].repeat(inside);
        assert_eq!(stub.operations(), expected, "one after the other");
    }
}

#[test]
fn a_refusal_says_who_since_when_and_doing_what_and_other_services_are_free() {
    let stub = stub(slow());
    let project = project(&stub).variable("USER", "jane");
    let mut holder = start(&project, &["one"]);
    wait_for(|| !stub.received("ListClusters").is_empty());
    let ran = end(start(&project, &["one"]));
    ran.status(6).says("service/c/one is held by run ").says("(r: Be inside), jane@").says("since 20").says("--wait-for-lease");
    assert_eq!(stub.received("TagResource").len(), 1);
    let mut other = start(&project, &["two"]);
    wait_for(|| stub.received("TagResource").len() == 2);
    for child in [&mut holder, &mut other] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn a_killed_holder_blocks_nobody_and_is_not_running_for_ever() {
    let stub = stub(slow());
    let project = project(&stub);
    let mut holder = start(&project, &["one"]);
    wait_for(|| !stub.received("ListClusters").is_empty());
    project.run(&["history"]).status(0).prints("running");
    holder.kill().unwrap();
    holder.wait().unwrap();
    project.run(&["history"]).status(0).prints("interrupted");
    let mut next = start(&project, &["one"]);
    wait_for(|| stub.received("TagResource").len() == 2);
    next.kill().unwrap();
    next.wait().unwrap();
}

#[test]
fn a_run_can_wait_for_the_other_to_end() {
    let answer = |ms| Answer::Slow(std::time::Duration::from_millis(ms), "{\"clusterArns\":[]}".into());
    let stub = stub(answer(800));
    let project = project(&stub);
    let holder = start(&project, &["one"]);
    wait_for(|| !stub.received("ListClusters").is_empty());
    let waiter = end(start(&project, &["one", "--wait-for-lease"]));
    waiter.status(0).says("waiting: service/c/one is held by run");
    end(holder).status(0);
    assert_eq!(stub.operations(), ["TagResource", "ListClusters", "UntagResource"].repeat(2));
}

#[test]
fn a_run_that_is_played_cannot_be_resumed_beside_it() {
    let stub = stub(slow());
    let project = project(&stub);
    let mut holder = start(&project, &["one"]);
    wait_for(|| !stub.received("ListClusters").is_empty());
    let (run, _) = crate::crash::only_journal(&project);
    project.run(&["resume", &run]).status(6).says("a process plays it now");
    project.run(&["resume"]).status(2).says("there is no run to resume");
    holder.kill().unwrap();
    holder.wait().unwrap();
}

#[test]
fn what_a_script_finds_is_held_too_and_never_waited_for() {
    let stub = stub(slow());
    let finder = r#"
const RUNBOOK = #{ summary: "t", version: "1.0.0", permits: ["ecs:TagResource"], holds: ["service"] };
let found = ["arn:aws:ecs:ap-northeast-2:1:service/c/two", "arn:aws:ecs:ap-northeast-2:1:service/c/one"];
hold(found);
hold(found);
ecs::tag_resource(#{ resourceArn: "b", tags: [] });
ecs::list_clusters();
"#;
    let project = project(&stub).file("runbooks/finder.rhai", finder);
    let run = |name: &str, service: &str| {
        let mut command = project.command(&["run", name, "--service", service, "--wait-for-lease=10s"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
    };
    let mut first = run("r", "one");
    wait_for(|| !stub.received("ListClusters").is_empty());
    // Its own service is free; the one that it finds is not, and it has one already.
    end(run("finder", "two")).status(6).says("service/c/one is held by run ").says("(r: Be inside)");
    assert_eq!(stub.received("TagResource").len(), 1, "nothing was written");
    first.kill().unwrap();
    first.wait().unwrap();
    let mut second = run("finder", "two");
    wait_for(|| stub.received("ListClusters").len() == 2);
    end(start(&project, &["one"])).status(6).says("service/c/one is held by run ").says("(finder");
    second.kill().unwrap();
    second.wait().unwrap();
}
