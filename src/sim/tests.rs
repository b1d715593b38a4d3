//! What a caller of the simulator may rely on, by the numbered rules of ECS.

mod breaker;
mod deploy;
mod health;
mod invariants;
mod refusals;
mod services;
mod shapes;
mod starts;
mod timelines;
mod world;

use jiff::SignedDuration;

use super::faults::Fate;
use super::{Sim, ecs};
use crate::api::{self, AwsError, Failure, Known};
use crate::value::{Timestamp, Value};

pub const CLUSTER: &str = "nest-wallet-cluster";
pub const SERVICE: &str = "nest-wallet-service";

/// A simulator and the moment its caller has come to.
pub struct Bench {
    pub sim: Sim,
    pub now: Timestamp,
}

impl Bench {
    pub fn new(seed: u64) -> Bench {
        let sim = Sim::guide(seed);
        Bench { now: sim.now(), sim }
    }

    /// For scenes whose counts the autoscaler would move.
    pub fn without_autoscaler(mut self) -> Bench {
        let target = crate::map! {
            "ServiceNamespace" => "ecs", "ResourceId" => format!("service/{CLUSTER}/{SERVICE}"),
            "ScalableDimension" => "ecs:service:DesiredCount",
        };
        self.ask("application_autoscaling", "deregister_scalable_target", target);
        self
    }

    /// Every task that is launched from a definition whose ARN ends so meets this.
    pub fn force(&mut self, definition: &str, fate: Fate) {
        self.sim.faults.forced.insert(0, (definition.to_owned(), fate));
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Sends what would pass validation; an unknown member is not asked about.
    pub fn send(&mut self, module: &str, method: &str, mut request: Value) -> Result<Value, Failure> {
        let operation = api::operation(module, method).expect("an operation of the table");
        let faults = api::validate(operation, &mut request, &Known::default()).err().unwrap_or_default();
        let real = faults.iter().filter(|fault| !fault.message.contains("is not a member")).collect::<Vec<_>>();
        assert!(real.is_empty(), "{method} {real:?}");
        self.sim.handle(self.now, operation, &request)
    }

    pub fn ask(&mut self, module: &str, method: &str, request: Value) -> Value {
        self.send(module, method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
    }

    pub fn ecs(&mut self, method: &str, request: Value) -> Value {
        self.ask("ecs", method, request)
    }

    pub fn refused(&mut self, module: &str, method: &str, request: Value) -> AwsError {
        match self.send(module, method, request) {
            Err(Failure::Answered(error)) => error,
            other => panic!("{method} was not refused: {other:?}"),
        }
    }

    pub fn service(&mut self) -> Value {
        let request = crate::map! { "cluster" => CLUSTER, "services" => vec![SERVICE] };
        self.ecs("describe_services", request).items("services")[0].clone()
    }

    /// The tasks of the service that are wanted, or no longer wanted.
    pub fn tasks(&mut self, status: &str) -> Vec<Value> {
        let request = crate::map! { "cluster" => CLUSTER, "serviceName" => SERVICE, "desiredStatus" => status };
        let arns = self.ecs("list_tasks", request).items("taskArns").to_vec();
        if arns.is_empty() {
            return vec![];
        }
        self.ecs("describe_tasks", crate::map! { "cluster" => CLUSTER, "tasks" => arns }).items("tasks").to_vec()
    }

    /// UpdateService of the guide's service, with one more member.
    pub fn update(&mut self, name: &str, value: impl Into<Value>) -> Value {
        let request = crate::map! { "cluster" => CLUSTER, "service" => SERVICE, name => Into::<Value>::into(value) };
        self.ecs("update_service", request).get("service").cloned().expect("an answer with a service")
    }

    /// The newest service deployment, described.
    pub fn rollout(&mut self) -> Value {
        let arn = text(&self.rollouts()[0], "serviceDeploymentArn");
        let request = crate::map! { "serviceDeploymentArns" => vec![arn] };
        self.ecs("describe_service_deployments", request).items("serviceDeployments")[0].clone()
    }

    /// What the service said after `since`, oldest first, with the seconds passed.
    pub fn said(&mut self, since: Timestamp) -> Vec<(f64, String)> {
        self.sim.advance(self.now);
        let prefix = format!("(service {SERVICE}) ");
        let said = ecs::said(&self.sim, &format!("{CLUSTER}/{SERVICE}"), since).into_iter();
        said.map(|(at, message)| (seconds(since, at), message.strip_prefix(&prefix).unwrap_or(message).to_owned())).collect()
    }

    /// When the service first said something that holds `part`, in seconds.
    pub fn said_at(&mut self, since: Timestamp, part: &str) -> Option<f64> {
        self.said(since).into_iter().find(|(_, message)| message.contains(part)).map(|(at, _)| at)
    }

    pub fn rollouts(&mut self) -> Vec<Value> {
        let request = crate::map! { "cluster" => CLUSTER, "service" => SERVICE };
        self.ecs("list_service_deployments", request).items("serviceDeployments").to_vec()
    }
}

pub fn int(value: &Value, name: &str) -> i64 {
    value.get(name).and_then(Value::as_int).unwrap_or_else(|| panic!("no integer {name} in {value:?}"))
}

pub fn text(value: &Value, name: &str) -> String {
    value.text(name).unwrap_or_else(|| panic!("no text {name} in {value:?}")).to_owned()
}

pub fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_millisecond() - from.as_millisecond()) as f64 / 1000.0
}

pub fn time(value: &Value, name: &str) -> Option<Timestamp> {
    match value.get(name) {
        Some(Value::Time(time)) => Some(*time),
        _ => None,
    }
}
