//! What rollbook costs on top of the bare SDK, held against two budgets: 150 µs
//! for one call, 30 ms from its start to its first request.
//!
//! `describe_services/…` is one ECS DescribeServices whose answer is about
//! 12 KB, sent by the SDK alone and sent by a script: interpreter, gate,
//! validation, values and a journal in memory included. Both use the very same
//! SDK configuration, whose HTTP client answers from memory. `parts/…` says
//! where rollbook's share of the time goes.
//!
//! `record/…` is what a journal in a file costs, and how fast a run is played
//! again from one.
//!
//! It is no benchmark of AWS, of HTTP or TLS, nor of waiting for a disk; and the
//! numbers hold for a machine that does nothing else.
//!
//! `cargo bench` prints the sums at the end.

mod answer;
mod call;
mod memory;
mod parts;
mod record;
mod start;

use std::time::Duration;

use criterion::Criterion;
use tokio::runtime::Runtime;

const REGION: &str = "ap-northeast-2";
const CLUSTER: &str = "nest-wallet-cluster";
const SERVICE: &str = "nest-wallet-service";

fn main() {
    if start::is_bare_program() {
        return;
    }
    let mut criterion = Criterion::default().warm_up_time(Duration::from_secs(1)).configure_from_args();
    let stage = call::Stage::new();
    call::bench(&mut criterion, &stage);
    parts::bench(&mut criterion, &stage);
    record::bench(&mut criterion);
    criterion.final_summary();
    // All of it, no selection: `cargo bench` adds this one argument.
    if std::env::args().skip(1).eq(["--bench"]) {
        call::say_added(&stage);
        start::say_start();
        record::say();
    }
}

/// As the command line makes it.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads")
}

fn quantile(samples: &mut [Duration], at: f64) -> Duration {
    samples.sort_unstable();
    samples[((samples.len() - 1) as f64 * at).round() as usize]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
