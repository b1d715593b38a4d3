//! What AWS's APIs look like: operations, shapes, the facts that the published
//! models leave out, and the checks, codecs and refusals made from them.
//!
//! It sends nothing. A request comes in as a script wrote it and leaves ready
//! for the wire; an answer comes in from the wire and leaves with its times and
//! secrets marked.

mod answer;
mod codec;
mod failure;
pub mod fargate;
mod http;
mod known;
mod model;
mod nearest;
mod operations;
mod validate;

use std::fmt;
use std::sync::OnceLock;

pub use answer::{Reading, conceal_request, read_answer};
pub use codec::{Asked, Received, Reply, Wire, decode, decode_error, encode, read_request, url_secrets};
pub use failure::{AwsError, Failure};
pub use http::{HTTP, http_answer, http_operations, http_request, with_json};
pub use known::Known;
pub use model::{Member, Model, Page, Protocol, Structure, Type};
pub use nearest::{did_you_mean, nearest};
pub(crate) use operations::operations;
pub use validate::{Fault, FaultKind, validate};

/// Whether an operation changes anything, and if so, how an unknown outcome of
/// it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Read,
    Write(Settle),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    /// The same request again leaves the same state: send it again.
    Idempotent,
    /// AWS recognizes the request by the token in this member: send it again.
    Token(&'static str),
    /// Look whether it happened before doing anything else.
    ReadBack,
    /// Nobody but a person can tell.
    Ask,
}

impl Settle {
    /// Whether the same request may be sent a second time without a look.
    pub fn may_send_again(self) -> bool {
        matches!(self, Settle::Idempotent | Settle::Token(_))
    }
}

/// One row of the operations table.
pub struct Operation {
    /// The name of the service as scripts and boto3 write it.
    pub module: &'static str,
    /// The API's own name: `UpdateService`.
    pub name: &'static str,
    /// The name of boto3 and of scripts: `update_service`.
    pub method: &'static str,
    pub effect: Effect,
    /// IAM actions beyond the operation's own.
    needs: &'static [&'static str],
    /// How IAM names what it touches; empty when it cannot be narrowed.
    pub resource: &'static str,
    /// Members of the answer that change although nobody changed anything.
    pub volatile: &'static [&'static str],
}

impl Operation {
    pub fn service(&self) -> &'static Service {
        service(self.module).expect("an operation's module is a service")
    }

    pub fn is_write(&self) -> bool {
        self.effect != Effect::Read
    }

    /// A request of the script's own, which no AWS API answers.
    pub fn is_http(&self) -> bool {
        self.module == HTTP
    }

    /// The operation's own IAM action: `ecs:UpdateService`.
    pub fn action(&self) -> String {
        match self.needs.first().and_then(|first| first.strip_prefix('=')) {
            Some(own) => own.to_owned(),
            None => format!("{}:{}", self.service().iam_prefix(), self.name),
        }
    }

    /// The IAM actions of services that AWS calls on the caller's behalf.
    pub fn dependent_actions(&self) -> impl Iterator<Item = &'static str> {
        self.needs.iter().copied().filter(|action| !action.starts_with('='))
    }

    pub fn input(&self) -> Option<&'static Structure> {
        let model = service(self.module)?.model();
        model.structure(model.operation(self.name)?.input.as_deref()?)
    }

    pub fn output(&self) -> Option<&'static Structure> {
        let model = service(self.module)?.model();
        model.structure(model.operation(self.name)?.output.as_deref()?)
    }

    /// How its pages hang together, if it answers in pages.
    pub fn page(&self) -> Option<&'static Page> {
        self.service().model().operation(self.name)?.page.as_ref()
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.module, self.name)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

pub struct Service {
    pub module: &'static str,
    pub operations: &'static [Operation],
    facts: &'static str,
    model: &'static OnceLock<Model>,
}

impl Service {
    /// The generated shapes, read on first use: a run of `--help` pays nothing.
    pub fn model(&self) -> &'static Model {
        self.model.get_or_init(|| Model::read(self.facts))
    }

    pub fn operation(&self, method: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.method == method)
    }

    fn iam_prefix(&self) -> &str {
        match self.module {
            // IAM names the service by its endpoint's cousin, not by its signing name.
            "cloudwatch" => "cloudwatch",
            _ => &self.model().signing_name,
        }
    }
}

macro_rules! effect {
    (read) => {
        Effect::Read
    };
    (write idempotent) => {
        Effect::Write(Settle::Idempotent)
    };
    (write token $member:literal) => {
        Effect::Write(Settle::Token($member))
    };
    (write read_back) => {
        Effect::Write(Settle::ReadBack)
    };
    (write ask) => {
        Effect::Write(Settle::Ask)
    };
}

macro_rules! services {
    ($($module:ident { $($name:ident $method:ident [$($effect:tt)*] [$($needs:literal),*] $resource:literal [$($volatile:literal),*];)* })*) => {
        /// Every service a script can call, in the order of the table.
        pub static SERVICES: &[Service] = &[$(Service {
            module: stringify!($module),
            operations: &[$(Operation {
                module: stringify!($module),
                name: stringify!($name),
                method: stringify!($method),
                effect: effect!($($effect)*),
                needs: &[$($needs),*],
                resource: $resource,
                volatile: &[$($volatile),*],
            }),*],
            facts: include_str!(concat!("shapes/", stringify!($module), ".json")),
            model: {
                static MODEL: OnceLock<Model> = OnceLock::new();
                &MODEL
            },
        }),*];
    };
}
operations!(services);

pub fn service(module: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.module == module)
}

/// The operation of `module` by the name that scripts use.
pub fn operation(module: &str, method: &str) -> Option<&'static Operation> {
    service(module)?.operation(method)
}

/// What a header permits that writes files of the machine it runs on.
pub const FILE_WRITE: &str = "file:Write";

/// Every IAM action that some operation stands for or leans on, and the ones that
/// HTTP writes and files need.
pub fn actions() -> impl Iterator<Item = String> {
    let operations = SERVICES.iter().flat_map(|service| service.operations).chain([&http::HTTP_POST]);
    let actions = operations.flat_map(|operation| operation.dependent_actions().map(str::to_owned).chain([operation.action()]));
    actions.chain([FILE_WRITE.to_owned()])
}
