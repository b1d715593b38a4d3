//! Account settings: what the account and the caller have set, over the values
//! that AWS gives to everybody.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::refuse::{invalid_parameter, refuse_if};
use super::super::request::passes;
use super::super::{Answer, Sim};
use super::paging;
use crate::api::Failure;
use crate::map;
use crate::value::Value;

/// A setting, its value for those who set nothing, and the others it can have.
type Known = (&'static str, &'static str, &'static [&'static str]);

const KNOWN: &[Known] = &[
    ("awsvpcTrunking", "disabled", &["enabled"]),
    ("containerInsights", "disabled", &["enabled", "enhanced"]),
    ("containerInstanceLongArnFormat", "enabled", &["disabled"]),
    ("defaultLogDriverMode", "non-blocking", &["blocking"]),
    ("fargateEventWindows", "disabled", &["enabled"]),
    ("fargateFIPSMode", "disabled", &["enabled"]),
    ("fargateTaskRetirementWaitPeriod", "7", &["0", "14"]),
    ("guardDutyActivate", "off", &["on"]),
    ("serviceLongArnFormat", "enabled", &["disabled"]),
    ("tagResourceAuthorization", "off", &["on"]),
    ("taskLongArnFormat", "enabled", &["disabled"]),
];

/// AWS sets it by itself.
const MANAGED: &str = "guardDutyActivate";

/// What was set, by principal and name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Settings(BTreeMap<String, BTreeMap<String, String>>);

impl Settings {
    fn get(&self, principal: &str, name: &str) -> Option<&str> {
        self.0.get(principal)?.get(name).map(String::as_str)
    }
}

fn root(sim: &Sim) -> String {
    format!("arn:aws:iam::{}:root", sim.place.account)
}

fn caller(sim: &Sim) -> String {
    format!("arn:aws:iam::{}:user/sandbox", sim.place.account)
}

/// The value that holds for the caller.
pub fn effective(sim: &Sim, name: &str) -> String {
    in_effect(sim, &caller(sim), name)
}

fn in_effect(sim: &Sim, principal: &str, name: &str) -> String {
    let set = sim.ecs.settings.get(principal, name).or_else(|| sim.ecs.settings.get(&root(sim), name));
    let given = KNOWN.iter().find(|known| known.0 == name).map_or("", |known| known.1);
    set.unwrap_or(given).to_owned()
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let no_name = request.text("value").is_some() && request.text("name").is_none();
    refuse_if(no_name, || invalid_parameter("You must specify a setting name to filter by value."))?;
    let principal = request.text("principalArn").map_or_else(|| caller(sim), str::to_owned);
    let everything = request.get("effectiveSettings").and_then(Value::as_bool).unwrap_or(false);
    let found = KNOWN.iter().filter(|known| passes(request, "name", known.0)).filter_map(|known| {
        let value = match everything {
            true => in_effect(sim, &principal, known.0),
            false => sim.ecs.settings.get(&principal, known.0)?.to_owned(),
        };
        passes(request, "value", &value).then(|| shown(&principal, known.0, &value))
    });
    paging(10).at_most(10).page(request, "settings", found.collect())
}

fn shown(principal: &str, name: &str, value: &str) -> Value {
    let kind = if name == MANAGED { "aws_managed" } else { "user" };
    map! { "name" => name, "value" => value, "principalArn" => principal, "type" => kind }
}

pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    let principal = request.text("principalArn").map_or_else(|| caller(sim), str::to_owned);
    set(sim, request, principal)
}

pub fn put_default(sim: &mut Sim, request: &Value) -> Answer {
    let principal = root(sim);
    set(sim, request, principal)
}

fn set(sim: &mut Sim, request: &Value, principal: String) -> Answer {
    let name = request.text("name").unwrap_or_default();
    let value = request.text("value").unwrap_or_default();
    check(name, value)?;
    sim.ecs.settings.0.entry(principal.clone()).or_default().insert(name.to_owned(), value.to_owned());
    Ok(map! { "setting" => shown(&principal, name, value) })
}

fn check(name: &str, value: &str) -> Result<(), Failure> {
    refuse_if(name == MANAGED, || invalid_parameter(format!("The setting {name} is managed by AWS and cannot be modified.")))?;
    let (_, given, others) = KNOWN.iter().find(|known| known.0 == name).copied().unwrap_or((name, "", &[]));
    let allowed: Vec<&str> = [given].into_iter().chain(others.iter().copied()).collect();
    let message = || invalid_parameter(format!("value should be one of [{}]", allowed.join(",")));
    refuse_if(!allowed.contains(&value), message)
}

/// The principal falls back to what the account has.
pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let principal = request.text("principalArn").map_or_else(|| caller(sim), str::to_owned);
    let name = request.text("name").unwrap_or_default();
    if let Some(own) = sim.ecs.settings.0.get_mut(&principal) {
        own.remove(name);
    }
    let value = in_effect(sim, &principal, name);
    Ok(map! { "setting" => shown(&principal, name, &value) })
}
