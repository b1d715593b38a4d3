//! The one gate: everything a script does to the world passes
//! [`Gate::perform`], is recorded there, retried there, refused there.
//!
//! This floor knows worlds (AWS, the simulator) and the journal. It knows no
//! Rhai and nothing of runbooks but what they may do.

mod admit;
mod arming;
mod attempt;
mod branch;
mod cancel;
mod conductor;
mod familiar;
mod gate;
mod guard;
mod holding;
mod kind;
mod local;
mod parting;
mod recall;
mod record;
mod resume;
mod retry;
mod seen;
mod settle;
mod setup;
mod trouble;
mod vault;
mod ward;
mod worlds;

pub use crate::outside;
pub use arming::Arming;
pub use branch::Branch;
pub use cancel::Cancel;
pub use gate::Gate;
pub use guard::{Guard, Protection};
pub use holding::{HeldName, Leases};
pub use kind::Effect;
pub use retry::Retry;
pub use setup::{Console, Setup};
pub use trouble::{Stop, Trouble};
pub use vault::Vault;
pub use ward::Ward;
pub use worlds::{Live, SandboxClock, SimWorld, World};
