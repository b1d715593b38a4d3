//! One task: what AWS shows of it, and what the scheduler asks of it. What
//! happens to it as time passes stands in `life`.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::faults::Fate;
use super::super::place::short;
use super::super::secrets::Given;
use super::super::timed::Due;
use super::checks::Probe;
use super::ending::Ending;
use super::pace::{Pace, after};
use super::status::Status;
use crate::value::{Map, Timestamp, Value};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    pub document: Document,
    /// The key of its service, and its deployment's id; empty for a task that
    /// was run on its own.
    pub service: String,
    pub deployment: String,
    pub status: Status,
    /// Nobody has told it to stop, and it has not stopped by itself.
    wanted: bool,
    pub target: Target,
    /// What must still happen before a running task counts as healthy.
    pub awaits: Vec<Proof>,
    /// It has counted as healthy once.
    pub was_healthy: bool,
    /// Whose checks fail.
    pub sick: Option<Proof>,
    /// The scheduler has seen that it is sick and will not keep it.
    pub condemned: bool,
    pub running_since: Option<Timestamp>,
    /// What goes wrong with it, sooner or later.
    pub fate: Fate,
    /// The containers that take the task with them.
    pub essential: Vec<String>,
    /// What the tags of its images meant when its deployment began.
    pub digests: Vec<String>,
    /// The versions of secrets that its containers were given when it started.
    #[serde(default)]
    pub given: Vec<Given>,
    pub probe: Option<Probe>,
    /// When its containers heed no stop signal: how long until they are killed.
    pub kill_after_ms: Option<i64>,
    agenda: Vec<(Timestamp, Step)>,
}

/// Where the task stands at its target group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    None,
    Unregistered,
    Initial,
    Healthy,
    Unhealthy,
    Draining,
}

impl Target {
    pub fn is_registered(self) -> bool {
        matches!(self, Target::Initial | Target::Healthy | Target::Unhealthy)
    }
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

/// What happens to a task by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    Attach,
    Pull,
    PullFails,
    Pulled,
    Run,
    Crash,
    Pass(Proof),
    Fail(Proof),
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
    pub fn new(document: Document, service: &str, deployment: &str, fate: Fate) -> Task {
        Task {
            document,
            service: service.to_owned(),
            deployment: deployment.to_owned(),
            status: Status::Provisioning,
            wanted: true,
            target: Target::None,
            awaits: vec![],
            was_healthy: false,
            sick: None,
            condemned: false,
            running_since: None,
            fate,
            essential: vec![],
            digests: vec![],
            given: vec![],
            probe: None,
            kill_after_ms: None,
            agenda: vec![],
        }
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

    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    pub fn is_pending(&self) -> bool {
        self.status < Status::Running
    }

    /// Counts toward the healthy tasks that a service must keep.
    pub fn is_healthy(&self) -> bool {
        self.wanted && self.is_running() && self.awaits.is_empty() && self.sick.is_none()
    }

    /// Its connections are not all gone yet.
    pub fn is_draining(&self) -> bool {
        self.status == Status::Deactivating
    }

    /// It stopped by itself, and what it had is not free yet.
    pub fn is_leaving_by_itself(&self) -> bool {
        let by_itself = || matches!(self.document.text("stopCode"), "TaskFailedToStart" | "EssentialContainerExited");
        !self.wanted && self.status != Status::Stopped && by_itself()
    }

    pub fn created(&self) -> Timestamp {
        match self.document.get("createdAt") {
            Some(Value::Time(time)) => *time,
            _ => Timestamp::UNIX_EPOCH,
        }
    }

    pub fn plan(&mut self, now: Timestamp, milliseconds: i64, step: Step) {
        self.agenda.push((after(now, milliseconds), step));
    }

    /// Takes the earliest step that is due.
    pub fn next_step(&mut self, now: Timestamp) -> Option<Step> {
        let due = self.agenda.iter().enumerate().filter(|(_, (at, _))| *at <= now);
        let (place, _) = due.min_by_key(|(_, (at, _))| *at)?;
        Some(self.agenda.remove(place).1)
    }

    pub fn set_status(&mut self, status: Status) {
        self.status = status;
        self.document.set("lastStatus", status.text());
        let version = self.document.int("version");
        self.document.set("version", version + 1);
    }

    pub fn each_container(&mut self, mut change: impl FnMut(usize, &mut Map)) {
        if let Some(Value::List(containers)) = self.document.get_mut("containers") {
            for (place, container) in containers.iter_mut().filter_map(Value::as_map_mut).enumerate() {
                change(place, container);
            }
        }
    }

    /// Somebody does not need it any more.
    pub fn stop(&mut self, now: Timestamp, pace: &Pace, ending: &Ending) {
        self.end(now, ending);
        match self.status {
            Status::Running if self.target.is_registered() => self.set_status(Status::Deactivating),
            Status::Running => self.signal(now, pace),
            _ => self.release(now, pace.release_ms),
        }
    }

    /// An essential container is gone: the others get the stop signal at once.
    pub fn exit(&mut self, now: Timestamp, pace: &Pace) {
        self.end(now, &Ending::exited());
        self.signal(now, pace);
    }

    /// It never comes to run.
    pub fn give_up(&mut self, now: Timestamp, pace: &Pace, reason: &str) {
        self.end(now, &Ending::never_ran(reason));
        self.release(now, pace.release_ms);
    }

    fn end(&mut self, now: Timestamp, ending: &Ending) {
        self.wanted = false;
        self.document.set("desiredStatus", "STOPPED");
        self.document.set("stopCode", ending.code);
        self.document.set("stoppedReason", ending.reason.as_str());
        self.document.set("stoppingAt", now);
        self.agenda.clear();
    }

    pub fn signal(&mut self, now: Timestamp, pace: &Pace) {
        self.set_status(Status::Stopping);
        self.plan(now, self.kill_after_ms.unwrap_or(pace.exit_ms), Step::Exit);
    }

    pub fn release(&mut self, now: Timestamp, milliseconds: i64) {
        self.set_status(Status::Deprovisioning);
        self.plan(now, milliseconds, Step::Release);
    }

    pub fn set_attachment(&mut self, status: &str) {
        if let Some(Value::List(attachments)) = self.document.get_mut("attachments") {
            for attachment in attachments.iter_mut().filter_map(Value::as_map_mut) {
                attachment.insert("status".into(), status.into());
            }
        }
    }
}
