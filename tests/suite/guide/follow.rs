//! A follow of a busy group: lines that come late, throttling, answers that
//! are lost, and a server that is killed and started again.
//!
//! Somebody in the middle puts the next lines before each search passes: time
//! moves only as the follow waits, so every run is the same. The same in real
//! time, over 100,000 lines and with figures, is tests/soak/logs.py.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::door::Server;
use crate::harness::Project;
use crate::wire::last_request;

const GROUP: &str = "/busy";
const STREAMS: usize = 50;
const BATCHES: usize = 100;
const BATCH: usize = 20;
/// How late a line is at most, in milliseconds; the follow allows a minute.
const LATEST: usize = 55_000;

/// What becomes of a search.
enum Fate {
    Passes,
    Throttled,
    Lost,
}

/// The sandbox, and what is to happen to it.
struct Play {
    /// Where the sandbox keeps its world.
    home: Project,
    server: Option<Server>,
    searches: usize,
    put: usize,
}

impl Play {
    fn new() -> Play {
        let home = Project::new();
        let server = Server::start(&home, &["--state", "world.json"]);
        let play = Play { home, server: Some(server), searches: 0, put: 0 };
        play.ask("CreateLogGroup", &json!({ "logGroupName": GROUP }));
        for number in 0..STREAMS {
            play.ask("CreateLogStream", &json!({ "logGroupName": GROUP, "logStreamName": stream(number) }));
        }
        play
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs")
    }

    fn ask(&self, operation: &str, request: &Value) -> Value {
        let answer = self.server().json(&format!("Logs_20140328.{operation}"), request);
        assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Before a search passes: the next lines are written.
    fn search(&mut self) -> Fate {
        self.searches += 1;
        if self.put < BATCHES {
            self.put_next();
        }
        match self.searches {
            20..24 | 60 => Fate::Throttled,
            31 | 32 => Fate::Lost,
            // Longer than one call is tried.
            90..102 => Fate::Lost,
            40 | 80 => {
                self.server.take().expect("it runs").end("-KILL");
                self.server = Some(Server::start(&self.home, &["--state", "world.json"]));
                Fate::Lost
            }
            _ => Fate::Passes,
        }
    }

    fn put_next(&mut self) {
        let now = self.server().control("GET", "clock", "")["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        let line = |number: usize| {
            // Most come at once, some late, in no order.
            let late = if number.is_multiple_of(4) { (number * 7919) % LATEST } else { number % 1000 };
            json!({ "timestamp": now.as_millisecond() - late as i64, "message": format!("line {number}") })
        };
        let first = self.put * BATCH;
        let mut events: Vec<Value> = (first..first + BATCH).map(line).collect();
        events.sort_by_key(|event| event["timestamp"].as_i64());
        let request = json!({ "logGroupName": GROUP, "logStreamName": stream(self.put), "logEvents": events });
        self.ask("PutLogEvents", &request);
        self.put += 1;
    }
}

fn stream(number: usize) -> String {
    format!("ecs/web/{:032x}", number % STREAMS)
}

/// Stands before the play's sandbox, whichever runs; gives its address.
fn stand_before(play: &Arc<Mutex<Play>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let play = play.clone();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            carry(&connection, &play);
        }
    });
    url
}

const THROTTLED: &str = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;

/// One request a connection: its answer says that it ends.
fn carry(mut connection: &TcpStream, play: &Mutex<Play>) {
    let Some(request) = last_request(connection) else { return };
    let mut play = play.lock().unwrap();
    let is_search = request.windows(15).any(|window| window == b"FilterLogEvents");
    let fate = if is_search { play.search() } else { Fate::Passes };
    let answer = match fate {
        Fate::Passes => play.server().raw(&request, false),
        Fate::Lost => return,
        Fate::Throttled => {
            let head = format!(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}",
                THROTTLED.len()
            );
            format!("{head}\r\nConnection: close\r\n\r\n{THROTTLED}").into_bytes()
        }
    };
    let _ = connection.write_all(&answer);
}

#[test]
fn a_follow_loses_no_line_and_repeats_none() {
    let play = Arc::new(Mutex::new(Play::new()));
    let url = stand_before(&play);
    let project = Project::at(&url).variable("ROLLBOOK_SANDBOX_CLOCK", "1");
    let place = ["--group", GROUP, "--since", "2026-07-01T08:00:00Z", "--for", "8m"];
    let ran = project.run(&[["logs", "--follow"].as_slice(), &place].concat());
    ran.status(0).says("ThrottlingException").says("no answer from CloudWatch Logs: trying on").says("reading again");
    let play = play.lock().unwrap();
    assert_eq!(play.put, BATCHES, "all were written while it followed\n{ran}");

    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for line in ran.stdout.lines() {
        let (_, text) = line.split_once("line ").unwrap_or_else(|| panic!("{line}"));
        *times.entry(format!("line {text}")).or_default() += 1;
    }
    let lost: Vec<String> =
        (0..BATCHES * BATCH).map(|number| format!("line {number}")).filter(|line| !times.contains_key(line)).collect();
    let repeated: Vec<&String> = times.iter().filter(|(_, count)| **count > 1).map(|(line, _)| line).collect();
    assert_eq!((lost, repeated), (vec![], vec![]));
    assert_eq!(times.len(), BATCHES * BATCH);
    // What an independent reader finds there.
    let script = format!(
        r#"pages = client("logs").get_paginator("filter_log_events").paginate(logGroupName="{GROUP}")
answer(sorted({{event["message"] for page in pages for event in page["events"]}}))"#
    );
    if let Some(found) = play.server().boto3(play.home.path(), &script) {
        assert_eq!(found, json!(times.keys().collect::<Vec<_>>()));
    }
}

/// What a search asked for: from when on, and with which pattern.
fn searches(server: &Server) -> Vec<(i64, bool)> {
    let calls = server.control("GET", "calls", "");
    let searches = calls["calls"].as_array().expect("a list").iter().filter(|call| call["operation"] == "FilterLogEvents");
    searches.map(|call| (call["request"]["startTime"].as_i64().unwrap(), call["request"]["filterPattern"].is_string())).collect()
}

#[test]
fn a_follow_for_something_rare_does_not_read_more_and_more() {
    let server = Server::start(&Project::new(), &[]);
    let project = server.project().variable("ROLLBOOK_SANDBOX_CLOCK", "1");
    let place = ["--group", "/ecs/nest-wallet", "--filter", "something that nobody writes", "--since", "5m", "--for", "1h"];
    project.run(&[["logs", "--follow"].as_slice(), &place].concat()).status(0).never_says("nest-wallet-container/");
    let now = server.control("GET", "clock", "")["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let searches = searches(&server);
    assert_eq!(searches.iter().filter(|(_, filtered)| !filtered).count(), 1, "one look for the time");
    let behind = now.as_millisecond() - searches.last().unwrap().0;
    assert!((60_000..=7 * 60_000).contains(&behind), "{behind}");
}
