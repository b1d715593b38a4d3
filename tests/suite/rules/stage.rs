//! The guide's project on which a test lets time pass and sees what its service
//! does, through the library's front door.

use jiff::SignedDuration;
use rollbook::api::{self, Failure, Known};
use rollbook::map;
use rollbook::sim::Sim;
use rollbook::value::{Timestamp, Value};

pub const CLUSTER: &str = "nest-wallet-cluster";
pub const SERVICE: &str = "nest-wallet-service";

pub struct Stage {
    pub sim: Sim,
    pub now: Timestamp,
    /// Where the scene began.
    start: Timestamp,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::seeded(7)
    }

    pub fn seeded(seed: u64) -> Stage {
        let sim = Sim::guide(seed);
        Stage { now: sim.now(), start: sim.now(), sim }
    }

    /// For scenes whose counts the autoscaler would move.
    pub fn without_autoscaler(mut self) -> Stage {
        let target = map! {
            "ServiceNamespace" => "ecs", "ResourceId" => "service/nest-wallet-cluster/nest-wallet-service",
            "ScalableDimension" => "ecs:service:DesiredCount",
        };
        self.send("application_autoscaling", "deregister_scalable_target", target).expect("the guide's service scales");
        self
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.sim.advance(self.now);
    }

    /// What is said and timed from here on belongs to a new scene.
    pub fn scene(&mut self) {
        self.start = self.now;
    }

    pub fn send(&mut self, module: &str, method: &str, mut request: Value) -> Result<Value, Failure> {
        let operation = api::operation(module, method).expect("an operation of the table");
        let faults = api::validate(operation, &mut request, &Known::default()).err().unwrap_or_default();
        assert!(faults.is_empty(), "{method} {faults:?}");
        self.sim.handle(self.now, operation, &request)
    }

    pub fn ask(&mut self, method: &str, request: Value) -> Value {
        self.send("ecs", method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
    }

    /// Asserts that the request is refused so, and that it changes nothing.
    pub fn refuses(&mut self, method: &str, request: Value, code: &str, message: &str) {
        let before = self.sim.to_json();
        match self.send("ecs", method, request) {
            Err(Failure::Answered(error)) => {
                assert_eq!((error.code.as_str(), error.status), (code, 400), "{method}: {}", error.message);
                assert!(error.message.contains(message), "{method}: {}", error.message);
            }
            other => panic!("{method} was not refused with {message:?}: {other:?}"),
        }
        assert!(self.sim.to_json() == before, "{method} was refused and changed something");
    }

    /// UpdateService of the guide's service, with one more member.
    pub fn update(&mut self, name: &str, value: impl Into<Value>) -> Value {
        let request = map! { "cluster" => CLUSTER, "service" => SERVICE, name => Into::<Value>::into(value) };
        self.ask("update_service", request).get("service").cloned().expect("an answer with a service")
    }

    pub fn service(&mut self) -> Value {
        let request = map! { "cluster" => CLUSTER, "services" => vec![SERVICE] };
        self.ask("describe_services", request).items("services")[0].clone()
    }

    pub fn deployments(&mut self) -> Vec<Value> {
        self.service().items("deployments").to_vec()
    }

    /// RUNNING and pending tasks of the whole service.
    pub fn counts(&mut self) -> (i64, i64) {
        let service = self.service();
        (int(&service, "runningCount"), int(&service, "pendingCount"))
    }

    pub fn tasks(&mut self, status: &str) -> Vec<Value> {
        let request = map! { "cluster" => CLUSTER, "serviceName" => SERVICE, "desiredStatus" => status };
        let arns = self.ask("list_tasks", request).items("taskArns").to_vec();
        if arns.is_empty() {
            return vec![];
        }
        self.ask("describe_tasks", map! { "cluster" => CLUSTER, "tasks" => arns }).items("tasks").to_vec()
    }

    /// The service deployments, newest first.
    pub fn rollouts(&mut self) -> Vec<Value> {
        let request = map! { "cluster" => CLUSTER, "service" => SERVICE };
        let arns: Vec<Value> = self.ask("list_service_deployments", request).items("serviceDeployments").to_vec();
        let arns: Vec<String> = arns.iter().map(|brief| text(brief, "serviceDeploymentArn")).collect();
        let request = map! { "serviceDeploymentArns" => arns };
        self.ask("describe_service_deployments", request).items("serviceDeployments").to_vec()
    }

    pub fn rollout(&mut self) -> Value {
        self.rollouts()[0].clone()
    }

    /// What the service said in this scene, oldest first, with the seconds passed.
    pub fn said(&mut self) -> Vec<(f64, String)> {
        let prefix = format!("(service {SERVICE}) ");
        let service = self.service();
        let told = service.items("events").iter().rev().map(|event| (time(event, "createdAt"), text(event, "message")));
        let told = told.filter(|(at, _)| *at > self.start);
        let seconds = |at: Timestamp| (at.as_millisecond() - self.start.as_millisecond()) as f64 / 1000.0;
        told.map(|(at, message)| (seconds(at), message.strip_prefix(&prefix).unwrap_or(&message).to_owned())).collect()
    }

    pub fn says(&mut self, part: &str) -> bool {
        self.said().iter().any(|(_, message)| message.contains(part))
    }
}

pub fn int(value: &Value, name: &str) -> i64 {
    value.get(name).and_then(Value::as_int).unwrap_or_else(|| panic!("no integer {name} in {value:?}"))
}

pub fn text(value: &Value, name: &str) -> String {
    value.text(name).unwrap_or_else(|| panic!("no text {name} in {value:?}")).to_owned()
}

pub fn time(value: &Value, name: &str) -> Timestamp {
    match value.get(name) {
        Some(Value::Time(time)) => *time,
        other => panic!("no time {name}: {other:?}"),
    }
}
