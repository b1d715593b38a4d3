//! Staging labels: each sits at one version at most, and AWSPREVIOUS follows
//! AWSCURRENT by itself.

use std::collections::BTreeSet;

use super::super::refuse::{invalid_parameter, refuse};
use super::super::{Answer, Sim};
use super::secret::Secret;
use super::versions::{Version, quota};
use crate::api::Failure;
use crate::value::{Map, Value};

pub const CURRENT: &str = "AWSCURRENT";
pub const PREVIOUS: &str = "AWSPREVIOUS";
pub const PENDING: &str = "AWSPENDING";

/// At all versions of a secret together.
const LABELS_MAX: usize = 20;

impl Secret {
    pub fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    pub fn version_mut(&mut self, id: &str) -> Option<&mut Version> {
        self.versions.iter_mut().find(|version| version.id == id)
    }

    pub fn staged(&self, stage: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.stages.contains(stage))
    }

    /// The versions that have labels, by their ids.
    pub fn stages_by_version(&self) -> Map {
        let staged = self.versions.iter().filter(|version| !version.stages.is_empty());
        staged.map(|version| (version.id.as_str().into(), version.stages())).collect()
    }

    fn detach(&mut self, stage: &str) {
        self.versions.iter_mut().for_each(|version| _ = version.stages.remove(stage));
    }

    /// Gives labels to a version and takes them from all others. Who held
    /// AWSCURRENT before gets AWSPREVIOUS, and is seen at AWS to lose AWSPENDING.
    pub fn attach(&mut self, id: &str, stages: &[&str]) {
        let current = self.staged(CURRENT).map(|version| version.id.clone());
        let former = current.filter(|former| former != id && stages.contains(&CURRENT));
        for stage in stages {
            self.detach(stage);
        }
        if let Some(version) = self.version_mut(id) {
            version.stages.extend(stages.iter().map(|stage| (*stage).to_owned()));
        }
        let Some(former) = former else { return };
        self.detach(PREVIOUS);
        if let Some(version) = self.version_mut(&former) {
            version.stages.remove(PENDING);
            version.stages.insert(PREVIOUS.to_owned());
        }
    }
}

/// Whether there is room for labels that may be new to the secret.
pub fn check_quota(secret: &Secret, stages: &[&str]) -> Result<(), Failure> {
    let mut labels: BTreeSet<&str> = secret.versions.iter().flat_map(|version| &version.stages).map(String::as_str).collect();
    let before = labels.len();
    labels.extend(stages);
    if stages.contains(&CURRENT) && secret.staged(CURRENT).is_some() {
        labels.insert(PREVIOUS);
    }
    if labels.len() > LABELS_MAX.max(before) { Err(quota()) } else { Ok(()) }
}

/// Moves, attaches or removes one label: a compare-and-swap, because a label
/// that sits somewhere moves only if the caller knows where.
pub fn update(sim: &mut Sim, request: &Value) -> Answer {
    let secret = sim.secrets.usable_mut(request)?;
    let stage = request.text("VersionStage").unwrap_or_default();
    let (from, to) = (request.text("RemoveFromVersionId"), request.text("MoveToVersionId"));
    check_move(secret, stage, from, to)?;
    match to {
        Some(to) => secret.attach(to, &[stage]),
        None => secret.detach(stage),
    }
    secret.changed(sim.now);
    Ok(secret.named().to_value())
}

fn check_move(secret: &Secret, stage: &str, from: Option<&str>, to: Option<&str>) -> Result<(), Failure> {
    for id in [from, to].into_iter().flatten() {
        secret.version(id).ok_or_else(|| no_version(id))?;
    }
    let holder = secret.staged(stage).map(|version| version.id.as_str());
    match (holder, from, to) {
        (_, None, None) => Err(invalid_parameter("You must specify MoveToVersionId, RemoveFromVersionId, or both.")),
        (Some(holder), None, Some(to)) if holder != to => {
            Err(invalid_parameter(format!("The parameter RemoveFromVersionId can't be empty. {}", attached(stage, holder))))
        }
        (Some(holder), Some(from), _) if holder != from => {
            Err(invalid_parameter(format!("The parameter RemoveFromVersionId is not valid. {}", attached(stage, holder))))
        }
        (None, Some(from), _) => {
            Err(invalid_parameter(format!("Staging label {stage} is not attached to version {from} of the secret.")))
        }
        (_, _, None) if stage == CURRENT => Err(invalid_parameter(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
        )),
        (None, None, Some(_)) => check_quota(secret, &[stage]),
        _ => Ok(()),
    }
}

fn attached(stage: &str, holder: &str) -> String {
    format!(
        "Staging label {stage} is currently attached to version {holder}, \
         so you must explicitly reference that version in RemoveFromVersionId."
    )
}

pub fn no_version(id: &str) -> Failure {
    let message = format!("Secrets Manager can't find the specified secret value for VersionId: {id}");
    refuse("ResourceNotFoundException", message)
}
