//! The simulator's numbered rules, one sentence each, through the public
//! library.

mod faults;
