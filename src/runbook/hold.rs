//! What a run holds while it plays, so that no two runs on this machine change
//! the same thing at once. A header names it; the place and the arguments say
//! which one it is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::header::Header;
use super::place::Place;
use crate::effect::{Gate, HeldName, Leases, Stop};
use crate::journal::{Event, Mark, events};
use crate::store::{Holder, Lease, State, read_file};
use crate::value::Map;

/// How often a run that waits looks again.
const LOOK: Duration = Duration::from_millis(200);

/// The names behind a header's `holds`, in the order in which they are taken.
pub(super) fn names(header: &Header, place: &Place, arguments: &Map) -> Vec<String> {
    let of = |name: &String| match (name.as_str(), arguments.get(name.as_str()).and_then(|value| value.as_str())) {
        ("service", None) => {
            let (cluster, service) = place.address();
            format!("service/{cluster}/{service}")
        }
        (name, Some(value)) => format!("{name}/{value}"),
        (name, None) => name.to_owned(),
    };
    let mut names: Vec<String> = header.holds.iter().map(of).collect();
    names.sort();
    names.dedup();
    names
}

/// What one run holds, and takes more of while it plays.
pub(super) struct Keeper {
    state: State,
    /// The run, as others are told of it.
    holder: Holder,
    /// What stands before every name: the world, the account, the region.
    place: String,
    leases: Mutex<Vec<Lease>>,
}

/// A name, and who holds it where that is known.
type Taken = (String, Option<Holder>);

impl Keeper {
    pub fn new(state: State, holder: Holder, place: String) -> Keeper {
        Keeper { state, holder, place, leases: Mutex::default() }
    }

    /// Takes them all, or says who has one of them. Never waits while it holds.
    pub fn take_first(&self, names: &[String], gate: &Gate, wait: Option<Duration>, say: &dyn Fn(&str)) -> Result<(), Stop> {
        let mut waited = Duration::ZERO;
        loop {
            match self.take_all(names)? {
                Ok(leases) => {
                    leases.iter().try_for_each(|lease| gate.hold(&held(lease)))?;
                    *self.leases() = leases;
                    return Ok(());
                }
                Err(by) => {
                    let what = describe(&self.state, &by);
                    if wait.is_none_or(|limit| waited >= limit) {
                        let waited = "it went on for as long as --wait-for-lease allows";
                        let hint = if wait.is_some() { waited } else { "wait for it to end, or add --wait-for-lease" };
                        return Err(Stop::Refused { what, hint: hint.into() });
                    }
                    if waited.is_zero() {
                        say(&format!("waiting: {what}"));
                    }
                }
            }
            gate.cancel().sleep(LOOK)?;
            waited += LOOK;
        }
    }

    /// Others may hold them from here on.
    pub fn release(&self) {
        self.leases().clear();
    }

    fn take_all(&self, names: &[String]) -> Result<Result<Vec<Lease>, Taken>, Stop> {
        let mut leases = Vec::new();
        for name in names {
            match self.take(name)? {
                Ok(lease) => leases.push(lease),
                Err(by) => return Ok(Err(by)),
            }
        }
        Ok(Ok(leases))
    }

    fn take(&self, name: &str) -> Result<Result<Lease, Taken>, Stop> {
        let name = format!("{}/{name}", self.place);
        let taken = self.state.take_lease(&Holder { name: name.clone(), ..self.holder.clone() });
        let taken = taken.map_err(|error| Stop::Journal(format!("the lease cannot be taken: {error}")))?;
        Ok(taken.map_err(|by| (name, by)))
    }

    fn leases(&self) -> MutexGuard<'_, Vec<Lease>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leases for Keeper {
    fn take_arn(&self, arn: &str) -> Result<Option<HeldName>, Stop> {
        // `service/cluster/name`, as a header's `holds` comes to.
        let thing = arn.splitn(6, ':').nth(5).unwrap_or(arn);
        let name = format!("{}/{thing}", self.place);
        let mut leases = self.leases();
        if leases.iter().any(|lease| lease.name == name) {
            return Ok(None);
        }
        match self.take(thing)? {
            Ok(lease) => {
                let held = held(&lease);
                leases.push(lease);
                Ok(Some(held))
            }
            Err(by) => {
                let hint = "nothing was changed by this step: wait for that run to end, and start again".into();
                Err(Stop::Refused { what: describe(&self.state, &by), hint })
            }
        }
    }
}

fn held(lease: &Lease) -> HeldName {
    HeldName { name: lease.name.clone(), fence: lease.fence, own: lease.own }
}

/// `service/c/s is held by run 7K2M (deploy: Roll it out), jane@build, process
/// 4711, since 14:03:22 UTC`
fn describe(state: &State, (name, by): &Taken) -> String {
    let short: String = name.split('/').skip_while(|part| *part != "service").collect::<Vec<_>>().join("/");
    let name = if short.is_empty() { name } else { &short };
    match by {
        None => format!("{name} is held by another run"),
        Some(by) => {
            let step = present_step(state, &by.run).map(|step| format!(": {step}")).unwrap_or_default();
            let since = by.since.strftime("%Y-%m-%d %H:%M:%S UTC");
            format!("{name} is held by run {} ({}{step}), {}, process {}, since {since}", by.run, by.runbook, by.by, by.process)
        }
    }
}

fn present_step(state: &State, run: &str) -> Option<String> {
    let events = events(&read_file(&state.journal(run)).ok()?.entries).ok()?;
    events.into_iter().rev().find_map(|event| match event {
        Event::Mark { mark: Mark::StepBegan { name }, .. } => Some(name),
        _ => None,
    })
}
