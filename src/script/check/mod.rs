//! Finds mistakes in a script without running it: what the compiler finds,
//! and, by walking the tree, unknown functions, operations and modules, wrong
//! numbers of arguments, literal requests that AWS would refuse, params that
//! are used but not declared or declared but not used, and writes that the
//! header does not permit, in the script itself or below a module's function.
//!
//! It judges only what is literal. What depends on a value is for the run.

mod functions;
mod reach;
mod requests;
mod walk;

use rhai::Position;

use super::failure::Frame;
use super::library::Text;
use super::program::Host;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Warning,
    Error,
}

/// One thing wrong with a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub severity: Severity,
    pub message: String,
    pub place: Frame,
    pub word: Option<String>,
    pub help: Option<String>,
}

impl Finding {
    fn error(source: &str, position: Position, message: String) -> Finding {
        let place = Frame {
            source: source.to_owned(),
            line: position.line().unwrap_or_default(),
            column: position.position().unwrap_or_default(),
            function: None,
        };
        Finding { severity: Severity::Error, message, place, word: None, help: None }
    }
}

/// What the header of a runbook declares, as far as its body can break it.
pub struct Declared<'a> {
    pub params: &'a [String],
    /// IAM actions of the writes it may do.
    pub permits: &'a [String],
}

impl Host {
    /// Checks a script against its header; a module has none.
    pub fn check(&self, text: &Text, declared: Option<&Declared>) -> Vec<Finding> {
        let program = match self.compile(text.clone()) {
            Ok(program) => program,
            Err(error) => {
                let place = error.frames.first().cloned();
                let finding = Finding::error(&text.name, Position::NONE, error.message);
                let place = place.unwrap_or(finding.place);
                return vec![Finding { word: error.word, help: error.help, place, ..finding }];
            }
        };
        let mut findings = walk::walk(self, &program, declared);
        findings.sort_by_key(|finding| (finding.place.line, finding.place.column));
        findings
    }
}
