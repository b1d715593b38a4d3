//! Over the whole registry: every operation and every member of every request,
//! however deep, is offered by Tab and described by `:doc`.

use std::collections::BTreeMap;

use rollbook::api::{Known as Seen, SERVICES, Type, validate};
use rollbook::repl::completion::complete;
use rollbook::repl::doc::{doc, example, example_request};
use rollbook::report::Paint;
use rollbook::runbook::Shelf;
use rollbook::script::{Limits, Severity, Text};

use super::{every_member, known, offered};

#[test]
fn every_operation_completes_and_is_described() {
    let known = known();
    let mut count = 0;
    for service in SERVICES {
        let all = offered(&known, &format!("let x = {}::|", service.module));
        for operation in service.operations {
            assert!(all.iter().any(|name| name == operation.method), "{operation} is not offered");
            // Typed in part, too, and at the right place of the line.
            let typed = format!("{}::{}", service.module, &operation.method[..operation.method.len() - 1]);
            let found = complete(&typed, typed.len(), &known);
            assert_eq!(found.start, service.module.len() + 2);
            assert!(found.candidates.iter().any(|candidate| candidate.shown == operation.method), "{typed}");

            let topic = format!("{}::{}", service.module, operation.method);
            let text = doc(&topic, &known, Paint::plain(), 80).unwrap_or_else(|why| panic!("{topic}: {why}"));
            assert!(text.contains(operation.name), "{text}");
            assert!(text.contains(if operation.is_write() { "a write" } else { "a read" }), "{text}");
            assert!(text.contains(&operation.action()), "{text}");
            for action in operation.dependent_actions() {
                assert!(text.replace('\n', " ").contains(action), "{topic} lacks {action}:\n{text}");
            }
            assert_eq!(text.contains("if unsure"), operation.is_write(), "{text}");
            count += 1;
        }
    }
    println!("{count} operations complete and are described");
    assert!(count > 170, "the registry is whole: {count}");
}

#[test]
fn every_member_of_every_request_completes_and_is_described() {
    let known = known();
    let mut offers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let ways = every_member();
    for way in &ways {
        let names = offers.entry(way.line.clone()).or_insert_with(|| {
            complete(&way.line, way.line.len(), &known).candidates.into_iter().map(|candidate| candidate.text).collect()
        });
        assert!(names.contains(&format!("{}: ", way.member)), "`{}` is not offered at {}", way.member, way.line);
        let topic = format!("{}::{}{}", way.operation.module, way.operation.method, way.path);
        let text = doc(&topic, &known, Paint::plain(), 80).unwrap_or_else(|why| panic!("{topic}: {why}"));
        assert!(text.contains(&way.member) && text.contains("type") && text.contains("required"), "{topic}:\n{text}");
    }
    println!("{} members of requests in {} places complete and are described", ways.len(), offers.len());
    assert!(ways.len() > 1500, "{}", ways.len());
}

#[test]
fn required_members_come_first_and_given_ones_not_at_all() {
    let known = known();
    for service in SERVICES {
        for operation in service.operations {
            let Some(input) = operation.input().filter(|input| !input.members.is_empty()) else { continue };
            let line = format!("{}::{}(#{{ ", operation.module, operation.method);
            let names = offered(&known, &format!("{line}|"));
            let required = names.iter().map(|name| input.members[name].required).collect::<Vec<_>>();
            assert!(required.is_sorted_by(|one, other| one >= other), "{line}{names:?}");
            let first = &names[0];
            let rest = offered(&known, &format!("{line}{first}: 1, |"));
            assert!(!rest.contains(first) && rest.len() == names.len() - 1, "{line}{first}");
            // Also when it stands behind the cursor.
            let rest = offered(&known, &format!("{line}|, {first}: 1 }})"));
            assert!(!rest.contains(first) && rest.len() == names.len() - 1, "{line}{first} behind");
        }
    }
}

#[test]
fn every_enum_value_completes_inside_a_string() {
    let known = known();
    let mut count = 0;
    for way in every_member() {
        let model = way.operation.service().model();
        let topic = format!("{}{}: ", way.line, way.member);
        let structure = way.path.rsplit('.').next().unwrap();
        assert_eq!(structure, way.member);
        let Some(input) = way.operation.input() else { continue };
        // The last structure on the way is not at hand here: members of the top will do for lists and all.
        let Some(member) = input.members.get(&way.member).filter(|_| way.path.matches('.').count() == 1) else { continue };
        let (line, name) = match &member.kind {
            Type::Enum(name) => (format!("{topic}\"|"), name),
            Type::List(item) => match &**item {
                Type::Enum(name) => (format!("{topic}[\"|"), name),
                _ => continue,
            },
            _ => continue,
        };
        assert_eq!(offered(&known, &line), model.enum_values(name), "{line}");
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn every_example_is_understood() {
    let shelf = Shelf::new(None, None);
    let host = shelf.host(Limits::default());
    for operation in SERVICES.iter().flat_map(|service| service.operations) {
        let mut request = example_request(operation);
        validate(operation, &mut request, &Seen::default()).unwrap_or_else(|faults| panic!("{operation}: {faults:?}"));
        let text = Text { name: "example".into(), text: format!("print({});", example(operation)) };
        let findings = host.check(&text, None);
        let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", text.text);
    }
}
