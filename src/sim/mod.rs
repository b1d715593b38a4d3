//! A first simulator of ECS and its neighbors: a pure state machine over
//! virtual time, `(state, now, request) -> (state, answer)`.
//!
//! It reads no clock, file, variable or random source: time comes with each
//! request and chance from a seed in the state, so the same seed and the same
//! requests give the same bytes. It knows what AWS's answers look like, and no
//! client, wire or script, but for [`door`], which lets clients in. What goes
//! wrong is a scenario's doing: `faults`.
//!
//! A resource is AWS's own JSON document beside state that AWS does not show.
//! The model patches the document, so members it has never heard of survive.

mod cloudwatch;
mod dice;
mod document;
pub mod door;
mod ecr;
mod ecs;
mod elbv2;
mod faults;
mod guide;
mod http;
mod load;
mod logs;
mod paging;
mod place;
mod refuse;
mod request;
mod rules;
mod scaling;
mod secrets;
mod sts;
#[cfg(test)]
mod tests;
mod timed;

use serde::{Deserialize, Serialize};

use crate::api::{Failure, HTTP, Operation};
use crate::value::{Timestamp, Value};
use dice::Dice;
pub use ecs::Held;
pub use faults::{Fault, Kind, Member, Row, Scenario, ScenarioError, Strikes, Takes};
use place::Place;

type Answer = Result<Value, Failure>;

#[derive(Clone, Serialize, Deserialize)]
pub struct Sim {
    now: Timestamp,
    place: Place,
    dice: Dice,
    ecs: ecs::Ecs,
    secrets: secrets::Secrets,
    scaling: scaling::Scaling,
    loads: load::Loads,
    logs: logs::Logs,
    cloudwatch: cloudwatch::CloudWatch,
    ecr: ecr::Ecr,
    balancing: elbv2::Balancing,
    faults: faults::Faults,
}

impl Sim {
    /// The guide's project, as it stands at the same moment every time.
    pub fn guide(seed: u64) -> Sim {
        guide::build(seed)
    }

    /// An account with nothing in it.
    fn empty(seed: u64, now: Timestamp, place: Place) -> Sim {
        Sim {
            now,
            place,
            dice: Dice::new(seed),
            ecs: Default::default(),
            secrets: Default::default(),
            scaling: Default::default(),
            loads: Default::default(),
            logs: Default::default(),
            cloudwatch: Default::default(),
            ecr: Default::default(),
            balancing: Default::default(),
            faults: Default::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Puts the faults of a scenario into the world, from now on and in place
    /// of those of the scenario before; an empty one takes those out. A task
    /// that is doomed already stays doomed.
    pub fn play(&mut self, scenario: Scenario) {
        faults::play(self, scenario);
    }

    /// Runs everything that is due up to `to`, in the order of its time. An
    /// earlier `to` changes nothing: time never goes back.
    pub fn advance(&mut self, to: Timestamp) {
        let dues = |sim: &Sim| [ecs::due(sim), faults::due(sim), scaling::due(sim), cloudwatch::due(sim)];
        let first = |sim: &Sim| dues(sim).into_iter().flatten().min();
        while let Some(due) = first(self).filter(|due| *due <= to) {
            self.now = self.now.max(due);
            ecs::run_due(self);
            faults::run_due(self);
            scaling::run_due(self);
            cloudwatch::run_due(self);
        }
        self.now = self.now.max(to);
    }

    /// Answers one request that has passed validation. A refused request
    /// changes nothing but the time.
    pub fn handle(&mut self, now: Timestamp, operation: &'static Operation, request: &Value) -> Answer {
        self.advance(now);
        let request = request::as_sent(request);
        if let Some(answer) = faults::before(self, operation, &request) {
            return answer;
        }
        let answer = self.answer(operation, &request);
        faults::after(self, operation, &request, answer)
    }

    fn answer(&mut self, operation: &'static Operation, request: &Value) -> Answer {
        let answer = match operation.module {
            "ecs" => ecs::handle(self, operation.method, request),
            "secretsmanager" => secrets::handle(self, operation.method, request),
            "application_autoscaling" => scaling::handle(self, operation.method, request),
            "logs" => logs::handle(self, operation.method, request),
            "cloudwatch" => cloudwatch::handle(self, operation.method, request),
            "ecr" => ecr::handle(self, operation.method, request),
            "elbv2" => elbv2::handle(self, operation.method, request),
            "sts" => sts::handle(self, operation.method),
            HTTP => Some(http::handle(self, operation, request)),
            _ => None,
        };
        answer.unwrap_or_else(|| Err(refuse::unsupported(&operation.to_string())))
    }

    /// From now on the tag of an image means another one, as after a push.
    pub fn move_tag(&mut self, image: &str, digest: &str) {
        ecs::move_tag(self, image, digest);
    }

    /// How much chance was used up so far: two equal worlds of which one has
    /// used more do not go on alike.
    pub fn chance_used(&self) -> u64 {
        self.dice.drawn()
    }

    /// Which versions of secrets the tasks hold that have not stopped: no answer
    /// of AWS tells.
    pub fn held_secrets(&self) -> Vec<Held> {
        ecs::held(self)
    }

    /// The whole world as text: what its secrets hold included.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("the state is plain data")
    }

    pub fn from_json(text: &str) -> Result<Sim, String> {
        serde_json::from_str(text).map_err(|error| format!("this is no world of the sandbox: {error}"))
    }
}
