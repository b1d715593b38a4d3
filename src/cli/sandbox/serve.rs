//! From options to a listening sandbox, and to its clean end.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::state::StateFile;
use crate::cli::signals;
use crate::effect::outside;
use crate::journal::Verdict;
use crate::report::{Paint, show_misuse};
use crate::runbook::{Misuse, SEED, Trial};
use crate::sim::Sim;
use crate::sim::door::{self, Opening, Storage};

#[derive(Args)]
pub struct Serve {
    /// Where to listen; 0 takes any free port
    #[arg(long, value_name = "N", default_value_t = 4570)]
    port: u16,
    /// How much faster than real time the sandbox's own runs; at 0 only the control door moves it
    #[arg(long, value_name = "F", default_value_t = 60.0, value_parser = speed)]
    speed: f64,
    /// Keep the world in this file; without it, it ends with the process
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// What will happen in a world that begins
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Throttle requests at the rates that AWS has for an account
    #[arg(long)]
    throttle: bool,
    /// The seed of a world that begins [default: 41]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

const SPEED_MAX: f64 = 86_400.0;

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.0..=SPEED_MAX).contains(&speed) => Ok(speed),
        _ => Err(format!("a number from 0 to {SPEED_MAX}")),
    }
}

impl Serve {
    pub fn execute(self) -> Result<u8, Misuse> {
        let listener = self.listen()?;
        let ready = door::open(self.opening()?).map_err(Misuse::new)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Misuse::new(format!("cannot start: {error}")))?;
        let stop = {
            let _inside = runtime.enter();
            signals::first().map_err(|error| Misuse::new(format!("cannot watch for signals: {error}")))?
        };
        self.announce(&listener);
        let ended = runtime.block_on(ready.serve(listener, stop));
        // A client that stalls keeps nobody here.
        runtime.shutdown_timeout(Duration::from_secs(1));
        match ended {
            Ok(()) => Ok(0),
            Err(why) => {
                anstream::eprint!("{}", show_misuse(Paint::for_stderr(), &why, None, None));
                Ok(Verdict::Failed.exit_code())
            }
        }
    }

    fn opening(&self) -> Result<Opening, Misuse> {
        let scenario = Trial { scenario: self.scenario.clone(), throttle: self.throttle }.open(true)?;
        let beginning = move |seed| {
            let mut sim = Sim::guide(seed);
            sim.play(scenario.clone());
            sim
        };
        let mut storage = None;
        let mut kept = None;
        if let Some(path) = &self.state {
            let (file, recovered) = StateFile::open(path)?;
            let generation = recovered.as_ref().map_or(0, |recovered| recovered.generation);
            storage = Some((Arc::new(file) as Arc<dyn Storage>, generation));
            kept = recovered;
        }
        let seed = kept.as_ref().map(|kept| kept.seed).or(self.seed).unwrap_or(SEED);
        let sim = match kept {
            Some(kept) => {
                self.say_unused();
                kept.sim
            }
            None => beginning(seed),
        };
        let stopwatch = Box::new(outside::stopwatch());
        Ok(Opening { sim, seed, beginning: Box::new(beginning), speed: self.speed, stopwatch, storage })
    }

    /// Options for a world that begins do nothing to one that goes on.
    fn say_unused(&self) {
        let given = [("--seed", self.seed.is_some()), ("--scenario", self.scenario.is_some()), ("--throttle", self.throttle)];
        for (option, _) in given.iter().filter(|(_, given)| *given) {
            anstream::eprintln!("{option} is for a world that begins; this one goes on where it was");
        }
    }

    fn listen(&self) -> Result<TcpListener, Misuse> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).map_err(|error| {
            Misuse::new(format!("cannot listen on port {}: {error}", self.port)).hint("--port 0 takes any free port")
        })
    }

    /// Standard output has the one line that programs wait for.
    fn announce(&self, listener: &TcpListener) {
        let port = listener.local_addr().map_or(self.port, |address| address.port());
        let url = format!("http://127.0.0.1:{port}");
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "SANDBOX listening on {url}").and_then(|()| out.flush());
        // Both names of the region: SDKs differ in which one they read.
        anstream::eprintln!(
            "export AWS_ENDPOINT_URL={url} AWS_REGION=ap-northeast-2 AWS_DEFAULT_REGION=ap-northeast-2\n\
             export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox"
        );
    }
}
