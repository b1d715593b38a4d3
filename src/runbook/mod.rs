//! Runbooks: their headers and params, where they are found, the project's
//! configuration, and running one from arguments to a verdict.

mod book;
mod config;
mod door;
mod fault;
mod header;
mod judge;
mod param;
mod place;
mod run;
mod sandbox;
mod shelf;

pub use book::Book;
pub use config::{Config, Environment, FILE as CONFIG_FILE, ServiceChoice};
pub use fault::{Misuse, ScriptFault};
pub use header::{Header, RESERVED};
pub use param::{Param, ParamType};
pub use place::{Place, Selection, project_root, read_config};
pub use run::{Announcement, Ended, Request, run};
pub use sandbox::{SEED, SandboxFile, Trial, user_runbooks};
pub use shelf::{Found, Shelf, Source};
