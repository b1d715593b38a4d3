//! Every row is run as a user would, and its verdict held against the truth:
//! what the simulator says serves in the end. Beside it stands what `aws ecs
//! wait services-stable` would have made of the same service.
//!
//! `cargo test --test suite verdicts::matrix -- --nocapture` prints the table.

use std::fmt::Write as _;

use rollbook::api;
use rollbook::map;
use rollbook::sim::Sim;
use rollbook::value::Value;

use super::rows::{ROWS, Row};
use crate::harness::Project;

/// How one row ended.
struct Seen {
    verdict: String,
    cause: String,
    serves: String,
    stable: bool,
    said: String,
}

fn play(row: &Row) -> Seen {
    let project = Project::new().file("rollbook.toml", "").file("trial.toml", row.faults);
    if !row.before.is_empty() {
        let project = &project;
        project.write(
            "runbooks/before.rhai",
            &format!(
                "const RUNBOOK = #{{ summary: \"s\", version: \"1.0.0\", permits: [\"ecs:UpdateService\"] }};\n{}",
                row.before
            ),
        );
        project.run(&["before", "--sandbox"]).status(0);
    }
    let ran = project.run(&[row.arguments, &["--sandbox", "--scenario", "trial.toml", "--output", "json"]].concat());
    let document = ran.json();
    assert_eq!(i64::from(ran.status), document["exit_code"].as_i64().unwrap(), "{ran}");
    let (serves, stable) = look(&project.read("state/sandbox.json").expect("the world was kept"));
    Seen {
        verdict: document["verdict"].as_str().unwrap_or_default().to_owned(),
        cause: document["findings"]["causes"][0]["label"].as_str().unwrap_or_default().to_owned(),
        serves,
        stable,
        said: ran.to_string(),
    }
}

/// What the world itself says: the PRIMARY definition, or nothing while tasks
/// of more than one run; and the rule of `services-stable`.
fn look(world: &str) -> (String, bool) {
    let mut sim = Sim::from_json(world).expect("a world");
    let request = map! { "cluster" => "nest-wallet-cluster", "services" => vec!["nest-wallet-service"] };
    let operation = api::operation("ecs", "describe_services").expect("an operation");
    let answer = sim.handle(sim.now(), operation, &request).expect("an answer");
    let service = &answer.items("services")[0];
    let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_int).unwrap_or_default();
    let deployments = service.items("deployments");
    let running = deployments.iter().filter(|one| number(one, "runningCount") > 0);
    let mut titles: Vec<&str> =
        running.filter_map(|one| one.text("taskDefinition")).filter_map(|arn| arn.rsplit('/').next()).collect();
    titles.dedup();
    let primary = service.text("taskDefinition").and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
    let serves = match titles.as_slice() {
        [] => primary.to_owned(),
        [one] => (*one).to_owned(),
        _ => String::new(),
    };
    (serves, deployments.len() == 1 && number(service, "runningCount") == number(service, "desiredCount"))
}

#[test]
fn the_verdict_is_right_in_every_row() {
    let mut table = format!("{:<58} {:<18} {:<16} {}\n", "situation", "verdict", "services-stable", "first cause");
    let (mut wrong, mut fooled) = (vec![], 0);
    for row in ROWS {
        let seen = play(row);
        let stable = if seen.stable { "stable" } else { "not yet" };
        let _ = writeln!(table, "{:<58} {:<18} {stable:<16} {}", row.name, seen.verdict, seen.cause);
        fooled += usize::from(seen.stable != (seen.verdict == "succeeded"));
        // In the middle of somebody else's change, no one revision serves.
        let serves = row.serves.is_empty() || seen.serves == row.serves;
        if (seen.verdict.as_str(), seen.cause.as_str()) != (row.verdict, row.cause) || !serves {
            wrong.push(format!(
                "{}: expected {} {} {}, serves {}\n{}",
                row.name, row.verdict, row.cause, row.serves, seen.serves, seen.said
            ));
        }
    }
    println!("{table}\n{} rows, {} wrong; services-stable would have been wrong in {fooled}", ROWS.len(), wrong.len());
    assert!(ROWS.len() >= 17);
    assert!(wrong.is_empty(), "{table}\n{}", wrong.join("\n\n"));
    assert!(fooled >= 5, "the rows tell the two rules apart\n{table}");
}
