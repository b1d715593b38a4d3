//! `rollbook prune`: removes the journals of runs that ended long ago. The
//! history keeps a line of each.

use std::time::Duration;

use clap::Args;

use crate::effect::outside;
use crate::runbook::{Listed, Misuse, Standing, ledger, state_folder};
use crate::store::State;
use crate::value::Timestamp;

#[derive(Args)]
pub struct Prune {
    /// Runs that ended longer ago than this
    #[arg(long, value_name = "DURATION", default_value = "90d", value_parser = super::arguments::wait)]
    older_than: Duration,
    /// Also runs that were cut off; they cannot be resumed then
    #[arg(long)]
    unfinished: bool,
    /// Only say which
    #[arg(long)]
    dry_run: bool,
}

impl Prune {
    pub fn execute(self) -> Result<u8, Misuse> {
        let state = State::new(state_folder()?);
        let limit = outside::now().checked_sub(self.older_than).unwrap_or(Timestamp::MIN);
        let all = ledger(&state)?;
        let chosen: Vec<&Listed> = all.iter().filter(|run| run.kept && self.may_go(run) && run.row.ended <= limit).collect();
        for run in &chosen {
            anstream::println!("{}  {}  {}", run.row.run, run.row.runbook, run.verdict());
            if !self.dry_run {
                state.remove_run(&run.row.run).map_err(|error| Misuse::new(format!("cannot remove {}: {error}", run.row.run)))?;
            }
        }
        let would = if self.dry_run { "would be " } else { "" };
        anstream::eprintln!("{} of {} journals {would}removed", chosen.len(), all.iter().filter(|run| run.kept).count());
        Ok(0)
    }

    fn may_go(&self, run: &Listed) -> bool {
        match run.standing {
            Standing::Running => false,
            Standing::Interrupted => self.unfinished,
            Standing::Finished | Standing::Abandoned => true,
        }
    }
}
