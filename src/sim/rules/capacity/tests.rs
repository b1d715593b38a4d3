//! E1 to E12: the arithmetic of a look, in numbers.

use super::*;

fn limits(desired: i64, minimum_percent: i64, maximum_percent: i64) -> Limits {
    Limits { desired, minimum_percent, maximum_percent }
}

fn group(asked: i64, healthy: i64, coming: i64, condemned: i64) -> Group {
    Group { asked, healthy, coming, condemned, leaving: 0, starts: true, waits: false }
}

fn superseded(group: Group) -> Group {
    Group { starts: false, ..group }
}

fn start(start: i64) -> Moves {
    Moves { start, ..Moves::default() }
}

fn stop_healthy(stop_healthy: i64) -> Moves {
    Moves { stop_healthy, ..Moves::default() }
}

fn stop_condemned(stop_condemned: i64) -> Moves {
    Moves { stop_condemned, ..Moves::default() }
}

fn plan(limits: Limits, primary: Group, old: &[Group]) -> (Moves, Vec<Moves>) {
    let plan = limits.plan(&primary, &mut old.to_vec());
    (plan.primary, plan.old)
}

/// E1 The floor is rounded up and the cap down.
#[test]
fn e1_the_documented_vectors() {
    assert_eq!(limits(4, 50, 200).may_stop(4), 2);
    assert_eq!(limits(2, 75, 200).may_stop(2), 0);
    assert_eq!(limits(4, 100, 200).may_start(4), 4);
    assert_eq!(limits(3, 100, 125).may_start(3), 0);
}

/// E2 Old tasks go only when healthy new ones stand in for them.
#[test]
fn e2_old_tasks_wait_for_healthy_ones() {
    let limits = limits(2, 100, 200);
    let old = [group(2, 2, 0, 0)];
    assert_eq!(plan(limits, group(2, 0, 0, 0), &old), (start(2), vec![start(0)]));
    assert_eq!(plan(limits, group(2, 0, 2, 0), &old), (start(0), vec![start(0)]));
    assert_eq!(plan(limits, group(2, 1, 1, 0), &old), (start(0), vec![stop_healthy(1)]));
    assert_eq!(plan(limits, group(2, 2, 0, 0), &old), (start(0), vec![stop_healthy(2)]));
}

/// E3 Where the cap is full, old tasks leave first, down to the floor.
#[test]
fn e3_a_full_cap_makes_old_tasks_leave_first() {
    assert_eq!(plan(limits(4, 50, 100), group(4, 0, 0, 0), &[group(4, 4, 0, 0)]), (start(0), vec![stop_healthy(2)]));
    assert_eq!(plan(limits(4, 50, 100), group(4, 0, 0, 0), &[group(2, 2, 0, 0)]), (start(2), vec![start(0)]));
}

/// E4 Percentages that leave room neither to start nor to stop are stuck.
#[test]
fn e4_percentages_without_room() {
    let stuck = |limits: Limits| limits.plan(&group(1, 0, 0, 0), &mut [group(1, 1, 0, 0)]).stuck;
    assert!(stuck(limits(1, 100, 100)));
    assert!(!stuck(limits(1, 0, 100)));
    assert!(!stuck(limits(1, 100, 200)));
}

/// E5 What a superseded deployment has not finished goes at once and leaves its room.
#[test]
fn e5_superseded_tasks_that_nobody_relies_on() {
    let old = [superseded(group(2, 0, 2, 0)), group(2, 2, 0, 0)];
    let gone = Moves { stop_coming: 2, ..Moves::default() };
    assert_eq!(plan(limits(2, 100, 200), group(2, 0, 0, 0), &old), (start(2), vec![gone, start(0)]));
}

/// E6 A replacement starts first; the unhealthy task goes once it is healthy.
#[test]
fn e6_an_unhealthy_task_waits_for_its_replacement() {
    let limits = limits(2, 100, 200);
    assert_eq!(plan(limits, group(2, 1, 0, 1), &[]), (start(1), vec![]));
    assert_eq!(plan(limits, group(2, 1, 1, 1), &[]), (start(0), vec![]));
    assert_eq!(plan(limits, group(2, 2, 0, 1), &[]), (stop_condemned(1), vec![]));
}

/// E7 Where the cap blocks the replacement, one unhealthy task goes first.
#[test]
fn e7_a_full_cap_stops_one_unhealthy_task_first() {
    assert_eq!(plan(limits(2, 50, 100), group(2, 0, 0, 2), &[]), (stop_condemned(1), vec![]));
    assert_eq!(plan(limits(2, 50, 100), group(2, 0, 0, 1), &[]), (start(1), vec![]));
    let old = [group(1, 1, 0, 0)];
    assert_eq!(plan(limits(1, 100, 200), group(1, 0, 0, 1), &old), (stop_condemned(1), vec![start(0)]));
}

/// E8 During a deployment an unhealthy task is replaced from its own revision.
#[test]
fn e8_an_old_deployment_replaces_its_own() {
    let limits = limits(4, 100, 200);
    assert_eq!(plan(limits, group(4, 0, 3, 0), &[group(4, 3, 0, 1)]), (start(1), vec![stop_condemned(1)]));
    assert_eq!(plan(limits, group(4, 0, 4, 0), &[group(4, 3, 0, 0)]), (start(0), vec![start(1)]));
    // Once new ones are healthy it is not asked for that many any more.
    assert_eq!(plan(limits, group(4, 1, 3, 0), &[group(4, 3, 0, 1)]).1, [stop_condemned(1)]);
}

/// E9 A deployment that has failed starts nothing, and the old tasks stay.
#[test]
fn e9_a_failed_deployment_starts_nothing() {
    let failed = superseded(group(2, 1, 0, 1));
    assert_eq!(plan(limits(2, 100, 200), failed, &[group(2, 2, 0, 0)]), (stop_condemned(1), vec![start(0)]));
    assert_eq!(plan(limits(2, 100, 200), failed, &[group(2, 1, 0, 0)]).1, [start(1)]);
}

/// E10 Fewer wanted tasks stop those first that serve nobody yet.
#[test]
fn e10_scaling_down_stops_pending_tasks_first() {
    let moves = Moves { stop_coming: 1, stop_healthy: 1, ..Moves::default() };
    assert_eq!(plan(limits(1, 100, 200), group(1, 2, 1, 0), &[]), (moves, vec![]));
    assert_eq!(plan(limits(0, 100, 200), group(0, 0, 0, 0), &[group(2, 2, 0, 0)]).1, [stop_healthy(2)]);
}

/// E11 The place of a task that stopped by itself is filled when it is out of the way.
#[test]
fn e11_a_task_that_leaves_by_itself_holds_its_place() {
    let leaving = Group { leaving: 1, ..group(2, 1, 0, 0) };
    assert_eq!(plan(limits(2, 100, 200), leaving, &[]), (start(0), vec![]));
    assert_eq!(plan(limits(2, 100, 200), group(2, 1, 0, 0), &[]), (start(1), vec![]));
}

/// E12 Whatever the numbers, one look crosses neither the cap nor the floor.
#[test]
fn e12_no_plan_crosses_a_limit() {
    for (minimum, maximum) in [(0, 100), (50, 100), (50, 150), (100, 125), (100, 200), (75, 300)] {
        for desired in 0..5 {
            for numbers in 0..4_i64.pow(6) {
                let digit = |place: u32| numbers / 4_i64.pow(place) % 4;
                let primary = group(desired, digit(0), digit(1), digit(2));
                let old = group(digit(3) + digit(4) + digit(5), digit(3), digit(4), digit(5));
                assert_within(limits(desired, minimum, maximum), primary, old);
            }
        }
    }
}

fn assert_within(limits: Limits, primary: Group, old: Group) {
    let (new, olds) = plan(limits, primary, &[old]);
    let moves = [new, olds[0]];
    let sum = |part: fn(&Moves) -> i64| moves.iter().map(part).sum::<i64>();
    let stopped = sum(|moves| moves.stop_healthy + moves.stop_coming + moves.stop_condemned);
    let alive = primary.alive() + old.alive();
    let after = alive - stopped + sum(|moves| moves.start);
    assert!(after <= limits.cap().max(alive), "{limits:?} {primary:?} {old:?} {moves:?}");
    let healthy = primary.healthy + old.healthy;
    let left = healthy - sum(|moves| moves.stop_healthy);
    assert!(left >= limits.floor().min(healthy), "{limits:?} {primary:?} {old:?} {moves:?}");
    for (group, moves) in [(primary, new), (old, olds[0])] {
        assert!(moves.stop_coming <= group.coming && moves.stop_condemned <= group.condemned, "{group:?} {moves:?}");
    }
}
