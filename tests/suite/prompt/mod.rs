//! The prompt: at a real pseudo-terminal, on a pipe, and what it leaves behind.

mod safety;
mod saved;
mod screen;
pub mod script;
mod terminal;

pub use script::play;
