//! What the run has seen so far of what runbooks change: services, secrets,
//! revisions. A settled write and a resumed run are held against it.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::api::Operation;
use crate::value::{Timestamp, Value};

#[derive(Default)]
pub struct Seen {
    services: HashMap<(String, String), Service>,
    /// The version that is AWSCURRENT, by the secret's ARN and by its name.
    secrets: HashMap<String, (String, String)>,
    /// The newest revision by family that was there when the run looked, but
    /// for its own.
    revisions: HashMap<String, i64>,
    /// Revisions that this run registered.
    registered: HashSet<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    /// Every deployment that was ever seen, and what it deploys since when.
    pub deployments: HashMap<String, Deployed>,
    pub primary: Option<Primary>,
}

#[derive(Clone, Debug)]
pub(super) struct Deployed {
    pub definition: String,
    pub created: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Primary {
    pub id: String,
    pub definition: String,
}

impl Seen {
    pub fn learn(&mut self, operation: &Operation, request: &Value, answer: &Value) {
        match (operation.module, operation.method) {
            ("ecs", "describe_services") => answer.items("services").iter().for_each(|service| self.service(service)),
            ("ecs", "update_service" | "create_service") => answer.get("service").into_iter().for_each(|one| self.service(one)),
            ("ecs", "describe_task_definition") => answer.get("taskDefinition").into_iter().for_each(|one| self.revision(one)),
            ("ecs", "register_task_definition") => {
                let definition = answer.get("taskDefinition");
                self.registered.extend(definition.and_then(|one| one.text("taskDefinitionArn")).map(str::to_owned));
            }
            ("secretsmanager", "get_secret_value" | "put_secret_value") => self.version(answer),
            ("secretsmanager", "describe_secret") => {
                if let Some(current) = current_version(answer) {
                    self.current(answer, &current);
                }
            }
            ("secretsmanager", "update_secret") => {
                answer.text("VersionId").map(str::to_owned).into_iter().for_each(|version| self.current(answer, &version));
            }
            ("secretsmanager", "update_secret_version_stage") if request.text("VersionStage") == Some(CURRENT) => {
                let moved = request.text("MoveToVersionId").map(str::to_owned);
                moved.into_iter().for_each(|version| self.current(answer, &version));
            }
            _ => {}
        }
    }

    fn service(&mut self, service: &Value) {
        let Some(key) = service_key(service.text("clusterArn"), service.text("serviceName")) else { return };
        let known = self.services.entry(key).or_default();
        let deployments = service.items("deployments");
        known.deployments.extend(deployments.iter().filter_map(deployed));
        known.primary = primary(service);
    }

    fn revision(&mut self, definition: &Value) {
        if definition.text("taskDefinitionArn").is_some_and(|arn| self.registered.contains(arn)) {
            return;
        }
        if let (Some(family), Some(revision)) = (definition.text("family"), definition.get("revision").and_then(Value::as_int)) {
            let newest = self.revisions.entry(family.to_owned()).or_default();
            *newest = revision.max(*newest);
        }
    }

    fn version(&mut self, answer: &Value) {
        let is_current = answer.items("VersionStages").iter().any(|stage| stage.as_str() == Some(CURRENT));
        if let Some(version) = answer.text("VersionId").map(str::to_owned).filter(|_| is_current) {
            self.current(answer, &version);
        }
    }

    fn current(&mut self, answer: &Value, version: &str) {
        let arn = answer.text("ARN").unwrap_or_default().to_owned();
        for name in [answer.text("ARN"), answer.text("Name")].into_iter().flatten() {
            self.secrets.insert(name.to_owned(), (arn.clone(), version.to_owned()));
        }
    }

    /// What the run knows of the service that a request names.
    pub(super) fn service_of(&self, request: &Value) -> Service {
        let cluster = request.text("cluster").unwrap_or("default");
        let key = service_key(Some(cluster), request.text("service"));
        key.and_then(|key| self.services.get(&key)).cloned().unwrap_or_default()
    }

    pub(super) fn newest_revision(&self, family: &str) -> i64 {
        self.revisions.get(family).copied().unwrap_or_default()
    }

    /// Takes a revision for one that this run registered; not one that an
    /// earlier request of the run made.
    pub(super) fn claim(&mut self, arn: &str) -> bool {
        self.registered.insert(arn.to_owned())
    }

    pub(super) fn registered(&self, definition: &str) -> bool {
        self.registered.iter().any(|arn| arn == definition || short(arn) == definition)
    }

    /// What must still be so before `request` is sent by a resumed run.
    pub(super) fn standing(&self, operation: &Operation, request: &Value) -> Option<Standing> {
        match (operation.module, operation.method) {
            ("ecs", "update_service") => {
                let (cluster, service) = (request.text("cluster").unwrap_or("default"), request.text("service")?);
                let primary = self.service_of(request).primary?;
                Some(Standing::Service { cluster: cluster.to_owned(), service: service.to_owned(), primary })
            }
            ("secretsmanager", "put_secret_value" | "update_secret" | "update_secret_version_stage") => {
                let (arn, version) = self.secrets.get(request.text("SecretId")?)?.clone();
                let own = request.text("ClientRequestToken").map(str::to_owned);
                Some(Standing::Secret { arn, version, own })
            }
            _ => None,
        }
    }
}

/// How something stood when the run last looked.
#[derive(Debug, PartialEq)]
pub(super) enum Standing {
    Service {
        cluster: String,
        service: String,
        primary: Primary,
    },
    Secret {
        arn: String,
        version: String,
        /// The version that the write itself makes, and may have made already.
        own: Option<String>,
    },
}

impl Standing {
    /// What is different in an answer of now.
    pub fn differs_from(&self, answer: &Value) -> Option<String> {
        match self {
            Standing::Service { primary: was, .. } => match answer.items("services").first().and_then(primary) {
                Some(is) if is == *was => None,
                Some(is) if is.id == was.id => {
                    Some(format!("it runs {} now, and ran {}", short(&is.definition), short(&was.definition)))
                }
                Some(is) => Some(format!("its deployment is {} of {} now, and was {}", is.id, short(&is.definition), was.id)),
                None => Some("it has no deployment any more".into()),
            },
            Standing::Secret { version: was, own, .. } => match current_version(answer) {
                Some(is) if is == *was || Some(&is) == own.as_ref() => None,
                Some(is) => Some(format!("its current version is {is} now, and was {was}")),
                None => Some("it has no current version any more".into()),
            },
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::Service { service, .. } => write!(f, "the service {}", short(service)),
            Standing::Secret { arn, .. } => write!(f, "the secret {arn}"),
        }
    }
}

const CURRENT: &str = "AWSCURRENT";

/// The version that carries AWSCURRENT in an answer of DescribeSecret.
fn current_version(answer: &Value) -> Option<String> {
    let versions = answer.get("VersionIdsToStages")?.as_map()?;
    let is_current =
        |stages: &Value| stages.as_list().is_some_and(|stages| stages.iter().any(|one| one.as_str() == Some(CURRENT)));
    versions.iter().find(|(_, stages)| is_current(stages)).map(|(version, _)| version.to_string())
}

fn deployed(deployment: &Value) -> Option<(String, Deployed)> {
    let definition = deployment.text("taskDefinition").unwrap_or_default().to_owned();
    let created = match deployment.get("createdAt") {
        Some(Value::Time(created)) => Some(*created),
        _ => None,
    };
    Some((deployment.text("id")?.to_owned(), Deployed { definition, created }))
}

pub(super) fn primary(service: &Value) -> Option<Primary> {
    let deployment = service.items("deployments").iter().find(|one| one.text("status") == Some("PRIMARY"))?;
    let text = |name: &str| deployment.text(name).map(str::to_owned);
    Some(Primary { id: text("id")?, definition: text("taskDefinition").unwrap_or_default() })
}

fn service_key(cluster: Option<&str>, service: Option<&str>) -> Option<(String, String)> {
    Some((short(cluster?).to_owned(), short(service?).to_owned()))
}

/// The last part of an ARN, or a name as it is.
pub(super) fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
