//! Names that AWS used in this run and our shapes do not know.
//!
//! A member or enum value that an answer carried at some shape may be sent back
//! at that shape, so that describe, edit, register keeps what AWS adds
//! tomorrow. Any other unknown name is a typo.

use std::collections::HashSet;

/// Request shapes that take back, under another name, what an answer showed.
const ECHOES: &[(&str, &str)] = &[
    ("RegisterTaskDefinitionRequest", "TaskDefinition"),
    ("RegisterDaemonTaskDefinitionRequest", "DaemonTaskDefinition"),
    ("CreateServiceRequest", "Service"),
    ("UpdateServiceRequest", "Service"),
    ("RegisterScalableTargetRequest", "ScalableTarget"),
    ("PutScalingPolicyRequest", "ScalingPolicy"),
    ("PutScheduledActionRequest", "ScheduledAction"),
    ("PutMetricAlarmInput", "MetricAlarm"),
    ("PutCompositeAlarmInput", "CompositeAlarm"),
];

/// Per structure or enum, the names that its shape lacks.
#[derive(Clone, Debug, Default)]
pub struct Known(HashSet<(String, String)>);

impl Known {
    pub fn learn(&mut self, shape: &str, name: &str) {
        self.0.insert((shape.to_owned(), name.to_owned()));
    }

    pub fn extend(&mut self, other: Known) {
        self.0.extend(other.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, shape: &str, name: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let seen = |shape: &str| self.0.contains(&(shape.to_owned(), name.to_owned()));
        seen(shape) || ECHOES.iter().any(|(request, answer)| *request == shape && seen(answer))
    }
}
