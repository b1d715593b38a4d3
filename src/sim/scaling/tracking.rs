//! Target tracking: keeps a metric near its target value by moving the count.
//! One policy is enough to scale out; to scale in, all of them must agree.

use jiff::SignedDuration;

use super::super::{Sim, ecs};
use super::alarms::{HIGH, LOW, LOW_SHARE};
use super::target::{Policy, Switch, Target};
use super::{activities, number, policies, service_of, steps};
use crate::map;
use crate::value::{Timestamp, Value};

const COOLDOWN_SECONDS: f64 = 300.0;
const MINUTE: i64 = 60_000;

/// What one policy makes of its metric now.
struct Reading {
    /// How many tasks would bring the metric to its target value.
    wanted: i64,
    /// Since when it is beyond its thresholds.
    high_since: Option<Timestamp>,
    low_since: Option<Timestamp>,
    scales_in: bool,
    causes: [String; 2],
    /// After scaling out, and after scaling in.
    cooldowns: [SignedDuration; 2],
}

impl Reading {
    fn high_at(&self) -> Option<Timestamp> {
        self.high_since.map(|since| alarm_at(since, HIGH.1))
    }

    fn low_at(&self) -> Option<Timestamp> {
        self.low_since.filter(|_| self.scales_in).map(|since| alarm_at(since, LOW.1))
    }
}

/// When the alarm goes off: after so many whole minutes of the clock.
fn alarm_at(since: Timestamp, minutes: i64) -> Timestamp {
    let at = since.as_millisecond();
    let whole = at + (-at).rem_euclid(MINUTE);
    Timestamp::from_millisecond(whole + minutes * MINUTE).unwrap_or(Timestamp::MAX)
}

/// Looks at the metrics of a target once, does what they ask for, and says when
/// to look again though nothing has changed.
pub fn look(sim: &mut Sim, resource: &str) {
    sim.scaling.targets.change(resource, |target| target.look_at = None);
    activities::fulfil(sim, resource);
    steps::look(sim, resource);
    let readings = read(sim, resource);
    let (now, goes) = (sim.now, |at: Option<Timestamp>| at.is_some_and(|at| at <= sim.now));
    let moments = readings.iter().flat_map(|reading| [reading.high_at(), reading.low_at()]).flatten();
    let mut again: Vec<Timestamp> = moments.filter(|at| *at > now).collect();
    let high = readings.iter().filter(|reading| goes(reading.high_at())).max_by_key(|reading| reading.wanted);
    let mut inward = readings.iter().filter(|reading| reading.scales_in);
    if let Some(high) = high {
        again.extend(scale_out(sim, resource, high));
    } else if inward.all(|reading| goes(reading.low_at())) {
        let least_willing = readings.iter().filter(|reading| reading.scales_in).max_by_key(|reading| reading.wanted);
        again.extend(least_willing.and_then(|low| scale_in(sim, resource, low)));
    }
    if let Some(next) = again.into_iter().min() {
        sim.scaling.targets.change(resource, |target| target.look_by(next));
    }
}

/// Reads the metrics, and notes since when they are where they are.
fn read(sim: &mut Sim, resource: &str) -> Vec<Reading> {
    let service = service_of(resource);
    let (now, running) = (sim.now, ecs::running(sim, service));
    let measured = |policy: &Policy| policies::gauge(policy.tracking()?).and_then(|gauge| sim.utilization(service, gauge));
    let Some(target) = sim.scaling.targets.get(resource) else {
        return vec![];
    };
    let values: Vec<Option<f64>> = target.policies.iter().map(measured).collect();
    let read = |target: &mut Target| {
        let policies = target.policies.iter_mut().zip(values);
        policies.filter_map(|(policy, value)| reading(policy, value, running, now)).collect()
    };
    sim.scaling.targets.change(resource, read).unwrap_or_default()
}

/// Nothing for a policy that takes steps. Without data neither alarm goes off.
fn reading(policy: &mut Policy, value: Option<f64>, running: i64, now: Timestamp) -> Option<Reading> {
    let settings = policy.tracking()?.clone();
    let goal = number(&settings, "TargetValue").unwrap_or(f64::MAX);
    let since = |before: Option<Timestamp>, holds: bool| holds.then(|| before.unwrap_or(now));
    policy.high_since = since(policy.high_since, value.is_some_and(|value| value > goal));
    policy.low_since = since(policy.low_since, value.is_some_and(|value| value < goal * LOW_SHARE));
    let seconds = |name| number(&settings, name).unwrap_or(COOLDOWN_SECONDS);
    let cooldown = |name| SignedDuration::try_from_secs_f64(seconds(name)).unwrap_or(SignedDuration::ZERO);
    let cause = |end| format!("monitor alarm {} in state ALARM triggered policy {}", policy.alarm(end), policy.name());
    Some(Reading {
        // A hair less than it takes would be one task too many.
        wanted: (value.unwrap_or_default() * running as f64 / goal - 1e-9).ceil() as i64,
        high_since: policy.high_since,
        low_since: policy.low_since,
        scales_in: settings.get("DisableScaleIn").and_then(Value::as_bool) != Some(true),
        causes: [cause(HIGH.0), cause(LOW.0)],
        cooldowns: [cooldown("ScaleOutCooldown"), cooldown("ScaleInCooldown")],
    })
}

/// When to try again, if something stands in the way that passes by itself.
fn scale_out(sim: &mut Sim, resource: &str, high: &Reading) -> Option<Timestamp> {
    let (now, desired) = (sim.now, ecs::desired(sim, service_of(resource))?);
    let target = sim.scaling.targets.get(resource)?;
    let (least, most) = target.bounds();
    if target.is_suspended(Switch::ScaleOut) {
        return None;
    }
    if desired >= most {
        let reason = map! { "Code" => "AlreadyAtMaxCapacity", "MaxCapacity" => most, "CurrentCapacity" => desired };
        activities::note_idle(sim, resource, &high.causes[0], reason);
        return None;
    }
    let count = high.wanted.max(least).min(most);
    // What was asked for before may still be on its way.
    if count <= desired {
        return None;
    }
    let rested = target.scaled_out_at.map(|at| at.saturating_add(high.cooldowns[0]).unwrap_or(Timestamp::MAX));
    if let Some(rested) = rested.filter(|rested| *rested > now) {
        return Some(rested);
    }
    activities::set_count(sim, resource, count, &high.causes[0]);
    sim.scaling.targets.change(resource, |target| {
        // It ends the rest after scaling in.
        (target.scaled_out_at, target.scaled_in_at) = (Some(now), None);
    });
    later(now, high.cooldowns[0])
}

/// The same the other way, which must not disturb a deployment.
fn scale_in(sim: &mut Sim, resource: &str, low: &Reading) -> Option<Timestamp> {
    let service = service_of(resource);
    let (now, desired) = (sim.now, ecs::desired(sim, service)?);
    let target = sim.scaling.targets.get(resource)?;
    let (least, most) = target.bounds();
    if target.is_suspended(Switch::ScaleIn) {
        return None;
    }
    if desired <= least {
        let reason = map! { "Code" => "AlreadyAtMinCapacity", "MinCapacity" => least, "CurrentCapacity" => desired };
        activities::note_idle(sim, resource, &low.causes[1], reason);
        return None;
    }
    let count = low.wanted.max(least).min(most);
    if count >= desired {
        return None;
    }
    if ecs::is_deploying(sim, service) {
        return later(now, SignedDuration::from_millis(MINUTE));
    }
    let rested = target.scaled_in_at.map(|at| at.saturating_add(low.cooldowns[1]).unwrap_or(Timestamp::MAX));
    if let Some(rested) = rested.filter(|rested| *rested > now) {
        return Some(rested);
    }
    activities::set_count(sim, resource, count, &low.causes[1]);
    sim.scaling.targets.change(resource, |target| target.scaled_in_at = Some(now));
    later(now, low.cooldowns[1])
}

/// A moment that is surely not now, or none.
fn later(now: Timestamp, span: SignedDuration) -> Option<Timestamp> {
    (span > SignedDuration::ZERO).then(|| now.saturating_add(span).unwrap_or(Timestamp::MAX))
}
