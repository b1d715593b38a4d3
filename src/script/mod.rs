//! The Rhai host: the only floor that knows the language. Scripts reach the
//! world through natives here, and every native goes through the gate.
//!
//! It knows nothing of headers, params or where scripts are kept: it is handed
//! a text, its variables and a [`Library`] to load modules from.

mod check;
mod current;
mod dynamic;
mod engine;
mod failure;
mod library;
mod limits;
mod manual;
mod modules;
mod natives;
mod parallel;
mod program;
mod results;
mod scan;
mod services;
mod step;
mod suggest;
mod twins;
mod workspace;

pub use check::{Declared, Finding, Severity};
pub use current::Strand;
pub use failure::{Frame, ScriptError};
pub use library::{Library, Text};
pub use limits::{DEPTH_MAX, Limits};
pub use manual::{ALL_PAGES, Function, KEYWORDS, given_names, service_module, service_modules};
pub use program::{Host, Outcome, Program};
pub use scan::{Kind, Lexeme, Scan, scan};
pub use workspace::{Import, PROMPT, Piece, Played, Variable, Workspace};
