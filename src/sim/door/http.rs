//! HTTP around the desk: connections, bodies, and the order to stop.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, ORIGIN};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::body::{self, Unread};
use super::commit::{Commit, Ticket};
use super::control::{self, Control, control};
use super::desk::{Desk, Outcome};
use super::patience::Patient;
use crate::api::{AwsError, Protocol, Received, Reply};

const BODY_BYTES_MAX: usize = 8 << 20;
const WORLD_BYTES_MAX: usize = 256 << 20;
/// Fewer than the open files that a system allows a process; others wait.
const CONNECTIONS_MAX: usize = 512;
/// For the head of a request, and for a connection that asks nothing.
const HEAD_PATIENCE: Duration = Duration::from_secs(60);
/// For requests in flight when the server is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// So that a world left alone for hours does not make them up in one request.
const TICK: Duration = Duration::from_secs(1);

pub struct Door {
    pub desk: Mutex<Desk>,
    pub commit: Option<Arc<Commit>>,
}

/// The client gets no answer.
#[derive(Debug, thiserror::Error)]
#[error("hung up")]
struct HungUp;

impl Door {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn durable(&self, ticket: Option<Ticket>) -> Result<(), String> {
        match (&self.commit, ticket) {
            (Some(commit), Some(ticket)) => commit.wait(ticket).await,
            _ => Ok(()),
        }
    }

    async fn tick(&self) -> Infallible {
        let mut every = tokio::time::interval(TICK);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            self.desk().tick();
        }
    }
}

pub async fn serve(door: Arc<Door>, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<(), String> {
    listener.set_nonblocking(true).map_err(|error| error.to_string())?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
    let connections = GracefulShutdown::new();
    let ended = tokio::select! {
        () = stop => Ok(()),
        why = lost(&door) => Err(why),
        never = accept(&door, &listener, &connections) => match never {},
        never = door.tick() => match never {},
    };
    drop(listener);
    let last = async {
        let _ = tokio::time::timeout(LAST_WORDS, connections.shutdown()).await;
    };
    match &door.commit {
        // Those in flight still wait for the disk.
        Some(commit) => tokio::select! { () = last => {}, () = commit.work() => {} },
        None => last.await,
    }
    ended.and_then(|()| door.desk().compact())
}

/// Keeps the log going to the disk; completes if it cannot.
async fn lost(door: &Door) -> String {
    match &door.commit {
        Some(commit) => tokio::select! { why = commit.failed() => why, () = commit.work() => "the sandbox stops".into() },
        None => std::future::pending().await,
    }
}

async fn accept(door: &Arc<Door>, listener: &tokio::net::TcpListener, connections: &GracefulShutdown) -> Infallible {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let place = places.clone().acquire_owned().await.expect("nobody closes it");
        match listener.accept().await {
            Ok((stream, _)) => connect(door.clone(), stream, connections, place),
            // Too many open files, mostly: some will be closed.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn connect(door: Arc<Door>, stream: TcpStream, connections: &GracefulShutdown, place: OwnedSemaphorePermit) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let door = door.clone();
        async move { answer(&door, request).await }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let connection = connections.watch(http.serve_connection(TokioIo::new(Patient::new(stream)), service));
    tokio::spawn(async move {
        // A client that goes away is no event here.
        let _ = connection.await;
        drop(place);
    });
}

async fn answer(door: &Door, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, HungUp> {
    let (head, body) = request.into_parts();
    let (path, query) = (head.uri.path(), head.uri.query());
    let own = path.strip_prefix(control::PATH).or((path == "/_sandbox").then_some(""));
    let bytes_max = if own == Some("world") { WORLD_BYTES_MAX } else { BODY_BYTES_MAX };
    let body = match body::read(&head.headers, body, bytes_max).await {
        Ok(body) => body,
        Err(Unread(status, code, message)) => {
            let error = AwsError { code: code.into(), message, status, request_id: None };
            return Ok(response(Reply::error(Protocol::Json11, None, &error, "unread")));
        }
    };
    let (outcome, ticket) = match own {
        Some(path) => {
            let from_browser = head.headers.contains_key(ORIGIN);
            let asked = Control { method: head.method.as_str(), path, query, from_browser, body: &body };
            // Moving time may take seconds; other connections go on meanwhile.
            let (reply, ticket) = tokio::task::block_in_place(|| control(&mut door.desk(), &asked));
            (Outcome::Reply(reply), ticket)
        }
        None => {
            let [target, content_type] = ["x-amz-target", CONTENT_TYPE.as_str()].map(|name| text(&head.headers, name));
            door.desk().answer(&Received { path, target, content_type, body: &body })
        }
    };
    let durable = door.durable(ticket).await;
    match (outcome, durable) {
        (Outcome::HangUp, _) => Err(HungUp),
        (Outcome::Reply(reply), Ok(())) => Ok(response(reply)),
        (Outcome::Reply(_), Err(message)) => {
            let error = AwsError { code: "InternalFailure".into(), message, status: 500, request_id: None };
            Ok(response(Reply::error(Protocol::Json11, None, &error, "unkept")))
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let headers = reply
        .headers
        .iter()
        .fold(Response::builder().status(reply.status), |response, (name, value)| response.header(*name, value));
    headers.body(Full::new(reply.body.into())).unwrap_or_else(|_| {
        let mut response = Response::new(Full::default());
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
