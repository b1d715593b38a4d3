//! Somebody in the middle between rollbook and a sandbox: counts the requests,
//! and holds one of them, or its answer, for as long as the test wants.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use crate::wire::last_request;

/// Where a request is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Held {
    /// It does not reach the sandbox.
    Request,
    /// The sandbox has done it, and nobody hears of it.
    Answer,
}

#[derive(Default)]
struct Desk {
    /// Requests so far, but for those to the control door.
    seen: usize,
    /// Requests that are being carried.
    busy: usize,
    plan: Option<(Held, usize)>,
    reached: bool,
}

pub struct Middle {
    pub url: String,
    desk: Arc<(Mutex<Desk>, Condvar)>,
}

impl Middle {
    pub fn before(sandbox: &str) -> Middle {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let middle = Middle { url, desk: Arc::default() };
        let (desk, sandbox) = (middle.desk.clone(), sandbox.trim_start_matches("http://").to_owned());
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (desk, sandbox) = (desk.clone(), sandbox.clone());
                std::thread::spawn(move || carry(&connection, &sandbox, &desk));
            }
        });
        middle
    }

    /// Counts anew, and holds the request or the answer of this number.
    pub fn plan(&self, plan: Option<(Held, usize)>) {
        *self.desk.0.lock().unwrap() = Desk { plan, ..Desk::default() };
    }

    pub fn seen(&self) -> usize {
        self.desk.0.lock().unwrap().seen
    }

    pub fn reached(&self) -> bool {
        self.desk.0.lock().unwrap().reached
    }

    /// What was held is dropped; returns when nothing is on its way any more.
    pub fn drop_held(&self) {
        let (desk, bell) = &*self.desk;
        desk.lock().unwrap().plan = None;
        bell.notify_all();
        drop(bell.wait_while(desk.lock().unwrap(), |desk| desk.busy > 0).unwrap());
    }
}

/// One request a connection: its answer says that it ends.
fn carry(mut connection: &TcpStream, sandbox: &str, desk: &(Mutex<Desk>, Condvar)) {
    let Some(request) = last_request(connection) else { return };
    let number = counts(&request).then(|| {
        let mut desk = desk.0.lock().unwrap();
        desk.seen += 1;
        desk.busy += 1;
        desk.seen
    });
    if !held(desk, Held::Request, number) {
        let answer = exchange(sandbox, &request).unwrap_or_default();
        if !held(desk, Held::Answer, number) {
            let _ = connection.write_all(&answer);
        }
    }
    if number.is_some() {
        desk.0.lock().unwrap().busy -= 1;
        desk.1.notify_all();
    }
}

/// Whether it was held here, once it is dropped.
fn held((desk, bell): &(Mutex<Desk>, Condvar), place: Held, number: Option<usize>) -> bool {
    let mut desk = desk.lock().unwrap();
    if number.is_none() || desk.plan != number.map(|number| (place, number)) {
        return false;
    }
    desk.reached = true;
    drop(bell.wait_while(desk, |desk| desk.plan.is_some()).unwrap());
    true
}

/// Whether it is a request to AWS, and none to the sandbox's control door.
fn counts(request: &[u8]) -> bool {
    let first = request.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !String::from_utf8_lossy(first).contains("/_sandbox/")
}

fn exchange(sandbox: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(sandbox)?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
