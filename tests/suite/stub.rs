//! A server on loopback that records every request and answers as it is told:
//! for what no emulator does, such as answers that are lost or broken.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Barrier, Mutex};

use serde_json::{Value, json};

/// How to answer one request.
#[derive(Clone)]
pub enum Answer {
    Json(u16, String),
    /// Any body, with its type.
    Raw(u16, &'static str, String),
    /// Take the request and close the connection.
    Close,
    /// Announce more than is sent, then close.
    Half(String),
    Bytes(u16, &'static str, Vec<u8>),
    /// Answer after this long.
    Slow(std::time::Duration, String),
    /// Answer once as many requests have come as the barrier wants.
    Together(Arc<Barrier>, String),
}

impl Answer {
    pub fn ok(body: Value) -> Answer {
        Answer::Json(200, body.to_string())
    }

    pub fn error(code: &str, message: &str) -> Answer {
        Answer::Json(400, json!({ "__type": format!("com.amazonaws.ecs#{code}"), "message": message }).to_string())
    }

    pub fn throttled() -> Answer {
        Answer::error("ThrottlingException", "Rate exceeded")
    }
}

#[derive(Clone, Debug)]
pub struct Received {
    /// `UpdateService`, or of a request that is not AWS's, `GET /path`.
    pub operation: String,
    /// Their names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

type Answers = Arc<Mutex<Vec<(String, VecDeque<Answer>)>>>;

pub struct Stub {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Answers,
}

impl Stub {
    /// Answers GetCallerIdentity, and nothing else until it is told how.
    pub fn start() -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let stub = Stub { url, received: Arc::default(), answers: Arc::default() };
        let (received, answers) = (stub.received.clone(), stub.answers.clone());
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (received, answers) = (received.clone(), answers.clone());
                std::thread::spawn(move || serve(&connection, &received, &answers));
            }
        });
        stub
    }

    /// The next answers to an operation; the last is given again and again.
    pub fn on(self, operation: &str, answers: impl IntoIterator<Item = Answer>) -> Stub {
        self.answers.lock().unwrap().push((operation.into(), answers.into_iter().collect()));
        self
    }

    pub fn received(&self, operation: &str) -> Vec<Received> {
        self.all().into_iter().filter(|request| request.operation == operation).collect()
    }

    pub fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The names of all operations received, in order, but for who-am-I.
    pub fn operations(&self) -> Vec<String> {
        let names = self.all().into_iter().map(|request| request.operation);
        names.filter(|name| name != "GetCallerIdentity").collect()
    }
}

fn serve(connection: &TcpStream, received: &Mutex<Vec<Received>>, answers: &Answers) {
    let mut reader = BufReader::new(connection);
    while let Some(request) = read_request(&mut reader) {
        let answer = choose(&request.operation, answers);
        received.lock().unwrap().push(request);
        if !write_answer(connection, &answer) {
            let _ = connection.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn read_request(reader: &mut BufReader<&TcpStream>) -> Option<Received> {
    let (mut operation, mut length, mut headers) = (String::new(), 0, BTreeMap::new());
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let asked: String = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    // RPC v2 CBOR names its operation in the path.
    if let Some((_, path)) = line.split_once("/operation/") {
        operation = path.split(' ').next()?.to_owned();
    }
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "x-amz-target" => operation = value.trim().rsplit('.').next()?.to_owned(),
            _ => {}
        }
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    if let Some(action) = body.strip_prefix("Action=") {
        operation = action.split('&').next()?.to_owned();
    }
    let operation = if operation.is_empty() { asked } else { operation };
    Some(Received { operation, headers, body })
}

fn choose(operation: &str, answers: &Answers) -> Answer {
    let mut answers = answers.lock().unwrap();
    match answers.iter_mut().find(|(name, _)| name == operation) {
        Some((_, queue)) if queue.len() > 1 => queue.pop_front().expect("more than one"),
        Some((_, queue)) => queue.front().cloned().unwrap_or(Answer::Close),
        None if operation == "GetCallerIdentity" => Answer::Raw(200, "text/xml", identity("123456789012")),
        None => Answer::error("UnknownOperationException", "the stub was not told how to answer this"),
    }
}

pub fn identity(account: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{account}:user/test</Arn><UserId>U</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

/// Whether the connection may go on.
fn write_answer(mut connection: &TcpStream, answer: &Answer) -> bool {
    let json = "application/x-amz-json-1.1";
    let (bytes, go_on) = match answer {
        Answer::Json(status, body) => (whole(*status, json, body.as_bytes()), true),
        Answer::Raw(status, kind, body) => (whole(*status, kind, body.as_bytes()), true),
        Answer::Bytes(status, kind, body) => (whole(*status, kind, body), true),
        Answer::Close => (Vec::new(), false),
        Answer::Half(body) => ([head(200, json, body.len() * 2).as_bytes(), body.as_bytes()].concat(), false),
        Answer::Slow(wait, body) => {
            std::thread::sleep(*wait);
            (whole(200, json, body.as_bytes()), true)
        }
        Answer::Together(barrier, body) => {
            barrier.wait();
            (whole(200, json, body.as_bytes()), true)
        }
    };
    connection.write_all(&bytes).is_ok() && go_on
}

fn head(status: u16, kind: &str, length: usize) -> String {
    let smithy = if kind == "application/cbor" { "smithy-protocol: rpc-v2-cbor\r\n" } else { "" };
    format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{smithy}x-amzn-requestid: req-1\r\ncontent-length: {length}\r\n\r\n")
}

fn whole(status: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    [head(status, kind, body.len()).as_bytes(), body].concat()
}

pub const SERVICE_ARN: &str = "arn:aws:ecs:ap-northeast-2:123456789012:service/c/s";

/// The answers of a service that ECS has finished rolling out.
pub fn steady_service(definition: &str) -> Value {
    json!({ "services": [{
        "serviceArn": SERVICE_ARN, "serviceName": "s", "clusterArn": "arn:aws:ecs:ap-northeast-2:123456789012:cluster/c",
        "status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "pendingCount": 0, "events": [],
        "taskDefinition": definition, "deploymentController": { "type": "ECS" },
        "deployments": [{
            "id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": definition, "desiredCount": 2, "runningCount": 2,
            "pendingCount": 0, "failedTasks": 0, "rolloutState": "COMPLETED", "createdAt": 1_751_360_400.123
        }]
    }], "failures": [] })
}
