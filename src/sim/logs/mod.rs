//! CloudWatch Logs: groups, streams and lines, how they are read, searched and
//! queried.
//!
//! What containers write is not stored: it is a pure function of how a task
//! lived (`voice`). Stored is what PutLogEvents brought (`put`). Live tailing
//! over an event stream is not here, nor are metric filters and subscriptions.

mod group;
mod line;
mod pattern;
mod put;
mod query;
mod read;
mod stream;
mod voice;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answer, Sim};
use crate::api::Failure;
use crate::value::Value;
use group::Group;
pub use group::create as create_group;
pub use voice::{task_crashed, task_started, task_stopped};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Logs {
    groups: BTreeMap<String, Group>,
    #[serde(default)]
    queries: query::Queries,
    /// Lines that PutLogEvents has brought, for their ids.
    #[serde(default)]
    brought: u64,
}

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "create_log_group" => group::create_asked(sim, request),
        "delete_log_group" => group::delete(sim, request),
        "describe_log_groups" => group::describe(sim, request),
        "list_log_groups" => group::list(sim, request),
        "put_retention_policy" => group::put_retention(sim, request),
        "delete_retention_policy" => group::delete_retention(sim, request),
        "tag_resource" => group::tag(sim, request),
        "untag_resource" => group::untag(sim, request),
        "list_tags_for_resource" => group::list_tags(sim, request),
        "create_log_stream" => stream::create(sim, request),
        "delete_log_stream" => stream::delete(sim, request),
        "describe_log_streams" => stream::describe(sim, request),
        "put_log_events" => put::put(sim, request),
        "get_log_events" => read::get(sim, request),
        "filter_log_events" => read::filter(sim, request),
        "start_query" => query::start(sim, request),
        "stop_query" => query::stop(sim, request),
        "get_query_results" => query::results(sim, request),
        "describe_queries" => query::describe(sim, request),
        _ => return None,
    })
}

/// The group that a request names, in either of the two ways.
fn named<'a>(sim: &'a Sim, request: &Value) -> Result<&'a Group, Failure> {
    let name = group::name_in(request)?;
    sim.logs.groups.get(name).ok_or_else(group::lacks)
}

fn named_mut<'a>(sim: &'a mut Sim, request: &Value) -> Result<&'a mut Group, Failure> {
    let name = group::name_in(request)?;
    sim.logs.groups.get_mut(name).ok_or_else(group::lacks)
}
