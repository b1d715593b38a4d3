//! M40 to M43: dashboards.

use rollbook::map;
use rollbook::value::Value;

use super::super::stage::{Stage, text, time};
use super::{ask, assert_refused, refused};

const TEXT: &str = r##"{"widgets":[{"type":"text","properties":{"markdown":"# hi"}}]}"##;

fn put(name: &str, body: &str) -> Value {
    map! { "DashboardName" => name, "DashboardBody" => body }
}

/// M40 A dashboard is kept as it was given, replaced as a whole, listed with its
/// size and the time of its last change, and taken away with others or not at all.
#[test]
fn m40_a_dashboard() {
    let mut stage = Stage::new();
    let answer = ask(&mut stage, "put_dashboard", put("wallet", TEXT));
    assert_eq!(answer.items("DashboardValidationMessages"), []);
    let spaced = TEXT.replace(',', " ,  ");
    stage.wait(60);
    ask(&mut stage, "put_dashboard", put("wallet", &spaced));
    let kept = ask(&mut stage, "get_dashboard", map! { "DashboardName" => "wallet" });
    assert_eq!(
        (text(&kept, "DashboardBody"), text(&kept, "DashboardArn")),
        (spaced.clone(), "arn:aws:cloudwatch::123456789012:dashboard/wallet".into())
    );
    let listed = ask(&mut stage, "list_dashboards", map! { "DashboardNamePrefix" => "wal" });
    let entry = &listed.items("DashboardEntries")[0];
    assert_eq!((entry.get("Size"), time(entry, "LastModified")), (Some(&Value::Int(spaced.len() as i64)), stage.now));
    let names = map! { "DashboardNames" => vec!["wallet", "nobody"] };
    let (code, status, message) = refused(&mut stage, "delete_dashboards", names);
    assert_eq!((code.as_str(), status), ("ResourceNotFound", 404));
    assert!(message.contains("[nobody]"), "{message}");
    ask(&mut stage, "delete_dashboards", map! { "DashboardNames" => vec!["wallet"] });
    let (code, status, _) = refused(&mut stage, "get_dashboard", map! { "DashboardName" => "wallet" });
    assert_eq!((code.as_str(), status), ("ResourceNotFound", 404));
}

/// M41 A body that is no JSON object, or a name with other letters, is refused.
#[test]
fn m41_names_and_bodies() {
    let mut stage = Stage::new();
    for (name, body, part) in [
        ("wallet", "{", "The field DashboardBody must be a valid JSON object"),
        ("wallet", "[]", "The field DashboardBody must be a valid JSON object"),
        ("a b", TEXT, "contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_)."),
        ("", TEXT, "DashboardName"),
        (&"x".repeat(256), TEXT, "longer than 255"),
    ] {
        assert_refused(&mut stage, "put_dashboard", put(name, body), "InvalidParameterInput", part);
    }
}

/// M42 All that is wrong inside a body is told at once, with its places.
#[test]
fn m42_validation_errors() {
    let mut stage = Stage::new();
    let body = r#"{"widgets":[{"type":"metric","properties":{"metrics":[["AWS/ECS","CPUUtilization",{"ClusterName":"c"}]]}}]}"#;
    let expected = "The dashboard body is invalid, there are 2 validation errors:\n[\n  {\n    \
                    \"dataPath\": \"/widgets/0/properties\",\n    \"message\": \"Should have required property 'region'\"\n  },\n  {\n    \
                    \"dataPath\": \"/widgets/0/properties/metrics/0\",\n    \"message\": \"Should NOT have more than 2 items\"\n  }\n]";
    assert_refused(&mut stage, "put_dashboard", put("wallet", body), "InvalidParameterInput", expected);
}

/// M43 What is only unknown is a warning, and the dashboard is kept.
#[test]
fn m43_warnings() {
    let mut stage = Stage::new();
    let body = r#"{"widgets":[{"type":"text","colour":"red","properties":{"markdown":"x"}}]}"#;
    let answer = ask(&mut stage, "put_dashboard", put("wallet", body));
    let message = &answer.items("DashboardValidationMessages")[0];
    assert_eq!(
        (text(message, "DataPath"), text(message, "Message")),
        ("/widgets/0/colour".into(), "Should NOT have additional properties".into())
    );
    assert_eq!(text(&ask(&mut stage, "get_dashboard", map! { "DashboardName" => "wallet" }), "DashboardBody"), body);
}
