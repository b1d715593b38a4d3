//! The person at the terminal, if there is one. Nothing waits for an answer
//! where nobody can give it.

use std::io::{BufRead, IsTerminal, Write};

use crate::effect::{Console, outside};

pub struct Terminal {
    yes: bool,
}

impl Terminal {
    pub fn new(yes: bool) -> Terminal {
        Terminal { yes }
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
        eprint!("\n   {question}: ");
        let _ = std::io::stderr().flush();
        if hidden {
            return rpassword::read_password().ok();
        }
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    fn assume_yes(&self) -> bool {
        self.yes
    }
}
