//! Whether the verdict is right: runbooks against faults whose truth is known.

mod evenings;
mod matrix;
mod mishaps;
mod rows;
mod ways_back;
