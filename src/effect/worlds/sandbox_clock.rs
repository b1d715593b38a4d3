//! The clock of a sandbox on a socket, for a run whose waits move it: what
//! takes ten minutes is over at once. It knows nothing of AWS's calls.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::effect::outside;
use crate::value::{Timestamp, Value, parse};

/// Asks for it.
const VARIABLE: &str = "ROLLBOOK_SANDBOX_CLOCK";
/// Where the sandbox is.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";
/// A sandbox answers within milliseconds, however far it is told to go.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct SandboxClock {
    address: SocketAddr,
    /// What it said last, for when it says nothing any more.
    last: Mutex<Timestamp>,
}

impl SandboxClock {
    /// The clock that the environment asks for, if it does. Nobody else's clock
    /// may be moved: the endpoint must be a sandbox on this machine.
    pub fn from_environment() -> Result<Option<SandboxClock>, String> {
        match outside::variable(VARIABLE).as_deref() {
            None | Some("0") => Ok(None),
            Some("1") => SandboxClock::at(&outside::variable(ENDPOINT).unwrap_or_default()).map(Some),
            Some(other) => Err(format!("{VARIABLE} is 1 or 0, and not {other}")),
        }
    }

    fn at(endpoint: &str) -> Result<SandboxClock, String> {
        let elsewhere = || format!("{VARIABLE}=1 is for a sandbox on this machine, and {ENDPOINT} is \"{endpoint}\"");
        let address = loopback(endpoint).ok_or_else(elsewhere)?;
        let clock = SandboxClock { address, last: Mutex::new(Timestamp::UNIX_EPOCH) };
        match clock.ask("GET", "clock", "") {
            Some(_) => Ok(clock),
            None => Err(format!("{VARIABLE}=1, and no sandbox says the time at {endpoint}")),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.ask("GET", "clock", "").unwrap_or_else(|| *self.last.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether time has passed; not where nobody answers any more.
    pub fn pass(&self, duration: Duration) -> bool {
        let Ok(end) = self.now().checked_add(duration) else { return false };
        // A moment rather than an amount: branches that wait together wait once.
        self.ask("POST", "advance", &format!("{{\"to\":\"{end}\"}}")).is_some() || self.now() >= end
    }

    /// The time that its answer tells.
    fn ask(&self, method: &str, path: &str, body: &str) -> Option<Timestamp> {
        let answer = self.exchange(method, path, body).ok()?;
        let (_, document) = answer.split_once("\r\n\r\n").filter(|_| answer.starts_with("HTTP/1.1 200 "))?;
        let document: Value = parse(document.as_bytes()).ok()?;
        let now = document.text("now")?.parse().ok()?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Some(now)
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (host, length) = (self.address, body.len());
        let head = format!("{method} /_sandbox/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}");
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn loopback(endpoint: &str) -> Option<SocketAddr> {
    let place = endpoint.strip_prefix("http://")?.trim_end_matches('/');
    let (host, port) = place.rsplit_once(':').unwrap_or((place, "80"));
    let host: IpAddr = match host.trim_matches(['[', ']']) {
        "localhost" => IpAddr::from([127, 0, 0, 1]),
        host => host.parse().ok()?,
    };
    host.is_loopback().then(|| port.parse().ok().map(|port| SocketAddr::new(host, port)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (endpoint, address) in [
            ("http://127.0.0.1:4570", Some("127.0.0.1:4570")),
            ("http://127.0.0.1:4570/", Some("127.0.0.1:4570")),
            ("http://localhost:4570", Some("127.0.0.1:4570")),
            ("http://[::1]:4570", Some("[::1]:4570")),
            ("http://127.0.0.1", Some("127.0.0.1:80")),
            ("https://127.0.0.1:4570", None),
            ("http://10.0.0.1:4570", None),
            ("http://127.0.0.1.example.com:4570", None),
            ("http://user@127.0.0.1:4570", None),
            ("http://127.0.0.1:4570/path", None),
            ("http://ecs.eu-west-1.amazonaws.com", None),
            ("", None),
        ] {
            assert_eq!(loopback(endpoint).map(|address| address.to_string()).as_deref(), address, "{endpoint}");
        }
    }
}
