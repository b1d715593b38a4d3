//! The person at the terminal, if there is one. Nothing waits for an answer
//! where nobody can give it.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;

use crate::effect::{Console, outside};
use crate::report::Progress;

pub struct Terminal {
    yes: bool,
    progress: Arc<Progress>,
}

impl Terminal {
    pub fn new(yes: bool, progress: Arc<Progress>) -> Terminal {
        Terminal { yes, progress }
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
                false => read_line(),
            }
        })
    }

    fn assume_yes(&self) -> bool {
        self.yes
    }
}

fn read_line() -> Option<String> {
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}
