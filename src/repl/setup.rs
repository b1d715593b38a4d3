//! What a prompt is made from, and handed by the command line.

use std::sync::Arc;

use super::calls::{Calls, Voice};
use super::known::Known;
use super::screen::Screen;
use crate::effect::Arming;
use crate::runbook::{Misuse, Session, Shelf};
use crate::script::Host;

/// Where the prompt stands, from `rollbook.toml` and the command line.
#[derive(Clone, Debug, Default)]
pub struct Whereabouts {
    /// As messages call it.
    pub title: String,
    /// The environment's name, if it has one.
    pub name: Option<String>,
    pub protected: bool,
    pub sandbox: bool,
    /// The options that bring another command here.
    pub flags: String,
}

/// Runs a runbook as the command line does; gives its exit code.
pub type Runner<'a> = dyn Fn(Vec<String>) -> Result<u8, Misuse> + 'a;

/// A question to the person at the terminal; nothing where there is nobody.
pub type Question<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What a prompt is made from.
pub struct Setup<'a> {
    pub host: Arc<Host>,
    pub shelf: Shelf,
    pub session: Session<'a>,
    pub arming: Arc<Arming>,
    pub whereabouts: Whereabouts,
    pub calls: Arc<Calls>,
    pub voice: Arc<Voice>,
    pub known: Known,
    pub runner: Box<Runner<'a>>,
    pub question: Box<Question<'a>>,
    pub screen: Screen,
}
