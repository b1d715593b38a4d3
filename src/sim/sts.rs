//! Who the sandbox takes its caller for.

use super::{Answer, Sim};
use crate::map;

pub fn handle(sim: &Sim, method: &str) -> Option<Answer> {
    match method {
        "get_caller_identity" => Some(Ok(map! {
            "Account" => sim.place.account.as_str(),
            "Arn" => format!("arn:aws:iam::{}:user/sandbox", sim.place.account),
            "UserId" => "AIDASANDBOXSANDBOX000",
        })),
        _ => None,
    }
}
