//! Which project, environment, cluster and service a command means.

use std::path::PathBuf;

use super::config::{Config, Environment, FILE, ServiceChoice};
use super::fault::Misuse;
use crate::api::did_you_mean;
use crate::effect::{Protection, Ward, outside};
use crate::map;
use crate::value::Value;

/// What the command line chose.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub environment: Option<String>,
    pub service: Option<String>,
    pub cluster: Option<String>,
    pub sandbox: bool,
}

/// Where a run happens.
#[derive(Debug)]
pub struct Place {
    pub config: Config,
    /// The name of the environment, if one is configured.
    pub name: Option<String>,
    pub environment: Environment,
    pub service: ServiceChoice,
    pub sandbox: bool,
    /// What the command line said, for a run that goes on.
    pub service_key: Option<String>,
    pub cluster_option: Option<String>,
}

/// The project's root: the nearest folder above that has a `rollbook.toml`.
pub fn project_root() -> Option<PathBuf> {
    let here = outside::current_folder().ok()?;
    here.ancestors().find(|folder| outside::is_there(&folder.join(FILE))).map(PathBuf::from)
}

/// A configuration that cannot be read is never taken for none: it guards.
pub fn read_config(root: Option<&PathBuf>) -> Result<Config, Misuse> {
    let Some(path) = root.map(|root| root.join(FILE)) else { return Ok(Config::default()) };
    let text = outside::read_text(&path).map_err(|error| Misuse::new(format!("cannot read {}: {error}", path.display())))?;
    Config::read(&text)
}

/// The guide's project, which the sandbox starts as.
const SANDBOX_CLUSTER: &str = "nest-wallet-cluster";
const SANDBOX_SERVICE: &str = "nest-wallet-service";
const SANDBOX_PLAIN: &[&str] = &["NODE_ENV", "PORT"];
pub const SANDBOX_REGION: &str = "ap-northeast-2";

impl Selection {
    /// What an earlier command line chose, from the record.
    pub fn recorded(selection: &Value) -> Selection {
        let text = |name: &str| selection.text(name).map(str::to_owned);
        let sandbox = selection.get("sandbox").and_then(Value::as_bool).unwrap_or_default();
        Selection { environment: text("environment"), service: text("service"), cluster: text("cluster"), sandbox }
    }
}

impl Place {
    pub fn choose(config: Config, selection: &Selection) -> Result<Place, Misuse> {
        let name = choose_environment(&config, selection)?;
        let environment = name.as_ref().and_then(|name| config.environment(name)).unwrap_or_default();
        let sandbox = selection.sandbox || environment.sandbox;
        let mut service = choose_service(&config, selection, name.as_deref(), sandbox)?;
        service.cluster = selection.cluster.clone().or(service.cluster).or_else(|| environment.cluster.clone());
        if sandbox && service.cluster.is_none() {
            service.cluster = Some(SANDBOX_CLUSTER.into());
        }
        let (service_key, cluster_option) = (selection.service.clone(), selection.cluster.clone());
        Ok(Place { config, name, environment, service, sandbox, service_key, cluster_option })
    }

    /// The name that messages give the environment.
    pub fn title(&self) -> &str {
        match (&self.name, self.sandbox) {
            (Some(name), _) => name,
            (None, true) => "sandbox",
            (None, false) => "no env",
        }
    }

    /// The options that bring another command to the same place.
    pub fn flags(&self) -> String {
        let mut flags = vec![];
        if self.sandbox {
            flags.push("--sandbox".to_owned());
        }
        let named = [("--env", &self.name), ("--service", &self.service_key), ("--cluster", &self.cluster_option)];
        flags.extend(named.iter().filter_map(|(flag, value)| Some(format!("{flag} {}", value.as_ref()?))));
        flags.join(" ")
    }

    /// The `env` of scripts.
    pub fn variables(&self, account: Option<&str>, region: &str) -> Value {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut variables = map! {
            "name" => self.title(),
            "sandbox" => self.sandbox,
            "here" => self.flags(),
            "region" => region,
            "account" => account.map(str::to_owned),
            "cluster" => self.service.cluster.clone(),
            "service" => given(&self.service.name),
            "plain_env" => self.service.plain_env.clone(),
        };
        // Only where it is said: what is not is () to a script.
        let said = [
            ("terraform", self.config.terraform_managed(&self.environment).map(Value::Bool)),
            ("source", self.environment.source.clone().map(Value::from)),
            ("file", self.environment.file.clone().map(Value::from)),
            ("task_definition", self.environment.task_definition.clone().map(Value::from)),
        ];
        if let Some(members) = variables.as_map_mut() {
            members.extend(said.into_iter().filter_map(|(name, value)| Some((name.into(), value?))));
        }
        variables
    }

    /// The other environments, by name, each as `variables` gives it; one that
    /// this run's way into AWS does not reach has only its name and `away`.
    pub fn others(&self, account: Option<&str>, region: &str) -> Value {
        let names = self.config.environments.keys().filter(|name| Some(*name) != self.name.as_ref());
        let others = names.map(|name| {
            let other = self.other(name, self.service_key.as_deref(), account, region);
            let away = |why: String| map! { "name" => name.as_str(), "away" => why };
            (name.into(), other.map_or_else(away, |other| other.variables(account, region)))
        });
        Value::Map(others.collect())
    }

    /// Another environment's service, if this run's way into AWS reaches it; else
    /// why it does not.
    fn other(&self, name: &str, service: Option<&str>, account: Option<&str>, region: &str) -> Result<Place, String> {
        let selection = Selection {
            environment: Some(name.to_owned()),
            service: service.map(str::to_owned),
            cluster: None,
            sandbox: self.sandbox && !self.environment.sandbox,
        };
        let other = Place::choose(self.config.clone(), &selection).map_err(|misuse| misuse.what)?;
        let (here, there) = (&self.environment, &other.environment);
        let away = match () {
            () if self.sandbox != other.sandbox => Some("another world"),
            () if self.sandbox => None,
            () if there.account.is_some() && there.account.as_deref() != account => Some("another account"),
            () if here.profile != there.profile || here.role_arn != there.role_arn => Some("other credentials"),
            () if there.region.as_deref().is_some_and(|there| there != region) => Some("another region"),
            () if there.region.is_none() && here.region.is_some() => Some("another region, perhaps"),
            () => None,
        };
        match away {
            None => Ok(other),
            Some(why) => Err(why.into()),
        }
    }

    /// The names of the cluster and the service: by name or by ARN, it is the same.
    pub(super) fn address(&self) -> (String, String) {
        let cluster = self.service.cluster.as_deref().unwrap_or("default");
        (short(cluster).to_owned(), short(&self.service.name).to_owned())
    }

    /// Those of all the services of this environment.
    fn addresses(&self) -> Vec<(String, String)> {
        let of = |key: &str| {
            let selection = Selection {
                environment: self.name.clone(),
                service: Some(key.to_owned()),
                cluster: self.cluster_option.clone(),
                sandbox: self.sandbox && !self.environment.sandbox,
            };
            Place::choose(self.config.clone(), &selection).ok().map(|place| place.address())
        };
        self.config.service_keys().filter_map(of).chain([self.address()]).collect()
    }

    /// The services of protected environments that this run can reach and that
    /// are none of its own environment's.
    pub fn wards(&self, account: Option<&str>, region: &str, confirmed: Option<&str>) -> Vec<Ward> {
        let own = self.addresses();
        let names = self.config.environments.keys().filter(|name| Some(*name) != self.name.as_ref());
        let mut wards = Vec::new();
        for name in names {
            let protection = Protection { environment: name.clone(), confirmed: confirmed == Some(name) };
            for key in self.config.service_keys() {
                let Ok(there) = self.other(name, Some(key), account, region) else { continue };
                let service = there.address();
                if there.environment.protected && !there.environment.is_local() && !own.contains(&service) {
                    let (cluster, service) = service;
                    wards.push(Ward { protection: protection.clone(), cluster, service });
                }
            }
        }
        wards
    }
}

/// The last part of an ARN, or a name as it is.
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn choose_environment(config: &Config, selection: &Selection) -> Result<Option<String>, Misuse> {
    let known = || config.environments.keys().map(String::as_str);
    let asked = selection.environment.clone().or_else(|| outside::variable("ROLLBOOK_ENV"));
    match asked {
        Some(name) if config.environments.contains_key(&name) => Ok(Some(name)),
        Some(name) => {
            let hint = match known().collect::<Vec<_>>() {
                names if names.is_empty() => {
                    format!("there is no {FILE} that names any; rollbook init writes one")
                }
                names => did_you_mean(&name, known()).unwrap_or_else(|| format!("{FILE} has {}", names.join(", "))),
            };
            Err(Misuse::new(format!("there is no environment `{name}`")).hint(hint))
        }
        // The sandbox needs none, and must not take a real one by accident.
        None if selection.sandbox => Ok(None),
        None => match known().collect::<Vec<_>>().as_slice() {
            [] => Ok(None),
            [only] => Ok(Some((*only).to_owned())),
            names => Err(Misuse::new("which environment?").hint(format!("add --env, one of {}", names.join(", ")))),
        },
    }
}

fn choose_service(
    config: &Config,
    selection: &Selection,
    environment: Option<&str>,
    sandbox: bool,
) -> Result<ServiceChoice, Misuse> {
    let known: Vec<&str> = config.service_keys().collect();
    let configured = |key: &str| config.service(key, environment);
    match (&selection.service, known.as_slice()) {
        (Some(key), _) if configured(key).is_some() => Ok(configured(key).unwrap_or_default()),
        // Without a list of services, the name is AWS's own.
        (Some(name), []) => {
            let plain_env = if sandbox { sandbox_service().plain_env } else { Vec::new() };
            Ok(ServiceChoice { name: name.clone(), plain_env, ..ServiceChoice::default() })
        }
        (Some(name), known) => {
            let hint = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("{FILE} has {}", known.join(", ")));
            Err(Misuse::new(format!("there is no service `{name}` in {FILE}")).hint(hint))
        }
        (None, [only]) => Ok(configured(only).unwrap_or_default()),
        (None, []) if sandbox => Ok(sandbox_service()),
        (None, []) => Ok(ServiceChoice::default()),
        (None, many) => Err(Misuse::new("which service?").hint(format!("add --service, one of {}", many.join(", ")))),
    }
}

fn sandbox_service() -> ServiceChoice {
    let plain_env = SANDBOX_PLAIN.iter().map(ToString::to_string).collect();
    ServiceChoice { name: SANDBOX_SERVICE.into(), cluster: Some(SANDBOX_CLUSTER.into()), plain_env }
}
