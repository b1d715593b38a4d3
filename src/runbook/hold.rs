//! What a run holds while it plays, so that no two runs on this machine change
//! the same thing at once. A header names it; the place and the arguments say
//! which one it is.

use std::time::Duration;

use super::header::Header;
use super::place::Place;
use crate::effect::{Gate, Stop};
use crate::journal::{Event, Mark, events};
use crate::store::{Holder, Lease, State, read_file};
use crate::value::Map;

/// How often a run that waits looks again.
const LOOK: Duration = Duration::from_millis(200);

/// The names behind a header's `holds`, in the order in which they are taken.
pub(super) fn names(header: &Header, place: &Place, account: &str, region: &str, arguments: &Map) -> Vec<String> {
    let world = if place.sandbox { "sandbox/" } else { "" };
    let of = |name: &String| match (name.as_str(), arguments.get(name).and_then(|value| value.as_str())) {
        ("service", None) => {
            // By name or by ARN, it is the same service.
            let short = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
            let cluster = place.service.cluster.as_deref().unwrap_or("default");
            format!("service/{}/{}", short(cluster), short(&place.service.name))
        }
        (name, Some(value)) => format!("{name}/{value}"),
        (name, None) => name.to_owned(),
    };
    let mut names: Vec<String> = header.holds.iter().map(|name| format!("{world}{account}/{region}/{}", of(name))).collect();
    names.sort();
    names.dedup();
    names
}

/// Takes them all, or says who has one of them. Never waits while it holds.
pub(super) fn take(
    state: &State,
    gate: &Gate,
    holders: &[Holder],
    wait: Option<Duration>,
    say: &dyn Fn(&str),
) -> Result<Vec<Lease>, Stop> {
    let mut waited = Duration::ZERO;
    loop {
        match take_all(state, holders)? {
            Ok(leases) => {
                leases.iter().try_for_each(|lease| gate.hold(&lease.name, lease.fence))?;
                return Ok(leases);
            }
            Err(by) => {
                let what = describe(state, &by);
                if wait.is_none_or(|limit| waited >= limit) {
                    return Err(Stop::Refused { what, hint: "wait for it to end, or add --wait-for-lease".into() });
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

/// A name, and who holds it where that is known.
type Taken = (String, Option<Holder>);

fn take_all(state: &State, holders: &[Holder]) -> Result<Result<Vec<Lease>, Taken>, Stop> {
    let mut leases = Vec::new();
    for holder in holders {
        match state.take_lease(holder).map_err(|error| Stop::Journal(format!("the lease cannot be taken: {error}")))? {
            Ok(lease) => leases.push(lease),
            Err(by) => return Ok(Err((holder.name.clone(), by))),
        }
    }
    Ok(Ok(leases))
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
