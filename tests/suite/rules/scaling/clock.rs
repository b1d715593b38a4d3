//! A40 to A44: scheduled actions.

use rollbook::map;
use rollbook::value::Value;

use super::super::stage::{Stage, int, text, time};
use super::{activities, described, desired, refused, scaling, target};

fn put(stage: &mut Stage, schedule: &str, bounds: Value) {
    let more = map! { "ScheduledActionName" => "evening", "Schedule" => schedule, "ScalableTargetAction" => bounds };
    scaling(stage, "put_scheduled_action", more);
}

fn bounds(stage: &mut Stage) -> (i64, i64) {
    let target = described(stage);
    (int(&target, "MinCapacity"), int(&target, "MaxCapacity"))
}

/// A40 A scheduled action sets the bounds at its time, and the count follows.
#[test]
fn a40_a_scheduled_action() {
    let mut stage = Stage::new();
    put(&mut stage, "at(2026-07-01T09:30:00)", map! { "MinCapacity" => 5, "MaxCapacity" => 8 });
    stage.wait(29 * 60 + 59);
    assert_eq!((bounds(&mut stage), desired(&mut stage)), ((2, 10), 2));
    stage.wait(1);
    assert_eq!((bounds(&mut stage), desired(&mut stage)), ((5, 8), 5));
    let causes: Vec<String> = activities(&mut stage).iter().map(|activity| text(activity, "Cause")).collect();
    assert_eq!(causes, ["minimum capacity was set to 5", "scheduled action name evening was triggered"]);
    let done = activities(&mut stage).remove(1);
    assert_eq!(text(&done, "StatusMessage"), "Successfully set min capacity to 5 and max capacity to 8");
}

/// A41 Rates and cron expressions come again, inside of start and end.
#[test]
fn a41_again_and_again() {
    let mut stage = Stage::new();
    put(&mut stage, "cron(0 18 ? * MON-FRI *)", map! { "MinCapacity" => 3 });
    stage.wait(9 * 3600);
    assert_eq!(bounds(&mut stage), (3, 10));
    scaling(&mut stage, "register_scalable_target", map! { "MinCapacity" => 2 });
    stage.wait(24 * 3600);
    assert_eq!(bounds(&mut stage), (3, 10), "the next evening");
    let end = stage.now + jiff::SignedDuration::from_mins(50);
    let action = map! { "MaxCapacity" => 7 };
    let more = map! {
        "ScheduledActionName" => "evening", "Schedule" => "rate(30 minutes)", "ScalableTargetAction" => action, "EndTime" => end,
    };
    scaling(&mut stage, "put_scheduled_action", more);
    stage.wait(31 * 60);
    assert_eq!(bounds(&mut stage), (3, 7));
    scaling(&mut stage, "register_scalable_target", map! { "MaxCapacity" => 10 });
    stage.wait(3600);
    assert_eq!(bounds(&mut stage), (3, 10), "its end was before");
}

/// A42 A suspended schedule lets its times pass.
#[test]
fn a42_a_suspended_schedule() {
    let mut stage = Stage::new();
    let suspend = |stage: &mut Stage, on: bool| {
        scaling(stage, "register_scalable_target", map! { "SuspendedState" => map! { "ScheduledScalingSuspended" => on } });
    };
    suspend(&mut stage, true);
    put(&mut stage, "at(2026-07-01T09:30:00)", map! { "MinCapacity" => 5 });
    stage.wait(3600);
    suspend(&mut stage, false);
    stage.wait(3600);
    assert_eq!(desired(&mut stage), 2);
}

/// A43 An action is put by name, described with what AWS adds, and deleted.
#[test]
fn a43_putting_and_deleting() {
    let mut stage = Stage::new();
    put(&mut stage, "rate(1 day)", map! { "MinCapacity" => 3 });
    put(&mut stage, "rate(2 days)", map! { "MinCapacity" => 4 });
    let all = scaling(&mut stage, "describe_scheduled_actions", map! {});
    let action = &all.items("ScheduledActions")[0];
    assert_eq!((all.items("ScheduledActions").len(), text(action, "Schedule")), (1, "rate(2 days)".into()));
    assert!(text(action, "ScheduledActionARN").contains(":scheduledAction:"), "{action:?}");
    assert_eq!(time(action, "CreationTime"), stage.now);
    scaling(&mut stage, "delete_scheduled_action", map! { "ScheduledActionName" => "evening" });
    stage.wait(72 * 3600);
    assert_eq!(desired(&mut stage), 2);
}

/// A44 A schedule that is none is refused, and one in another time zone is said
/// to be out of reach.
#[test]
fn a44_what_is_no_schedule() {
    let mut stage = Stage::new();
    let action = |schedule: &str, bounds: Value| {
        target(map! { "ScheduledActionName" => "evening", "Schedule" => schedule, "ScalableTargetAction" => bounds })
    };
    for (request, code) in [
        (action("every day", map! { "MinCapacity" => 3 }), "ValidationException"),
        (action("cron(0 18 * * *)", map! { "MinCapacity" => 3 }), "ValidationException"),
        (action("rate(1 day)", map! {}), "ValidationException"),
        (action("rate(1 day)", map! { "MinCapacity" => 3, "MaxCapacity" => 2 }), "ValidationException"),
        (
            super::with(action("rate(1 day)", map! { "MinCapacity" => 3 }), map! { "Timezone" => "Asia/Seoul" }),
            "UnsupportedOperation",
        ),
    ] {
        assert_eq!(refused(&mut stage, "put_scheduled_action", request).code, code);
    }
}
