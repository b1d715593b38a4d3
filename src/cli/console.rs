//! The person at the terminal, if there is one. Nothing waits for an answer
//! where nobody can give it.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::effect::{Cancel, Console, outside};
use crate::report::Progress;

/// How often a waiting question looks whether the run was stopped.
const LOOK: Duration = Duration::from_millis(50);

pub struct Terminal {
    yes: bool,
    /// Standard output is for a machine.
    json: bool,
    progress: Arc<Progress>,
    cancel: Arc<Cancel>,
}

impl Terminal {
    pub fn new(yes: bool, json: bool, progress: Arc<Progress>, cancel: Arc<Cancel>) -> Terminal {
        Terminal { yes, json, progress, cancel }
    }

    /// Whether lines on standard error can be drawn over.
    pub fn can_draw() -> bool {
        std::io::stderr().is_terminal() && outside::variable("TERM").as_deref() != Some("dumb")
    }
}

impl Console for Terminal {
    fn is_terminal(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    fn ask(&self, question: &str, hidden: bool) -> Option<String> {
        self.progress.pause(|| {
            eprint!("\n   {question}: ");
            let _ = std::io::stderr().flush();
            match hidden {
                true => rpassword::read_password().ok(),
                false => read_line(&self.cancel),
            }
        })
    }

    fn assume_yes(&self) -> bool {
        self.yes
    }

    fn can_reveal(&self) -> bool {
        self.is_terminal() && std::io::stdout().is_terminal() && !self.json
    }

    /// Past every filter and every record: what a terminal would obey is escaped.
    fn reveal(&self, name: &str, value: &str) {
        let escaped = |letter: char| match letter {
            '\n' => "\n      ".to_owned(),
            letter if letter.is_control() => letter.escape_default().to_string(),
            letter => letter.to_string(),
        };
        let shown: String = value.chars().map(escaped).collect();
        self.progress.pause(|| eprintln!("\n   {name}: {shown}\n"));
    }
}

/// Reads on a thread of its own, so that Ctrl-C ends the waiting too.
fn read_line(cancel: &Cancel) -> Option<String> {
    let (line, waiting) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = std::io::stdin().lock().read_line(&mut text);
        let _ = line.send(read.ok().filter(|bytes| *bytes > 0).map(|_| text));
    });
    while !cancel.is_stopped() {
        match waiting.recv_timeout(LOOK) {
            Ok(text) => return text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}
