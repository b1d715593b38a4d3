//! Files that a runbook writes on the machine it runs on.

use crate::harness::Project;

const WRITE: &str = "\"file:Write\"";

fn mode(project: &Project, path: &str) -> u32 {
    let permissions = std::fs::metadata(project.path().join(path)).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777
}

#[test]
fn a_file_with_a_secret_is_its_owners_alone_and_another_is_not() {
    let body = "write_file(\"plain.txt\", \"one\"); write_file(\"secret.txt\", secret([\"tw\", secret(\"o\")])); existing_file(\"none\") == ()";
    let project = Project::new().runbook("r", WRITE, body).file("secret.txt", "before\n");
    assert_ne!(mode(&project, "secret.txt"), 0o600);
    project.run(&["run", "r", "--sandbox"]).status(0).prints("true");
    assert_eq!((project.read("plain.txt").unwrap(), project.read("secret.txt").unwrap()), ("one".into(), "two".into()));
    assert_eq!((mode(&project, "secret.txt"), mode(&project, "plain.txt") & 0o044), (0o600, 0o044));
    let left = std::fs::read_dir(project.path()).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    assert!(left.into_iter().all(|name| !name.ends_with(".tmp")));
}

#[test]
fn a_link_stays_one() {
    let project = Project::new().runbook("r", WRITE, "write_file(\"link\", secret(\"new\"))").file("real.txt", "old");
    std::os::unix::fs::symlink("real.txt", project.path().join("link")).unwrap();
    project.run(&["run", "r", "--sandbox"]).status(0);
    assert_eq!(project.read("real.txt").unwrap(), "new");
    assert!(project.path().join("link").is_symlink());
}

#[test]
fn a_file_is_written_with_a_permit_only_and_protected_where_its_settings_are() {
    let body = "write_file(\"x.txt\", \"x\")";
    let project = Project::new().runbook("r", "\"ecs:UpdateService\"", body);
    project.run(&["run", "r", "--sandbox"]).status(6).says("the file x.txt is a write that this runbook does not permit itself");
    let protected = "[env.prod]\nsandbox = true\nprotected = true\n";
    let project = Project::new().runbook("r", WRITE, body).file("rollbook.toml", protected);
    project.run(&["run", "r"]).status(6).says("add --confirm prod");
    assert_eq!(project.read("x.txt"), None);
    project.run(&["run", "r", "--confirm", "prod"]).status(0);
    assert_eq!(project.read("x.txt").as_deref(), Some("x"));
}

#[test]
fn what_cannot_be_written_is_an_error_that_can_be_caught_and_changes_nothing() {
    let body = "try { write_file(\"folder\", secret(\"x\")) } catch (e) { print(`${e.kind}: ${e.message}`) }\n\
        try { write_file(\"a\", #{ b: 1 }) } catch (e) { print(e.message) } read_file(\"folder/kept.txt\")";
    let project = Project::new().runbook("r", WRITE, body).file("folder/kept.txt", "kept");
    let ran = project.run(&["run", "r", "--sandbox"]);
    ran.status(0)
        .prints("unavailable: cannot write folder: ")
        .prints("a file holds a string or a secret, not a map")
        .prints("kept");
    let left: Vec<_> = std::fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}
