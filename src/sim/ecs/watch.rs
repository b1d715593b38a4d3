//! What is kept an eye on while a deployment is under way: failed tasks, alarms
//! and the bake. Tasks tell their service here what became of them.

use serde::{Deserialize, Serialize};

use super::super::{Sim, load};
use super::pace::Pace;
use super::service::Service;
use super::task::Task;
use crate::value::{Timestamp, Value};

/// The eye on the PRIMARY deployment, from its beginning to its end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Watch {
    pub failures: i64,
    pub tripped: bool,
    /// In ALARM when it began: they say nothing about this deployment.
    pub ignored_alarms: Vec<String>,
    pub triggered_alarms: Vec<String>,
    pub bake_until: Option<Timestamp>,
    /// It is the rollback of another deployment.
    pub rolls_back: bool,
}

/// Whether a task that exits after RUNNING is a failure of its deployment. What
/// AWS writes and what people saw differ here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exits {
    /// As AWS writes: one that passed its checks and then stops need not trip
    /// the breaker, one that never passed them does.
    #[default]
    CountBeforeHealthy,
    /// As seen in 2021: `failedTasks` stayed 0 however often a task exited.
    NeverCount,
    AlwaysCount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Something that the scheduler should look at.
    Changed,
    Ran,
    Healthy,
    Stopped,
}

/// A task tells its service, which looks at its next regular moment.
pub fn tell(sim: &mut Sim, id: &str, news: News) {
    let (now, ecs) = (sim.now, &mut sim.ecs);
    let Some(task) = ecs.tasks.get(id) else {
        return;
    };
    let (pace, exits, key) = (&ecs.pace, ecs.exits, task.service.clone());
    ecs.services.change(&key, |service| {
        match news {
            News::Changed => {}
            News::Ran => service.backoff.ran(&task.deployment),
            News::Healthy => service.see_healthy(&task.deployment),
            News::Stopped => service.see_stopped(task, exits, now, pace),
        }
        service.look_by(pace.next_tick(now));
    });
    // Tasks of no service bear nothing.
    if !key.is_empty() {
        load::tasks_changed(sim, &key);
    }
}

impl Service {
    /// The PRIMARY deployment is neither completed nor failed.
    pub fn is_deploying(&self) -> bool {
        self.deployments.first().is_some_and(|primary| primary.text("rolloutState") == "IN_PROGRESS")
    }

    fn see_healthy(&mut self, deployment: &str) {
        if self.breaker().resets && self.is_deploying() && deployment == self.primary_id() {
            self.set_failures(0);
        }
    }

    fn see_stopped(&mut self, task: &Task, exits: Exits, now: Timestamp, pace: &Pace) {
        let counts = match task.document.text("stopCode") {
            "TaskFailedToStart" => {
                self.backoff.failed(&task.deployment, task.created(), now, pace);
                true
            }
            "EssentialContainerExited" => match exits {
                Exits::CountBeforeHealthy => !task.was_healthy,
                Exits::NeverCount => false,
                Exits::AlwaysCount => true,
            },
            _ => false,
        };
        if counts {
            self.count_failure(&task.deployment);
        }
    }

    /// Only what belongs to a deployment under way is counted.
    pub fn count_failure(&mut self, deployment: &str) {
        if self.is_deploying() && deployment == self.primary_id() {
            self.set_failures(self.watch.failures + 1);
        }
    }

    fn set_failures(&mut self, failures: i64) {
        self.watch.failures = failures;
        if self.primary().int("failedTasks") != failures {
            self.primary().set("failedTasks", failures);
        }
    }

    /// The names of the deployment alarms, and whether they roll back; nothing
    /// when they are not in use.
    pub fn alarms(&self) -> Option<(Vec<&str>, bool)> {
        let alarms = self.document.get("deploymentConfiguration")?.get("alarms")?;
        let flag = |name: &str| alarms.get(name).and_then(Value::as_bool).unwrap_or(false);
        let names = || alarms.items("alarmNames").iter().filter_map(Value::as_str).collect();
        flag("enable").then(|| (names(), flag("rollback")))
    }

    pub fn bake_minutes(&self) -> i64 {
        let configuration = self.document.get("deploymentConfiguration");
        configuration.and_then(|all| all.get("bakeTimeInMinutes")?.as_int()).unwrap_or(0)
    }
}
