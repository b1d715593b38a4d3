//! From the start of a process to its first request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;

use crate::{REGION, millis, quantile, runtime};

const START_BUDGET: Duration = Duration::from_millis(30);

/// Set for a process of this program that plays the bare SDK's part; its value
/// is the endpoint.
const BARE_PROGRAM: &str = "ROLLBOOK_BENCH_BARE_PROGRAM";

/// Processes started in turn, each from its start until the server has the
/// first bytes of its first request.
pub fn say_start() {
    const ROUNDS: usize = 40;
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tiny.rhai"), TINY).expect("a runbook");
    let (mut rollbook, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
        rollbook.push(server.first_request(command.args(["run", "tiny.rhai"]).current_dir(&folder)));
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        bare.push(server.first_request(command.env(BARE_PROGRAM, &server.url).current_dir(&folder)));
    }
    let mut both = |at: f64| (millis(quantile(&mut rollbook, at)), millis(quantile(&mut bare, at)));
    let ((median, bare_median), (slow, bare_slow)) = (both(0.5), both(0.9));
    println!(
        "start-up to first request: {median:.1} ms median, {slow:.1} ms p90 \
         (a bare SDK program {bare_median:.1} ms and {bare_slow:.1} ms; budget {} ms, {ROUNDS} starts)",
        START_BUDGET.as_millis()
    );
}

const TINY: &str = r#"const RUNBOOK = #{ summary: "Nothing", version: "1.0.0" };"#;

/// Plays the bare SDK's part when this process was started for that.
pub fn is_bare_program() -> bool {
    let endpoint = std::env::var(BARE_PROGRAM);
    endpoint.iter().for_each(|endpoint| bare_program(endpoint));
    endpoint.is_ok()
}

/// What any program on the SDK does first: configuration, client, a request.
fn bare_program(endpoint: &str) {
    runtime().block_on(async {
        let config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(endpoint).load().await;
        let answer = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        answer.expect("an identity");
    });
}

/// Tells who it is to whoever asks, and when it was asked.
struct Server {
    url: String,
    asked: mpsc::Receiver<Instant>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (tell, asked) = mpsc::channel();
        std::thread::spawn(move || listener.incoming().flatten().for_each(|connection| identify(&connection, &tell)));
        Server { url, asked }
    }

    fn first_request(&self, command: &mut Command) -> Duration {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let settings = [("AWS_ENDPOINT_URL", self.url.as_str()), ("AWS_REGION", REGION)];
        let keys = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        let command = command.envs(settings).envs(keys).env_remove("AWS_PROFILE");
        let began = Instant::now();
        let process = command.spawn().expect("it starts");
        let asked = self.asked.recv_timeout(Duration::from_secs(10));
        let ended = process.wait_with_output().expect("it ends");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        asked.expect("a request").duration_since(began)
    }
}

/// Answers one request and closes.
fn identify(mut connection: &TcpStream, tell: &mpsc::Sender<Instant>) {
    let mut reader = BufReader::new(connection);
    if reader.fill_buf().is_err() {
        return;
    }
    let _ = tell.send(Instant::now());
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        line.clear();
    }
    let _ = reader.read_exact(&mut vec![0; length]);
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", IDENTITY.len());
    let _ = connection.write_all((head + IDENTITY).as_bytes());
}

const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>U</UserId><Account>123456789012</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";
