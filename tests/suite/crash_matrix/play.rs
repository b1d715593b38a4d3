//! One run, killed at one point and resumed, and what came of it.

use std::fmt;
use std::fs::File;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use rollbook::journal::Verdict;
use serde_json::{Value, json};

use super::middle::{Held, Middle};
use super::rows::{CLUSTER, Row, SERVICE, somebody_deploys};
use super::same;
use crate::crash::{appends_of, only_journal};
use crate::door::Server;
use crate::harness::{Project, Ran};

/// Where a run is killed.
#[derive(Clone, Copy, Debug)]
pub enum Point {
    /// At this append to its journal: in the middle of it, or after it.
    Journal(&'static str, usize),
    /// At this request to AWS.
    Wire(Held, usize),
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Point::Journal(hook, at) => write!(f, "{hook}:{at}"),
            Point::Wire(Held::Request, at) => write!(f, "request {at}, which AWS never got"),
            Point::Wire(Held::Answer, at) => write!(f, "request {at}, whose answer was lost"),
        }
    }
}

pub enum Outcome {
    /// The run was over before it came to the point.
    NotReached,
    Settled,
    /// A person was asked, and told what about.
    Asked,
    Wrong(String),
}

/// How a run ended that nobody killed.
pub struct Whole {
    end: End,
    pub appends: usize,
    pub requests: usize,
}

#[derive(Clone, PartialEq)]
struct End {
    status: i32,
    calls: Value,
    world: Value,
}

/// A sandbox with somebody in the middle, and the world that a row begins in.
pub struct Bench {
    /// Where the sandbox keeps its world.
    _folder: Project,
    server: Server,
    middle: Middle,
    world: String,
}

impl Bench {
    pub fn set_up(row: &Row) -> Bench {
        let bench = Bench::start(row.scenario);
        (row.before)(&bench.server);
        let world = bench.server.control("GET", "world", "").to_string();
        Bench { world, ..bench }
    }

    pub fn like(other: &Bench) -> Bench {
        Bench { world: other.world.clone(), ..Bench::start("") }
    }

    fn start(scenario: &str) -> Bench {
        let folder = Project::new().file("trial.toml", scenario);
        let server = Server::start(&folder, &["--state", "world.json", "--scenario", "trial.toml"]);
        let middle = Middle::before(&server.url);
        Bench { _folder: folder, server, middle, world: String::new() }
    }

    /// The row's world anew, and a machine that has run nothing.
    fn begin(&self) -> (Project, u64) {
        self.server.control("PUT", "world", &self.world);
        self.middle.plan(None);
        let project = Project::at(&self.middle.url).variable("ROLLBOOK_SANDBOX_CLOCK", "1");
        (project.variable("FRESH", "https://fresh.example"), self.last_call())
    }

    fn last_call(&self) -> u64 {
        self.server.control("GET", "calls?after=999999999", "")["last"].as_u64().expect("a number")
    }

    pub fn uncrashed(&self, row: &Row) -> Whole {
        let (project, before) = self.begin();
        let ran = project.run(&arguments(row));
        ran.status(row.ends);
        let requests = self.middle.seen();
        let appends = appends_of(&only_journal(&project).1, "").pop().expect("events");
        Whole { end: self.end(ran.status, before), appends, requests }
    }

    fn end(&self, status: i32, before: u64) -> End {
        let calls = same::calls(&self.server.control("GET", &format!("calls?after={before}"), ""));
        self.server.control("POST", "settle", "");
        // ECS forgets stopped tasks and old deployments by then.
        self.server.control("POST", "advance", "{\"seconds\":86400}");
        End { status, calls: json!(calls), world: same::world(&self.server.control("GET", "world", "")) }
    }

    pub fn killed(&self, row: &Row, point: Point, whole: &Whole, foreign: bool) -> Outcome {
        let (project, before) = self.begin();
        if !self.kill(&project, row, point) {
            return Outcome::NotReached;
        }
        let writes = self.last_call();
        if foreign {
            somebody_deploys(&self.server);
        }
        let last = go_on(&project, row);
        match foreign {
            true => self.judge_foreign(&last, writes),
            false => judge(&whole.end, &self.end(last.status, before), &last),
        }
    }

    /// Whether it was still there to be killed.
    fn kill(&self, project: &Project, row: &Row, point: Point) -> bool {
        let mut command = project.command(&arguments(row));
        let log = |name: &str| File::create(project.path().join(name)).expect("a file");
        command.stdout(log("out")).stderr(log("err"));
        match point {
            Point::Journal(hook, at) => {
                command.env("ROLLBOOK_TEST_ABORT", format!("{hook}:{at}"));
            }
            Point::Wire(held, at) => self.middle.plan(Some((held, at))),
        }
        let mut child = command.spawn().expect("the binary runs");
        let ended = wait(&mut child, || self.middle.reached());
        self.middle.drop_held();
        ended.code().is_none()
    }

    /// Nothing of ours may come after what somebody else did.
    fn judge_foreign(&self, last: &Ran, before: u64) -> Outcome {
        let calls = same::calls(&self.server.control("GET", &format!("calls?after={before}"), ""));
        let updates: Vec<&Value> = calls.get(SERVICE).into_iter().flatten().collect();
        if updates.len() != 1 {
            return Outcome::Wrong(format!("{} updates after the crash, one of them somebody's\n{last}", updates.len()));
        }
        let says = |text: &str| last.stderr.contains(text);
        match last.status {
            // Its own work was done by then.
            0 => Outcome::Settled,
            4 if says("superseded") => Outcome::Settled,
            // It had not begun to write, looked anew and saw what is there.
            6 if says("a deployment of nest-wallet-task:") && says(" is under way") => Outcome::Settled,
            6 if says("somebody changed the service") && says(" now, and was ecs-svc/") => Outcome::Settled,
            8 if says("ecs UpdateService was sent and nobody knows") && says(SERVICE) => Outcome::Asked,
            _ => Outcome::Wrong(last.to_string()),
        }
    }
}

/// SIGKILL, once `reached` says so, unless it ends before.
fn wait(child: &mut Child, reached: impl Fn() -> bool) -> ExitStatus {
    loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return status;
        }
        if reached() {
            child.kill().expect("a child of ours");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// As an operator would: resumes what can be resumed, and starts anew what had
/// not begun.
fn go_on(project: &Project, row: &Row) -> Ran {
    let mut ran = project.run(&["resume"]);
    if !(ran.status == 2 && ran.stderr.contains("there is no run to resume")) {
        return ran;
    }
    let history = project.run(&["history", "--output", "json"]).json();
    let verdict = history[0]["verdict"].as_str().and_then(Verdict::named);
    match verdict {
        Some(verdict) => {
            ran.status = verdict.exit_code().into();
            ran
        }
        // Nothing was recorded yet, or it changes nothing and is simply run again.
        None => {
            assert!(history[0].is_null() || history[0]["verdict"] == "abandoned", "{ran}\n{history}");
            project.run(&arguments(row))
        }
    }
}

fn arguments(row: &Row) -> Vec<&'static str> {
    [row.arguments, &["--cluster", CLUSTER, "--service", SERVICE]].concat()
}

fn judge(whole: &End, crashed: &End, last: &Ran) -> Outcome {
    if crashed.status == 8 {
        return Outcome::Asked;
    }
    let mut wrong = String::new();
    if crashed.status != whole.status {
        wrong += &format!("it ended with {}, and not with {}\n", crashed.status, whole.status);
    }
    wrong.extend(same::difference(&whole.calls, &crashed.calls).map(|lines| format!("other calls:\n{lines}")));
    wrong.extend(same::difference(&whole.world, &crashed.world).map(|lines| format!("another world:\n{lines}")));
    match wrong.is_empty() {
        true => Outcome::Settled,
        false => Outcome::Wrong(format!("{wrong}{last}\n")),
    }
}
