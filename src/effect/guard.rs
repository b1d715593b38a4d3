//! What a run may do, asked before every write: what its header permits, the
//! account it is meant for, the protection of its environment.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::arming::Arming;
use super::trouble::Stop;
use crate::api::Operation;
use crate::value::{Value, to_literal};

/// Columns within which a request stands on one line.
const WIDTH: usize = 60;

/// An environment that wants a person's word, or `--confirm`, before a write.
#[derive(Clone, Debug)]
pub struct Protection {
    pub environment: String,
    /// `--confirm` named the environment.
    pub confirmed: bool,
}

#[derive(Debug, Default)]
pub struct Guard {
    /// IAM actions from the header; nothing when whoever runs may do anything.
    pub permits: Option<BTreeSet<String>>,
    /// Refuse to write anywhere else.
    pub account: Option<String>,
    pub protection: Option<Protection>,
    /// The params of this run make it a look.
    pub looks: bool,
    /// At a prompt: nothing is written before the person there allows it.
    pub arming: Option<Arc<Arming>>,
}

impl Guard {
    /// `account` is the one that the credentials turned out to belong to.
    pub(super) fn check(&self, operation: &Operation, request: &Value, account: Option<&str>) -> Result<(), Stop> {
        self.check_arming(|| format!("{operation} {}", to_literal(request, WIDTH)))?;
        self.check_permits(&operation.action(), &operation.to_string())?;
        self.check_account(account)
    }

    /// `what` is what would be done.
    pub(super) fn check_arming(&self, what: impl Fn() -> String) -> Result<(), Stop> {
        self.arming.iter().try_for_each(|arming| arming.check(&what))
    }

    /// `action` as headers name it, `what` as messages do.
    pub(super) fn check_permits(&self, action: &str, what: &str) -> Result<(), Stop> {
        match &self.permits {
            _ if self.looks => Err(Stop::Refused {
                what: format!("{what} is a write, and with these params this runbook only looks"),
                hint: "`looks` in its header says so: correct it there, or write nothing".into(),
            }),
            Some(permits) if !permits.contains(action) => Err(Stop::Refused {
                what: format!("{what} is a write that this runbook does not permit itself"),
                hint: format!("if it should, add \"{action}\" to `permits` in its header"),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn check_account(&self, found: Option<&str>) -> Result<(), Stop> {
        let Some(wanted) = &self.account else {
            return Ok(());
        };
        match found {
            Some(found) if found == wanted => Ok(()),
            Some(found) => Err(Stop::Refused {
                what: format!("these credentials belong to account {found}, and this environment is account {wanted}"),
                hint: "choose another profile, or another --env".into(),
            }),
            None => Err(Stop::Refused {
                what: format!("nobody has checked that these credentials belong to account {wanted}"),
                hint: "rollbook asks AWS who it is at the start of every run; that answer is missing".into(),
            }),
        }
    }
}
