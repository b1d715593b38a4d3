//! What will go wrong with one task: decided once, when it is launched.

use serde::{Deserialize, Serialize};

use super::super::Sim;
use super::super::document::Document;
use super::fault::Fault;
use super::kinds::Kind;
use super::pattern::fits;
use crate::value::Value;

/// Whom a fault may strike.
pub struct Launch<'a> {
    pub cluster: &'a str,
    /// The service's name; nothing for a task that was run on its own.
    pub service: Option<&'a str>,
    pub definition: &'a Document,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fate {
    /// Why no place is found for it, as the event says it after "Reason: ": it
    /// is not launched at all.
    pub no_place: Option<String>,
    /// The whole `stoppedReason` when its secrets cannot be read: it stops
    /// before anything is pulled.
    pub unreadable: Option<String>,
    /// The container whose image cannot be pulled, and the whole `stoppedReason`.
    pub unpullable: Option<(String, String)>,
    /// Added to the time until it runs.
    pub slower_ms: i64,
    pub crash: Option<Crash>,
    /// Its target's health checks fail.
    pub target: Option<Sickness>,
    /// The health check of its essential containers fails.
    pub container: Option<Sickness>,
    /// Its containers do not heed the stop signal: they are killed.
    #[serde(default)]
    pub ignores_stop: bool,
    /// Its lines arrive in CloudWatch Logs up to so much later than usual.
    #[serde(default)]
    pub log_delay_ms: i64,
}

/// A container exits by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crash {
    pub container: String,
    /// After RUNNING.
    pub after_ms: i64,
    pub exit_code: i64,
    /// The container's own `reason`, such as "OutOfMemoryError: …".
    pub reason: Option<String>,
}

/// Health checks fail from so long after RUNNING; at 0 it is never healthy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sickness {
    pub after_ms: i64,
}

/// In the order in which a task meets them: what stops it early is all that
/// strikes it, and what would have come later is not used up.
const IN_ORDER: &[Kind] = &[
    Kind::NoCapacity,
    Kind::SecretKeyMissing,
    Kind::ImageCannotBePulled,
    Kind::SlowStart,
    Kind::LateLogs,
    Kind::Crash,
    Kind::Unhealthy,
    Kind::IgnoresStop,
];

/// What is in store for a task that is about to be launched.
pub fn fate(sim: &mut Sim, launch: &Launch) -> Fate {
    #[cfg(test)]
    if let Some(fate) = forced(sim, launch) {
        return fate;
    }
    let (mut fate, now) = (Fate::default(), sim.now);
    for kind in IN_ORDER {
        for armed in sim.faults.of(*kind) {
            if let Some(container) = struck(&armed.fault, launch)
                && !fate.never_runs()
                && armed.strikes(now)
            {
                fate.add(&armed.fault, launch, container);
            }
        }
    }
    fate
}

#[cfg(test)]
fn forced(sim: &Sim, launch: &Launch) -> Option<Fate> {
    let definition = launch.definition.text("taskDefinitionArn");
    let mut forced = sim.faults.forced.iter();
    forced.find(|(end, _)| definition.ends_with(end.as_str())).map(|(_, fate)| fate.clone())
}

impl Fate {
    fn never_runs(&self) -> bool {
        self.no_place.is_some() || self.unreadable.is_some() || self.unpullable.is_some()
    }

    fn add(&mut self, fault: &Fault, launch: &Launch, container: &Value) {
        let after_ms = fault.span("after").unwrap_or(0);
        match fault.kind {
            Kind::NoCapacity => self.no_place = Some(no_place(fault, launch)),
            Kind::SecretKeyMissing => self.unreadable = missing_key(fault, container).map(unreadable),
            Kind::ImageCannotBePulled => self.unpullable = Some((text(container, "name"), unpullable(container))),
            Kind::IgnoresStop => self.ignores_stop = true,
            Kind::SlowStart => self.slower_ms += fault.span("by").unwrap_or(0),
            Kind::LateLogs => self.log_delay_ms += fault.span("by").unwrap_or(0),
            Kind::Crash if self.crash.as_ref().is_none_or(|crash| after_ms < crash.after_ms) => {
                self.crash = Some(crash(fault, container, after_ms));
            }
            Kind::Unhealthy => {
                let sickness = Sickness { after_ms };
                if fault.text("check") != Some("container") {
                    sickness.befall(&mut self.target);
                }
                if fault.text("check") != Some("target") {
                    sickness.befall(&mut self.container);
                }
            }
            _ => {}
        }
    }
}

impl Sickness {
    fn befall(&self, whom: &mut Option<Sickness>) {
        if whom.as_ref().is_none_or(|other| self.after_ms < other.after_ms) {
            *whom = Some(self.clone());
        }
    }
}

/// The container of the task that the fault is about, if it is about this task.
fn struck<'a>(fault: &Fault, launch: &'a Launch) -> Option<&'a Value> {
    let names = [("cluster", launch.cluster), ("family", launch.definition.text("family"))];
    let service = match launch.service {
        Some(name) => fault.lets_pass("service", name),
        None => fault.text("service").is_none(),
    };
    if !service || !names.iter().all(|(member, name)| fault.lets_pass(member, name)) {
        return None;
    }
    let meant = |container: &&Value| {
        ["image", "container"].iter().zip(["image", "name"]).all(|(member, name)| fault.lets_pass(member, &text(container, name)))
            && (fault.kind != Kind::SecretKeyMissing || missing_key(fault, container).is_some())
    };
    let meant = || launch.definition.items("containerDefinitions").iter().filter(meant);
    let essential = |container: &&Value| container.get("essential").and_then(Value::as_bool).unwrap_or(true);
    meant().find(essential).or_else(|| meant().next())
}

fn text(container: &Value, name: &str) -> String {
    container.text(name).unwrap_or_default().to_owned()
}

fn no_place(fault: &Fault, launch: &Launch) -> String {
    let fargate = launch.definition.items("requiresCompatibilities").iter().any(|name| name.as_str() == Some("FARGATE"));
    let usual = match fargate {
        true => "Capacity is unavailable at this time. Please try again later or in a different availability zone",
        false => "RESOURCE:MEMORY",
    };
    fault.text("reason").unwrap_or(usual).to_owned()
}

/// The JSON key that the fault takes from what the container reads: the one
/// after the secret's id in `arn:…:secret:name-AbCdEf:key:stage:version`.
fn missing_key<'a>(fault: &Fault, container: &'a Value) -> Option<&'a str> {
    let sources = container.items("secrets").iter().filter_map(|secret| secret.text("valueFrom"));
    let of_secrets = sources.filter(|source| fits("arn:*:secretsmanager:*", source));
    let mut keys = of_secrets.filter_map(|source| source.split(':').nth(7)).filter(|key| !key.is_empty());
    match fault.text("key") {
        Some(wanted) => keys.find(|key| *key == wanted),
        None => keys.next(),
    }
}

fn unreadable(key: &str) -> String {
    format!(
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to \
         retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not \
         contain json key {key}"
    )
}

fn unpullable(container: &Value) -> String {
    let image = text(container, "image");
    format!(
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {image}: {image}: \
         not found"
    )
}

fn crash(fault: &Fault, container: &Value, after_ms: i64) -> Crash {
    /// What a process that was killed exits with: 128 and the number of SIGKILL.
    const KILLED: i64 = 137;
    let (exit_code, reason) = match fault.flag("out_of_memory") {
        true => (KILLED, Some("OutOfMemoryError: Container killed due to memory usage".to_owned())),
        false => (fault.number("exit_code").unwrap_or(1), None),
    };
    Crash { container: text(container, "name"), after_ms, exit_code, reason }
}
