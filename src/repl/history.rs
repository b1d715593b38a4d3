//! The lines of earlier sessions, in the state folder, readable by their owner
//! alone: a line of JSON each, so that one with many lines stays one.

use std::path::PathBuf;

use crate::effect::outside;
use crate::runbook::{Misuse, state_folder};
use crate::value::{Value, parse_str, to_json};

const FILE: &str = "prompt_history";

pub struct History {
    path: PathBuf,
    lines: Vec<String>,
    /// The first of this session's own.
    own: usize,
}

impl History {
    pub fn open(longest: usize) -> Result<History, Misuse> {
        let path = state_folder()?.join(FILE);
        let text = outside::read_text(&path).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().filter_map(read).collect();
        let excess = lines.len().saturating_sub(longest);
        lines.drain(..excess);
        let own = lines.len();
        let history = History { path, lines, own };
        if excess > longest {
            history.write();
        }
        Ok(history)
    }

    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Without a history one can still work: trouble with its file is no error.
    pub fn remember(&mut self, line: &str) {
        if line.trim().is_empty() || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push(line.to_owned());
        let _ = outside::append_private_text(&self.path, &written(line));
    }

    /// A value that is known to be secret now may stand in a line of before.
    pub fn forget(&mut self, is_secret: &dyn Fn(&str) -> bool) {
        let before = self.lines.len();
        let own = self.lines.split_off(self.own);
        self.lines.extend(own.into_iter().filter(|line| !is_secret(line)));
        if self.lines.len() < before {
            self.write();
        }
    }

    fn write(&self) {
        let text: String = self.lines.iter().map(|line| written(line)).collect();
        let _ = outside::write_private_text(&self.path, &text);
    }
}

fn written(line: &str) -> String {
    format!("{}\n", to_json(&Value::from(line)).unwrap_or_default())
}

fn read(line: &str) -> Option<String> {
    parse_str(line).ok()?.as_str().map(str::to_owned)
}
