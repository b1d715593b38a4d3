//! The SDK as a carrier: endpoints, credentials, SSO, profiles, signing and
//! TLS are its work; what is said over the wire is the script's own JSON.
//!
//! One attempt a call: trying again is the gate's business.

mod carrier;
mod clients;
mod connect;
mod web;

pub use carrier::Carrier;
pub use connect::{Access, ConnectError, connect};
pub use web::send_http;
