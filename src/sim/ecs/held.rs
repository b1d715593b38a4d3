//! What AWS shows nobody: which versions of secrets the tasks hold. A test
//! compares it with what a run claims.

use super::super::Sim;
use super::super::secrets::Given;
use super::status::Status;

/// A version of a secret in the hands of a task that has not stopped.
#[derive(Clone, Debug)]
pub struct Held {
    pub task: String,
    /// As `cluster/service`; empty for a task that was run on its own.
    pub service: String,
    pub secret: String,
    pub version: String,
    /// It is RUNNING, and nobody has told it to stop.
    pub serving: bool,
    /// It is not RUNNING yet.
    pub coming: bool,
}

pub fn held(sim: &Sim) -> Vec<Held> {
    let alive = sim.ecs.tasks.all().filter(|task| task.status != Status::Stopped);
    let each = alive.flat_map(|task| task.given.iter().map(move |given| (task, given)));
    let held = each.map(|(task, Given { secret, version })| Held {
        task: task.document.text("taskArn").to_owned(),
        service: task.service.clone(),
        secret: secret.clone(),
        version: version.clone(),
        serving: task.is_wanted() && task.is_running(),
        coming: task.is_wanted() && task.is_pending(),
    });
    held.collect()
}
