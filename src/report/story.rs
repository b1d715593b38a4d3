//! A run's timeline on a terminal, and for a machine.

use super::style::Paint;
use super::timeline::{Moment, What, readable, shown};
use crate::journal::Opening;
use crate::map;
use crate::value::{Value, show_span};

/// The whole story for a terminal.
pub fn show_timeline(paint: Paint, opening: &Opening, moments: &[Moment]) -> String {
    let mut text = format!("{}\n", head(paint, opening));
    let arguments = opening.arguments.0.as_map().into_iter().flatten();
    for (name, value) in arguments {
        text.push_str(&format!("   --{}  {}\n", name.replace('_', "-"), shown(Some(&readable(value)))));
    }
    text.push('\n');
    for moment in moments {
        let clock = paint.faint(&moment.at.strftime("%H:%M:%S").to_string());
        moment.lines(paint).iter().enumerate().for_each(|(number, line)| {
            let clock = if number == 0 { clock.clone() } else { " ".repeat(8) };
            text.push_str(&format!(" {clock}  {line}\n"));
        });
    }
    text
}

fn head(paint: Paint, opening: &Opening) -> String {
    let text = |name: &str| opening.environment.0.text(name).unwrap_or_default().to_owned();
    let is_sandbox = opening.environment.0.get("sandbox").and_then(Value::as_bool).unwrap_or_default();
    let sandbox = if is_sandbox { format!("{} · ", paint.warning("SANDBOX")) } else { String::new() };
    let title = paint.strong(&format!("{} {}", opening.runbook, opening.version));
    let began = opening.at.strftime("%Y-%m-%d %H:%M:%S UTC");
    let revision = opening.revision.as_ref().map(|revision| {
        let changed = if opening.dirty { ", with changes" } else { "" };
        format!(" · git {}{changed}", &revision[..revision.len().min(10)])
    });
    format!(
        "{sandbox}{title} · {} · {} · run {}\n   began {began} by {}{}",
        text("name"),
        text("region"),
        opening.run,
        opening.by,
        revision.unwrap_or_default()
    )
}

impl Moment {
    fn lines(&self, paint: Paint) -> Vec<String> {
        match &self.what {
            What::StepBegan(name) => vec![format!("▸ {}", paint.strong(name))],
            What::StepEnded { name, ok, note, took_ms } => {
                let mark = if *ok { paint.good("✓") } else { paint.bad("✗") };
                let note = note.as_ref().map(|note| format!(" · {note}")).unwrap_or_default();
                vec![format!("{mark} {name}{note} · {}", span(*took_ms))]
            }
            What::Call { operation, write, times, took_ms, failure, changes } => {
                let times = if *times > 1 { format!(" × {times}") } else { String::new() };
                let name = if *write { paint.strong(operation) } else { operation.clone() };
                let failure = failure.as_ref().map(|why| format!(" · {} {why}", paint.bad("failed"))).unwrap_or_default();
                let mut lines = vec![format!("  {name}{times} · {}{failure}", span(*took_ms))];
                lines.extend(changes.iter().map(|change| format!("      {change}")));
                lines
            }
            What::Tried(text) => vec![format!("    {}", paint.faint(text))],
            What::Slept(ms) => vec![format!("  {}", paint.faint(&format!("waited {}", span(*ms))))],
            What::Said(text) => text.lines().map(|line| format!("    {line}")).collect(),
            What::Warned(text) => text.lines().map(|line| format!("    {} {line}", paint.warning("warning:"))).collect(),
            What::Printed(text) => text.lines().map(|line| format!("  │ {line}")).collect(),
            What::Turn(text) => vec![paint.strong(text)],
        }
    }

    /// The same for a machine.
    pub fn to_value(&self) -> Value {
        let (kind, mut members) = match &self.what {
            What::StepBegan(name) => ("step_began", map! { "name" => name.as_str() }),
            What::StepEnded { name, ok, note, took_ms } => {
                ("step_ended", map! { "name" => name.as_str(), "ok" => *ok, "note" => note.clone(), "ms" => *took_ms })
            }
            What::Call { operation, write, times, took_ms, failure, changes } => (
                "call",
                map! {
                    "operation" => operation.as_str(), "write" => *write, "times" => *times as i64, "ms" => *took_ms,
                    "failure" => failure.clone(), "changes" => changes.clone(),
                },
            ),
            What::Tried(text) => ("attempt", map! { "text" => text.as_str() }),
            What::Slept(ms) => ("sleep", map! { "ms" => *ms }),
            What::Said(text) => ("said", map! { "text" => text.as_str() }),
            What::Warned(text) => ("warned", map! { "text" => text.as_str() }),
            What::Printed(text) => ("printed", map! { "text" => text.as_str() }),
            What::Turn(text) => ("run", map! { "text" => text.as_str() }),
        };
        if let Some(members) = members.as_map_mut() {
            members.insert("at".into(), self.at.to_string().into());
            members.insert("kind".into(), kind.into());
        }
        members
    }
}

fn span(ms: i64) -> String {
    show_span(jiff::SignedDuration::from_millis(ms))
}
