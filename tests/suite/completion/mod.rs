//! The pure rooms of the prompt, through the library: what Tab offers, what
//! `:doc` says, how typing is colored. No terminal.

mod bounds;
mod documented;
mod registry;
mod scenes;
mod typos;

use std::sync::{Arc, LazyLock};

use rollbook::api::{Operation, Type};
use rollbook::map;
use rollbook::repl::book::{Argument, Book, Command};
use rollbook::repl::completion::complete;
use rollbook::repl::known::{Known, Variable};
use rollbook::repl::live::{Kind, Live};
use rollbook::runbook::Shelf;
use rollbook::script::Limits;
use rollbook::value::{Value, parse_str};

const COMMANDS: &[Command] = &[
    Command { name: "doc", argument: Argument::Topic, help: "Describes an operation, a function, a module" },
    Command { name: "run", argument: Argument::Run, help: "Runs a runbook" },
    Command { name: "type", argument: Argument::Expression, help: "The type of a value" },
    Command { name: "env", argument: Argument::Nothing, help: "Where this prompt is" },
    Command { name: "edit", argument: Argument::Runbook, help: "Opens a runbook" },
    Command { name: "load", argument: Argument::File, help: "Plays the lines of a file" },
    Command { name: "color", argument: Argument::Words(&["on", "off"]), help: "Colors" },
];

static BOOK: LazyLock<Arc<Book>> = LazyLock::new(|| {
    let shelf = Shelf::new(None, None);
    Arc::new(Book::new(Arc::new(shelf.host(Limits::default())), shelf, COMMANDS))
});

/// A session that has looked at a service and imported a module.
pub fn known() -> Known {
    let service = parse_str(
        r#"{"serviceName": "web", "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/main", "odd key": 1,
            "deployments": [{"id": "ecs-svc/1", "status": "PRIMARY", "runningCount": 2},
                            {"id": "ecs-svc/2", "status": "ACTIVE", "createdBy": "me"}],
            "events": []}"#,
    );
    let mut known = Known::new(BOOK.clone(), Live::nothing());
    known.variables.insert("s".into(), Variable::of(service.unwrap()));
    known.variables.insert("c".into(), Variable::of(Value::from("other")));
    known.variables.insert("f".into(), Variable::opaque("a function"));
    known.imports.insert("verdict".into(), "std/verdict".into());
    known.cluster = Some("main".into());
    known
}

/// A session whose names have all been fetched from this world.
pub fn lively(call: impl Fn(&'static Operation, Value) -> Result<Value, String> + Send + Sync + 'static) -> Known {
    let mut known = known();
    known.live = Live::new(Arc::new(call));
    known
}

/// Asks for the names until the fetch has ended.
pub fn wait_for(known: &Known, kind: Kind, within: &str) {
    while known.live.names(kind, within).is_empty() {
        std::thread::yield_now();
    }
}

pub fn world(operation: &'static Operation, request: Value) -> Result<Value, String> {
    let arn = |kind: &str, name: &str| format!("arn:aws:ecs:eu-west-1:123456789012:{kind}/{name}");
    Ok(match operation.name {
        "ListClusters" => map! { "clusterArns" => vec![arn("cluster", "main"), arn("cluster", "other")] },
        "ListServices" => {
            let cluster = request.text("cluster").unwrap_or("default");
            map! { "serviceArns" => vec![arn("service", &format!("{cluster}/web-of-{cluster}")), arn("service", &format!("{cluster}/api"))] }
        }
        "ListTaskDefinitionFamilies" => map! { "families" => vec!["web"] },
        "ListTaskDefinitions" => map! { "taskDefinitionArns" => vec![arn("task-definition", "web:42")] },
        "ListSecrets" => map! { "SecretList" => vec![map! { "Name" => "prod/db" }, map! { "Name" => "prod/\"odd\"" }] },
        "DescribeLogGroups" => map! { "logGroups" => vec![map! { "logGroupName" => "/ecs/web" }] },
        _ => return Err("AccessDeniedException".into()),
    })
}

/// What Tab offers at the `|` of a text.
pub fn offered(known: &Known, text: &str) -> Vec<String> {
    let position = text.find('|').expect("a cursor");
    let text = text.replacen('|', "", 1);
    complete(&text, position, known).candidates.into_iter().map(|candidate| candidate.shown).collect()
}

/// The line after the first candidate is taken.
pub fn taken(known: &Known, text: &str) -> String {
    let position = text.find('|').expect("a cursor");
    let text = text.replacen('|', "", 1);
    let found = complete(&text, position, known);
    let first = found.candidates.first().unwrap_or_else(|| panic!("nothing is offered at {text}"));
    format!("{}{}{}", &text[..found.start], first.text, &text[position..])
}

/// One member of a request: the way to it, and the text of a line up to the
/// map that it belongs to.
pub struct Way {
    pub operation: &'static Operation,
    pub path: String,
    pub line: String,
    pub member: String,
}

/// Every member of every request, as deep as shapes go without repeating.
pub fn every_member() -> Vec<Way> {
    let mut ways = Vec::new();
    for operation in rollbook::api::SERVICES.iter().flat_map(|service| service.operations) {
        if let Some(input) = operation.input() {
            let line = format!("{}::{}(#{{ ", operation.module, operation.method);
            descend(operation, &input.name, "", &line, &mut vec![input.name.clone()], &mut ways);
        }
    }
    ways
}

fn descend(operation: &'static Operation, structure: &str, path: &str, line: &str, above: &mut Vec<String>, ways: &mut Vec<Way>) {
    let model = operation.service().model();
    for (name, member) in &model.structure(structure).expect("a structure").members {
        let path = format!("{path}.{name}");
        ways.push(Way { operation, path: path.clone(), line: line.to_owned(), member: name.clone() });
        let (mut kind, mut line) = (&member.kind, format!("{line}{name}: "));
        loop {
            match kind {
                Type::List(item) => {
                    line.push('[');
                    kind = item;
                }
                Type::Map(item) => {
                    line.push_str("#{ \"key\": ");
                    kind = item;
                }
                Type::Structure(inner) if !above.contains(inner) => {
                    above.push(inner.clone());
                    descend(operation, inner, &path, &format!("{line}#{{ "), above, ways);
                    above.pop();
                    break;
                }
                _ => break,
            }
        }
    }
}
