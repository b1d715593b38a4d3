//! The world that rotations happen in: the guide's project, and a second cluster
//! with services that read the same secret.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use rollbook::api::{self, Failure};
use rollbook::map;
use rollbook::runbook::{Book, Config, Ended, Place, Recording, Request, SandboxFile, Selection, Shelf, run};
use rollbook::script::Limits;
use rollbook::sim::{Scenario, Sim};
use rollbook::value::{Map, Value};

use crate::harness::Nobody;

pub const SECRET: &str = "nest-wallet-prod-secrets";
pub const KEY: &str = "NEXT_PUBLIC_API_URL";
/// What the key is to become.
pub const NEW_VALUE: &str = "https://rotated.blockbit.example";
pub const WALLET: (&str, &str) = ("nest-wallet-cluster", "nest-wallet-service");
pub const WORKER: (&str, &str) = ("wallet-jobs", "wallet-worker");
pub const IDLE: (&str, &str) = ("wallet-jobs", "wallet-idle");
pub const PINNED: (&str, &str) = ("wallet-jobs", "wallet-pinned");
/// Those that follow AWSCURRENT.
pub const USERS: [(&str, &str); 3] = [WALLET, WORKER, IDLE];

#[derive(Clone)]
pub struct World(pub Sim);

impl World {
    /// Steady, with every service as it should be. Built once.
    pub fn new() -> World {
        static BUILT: OnceLock<World> = OnceLock::new();
        BUILT.get_or_init(World::build).clone()
    }

    fn build() -> World {
        let mut world = World(Sim::guide(41));
        world.ask("ecs", "create_cluster", map! { "clusterName" => "wallet-jobs" });
        let (arn, version) = (world.secret(), world.current());
        for (family, value_from) in
            [("wallet-worker", format!("{arn}:{KEY}::")), ("wallet-pinned", format!("{arn}:{KEY}::{version}"))]
        {
            world.ask("ecs", "register_task_definition", definition(family, &value_from));
        }
        for ((cluster, name), family, count) in
            [(WORKER, "wallet-worker", 2), (IDLE, "wallet-worker", 0), (PINNED, "wallet-pinned", 1)]
        {
            let network = map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-0a1b2c3d4e5f60718"] } };
            let request = map! {
                "cluster" => cluster, "serviceName" => name, "taskDefinition" => family, "desiredCount" => count,
                "launchType" => "FARGATE", "networkConfiguration" => network,
            };
            world.ask("ecs", "create_service", request);
        }
        world.wait(600);
        world
    }

    pub fn send(&mut self, module: &str, method: &str, request: Value) -> Result<Value, Failure> {
        let operation = api::operation(module, method).expect("an operation of the table");
        self.0.handle(self.0.now(), operation, &request)
    }

    pub fn ask(&mut self, module: &str, method: &str, request: Value) -> Value {
        self.send(module, method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
    }

    pub fn wait(&mut self, seconds: i64) {
        self.0.advance(self.0.now() + SignedDuration::from_secs(seconds));
    }

    pub fn update(&mut self, (cluster, service): (&str, &str), change: Value) {
        let mut request = map! { "cluster" => cluster, "service" => service };
        let members = change.as_map().cloned().unwrap_or_default();
        request.as_map_mut().expect("a map").extend(members);
        self.ask("ecs", "update_service", request);
    }

    /// `enabled` and `rollback` of the circuit breaker.
    pub fn set_breaker(&mut self, place: (&str, &str), (enabled, rollback): (bool, bool)) {
        let breaker = map! { "enable" => enabled, "rollback" => rollback };
        self.update(place, map! { "deploymentConfiguration" => map! { "deploymentCircuitBreaker" => breaker } });
    }

    /// Deploys the service anew under a scenario, whose effects last beyond it.
    pub fn redeploy_under(&mut self, place: (&str, &str), scenario: &str) {
        self.0.play(Scenario::parse(scenario).expect("a scenario"));
        self.update(place, map! { "forceNewDeployment" => true });
        self.wait(300);
        self.0.play(Scenario::default());
    }

    pub fn describe(&mut self, (cluster, service): (&str, &str)) -> Value {
        let answer = self.ask("ecs", "describe_services", map! { "cluster" => cluster, "services" => vec![service] });
        answer.items("services").first().cloned().expect("the service is there")
    }

    pub fn secret(&mut self) -> String {
        let secret = self.ask("secretsmanager", "describe_secret", map! { "SecretId" => SECRET });
        secret.text("ARN").expect("a secret has an ARN").to_owned()
    }

    /// The version that is AWSCURRENT.
    pub fn current(&mut self) -> String {
        let value = self.ask("secretsmanager", "get_secret_value", map! { "SecretId" => SECRET });
        value.text("VersionId").expect("a version has an id").to_owned()
    }

    pub fn versions(&mut self) -> Vec<String> {
        let request = map! { "SecretId" => SECRET, "IncludeDeprecated" => true };
        let answer = self.ask("secretsmanager", "list_secret_version_ids", request);
        answer.items("Versions").iter().filter_map(|version| version.text("VersionId")).map(str::to_owned).collect()
    }

    pub fn put(&mut self, text: &str) -> String {
        let answer = self.ask("secretsmanager", "put_secret_value", map! { "SecretId" => SECRET, "SecretString" => text });
        answer.text("VersionId").expect("a version has an id").to_owned()
    }

    /// Rotates the key in this world through the shipped runbook; gives the end
    /// and the world after it.
    pub fn rotate(&self, scenario: &str) -> (Ended, World) {
        self.run(&Shelf::default(), "rotate-secret-and-redeploy", scenario)
    }

    pub fn run(&self, shelf: &Shelf, name: &str, scenario: &str) -> (Ended, World) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("sandbox.json"), self.0.to_json()).expect("the world is kept");
        let ended = play(folder.path(), shelf, name, scenario);
        let after = std::fs::read_to_string(folder.path().join("sandbox.json")).expect("the world was kept");
        (ended, World(Sim::from_json(&after).expect("a world")))
    }
}

fn definition(family: &str, value_from: &str) -> Value {
    let container = map! {
        "name" => "worker", "image" => "public.ecr.aws/docker/library/busybox:1", "essential" => true,
        "secrets" => vec![map! { "name" => KEY, "valueFrom" => value_from }],
    };
    map! {
        "family" => family, "networkMode" => "awsvpc", "requiresCompatibilities" => vec!["FARGATE"], "cpu" => "256",
        "memory" => "512", "executionRoleArn" => "arn:aws:iam::123456789012:role/nest-wallet-execution-role",
        "containerDefinitions" => vec![container],
    }
}

fn play(folder: &Path, shelf: &Shelf, name: &str, scenario: &str) -> Ended {
    let file = folder.join("value.txt");
    std::fs::write(&file, format!("{NEW_VALUE}\n")).expect("a file");
    let clusters = [WALLET.0, WORKER.0].map(Value::from).to_vec();
    let set = Map::from([(KEY.into(), Value::from(format!("file:{}", file.display())))]);
    let arguments = Map::from([
        ("secret_id".into(), Value::from(SECRET)),
        ("set".into(), Value::Map(set)),
        ("clusters".into(), Value::List(clusters)),
    ]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let selection = Selection { sandbox: true, ..Selection::default() };
    let request = Request {
        place: Place::choose(Config::default(), &selection).expect("the sandbox"),
        project: None,
        arguments,
        confirmed: None,
        wait_for_lease: None,
        console: Arc::new(Nobody),
        cancel: Arc::default(),
        observers: vec![],
        runtime: runtime.handle().clone(),
        sandbox: SandboxFile::in_folder(folder),
        scenario: Scenario::parse(scenario).unwrap_or_else(|error| panic!("{error}\n{scenario}")),
        announce: Box::new(|_| {}),
        say: Box::new(|_| {}),
        recording: Recording::Memory,
        arming: None,
    };
    let host = shelf.host(Limits::default());
    let book = Book::open(&host, shelf.find(name).expect("the runbook is there")).expect("it is sound");
    run(&host, &book, request).expect("it runs")
}
