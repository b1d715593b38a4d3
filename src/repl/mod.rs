//! The prompt: reading what a person types, completing it, playing it, showing
//! what came back.
//!
//! The rooms `arn`, `book`, `known`, `lexer`, `completion`, `doc`, `highlight`,
//! `live` and `show` are pure: they get texts, values and the time, and know no
//! terminal. `session` plays lines; `editor` reads them from a person, `pipe`
//! from a script; `commands` are those that begin with a colon.

pub mod arn;
pub mod book;
pub mod busy;
pub mod calls;
pub mod commands;
pub mod completion;
mod discreet;
pub mod doc;
pub mod editor;
mod excerpts;
pub mod highlight;
mod history;
pub mod known;
pub mod lexer;
pub mod live;
pub mod pipe;
mod save;
pub mod screen;
pub mod session;
pub mod setup;
pub mod show;
mod telling;
