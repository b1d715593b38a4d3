//! What a run is made from, and what is refused before it begins.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::fault::Misuse;
use super::header::Header;
use super::place::Place;
use super::recording::Recording;
use super::sandbox::SandboxFile;
use crate::api::FILE_WRITE;
use crate::effect::{Arming, Cancel, Console};
use crate::journal::Observer;
use crate::sim::Scenario;
use crate::value::Map;

/// Everything a run is made from.
pub struct Request {
    pub place: Place,
    /// The project's folder, for the record.
    pub project: Option<PathBuf>,
    /// Values by param name, as [`Param::parse`] gave them.
    pub arguments: Map,
    /// `--confirm` named this environment.
    pub confirmed: Option<String>,
    /// How long to wait for another run that holds what this one needs.
    pub wait_for_lease: Option<Duration>,
    pub console: Arc<dyn Console>,
    pub cancel: Arc<Cancel>,
    pub observers: Vec<Arc<dyn Observer>>,
    pub runtime: tokio::runtime::Handle,
    /// Where the sandbox's world is kept between runs.
    pub sandbox: SandboxFile,
    /// What goes wrong in the sandbox while this run lasts.
    pub scenario: Scenario,
    /// Called once it is known where the run happens, before it does anything.
    pub announce: Box<dyn Fn(&Announcement) + Send + Sync>,
    /// Says something that belongs to no step.
    pub say: Box<dyn Fn(&str) + Send + Sync>,
    pub recording: Recording,
    /// A prompt's own word on writes; a runbook has its header's.
    pub arming: Option<Arc<Arming>>,
}

/// The first line of a run.
#[derive(Clone, Debug)]
pub struct Announcement {
    pub runbook: String,
    pub version: String,
    pub run: String,
    pub environment: String,
    pub account: Option<String>,
    pub region: String,
    pub sandbox: bool,
    /// It goes on with what an earlier process began.
    pub resumed: bool,
}

impl Request {
    /// A developer's machine is no place to deploy to, and what its settings come
    /// from is not meant.
    pub(super) fn refuse_local(&self, name: &str, header: &Header) -> Result<(), Misuse> {
        let environment = &self.place.environment;
        let changes_aws = header.permits.iter().any(|action| action != FILE_WRITE);
        match (&self.place.name, &environment.source) {
            (Some(local), Some(source)) if changes_aws => {
                let what = format!("environment `{local}` is a developer's machine: there is nothing for {name} to change");
                Err(Misuse::new(what)
                    .hint(format!("its settings come from `{source}`: if that is meant, --env {source}"))
                    .refused())
            }
            _ => Ok(()),
        }
    }

    /// A protected environment, a run that may write, and nobody to ask: better
    /// said before the first read than in the middle. Looking is never refused.
    pub(super) fn refuse_unattended(&self, runbook: &str, header: &Header) -> Result<(), Misuse> {
        let Some(name) = self.place.name.as_ref().filter(|_| self.place.environment.protected) else {
            return Ok(());
        };
        let confirmed = self.confirmed.as_ref() == Some(name);
        if header.writes() && !confirmed && !self.console.is_terminal() && !matches!(self.recording, Recording::Again(..)) {
            let what = format!("environment `{name}` is protected, {runbook} may change it, and there is no terminal to ask at");
            return Err(Misuse::new(what).hint(format!("add --confirm {name}")).refused());
        }
        Ok(())
    }
}
