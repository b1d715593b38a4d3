//! Where a prompt writes: results to standard output, everything else to
//! standard error. Long results are paged at a terminal.

use std::cell::Cell;
use std::io::Write;

use jiff::tz::TimeZone;

use super::show::{Look, show};
use crate::effect::{Vault, outside};
use crate::report::{Paint, Sources, show_findings, show_misuse, show_script_error};
use crate::runbook::{Misuse, ScriptFault};
use crate::value::{Timestamp, Value};

/// The columns of what is no terminal, where nothing says otherwise.
const WIDTH: usize = 100;

pub struct Screen {
    /// For standard error.
    pub paint: Paint,
    /// For standard output.
    pub paint_result: Paint,
    /// Columns and rows, where there is a terminal.
    pub size: Cell<Option<(usize, usize)>>,
    /// Prints one result, below a first line that says SANDBOX where it must.
    pub print: Box<dyn Fn(&str)>,
}

impl Screen {
    pub fn width(&self) -> usize {
        let told = || outside::variable("COLUMNS").and_then(|columns| columns.parse().ok());
        self.size.get().map(|(columns, _)| columns).or_else(told).unwrap_or(WIDTH)
    }

    pub fn look(&self, now: Timestamp) -> Look {
        Look { width: self.width(), now, zone: TimeZone::system(), paint: self.paint_result }
    }

    /// A value, with the number under which it is kept.
    pub fn result(&self, value: &Value, number: usize, now: Timestamp, vault: &Vault) {
        let shown = show(value, &self.look(now));
        let text = vault.redact(shown.text);
        let cut = if shown.cut { " · :json shows all of it" } else { "" };
        let end = self.paint_result.faint(&format!("_{number}{cut}"));
        match value {
            Value::Map(_) | Value::List(_) => self.page(&format!("{text}\n{end}")),
            _ => self.page(&text),
        }
    }

    /// Text that may be longer than the screen.
    pub fn page(&self, text: &str) {
        let rows = self.size.get().map(|(_, rows)| rows);
        match rows {
            Some(rows) if text.lines().count() >= rows && outside::page(text) => {}
            _ => (self.print)(text),
        }
    }

    /// A line of a result.
    pub fn line(&self, text: &str) {
        (self.print)(text);
    }

    /// A line beside the result.
    pub fn note(&self, text: &str) {
        anstream::eprintln!(" {text}");
    }

    pub fn error(&self, text: &str) {
        anstream::eprint!("{text}");
        let _ = std::io::stderr().flush();
    }

    /// What an unarmed prompt would have sent.
    pub fn refused(&self, would_send: &str, arm: &str) {
        let lines: Vec<&str> = would_send.lines().collect();
        anstream::eprintln!(" would send {}", lines.join("\n "));
        anstream::eprintln!(" {} · {arm} allows writes", self.paint.warning("nothing was sent: this prompt is read-only"));
    }

    pub fn trouble(&self, what: &str, hint: Option<&str>) {
        match (what, hint) {
            ("", None) => {}
            ("", Some(hint)) => anstream::eprintln!(" {} {hint}", self.paint.strong("hint:")),
            (what, hint) => self.error(&show_misuse(self.paint, what, None, hint)),
        }
    }

    pub fn misuse(&self, misuse: &Misuse, texts: &dyn Sources, vault: &Vault) {
        let placed = match &misuse.script {
            Some(ScriptFault::Error(error)) => show_script_error(self.paint, texts, error),
            Some(ScriptFault::Findings(findings)) => show_findings(self.paint, texts, findings),
            None => String::new(),
        };
        let said = show_misuse(self.paint, &misuse.what, misuse.detail.as_deref(), misuse.hint.as_deref());
        self.error(&vault.redact(format!("{placed}{said}")));
    }
}
