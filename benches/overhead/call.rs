//! One call of a script beside one call of the bare SDK.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use rollbook::api::Reading;
use rollbook::aws::Carrier;
use rollbook::effect::{Console, Gate, Guard, Live, Retry, Setup, Vault, World};
use rollbook::journal::{Cursor, Journal};
use rollbook::map;
use rollbook::script::{Host, Library, Limits, Outcome, Program, Strand, Text};
use rollbook::store::Memory;
use rollbook::value::Value;
use tokio::runtime::Runtime;

use crate::{CLUSTER, REGION, SERVICE, memory, micros, quantile, runtime};

const CALL_BUDGET: Duration = Duration::from_micros(150);

/// Calls a run makes before the next run begins, so that the journal in memory
/// grows as long as a real one and no longer.
const CALLS_A_RUN: u64 = 100;

pub fn bench(criterion: &mut Criterion, stage: &Stage) {
    let mut group = criterion.benchmark_group("describe_services");
    group.bench_function("bare_sdk", |bencher| bencher.iter_custom(|calls| stage.bare(calls)));
    group.bench_function("rollbook_call", |bencher| bencher.iter_custom(|calls| stage.scripted(calls, &stage.live)));
    group.finish();
}

/// The two in turn, so that whatever slows the machine slows both.
pub fn say_added(stage: &Stage) {
    const ROUNDS: usize = 150;
    let (mut bare, mut rollbook) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(stage.bare(CALLS_A_RUN) / CALLS_A_RUN as u32);
        rollbook.push(stage.scripted(CALLS_A_RUN, &stage.live) / CALLS_A_RUN as u32);
    }
    let (bare, rollbook) = (quantile(&mut bare, 0.5), quantile(&mut rollbook, 0.5));
    println!(
        "added by rollbook: {:.0} µs at the median (bare SDK {:.0} µs, rollbook {:.0} µs; budget {} µs)",
        micros(rollbook) - micros(bare),
        micros(bare),
        micros(rollbook),
        CALL_BUDGET.as_micros()
    );
}

/// What both ways of calling stand on.
pub struct Stage {
    runtime: Runtime,
    client: aws_sdk_ecs::Client,
    /// The world of a real run: the SDK as a carrier. Its clients are made once,
    /// as the bare one is.
    live: Arc<dyn World>,
    host: Host,
    program: Program,
}

impl Stage {
    pub fn new() -> Stage {
        let runtime = runtime();
        let config = runtime.block_on(memory::config());
        let host = Host::new(Limits { operations: u64::MAX, ..Limits::default() }, Arc::new(NoModules));
        let program = host.compile(Text { name: "bench.rhai".into(), text: SCRIPT.into() }).expect("the script compiles");
        let client = aws_sdk_ecs::Client::new(&config);
        let live = Live::new(Carrier::new(config, REGION.into()), runtime.handle().clone());
        Stage { runtime, client, live: Arc::new(live), host, program }
    }

    fn bare(&self, calls: u64) -> Duration {
        let began = Instant::now();
        for _ in 0..calls {
            let call = self.client.describe_services().cluster(CLUSTER).services(SERVICE).send();
            black_box(self.runtime.block_on(call).expect("an answer"));
        }
        began.elapsed()
    }

    /// The calls of a script, in runs as long as a real one.
    pub fn scripted(&self, calls: u64, world: &Arc<dyn World>) -> Duration {
        in_runs(calls, |calls| {
            let strand = Strand { gate: Arc::new(gate(world.clone())), branch: Arc::default() };
            let args = map! { "cluster" => CLUSTER, "service" => SERVICE, "calls" => calls as i64 };
            let began = Instant::now();
            let outcome = self.host.run(&self.program, strand, vec![("args", args), ("env", Value::Null)]);
            let took = began.elapsed();
            assert!(matches!(outcome, Outcome::Finished(Value::Int(20))), "{outcome:?}");
            took
        })
    }
}

const SCRIPT: &str = r#"
    const RUNBOOK = #{ summary: "Ask the same again and again", version: "1.0.0" };
    let seen = 0;
    for turn in 0..args.calls {
        let answer = ecs::describe_services(#{ cluster: args.cluster, services: [args.service] });
        seen = answer.services[0].events.len();
    }
    seen
"#;

/// As a run makes it, with a journal in memory.
pub fn gate(world: Arc<dyn World>) -> Gate {
    gate_of(world, Journal::new(Box::new(Memory::default())), None)
}

/// With any journal, and a record to answer from.
pub fn gate_of(world: Arc<dyn World>, journal: Journal, record: Option<Cursor>) -> Gate {
    Gate::new(Setup {
        world,
        journal,
        vault: Arc::new(Vault::default()),
        console: Arc::new(Nobody),
        guard: Guard { permits: Some(Default::default()), ..Guard::default() },
        retry: Retry::default(),
        reading: Reading::default(),
        observers: Vec::new(),
        cancel: Arc::default(),
        record,
        send_again: false,
    })
}

pub fn in_runs(calls: u64, mut run: impl FnMut(u64) -> Duration) -> Duration {
    let full = (0..calls / CALLS_A_RUN).map(|_| CALLS_A_RUN);
    full.chain(Some(calls % CALLS_A_RUN)).filter(|calls| *calls > 0).map(&mut run).sum()
}

struct NoModules;

impl Library for NoModules {
    fn module(&self, _path: &str) -> Option<Text> {
        None
    }

    fn paths(&self) -> Vec<String> {
        Vec::new()
    }
}

struct Nobody;

impl Console for Nobody {
    fn is_terminal(&self) -> bool {
        false
    }

    fn ask(&self, _question: &str, _hidden: bool) -> Option<String> {
        None
    }

    fn assume_yes(&self) -> bool {
        false
    }
}
