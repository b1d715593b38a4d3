//! The world, its clock and its books, all under one lock: what a request does
//! to them, without a wire.

use super::apply::{apply, pass};
use super::calls::Calls;
use super::clock::Clock;
use super::commit::{Commit, Ticket};
use super::ledger;
use crate::api::{Asked, AwsError, Failure, Received, Reply, read_request};
use crate::sim::Sim;
use crate::value::Timestamp;

/// From this size on the log is made into a snapshot.
const LOG_BYTES_MAX: usize = 8 << 20;

/// How a world begins, and begins again.
pub type Beginning = Box<dyn Fn(u64) -> Sim + Send>;

pub struct Desk {
    pub sim: Sim,
    pub clock: Clock,
    pub calls: Calls,
    seed: u64,
    beginning: Beginning,
    book: Option<Book>,
}

/// Where what happens is written down, if it is.
pub struct Book {
    pub commit: std::sync::Arc<Commit>,
    pub generation: u64,
    pub log_bytes: usize,
}

/// What goes back to the client.
pub enum Outcome {
    Reply(Reply),
    /// No complete answer: the connection ends.
    HangUp,
}

impl Desk {
    pub fn new(sim: Sim, clock: Clock, seed: u64, beginning: Beginning, book: Option<Book>) -> Desk {
        Desk { sim, clock, calls: Calls::default(), seed, beginning, book }
    }

    /// Answers one request. With a ticket, the answer must wait for the disk.
    pub fn answer(&mut self, received: &Received) -> (Outcome, Option<Ticket>) {
        let at = self.now();
        let number = self.calls.next();
        let request_id = format!("5a4db0c0-0000-4000-8000-{number:012x}");
        let Asked { protocol, operation, request } = read_request(received);
        let (operation, request) = match (operation, request) {
            (Some(operation), Ok(request)) => (operation, request),
            (operation, request) => {
                let error = request.err().unwrap_or_else(|| internal("nothing was understood"));
                self.calls.keep(number, at, operation, None, &error.code);
                return (Outcome::Reply(Reply::error(protocol, operation, &error, &request_id)), None);
            }
        };
        let answer = apply(&mut self.sim, at, operation, &request);
        let ticket = self.write_down(&ledger::line(at, operation, &request));
        let outcome = answer.as_ref().map_or_else(Failure::code, |_| "OK");
        self.calls.keep(number, at, Some(operation), Some(&request), outcome);
        let outcome = match answer {
            Ok(answer) => Outcome::Reply(Reply::answer(protocol, operation, &answer, &request_id)),
            Err(Failure::Answered(error)) => Outcome::Reply(Reply::error(protocol, Some(operation), &error, &request_id)),
            Err(Failure::Unreadable { status, why }) => {
                let headers = vec![("content-type", "text/html".to_owned())];
                Outcome::Reply(Reply { status, headers, body: format!("<html>{why}</html>").into_bytes() })
            }
            Err(Failure::Credentials(why)) => {
                let code = "UnrecognizedClientException".to_owned();
                let error = AwsError { code, message: why, status: 403, request_id: None };
                Outcome::Reply(Reply::error(protocol, Some(operation), &error, &request_id))
            }
            Err(Failure::NotSent(_) | Failure::Lost(_) | Failure::TimedOut(_)) => Outcome::HangUp,
        };
        (outcome, ticket.filter(|_| operation.is_write()))
    }

    /// The virtual time; the world never is ahead of it for long, and it never
    /// goes back behind the world.
    pub fn now(&self) -> Timestamp {
        self.clock.now().max(self.sim.now())
    }

    /// Lets happen what is due by now. It need not be written down: it happens
    /// again when the next line is played.
    pub fn tick(&mut self) {
        let now = self.now();
        pass(&mut self.sim, now);
    }

    /// Moves time, and goes on from there.
    pub fn advance(&mut self, to: Timestamp) -> Option<Ticket> {
        pass(&mut self.sim, to);
        self.clock.set(self.sim.now());
        self.write_down(&ledger::moved(self.sim.now()))
    }

    pub fn reset(&mut self) -> Result<(), String> {
        let sim = (self.beginning)(self.seed);
        self.replace(sim)
    }

    /// Puts another world in place of this one.
    pub fn replace(&mut self, sim: Sim) -> Result<(), String> {
        self.clock.set(sim.now());
        self.sim = sim;
        self.compact()
    }

    fn write_down(&mut self, line: &str) -> Option<Ticket> {
        let book = self.book.as_mut()?;
        let ticket = book.commit.add(line);
        book.log_bytes += line.len();
        if book.log_bytes > LOG_BYTES_MAX {
            // A failure reaches whoever waits with the ticket.
            let _ = self.compact();
        }
        Some(ticket)
    }

    /// A new snapshot in place of the old one and its log.
    pub fn compact(&mut self) -> Result<(), String> {
        let Some(book) = self.book.as_mut() else { return Ok(()) };
        book.generation += 1;
        book.log_bytes = 0;
        let snapshot = ledger::snapshot(book.generation, self.seed, &self.sim);
        book.commit.compact(&snapshot, &ledger::head(book.generation))
    }
}

fn internal(message: &str) -> AwsError {
    AwsError { code: "InternalFailure".into(), message: message.into(), status: 500, request_id: None }
}
