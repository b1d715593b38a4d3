//! CloudWatch: metrics of services and load balancers, metrics that clients
//! publish, alarms that watch them while virtual time passes, dashboards.
//!
//! No metric of AWS's own is stored. It is worked out from what the services
//! bore and how their targets were at the moment that is asked about; what is
//! kept for that is bounded, as is what clients publish.

mod alarms;
mod balancers;
mod body;
mod catalog;
mod checks;
mod dashboards;
mod data;
mod evaluate;
mod expression;
mod history;
mod hosts;
mod listing;
mod measure;
mod metric;
mod published;
mod queries;
mod reasons;
mod samples;
mod services;
mod statistics;
mod tags;
mod verdict;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::timed::Timed;
use super::{Answer, Sim};
use crate::api::{AwsError, Failure};
use crate::value::{Timestamp, Value};
pub use alarms::{hold, is_alarming, put as put_alarm};
pub use dashboards::put as put_dashboard;
pub use hosts::changed as targets_changed;
pub use watch::{due, run_due, wake};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct CloudWatch {
    alarms: Timed<alarms::Alarm>,
    history: history::History,
    dashboards: BTreeMap<String, Document>,
    /// Of alarms and dashboards, by ARN.
    tags: BTreeMap<String, BTreeMap<String, String>>,
    published: published::Published,
    hosts: hosts::Hosts,
    /// When a metric was last seen to change.
    changed_at: Option<Timestamp>,
    /// The names of the alarms that wait for news; some may be gone, or awake.
    asleep: BTreeSet<String>,
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "put_metric_alarm" => alarms::put(sim, request),
        "delete_alarms" => alarms::delete(sim, request),
        "enable_alarm_actions" => alarms::set_actions(sim, request, true),
        "disable_alarm_actions" => alarms::set_actions(sim, request, false),
        "set_alarm_state" => alarms::set_state(sim, request),
        "describe_alarms" => listing::describe(sim, request),
        "describe_alarms_for_metric" => listing::describe_for_metric(sim, request),
        "describe_alarm_history" => history::describe(sim, request),
        "put_dashboard" => dashboards::put(sim, request),
        "get_dashboard" => dashboards::get(sim, request),
        "list_dashboards" => dashboards::list(sim, request),
        "delete_dashboards" => dashboards::delete(sim, request),
        "list_metrics" => catalog::list(sim, request),
        "get_metric_data" => data::get(sim, request),
        "get_metric_statistics" => statistics::get(sim, request),
        "put_metric_data" => published::put(sim, request),
        "tag_resource" => tags::tag(sim, request),
        "untag_resource" => tags::untag(sim, request),
        "list_tags_for_resource" => tags::list(sim, request),
        _ => return None,
    })
}

/// CloudWatch answers for what is not there as a web server does.
fn not_found(code: &str, message: impl Into<String>) -> Failure {
    Failure::Answered(AwsError { code: code.to_owned(), message: message.into(), status: 404, request_id: None })
}

/// A number, however a request wrote it.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}
