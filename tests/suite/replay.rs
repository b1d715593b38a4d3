//! Every runbook is run, then played again from its record: nothing is done a
//! second time and the end is the same.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rollbook::effect::Vault;
use rollbook::journal::{Cursor, Entry, Event, Observer};
use rollbook::runbook::{Book, Config, Ended, Place, Recording, Request, SandboxFile, Selection, Shelf, run};
use rollbook::script::Limits;
use rollbook::sim::Scenario;
use rollbook::value::{Map, Value};

use crate::harness::Nobody;

/// Keeps what people would have seen.
#[derive(Default)]
struct Seen(Mutex<Vec<Event>>);

impl Observer for Seen {
    fn see(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

fn play(
    folder: &Path,
    shelf: &Shelf,
    name: &str,
    arguments: Map,
    replay: Option<(Vec<Entry>, Arc<Vault>)>,
) -> (Ended, Vec<Event>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let selection = Selection { sandbox: true, ..Selection::default() };
    let seen = Arc::new(Seen::default());
    let request = Request {
        place: Place::choose(Config::default(), &selection).unwrap(),
        project: None,
        arguments,
        confirmed: None,
        wait_for_lease: None,
        console: Arc::new(Nobody),
        cancel: Arc::default(),
        observers: vec![seen.clone() as Arc<dyn Observer>],
        runtime: runtime.handle().clone(),
        sandbox: SandboxFile::in_folder(folder),
        scenario: Scenario::default(),
        announce: Box::new(|_| {}),
        say: Box::new(|_| {}),
        recording: replay.map_or(Recording::Memory, |(entries, vault)| Recording::Again(entries, vault)),
        arming: None,
    };
    let host = shelf.host(Limits::default());
    let book = Book::open(&host, shelf.find(name).unwrap()).unwrap();
    let ended = run(&host, &book, request).unwrap();
    let events = seen.0.lock().unwrap().clone();
    (ended, events)
}

/// Files are written where nobody keeps any.
fn arguments(name: &str, folder: &Path) -> Map {
    let file = |name: &str| Map::from([("file".into(), Value::from(folder.join(name).display().to_string()))]);
    match name {
        "deploy" => {
            Map::from([("image".into(), Value::from("123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42"))])
        }
        "set-env" => Map::from([("set".into(), Value::Map(Map::from([("FEATURE".into(), Value::from("on-and-secret"))])))]),
        "scale" => Map::from([("to".into(), Value::Int(4))]),
        "set-autoscaling" => Map::from([("min".into(), Value::Int(3)), ("cpu".into(), Value::Int(60))]),
        "resize" => Map::from([("cpu".into(), Value::from("512")), ("memory".into(), Value::from("1024"))]),
        "setup-local" => file(".env.local"),
        "init" => file("rollbook.toml"),
        "revisions" => Map::from([("keep".into(), Value::Int(1))]),
        _ => Map::new(),
    }
}

/// A project with one runbook, `r`.
struct Written {
    folder: tempfile::TempDir,
    shelf: Shelf,
}

impl Written {
    fn new(body: &str) -> Written {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("runbooks")).unwrap();
        let written = Written { shelf: Shelf::new(Some(folder.path().to_owned()), None), folder };
        written.rewrite(body);
        written
    }

    fn rewrite(&self, body: &str) {
        let header = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", permits: [\"secretsmanager:PutSecretValue\"] };\n";
        std::fs::write(self.folder.path().join("runbooks/r.rhai"), format!("{header}{body}")).unwrap();
    }

    fn play(&self, replay: Option<&Ended>) -> (Ended, Vec<Event>) {
        let record = replay.map(|ended| (ended.entries().unwrap(), ended.vault.clone()));
        play(tempfile::tempdir().unwrap().path(), &self.shelf, "r", Map::new(), record)
    }
}

/// Runs, plays again in a fresh world, compares.
fn assert_replays(shelf: &Shelf, name: &str) {
    let (first_world, second_world) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let arguments = || arguments(name, first_world.path());
    let (first, events) = play(first_world.path(), shelf, name, arguments(), None);
    assert!(events.iter().any(|event| matches!(event, Event::Outcome { .. })), "{name} has effects");
    let record = (first.entries().unwrap(), first.vault.clone());
    let (second, again) = play(second_world.path(), shelf, name, arguments(), Some(record));
    assert_eq!((first.verdict, &first.summary, &first.result), (second.verdict, &second.summary, &second.result), "{name}");
    assert_eq!(first.error, second.error, "{name}");
    let repeated: Vec<_> = again.iter().filter(|event| event.key().is_some()).collect();
    assert!(repeated.is_empty(), "{name} did again: {repeated:?}");
    let untouched =
        rollbook::sim::Sim::from_json(&std::fs::read_to_string(second_world.path().join("sandbox.json")).unwrap()).unwrap();
    let (fresh, _) = play(tempfile::tempdir().unwrap().path(), shelf, "status", Map::new(), None);
    assert_eq!(untouched.now().to_string(), "2026-07-01T09:00:00Z", "{name} let time pass in {}", fresh.announcement.run);
}

#[test]
fn every_shipped_runbook_replays() {
    let shelf = Shelf::default();
    let names: Vec<_> = shelf.names().into_keys().collect();
    assert!(names.len() >= 2, "{names:?}");
    names.iter().for_each(|name| assert_replays(&shelf, name));
}

#[test]
fn closures_loops_catches_secrets_and_parallel_replay() {
    let body = "let s = secrets::get_secret_value(#{ SecretId: \"nest-wallet-prod-secrets\" }).SecretString;\n\
        secrets::put_secret_value(#{ SecretId: \"nest-wallet-prod-secrets\", SecretString: s.with_key(\"A\", \"b\") });\n\
        let seen = [s == s, s.keys(), random_id(), now()];\n\
        for i in 0..3 { sleep(i); seen += now(); }\n\
        try { ecs::describe_clusters(#{ clusters: [\"c\"], include: [] }); ecs::list_services(#{ cluster: \"zzz\" }) } catch (e) { seen += e.code; }\n\
        seen += parallel([3, 1, 2], 2, |n| { step `s${n}` { sleep(n); parallel([1, 2], |m| { sleep(m); now() }) } });\n\
        try { parallel([1, 2, 3, 4, 5], 2, |n| { sleep(n); if n == 2 { throw \"bad\" } random_id() }) } catch (e) { seen += e; }\n\
        print(seen); seen";
    assert_replays(&Written::new(body).shelf, "r");
}

#[test]
fn http_replays() {
    let body = "let answer = http::get(\"https://a.example.com/\", #{ secret: true }); print(type_of(answer.body)); print(answer.body == secret(\"SANDBOX\"));\n\
        http::get(secret(\"https://b.example.com/hidden-path\")).status";
    assert_replays(&Written::new(body).shelf, "r");
}

#[test]
fn a_late_failure_does_not_win_when_it_is_played_again() {
    // Item 0 fails last and item 2 first; played again, nothing waits.
    let body = "try { parallel([9, 5, 1, 1], 3, |n| { sleep(n); throw `bad ${n}` }) } catch (e) { e }";
    assert_replays(&Written::new(body).shelf, "r");
}

#[test]
fn a_run_in_the_sandbox_is_deterministic() {
    let written = Written::new("parallel([5, 3, 8, 1, 9, 2], 3, |n| { for i in 0..n { sleep(n); now(); random_id(); } })");
    let keyed = || written.play(None).1.into_iter().filter(|event| event.key().is_some()).collect::<Vec<_>>();
    let first = keyed();
    assert!(first.len() > 100);
    for _ in 0..5 {
        assert_eq!(first, keyed());
    }
}

#[test]
fn a_script_that_takes_another_way_is_stopped() {
    let written = Written::new("sleep(1); sleep(2);");
    let (first, _) = written.play(None);
    written.rewrite("sleep(1); sleep(3);");
    let (second, _) = written.play(Some(&first));
    assert_eq!(second.verdict.name(), "refused");
    let hint = second.hint.unwrap();
    assert!(hint.contains("2000") && hint.contains("3000"), "{hint}");
}

#[test]
fn a_finished_run_does_nothing_beyond_its_end() {
    let written = Written::new("sleep(1);");
    let (first, _) = written.play(None);
    written.rewrite("sleep(1); ecs::list_clusters();");
    let (second, events) = written.play(Some(&first));
    assert_eq!(second.verdict.name(), "refused");
    assert!(!events.iter().any(|event| matches!(event, Event::Intent { .. })), "{events:?}");
}

#[test]
fn a_changed_record_is_not_played() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = play(folder.path(), &Shelf::default(), "status", Map::new(), None);
    let mut entries = first.entries().unwrap();
    let at = entries.iter().position(|entry| entry.body.contains("describe_services")).unwrap_or(entries.len() / 2);
    let changed = entries[at].body.replacen('e', "E", 1);
    assert_ne!(std::mem::replace(&mut entries[at].body, changed.clone()), changed);
    assert!(Cursor::read(&first.entries().unwrap()).is_ok());
    assert!(Cursor::read(&entries).is_err(), "the chain shows a changed byte");
}
