//! What stands before a write: permits, account, protection, and, in a run that
//! goes on, that nobody has changed the thing meanwhile.

use super::branch::Branch;
use super::gate::{Gate, lock};
use super::guard::Protection;
use super::kind::Effect;
use super::trouble::Stop;
use super::ward::Ward;
use crate::api::FILE_WRITE;

impl Gate {
    /// Services of other environments that need a word of their own.
    pub fn protect(&self, wards: Vec<Ward>) {
        let _ = self.wards.set(wards);
    }

    pub(super) fn check(&self, branch: &Branch, effect: &Effect) -> Result<(), Stop> {
        match effect {
            Effect::Call { operation, request } if operation.is_write() => {
                self.guard.check(operation, request, self.account.get().map(String::as_str))?;
                self.lift_protection(&operation.to_string())?;
                self.ask_for_wards(&operation.to_string(), |ward| ward.is_named_in(request))?;
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

    fn lift_protection(&self, write: &str) -> Result<(), Stop> {
        self.guard.protection.iter().try_for_each(|protection| {
            let what = format!("environment `{}` is protected and {write} is a write", protection.environment);
            self.lift(protection, what, "")
        })
    }

    /// Before `write` reaches over into another environment.
    pub(super) fn ask_for_wards(&self, write: &str, meant: impl Fn(&Ward) -> bool) -> Result<(), Stop> {
        self.wards.get().into_iter().flatten().filter(|ward| meant(ward)).try_for_each(|ward| {
            let Ward { protection, service, .. } = ward;
            let name = &protection.environment;
            let what = format!("{service} belongs to environment `{name}`, which is protected, and {write} is a write");
            self.lift(protection, what, &format!("if that is meant, --env {name}; "))
        })
    }

    /// The first write to a protected environment needs a person's word.
    fn lift(&self, protection: &Protection, what: String, advice: &str) -> Result<(), Stop> {
        let name = &protection.environment;
        if self.is_lifted(protection) {
            return Ok(());
        }
        if !self.console.is_terminal() {
            return Err(Stop::Refused { what, hint: format!("{advice}without a terminal, add --confirm {name}") });
        }
        let question = match advice.is_empty() {
            true => format!("`{name}` is protected. Type its name to allow changes"),
            false => format!("{what}. Type `{name}` to allow it"),
        };
        let answer = self.console.ask(&question, false);
        self.cancel.check()?;
        if answer.as_deref().map(str::trim) != Some(name) {
            return Err(Stop::Refused { what, hint: format!("{advice}type `{name}` when asked, or add --confirm {name}") });
        }
        lock(&self.lifted).insert(name.clone());
        Ok(())
    }

    pub(super) fn is_lifted(&self, protection: &Protection) -> bool {
        protection.confirmed || lock(&self.lifted).contains(&protection.environment)
    }
}
