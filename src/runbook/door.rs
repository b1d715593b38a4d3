//! The way into the world that a run happens in: AWS, or the sandbox.

use std::sync::Arc;

use super::fault::Misuse;
use super::place::SANDBOX_REGION;
use super::run::Request;
use super::sandbox::SandboxFile;
use crate::aws::{Access, ConnectError, connect};
use crate::effect::{Live, SimWorld, World};
use crate::sim::Scenario;

/// The way into a world.
pub(super) struct Door {
    pub world: Arc<dyn World>,
    pub region: String,
    sandbox: Option<(Arc<SimWorld>, SandboxFile)>,
}

impl Door {
    pub fn open(request: &Request) -> Result<Door, Misuse> {
        match request.place.sandbox {
            true => Door::sandbox(request.sandbox.clone(), request.scenario.clone()),
            false => Door::live(request),
        }
    }

    fn sandbox(file: SandboxFile, scenario: Scenario) -> Result<Door, Misuse> {
        let mut sim = file.open()?;
        // Better said now than after the run.
        file.save(&sim)?;
        sim.play(scenario);
        let world = Arc::new(SimWorld::new(sim, file.seed()));
        Ok(Door { world: world.clone(), region: SANDBOX_REGION.into(), sandbox: Some((world, file)) })
    }

    fn live(request: &Request) -> Result<Door, Misuse> {
        let environment = &request.place.environment;
        let access = Access {
            region: environment.region.clone(),
            profile: environment.profile.clone(),
            role_arn: environment.role_arn.clone(),
        };
        let carrier = request.runtime.block_on(connect(&access)).map_err(|error| no_way_in(&error))?;
        let region = carrier.region().to_owned();
        Ok(Door { world: Arc::new(Live::new(carrier, request.runtime.clone())), region, sandbox: None })
    }

    /// Keeps the sandbox's world for the next command, which meets it without
    /// this run's faults.
    pub fn close(&self) -> Result<(), Misuse> {
        let Some((world, file)) = &self.sandbox else { return Ok(()) };
        let mut sim = world.snapshot();
        sim.play(Scenario::default());
        file.save(&sim)
    }
}

fn no_way_in(error: &ConnectError) -> Misuse {
    let misuse = Misuse::new(error.to_string());
    match error {
        ConnectError::NoRegion => misuse.hint("set region in rollbook.toml, or AWS_REGION; --sandbox needs none"),
        ConnectError::NoCredentials(reasons) => misuse
            .detail(reasons.as_str())
            .hint("log in as for the aws CLI (AWS_PROFILE, aws sso login, access keys), or try --sandbox, which needs none"),
    }
}
