//! What all shipped runbooks have in common: each works from a file of params,
//! in a development and in a protected environment, gives the result that its
//! header promises, and has help for everything that one can say to it.

use rollbook::runbook::{Book, Shelf};
use rollbook::script::Limits;

use crate::guide::ENVIRONMENTS;
use crate::harness::Project;

/// The guide's, in the sandbox.
pub fn environments() -> String {
    ENVIRONMENTS.replace("cluster = ", "sandbox = true\ncluster = ")
}

/// The file of params that it needs.
fn params(name: &str, environment: &str) -> String {
    match name {
        "deploy" => "image = \"123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42\"".into(),
        "alarms" => "cpu = 70".into(),
        "scale" => "to = 3".into(),
        "set-autoscaling" => "min = 1\nmax = 4\ncpu = 60".into(),
        "resize" => "cpu = \"512\"\nmemory = \"1024\"".into(),
        "set-env" => "[set]\nFEATURE = \"on-and-secret\"".into(),
        "setup-local" => "file = \"made.env\"".into(),
        "init" => "file = \"made.toml\"".into(),
        "revisions" => "keep = 1".into(),
        "run-task" => "command = [\"npm run migrate\"]".into(),
        "logs" => "lines = 3".into(),
        // Nobody knows what its images were: they are taken by their tags.
        "rollback" if environment == "dev" => "to = \"11\"\naccept_tag = true".into(),
        "rotate-secret-and-redeploy" => {
            format!("secret_id = \"nest-wallet-{environment}-secrets\"\n[set]\nNEXT_PUBLIC_API_URL = \"generate:24\"")
        }
        _ => String::new(),
    }
}

/// With nothing under way there is nothing to stop, and nothing to tell.
const RESULTLESS: &[&str] = &["stop-deployment"];

fn names() -> Vec<String> {
    Shelf::new(None, None).names().into_keys().collect()
}

#[test]
fn each_runs_from_a_file_in_both_environments_and_gives_what_it_promises() {
    assert!(names().len() > 20, "{:?}", names());
    for name in names() {
        for environment in ["dev", "prod"] {
            let project = Project::new().file("rollbook.toml", &environments()).file("p.toml", &params(&name, environment));
            let words = ["run", &name, "--env", environment, "--confirm", environment, "--params", "p.toml", "--output", "json"];
            let ran = project.run(&words);
            ran.status(0).never_says("promises");
            let document = ran.json();
            assert_eq!((&document["verdict"], &document["environment"]), (&"succeeded".into(), &environment.into()), "{ran}");
            assert_eq!(document["result"].is_object(), !RESULTLESS.contains(&name.as_str()), "{ran}");
        }
    }
}

#[test]
fn each_that_writes_is_refused_in_a_protected_environment_where_nobody_can_be_asked() {
    let shelf = Shelf::new(None, None);
    let host = shelf.host(Limits::default());
    for name in names() {
        let header = Book::open(&host, shelf.find(&name).expect("it is listed")).expect("it can be read").header;
        if header.permits.is_empty() {
            continue;
        }
        let project = Project::new().file("rollbook.toml", &environments()).file("p.toml", &params(&name, "prod"));
        let ran = project.run(&["run", &name, "--env", "prod", "--params", "p.toml"]);
        ran.status(6).says("environment `prod` is protected").says("add --confirm prod").prints_nothing();
        assert!(!project.path().join("state").exists(), "{name} began: {ran}");
    }
}

/// Looking needs nobody's word, and waits for nobody.
#[test]
fn a_look_at_a_protected_environment_is_never_refused() {
    let looks = [
        &["set-autoscaling"][..],
        &["set-autoscaling", "--show"],
        &["set-autoscaling", "--suspend=false"],
        &["revisions"],
        &["revisions", "--compare", "40,41"],
        &["alarms", "--show", "--cpu", "60"],
        &["dashboard", "--show"],
    ];
    for look in looks {
        let project = Project::new().file("rollbook.toml", &environments());
        project.run(&[look, &["--env", "prod"]].concat()).status(0).never_says("protected");
    }
}

#[test]
fn each_says_what_everything_is_for() {
    let shelf = Shelf::new(None, None);
    let host = shelf.host(Limits::default());
    for name in names() {
        let header = Book::open(&host, shelf.find(&name).expect("it is listed")).expect("it can be read").header;
        assert!(header.summary.len() > 10 && header.returns.is_some(), "{name} says too little");
        for param in &header.params {
            assert!(param.help.len() > 8, "{name}: nobody says what `{}` is for", param.name);
        }
        let help = Project::new().run(&["run", &name, "--help"]);
        help.status(0).prints(&header.summary).prints("Result, with --output json as `result`:");
    }
}
