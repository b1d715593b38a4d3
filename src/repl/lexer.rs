//! The tokens of unfinished text.
