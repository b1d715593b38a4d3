//! StopTask.

use super::super::place::short;
use super::super::refuse::invalid_parameter;
use super::super::{Answer, Sim};
use super::clusters;
use super::ending::Ending;
use super::watch::{News, tell};
use crate::map;
use crate::value::Value;

/// A service that loses a task so starts another one.
pub fn stop(sim: &mut Sim, request: &Value) -> Answer {
    let cluster = clusters::named(sim, request)?;
    let id = short(request.text("task").unwrap_or_default()).to_owned();
    let found = sim.ecs.tasks.get(&id).filter(|task| task.cluster() == cluster);
    let wanted = found.ok_or_else(|| invalid_parameter("The referenced task was not found."))?.is_wanted();
    if wanted {
        let ending = Ending::by_user(request.text("reason"));
        let (now, pace) = (sim.now, &sim.ecs.pace);
        sim.ecs.tasks.change(&id, |task| task.stop(now, pace, &ending));
        tell(sim, &id, News::Changed);
    }
    let task = sim.ecs.tasks.get(&id).map(|task| task.document.to_value());
    Ok(map! { "task" => task.unwrap_or_default() })
}
