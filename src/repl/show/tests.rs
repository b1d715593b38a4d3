//! What values look like, with wide letters, long ones, secrets and times.

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::map;
use crate::value::{Origin, Secret};

fn look(width: usize) -> Look {
    Look {
        width,
        now: "2026-07-01T12:00:00Z".parse().unwrap(),
        zone: TimeZone::fixed(jiff::tz::offset(9)),
        paint: Paint::plain(),
    }
}

fn time(text: &str) -> Value {
    Value::Time(text.parse().unwrap())
}

fn deployment(status: &str, revision: i64, rollout: &str, running: i64, created: &str) -> Value {
    map! {
        "status" => status, "rolloutState" => rollout, "desiredCount" => 4, "runningCount" => running,
        "failedTasks" => 0, "createdAt" => time(created), "launchType" => "FARGATE",
        "taskDefinition" => format!("arn:aws:ecs:ap-northeast-2:123456789012:task-definition/nest-wallet-task:{revision}"),
        "networkConfiguration" => map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-1"] } },
    }
}

#[test]
fn deployments_are_a_table_of_what_matters() {
    let list = Value::List(vec![
        deployment("PRIMARY", 42, "IN_PROGRESS", 1, "2026-07-01T11:57:00Z"),
        deployment("ACTIVE", 41, "COMPLETED", 4, "2026-06-25T11:00:00Z"),
    ]);
    let shown = show(&list, &look(100));
    let expected = "
 # │ status  │ taskDefinition      │ rollout     │ desired │ running │ failed │ created │ launchType
 0 │ PRIMARY │ nest-wallet-task:42 │ IN_PROGRESS │       4 │       1 │      0 │ 3m ago  │ FARGATE
 1 │ ACTIVE  │ nest-wallet-task:41 │ COMPLETED   │       4 │       4 │      0 │ 6d ago  │ FARGATE
 also networkConfiguration";
    assert_eq!(format!("\n{}", shown.text), expected);
    assert!(shown.cut);
}

#[test]
fn a_narrow_screen_has_fewer_columns_and_names_the_others() {
    let list = Value::List(vec![deployment("PRIMARY", 42, "IN_PROGRESS", 1, "2026-07-01T11:57:00Z")]);
    for width in [40, 60, 80] {
        let shown = show(&list, &look(width));
        assert!(shown.text.lines().all(|line| line.width() <= width), "{width}:\n{}", shown.text);
        assert!(shown.text.contains("also "), "{}", shown.text);
    }
}

#[test]
fn wide_letters_keep_the_columns_straight() {
    let row = |name: &str, count: i64| map! { "name" => name, "count" => count };
    let list = Value::List(vec![row("지갑 서비스", 1), row("wallet", 20), row("🚀 launch", 300)]);
    let shown = show(&list, &look(80));
    let lines: Vec<&str> = shown.text.lines().collect();
    let bars: Vec<usize> = lines.iter().map(|line| line[..line.rfind('│').unwrap()].width()).collect();
    assert!(bars.iter().all(|bar| *bar == bars[0]), "{}", shown.text);
}

#[test]
fn an_answer_shows_its_one_thing_without_the_envelope() {
    let service = map! {
        "serviceName" => "nest-wallet-service", "runningCount" => 4, "createdAt" => time("2026-07-01T09:00:00Z"),
        "serviceArn" => "arn:aws:ecs:ap-northeast-2:123456789012:service/nest-wallet-cluster/nest-wallet-service",
        "deploymentConfiguration" => map! { "minimumHealthyPercent" => 100, "maximumPercent" => 200 },
        "events" => (0..9).map(|at| map! { "id" => at.to_string(), "message" => "has reached a steady state" }).collect::<Vec<_>>(),
    };
    let answer = map! { "services" => vec![service], "failures" => Vec::<Value>::new() };
    let shown = show(&answer, &look(80));
    let expected = "
services
  serviceName              nest-wallet-service
  runningCount             4
  createdAt                2026-07-01 18:00:00 +09 · 3h ago
  serviceArn               nest-wallet-service
  deploymentConfiguration  { maximumPercent: 200, minimumHealthyPercent: 100 }
  events  9 items
     # │ message                    │ id
     0 │ has reached a steady state │ 0
     1 │ has reached a steady state │ 1
     2 │ has reached a steady state │ 2
     3 │ has reached a steady state │ 3
     4 │ has reached a steady state │ 4
     … 4 more";
    assert_eq!(format!("\n{}", shown.text), expected);
    assert!(shown.cut && shown.fits(20) && !shown.fits(10));
}

#[test]
fn a_message_has_room_before_ids_have() {
    let event = |at: &str| {
        map! {
            "id" => "c8d9e87f-942f-429e-a4f5-da424fe9a5d1", "createdAt" => time(at),
            "message" => "(service nest-wallet-service) was unable to place a task because the image cannot be pulled.",
        }
    };
    let events = Value::List(vec![event("2026-07-01T11:59:00Z"), event("2026-07-01T11:00:00Z")]);
    let shown = show(&events, &look(120));
    let expected = "
 # │ created │ message                                                                                      │ id
 0 │ 1m ago  │ (service nest-wallet-service) was unable to place a task because the image cannot be pulled. │ c8d9e87f…
 1 │ 1h ago  │ (service nest-wallet-service) was unable to place a task because the image cannot be pulled. │ c8d9e87f…";
    assert_eq!(format!("\n{}", shown.text), expected);
    assert!(show(&events, &look(80)).text.ends_with("also id"), "{}", show(&events, &look(80)).text);
}

#[test]
fn secrets_stay_hidden_everywhere() {
    let secret = || Value::Secret(Secret::new("hunter2hunter2".into(), Origin::Prompt));
    let values = [
        secret(),
        map! { "a" => secret(), "b" => 1 },
        Value::List(vec![map! { "a" => secret() }, map! { "a" => "x" }]),
        Value::List(vec![secret()]),
        map! { "deep" => map! { "er" => map! { "list" => vec![secret()] } } },
    ];
    for value in values {
        let text = format!("{}\n{}", show(&value, &look(80)).text, show_json(&value));
        assert!(!text.contains("hunter2") && text.contains("(secret"), "{text}");
    }
}

#[test]
fn control_characters_cannot_move_the_cursor() {
    let value = map! { "log" => "a\u{1b}[2Jb\r\nc", "b\u{7}" => vec![map! { "x" => "\u{202e}y" }, map! { "x" => "z" }] };
    let text = show(&value, &look(80)).text;
    assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n'), "{text:?}");
    assert!(!text.contains('\u{202e}'));
    assert_eq!(show(&Value::from("two\nlines"), &look(80)).text, "two\nlines");
}

#[test]
fn times_have_a_distance_and_log_stamps_are_times() {
    let now = look(80).now;
    for (text, said) in [
        ("2026-07-01T12:00:00Z", "just now"),
        ("2026-07-01T11:59:01Z", "59s ago"),
        ("2026-07-01T11:57:00Z", "3m ago"),
        ("2026-06-25T11:00:00Z", "6d ago"),
        ("2026-07-01T14:30:00Z", "in 2h"),
    ] {
        assert_eq!(distance(text.parse().unwrap(), now), said);
    }
    let event = map! { "timestamp" => now.as_millisecond() - 60_000, "message" => "up", "count" => 1_700_000_000_000_i64 };
    let text = show(&Value::List(vec![event.clone(), event]), &look(80)).text;
    assert!(text.contains("1m ago") && text.contains("1700000000000"), "{text}");
}

#[test]
fn clipping_counts_columns() {
    assert_eq!(clip("지갑서비스", 6), "지갑…");
    assert_eq!(clip("지갑서비스", 5), "지갑…");
    assert_eq!(clip("abc", 3), "abc");
    assert_eq!(clip("abcd", 3), "ab…");
    assert_eq!(clip("abcd", 0), "");
}
