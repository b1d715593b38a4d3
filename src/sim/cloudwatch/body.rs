//! The body of a dashboard: what AWS refuses in it, and what it only warns of.
//! The messages are those of its schema checker.

use crate::value::{Value, parse_str};

const WIDGETS_MAX: usize = 500;
const WIDGET: &[&str] = &["type", "x", "y", "width", "height", "properties"];
const TYPES: &[&str] = &["metric", "text", "log", "alarm", "explorer", "custom", "trace"];
/// What may stand in the last place of a metric.
const RENDERING: &[&str] = &[
    "accountId",
    "color",
    "dimensions",
    "expression",
    "id",
    "label",
    "period",
    "region",
    "searchExpression",
    "stat",
    "visible",
    "yAxis",
];

pub struct Finding {
    /// `/widgets/0/properties/region`
    pub path: String,
    pub message: String,
}

#[derive(Default)]
pub struct Checked {
    pub errors: Vec<Finding>,
    pub warnings: Vec<Finding>,
}

impl Checked {
    fn error(&mut self, path: &str, message: impl Into<String>) {
        self.errors.push(Finding { path: path.to_owned(), message: message.into() });
    }

    fn warn(&mut self, path: &str, message: impl Into<String>) {
        self.warnings.push(Finding { path: path.to_owned(), message: message.into() });
    }

    fn require(&mut self, path: &str, value: &Value, member: &str) {
        if value.get(member).is_none() {
            self.error(path, format!("Should have required property '{member}'"));
        }
    }
}

/// Nothing when the body is no JSON object at all.
pub fn check(body: &str) -> Option<Checked> {
    let body = parse_str(body).ok().filter(|body| body.as_map().is_some())?;
    let mut checked = Checked::default();
    match body.get("widgets") {
        None => checked.require("", &body, "widgets"),
        Some(Value::List(widgets)) => {
            if widgets.len() > WIDGETS_MAX {
                checked.error("/widgets", format!("Should NOT have more than {WIDGETS_MAX} items"));
            }
            for (index, one) in widgets.iter().enumerate() {
                widget(&mut checked, &format!("/widgets/{index}"), one);
            }
        }
        Some(_) => checked.error("/widgets", "Should be array"),
    }
    Some(checked)
}

fn widget(checked: &mut Checked, path: &str, widget: &Value) {
    let Some(members) = widget.as_map() else {
        return checked.error(path, "Should be object");
    };
    for name in members.keys().filter(|name| !WIDGET.contains(&name.as_str())) {
        checked.warn(&format!("{path}/{name}"), "Should NOT have additional properties");
    }
    for (name, least, most) in [("x", 0, 23), ("y", 0, i64::MAX), ("width", 1, 24), ("height", 1, 1000)] {
        size(checked, &format!("{path}/{name}"), widget.get(name), least, most);
    }
    checked.require(path, widget, "type");
    checked.require(path, widget, "properties");
    let Some(properties) = widget.get("properties") else {
        return;
    };
    let inner = format!("{path}/properties");
    if properties.as_map().is_none() {
        return checked.error(&inner, "Should be object");
    }
    match widget.text("type") {
        Some("metric") => metric_widget(checked, &inner, properties),
        Some("text") => checked.require(&inner, properties, "markdown"),
        Some("log") => {
            checked.require(&inner, properties, "query");
            checked.require(&inner, properties, "region");
        }
        Some("alarm") => checked.require(&inner, properties, "alarms"),
        Some(kind) if TYPES.contains(&kind) => {}
        _ => checked.error(&format!("{path}/type"), "Should be equal to one of the allowed values"),
    }
}

fn size(checked: &mut Checked, path: &str, value: Option<&Value>, least: i64, most: i64) {
    match value {
        None => {}
        Some(Value::Int(number)) if *number < least => checked.error(path, format!("Should be >= {least}")),
        Some(Value::Int(number)) if *number > most => checked.error(path, format!("Should be <= {most}")),
        Some(Value::Int(_)) => {}
        Some(_) => checked.error(path, "Should be integer"),
    }
}

fn metric_widget(checked: &mut Checked, path: &str, properties: &Value) {
    checked.require(path, properties, "region");
    if properties.get("region").is_some_and(|region| region.as_str().is_none()) {
        checked.error(&format!("{path}/region"), "Should be string");
    }
    match (properties.get("metrics"), properties.get("annotations")) {
        (None, Some(annotations)) if annotations.get("alarms").is_some() => {}
        (None, _) => checked.require(path, properties, "metrics"),
        (Some(Value::List(metrics)), _) => {
            for (index, one) in metrics.iter().enumerate() {
                metric(checked, &format!("{path}/metrics/{index}"), one);
            }
        }
        (Some(_), _) => checked.error(&format!("{path}/metrics"), "Should be array"),
    }
    if properties.get("period").is_some_and(|period| period.as_int().is_none()) {
        checked.error(&format!("{path}/period"), "Should be integer");
    }
}

/// Namespace, name, names and values of dimensions, then how to draw it; or only
/// how to draw an expression.
fn metric(checked: &mut Checked, path: &str, metric: &Value) {
    let Some(items) = metric.as_list() else {
        return checked.error(path, "Should be array");
    };
    let (last, names) = match items.split_last() {
        Some((Value::Map(last), names)) => (Some(last), names),
        _ => (None, items),
    };
    if last.is_some_and(|last| last.keys().any(|name| !RENDERING.contains(&name.as_str()))) {
        checked.error(path, "Should NOT have more than 2 items");
    }
    for (index, name) in names.iter().enumerate() {
        if name.as_str().is_none_or(str::is_empty) {
            checked.error(&format!("{path}/{index}"), "Invalid metric field type, only \"String\" type is allowed");
        }
    }
    let expression = names.is_empty() && last.is_some_and(|last| last.contains_key("expression"));
    let short = names.iter().any(|name| matches!(name.as_str(), Some("." | "...")));
    if !expression && !short && (names.len() < 2 || !names.len().is_multiple_of(2)) {
        checked.error(path, "Invalid metric, the value of a dimension is missing");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> Vec<String> {
        let checked = check(body).expect("an object");
        let shown = |finding: Finding| format!("{} {}", finding.path, finding.message);
        let warnings = checked.warnings.into_iter().map(|finding| format!("warning {}", shown(finding)));
        checked.errors.into_iter().map(shown).chain(warnings).collect()
    }

    fn metrics(metrics: &str) -> Vec<String> {
        let properties = format!(r#"{{"region":"r","metrics":{metrics}}}"#);
        found(&format!(r#"{{"widgets":[{{"type":"metric","properties":{properties}}}]}}"#))
    }

    #[test]
    fn metrics_of_widgets() {
        let path = "/widgets/0/properties/metrics";
        for (given, expected) in [
            (r#"[["AWS/ECS","CPUUtilization"]]"#, vec![]),
            (r#"[["AWS/ECS","CPUUtilization","ServiceName","s",{"stat":"Sum","label":"x"}],[".",".",".","t"],["..."]]"#, vec![]),
            (r#"[[{"expression":"m1*2","id":"e1"}]]"#, vec![]),
            (r#"{}"#, vec![" Should be array"]),
            (r#"[{"expression":"m1"}]"#, vec!["/0 Should be array"]),
            (r#"[["AWS/ECS","CPUUtilization",{"ClusterName":"c"}]]"#, vec!["/0 Should NOT have more than 2 items"]),
            (
                r#"[["AWS/ECS","CPUUtilization",{"stat":"Sum"},"a"]]"#,
                vec!["/0/2 Invalid metric field type, only \"String\" type is allowed"],
            ),
            (
                r#"[["AWS/ECS","CPUUtilization","ServiceName",""]]"#,
                vec!["/0/3 Invalid metric field type, only \"String\" type is allowed"],
            ),
            (r#"[["AWS/ECS","C","ServiceName"]]"#, vec!["/0 Invalid metric, the value of a dimension is missing"]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(|one| format!("{path}{one}")).collect();
            assert_eq!(metrics(given), expected, "{given}");
        }
    }

    #[test]
    fn widgets_and_their_places() {
        for (given, expected) in [
            (r#"{"widgets":[]}"#, vec![]),
            (r#"{}"#, vec![" Should have required property 'widgets'"]),
            (r#"{"widgets":{}}"#, vec!["/widgets Should be array"]),
            (
                r#"{"widgets":[{"type":"text","properties":{}}]}"#,
                vec!["/widgets/0/properties Should have required property 'markdown'"],
            ),
            (
                r#"{"widgets":[{"type":"text","x":24,"width":0,"y":"a","properties":{"markdown":""}}]}"#,
                vec!["/widgets/0/x Should be <= 23", "/widgets/0/y Should be integer", "/widgets/0/width Should be >= 1"],
            ),
            (
                r#"{"widgets":[{"type":"graph","properties":{}}]}"#,
                vec!["/widgets/0/type Should be equal to one of the allowed values"],
            ),
            (
                r#"{"widgets":[{"type":"text","name":"a","properties":{"markdown":""}}]}"#,
                vec!["warning /widgets/0/name Should NOT have additional properties"],
            ),
        ] {
            assert_eq!(found(given), expected, "{given}");
        }
        assert!(check("[]").is_none() && check("{").is_none());
    }
}
