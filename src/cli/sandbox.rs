//! `rollbook sandbox reset`: the simulator's world starts over.

use clap::{Args, Subcommand};

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
}

impl Sandbox {
    pub fn execute(self) -> Result<u8, Misuse> {
        let Action::Reset = self.action;
        let there_was_one = SandboxFile::standard()?.reset()?;
        anstream::println!("SANDBOX {}", if there_was_one { "starts over" } else { "was as new already" });
        Ok(0)
    }
}
