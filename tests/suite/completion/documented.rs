//! What `:doc` says beyond operations: natives, modules, runbooks, commands,
//! and what it suggests for a name that is not there.

use rollbook::repl::doc::{doc, literal, type_of};
use rollbook::report::Paint;
use rollbook::value::parse_str;

use super::{BOOK, known};

fn said(topic: &str) -> String {
    doc(topic, &known(), Paint::plain(), 80).unwrap_or_else(|why| panic!("{topic}: {why}"))
}

#[test]
fn an_operation_on_one_page() {
    let text = said("ecs::update_service");
    for part in [
        "UpdateService, a write",
        "ecs:UpdateService, iam:PassRole",
        "service/{cluster}/{service}",
        "rollbook looks whether it happened",
        "service                        required  a string",
        "ecs::update_service(#{ cluster: \"my-cluster\", service: \"my-service\" })",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(said("secrets::put_secret_value").contains("secret: never shown"));
    assert!(said("secretsmanager::create_secret").contains("AWS knows it by `ClientRequestToken`"));
    assert!(said("ecs::list_services").contains("ecs::all::list_services"));
    assert_eq!(said("ecs::UpdateService"), text, "AWS's own name is understood");
}

#[test]
fn a_member_by_its_path() {
    let text = said("ecs::update_service.deploymentConfiguration");
    assert!(text.contains("members of DeploymentConfiguration") && text.contains("maximumPercent"), "{text}");
    let text = said("ecs::update_service.deploymentConfiguration.strategy");
    assert!(text.contains("BLUE_GREEN | CANARY | LINEAR | ROLLING"), "{text}");
    let text = said("ecs::register_task_definition.containerDefinitions[0].secrets.valueFrom");
    assert!(text.contains("required  yes"), "{text}");
    let text = said("ecs::describe_services.failures.reason");
    assert!(text.contains("what ecs::describe_services gives"), "{text}");
}

#[test]
fn every_native_and_every_function_of_the_library_is_described() {
    for native in BOOK.natives() {
        let topic = if native.module.is_empty() { native.name.clone() } else { format!("{}::{}", native.module, native.name) };
        let text = said(&topic);
        assert!(text.contains(&native.signature()), "{topic}:\n{text}");
    }
    let mut functions = 0;
    for path in BOOK.modules().filter(|path| path.starts_with("std/")) {
        let contents = BOOK.module(path).unwrap();
        assert!(!contents.help.is_empty() && said(path).contains("a module"), "{path}");
        for function in &contents.functions {
            let text = said(&format!("{path}::{}", function.name));
            assert!(!function.help.is_empty() && text.contains(&function.signature()), "{path}::{}:\n{text}", function.name);
            functions += 1;
        }
    }
    assert!(functions > 40, "{functions}");
}

#[test]
fn runbooks_variables_services_and_commands() {
    assert!(said("deploy").contains("ecs:UpdateService"));
    assert!(said("deploy").contains(":run deploy"));
    assert!(said("ecs").contains("update_service"));
    assert!(said("verdict").contains("judge(seen, rollout)"), "what was imported goes by its name");
    assert!(said("verdict::judge").contains("judge(seen, rollout)"));
    assert!(said("s").contains("deployments: a list of 2 maps"));
    assert!(said("step").contains("a word of the language"));
    assert!(said(":env").contains("Where this prompt is"));
}

#[test]
fn what_is_not_there_has_a_suggestion() {
    for (topic, suggestion) in [
        ("ecs::update_servise", "`update_service`"),
        ("ecs::update_service.desiredCont", "`desiredCount`"),
        ("tabel", "`table`"),
        ("std/verdct", "`std/verdict`"),
        ("deplyo", "`deploy`"),
        (":tpye", "`:type`"),
    ] {
        let why = doc(topic, &known(), Paint::plain(), 80).unwrap_err();
        assert!(why.contains(suggestion) && why.contains(topic), "{why}");
    }
    assert!(doc("zebra crossing", &known(), Paint::plain(), 80).unwrap_err().contains("Tab shows what there is"));
}

#[test]
fn the_type_of_a_value_goes_a_few_levels_deep() {
    let value = parse_str(r#"{"a": [{"b": 1, "c": "x"}], "d": null, "e": [1, "x"], "f": {}}"#).unwrap();
    let expected = "a map\n  a: a list of 1 map\n    b: an integer\n    c: a string\n  d: () · nothing\n  \
                    e: a list of 2 different things\n  f: a map, empty";
    assert_eq!(type_of(&value), expected);
    assert_eq!(literal(&value), "#{ a: [#{ b: 1, c: \"x\" }], d: (), e: [1, \"x\"], f: #{} }");
}
