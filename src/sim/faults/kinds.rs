//! The kinds of faults that a scenario can name: the one table that reading a
//! file, its error messages and the listing are made from.

use serde::{Deserialize, Serialize};

use super::super::rules::MOST_TASKS;
use super::setting::Takes::{self, Chance, Count, Duration, Flag, Number, OneOf, Operation, Pattern, Text};

/// One setting of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub name: &'static str,
    pub takes: Takes,
    /// As a file would say it.
    pub default: Option<&'static str>,
    pub required: bool,
    pub help: &'static str,
}

const fn member(name: &'static str, takes: Takes, help: &'static str) -> Member {
    Member { name, takes, default: None, required: false, help }
}

impl Member {
    const fn default(self, text: &'static str) -> Member {
        Member { default: Some(text), ..self }
    }

    const fn required(self) -> Member {
        Member { required: true, ..self }
    }
}

/// What a fault strikes; it decides which members it has beside its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strikes {
    /// A task, when it is launched.
    Tasks,
    Requests,
    /// A service, at a certain moment.
    Services,
}

impl Strikes {
    /// What all faults of this sort have.
    pub fn members(self) -> &'static [Member] {
        match self {
            Strikes::Tasks => TASKS,
            Strikes::Requests => REQUESTS,
            Strikes::Services => SERVICES,
        }
    }
}

const FROM: Member = member("from", Duration, "when it begins, from the start of the command").default("\"0s\"");
const FOR: Member = member("for", Duration, "how long it lasts from then");
const CHANCE: Member = member("chance", Chance, "how probably it strikes, from 0 to 1").default("1");
const SERVICE: Member = member("service", Pattern, "only this service");
const CLUSTER: Member = member("cluster", Pattern, "only in this cluster");

const TASKS: &[Member] = &[
    member("image", Pattern, "only tasks with a container of this image, as \"*:v58\""),
    member("container", Pattern, "only this container; left out: an essential one"),
    SERVICE,
    CLUSTER,
    member("family", Pattern, "only tasks of this family of definitions"),
    FROM,
    FOR,
    member("times", Count, "how many tasks it strikes at most"),
    CHANCE,
];

const REQUESTS: &[Member] = &[
    member("operation", Operation, "only these requests"),
    FROM,
    FOR,
    member("times", Count, "how many requests it strikes at most"),
    CHANCE,
];

const SERVICES: &[Member] = &[
    SERVICE,
    CLUSTER,
    member("after", Duration, "when, from the start of the command").default("\"30s\""),
    member("after_call", Operation, "instead: when such a request was carried out"),
    member("delay", Duration, "how long after that request").default("\"0s\""),
    member("times", Count, "how often at most").default("1"),
    CHANCE,
];

/// One row of the table.
pub struct Row {
    pub name: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub strikes: Strikes,
    own: &'static [Member],
}

impl Row {
    /// The members that only this kind has, or has in its own way.
    pub fn own(&self) -> &'static [Member] {
        self.own
    }

    /// Its own members first; one of its own stands in for a shared one of that name.
    pub fn members(&self) -> impl Iterator<Item = &'static Member> {
        let own = self.own;
        let shared = self.strikes.members().iter().filter(|shared| own.iter().all(|member| member.name != shared.name));
        own.iter().chain(shared)
    }
}

macro_rules! kinds {
    ($($kind:ident $name:literal $strikes:ident $help:literal [$($own:expr),* $(,)?];)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Kind {
            $(#[serde(rename = $name)] $kind,)*
        }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            pub fn row(self) -> &'static Row {
                match self {
                    $(Kind::$kind => {
                        const ROW: Row = Row { name: $name, help: $help, strikes: Strikes::$strikes, own: &[$($own),*] };
                        &ROW
                    })*
                }
            }
        }
    };
}

kinds! {
    ImageCannotBePulled "image-cannot-be-pulled" Tasks
        "The image of a container cannot be pulled, and the task never runs." [];
    SecretKeyMissing "secret-key-missing" Tasks
        "A secret lacks the JSON key that a container wants of it, and the task never runs." [
        member("key", Text, "the missing key; left out: the first it wants"),
    ];
    Crash "crash" Tasks
        "A container exits by itself after the task was RUNNING." [
        member("after", Duration, "how long after RUNNING").default("\"0s\""),
        member("exit_code", Number(255), "what it exits with; out of memory it is 137").default("1"),
        member("out_of_memory", Flag, "it is killed for taking too much memory").default("false"),
    ];
    Unhealthy "unhealthy" Tasks
        "The task runs, and its health checks fail." [
        member("check", OneOf(&["target", "container", "both"]), "whose checks: \"target\", \"container\" or \"both\"")
            .default("\"both\""),
        member("after", Duration, "how long after RUNNING; until then they pass").default("\"0s\""),
    ];
    IgnoresStop "ignores-stop" Tasks
        "The containers do not heed the stop signal: they are killed when their time is up." [];
    SlowStart "slow-start" Tasks
        "A task takes longer until it is RUNNING." [
        member("by", Duration, "how much longer").default("\"1m\""),
    ];
    LateLogs "late-logs" Tasks
        "The lines of a task arrive in CloudWatch Logs late and out of order." [
        member("by", Duration, "how late a line is at most").default("\"30s\""),
    ];
    NoCapacity "no-capacity" Tasks
        "There is no room for a task, and it is not launched at all." [
        member("reason", Text, "as the event says it; left out: AWS's words"),
    ];
    Throttle "throttle" Requests
        "Requests are refused with ThrottlingException, whatever the rate." [];
    AnswerLost "answer-lost" Requests
        "A request is carried out, and its answer never arrives." [
        member("operation", Operation, "only these requests; left out: writes"),
        member("times", Count, "how many answers are lost at most").default("1"),
    ];
    StaleReads "stale-reads" Requests
        "Reads are answered as the world stood some time earlier." [
        member("operation", Operation, "only these reads"),
        member("by", Duration, "how much earlier").default("\"30s\""),
    ];
    AccessDenied "access-denied" Requests
        "Requests are refused with AccessDeniedException, as if a permission were missing." [];
    ServerError "server-error" Requests
        "Requests come to nothing with HTTP 500." [];
    SomebodyDeploys "somebody-deploys" Services
        "Somebody else registers a new revision and updates the service to it." [
        member("image", Text, "the image of that revision; left out: as before"),
        member("container", Pattern, "the container that gets it; left out: the first"),
        member("who", Text, "the ARN shown as registeredBy"),
    ];
    Autoscaler "autoscaler" Services
        "The autoscaler moves the desired count, unless it is suspended." [
        member("count", Number(MOST_TASKS), "the new desired count").required(),
    ];
    Load "load" Services
        "The demand on a service changes, and with it how busy its tasks are." [
        member("cpu", Number(MOST_TASKS * 100), "in percent of what one task can do, for all tasks together"),
        member("memory", Number(MOST_TASKS * 100), "in percent of what one task has, for all tasks together"),
        member("requests", Number(1_000_000_000), "requests in a minute, to all tasks together"),
    ];
    SomebodyScales "somebody-scales" Services
        "Somebody else sets the desired count." [
        member("count", Number(MOST_TASKS), "the new desired count").required(),
    ];
    SomebodyStops "somebody-stops" Services
        "Somebody else stops the deployment that is under way." [
        member("how", Text, "ROLLBACK or ABORT; left out: ROLLBACK"),
    ];
    Alarm "alarm" Services
        "A CloudWatch alarm goes off." [
        member("alarm", Text, "the name of the alarm").required(),
    ];
}

impl Kind {
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.row().name == name)
    }
}
