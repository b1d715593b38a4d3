//! A run that goes on with a script that was edited meanwhile, where branches
//! had come to their ends: what was done is what is done.

use crate::crash::{appends_of, killed, only_journal};
use crate::harness::Project;

const RUN: [&str; 3] = ["run", "r", "--sandbox"];
const DONE: &str = "let seen = parallel([1, 2, 3], 2, |n| { let id = random_id(); sleep(n); id });";
const REST: &str = "\nsleep(77); print(seen.len());";

fn written(project: &Project, done: &str, rest: &str) {
    let header = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", permits: [\"ecs:TagResource\"] };\n";
    project.write("runbooks/r.rhai", &format!("{header}{done}{rest}"));
}

/// Killed after the branches had ended.
fn cut_off() -> Project {
    let whole = Project::new();
    written(&whole, DONE, REST);
    whole.run(&RUN).status(0);
    let at = appends_of(&only_journal(&whole).1, "\"ms\":77000")[0];
    let project = Project::new();
    written(&project, DONE, REST);
    killed(&project, &format!("append:{at}"), &RUN);
    project
}

#[test]
fn branches_that_have_ended_are_held_to_what_they_did() {
    for (done, says) in [
        (DONE.replace("[1, 2, 3]", "[1, 2, 3, 4]"), "parallel on 3 items"),
        (DONE.replace("[1, 2, 3]", "[1, 2]"), "parallel on 3 items"),
        (DONE.replace("sleep(n); id", "sleep(n); random_id(); id"), "this item had ended"),
        (DONE.replace("sleep(n); id", "id"), "it ends here"),
        (DONE.replace("sleep(n); id", "sleep(n + 1); id"), "2000"),
    ] {
        assert_ne!(done, DONE);
        let project = cut_off();
        written(&project, &done, REST);
        project.run(&["resume", "--edited"]).status(6).says(says);
        // Nothing is lost by that.
        project.run(&["resume"]).status(0).prints("3");
    }
}

#[test]
fn what_comes_after_them_may_be_another() {
    let project = cut_off();
    written(&project, DONE, "\nsleep(77); print(`${seen.len()} and more`);");
    project.run(&["resume", "--edited"]).status(0).prints("3 and more");
}

/// Less than was done, and something new: that is another way, too.
#[test]
fn a_shorter_way_that_does_something_new_is_refused() {
    let project = cut_off();
    written(&project, "let seen = [1];", "");
    project.run(&["resume", "--edited"]).status(6).says("it ends here");
    project.run(&["resume"]).status(0).prints("3");
}
