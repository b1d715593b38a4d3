//! Places that keep a journal. Each implements [`crate::journal::Store`].

mod memory;

pub use memory::Memory;
