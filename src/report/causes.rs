//! Why a run ended as it did: the likeliest cause with what it rests on, what
//! else was seen, and the command to type next.

use super::style::Paint;
use crate::value::Value;

/// Log lines shown below the verdict; all of them are in the record.
const LINES: usize = 5;
const WIDEST: usize = 200;

/// ```text
///   Cause   the image cannot be pulled: it does not exist
///           CannotPullContainerError: … not found (3 tasks)
///   Also    the circuit breaker tripped
///   Next    check that the tag was pushed
/// ```
pub fn show_causes(paint: Paint, found: &Value) -> String {
    let mut page = Page { paint, text: String::from("\n") };
    let causes = found.items("causes");
    match causes.first() {
        Some(cause) => page.cause(cause),
        None if asks_for_a_cause(found) => page.entry("Cause", "unknown: nothing that ECS says tells why"),
        None => {}
    }
    for other in causes.iter().skip(1) {
        page.entry("Also", &format!("{} ({})", text(other, "cause"), times(other)));
    }
    for line in found.items("also").iter().filter_map(Value::as_str) {
        page.entry("Also", line);
    }
    for log in found.get("evidence").map_or(&[][..], |evidence| evidence.items("logs")) {
        page.log(log);
    }
    for cause in causes.iter().take(1) {
        page.entry("Next", text(cause, "next"));
    }
    page.text
}

/// Of a deployment that somebody stopped or replaced, the verdict says it all.
fn asks_for_a_cause(found: &Value) -> bool {
    !matches!(found.text("verdict"), Some("superseded" | "stopped" | "scaled to zero" | "succeeded"))
}

struct Page {
    paint: Paint,
    text: String,
}

impl Page {
    fn cause(&mut self, cause: &Value) {
        self.entry("Cause", text(cause, "cause"));
        if let Some(quote) = cause.text("quote").filter(|quote| !quote.is_empty()) {
            let quote = format!("{} ({})", shortened(quote), times(cause));
            self.more(&quote);
        }
    }

    fn log(&mut self, log: &Value) {
        let lines: Vec<&str> = log.items("lines").iter().filter_map(Value::as_str).collect();
        if lines.is_empty() {
            return;
        }
        self.entry("Log", &format!("the last lines of {}", text(log, "container")));
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            self.more(&shortened(line));
        }
    }

    fn entry(&mut self, head: &str, line: &str) {
        self.text.push_str(&format!("   {} {line}\n", self.paint.strong(&format!("{head:<7}"))));
    }

    fn more(&mut self, line: &str) {
        self.text.push_str(&format!("           {}\n", self.paint.faint(line)));
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.text(name).unwrap_or_default()
}

fn times(cause: &Value) -> String {
    match cause.get("count").and_then(Value::as_int) {
        Some(1) | None => "once".into(),
        Some(count) => format!("{count} times"),
    }
}

/// Long lines say what they are about at the start and what is wrong at the end.
fn shortened(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    match letters.len() {
        length if length <= WIDEST => line.to_owned(),
        length => letters[..WIDEST / 2].iter().chain(&['…']).chain(&letters[length - WIDEST / 2..]).collect(),
    }
}
