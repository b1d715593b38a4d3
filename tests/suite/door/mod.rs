//! The sandbox on a socket, as its clients meet it: the binary is started as a
//! user types it, and spoken to by the aws CLI, boto3, rollbook and raw bytes.

mod clients;
mod control;
mod garbage;
mod protocols;
mod rollback;
mod state;
mod watching;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Project, Ran};
use crate::moto::{finish, python};

/// No answer takes this long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// A sandbox of its own for one test; killed when it goes out of scope.
pub struct Server {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    pub url: String,
    address: String,
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.head, self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl Server {
    /// On a free port; its time stands still unless `arguments` say otherwise.
    pub fn start(project: &Project, arguments: &[&str]) -> Server {
        Server::try_start(project, arguments).unwrap_or_else(|ran| panic!("it does not listen\n{ran}"))
    }

    /// What it said, if it did not come to listen.
    pub fn try_start(project: &Project, arguments: &[&str]) -> Result<Server, Ran> {
        let mut all = vec!["sandbox"];
        for (option, value) in [("--port", "0"), ("--speed", "0")] {
            if !arguments.contains(&option) {
                all.extend([option, value]);
            }
        }
        all.extend(arguments);
        let mut command = project.command(&all);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("standard output can be read");
        match line.trim().strip_prefix("SANDBOX listening on http://") {
            Some(address) => {
                let (url, address) = (format!("http://{address}"), address.to_owned());
                Ok(Server { child, stdout: Some(stdout), url, address })
            }
            None => Err(Ran::new(&child.wait_with_output().expect("it ends"), &all)),
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Sends bytes as they are; whatever comes back until the connection ends.
    pub fn raw(&self, bytes: &[u8], and_no_more: bool) -> Vec<u8> {
        let mut stream = self.connect();
        // It may hang up in the middle, and is right to.
        let _ = stream.write_all(bytes);
        if and_no_more {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    pub fn http(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        parse(&self.raw(&[head.as_bytes(), body].concat(), false))
    }

    /// Asks by AWS JSON, as every client of `target`'s service does.
    pub fn json(&self, target: &str, request: &Value) -> Answer {
        let headers = [("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-1.1")];
        self.http("POST", "/", &headers, request.to_string().as_bytes())
    }

    #[track_caller]
    pub fn ecs(&self, operation: &str, request: Value) -> Value {
        let answer = self.json(&format!("AmazonEC2ContainerServiceV20141113.{operation}"), &request);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    #[track_caller]
    pub fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let answer = self.http(method, &format!("/_sandbox/{path}"), &[], body.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Sends the signal and waits; what it said, and how it ended.
    pub fn end(mut self, signal: &str) -> Ran {
        self.signal(signal);
        let mut said = String::new();
        let _ = self.stdout.take().expect("it is read once").read_to_string(&mut said);
        let mut stderr = Vec::new();
        let _ = self.child.stderr.take().expect("it is read once").read_to_end(&mut stderr);
        let status = self.child.wait().expect("it ends");
        Ran::new(&std::process::Output { status, stdout: said.into_bytes(), stderr }, &["sandbox"])
    }

    /// A project whose AWS calls go here.
    pub fn project(&self) -> Project {
        Project::at(&self.url)
    }

    /// Runs a Python script with boto3's `client(…)`, and `control(path, body)`
    /// for the control door; gives what it passes to `answer(…)`. Nothing, where
    /// tests leave Python out.
    pub fn boto3(&self, home: &Path, script: &str) -> Option<Value> {
        let mut command = Command::new(python()?);
        command.args(["-c", &format!("{PRELUDE}{script}")]);
        self.client_environment(&mut command, home);
        let printed = finish(&mut command).unwrap_or_else(|why| panic!("{why}"));
        Some(serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}")))
    }

    fn client_environment(&self, command: &mut Command, home: &Path) {
        command.env_clear().current_dir(home).env("HOME", home);
        command.env("AWS_ENDPOINT_URL", &self.url).env("AWS_DEFAULT_REGION", "ap-northeast-2");
        command.env("AWS_ACCESS_KEY_ID", "sandbox").env("AWS_SECRET_ACCESS_KEY", "sandbox");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        let own = python().and_then(Path::parent).map(|bin| bin.to_string_lossy().into_owned()).unwrap_or_default();
        command.env("PATH", format!("{own}:{}", std::env::var("PATH").unwrap_or_default()));
    }
}

const PRELUDE: &str = r#"
import boto3, json, os, urllib.request
from botocore.exceptions import ClientError
client = boto3.client
def answer(value): print(json.dumps(value, default=str))
def control(path, body):
    url = os.environ["AWS_ENDPOINT_URL"] + "/_sandbox/" + path
    return json.load(urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), method="POST")))
def refused(call, **request):
    try: call(**request)
    except ClientError as error: return [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]
"#;

pub fn parse(bytes: &[u8]) -> Answer {
    let at = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head, body: bytes.get(at + 4..).unwrap_or_default().to_vec() }
}

/// A definition as small as AWS takes one.
pub fn definition(family: &str, tag: &str) -> Value {
    json!({ "family": family, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/nest-wallet-execution-role",
        "containerDefinitions": [{ "name": "c", "image": format!("nginx:{tag}"), "essential": true }] })
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
