//! Whatever is typed, and wherever the cursor stands: no panic, and not a byte
//! of the text changed by its colors.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rollbook::repl::completion::{complete, hint, is_complete};
use rollbook::repl::doc::{doc, type_of};
use rollbook::repl::highlight::{highlight, paint};
use rollbook::repl::lexer::tokens;
use rollbook::repl::show::{Look, clip, show};
use rollbook::report::Paint;
use rollbook::value::{Timestamp, Value, parse_str};

use super::known;

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(43), failure_persistence: None, cases: 150, ..ProptestConfig::default() }
}

/// Pieces that mean something to the scanner, in any order, and any letters.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "ecs::",
        "update_service",
        "describe_services",
        "(",
        "#{ ",
        "cluster",
        "service",
        ": ",
        ", ",
        "\"",
        "`",
        "${",
        "}",
        ")",
        "[",
        "]",
        "?[",
        ".",
        "?.",
        "s",
        "deployments",
        "[0]",
        "[-1]",
        "|x|",
        "let x = ",
        "for x in ",
        ";",
        "\n",
        "//",
        "/*",
        "*/",
        "#\"",
        "'",
        "import ",
        "as ",
        ":doc ",
        ":run ",
        "deploy ",
        "image=",
        "\\",
        "::",
        "all::",
        "verdict::",
        "1.5",
        "지갑",
        "🚀",
        "é",
        "\u{301}",
        "secretsmanager::get_secret_value(#{ SecretId: \"",
        "ecs::register_task_definition(#{ containerDefinitions: [#{ ",
        "-",
        "=",
        "\t",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(any::<char>(), 0..20).prop_map(|letters| letters.into_iter().collect()),
    ]
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        "[a-z🚀가-힣]{0,40}".prop_map(|text| format!("\"{text}\"")),
        Just("\"arn:aws:ecs:eu-west-1:123456789012:service/c/s\"".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::btree_map("[a-zA-Z]{1,12}|status|createdAt|서비스", inner, 0..6).prop_map(|members| {
                let members: Vec<String> = members.into_iter().map(|(name, item)| format!("\"{name}\":{item}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

/// Names that lead to each other must not be followed without an end.
#[test]
fn names_in_circles_take_no_time() {
    let known = known();
    for line in ["let a = a.b;\n", "let a = b[0]; let b = a[0];\n", "for a in a { ", "a.filter(|a| ", "[a, ", "ecs::x(#{ a: "] {
        let text = format!("{}a.", line.repeat(400));
        complete(&text, text.len(), &known);
        hint(&text, text.len(), &known);
        highlight(&text, &known);
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_at_any_place(text in text()) {
        let known = known();
        let bounds = (0..=text.len()).filter(|at| text.is_char_boundary(*at));
        for position in bounds {
            let found = complete(&text, position, &known);
            prop_assert!(found.start <= position && text.is_char_boundary(found.start));
            hint(&text, position, &known);
        }
        // A caller's slip is no reason to fall either.
        complete(&text, text.len() + 7, &known);
        is_complete(&text);
        let _ = doc(&text, &known, Paint::plain(), 80);
    }

    #[test]
    fn tokens_and_tones_are_the_whole_text(text in text()) {
        let known = known();
        let spelled: String = tokens(&text).iter().map(|token| &text[token.range.clone()]).collect();
        prop_assert_eq!(&spelled, &text);
        let toned: String = highlight(&text, &known).into_iter().map(|(range, _)| text[range].to_owned()).collect();
        prop_assert_eq!(&toned, &text);
        prop_assert_eq!(&paint(&text, &known, false), &text);
        // A text without escapes of its own comes back when the colors are taken out.
        if !text.contains('\u{1b}') {
            let bare = anstream_strip(&paint(&text, &known, true));
            prop_assert_eq!(bare, text);
        }
    }

    #[test]
    fn any_value_fits_the_screen(json in json(), width in 20_usize..140) {
        let value = parse_str(&json).unwrap();
        let look = Look {
            width, now: "2026-07-01T12:00:00Z".parse::<Timestamp>().unwrap(), zone: jiff::tz::TimeZone::UTC, paint: Paint::plain(),
        };
        let shown = show(&value, &look);
        // Text on its own is not shortened; deep trees may run out of room.
        if !matches!(value, Value::Text(_)) && width >= 60 {
            for line in shown.text.lines() {
                prop_assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
            }
        }
        type_of(&value);
    }

    #[test]
    fn clipped_text_fits(text in ".{0,30}", width in 0_usize..20) {
        prop_assert!(unicode_width::UnicodeWidthStr::width(clip(&text, width).as_str()) <= width);
    }
}

/// The text without `ESC [ … m`.
fn anstream_strip(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |bare, part| bare + part.split_once('m').map_or("", |(_, rest)| rest))
}
