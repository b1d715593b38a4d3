//! One task: what AWS shows of it, and the steps that lie ahead of it.

use serde::{Deserialize, Serialize};

use super::super::dice::Dice;
use super::super::document::Document;
use super::super::faults::Fate;
use super::super::place::short;
use super::super::timed::Due;
use super::super::{Sim, logs};
use super::containers::digest;
use super::pace::{Pace, after};
use crate::value::{Map, Timestamp, Value};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    pub document: Document,
    /// The key of its service, and its deployment's id.
    pub service: String,
    pub deployment: String,
    pub target: Target,
    /// What must still happen before a running task counts as healthy.
    pub awaits: Vec<Proof>,
    pub running_since: Option<Timestamp>,
    /// What goes wrong with it, sooner or later.
    pub fate: Fate,
    agenda: Vec<(Timestamp, Step)>,
}

/// Where the task stands at its target group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    None,
    Unregistered,
    Registered,
    Draining,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// The target group's health checks pass.
    TargetHealthy,
    /// The health check of an essential container passes.
    ContainerHealthy,
    /// With nothing to check, being RUNNING for a while.
    Settled,
}

/// The states that take time are left by these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Attach,
    Pull,
    Pulled,
    Run,
    Prove(Proof),
    Drained,
    Exit,
    Release,
    Forget,
}

impl Due for Task {
    fn due(&self) -> Option<Timestamp> {
        self.agenda.iter().map(|(at, _)| *at).min()
    }
}

impl Task {
    pub fn new(document: Document, service: &str, deployment: &str, target: Target, awaits: Vec<Proof>) -> Task {
        let (service, deployment) = (service.to_owned(), deployment.to_owned());
        Task { document, service, deployment, target, awaits, running_since: None, fate: Fate::default(), agenda: vec![] }
    }

    pub fn begin(&mut self, now: Timestamp, pace: &Pace) {
        self.plan(now, pace.attach_ms, Step::Attach);
    }

    pub fn id(&self) -> &str {
        short(self.document.text("taskArn"))
    }

    pub fn cluster(&self) -> &str {
        short(self.document.text("clusterArn"))
    }

    fn status(&self) -> &str {
        self.document.text("lastStatus")
    }

    /// Nobody has told it to stop.
    pub fn is_wanted(&self) -> bool {
        self.document.text("desiredStatus") == "RUNNING"
    }

    pub fn is_running(&self) -> bool {
        self.status() == "RUNNING"
    }

    pub fn is_pending(&self) -> bool {
        matches!(self.status(), "PROVISIONING" | "PENDING" | "ACTIVATING")
    }

    /// Counts toward the healthy tasks that a service must keep.
    pub fn is_healthy(&self) -> bool {
        self.is_wanted() && self.is_running() && self.awaits.is_empty()
    }

    /// Its connections are not all gone yet.
    pub fn is_draining(&self) -> bool {
        self.status() == "DEACTIVATING"
    }

    fn plan(&mut self, now: Timestamp, milliseconds: i64, step: Step) {
        self.agenda.push((after(now, milliseconds), step));
    }

    fn set_status(&mut self, status: &str) {
        self.document.set("lastStatus", status);
        let version = self.document.int("version");
        self.document.set("version", version + 1);
    }

    fn each_container(&mut self, mut change: impl FnMut(&mut Map)) {
        if let Some(Value::List(containers)) = self.document.get_mut("containers") {
            containers.iter_mut().filter_map(Value::as_map_mut).for_each(&mut change);
        }
    }

    /// The scheduler does not need it any more.
    pub fn stop(&mut self, now: Timestamp, pace: &Pace) {
        let reason = format!("Scaling activity initiated by (deployment {})", self.deployment);
        self.document.set("desiredStatus", "STOPPED");
        self.document.set("stopCode", "ServiceSchedulerInitiated");
        self.document.set("stoppedReason", reason);
        self.document.set("stoppingAt", now);
        self.agenda.clear();
        match (self.is_running(), self.target) {
            (true, Target::Registered) => self.set_status("DEACTIVATING"),
            (true, _) => {
                self.set_status("STOPPING");
                self.plan(now, pace.exit_ms, Step::Exit);
            }
            (false, _) => {
                self.set_status("DEPROVISIONING");
                self.plan(now, pace.release_ms, Step::Release);
            }
        }
    }

    pub fn register_target(&mut self, now: Timestamp, pace: &Pace) {
        self.target = Target::Registered;
        self.plan(now, pace.target_healthy_ms, Step::Prove(Proof::TargetHealthy));
    }

    pub fn deregister_target(&mut self, now: Timestamp, pace: &Pace) {
        self.target = Target::Draining;
        self.plan(now, pace.deregistration_delay_ms, Step::Drained);
    }

    /// Takes the earliest step that is due.
    fn next_step(&mut self, now: Timestamp) -> Option<Step> {
        let due = self.agenda.iter().enumerate().filter(|(_, (at, _))| *at <= now);
        let (place, _) = due.min_by_key(|(_, (at, _))| *at)?;
        Some(self.agenda.remove(place).1)
    }

    fn run(&mut self, now: Timestamp, pace: &Pace, dice: &mut Dice) {
        self.set_status("RUNNING");
        self.document.set("startedAt", now);
        self.running_since = Some(now);
        let id = self.id().to_owned();
        self.each_container(|container| {
            let image = container.get("image").and_then(Value::as_str).unwrap_or_default().to_owned();
            let runtime = format!("{id}-{:010}", dice.below(10_000_000_000));
            container.insert("imageDigest".into(), digest(&image).into());
            container.insert("runtimeId".into(), runtime.into());
            container.insert("lastStatus".into(), "RUNNING".into());
        });
        for proof in self.awaits.clone() {
            // The target's health is proved only once it is registered.
            match proof {
                Proof::TargetHealthy => {}
                Proof::ContainerHealthy => self.plan(now, pace.container_healthy_ms, Step::Prove(proof)),
                Proof::Settled => self.plan(now, pace.settle_ms, Step::Prove(proof)),
            }
        }
    }

    fn prove(&mut self, proof: Proof) {
        self.awaits.retain(|awaited| *awaited != proof);
        if proof == Proof::ContainerHealthy {
            self.document.set("healthStatus", "HEALTHY");
            self.each_container(|container| drop(container.insert("healthStatus".into(), "HEALTHY".into())));
        }
    }

    fn set_attachment(&mut self, status: &str) {
        if let Some(Value::List(attachments)) = self.document.get_mut("attachments") {
            for attachment in attachments.iter_mut().filter_map(Value::as_map_mut) {
                attachment.insert("status".into(), status.into());
            }
        }
    }
}

/// Runs what is due of one task, until it is gone.
pub fn run_steps(sim: &mut Sim, id: &str) {
    let now = sim.now;
    while let Some(Some(step)) = sim.ecs.tasks.change(id, |task| task.next_step(now)) {
        match step {
            Step::Forget => sim.ecs.tasks.remove(id),
            Step::Attach | Step::Pull | Step::Pulled | Step::Run => start_step(sim, id, step),
            Step::Drained | Step::Exit | Step::Release => stop_step(sim, id, step),
            Step::Prove(proof) => drop(sim.ecs.tasks.change(id, |task| task.prove(proof))),
        }
    }
}

/// PROVISIONING, PENDING, ACTIVATING, RUNNING.
fn start_step(sim: &mut Sim, id: &str, step: Step) {
    let (now, pace, dice) = (sim.now, &sim.ecs.pace, &mut sim.dice);
    sim.ecs.tasks.change(id, |task| match step {
        Step::Attach => {
            task.set_status("PENDING");
            task.document.set("connectivity", "CONNECTED");
            task.document.set("connectivityAt", now);
            task.set_attachment("ATTACHED");
            task.plan(now, pace.pull_after_ms, Step::Pull);
        }
        Step::Pull => {
            task.set_status("ACTIVATING");
            task.document.set("pullStartedAt", now);
            let spread = dice.below(pace.pull_spread_ms.max(1)) as i64;
            task.plan(now, pace.pull_ms + spread, Step::Pulled);
        }
        Step::Pulled => {
            task.document.set("pullStoppedAt", now);
            task.plan(now, pace.start_ms, Step::Run);
        }
        _ => task.run(now, pace, dice),
    });
    if step == Step::Run {
        logs::task_started(sim, id);
    }
}

/// DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED.
fn stop_step(sim: &mut Sim, id: &str, step: Step) {
    let (now, pace) = (sim.now, &sim.ecs.pace);
    sim.ecs.tasks.change(id, |task| match step {
        Step::Drained => {
            task.target = Target::None;
            task.set_status("STOPPING");
            task.plan(now, pace.exit_ms, Step::Exit);
        }
        Step::Exit => {
            task.set_status("DEPROVISIONING");
            task.document.set("executionStoppedAt", now);
            task.each_container(|container| drop(container.insert("exitCode".into(), Value::Int(0))));
            task.plan(now, pace.release_ms, Step::Release);
        }
        _ => {
            task.set_status("STOPPED");
            task.document.set("stoppedAt", now);
            task.document.set("connectivity", "DISCONNECTED");
            task.each_container(|container| drop(container.insert("lastStatus".into(), "STOPPED".into())));
            task.set_attachment("DELETED");
            task.plan(now, pace.remember_ms, Step::Forget);
        }
    });
    if step == Step::Exit {
        logs::task_stopped(sim, id);
    }
}
