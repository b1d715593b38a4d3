//! What a caller of the simulator may rely on, by the numbered rules of ECS.

mod deploy;
mod refusals;
mod services;
mod shapes;
mod world;

use jiff::SignedDuration;

use super::Sim;
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
