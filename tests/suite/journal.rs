//! The journal as a user meets it: what was changed in it is seen, what cannot
//! be recorded is not done, what was done is told.

use std::process::Command;

use rollbook::journal::Cursor;
use rollbook::store::read_file;
use serde_json::json;

use crate::crash::{journals, killed, only_journal};
use crate::harness::{Project, Ran};
use crate::stub::{Answer, Stub};

const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";
const DEPLOY: &[&str] = &["deploy", "--sandbox", "--image", IMAGE];

/// Whether a journal of these lines would be taken for an intact one.
fn is_accepted(project: &Project, lines: &[String]) -> bool {
    let path = project.path().join("changed");
    std::fs::write(&path, lines.join("")).unwrap();
    let cursor = read_file(&path).ok().and_then(|contents| Cursor::read(&contents.entries).ok());
    cursor.is_some_and(|cursor| cursor.is_finished())
}

#[test]
fn a_changed_byte_a_missing_line_and_two_swapped_lines_are_seen() {
    let project = Project::new();
    project.run(DEPLOY).status(0);
    let (_, path) = journals(&project).pop_first().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    assert!(lines.len() > 80 && is_accepted(&project, &lines));
    for number in 0..lines.len() {
        // A byte of the hash, the first of the body, one in the middle, the last.
        let length = lines[number].len();
        for at in [0, 20, 66, length / 2, length - 2].into_iter().filter(|at| lines[number].is_char_boundary(*at)) {
            let mut changed = lines.clone();
            let other = if changed[number].as_bytes()[at] == b'7' { "8" } else { "7" };
            let end = (at + 1..=length).find(|end| changed[number].is_char_boundary(*end)).unwrap();
            changed[number].replace_range(at..end, other);
            assert!(!is_accepted(&project, &changed), "byte {at} of line {number}: {}", changed[number]);
        }
        let mut missing = lines.clone();
        missing.remove(number);
        assert!(!is_accepted(&project, &missing), "line {number} is missing");
        if number + 1 < lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(number, number + 1);
            assert!(!is_accepted(&project, &swapped), "line {number} comes later");
        }
    }
}

#[test]
fn verify_and_resume_refuse_a_changed_journal_and_one_without_its_end() {
    let project = Project::new();
    project.run(DEPLOY).status(0);
    let (run, path) = journals(&project).pop_first().unwrap();
    project.run(&["journal", "verify", &run]).status(0).prints("the history knows the same end");
    let text = std::fs::read_to_string(&path).unwrap();

    std::fs::write(&path, text.replacen("nest-wallet:v42", "nest-wallet:v43", 1)).unwrap();
    project.run(&["journal", "verify", &run]).status(6).says("the journal was changed");

    let without_end: Vec<&str> = text.split_inclusive('\n').collect();
    std::fs::write(&path, without_end[..without_end.len() - 1].concat()).unwrap();
    project.run(&["journal", "verify", &run]).status(6).says("its end is not the one that the history knows");
    project.run(&["resume", &run]).status(6).says("the journal's end is gone");
}

#[test]
fn a_torn_end_is_cut_and_said() {
    let project = Project::new();
    killed(&project, "torn:20", DEPLOY);
    let (run, _) = only_journal(&project);
    project.run(&["journal", "verify", &run]).status(0).prints("were written only in part");
    project.run(&["resume"]).status(0).says("the journal ended in the middle of an entry");
    project.run(&["journal", "verify", &run]).status(0).prints("the history knows the same end");
}

#[test]
fn a_journal_of_a_newer_rollbook_is_refused() {
    let project = Project::new();
    killed(&project, "append:20", DEPLOY);
    let (run, path) = journals(&project).pop_first().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("rollbook journal 1", "rollbook journal 2", 1)).unwrap();
    project.run(&["resume", &run]).status(6).says("written by a newer rollbook").says("nothing was done");
}

const TAG: &str = r#"ecs::tag_resource(#{ resourceArn: "a", tags: [] }); print("went on")"#;

fn tagging() -> (Stub, Project) {
    let stub = Stub::start().on("TagResource", [Answer::ok(json!({}))]);
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", TAG);
    (stub, project)
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    // A folder that cannot be written to, whoever runs the test.
    let (stub, project) = tagging();
    project.write("state/runs", "a file where a folder belongs");
    project.run(&["run", "r"]).status(2).says("cannot record the run").says("ROLLBOOK_STATE");
    assert!(stub.operations().is_empty());

    // A disk that takes no more, from the first event on or in the middle.
    for blocks in ["0", "1", "2", "3"] {
        let (stub, project) = tagging();
        let inner = project.command(&["run", "r"]);
        let mut command = Command::new("sh");
        let script = format!("ulimit -f {blocks}; exec {} run r", inner.get_program().display());
        command.args(["-c", &script]).current_dir(project.path()).env_clear();
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = Ran::new(&command.output().unwrap(), &["run", "r"]);
        if ran.status == 0 {
            assert_ne!(blocks, "0", "{ran}");
            break;
        }
        ran.status(2).prints_nothing();
        assert!(stub.operations().is_empty(), "{blocks}: {ran}");
    }
}

#[test]
fn a_run_is_told_with_its_changes_and_found_in_the_history() {
    let project = Project::new();
    project.run(DEPLOY).status(0);
    project.run(&["status", "--sandbox"]).status(0);
    let rows = project.run(&["history", "--output", "json"]).json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["runbook"].as_str().unwrap()).collect::<Vec<_>>(), ["deploy", "status"]);
    assert_eq!((&rows[0]["verdict"], &rows[0]["version"]), (&json!("succeeded"), &json!("2.0.0")));
    let run = rows[0]["run"].as_str().unwrap();
    let shown = project.run(&["show", run]);
    shown.status(0).prints("Roll it out").prints("ecs UpdateService").prints("nest-wallet-task:41 → ");
    shown.prints("nest-wallet:v41 → ").prints("1m40s");
    let told = project.run(&["show", run, "--output", "json"]).json();
    let writes: Vec<_> = told["moments"].as_array().unwrap().iter().filter(|moment| moment["write"] == true).collect();
    assert_eq!(writes.len(), 2, "{told}");
    for (filter, found) in [("--runbook=status", "status"), ("--verdict=succeeded", "deploy"), ("--writes", "deploy")] {
        project.run(&["history", filter]).status(0).prints(found);
    }
    project.run(&["history", "--env", "prod"]).status(0).prints_nothing();
    project.run(&["show", "ZZZZ"]).status(2).says("there is no run ZZZZ");
    project.run(&["resume", run]).status(2).says("has come to its end");
}

#[test]
fn prune_removes_journals_and_leaves_the_history_and_what_can_be_resumed() {
    let project = Project::new();
    project.run(DEPLOY).status(0);
    killed(&project, "append:12", &["deploy", "--sandbox", "--image", &IMAGE.replace("v42", "v43")]);
    project.run(&["prune", "--older-than", "0s", "--dry-run"]).status(0).prints("deploy  succeeded");
    assert_eq!(journals(&project).len(), 2);
    project.run(&["prune", "--older-than", "0s"]).status(0).says("1 of 2 journals removed");
    project.run(&["history"]).status(0).prints("succeeded").prints("interrupted");
    project.run(&["resume"]).status(0);
    // By default, what is older than ninety days.
    project.run(&["prune"]).status(0).says("0 of 1 journals removed");
    project.run(&["history", "--since", "7d"]).status(0).prints("succeeded");
}

/// The history knows that it ended: it is not what `resume` alone means.
#[test]
fn a_finished_run_whose_journal_was_cut_is_not_the_one_to_resume() {
    let project = Project::new();
    project.run(DEPLOY).status(0);
    let (run, path) = journals(&project).pop_first().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.len() - 20]).unwrap();
    project.run(&["resume"]).status(2).says("there is no run to resume");
    project.run(&["journal", "verify", &run]).status(6).says("do not go on with it");
}

#[test]
fn what_failed_in_a_run_that_only_looks_is_told_as_aws_told_it() {
    let project = Project::new();
    project.run(&["logs", "--sandbox", "--filter", "{ broken"]).status(1);
    project.run(&["show"]).status(0).prints("failed InvalidParameterException").never_says("no answer");
}

#[test]
fn a_run_that_only_looks_keeps_no_answers() {
    let body = "let a = ecs::list_clusters().clusterArns; a.len()";
    let long: Vec<String> = (0..50).map(|number| format!("arn:aws:ecs:ap-northeast-2:123456789012:cluster/c{number}")).collect();
    let stub = Stub::start().on("ListClusters", [Answer::ok(json!({ "clusterArns": long }))]);
    let project = Project::at(&stub.url).runbook("r", "", body);
    project.run(&["run", "r"]).status(0).prints("50");
    let (_, lines) = only_journal(&project);
    let outcomes: Vec<&String> = lines.iter().filter(|line| line.contains("\"Outcome\"")).collect();
    assert_eq!(outcomes.len(), 2, "{lines:?}");
    assert!(outcomes.iter().all(|line| line.starts_with('@')), "{outcomes:?}");
    assert!(!lines.iter().any(|line| line.starts_with('=')), "{lines:?}");
}

#[test]
fn an_answer_that_comes_again_is_kept_once() {
    let arns: Vec<String> = (0..50).map(|number| format!("arn:aws:ecs:ap-northeast-2:123456789012:cluster/c{number}")).collect();
    let stub = Stub::start().on("ListClusters", [Answer::ok(json!({ "clusterArns": arns }))]);
    let body = "for i in 0..20 { ecs::list_clusters(); }";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", body);
    project.run(&["run", "r"]).status(0);
    let (_, lines) = only_journal(&project);
    assert_eq!(lines.iter().filter(|line| line.starts_with('=')).count(), 1);
    assert_eq!(stub.received("ListClusters").len(), 20);
}

#[test]
fn edited_scripts_are_taken_when_they_agree_and_stopped_where_they_do_not() {
    let first = "ecs::list_clusters(); step \"One\" { random_id(); } sleep(0); ecs::tag_resource(#{ resourceArn: \"a\", tags: [] }); print(\"old\")";
    let at_the_write = || {
        let stub = Stub::start()
            .on("ListClusters", [Answer::ok(json!({ "clusterArns": [] }))])
            .on("ListServices", [Answer::ok(json!({ "serviceArns": [] }))])
            .on("TagResource", [Answer::Close, Answer::ok(json!({}))]);
        let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", first).variable("AWS_MAX_ATTEMPTS", "1");
        project.run(&["run", "r"]).status(8).says("rollbook resume");
        (stub, project)
    };
    let rewrite = |project: &Project, from: &str, to: &str| {
        let text = project.read("runbooks/r.rhai").unwrap();
        project.write("runbooks/r.rhai", &text.replace(from, to));
    };

    // The stored script is what goes on, whatever the file says now.
    let (stub, project) = at_the_write();
    rewrite(&project, "old", "new");
    project.run(&["resume"]).status(0).prints("old");
    assert_eq!(stub.received("ListClusters").len(), 1);

    let (stub, project) = at_the_write();
    rewrite(&project, "old", "new");
    project.run(&["resume", "--edited"]).status(0).prints("new");
    assert_eq!(stub.received("ListClusters").len(), 1);

    let (stub, project) = at_the_write();
    let journal = || std::fs::read(journals(&project).pop_first().unwrap().1).unwrap();
    let before = journal();
    rewrite(&project, "ecs::list_clusters();", "ecs::list_services();");
    let ran = project.run(&["resume", "--edited"]);
    ran.status(6).says("recorded:").says("ListClusters").says("now:").says("ListServices");
    assert_eq!(stub.operations(), ["ListClusters", "TagResource"], "nothing was asked, nothing sent");
    rewrite(&project, "ecs::list_services();", "");
    project.run(&["resume", "--edited"]).status(6).says("recorded:");
    assert!(before == journal(), "a resume that came to nothing leaves the journal as it was");
    project.run(&["resume"]).status(0).prints("old");
}

#[test]
fn a_runbook_runs_as_it_was_at_a_revision_and_the_history_says_which() {
    let project = Project::new().runbook("r", "", "import \"part\" as part; print(part::word())");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(project.path()).env("HOME", project.path());
        for (name, value) in [("NAME", "t"), ("EMAIL", "t@t")] {
            command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
        }
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet", "."]);
    project.write("runbooks/part.rhai", "fn word() { \"first\" }");
    git(&["add", "runbooks", "rollbook.toml"]);
    git(&["commit", "--quiet", "-m", "one"]);
    git(&["tag", "v1"]);
    let first = git(&["rev-parse", "HEAD"]);
    project.write("runbooks/part.rhai", "fn word() { \"second\" }");
    git(&["commit", "--quiet", "-am", "two"]);
    let second = git(&["rev-parse", "HEAD"]);

    project.run(&["run", "r", "--sandbox"]).status(0).prints("second");
    project.run(&["run", "r@v1", "--sandbox"]).status(0).prints("first");
    project.run(&["run", &format!("r@{first}"), "--sandbox"]).status(0).prints("first");
    project.run(&["run", "r@v9", "--sandbox"]).status(2).says("there is no git revision `v9`");
    project.run(&["run", "q@v1", "--sandbox"]).status(2).says("there is no runbook `q` in runbooks/ at v1");

    project.write("runbooks/part.rhai", "fn word() { \"third\" }");
    project.run(&["run", "r", "--sandbox"]).status(0).prints("third");
    let rows = project.run(&["history", "--output", "json"]).json();
    let said: Vec<_> = rows.as_array().unwrap().iter().map(|row| (row["revision"].clone(), row["dirty"].clone())).collect();
    assert_eq!(said.first(), Some(&(json!(second), json!(false))));
    assert_eq!(said[1], (json!(first), json!(false)), "what was asked for is what counts");
    assert_eq!(said.last(), Some(&(json!(second), json!(true))));
}
