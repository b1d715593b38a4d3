//! What the simulator's own work costs: one rolling deploy of two tasks behind
//! a load balancer, from the request until the service is steady, and the same
//! for 1, 10, 100 and 1,000 services of one cluster that deploy together.
//!
//! It is no benchmark of runbooks, sockets or files: requests go straight into
//! the core. Virtual time costs nothing by itself; what happens in it does.
//!
//! `cargo bench --bench simulator` prints the figures at the end, and with
//! `-- growth` those of many services alone.
//!
//! Time tells of the processor's caches too: what one service touches fits into
//! them, what a thousand touch does not. How much work it is, whatever the
//! caches, `python3 benches/simulator/instructions.py` tells; it needs valgrind.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};
use jiff::SignedDuration;
use rollbook::api;
use rollbook::map;
use rollbook::sim::Sim;
use rollbook::value::Value;

const CLUSTER: &str = "bench";
const SIZES: [usize; 4] = [1, 10, 100, 1_000];
/// More than a deploy takes, less than a steady service takes to repeat itself.
const LONG_MINUTES: i64 = 10;
const BUDGET: Duration = Duration::from_millis(1);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let numbers = || arguments[1..].iter().map(|number| number.parse().expect("a number")).collect::<Vec<usize>>();
    match arguments.first().map(String::as_str) {
        Some("growth") => return say_growth(),
        Some("deploys") => return deploys(&numbers()),
        _ => {}
    }
    let mut criterion = Criterion::default().warm_up_time(Duration::from_secs(1)).configure_from_args();
    let world = World::of(1);
    criterion.bench_function("deploy/two_tasks", |bench| {
        bench.iter_batched(|| world.sim.clone(), |sim| world.deploy(sim), BatchSize::LargeInput);
    });
    criterion.final_summary();
    if arguments.is_empty() {
        say_growth();
    }
}

/// One line a size: the whole, and the share of one service. What a deploy wakes
/// in the world around it (alarms, the autoscaler) is done once for all of them.
fn say_growth() {
    println!("services   all deploys   of one");
    let mut first = None;
    for size in SIZES {
        let all = World::of(size).fastest(if size > 100 { 5 } else { 25 });
        let one = all / size as u32;
        let growth = one.as_secs_f64() / first.get_or_insert(one).as_secs_f64();
        println!("{size:>8}   {:>9.2} ms   {:>6.3} ms   {growth:.2} times that of one alone", millis(all), millis(one));
        if size == 1 {
            let verdict = if all <= BUDGET { "within" } else { "over" };
            println!("           a two-task deploy is {verdict} its budget of {:.0} ms", millis(BUDGET));
        }
    }
}

/// For those who count something else than time: so many services, and how often
/// they deploy.
fn deploys(numbers: &[usize]) {
    let [services, times] = numbers else { panic!("usage: deploys SERVICES TIMES") };
    let world = World::of(*services);
    for _ in 0..*times {
        black_box(world.time_of_deploys());
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Steady services, and a revision that none of them runs yet.
struct World {
    sim: Sim,
    services: usize,
}

impl World {
    fn of(services: usize) -> World {
        let mut world = World { sim: Sim::guide(7), services };
        ask(&mut world.sim, "create_cluster", map! { "clusterName" => CLUSTER });
        register(&mut world.sim, "v41");
        for number in 0..services {
            ask(&mut world.sim, "create_service", service(number));
        }
        pass(&mut world.sim);
        register(&mut world.sim, "v42");
        world
    }

    /// Whatever else the machine does can only add.
    fn fastest(&self, samples: usize) -> Duration {
        (0..samples).map(|_| self.time_of_deploys()).min().unwrap_or_default()
    }

    fn time_of_deploys(&self) -> Duration {
        let sim = self.sim.clone();
        let began = Instant::now();
        let sim = black_box(self.deploy(sim));
        let took = began.elapsed();
        self.check(sim);
        took
    }

    fn deploy(&self, mut sim: Sim) -> Sim {
        for number in 0..self.services {
            let request = map! { "cluster" => CLUSTER, "service" => name(number), "taskDefinition" => "bench:2" };
            ask(&mut sim, "update_service", request);
        }
        pass(&mut sim);
        sim
    }

    /// That it was a deploy which was measured.
    fn check(&self, mut sim: Sim) {
        let request = map! { "cluster" => CLUSTER, "services" => vec![name(self.services - 1)] };
        let answer = ask(&mut sim, "describe_services", request);
        let deployments = answer.items("services")[0].items("deployments");
        let first = &deployments[0];
        assert_eq!((deployments.len(), first.text("rolloutState")), (1, Some("COMPLETED")));
        assert!(first.text("taskDefinition").is_some_and(|arn| arn.ends_with("bench:2")));
    }
}

fn name(number: usize) -> String {
    format!("service-{number}")
}

fn service(number: usize) -> Value {
    let group = format!("arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/{}/0123456789abcdef", name(number));
    map! {
        "cluster" => CLUSTER, "serviceName" => name(number), "taskDefinition" => "bench:1", "desiredCount" => 2,
        "launchType" => "FARGATE",
        "networkConfiguration" => map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-1"] } },
        "loadBalancers" => vec![map! { "targetGroupArn" => group, "containerName" => "app", "containerPort" => 80 }],
    }
}

fn register(sim: &mut Sim, tag: &str) {
    let container = map! {
        "name" => "app", "image" => format!("public.ecr.aws/bench/app:{tag}"), "essential" => true,
        "portMappings" => vec![map! { "containerPort" => 80 }],
    };
    let request = map! {
        "family" => "bench", "requiresCompatibilities" => vec!["FARGATE"], "networkMode" => "awsvpc", "cpu" => "256",
        "memory" => "512", "containerDefinitions" => vec![container],
    };
    ask(sim, "register_task_definition", request);
}

fn ask(sim: &mut Sim, method: &str, request: Value) -> Value {
    let operation = api::operation("ecs", method).expect("an operation of the table");
    sim.handle(sim.now(), operation, &request).unwrap_or_else(|failure| panic!("{method}: {failure:?}"))
}

fn pass(sim: &mut Sim) {
    sim.advance(sim.now() + SignedDuration::from_mins(LONG_MINUTES));
}
