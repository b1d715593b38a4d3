//! Scheduled actions: other bounds at certain times.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::super::document::Document;
use super::super::refuse::{refuse_if, unsupported};
use super::super::request::{passes, passes_any};
use super::super::{Answer, Sim};
use super::cron::Cron;
use super::target::{Action, Switch, Target};
use super::{DIMENSION, PAGING, activities, invalid, not_found, place, registered, resource, targets};
use crate::api::Failure;
use crate::map;
use crate::value::{Map, Timestamp, Value};

/// When an action acts.
enum Schedule {
    Once(Timestamp),
    Every(SignedDuration),
    Cron(Cron),
}

impl Schedule {
    fn parse(text: &str) -> Option<Schedule> {
        let inside = |name: &str| text.trim().strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(time) = inside("at") {
            let time: DateTime = time.parse().ok()?;
            return Some(Schedule::Once(time.to_zoned(TimeZone::UTC).ok()?.timestamp()));
        }
        if let Some(rate) = inside("rate") {
            let (count, unit) = rate.trim().split_once(' ')?;
            let count = count.parse::<i64>().ok().filter(|count| (1..=100_000).contains(count))?;
            let hours = match unit.trim().trim_end_matches('s') {
                "minute" => return Some(Schedule::Every(SignedDuration::from_mins(count))),
                "hour" => 1,
                "day" => 24,
                _ => return None,
            };
            return Some(Schedule::Every(SignedDuration::from_hours(hours * count)));
        }
        inside("cron").and_then(Cron::parse).map(Schedule::Cron)
    }

    /// The first time after `now`; `begin` is where a rate counts from.
    fn next(&self, now: Timestamp, begin: Timestamp) -> Option<Timestamp> {
        match self {
            Schedule::Once(at) => Some(*at).filter(|at| *at > now),
            Schedule::Every(rate) if begin > now => begin.checked_add(*rate).ok(),
            Schedule::Every(rate) => {
                let rounds = now.duration_since(begin).as_secs() / rate.as_secs() + 1;
                begin.checked_add(SignedDuration::from_secs(rounds.checked_mul(rate.as_secs())?)).ok()
            }
            Schedule::Cron(cron) => cron.next(now.max(begin)),
        }
    }
}

fn time(document: &Document, name: &str) -> Option<Timestamp> {
    match document.get(name) {
        Some(Value::Time(time)) => Some(*time),
        _ => None,
    }
}

/// When the action acts next, inside its own start and end.
fn next(document: &Document, now: Timestamp) -> Option<Timestamp> {
    let schedule = Schedule::parse(document.text("Schedule"))?;
    let begin = time(document, "StartTime").or_else(|| time(document, "CreationTime")).unwrap_or(now);
    schedule.next(now, begin).filter(|at| time(document, "EndTime").is_none_or(|end| *at <= end))
}

pub fn describe(sim: &Sim, request: &Value) -> Answer {
    let all = sim.scaling.targets.values().flat_map(|target| &target.actions).map(|action| &action.document);
    let wanted = all.filter(|action| {
        let members = ["ServiceNamespace", "ScalableDimension", "ResourceId"];
        members.iter().all(|name| passes(request, name, action.text(name)))
            && passes_any(request, "ScheduledActionNames", action.text("ScheduledActionName"))
    });
    PAGING.page(request, "ScheduledActions", wanted.map(Document::to_value).collect())
}

/// An upsert by name; start and end are gone unless they are given again.
pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    let resource = registered(sim, request)?;
    let name = request.text("ScheduledActionName").unwrap_or_default();
    let known = sim.scaling.targets.get(&resource).and_then(|target| find(target, name)).cloned();
    let mut document = known.clone().unwrap_or_default().document;
    for name in ["StartTime", "EndTime"] {
        document.remove(name);
    }
    let settings = ["Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction"];
    document.copy(request.as_map().unwrap_or(&Map::new()), &settings);
    check(&document)?;
    if known.is_none() {
        let path = format!("scheduledAction:{}:resource/ecs/{resource}:scheduledActionName/{name}", sim.dice.uuid());
        document.extend(
            map! {
                "ScheduledActionName" => name,
                "ScheduledActionARN" => sim.place.arn("autoscaling", &path),
                "ServiceNamespace" => "ecs",
                "ResourceId" => resource.as_str(),
                "ScalableDimension" => DIMENSION,
                "CreationTime" => sim.now,
            }
            .as_map()
            .cloned()
            .unwrap_or_default(),
        );
    }
    let action = Action { next: next(&document, sim.now), document };
    sim.scaling.targets.change(&resource, |target| {
        target.actions.retain(|one| one.document.text("ScheduledActionName") != name);
        target.actions.push(action);
    });
    Ok(map! {})
}

fn check(document: &Document) -> Result<(), Failure> {
    let zone = document.text("Timezone");
    let utc = matches!(zone, "" | "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT");
    refuse_if(!utc, || unsupported(&format!("scheduled actions in the time zone {zone}")))?;
    let schedule = document.text("Schedule");
    refuse_if(schedule.is_empty(), || invalid("Schedule must be specified when creating a scheduled action."))?;
    refuse_if(Schedule::parse(schedule).is_none(), || invalid(format!("Schedule {schedule} is not valid.")))?;
    let bounds = document.get("ScalableTargetAction");
    let bound = |name| bounds.and_then(|bounds| bounds.get(name)?.as_int());
    let (least, most) = (bound("MinCapacity"), bound("MaxCapacity"));
    refuse_if(least.is_none() && most.is_none(), || {
        invalid("At least one of MinCapacity and MaxCapacity must be specified for the scalable target action.")
    })?;
    refuse_if(least.is_some_and(|least| least < 0), || invalid("Minimum capacity cannot be less than 0"))?;
    let crossed = least.zip(most).is_some_and(|(least, most)| least > most);
    refuse_if(crossed, || invalid("Maximum capacity cannot be less than minimum capacity"))
}

fn find<'a>(target: &'a Target, name: &str) -> Option<&'a Action> {
    target.actions.iter().find(|action| action.document.text("ScheduledActionName") == name)
}

pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let resource = resource(request)?;
    let name = request.text("ScheduledActionName").unwrap_or_default();
    let known = sim.scaling.targets.get(&resource).is_some_and(|target| find(target, name).is_some());
    let lacks = || not_found(format!("No scheduled action found for {}, scheduled action name: {name}", place(&resource)));
    refuse_if(!known, lacks)?;
    sim.scaling.targets.change(&resource, |target| {
        target.actions.retain(|action| action.document.text("ScheduledActionName") != name);
    });
    Ok(map! {})
}

/// Lets the actions of a target act whose time has come, unless they are suspended.
pub fn run(sim: &mut Sim, resource: &str) {
    let now = sim.now;
    let due = |target: &mut Target| {
        let due = target.actions.iter_mut().filter(|action| action.next.is_some_and(|at| at <= now));
        let documents: Vec<Document> = due.map(|action| action.pass(now)).collect();
        if target.is_suspended(Switch::Schedule) { vec![] } else { documents }
    };
    for action in sim.scaling.targets.change(resource, due).unwrap_or_default() {
        act(sim, resource, &action);
    }
}

impl Action {
    /// Its time has come: the next one, and what it does.
    fn pass(&mut self, now: Timestamp) -> Document {
        self.next = next(&self.document, now);
        self.document.clone()
    }
}

/// A bound that the action does not name stays, as far as the other lets it.
fn act(sim: &mut Sim, resource: &str, action: &Document) {
    let bounds = action.get("ScalableTargetAction");
    let bound = |name| bounds.and_then(|bounds| bounds.get(name)?.as_int());
    let Some((least, most)) = sim.scaling.targets.get(resource).map(Target::bounds) else {
        return;
    };
    let (new_least, new_most) = (bound("MinCapacity"), bound("MaxCapacity"));
    let least = new_least.unwrap_or_else(|| new_most.map_or(least, |most| least.min(most)));
    let most = new_most.unwrap_or(most.max(least));
    sim.scaling.targets.change(resource, |target| {
        target.document.set("MinCapacity", least);
        target.document.set("MaxCapacity", most);
    });
    let words = match (new_least, new_most) {
        (Some(least), Some(most)) => format!("min capacity to {least} and max capacity to {most}"),
        (Some(least), None) => format!("min capacity to {least}"),
        _ => format!("max capacity to {most}"),
    };
    let cause = format!("scheduled action name {} was triggered", action.text("ScheduledActionName"));
    activities::note_done(sim, resource, &format!("Setting {words}"), &cause, &format!("Successfully set {words}"));
    let cause = match new_least {
        Some(least) => format!("minimum capacity was set to {least}"),
        None => format!("maximum capacity was set to {most}"),
    };
    targets::bring_inside(sim, resource, &cause);
}
