//! The door on a socket: the simulator as an AWS endpoint on this machine, for
//! the aws CLI, boto3 and any other client. Signatures are not checked.
//!
//! It knows neither clock nor file: a stopwatch and a storage are handed in.

mod apply;
mod body;
mod calls;
mod clock;
mod commit;
mod control;
mod desk;
mod http;
mod ledger;
mod patience;
mod settle;

use std::future::Future;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::sim::Sim;
use clock::Clock;
use commit::Commit;
use desk::{Book, Desk};

pub use clock::Stopwatch;
pub use desk::Beginning;
pub use ledger::{Recovered, Storage, recover};

/// What a server needs beside its socket.
pub struct Opening {
    pub sim: Sim,
    pub seed: u64,
    /// Makes the world that a reset puts in place.
    pub beginning: Beginning,
    /// How much faster than the stopwatch the world's time runs.
    pub speed: f64,
    pub stopwatch: Stopwatch,
    /// Where the world is kept, and the generation of what is there.
    pub storage: Option<(Arc<dyn Storage>, u64)>,
}

/// A sandbox that has its world and lacks only its socket.
pub struct Ready(Arc<http::Door>);

/// The world as it is found is kept at once: from here on, storage works.
pub fn open(opening: Opening) -> Result<Ready, String> {
    let clock = Clock::new(opening.stopwatch, opening.speed, opening.sim.now());
    let commit = opening.storage.map(|(storage, generation)| (Arc::new(Commit::new(storage)), generation));
    let book = commit.clone().map(|(commit, generation)| Book { commit, generation, log_bytes: 0 });
    let mut desk = Desk::new(opening.sim, clock, opening.seed, opening.beginning, book);
    desk.compact()?;
    Ok(Ready(Arc::new(http::Door { desk: Mutex::new(desk), commit: commit.map(|(commit, _)| commit) })))
}

impl Ready {
    /// Serves until `stop` completes; then requests in flight are finished and
    /// the world is kept. An error says why it had to end before.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<(), String> {
        http::serve(self.0, listener, stop).await
    }
}
