//! What a service says happened, in AWS's words, newest first.

use super::super::dice::Dice;
use super::super::document::Document;
use super::pace::after;
use super::service::Service;
use crate::map;
use crate::value::{Timestamp, Value};

const KEPT: usize = 100;

pub enum Said<'a> {
    Steady,
    Started(&'a [String]),
    StoppedRunning(&'a [String]),
    StoppedPending(usize),
    Registered(usize, &'a str),
    Deregistered(usize, &'a str),
    /// Connections of so many tasks of this deployment.
    Draining(&'a str, usize),
    Completed(&'a str),
    /// The deployment, and what failed.
    Failed(&'a str, &'a str),
    RollingBack(&'a str),
    /// A task, its port and its target group.
    SickTarget(&'a str, i64, &'a str),
    SickContainer(&'a str),
    /// Why, with a full stop or without.
    NoPlace(&'a str),
    Impaired,
    Stuck,
}

impl Said<'_> {
    fn text(&self, service: &str) -> String {
        let what = match self {
            Said::Steady => "has reached a steady state.".to_owned(),
            Said::Started(ids) => format!("has started {} tasks: {}.", ids.len(), named(ids)),
            Said::StoppedRunning(ids) => format!("has stopped {} running tasks: {}.", ids.len(), named(ids)),
            Said::StoppedPending(count) => format!("stopped {count} pending tasks."),
            Said::Registered(count, group) => format!("registered {count} targets in (target-group {group})"),
            Said::Deregistered(count, group) => format!("deregistered {count} targets in (target-group {group})"),
            Said::Draining(deployment, count) => {
                let who = format!("(service {service}, taskSet {deployment})");
                return format!("{who} has begun draining connections on {count} tasks.");
            }
            Said::Completed(deployment) => format!("(deployment {deployment}) deployment completed."),
            Said::Failed(deployment, what) => format!("(deployment {deployment}) deployment failed: {what}."),
            Said::RollingBack(deployment) => format!("rolling back to deployment {deployment}."),
            Said::SickTarget(task, port, group) => format!(
                "(task {task}) (port {port}) is unhealthy in (target-group {group}) due to (reason Health checks failed)."
            ),
            Said::SickContainer(task) => format!("(task {task}) failed container health checks."),
            Said::NoPlace(reason) => format!("was unable to place a task. Reason: {}.", reason.trim_end_matches('.')),
            Said::Impaired => "is unable to consistently start tasks successfully.".to_owned(),
            Said::Stuck => "was unable to stop or start tasks during a deployment because of the service deployment \
                            configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
                .to_owned(),
        };
        format!("(service {service}) {what}")
    }
}

fn named(ids: &[String]) -> String {
    ids.iter().map(|id| format!("(task {id})")).collect::<Vec<_>>().join(" ")
}

impl Service {
    /// No two events share a moment, so that their order can be read from them.
    pub fn say(&mut self, now: Timestamp, dice: &mut Dice, said: &Said) {
        let last = self.events.first().and_then(|event| match event.get("createdAt") {
            Some(Value::Time(time)) => Some(after(*time, 1)),
            _ => None,
        });
        let at = last.map_or(now, |last| last.max(now));
        let event = map! { "id" => dice.uuid(), "createdAt" => at, "message" => said.text(&self.name) };
        self.events.insert(0, Document::from(event));
        self.events.truncate(KEPT);
    }
}
