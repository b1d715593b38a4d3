//! What stands before a write: permits, account, protection, and, in a run that
//! goes on, that nobody has changed the thing meanwhile.

use super::branch::Branch;
use super::gate::{Gate, lock};
use super::kind::Effect;
use super::trouble::Stop;
use crate::api::FILE_WRITE;

impl Gate {
    pub(super) fn check(&self, branch: &Branch, effect: &Effect) -> Result<(), Stop> {
        match effect {
            Effect::Call { operation, request } if operation.is_write() => {
                self.guard.check(operation, request, self.account.get().map(String::as_str))?;
                self.lift_protection(&operation.to_string())?;
                self.refuse_drift(branch, operation, request)
            }
            // What a protected environment holds is no file for just anybody's disk.
            Effect::WriteFile { path, .. } => {
                let what = format!("the file {path}");
                self.guard.check_arming(|| format!("{FILE_WRITE} {path}"))?;
                self.guard.check_permits(FILE_WRITE, &what)?;
                self.lift_protection(&what)
            }
            _ => Ok(()),
        }
    }

    /// The first write to a protected environment needs a person's word.
    fn lift_protection(&self, write: &str) -> Result<(), Stop> {
        let Some(protection) = &self.guard.protection else {
            return Ok(());
        };
        let mut lifted = lock(&self.protection_lifted);
        if *lifted || protection.confirmed {
            return Ok(());
        }
        let name = &protection.environment;
        let what = format!("environment `{name}` is protected and {write} is a write");
        if !self.console.is_terminal() {
            return Err(Stop::Refused { what, hint: format!("without a terminal, add --confirm {name}") });
        }
        let question = format!("`{name}` is protected. Type its name to allow changes");
        let answer = self.console.ask(&question, false);
        self.cancel.check()?;
        if answer.as_deref().map(str::trim) != Some(name) {
            return Err(Stop::Refused { what, hint: format!("type `{name}` when asked, or add --confirm {name}") });
        }
        *lifted = true;
        Ok(())
    }
}
