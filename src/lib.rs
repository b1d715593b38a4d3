//! rollbook runs, rehearses and investigates Amazon ECS services with runbooks
//! that people can edit.
//!
//! The floors, each of which knows only those below it: `cli` and `repl`,
//! `rehearse`, `runbook`, `script`, `effect`, then `store`, `sim` and `aws`,
//! then `journal`, `api` and `outside` (clock, files, chance), and `value` at the
//! bottom. `report` turns the journal's events into what people read.

pub mod api;
pub mod aws;
pub mod cli;
pub mod effect;
pub mod journal;
pub mod outside;
pub mod repl;
pub mod report;
pub mod runbook;
pub mod script;
pub mod sim;
pub mod store;
pub mod value;
