//! The prompt: reading what a person types, completing it, showing what came
//! back. The rooms `book`, `known`, `lexer`, `completion`, `doc`, `highlight`,
//! `live` and `show` are pure: they get texts, values and the time, and know no
//! terminal.

pub mod arn;
pub mod book;
pub mod completion;
pub mod doc;
pub mod highlight;
pub mod known;
pub mod lexer;
pub mod live;
pub mod show;
