//! What happens to a task as time passes: it starts, fails, is checked, stops
//! and is forgotten. Its service hears of what concerns it.

use super::super::{Sim, logs, secrets};
use super::families;
use super::status::Status;
use super::task::{Proof, Step, Target, Task};
use super::watch;
use crate::value::Value;

/// Runs what is due of one task, until it is gone.
pub fn run_steps(sim: &mut Sim, id: &str) {
    let now = sim.now;
    while let Some(Some(step)) = sim.ecs.tasks.change(id, |task| task.next_step(now)) {
        match step {
            Step::Forget => sim.ecs.tasks.remove(id),
            Step::Attach | Step::Pulled => start_step(sim, id, step),
            Step::Pull => pull(sim, id),
            Step::PullFails => give_up_pulling(sim, id),
            Step::Run => run(sim, id),
            Step::Crash => crash(sim, id),
            Step::Pass(_) | Step::Fail(_) | Step::Prove(_) => check_step(sim, id, step),
            Step::Drained | Step::Exit | Step::Release => stop_step(sim, id, step),
        }
    }
}

fn start_step(sim: &mut Sim, id: &str, step: Step) {
    let (now, pace) = (sim.now, &sim.ecs.pace);
    sim.ecs.tasks.change(id, |task| match step {
        Step::Attach => {
            task.set_status(Status::Pending);
            task.document.set("connectivity", "CONNECTED");
            task.document.set("connectivityAt", now);
            task.set_attachment("ATTACHED");
            task.plan(now, pace.pull_after_ms, Step::Pull);
        }
        _ => {
            task.document.set("pullStoppedAt", now);
            task.plan(now, pace.start_ms + task.fate.slower_ms, Step::Run);
        }
    });
}

/// Secrets are read before anything is pulled.
fn pull(sim: &mut Sim, id: &str) {
    let read = sim.ecs.tasks.get(id).map_or(Ok(vec![]), |task| read_secrets(sim, task));
    let (now, pace, dice) = (sim.now, &sim.ecs.pace, &mut sim.dice);
    sim.ecs.tasks.change(id, |task| {
        match read {
            Ok(given) => task.given = given,
            Err(reason) => return task.give_up(now, pace, &reason),
        }
        task.set_status(Status::Activating);
        task.document.set("pullStartedAt", now);
        if task.fate.unpullable.is_some() {
            return task.plan(now, pace.pull_retries_ms, Step::PullFails);
        }
        let spread = dice.below(pace.pull_spread_ms.max(1)) as i64;
        task.plan(now, pace.pull_ms + spread, Step::Pulled);
    });
}

/// What the task's containers are given, or the whole reason for which a task
/// stops whose secrets cannot be read.
fn read_secrets(sim: &Sim, task: &Task) -> Result<Vec<secrets::Given>, String> {
    if let Some(reason) = &task.fate.unreadable {
        return Err(reason.clone());
    }
    let Some(definition) = families::find(sim, task.document.text("taskDefinitionArn")) else {
        return Ok(vec![]);
    };
    let containers = definition.document.items("containerDefinitions").iter();
    let options = |container: &Value| container.get("logConfiguration").map(|log| log.items("secretOptions").to_vec());
    let wanted = containers.flat_map(|container| [container.items("secrets").to_vec(), options(container).unwrap_or_default()]);
    let mut given = vec![];
    for name in wanted.flatten().filter_map(|secret| secret.text("valueFrom").map(str::to_owned)) {
        let found = secrets::resolve(sim, &name).map_err(|error| {
            format!(
                "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: \
                 unable to retrieve secret from asm: {error}"
            )
        })?;
        given.extend(found.filter(|found| !given.contains(found)));
    }
    Ok(given)
}

fn give_up_pulling(sim: &mut Sim, id: &str) {
    let (now, pace) = (sim.now, &sim.ecs.pace);
    sim.ecs.tasks.change(id, |task| {
        let (name, reason) = task.fate.unpullable.clone().unwrap_or_default();
        task.document.set("pullStoppedAt", now);
        task.each_container(|_, container| {
            if container.get("name").and_then(Value::as_str) == Some(&name) {
                container.insert("reason".into(), reason.as_str().into());
            }
        });
        task.give_up(now, pace, &reason);
    });
}

fn run(sim: &mut Sim, id: &str) {
    let (now, pace, dice) = (sim.now, &sim.ecs.pace, &mut sim.dice);
    sim.ecs.tasks.change(id, |task| {
        task.set_status(Status::Running);
        task.document.set("startedAt", now);
        task.running_since = Some(now);
        let digests = task.digests.clone();
        task.each_container(|place, container| {
            let runtime = format!("{id}-{:010}", dice.below(10_000_000_000));
            container.insert("imageDigest".into(), digests.get(place).cloned().unwrap_or_default().into());
            container.insert("runtimeId".into(), runtime.into());
            container.insert("lastStatus".into(), "RUNNING".into());
        });
        if let Some(crash) = &task.fate.crash {
            task.plan(now, crash.after_ms, Step::Crash);
        }
        if task.awaits.contains(&Proof::Settled) {
            task.plan(now, pace.settle_ms, Step::Prove(Proof::Settled));
        }
        task.check_containers(now);
    });
    logs::task_started(sim, id);
    watch::tell(sim, id, watch::News::Ran);
}

fn crash(sim: &mut Sim, id: &str) {
    logs::task_crashed(sim, id);
    let (now, pace) = (sim.now, &sim.ecs.pace);
    sim.ecs.tasks.change(id, |task| {
        let Some(crash) = task.fate.crash.clone() else {
            return;
        };
        task.each_container(|_, container| {
            if container.get("name").and_then(Value::as_str) == Some(&crash.container) {
                container.insert("lastStatus".into(), "STOPPED".into());
                container.insert("exitCode".into(), crash.exit_code.into());
                container.extend(crash.reason.clone().map(|reason| ("reason".into(), reason.into())));
            }
        });
        if task.essential.contains(&crash.container) {
            task.exit(now, pace);
        }
    });
    watch::tell(sim, id, watch::News::Changed);
}

fn check_step(sim: &mut Sim, id: &str, step: Step) {
    let (now, pace) = (sim.now, &sim.ecs.pace);
    let healthy = sim.ecs.tasks.change(id, |task| {
        match step {
            Step::Pass(proof) => task.pass(now, pace, proof),
            Step::Fail(proof) => task.fail(proof),
            Step::Prove(proof) => task.prove(proof),
            _ => {}
        }
        task.is_healthy()
    });
    let news = if healthy == Some(true) { watch::News::Healthy } else { watch::News::Changed };
    watch::tell(sim, id, news);
}

/// DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED.
fn stop_step(sim: &mut Sim, id: &str, step: Step) {
    if step == Step::Exit {
        logs::task_stopped(sim, id);
    }
    let (now, pace, dice) = (sim.now, &sim.ecs.pace, &mut sim.dice);
    sim.ecs.tasks.change(id, |task| match step {
        Step::Drained => {
            task.target = Target::None;
            task.signal(now, pace);
        }
        Step::Exit => {
            task.document.set("executionStoppedAt", now);
            exit_containers(task);
            let spread = dice.below(pace.release_spread_ms.max(1)) as i64;
            task.release(now, pace.release_ms + spread);
        }
        _ => {
            task.set_status(Status::Stopped);
            task.document.set("stoppedAt", now);
            task.document.set("connectivity", "DISCONNECTED");
            task.each_container(|_, container| drop(container.insert("lastStatus".into(), "STOPPED".into())));
            task.set_attachment("DELETED");
            task.plan(now, pace.remember_ms, Step::Forget);
        }
    });
    let news = if step == Step::Release { watch::News::Stopped } else { watch::News::Changed };
    watch::tell(sim, id, news);
}

/// Those that still run: killed ones say 137, the others went in peace.
fn exit_containers(task: &mut Task) {
    let killed = if task.kill_after_ms.is_some() { task.essential.clone() } else { vec![] };
    task.each_container(|_, container| {
        if container.contains_key("exitCode") {
            return;
        }
        let named = |name: &String| container.get("name").and_then(Value::as_str) == Some(name);
        let code = if killed.iter().any(named) { 137 } else { 0 };
        container.insert("exitCode".into(), Value::Int(code));
        container.insert("lastStatus".into(), "STOPPED".into());
    });
}
