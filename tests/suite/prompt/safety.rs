//! A prompt writes nothing before it is armed, and keeps no secret that is
//! typed into it.

use std::os::unix::fs::PermissionsExt;

use rollbook::api::{HTTP, Model, Operation, SERVICES, Structure, Type};

use super::screen::{CTRL_D, Terminal};
use super::script::{play, sandbox};
use crate::harness::Project;
use crate::stub::Stub;

/// A value of a type, such as passes the checks.
fn sample(model: &Model, kind: &Type, depth: usize) -> String {
    match kind {
        Type::Text | Type::Any => "\"x\"".into(),
        Type::Blob => "\"eA==\"".into(),
        Type::Integer | Type::Long => "1".into(),
        Type::Float => "1.0".into(),
        Type::Boolean => "true".into(),
        Type::Time => "time(0)".into(),
        Type::Enum(name) => format!("\"{}\"", model.enum_values(name).first().map_or("x", String::as_str)),
        Type::List(inner) => format!("[{}]", sample(model, inner, depth)),
        Type::Map(inner) => format!("#{{ x: {} }}", sample(model, inner, depth)),
        Type::Structure(name) => request(model, model.structure(name).expect("it is there"), depth),
    }
}

/// A map of the required members.
fn request(model: &Model, structure: &Structure, depth: usize) -> String {
    assert!(depth < 20, "{} needs itself", structure.name);
    let required = structure.members.iter().filter(|(_, member)| member.required);
    let members = required.map(|(name, member)| format!("\"{name}\": {}", sample(model, &member.kind, depth + 1)));
    format!("#{{ {} }}", members.collect::<Vec<_>>().join(", "))
}

fn writes() -> Vec<&'static Operation> {
    SERVICES.iter().flat_map(|service| service.operations).filter(|operation| operation.is_write()).collect()
}

#[test]
fn no_write_of_the_table_leaves_an_unarmed_prompt() {
    let stub = Stub::start();
    let project = Project::at(&stub.url);
    let writes = writes();
    assert!(writes.len() > 60, "{}", writes.len());
    let line = |operation: &&Operation| {
        let model = operation.service().model();
        let members = operation.input().map_or("#{}".into(), |input| request(model, input, 0));
        // Whoever catches everything does not catch this.
        format!("try {{ {}::{}({members}) }} catch {{ print(\"caught\") }}\n", operation.module, operation.method)
    };
    let mut script: String = writes.iter().map(line).collect();
    script.push_str("try { http::post(environment(\"AWS_ENDPOINT_URL\"), \"x\") } catch { print(\"caught\") }\n");
    script.push_str("[1].for_each(|x| ecs::create_cluster(#{}))\nparallel([1, 2], |x| ecs::create_cluster(#{}))\n");
    let ran = play(&project, &["repl"], &script);
    ran.status(6).never_says("caught");
    for operation in &writes {
        ran.says(&format!("would send {} {}", operation.module, operation.name));
    }
    ran.says(&format!("would send {HTTP} POST"));
    assert_eq!(ran.stderr.matches("nothing was sent: this prompt is read-only · :arm allows writes").count(), writes.len() + 3);
    // But for the question who one is, which the stub does not count.
    assert_eq!(stub.operations(), Vec::<String>::new());
}

#[test]
fn an_unarmed_write_shows_what_it_would_send_without_its_secrets() {
    let script = "secrets::put_secret_value(#{ SecretId: \"nest-wallet-prod-secrets\", SecretString: \"canary-canary\" })\n\
                  secrets::put_secret_value(#{ SecretId: \"nest-wallet-prod-secrets\", SecretString: \"short\" })\n";
    let ran = sandbox(script);
    ran.status(6).says("SecretId: \"nest-wallet-prod-secrets\"").says("SecretString: (secret)").says(":arm allows writes");
    ran.never_says("canary").never_says("short");
}

#[test]
fn arming_is_a_word_and_disarming_another() {
    let write = "ecs::update_service(#{ cluster: env.cluster, service: env.service, desiredCount: 3 }).service.desiredCount\n";
    let ran = sandbox(&format!("{write}:arm\n{write}:disarm\n{write}"));
    ran.status(6).prints("\n3\n").says("writes are allowed in sandbox (123456789012) until :disarm");
    assert_eq!((ran.stdout.matches("\n3\n").count(), ran.stderr.matches("nothing was sent").count()), (1, 2));
}

#[test]
fn a_protected_environment_must_be_named() {
    let project = Project::new().file("rollbook.toml", "[env.prod]\nsandbox = true\nprotected = true\n");
    let write = "ecs::update_service(#{ cluster: env.cluster, service: env.service, desiredCount: 3 }).service.desiredCount\n";
    let ran = play(&project, &["repl"], &format!(":arm\n{write}:arm dev\n{write}"));
    ran.status(6).says("`prod` is protected: its name must be typed").says(":arm prod allows writes").never_says("\n3\n");
    play(&project, &["repl"], &format!(":arm prod\n{write}")).status(0).prints("\n3\n");
}

#[test]
fn a_runbook_that_only_looks_needs_no_armed_prompt() {
    let ran = sandbox(":run set-autoscaling show\n:run alarms --show\n:run revisions compare=40,41\n");
    ran.status(0).prints("nest-wallet-scale-up").prints("not there yet").prints("nest-wallet:v41");
    sandbox(":run alarms\n").status(6).says("alarms may write (cloudwatch:PutMetricAlarm)");
    sandbox(":run revisions keep=2\n").status(6).says("this prompt is read-only");
}

#[test]
fn another_account_is_refused() {
    let stub = Stub::start();
    let project = Project::at(&stub.url).file("rollbook.toml", "[env.prod]\naccount = \"999999999999\"\n");
    play(&project, &["repl"], "1").status(6).says("this environment is account 999999999999").prints_nothing();
}

#[test]
fn the_history_holds_no_secret_and_is_its_owners_alone() {
    let project = Project::new();
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready().line("let id = \"nest-wallet-prod-secrets\"").ready();
    // Nobody can know yet that this is one.
    terminal.line("let value = \"canary-of-later\"").ready();
    terminal
        .line("secrets::put_secret_value(#{ SecretId: id, SecretString: \"canary-in-line\" })")
        .shows("nothing was sent")
        .ready();
    terminal.line("let password = \"canary\"").ready();
    terminal.line("secrets::put_secret_value(#{ SecretId: id, SecretString: value })").ready();
    terminal.line("let last = 1").ready().keys(CTRL_D);
    assert_eq!(terminal.ends(), 0);
    let history = project.read("state/prompt_history").expect("a history");
    assert!(!history.contains("canary"), "{history}");
    assert!(
        history.contains("let id = ") && history.contains("SecretString: value") && history.contains("let last"),
        "{history}"
    );
    let mode = std::fs::metadata(project.path().join("state/prompt_history")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let shown = project.run(&["show"]);
    shown.status(0).never_says("canary-in-line").prints("(a line with a secret in it)");
}

/// With a param that is secret and one that is concealed.
const GUARDED: &str = r#"const RUNBOOK = #{ summary: "s", version: "1", params: #{
    tok: #{ type: "string", secret: true }, set: #{ type: "map", concealed: true }, image: #{ type: "string" } } };"#;

#[test]
fn lines_with_a_secret_typed_into_them_are_kept_nowhere() {
    let project = Project::new().file("rollbook.toml", "").file("runbooks/conc.rhai", GUARDED).variable("TOK", "canary-of-tok");
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready();
    for line in [
        ":run conc --tok Kanarie1",
        ":run conc --set KEY=Kanarie2",
        ":run conc set=KEY=Kanarie3",
        ":rum conc --set KEY=Kanarie4",
        ":run conk --set KEY=Kanarie5",
        "run conc --set KEY=Kanarie6",
        "http::post(\"http://127.0.0.1:1/\", \"x\", #{ headers: #{ \"x-api-key\": \"Kanarie7\" } })",
        "let db_password = \"Kanarie8\"",
        "let password2 = \"Kanarie9\"",
        "dotenv::text([#{ name: \"A\", value: \"KanarieA\" }])",
        "let b1 = 1",
        "b1 + \"KanarieB",
        ":run conc --tok env:TOK --image web:v42",
        "let last = 1",
    ] {
        terminal.line(line).ready();
    }
    terminal.keys(CTRL_D);
    assert_eq!(terminal.ends(), 0);
    let history = project.read("state/prompt_history").expect("a history");
    assert!(!history.contains("Kanarie"), "{history}");
    for kept in ["let b1 = 1", ":run conc --tok env:TOK --image web:v42", "let last = 1"] {
        assert!(history.contains(kept), "{history}");
    }
    for (path, text) in crate::canaries::journal_texts(&project.path().join("state")) {
        assert!(!String::from_utf8_lossy(&text).contains("Kanarie"), "{path}");
    }
}

#[test]
fn a_refused_run_does_not_repeat_its_secrets() {
    let writes = GUARDED.replace("version:", "permits: [\"ecs:UpdateService\"], version:");
    let project = Project::new().file("rollbook.toml", "").file("runbooks/conc.rhai", &writes);
    let ran = play(&project, &["repl", "--sandbox"], ":run conc --set KEY=Kanarie1\n:run conc --image web:v42\n");
    ran.says(":arm allows writes; then the same line again").says("then :run conc --image web:v42").never_says("Kanarie");
}

#[test]
fn a_secret_that_was_read_is_nowhere_to_be_seen() {
    const CANARY: &str = "canary-3f9a1c77d2";
    let project = Project::new().file("rollbook.toml", "").variable("CANARY", CANARY);
    let script = "let s = environment_secret(\"CANARY\")\ns\n#{ a: s, b: [s] }\n:json\n:json #{ a: s }\n:type _\n_1\n\
                  print(s)\n`${s}`\n\"x\" + s\nthrow s\ns.nothing()\nlet t = [s]\nparallel(t, |x| x)\n\
                  secrets::put_secret_value(#{ SecretId: \"nest-wallet-prod-secrets\", SecretString: s })\n\
                  :arm\nsecrets::put_secret_value(#{ SecretId: \"nest-wallet-prod-secrets\", SecretString: s }).Name\n\
                  :calls\n:calls 2\n:save kept\n:doc s\n";
    let ran = play(&project, &["repl", "--sandbox"], script);
    ran.never_says(CANARY).prints("nest-wallet-prod-secrets").prints("(secret").says("runbooks/kept.rhai");
    let shown = [project.run(&["show"]), project.run(&["show", "--output", "json"]), project.run(&["history"])];
    for shown in shown {
        shown.never_says(CANARY);
    }
    let kept = project.read("runbooks/kept.rhai").expect("it was saved");
    assert!(!kept.contains(CANARY) && kept.contains("environment_secret(\"CANARY\")"), "{kept}");
    for file in std::fs::read_dir(project.path().join("state/runs")).expect("journals").flatten() {
        let bytes = std::fs::read(file.path()).expect("a journal");
        assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{}", file.path().display());
    }
}
