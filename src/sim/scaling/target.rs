//! One scalable target with its policies and its scheduled actions, and what it
//! has seen of its metrics.

use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::timed::Due;
use crate::value::{Timestamp, Value};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Target {
    pub document: Document,
    pub tags: Document,
    /// In the order in which they came.
    pub policies: Vec<Policy>,
    pub actions: Vec<Action>,
    pub look_at: Option<Timestamp>,
    pub scaled_out_at: Option<Timestamp>,
    pub scaled_in_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Policy {
    pub document: Document,
    /// Since when the metric is above the target value.
    pub high_since: Option<Timestamp>,
    /// Since when it is well below.
    pub low_since: Option<Timestamp>,
    /// When a step was taken last.
    pub stepped_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Action {
    pub document: Document,
    /// When it acts next.
    pub next: Option<Timestamp>,
}

/// The three things that can be suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    ScaleIn,
    ScaleOut,
    Schedule,
}

impl Switch {
    pub const ALL: [Switch; 3] = [Switch::ScaleIn, Switch::ScaleOut, Switch::Schedule];

    pub fn name(self) -> &'static str {
        match self {
            Switch::ScaleIn => "DynamicScalingInSuspended",
            Switch::ScaleOut => "DynamicScalingOutSuspended",
            Switch::Schedule => "ScheduledScalingSuspended",
        }
    }
}

impl Due for Target {
    fn due(&self) -> Option<Timestamp> {
        self.actions.iter().map(|action| action.next).chain([self.look_at]).flatten().min()
    }
}

impl Target {
    pub fn arn(&self) -> &str {
        self.document.text("ScalableTargetARN")
    }

    pub fn bounds(&self) -> (i64, i64) {
        (self.document.int("MinCapacity"), self.document.int("MaxCapacity"))
    }

    pub fn is_suspended(&self, switch: Switch) -> bool {
        self.document.get("SuspendedState").and_then(|state| state.get(switch.name())?.as_bool()).unwrap_or(false)
    }

    pub fn look_by(&mut self, time: Timestamp) {
        self.look_at = Some(self.look_at.map_or(time, |at| at.min(time)));
    }

    pub fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.name() == name)
    }
}

impl Policy {
    pub fn name(&self) -> &str {
        self.document.text("PolicyName")
    }

    pub fn arn(&self) -> &str {
        self.document.text("PolicyARN")
    }

    /// Its settings, if it follows a metric.
    pub fn tracking(&self) -> Option<&Value> {
        self.document.get("TargetTrackingScalingPolicyConfiguration")
    }

    /// Its settings, if it takes steps.
    pub fn steps(&self) -> Option<&Value> {
        self.document.get("StepScalingPolicyConfiguration")
    }

    /// The names of its own two alarms, the upper one first.
    pub fn alarm(&self, end: &str) -> &str {
        let names = self.document.items("Alarms").iter().filter_map(|alarm| alarm.text("AlarmName"));
        names.into_iter().find(|name| name.contains(end)).unwrap_or_default()
    }
}
