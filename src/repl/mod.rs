//! The prompt: reading what a person types, completing it, showing what came
//! back. The rooms `book`, `known`, `lexer`, `completion`, `doc`, `highlight`,
//! `live` and `show` are pure: they get texts, values and the time, and know no
//! terminal.

pub mod arn;
pub mod book;
pub mod busy;
pub mod calls;
pub mod commands;
pub mod completion;
mod discreet;
pub mod doc;
pub mod editor;
pub mod highlight;
mod history;
pub mod known;
pub mod lexer;
pub mod live;
pub mod pipe;
mod save;
pub mod screen;
pub mod session;
pub mod show;
