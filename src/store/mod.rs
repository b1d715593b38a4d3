//! Places that keep journals, and what stands beside them: the history and
//! the locks that keep two runs apart.

mod file;
mod history;
mod lease;
mod memory;
mod runs;

pub use file::{Contents, FileStore, is_held, read_file};
pub use history::Row;
pub use lease::{Holder, Lease};
pub use memory::Memory;
pub use runs::State;
