//! `rollbook sandbox`: the simulator as an AWS endpoint on this machine, and
//! `rollbook sandbox reset`: the world of `--sandbox` starts over.

mod serve;
mod state;

use clap::{Args, Subcommand};

use crate::runbook::{Misuse, SandboxFile};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub struct Sandbox {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    serve: serve::Serve,
}

const AFTER_HELP: &str = "\
Listens on 127.0.0.1 alone. Any credentials do: signatures are not checked.

  export AWS_ENDPOINT_URL=http://127.0.0.1:4570 AWS_REGION=ap-northeast-2 AWS_DEFAULT_REGION=ap-northeast-2
  export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox
  aws ecs describe-services --cluster nest-wallet-cluster --services nest-wallet-service

For tests there is a control door on the same port: it moves the clock, shows the
calls that came in, exports, imports and resets the world. GET /_sandbox/ lists it.

With --state, what was answered outlives the process: FILE holds the world, FILE.log
what happened since. Both show the sandbox's secrets in clear.";

#[derive(Subcommand)]
enum Action {
    /// Forget the world of --sandbox: the next run starts with the guide's project
    Reset,
    /// The faults that a scenario can have, and how to write one
    Faults,
}

impl Sandbox {
    pub fn execute(self) -> Result<u8, Misuse> {
        match self.action {
            Some(Action::Reset) => {
                let there_was_one = SandboxFile::standard()?.reset()?;
                anstream::println!("SANDBOX {}", if there_was_one { "starts over" } else { "was as new already" });
                Ok(0)
            }
            Some(Action::Faults) => super::faults::list(),
            None => self.serve.execute(),
        }
    }
}
