//! rollbook as a user types it: every test runs the binary, or plays a run
//! through the library, against the sandbox, a stub that records, or moto.

mod harness;
mod moto;
mod stub;
mod wire;

mod bad_input;
mod canaries;
mod check;
mod commands;
mod completion;
mod configuration;
mod crash;
mod crash_matrix;
mod deploy;
mod door;
mod endpoint;
mod every_runbook;
mod files;
mod going_on;
mod guide;
mod http;
mod independent;
mod interrupt;
mod journal;
mod language;
mod lease;
mod looks;
mod lossless;
mod neighbors;
mod prompt;
mod properties;
mod readme;
mod refusals;
mod replay;
mod results;
mod retries;
mod rotation;
mod rules;
mod scenario;
mod shapes;
mod smoke;
mod stdlib;
mod terminal;
mod tidy;
mod verdicts;
