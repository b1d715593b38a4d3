//! What people and machines read of a run: progress, the end, errors with
//! carets, one JSON document. It reads the journal's events and decides
//! nothing.

mod caret;
mod causes;
mod ending;
mod json;
mod progress;
mod story;
mod style;
mod timeline;

pub use caret::{Sources, show_findings, show_script_error};
pub use causes::show_causes;
pub use ending::{End, Opening, show_end, show_opening};
pub use json::{Document, document, early_document};
pub use progress::{Printing, Progress};
pub use story::show_timeline;
pub use style::{Paint, show_misuse};
pub use timeline::{Moment, What, timeline};
