//! The way into the world that a run happens in: AWS, or the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::fault::Misuse;
use super::place::SANDBOX_REGION;
use super::request::Request;
use super::sandbox::SandboxFile;
use crate::aws::{Access, ConnectError, connect};
use crate::effect::outside::LockFile;
use crate::effect::{Cancel, Live, SandboxClock, SimWorld, World};
use crate::journal::Verdict;
use crate::sim::Scenario;

/// The way into a world.
pub(super) struct Door {
    pub world: Arc<dyn World>,
    pub region: String,
    sandbox: Option<Sandbox>,
}

/// The sandbox's world, and the hold on its file: without one, the world is
/// somebody else's to keep.
struct Sandbox {
    world: Arc<SimWorld>,
    file: SandboxFile,
    lock: Option<LockFile>,
    /// Whether `lock` is there, for the world itself.
    is_held: Arc<AtomicBool>,
    /// The file when this process last let go of it.
    left: Option<String>,
}

/// How long a run waits for another that has the sandbox: virtual time is short.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(20);

impl Door {
    /// `writes` says whether the runbook may change anything.
    pub fn open(request: &Request, writes: bool) -> Result<Door, Misuse> {
        match request.place.sandbox {
            true => Door::sandbox(request, writes),
            false => Door::live(request),
        }
    }

    fn sandbox(request: &Request, writes: bool) -> Result<Door, Misuse> {
        let file = request.sandbox.clone();
        let lock = hold(&file, &request.cancel, writes)?;
        let mut sim = file.open()?;
        // A run that goes on meets the faults that it began with.
        if request.recording.last().is_none() {
            sim.play(request.scenario.clone());
        }
        let mut world = SimWorld::new(sim.clone(), file.seed());
        if let Some(last) = request.recording.last() {
            world = world.at(last);
        }
        if lock.is_some() {
            // Better said now than after the run.
            file.save(&sim)?;
        }
        let is_held = Arc::new(AtomicBool::new(lock.is_some()));
        let (keeping, holding) = (file.clone(), is_held.clone());
        let world = Arc::new(world.keeping(Box::new(move |sim| match holding.load(Ordering::Acquire) {
            true => keeping.save(sim).map_err(|problem| problem.what),
            false => Ok(()),
        })));
        let sandbox = Sandbox { world: world.clone(), file, lock, is_held, left: None };
        Ok(Door { world, region: SANDBOX_REGION.into(), sandbox: Some(sandbox) })
    }

    fn live(request: &Request) -> Result<Door, Misuse> {
        let environment = &request.place.environment;
        let access = Access {
            region: environment.region.clone(),
            profile: environment.profile.clone(),
            role_arn: environment.role_arn.clone(),
        };
        let clock = SandboxClock::from_environment().map_err(Misuse::new)?;
        let carrier = request.runtime.block_on(connect(&access)).map_err(|error| no_way_in(&error))?;
        let region = carrier.region().to_owned();
        let world = Live::new(carrier, request.runtime.clone()).with_clock(clock);
        Ok(Door { world: Arc::new(world), region, sandbox: None })
    }

    /// Keeps the sandbox's world for the next command, which meets it without
    /// this run's faults.
    pub fn close(&self) -> Result<(), Misuse> {
        let Some(Sandbox { world, file, lock: Some(_), .. }) = &self.sandbox else { return Ok(()) };
        let mut sim = world.snapshot();
        sim.play(Scenario::default());
        file.save(&sim)
    }

    /// A prompt has the sandbox only while a line plays: now it lets go.
    pub fn step_out(&mut self) -> Result<(), Misuse> {
        let closed = self.close();
        if let Some(sandbox) = &mut self.sandbox {
            sandbox.left = sandbox.file.text();
            sandbox.is_held.store(false, Ordering::Release);
            sandbox.lock = None;
        }
        closed
    }

    /// Takes the sandbox again, as whoever had it meanwhile has left it.
    pub fn step_in(&mut self, cancel: &Cancel, scenario: &Scenario, writes: bool) -> Result<(), Misuse> {
        let Some(sandbox) = &mut self.sandbox else { return Ok(()) };
        sandbox.lock = hold(&sandbox.file, cancel, writes)?;
        if sandbox.file.text() != sandbox.left {
            let mut sim = sandbox.file.open()?;
            sim.play(scenario.clone());
            sandbox.world.replace(sim);
        }
        sandbox.is_held.store(sandbox.lock.is_some(), Ordering::Release);
        Ok(())
    }
}

/// The sandbox's world is one run's at a time; one that changes nothing can do
/// without.
fn hold(file: &SandboxFile, cancel: &Cancel, writes: bool) -> Result<Option<LockFile>, Misuse> {
    let lock = file.lock()?;
    let taken = || lock.try_lock().map_err(|error| Misuse::new(format!("cannot hold the sandbox: {error}")));
    for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
        match taken()? {
            true => return Ok(Some(lock)),
            false if !writes => return Ok(None),
            false => cancel.sleep(LOOK).map_err(|_| interrupted())?,
        }
    }
    Err(Misuse::new("another run has the sandbox").hint("its world is one run's at a time: wait for that one to end").refused())
}

fn interrupted() -> Misuse {
    Misuse { verdict: Verdict::Interrupted, ..Misuse::new("interrupted while another run had the sandbox") }
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
