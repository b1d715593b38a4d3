//! From a key to the screen: candidates, hint and colors of the line as it
//! stands after each key, with 2,000 services in the cache and a fetch under
//! way that never ends. Drawing by the terminal is not in it.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rollbook::api::Operation;
use rollbook::map;
use rollbook::repl::book::{Argument, Book, Command};
use rollbook::repl::completion::{complete, hint};
use rollbook::repl::highlight::paint;
use rollbook::repl::known::{Known, Variable};
use rollbook::repl::live::{Kind, Live};
use rollbook::runbook::Shelf;
use rollbook::script::Limits;
use rollbook::value::Value;

const BUDGET: Duration = Duration::from_millis(16);
const NAMES: usize = 2_000;
const ROUNDS: usize = 20;

const COMMANDS: &[Command] =
    &[Command { name: "doc", argument: Argument::Topic, help: "" }, Command { name: "run", argument: Argument::Run, help: "" }];

/// What people type: names inside strings, members of what is held, a long
/// request over many lines.
const LINES: &[&str] = &[
    "let s = ecs::describe_services(#{ cluster: \"main\", services: [\"service-number-1234\"] }).services[0]",
    "s.deployments.filter(|one| one.rolloutState == \"IN_PROGRESS\")",
    "ecs::update_service(#{ service: \"service-number-77\", taskDefinition: \"web:42\", forceNewDeployment: true })",
    "ecs::register_task_definition(#{\n  family: \"web\",\n  containerDefinitions: [#{\n    name: \"web\", image: \"web:v42\",\n    \
     logConfiguration: #{ logDriver: \"awslogs\", options: #{ \"awslogs-group\": \"/ecs/web\" } },\n  }],\n})",
    ":doc ecs::update_service.deploymentConfiguration",
    ":run deploy image=web:v42 service=service-number-9",
];

/// Prints the times of all keys, each of every line in every round, and fails
/// when the 99th percentile is too slow.
pub fn run() {
    let (known, _open) = known();
    let lines = LINES.iter().flat_map(|line| line.char_indices().map(|(at, letter)| &line[..at + letter.len_utf8()]));
    let lines: Vec<&str> = lines.collect();
    let rounds: Vec<Vec<Duration>> = (0..ROUNDS).map(|_| lines.iter().map(|line| key(line, &known)).collect()).collect();
    // What the machine does beside it falls on other keys in each round.
    let best = (0..lines.len()).filter_map(|line| rounds.iter().map(|round| round[line]).min()).collect();
    let all = tell("keystroke", rounds.concat());
    tell("keystroke, the best of the rounds", best);
    assert!(all <= BUDGET, "the 99th percentile is over {BUDGET:?}");
}

/// Prints the times and gives the 99th percentile.
fn tell(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize];
    let (median, slow, slowest) = (at(0.5), at(0.99), at(1.0));
    println!(
        "{what}: {} keys, median {median:?}, 99th percentile {slow:?} (budget {BUDGET:?}), slowest {slowest:?}",
        times.len()
    );
    slow
}

/// Everything that one key can ask for, Tab included.
fn key(text: &str, known: &Known) -> Duration {
    let began = Instant::now();
    let found = complete(text, text.len(), known);
    let hint = hint(text, text.len(), known);
    let painted = paint(text, known, true);
    std::hint::black_box((found, hint, painted));
    began.elapsed()
}

/// A session whose services are known, and whose clusters are being asked for
/// until the sender is dropped.
fn known() -> (Known, mpsc::Sender<()>) {
    let (open, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let world = move |operation: &'static Operation, _: Value| match operation.name {
        "ListServices" => {
            let arns: Vec<String> =
                (0..NAMES).map(|at| format!("arn:aws:ecs:eu-west-1:123456789012:service/main/service-number-{at}")).collect();
            Ok(map! { "serviceArns" => arns })
        }
        "ListClusters" => {
            let _ = held.lock().map(|held| held.recv());
            Err("it never came".into())
        }
        other => Err(format!("{other} is not answered here")),
    };
    let shelf = Shelf::new(None, None);
    let book = Arc::new(Book::new(Arc::new(shelf.host(Limits::default())), shelf, COMMANDS));
    // As a prompt does while its first line is read.
    book.warm();
    let mut known = Known::new(book, Live::new(Arc::new(world)));
    known.cluster = Some("main".into());
    known.live.names(Kind::Cluster, "");
    while known.live.names(Kind::Service, "main").len() < NAMES {
        std::thread::yield_now();
    }
    let deployment = map! { "rolloutState" => "IN_PROGRESS", "runningCount" => 2 };
    known.variables.insert("s".into(), Variable::of(map! { "deployments" => vec![deployment] }));
    (known, open)
}
