//! The guide's account and the moment of whoever asks it something.

use jiff::SignedDuration;
use rollbook::api::{self, AwsError, Failure, Known};
use rollbook::map;
use rollbook::sim::Sim;
use rollbook::value::{Timestamp, Value};

pub const CLUSTER: &str = "nest-wallet-cluster";
pub const SERVICE: &str = "nest-wallet-service";

pub struct Account {
    pub sim: Sim,
    pub now: Timestamp,
    module: &'static str,
}

impl Account {
    /// One whose requests go to `module` where they name no other.
    pub fn of(module: &'static str) -> Account {
        let sim = Sim::guide(5);
        Account { now: sim.now(), sim, module }
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub fn send(&mut self, module: &str, method: &str, mut request: Value) -> Result<Value, Failure> {
        let operation = api::operation(module, method).expect("an operation of the table");
        let valid = api::validate(operation, &mut request, &Known::default());
        assert!(valid.is_ok(), "{method}: {valid:?}");
        self.sim.handle(self.now, operation, &request)
    }

    #[track_caller]
    pub fn ask(&mut self, method: &str, request: Value) -> Value {
        self.send(self.module, method, request).unwrap_or_else(|failure| panic!("{method}: {failure:?}"))
    }

    #[track_caller]
    pub fn ecs(&mut self, method: &str, request: Value) -> Value {
        self.send("ecs", method, request).unwrap_or_else(|failure| panic!("{method}: {failure:?}"))
    }

    /// A refusal, which must have changed nothing.
    #[track_caller]
    pub fn refused(&mut self, method: &str, request: Value) -> AwsError {
        self.sim.advance(self.now);
        let before = self.sim.to_json();
        let answer = self.send(self.module, method, request);
        assert!(self.sim.to_json() == before, "{method} was refused and changed something all the same");
        match answer {
            Err(Failure::Answered(error)) => error,
            other => panic!("{method} was not refused: {other:?}"),
        }
    }

    #[track_caller]
    pub fn assert_refused(&mut self, method: &str, request: Value, code: &str, message: &str) {
        let error = self.refused(method, request);
        assert_eq!((error.code.as_str(), error.status, error.message.as_str()), (code, 400, message));
    }

    /// The tasks of the guide's service that are wanted.
    pub fn tasks(&mut self) -> Vec<Value> {
        let request = map! { "cluster" => CLUSTER, "serviceName" => SERVICE };
        let arns = self.ecs("list_tasks", request).items("taskArns").to_vec();
        self.ecs("describe_tasks", map! { "cluster" => CLUSTER, "tasks" => arns }).items("tasks").to_vec()
    }
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.text(name).unwrap_or_else(|| panic!("no text {name} in {value:?}"))
}

pub fn texts<'a>(items: &'a [Value], name: &str) -> Vec<&'a str> {
    items.iter().map(|item| text(item, name)).collect()
}
