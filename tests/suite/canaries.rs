//! Canaries: secrets that are pushed through everything a run touches, and then
//! looked for in all that it printed and left behind, in every dress.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rollbook::effect::Console;
use rollbook::runbook::{Book, Config, Place, Recording, Request, SandboxFile, Selection, Shelf, run};
use rollbook::script::Limits;
use rollbook::value::Map;
use serde_json::json;

use crate::crash::killed;
use crate::dresses::dresses;
use crate::harness::{Project, Ran};
use crate::stub::{Answer, Stub};

/// With everything in it that encodings change.
pub const CANARY: &str = "C4n\"ary/Ü+ é\\7Q=<w&@z";
const OTHER: &str = "second-canary-91";

pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push((path.display().to_string(), std::fs::read(&path).unwrap())),
        }
    }
    found
}

/// Large texts stand compressed in a journal: they are looked at as they were.
pub fn journal_texts(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let journals = files(folder).into_iter().filter(|(path, _)| path.ends_with(".journal"));
    journals
        .map(|(path, _)| {
            let entries = rollbook::store::read_file(Path::new(&path)).unwrap().entries;
            let events = rollbook::journal::events(&entries).unwrap();
            (format!("{path}, unpacked"), serde_json::to_vec(&events).unwrap())
        })
        .collect()
}

#[track_caller]
pub fn no_hit(project: &Project, runs: &[&Ran], secrets: &[&str]) {
    let state = project.path().join("state");
    let mut texts = files(&state);
    texts.extend(journal_texts(&state));
    texts.extend(runs.iter().flat_map(|ran| {
        [("stdout".into(), ran.stdout.clone().into_bytes()), ("stderr".into(), ran.stderr.clone().into_bytes())]
    }));
    assert!(texts.len() > 3);
    for (secret, dress) in secrets.iter().flat_map(|secret| dresses(secret).into_iter().map(move |dress| (secret, dress))) {
        for (place, text) in &texts {
            let hit = text.windows(dress.len()).any(|window| window == dress);
            assert!(!hit, "{secret} stands in {place} as {}\n{}", String::from_utf8_lossy(&dress), String::from_utf8_lossy(text));
        }
    }
}

fn stub() -> Stub {
    let value = json!({ "KEY": CANARY, "SHORT": "80" }).to_string();
    let base64 = BASE64_STANDARD.encode(format!("x{CANARY}"));
    let told = format!("no: {CANARY} and {base64}");
    Stub::start()
        .on(
            "GetSecretValue",
            [Answer::ok(json!({
            "ARN": "arn:s", "Name": "s", "VersionId": "v1", "VersionStages": ["AWSCURRENT"], "SecretString": value }))],
        )
        .on("DescribeSecret", [Answer::ok(json!({ "ARN": "arn:s", "VersionIdsToStages": { "v1": ["AWSCURRENT"] } }))])
        // AWS quotes what it refuses, and shows what it was sent elsewhere.
        .on("ListClusters", [Answer::error("ClientException", &told)])
        .on("ListServices", [Answer::ok(json!({ "serviceArns": [format!("a {CANARY}"), base64, "80 plain"] }))])
        .on("PutSecretValue", [Answer::ok(json!({ "ARN": "arn:s", "Name": "s", "VersionId": "v2" }))])
}

const PERMITS: &str = "\"secretsmanager:PutSecretValue\"";
const READ: &str = r#"let s = secrets::get_secret_value(#{ SecretId: "s" }).SecretString;
let key = s.key("KEY");
let other = environment_secret("OTHER");
"#;

#[test]
fn canaries_leave_no_trace_in_output_journal_history_or_files() {
    // The plain text of the same value, as a script may have it from elsewhere.
    let body = format!(
        r#"{READ}
let plain = environment("SAME");
let next = s.with_key("KEY", other);
secrets::put_secret_value(#{{ SecretId: "s", SecretString: next }});
step "Show " + plain {{ say(plain); warn(`w ${{plain}}`); progress(plain); summary(plain); print(plain); debug(plain); print(other == other); }}
print(json::text(#{{ a: plain, b: [plain] }})); print(`${{plain.to_upper()}} ${{plain.len()}}`);
show_diff(#{{ a: "1", s: s }}, #{{ a: plain, s: next }});
let listed = ecs::list_services(#{{ cluster: "c" }}).serviceArns;
print(listed[2]);
try {{ ecs::list_clusters() }} catch (e) {{ print(e); print(e.message) }}
try {{ ecs::list_clusters(#{{ nextToken: plain }}) }} catch (e) {{ say(e.message) }}
print(table(["h"], [[plain], [80]]));
#{{ result: plain, short: "80 true", also: listed }}"#
    );
    for output in ["text", "json"] {
        let stub = stub();
        let project = Project::at(&stub.url).runbook("r", PERMITS, &body).variable("OTHER", OTHER).variable("SAME", CANARY);
        let ran = project.run(&["run", "r", "--output", output]);
        ran.status(0);
        assert!(ran.stdout.contains("80 plain") && ran.stdout.contains("80 true") && ran.stdout.contains("(secret)"), "{ran}");
        let (history, show) = (project.run(&["history"]), project.run(&["show"]));
        no_hit(
            &project,
            &[&ran, history.status(0), show.status(0), &project.run(&["show", "--output", "json"])],
            &[CANARY, OTHER],
        );
    }
}

#[test]
fn canaries_leave_no_trace_in_the_ways_that_a_run_ends() {
    let ends = [
        ("throw environment(\"SAME\")", 1),
        ("fail(`it was ${environment(\"SAME\")}`)", 1),
        ("conclude(\"rolled back\", environment(\"SAME\"))", 3),
        ("ecs::list_clusters()", 1),
        ("print(s)", 2),
        ("print(`${key}`)", 2),
        ("debug(s)", 2),
        ("let x = \"\" + other; print(x)", 2),
        ("s.to_json()", 2),
        ("json::text(#{ s: s })", 2),
        ("[key].to_string()", 2),
        ("throw other", 1),
        ("let m = #{}; m[environment(\"SAME\")] = 1; m", 0),
        ("ecs::list_tasks(#{ nonsense: environment(\"SAME\") })", 2),
        ("parse_int(environment(\"SAME\"))", 2),
    ];
    for (end, _) in ends {
        let stub = stub();
        let project = Project::at(&stub.url).runbook("r", PERMITS, &format!("{READ}{end}")).variable("OTHER", OTHER);
        let project = project.variable("SAME", CANARY);
        let ran = project.run(&["run", "r"]);
        assert!(ran.status >= 0, "{ran}");
        no_hit(&project, &[&ran, &project.run(&["show"]), &project.run(&["history"])], &[CANARY, OTHER]);
    }
}

#[test]
fn a_killed_run_leaves_no_canary_and_has_its_secrets_again_when_it_goes_on() {
    let body = format!(
        "{READ}step \"Here\" {{ }} print(other == environment_secret(\"OTHER\")); print(key == s.key(\"KEY\"));\n\
        secrets::put_secret_value(#{{ SecretId: \"s\", SecretString: s.with_key(\"KEY\", other) }});"
    );
    let prepare = |stub: &Stub| Project::at(&stub.url).runbook("r", PERMITS, &body).variable("OTHER", OTHER);
    // After the last mark of the step.
    let trial_stub = stub();
    let trial = prepare(&trial_stub);
    trial.run(&["run", "r"]).status(0).prints("true\ntrue");
    let stub = stub();
    let project = prepare(&stub);
    let lines = crate::crash::only_journal(&trial).1;
    let ended = crate::crash::appends_of(&lines, "StepEnded").pop().unwrap();
    let before = killed(&project, &format!("append:{ended}"), &["run", "r"]);
    no_hit(&project, &[&before], &[CANARY, OTHER]);
    let key = files(&project.path().join("state/runs")).into_iter().find(|(path, _)| path.ends_with(".key")).expect("a key");
    assert_eq!(key.1.len(), 32);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key.0).unwrap().permissions()) & 0o777, 0o600);

    // The sealed one comes back from the journal, the other one from AWS.
    let project = project.variable("OTHER", "another value now");
    let ran = project.run(&["resume"]);
    ran.status(0).prints("false\ntrue");
    let sent = stub.received("PutSecretValue");
    assert_eq!(sent.len(), 1);
    let value: serde_json::Value = serde_json::from_str(sent[0].json()["SecretString"].as_str().unwrap()).unwrap();
    assert_eq!(value["KEY"], OTHER, "what was sealed is what is sent");
    assert_eq!(stub.received("GetSecretValue").len(), 2);
    assert_eq!(stub.received("GetSecretValue")[1].json(), json!({ "SecretId": "arn:s", "VersionId": "v1" }));
    no_hit(&project, &[&ran], &[CANARY, OTHER]);
    assert!(!Path::new(&key.0).exists());
}

#[test]
fn a_secret_that_is_gone_is_said_and_nothing_is_sent() {
    let body = format!("{READ}step \"Here\" {{ }} secrets::put_secret_value(#{{ SecretId: \"s\", SecretString: other }});");
    let value = |key: &str| {
        let value = json!({ "KEY": key, "SHORT": "80" }).to_string();
        Answer::ok(json!({ "ARN": "arn:s", "Name": "s", "VersionId": "v1", "SecretString": value }))
    };
    let run_to_the_step = |answers: [Answer; 2]| {
        let stub = Stub::start().on("GetSecretValue", answers);
        let project = Project::at(&stub.url).runbook("r", PERMITS, &body).variable("OTHER", OTHER);
        let trial_stub = Stub::start().on("GetSecretValue", [value(CANARY)]);
        let trial = Project::at(&trial_stub.url).runbook("r", PERMITS, &body).variable("OTHER", OTHER);
        trial.run(&["run", "r"]);
        let ended = crate::crash::appends_of(&crate::crash::only_journal(&trial).1, "StepEnded").pop().unwrap();
        killed(&project, &format!("append:{ended}"), &["run", "r"]);
        (stub, project)
    };
    let (stub, project) = run_to_the_step([value(CANARY), value("another value")]);
    project.run(&["resume"]).status(8).says("version v1 of arn:s holds another value now");
    assert!(stub.received("PutSecretValue").is_empty());

    let (stub, project) = run_to_the_step([value(CANARY), value(CANARY)]);
    let key = files(&project.path().join("state/runs")).into_iter().find(|(path, _)| path.ends_with(".key")).unwrap().0;
    std::fs::remove_file(key).unwrap();
    let ran = project.run(&["resume"]);
    ran.status(8).says("the one from the environment variable OTHER");
    assert!(stub.received("PutSecretValue").is_empty());
}

#[test]
fn short_secrets_and_scripts_without_secrets_print_every_byte() {
    let stub = Stub::start().on(
        "GetSecretValue",
        [Answer::ok(json!({
        "ARN": "arn:s", "Name": "s", "VersionId": "v1", "SecretString": "true" }))],
    );
    let body = "let port = environment_secret(\"PORT\"); let s = secrets::get_secret_value(#{ SecretId: \"s\" });\n\
        print(`true 80 ${port == port} c2VjcmV0 (secret) 7472 %38%30`); #{ a: true, n: 80 }";
    let project = Project::at(&stub.url).runbook("r", "", body).variable("PORT", "80");
    let ran = project.run(&["run", "r"]);
    ran.status(0).prints("true 80 true c2VjcmV0 (secret) 7472 %38%30\n").prints("\"a\": true").prints("\"n\": 80");
}

/// Panics with a text that the run knows as a secret.
struct Panicking;

impl Console for Panicking {
    fn is_terminal(&self) -> bool {
        true
    }

    fn ask(&self, _: &str, _: bool) -> Option<String> {
        panic!("it was {CANARY}")
    }

    fn assume_yes(&self) -> bool {
        false
    }
}

#[test]
fn a_panic_shows_no_canary() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("runbooks")).unwrap();
    let body = format!(
        "const RUNBOOK = #{{ summary: \"s\", version: \"1\" }}; secret({}); ask(\"?\")",
        serde_json::to_string(CANARY).unwrap()
    );
    std::fs::write(folder.path().join("runbooks/r.rhai"), body).unwrap();
    let shelf = Shelf::new(Some(folder.path().to_owned()), None);
    let host = shelf.host(Limits::default());
    let book = Book::open(&host, shelf.find("r").unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = Request {
        place: Place::choose(Config::default(), &Selection { sandbox: true, ..Selection::default() }).unwrap(),
        project: None,
        arguments: Map::new(),
        confirmed: None,
        wait_for_lease: None,
        console: Arc::new(Panicking),
        cancel: Arc::default(),
        observers: Vec::new(),
        runtime: runtime.handle().clone(),
        sandbox: SandboxFile::in_folder(folder.path()),
        scenario: Default::default(),
        announce: Box::new(|_| {}),
        say: Box::new(|_| {}),
        recording: Recording::Memory,
        arming: None,
    };
    let ended = run(&host, &book, request).unwrap();
    assert!(ended.summary.contains("rollbook itself failed: it was (secret)"), "{}", ended.summary);
    assert!(!ended.error.unwrap().message.contains(CANARY));
}
