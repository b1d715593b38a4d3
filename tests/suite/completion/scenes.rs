//! What Tab, the hint and the colors do in the lines that people type.

use rollbook::repl::completion::{Hint, hint};
use rollbook::repl::highlight::{Tone, highlight, paint};
use rollbook::repl::live::Kind;

use super::{known, lively, offered, taken, wait_for, world};

#[test]
fn names_at_the_head_of_an_expression() {
    let known = known();
    for (line, wanted) in [
        ("ec|", "ecs"),
        ("let x = secr|", "secretsmanager"),
        ("let x = secr|", "secrets"),
        ("verd|", "verdict"),
        ("tab|", "table"),
        ("let wallet = 1; print(wal|", "wallet"),
        ("ecs::update_service(#{ cluster: c, desiredCount: |", "c"),
        ("json::|", "parse"),
        ("verdict::|", "judge"),
        ("ecs::all::list|", "list_services"),
        ("import \"std/ver|", "std/verdict"),
        ("import \"std/verdict\" as |", "verdict"),
        ("whi|", "while"),
    ] {
        assert!(offered(&known, line).iter().any(|name| name == wanted), "{line}: {:?}", offered(&known, line));
    }
    assert!(!offered(&known, "ecs::all::|").contains(&"update_service".into()), "only what answers in pages");
    assert!(offered(&known, "let |").is_empty(), "a new name is the typist's own");
    assert!(offered(&known, "// ec|").is_empty() && offered(&known, "\"ec|").is_empty());
}

#[test]
fn a_taken_candidate_can_be_typed_on() {
    let known = known();
    assert_eq!(taken(&known, "ecs::update_servi|"), "ecs::update_service(#{ ");
    assert_eq!(taken(&known, "sts::get|"), "sts::get_caller_identity()");
    assert_eq!(taken(&known, "ecs::update_servi|(#{ a: 1 })"), "ecs::update_service(#{ a: 1 })");
    assert_eq!(taken(&known, "ecs::update_service(#{ |"), "ecs::update_service(#{ service: ");
    assert_eq!(taken(&known, "ecs::update_service(|"), "ecs::update_service(#{ ");
    assert_eq!(taken(&known, "ecs::run_task(#{ launchType: \"F|"), "ecs::run_task(#{ launchType: \"FARGATE\"");
    assert_eq!(taken(&known, "ecs::run_task(#{ launchType: \"F|\" })"), "ecs::run_task(#{ launchType: \"FARGATE\" })");
    assert_eq!(taken(&known, "ecs::update_service(#{ forceNewDeployment: t|"), "ecs::update_service(#{ forceNewDeployment: true");
    assert_eq!(
        taken(&known, "ecs::run_task(#{ count: 1,\n  networkConfiguration: |"),
        "ecs::run_task(#{ count: 1,\n  networkConfiguration: #{ "
    );
}

#[test]
fn members_of_what_is_held() {
    let known = known();
    assert_eq!(offered(&known, "s.deployments[0].run|"), ["runningCount"]);
    assert_eq!(offered(&known, "s.deployments[-1].created|"), ["createdBy"]);
    assert_eq!(offered(&known, "s?.deployments.first().run|"), ["runningCount"]);
    assert_eq!(offered(&known, "s.deployments.filter(busy)[1].created|"), ["createdBy"]);
    assert_eq!(offered(&known, "s[\"odd|"), ["odd key"]);
    assert!(offered(&known, "s.deployments.fil|").contains(&"filter".into()));
    assert!(!offered(&known, "s.|").contains(&"odd key".into()), "it cannot be written behind a dot");
    assert!(offered(&known, "s.deployments[9].|").iter().all(|name| name != "status"));
}

#[test]
fn members_of_an_answer_before_it_is_there() {
    let known = known();
    let at =
        |line: &str, wanted: &str| assert!(offered(&known, line).contains(&wanted.into()), "{line}: {:?}", offered(&known, line));
    at("ecs::describe_services(#{ services: [\"a\"] }).ser|", "services");
    at("ecs::describe_services(#{ services: [\"a\"] }).services[0].depl|", "deployments");
    at("let a = ecs::describe_services(#{ services: [\"a\"] }).services[0];\na.runn|", "runningCount");
    at("let a = ecs::describe_services();\nfor one in a.services {\n  one.deployments.first().roll|", "rolloutState");
    at("ecs::all::list_services().serv|", "serviceArns");
}

#[test]
fn a_closure_knows_the_items_of_its_list() {
    let known = known();
    // The cursor's mark would be taken for the closure's bar.
    let line = "s.deployments.filter(|one| one.sta";
    let found = rollbook::repl::completion::complete(line, line.len(), &known);
    assert_eq!(found.candidates.iter().map(|one| one.shown.as_str()).collect::<Vec<_>>(), ["status"]);
    // Behind the call the name is the session's again.
    let line = "let n = s.deployments.filter(|s| s.status == \"x\").len();\ns.cluster";
    let found = rollbook::repl::completion::complete(line, line.len(), &known);
    assert_eq!(found.candidates.iter().map(|one| one.shown.as_str()).collect::<Vec<_>>(), ["clusterArn"]);
}

#[test]
fn live_names_stand_inside_strings() {
    let known = lively(world);
    for (kind, within) in [
        (Kind::Cluster, ""),
        (Kind::Service, "main"),
        (Kind::Service, "other"),
        (Kind::Family, ""),
        (Kind::TaskDefinition, ""),
        (Kind::Secret, ""),
        (Kind::LogGroup, ""),
    ] {
        wait_for(&known, kind, within);
    }
    assert_eq!(offered(&known, "ecs::describe_services(#{ cluster: \"|"), ["main", "other"]);
    assert_eq!(offered(&known, "ecs::describe_services(#{ services: [\"a|"), ["api"], "of the environment's cluster");
    assert_eq!(offered(&known, "ecs::describe_services(#{ cluster: \"other\", services: [\"api\", \"w|"), ["web-of-other"]);
    assert_eq!(offered(&known, "ecs::describe_services(#{ cluster: c, services: [\"w|"), ["web-of-other"], "a variable's text");
    assert_eq!(offered(&known, "ecs::describe_services(#{ services: [\"w|\"], cluster: \"other\" })"), ["web-of-other"]);
    assert_eq!(offered(&known, "ecs::update_service(#{ taskDefinition: \"we|"), ["web", "web:42"]);
    assert_eq!(offered(&known, "logs::filter_log_events(#{ logGroupName: \"|"), ["/ecs/web"]);
    assert_eq!(
        taken(&known, "secrets::get_secret_value(#{ SecretId: \"prod/d|"),
        "secrets::get_secret_value(#{ SecretId: \"prod/db\""
    );
}

#[test]
fn commands_and_their_arguments() {
    let known = known();
    assert_eq!(offered(&known, ":do|"), [":doc"]);
    assert_eq!(taken(&known, "  :d|"), "  :doc ");
    assert_eq!(offered(&known, ":run depl|"), ["deploy"]);
    assert_eq!(taken(&known, ":run deploy im|"), ":run deploy image=");
    assert!(!offered(&known, ":run deploy image=x |").contains(&"image".into()));
    assert_eq!(offered(&known, ":run deploy force=t|"), ["true"]);
    assert_eq!(offered(&known, ":type s.deployments[0].run|"), ["runningCount"]);
    assert_eq!(taken(&known, ":type s.deployments[0].run|"), ":type s.deployments[0].runningCount");
    assert_eq!(offered(&known, ":color o|"), ["on", "off"]);
    assert_eq!(taken(&known, ":load scripts/depl|"), ":load scripts/deploy.rhai");
    assert_eq!(taken(&known, ":run deploy supers|"), ":run deploy supersede ");
    assert!(!offered(&known, ":run deploy supersede |").contains(&"supersede".into()));
    assert!(offered(&known, ":doc ecs::update_serv|").contains(&"ecs::update_service".into()));
    assert_eq!(
        offered(&known, ":doc ecs::update_service.deploymentConfiguration.deploymentC|"),
        ["ecs::update_service.deploymentConfiguration.deploymentCircuitBreaker"]
    );
    assert!(offered(&known, ":doc std/verdict::j|").contains(&"std/verdict::judge".into()));
    assert!(offered(&known, ":env |").is_empty() && offered(&known, ":nonsense x|").is_empty());
}

#[test]
fn the_hint_says_what_comes_next() {
    let known = known();
    let at = |text: &str| hint(text, text.len(), &known);
    let inserts = |text: &str| at(text).and_then(|hint| hint.insert);
    assert_eq!(inserts("ecs::update_service(#{ "), Some("service: ".into()));
    assert_eq!(inserts("secrets::put_secret_value(#{ SecretString: x, "), Some("SecretId: ".into()));
    assert_eq!(at("ecs::update_service(#{ service: x, "), None, "all that is required is there");
    assert_eq!(inserts("ecs::deregister_task_d"), Some("efinition(#{ ".into()));
    assert_eq!(at("ecs::update_service("), Some(Hint { shown: "#{ service: …, … })".into(), insert: None }));
    assert_eq!(at("sts::get_caller_identity(").map(|hint| hint.shown), Some(")".into()));
    assert_eq!(at("pad(").map(|hint| hint.shown), Some("text: string, width: integer)".into()));
    assert_eq!(at("\"x\".pad(").map(|hint| hint.shown), Some("width: integer)".into()));
    assert_eq!(at("s.pad(").map(|hint| hint.shown), Some("width: integer)".into()));
    assert_eq!(at("verdict::judge(seen,").map(|hint| hint.shown), Some("rollout)".into()));
    assert_eq!(hint("ecs::update_service(#{  })", 23, &known), None, "not over what follows");
    assert_eq!(at(""), None);
    assert_eq!(at("ecs::update_servise(").map(|hint| hint.shown), Some(" did you mean `update_service`?".into()));
    assert_eq!(at("ecs::update_service(#{ desiredCont: ").map(|hint| hint.shown), Some(" did you mean `desiredCount`?".into()));
    assert_eq!(at("ecs::update_service(#{ desiredCount: "), None);
}

#[test]
fn colors_tell_what_is_there() {
    let known = known();
    let tone = |text: &str, part: &str| {
        let at = text.rfind(part).unwrap();
        highlight(text, &known).into_iter().find(|(range, _)| range.start == at).map(|(_, tone)| tone)
    };
    assert_eq!(tone("ecs::update_service(", "update_service"), Some(Tone::Known));
    assert_eq!(tone("ecs::update_servise(", "update_servise"), Some(Tone::Unknown));
    assert_eq!(tone("ecs::update_ser", "update_ser"), Some(Tone::Plain), "still being typed");
    assert_eq!(tone("ecs::all::list_services()", "list_services"), Some(Tone::Known));
    assert_eq!(tone("ecs::all::update_service()", "update_service"), Some(Tone::Unknown));
    assert_eq!(tone("verdict::judge(a, b)", "judge"), Some(Tone::Known));
    assert_eq!(tone("verdict::juge(a, b)", "juge"), Some(Tone::Unknown));
    assert_eq!(tone("let x = 1 // y", "let"), Some(Tone::Keyword));
    assert_eq!(tone("let x = 1 // y", "1"), Some(Tone::Number));
    assert_eq!(tone("let x = 1 // y", "// y"), Some(Tone::Comment));
    assert_eq!(tone("#{ cluster: \"한국\" }", "cluster"), Some(Tone::Member));
    assert_eq!(tone("#{ cluster: \"한국\" }", "\"한국\""), Some(Tone::Text));
    assert_eq!(tone(":doc ecs", "doc"), Some(Tone::Command));
    assert!(paint("let x = 1", &known, true).contains('\u{1b}'));
    assert_eq!(paint("let x = 1", &known, false), "let x = 1");
}
