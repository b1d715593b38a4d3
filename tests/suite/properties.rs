//! Properties of values, codecs and records over random worlds, from a fixed
//! seed: `PROPTEST_CASES=100000 cargo test properties` looks further.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rollbook::api::{Failure, Known, Reading, SERVICES, decode, encode, operation, read_answer, validate};
use rollbook::value::{Map, Timestamp, Value, diff, parse_str, show_span, to_json};

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(41), failure_persistence: None, ..ProptestConfig::default() }
}

/// Any value that JSON can hold.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::Float),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map("[$a-zA-Z가-힣]{0,8}", inner, 0..6)
                .prop_map(|members| { Value::Map(members.into_iter().map(|(name, item)| (name.into(), item)).collect()) }),
        ]
    })
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_102_444_800_000).prop_map(|milliseconds| Timestamp::from_millisecond(milliseconds).unwrap())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_is_read_back(value in json()) {
        let text = to_json(&value).unwrap();
        prop_assert_eq!(parse_str(&text).unwrap(), value);
    }

    #[test]
    fn equal_values_have_equal_bytes(value in json()) {
        let text = to_json(&value).unwrap();
        prop_assert_eq!(to_json(&parse_str(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn nothing_differs_from_itself_and_every_change_has_its_place(one in json(), other in json()) {
        prop_assert!(diff::diff(&one, &one).is_empty());
        prop_assert_eq!(diff::diff(&one, &other).is_empty(), equal_by_name(&one, &other));
    }

    #[test]
    fn reading_json_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = rollbook::value::parse(&bytes);
        for service in SERVICES {
            let _ = decode(&service.operations[0], &bytes);
        }
    }

    #[test]
    fn unknown_members_pass_once_an_answer_carried_them(name in "zz[a-z]{1,8}", value in json()) {
        let describe = operation("ecs", "describe_task_definition").unwrap();
        let register = operation("ecs", "register_task_definition").unwrap();
        let mut request = rollbook::map! { "family" => "f", "containerDefinitions" => Vec::<Value>::new(), name.as_str() => value.clone() };
        prop_assert!(validate(register, &mut request.clone(), &Known::default()).is_err());
        let mut answer = rollbook::map! { "taskDefinition" => rollbook::map! { name.as_str() => value } };
        let known = read_answer(describe, &mut answer, &Reading::default());
        prop_assert!(validate(register, &mut request, &known).is_ok());
        let sent = decode(describe, &encode(register, &request).unwrap()).unwrap();
        prop_assert_eq!(sent.get(&name), request.get(&name));
    }

    #[test]
    fn times_survive_json_and_cbor(at in time()) {
        // A stopped task's time, through AWS JSON.
        let describe = operation("ecs", "describe_tasks").unwrap();
        let body = encode(describe, &rollbook::map! { "tasks" => vec![rollbook::map! { "stoppedAt" => at }] }).unwrap();
        let mut answer = decode(describe, &body).unwrap();
        read_answer(describe, &mut answer, &Reading::default());
        prop_assert_eq!(answer.items("tasks")[0].get("stoppedAt"), Some(&Value::Time(at)));
        // And a metric's, through CBOR.
        let statistics = operation("cloudwatch", "get_metric_statistics").unwrap();
        let request = rollbook::map! { "StartTime" => at };
        let read = decode(statistics, &encode(statistics, &request).unwrap()).unwrap();
        prop_assert_eq!(read, request);
    }

    #[test]
    fn an_integer_where_cbor_wants_a_double_becomes_one(number in -1_000_000_i64..1_000_000) {
        let put = operation("cloudwatch", "put_metric_alarm").unwrap();
        let read = decode(put, &encode(put, &rollbook::map! { "Threshold" => number, "Period" => number }).unwrap()).unwrap();
        prop_assert_eq!(read, rollbook::map! { "Threshold" => number as f64, "Period" => number });
    }

    #[test]
    fn failures_come_back_from_their_record(code in "[A-Za-z]{1,12}", message in ".{0,20}", status in 400_u16..600) {
        let error = rollbook::api::AwsError { code, message, status, request_id: None };
        let failure = Failure::Answered(error);
        prop_assert_eq!(Failure::from_value(&failure.to_value()), Some(failure));
    }

    #[test]
    fn spans_are_short_and_never_empty(seconds in 0_i64..100_000_000) {
        let text = show_span(jiff::SignedDuration::from_secs(seconds));
        prop_assert!(!text.is_empty() && text.len() <= 8, "{}", text);
    }
}

/// Lists of named maps are equal in any order, as `diff` sees them.
fn equal_by_name(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            one.keys().eq(other.keys()) && one.iter().all(|(name, value)| equal_by_name(value, &other[name]))
        }
        (Value::List(one), Value::List(other)) if one.len() == other.len() => {
            let by_name = |items: &[Value]| -> Option<Map> {
                let named: Map =
                    items.iter().map(|item| Some((item.text("name")?.into(), item.clone()))).collect::<Option<_>>()?;
                (named.len() == items.len()).then_some(named)
            };
            match (by_name(one), by_name(other)) {
                (Some(one), Some(other)) => equal_by_name(&Value::Map(one), &Value::Map(other)),
                _ => one.iter().zip(other).all(|(one, other)| equal_by_name(one, other)),
            }
        }
        _ => one == other,
    }
}
