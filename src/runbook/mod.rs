//! Runbooks: their headers and params, where they are found, the project's
//! configuration, and running one from arguments to a verdict.

mod beginning;
mod book;
mod config;
mod door;
mod ended;
mod fault;
mod header;
mod hold;
mod judge;
mod ledger;
mod looks;
mod param;
mod place;
mod recording;
mod request;
mod returns;
mod revision;
mod run;
mod sandbox;
mod session;
mod shelf;
mod source;

pub use book::{Book, PROMPT};
pub use config::{Config, Environment, FILE as CONFIG_FILE, ServiceChoice};
pub use ended::Ended;
pub use fault::{Misuse, ScriptFault};
pub use header::{Header, RESERVED};
pub use judge::verdict_of;
pub use ledger::{Listed, Standing, Story, find_run, ledger};
pub use param::{Param, ParamType};
pub use place::{Place, Selection, project_root, read_config};
pub use recording::{Recording, Stopped};
pub use request::{Announcement, Request};
pub use run::run;
pub use sandbox::{SEED, SandboxFile, Trial, state_folder, user_runbooks};
pub use session::{Look, Session};
pub use shelf::{Found, Revision, Shelf, Source};
pub use source::is_secret_source;
