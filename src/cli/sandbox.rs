//! `rollbook sandbox reset`: the simulator's world starts over.
//! `rollbook sandbox faults`: what a scenario can let go wrong.

use clap::{Args, Subcommand};

use super::faults;
use crate::runbook::{Misuse, SandboxFile};

#[derive(Args)]
pub struct Sandbox {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Forget the sandbox's world: the next run starts with the guide's project
    Reset,
    /// List the faults that the file of --scenario can let happen
    Faults,
}

impl Sandbox {
    pub fn execute(self) -> Result<u8, Misuse> {
        match self.action {
            Action::Faults => faults::list(),
            Action::Reset => reset(),
        }
    }
}

fn reset() -> Result<u8, Misuse> {
    let there_was_one = SandboxFile::standard()?.reset()?;
    anstream::println!("SANDBOX {}", if there_was_one { "starts over" } else { "was as new already" });
    Ok(0)
}
