//! Every verdict of `std/verdict`, on the answers that lead to it.

use serde_json::{Value, json};

use super::{Cases, merged, play};

/// What the function gave, in the words of the cases: one verdict, or that the
/// deployment is under way.
pub fn named(state: &Value) -> &str {
    match state["over"].as_bool() {
        Some(true) => state["verdict"].as_str().expect("an end has a verdict"),
        Some(false) => "under way",
        None => panic!("no state: {state}"),
    }
}

pub const JUDGE: &str = "#{ state: verdict::judge(#{ service: one.service, record: one.record }, one.rollout), stable: verdict::services_stable(one.service) }";

/// The service, the record and the rollout of a case, whole.
fn question(cases: &Cases, case: &Value) -> Value {
    let service = merged(&json!({ "serviceName": "web", "status": "ACTIVE" }), &case["service"]);
    json!({ "service": service, "record": case["record"], "rollout": cases.with_default(case, "rollout") })
}

#[test]
fn every_case_gets_its_verdict() {
    let files = Cases::all("verdicts");
    let all: Vec<(&Cases, &Value)> = files.iter().flat_map(|file| file.list().iter().map(move |case| (file, case))).collect();
    assert!(all.len() >= 100, "only {} cases", all.len());
    let questions: Vec<Value> = all.iter().map(|(file, case)| question(file, case)).collect();
    let mut wrong = Vec::new();
    for ((file, case), given) in all.iter().zip(play(&["verdict"], JUDGE, &questions)) {
        let state = &given["state"];
        let said = format!("{} {}", state["summary"].as_str().unwrap_or(""), state["note"].as_str().unwrap_or(""));
        let fits = given.get("throws").is_none()
            && named(state) == case["expect"]
            && said.contains(case["says"].as_str().unwrap_or(""))
            && given["stable"] == case["stable"];
        if !fits {
            wrong.push(format!("{}: {}\n  {}\n  gave {given}", file.file, case["name"], case["why"]));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_stable_service_is_no_proof_of_a_deployment() {
    let files = Cases::all("verdicts");
    let with = |stable: bool, verdict: &str| {
        let cases = files.iter().flat_map(Cases::list);
        cases.filter(|case| case["stable"] == stable && case["expect"] == verdict).count()
    };
    // Called stable, and yet: each of these would have been a green deploy.
    for (verdict, least) in
        [("rolled back", 8), ("superseded", 4), ("scaled to zero", 3), ("stopped", 2), ("deployment failed", 2), ("under way", 8)]
    {
        assert!(with(true, verdict) >= least, "{verdict}: {}", with(true, verdict));
    }
    // And the other way round: done, and `wait services-stable` waits on.
    assert!(with(false, "succeeded") >= 5);
}

#[test]
fn cases_are_told_apart_and_explained() {
    for file in Cases::all("verdicts") {
        let mut names: Vec<&str> = file.list().iter().map(|case| case["name"].as_str().expect("a name")).collect();
        assert!(file.list().iter().all(|case| case["why"].as_str().is_some_and(|why| why.ends_with('.'))), "{}", file.file);
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{} names a case twice", file.file);
    }
}
