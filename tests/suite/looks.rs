//! Runs of a runbook that may write which only look: declared in the header,
//! and held to it.

use crate::harness::Project;

const CONFIG: &str = "[env.prod]\nsandbox = true\nprotected = true\ncluster = \"nest-wallet-cluster\"\n";

fn project(looks: &str) -> Project {
    let header = format!(
        "const RUNBOOK = #{{ summary: \"test\", version: \"1.0.0\", permits: [\"file:Write\"], holds: [\"thing\"], looks: {looks}, \
         params: #{{ show: #{{ type: \"boolean\" }}, text: #{{}} }} }};"
    );
    let body = "if !args.show { write_file(\"made\", args.text ?? \"nothing\"); }\nprint(\"looked\");";
    Project::new().file("rollbook.toml", CONFIG).file("runbooks/r.rhai", &format!("{header}\n{body}\n"))
}

#[test]
fn a_run_that_looks_is_not_asked_and_all_others_are() {
    let project = project("#{ with: [\"show\"] }");
    project.run(&["run", "r", "--env", "prod", "--show"]).status(0).prints("looked");
    for more in [&[][..], &["--show=false"], &["--text", "x"]] {
        project.run(&[&["run", "r", "--env", "prod"], more].concat()).status(6).says("add --confirm prod");
    }
    project.run(&["run", "r", "--help"]).status(0).prints("Only looks with --show.");
    assert_eq!(project.read("made"), None);
}

#[test]
fn a_write_in_a_look_is_refused_though_the_header_permits_it() {
    let project = project("#{ without: [\"text\"] }");
    let ran = project.run(&["run", "r", "--env", "prod", "--confirm", "prod"]);
    ran.status(6).says("the file made is a write, and with these params this runbook only looks").says("`looks` in its header");
    assert_eq!(project.read("made"), None);
    project.run(&["run", "r", "--env", "prod", "--confirm", "prod", "--text", "x"]).status(0);
    assert_eq!(project.read("made").as_deref(), Some("x"));
}

#[test]
fn a_look_waits_for_no_other_run() {
    let project = project("#{ with: [\"show\"] }");
    let waits = "const RUNBOOK = #{ summary: \"t\", version: \"1.0.0\", permits: [\"file:Write\"], holds: [\"thing\"] };\n\
                 write_file(\"begun\", \"yes\"); while existing_file(\"end\") == () { }";
    project.write("runbooks/w.rhai", waits);
    let mut other = project.command(&["run", "w", "--env", "prod", "--confirm", "prod"]).spawn().expect("the binary runs");
    while project.read("begun").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    project.run(&["run", "r", "--env", "prod", "--text", "x", "--confirm", "prod"]).status(6);
    project.run(&["run", "r", "--env", "prod", "--show"]).status(0).prints("looked");
    project.write("end", "");
    other.wait().expect("it ends");
}

#[test]
fn a_look_that_names_no_param_is_an_error_of_the_header() {
    let ran = project("#{ with: [\"shw\"] }").run(&["run", "r", "--env", "prod"]);
    ran.status(2).says("`looks` names `shw`, which is no param of this runbook").says("did you mean `show`?");
    project("#{ only: [\"show\"] }").run(&["run", "r", "--env", "prod"]).status(2).says("`looks` has no `only`");
}
