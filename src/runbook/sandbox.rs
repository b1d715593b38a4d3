//! The sandbox's world between commands: one file in the state folder, so that
//! `rollback` goes on where `deploy` left off. And what goes wrong in it: a
//! scenario, which holds for one command.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::fault::Misuse;
use crate::effect::outside::{self, LockFile};
use crate::sim::{Scenario, ScenarioError, Sim};

/// The seed of the guide's project: everybody starts in the same world.
pub const SEED: u64 = 41;

#[derive(Clone, Debug)]
pub struct SandboxFile(PathBuf);

impl SandboxFile {
    /// The user's own.
    pub fn standard() -> Result<SandboxFile, Misuse> {
        Ok(SandboxFile::in_folder(&state_folder()?))
    }

    pub fn in_folder(folder: &Path) -> SandboxFile {
        SandboxFile(folder.join("sandbox.json"))
    }

    /// The world as the last command left it, or the guide's project.
    pub fn open(&self) -> Result<Sim, Misuse> {
        match outside::read_text(&self.0) {
            Ok(text) => Sim::from_json(&text).map_err(|error| {
                Misuse::new(format!("the sandbox's world in {} cannot be read: {error}", self.0.display()))
                    .hint("rollbook sandbox reset starts over")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Sim::guide(SEED)),
            Err(error) => Err(Misuse::new(format!("cannot read {}: {error}", self.0.display()))),
        }
    }

    /// Secrets stand in it as they are: they are the sandbox's own.
    pub fn save(&self, sim: &Sim) -> Result<(), Misuse> {
        outside::write_private_text(&self.0, &sim.to_json())
            .map_err(|error| Misuse::new(format!("cannot keep the sandbox's world in {}: {error}", self.0.display())))
    }

    /// The file as it is; nothing if there is none.
    pub(super) fn text(&self) -> Option<String> {
        outside::read_text(&self.0).ok()
    }

    /// Forgets the world; whether there was one.
    pub fn reset(&self) -> Result<bool, Misuse> {
        match outside::remove_file(&self.0) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Misuse::new(format!("cannot remove {}: {error}", self.0.display()))),
        }
    }

    /// Held by whoever changes the world: two at once would each lose what the
    /// other did.
    pub fn lock(&self) -> Result<LockFile, Misuse> {
        let path = self.0.with_extension("lock");
        LockFile::open(&path).map_err(|error| Misuse::new(format!("cannot make {}: {error}", path.display())))
    }

    pub fn seed(&self) -> u64 {
        SEED
    }
}

/// What the command line wants to go wrong.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    pub scenario: Option<PathBuf>,
    pub throttle: bool,
}

impl Trial {
    /// The scenario for a run in the sandbox; nowhere else can one be asked for.
    pub fn open(&self, in_sandbox: bool) -> Result<Scenario, Misuse> {
        let option = match (&self.scenario, self.throttle) {
            (Some(_), _) => "--scenario",
            (None, true) => "--throttle",
            (None, false) => return Ok(Scenario::default()),
        };
        if !in_sandbox {
            let what = format!("{option} is for the sandbox alone, and this run would go to AWS");
            return Err(Misuse::new(what).hint("add --sandbox, or leave it out"));
        }
        let mut scenario = self.scenario.as_deref().map_or(Ok(Scenario::default()), read_scenario)?;
        scenario.throttle |= self.throttle;
        Ok(scenario)
    }
}

pub fn read_scenario(path: &Path) -> Result<Scenario, Misuse> {
    let name = path.display();
    let text = outside::read_text(path).map_err(|error| Misuse::new(format!("cannot read the scenario {name}: {error}")))?;
    Scenario::parse(&text).map_err(|error| {
        let ScenarioError { what, line, excerpt, hint } = error;
        Misuse::new(format!("{name}, line {line}: {what}")).detail(excerpt).maybe_hint(hint)
    })
}

/// `$ROLLBOOK_STATE`, else where the system keeps such things.
pub fn state_folder() -> Result<PathBuf, Misuse> {
    if let Some(folder) = outside::variable("ROLLBOOK_STATE") {
        return Ok(PathBuf::from(folder));
    }
    let base = base()?;
    Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("rollbook"))
}

/// The user's own runbooks: `$XDG_CONFIG_HOME/rollbook/runbooks`.
pub fn user_runbooks() -> Option<PathBuf> {
    Some(base().ok()?.config_dir().join("rollbook").join("runbooks"))
}

fn base() -> Result<impl BaseStrategy, Misuse> {
    etcetera::choose_base_strategy()
        .map_err(|_| Misuse::new("no home folder is known").hint("set HOME, or ROLLBOOK_STATE to a folder of its own"))
}
