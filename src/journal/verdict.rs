//! How a run can end. The words are for people and for scripts' `conclude`;
//! the numbers are exit codes, which other programs stand on.

use serde::{Deserialize, Serialize};

macro_rules! verdicts {
    ($($(#[$help:meta])* $verdict:ident $name:literal $code:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Verdict {
            $($(#[$help])* $verdict,)*
        }

        impl Verdict {
            pub const ALL: &[Verdict] = &[$(Verdict::$verdict),*];

            pub fn name(self) -> &'static str {
                match self {
                    $(Verdict::$verdict => $name,)*
                }
            }

            pub fn exit_code(self) -> u8 {
                match self {
                    $(Verdict::$verdict => $code,)*
                }
            }
        }
    };
}
verdicts! {
    Succeeded "succeeded" 0;
    /// The runbook failed: its own throw, an error of AWS.
    Failed "failed" 1;
    /// Bad usage, script, configuration or credentials.
    Misused "broken off" 2;
    RolledBack "rolled back" 3;
    Superseded "superseded" 4;
    /// Nobody waits any longer; what was started goes on.
    TimedOut "timed out" 5;
    /// By permits, account, lease, drift or protection.
    Refused "refused" 6;
    Interrupted "interrupted" 7;
    OutcomeUnknown "outcome unknown" 8;
    /// Somebody stopped the deployment.
    Stopped "stopped" 9;
    DeploymentFailed "deployment failed" 10;
    ScaledToZero "scaled to zero" 11;
}

impl Verdict {
    pub fn named(name: &str) -> Option<Verdict> {
        Verdict::ALL.iter().copied().find(|verdict| verdict.name() == name)
    }
}
