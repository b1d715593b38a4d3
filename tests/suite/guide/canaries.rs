//! Secrets that are pushed through `env`, `set-env`, `setup-local` and `deploy`:
//! none on the screen, in a journal or in any file but the one that is to hold it.

use serde_json::json;

use super::{Desk, ENVIRONMENTS};
use crate::canaries::{CANARY, files, no_hit};
use crate::crash::{appends_of, killed, only_journal};
use crate::harness::Ran;

const OTHER: &str = "second canary's-$92 \"quoted\" end";
const DEV: &str = "nest-wallet-dev-secrets";

/// A world whose dev service has canaries in its secret and in a variable.
fn desk() -> Option<Desk> {
    let desk = Desk::new(ENVIRONMENTS)?;
    let value = json!({ "NEXT_PUBLIC_API_URL": CANARY, "NEXT_PUBLIC_API_BASE_URL": "https://x" }).to_string();
    desk.aws(&["secretsmanager", "update-secret", "--secret-id", DEV, "--secret-string", &value]);
    let set = format!("RATES_API_KEY={OTHER}");
    let ran = desk.run(&["set-env", "--env", "dev", "--set", &set]);
    ran.status(0);
    nowhere(&desk, &[&ran]);
    Some(desk)
}

#[track_caller]
fn nowhere(desk: &Desk, runs: &[&Ran]) {
    let told = [desk.run(&["show"]), desk.run(&["show", "--output", "json"]), desk.run(&["history"])];
    no_hit(&desk.project, &runs.iter().copied().chain(&told).collect::<Vec<_>>(), &[CANARY, OTHER]);
    for (path, text) in files(desk.project.path()).iter().filter(|(path, _)| !path.ends_with("/.env.local")) {
        for secret in [CANARY, OTHER] {
            let hit = text.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!hit && !path.ends_with(".tmp"), "{path}");
        }
    }
}

#[test]
fn what_is_shown_compared_and_written_leaves_no_canary() {
    let Some(desk) = desk() else { return };
    let env = desk.run(&["env", "--env", "dev"]);
    env.status(0).prints("fingerprint");
    let compared = desk.run(&["env", "--compare", "dev,prod", "--output", "json"]);
    let local = desk.run(&["setup-local", "--env", "local"]);
    // A value with a $ is one that some readers take for more than it is.
    local.status(0).says("[\"RATES_API_KEY\"] hold a $");
    let both = desk.run(&["env", "--compare", "local,dev"]);
    both.status(0).prints("0 of 5 settings are not the same");
    let again = desk.run(&["setup-local", "--env", "local"]);
    nowhere(&desk, &[&env, compared.status(0), &local, &both, again.status(0)]);
    let file = desk.project.read(".env.local").unwrap();
    assert!(file.contains(&format!("='{CANARY}'\n")) && file.contains(&format!("=`{OTHER}`\n")), "{file}");
}

#[test]
fn what_is_typed_on_the_command_line_leaves_no_canary_and_outlives_a_kill() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    let set = format!("RATES_API_KEY={CANARY}");
    let arguments = ["set-env", "--env", "dev", "--set", &set, "--set", &format!("NEW={OTHER}")];
    let trial = Desk::new(ENVIRONMENTS).expect("as before");
    trial.run(&arguments).status(0);
    let (_, lines) = only_journal(&trial.project);
    let opened = appends_of(&lines, "{\"Opened\"")[0];
    let steps = appends_of(&lines, "StepEnded");
    // At once, before the revision is registered, and after that.
    for point in [opened, steps[1], steps[2]] {
        let desk = Desk::new(ENVIRONMENTS).expect("as before");
        let before = killed(&desk.project, &format!("append:{point}"), &arguments);
        nowhere(&desk, &[&before]);
        let ran = desk.run(&["resume"]);
        ran.status(0);
        nowhere(&desk, &[&ran]);
        let variables = desk.definition("nest-wallet-service-dev")["containerDefinitions"][0]["environment"].clone();
        let variables = variables.as_array().unwrap();
        for (name, value) in [("RATES_API_KEY", CANARY), ("NEW", OTHER)] {
            assert!(variables.contains(&json!({ "name": name, "value": value })), "{variables:?}");
        }
    }
    // Deploy takes variables in the same way.
    let ran = desk.run(&["deploy", "--env", "dev", "--variable", &set, "--variable", "PORT="]);
    ran.status(0);
    nowhere(&desk, &[&ran]);
    let variables = desk.definition("nest-wallet-service-dev")["containerDefinitions"][0]["environment"].clone();
    assert!(variables.as_array().unwrap().contains(&json!({ "name": "RATES_API_KEY", "value": CANARY })));
    assert!(!variables.to_string().contains("PORT"), "{variables}");
}

#[test]
fn a_file_that_was_being_written_when_the_run_was_killed_is_written_again() {
    let Some(desk) = desk() else { return };
    let trial = desk.run(&["setup-local", "--env", "local"]);
    trial.status(0);
    let whole = desk.project.read(".env.local").unwrap();
    let (_, lines) = crate::crash::journals(&desk.project)
        .into_values()
        .filter_map(|path| {
            let text = std::fs::read_to_string(path).ok()?;
            let lines: Vec<String> = text.lines().skip(1).filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect();
            let points = appends_of(&lines, "write file");
            points.first().copied().map(|point| (point, lines))
        })
        .next()
        .expect("the journal that wrote a file");
    let point = appends_of(&lines, "write file")[0];
    std::fs::remove_file(desk.project.path().join(".env.local")).unwrap();
    let before = killed(&desk.project, &format!("append:{point}"), &["setup-local", "--env", "local"]);
    assert_eq!(desk.project.read(".env.local"), None);
    let ran = desk.run(&["resume"]);
    ran.status(0);
    assert_eq!(desk.project.read(".env.local").unwrap(), whole);
    nowhere(&desk, &[&before, &ran]);
}
