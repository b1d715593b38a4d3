//! What a run did, as an append-only chain of events, and the cursor that
//! answers from it when the run is played again.
//!
//! It knows values and bytes. It knows no world, no AWS shape and no disk: a
//! [`Store`] keeps the bytes, and secrets are replaced before they come here.

mod chain;
mod content;
mod cursor;
mod event;
mod key;
mod state;
mod verdict;

pub use chain::{Entry, Hash, Journal, Store, StoreError};
pub use content::Packed;
pub use cursor::{Cursor, Kept, Loaded, Past, Payload, ReadError, events};
pub use event::{Event, Mark, Observer, Opening, Recorded, Source};
pub use key::{Key, StreamPath};
pub use state::{Phase, Step, next_phase};
pub use verdict::Verdict;
