//! `rollbook.toml`: the environments and services of a project.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::fault::Misuse;
use crate::api::did_you_mean;
use crate::script::{DEPTH_MAX, Limits};
use crate::value::parse_span;

pub const FILE: &str = "rollbook.toml";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default, rename = "env")]
    pub environments: BTreeMap<String, Environment>,
    #[serde(default, rename = "service")]
    services: BTreeMap<String, toml::Table>,
    #[serde(default)]
    limits: LimitsFile,
    #[serde(default)]
    terraform: Terraform,
}

/// Whether Terraform owns what runbooks change; nobody said: the tags tell.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terraform {
    managed: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    pub region: Option<String>,
    /// Refuse to run anywhere else.
    pub account: Option<String>,
    pub profile: Option<String>,
    pub role_arn: Option<String>,
    pub cluster: Option<String>,
    /// A write needs a person's word, or `--confirm`.
    #[serde(default)]
    pub protected: bool,
    #[serde(default)]
    pub sandbox: bool,
    /// The environment that this one, on a developer's machine, has its settings from.
    pub source: Option<String>,
    /// The file that holds them there.
    pub file: Option<String>,
    /// The definition to take them from, where it is not the one that runs.
    pub task_definition: Option<String>,
    #[serde(default)]
    terraform: Terraform,
}

impl Environment {
    /// Whether it is a machine with a file of settings, to which nothing is deployed.
    pub fn is_local(&self) -> bool {
        self.source.is_some()
    }

    /// A local one lies where its source lies.
    fn below(self, source: &Environment) -> Environment {
        Environment {
            region: self.region.or(source.region.clone()),
            account: self.account.or(source.account.clone()),
            profile: self.profile.or(source.profile.clone()),
            role_arn: self.role_arn.or(source.role_arn.clone()),
            cluster: self.cluster.or(source.cluster.clone()),
            protected: self.protected || source.protected,
            sandbox: self.sandbox || source.sandbox,
            terraform: Terraform { managed: self.terraform.managed.or(source.terraform.managed) },
            ..self
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    operations: Option<u64>,
    time: Option<String>,
    memory: Option<usize>,
    depth: Option<usize>,
    string: Option<usize>,
    items: Option<usize>,
}

/// A service of the configuration, as one environment sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceChoice {
    pub name: String,
    pub cluster: Option<String>,
    pub plain_env: Vec<String>,
}

const SERVICE_KEYS: &[&str] = &["name", "cluster", "plain_env"];

impl Config {
    pub fn read(text: &str) -> Result<Config, Misuse> {
        let config: Config = toml::from_str(text).map_err(|error| explain(&error))?;
        for (key, table) in &config.services {
            config.check_service(key, table)?;
        }
        for (name, environment) in &config.environments {
            config.check_local(name, environment)?;
        }
        config.limits()?;
        Ok(config)
    }

    pub fn service_keys(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// The environment of that name; a local one with what its source says.
    pub fn environment(&self, name: &str) -> Option<Environment> {
        let own = self.environments.get(name)?.clone();
        let source = own.source.as_ref().and_then(|source| self.environments.get(source));
        Some(match source {
            Some(source) => own.below(source),
            None => own,
        })
    }

    /// A local environment needs a source that is none itself.
    fn check_local(&self, name: &str, environment: &Environment) -> Result<(), Misuse> {
        let Some(source) = &environment.source else {
            return match environment.file.is_some() || environment.task_definition.is_some() {
                true => Err(wrong(format!("[env.{name}] has a file of settings and no `source`"))
                    .hint("source = \"dev\" says which environment they come from")),
                false => Ok(()),
            };
        };
        let names = self.environments.iter().filter(|(_, other)| !other.is_local()).map(|(name, _)| name.as_str());
        match self.environments.get(source) {
            Some(found) if !found.is_local() => Ok(()),
            _ => Err(wrong(format!("[env.{name}] has the source `{source}`, which is no environment with a service"))
                .maybe_hint(did_you_mean(source, names))),
        }
    }

    /// The service under `key`, with the overrides of `environment`.
    pub fn service(&self, key: &str, environment: Option<&str>) -> Option<ServiceChoice> {
        let table = self.services.get(key)?;
        let mut choice = ServiceChoice { name: key.to_owned(), ..ServiceChoice::default() };
        read_service(table, &mut choice);
        let source = environment.and_then(|name| self.environments.get(name)?.source.as_deref());
        for name in [source, environment].into_iter().flatten() {
            if let Some(overrides) = table.get(name).and_then(toml::Value::as_table) {
                read_service(overrides, &mut choice);
            }
        }
        Some(choice)
    }

    /// What is said of Terraform, by the environment before the project.
    pub fn terraform_managed(&self, environment: &Environment) -> Option<bool> {
        environment.terraform.managed.or(self.terraform.managed)
    }

    pub fn limits(&self) -> Result<Limits, Misuse> {
        let file = &self.limits;
        let standard = Limits::default();
        let time = match &file.time {
            None => standard.time,
            Some(text) => parse_span(text)
                .and_then(|span| Duration::try_from(span).ok())
                .ok_or_else(|| wrong(format!("[limits] time = \"{text}\" is not a duration, as \"30m\" or \"2h\"")))?,
        };
        let depth = file.depth.unwrap_or(standard.depth);
        if !(1..=DEPTH_MAX).contains(&depth) {
            return Err(wrong(format!("[limits] depth = {depth} is not between 1 and {DEPTH_MAX}"))
                .hint("it is how deeply functions may call each other, and more does not fit on the stack"));
        }
        Ok(Limits {
            operations: file.operations.unwrap_or(standard.operations),
            time,
            memory: file.memory.unwrap_or(standard.memory),
            depth,
            string: file.string.unwrap_or(standard.string),
            items: file.items.unwrap_or(standard.items),
        })
    }

    /// Keys of a service are its own, or tables named after environments.
    fn check_service(&self, key: &str, table: &toml::Table) -> Result<(), Misuse> {
        for (name, value) in table {
            match value {
                toml::Value::Table(overrides) if !SERVICE_KEYS.contains(&name.as_str()) => {
                    if !self.environments.contains_key(name) {
                        let help = did_you_mean(name, self.environments.keys().map(String::as_str));
                        return Err(
                            wrong(format!("[service.{key}.{name}] names an environment that there is not")).maybe_hint(help)
                        );
                    }
                    overrides.iter().try_for_each(|(name, value)| check_entry(key, name, value))?;
                }
                value => check_entry(key, name, value)?,
            }
        }
        Ok(())
    }
}

fn check_entry(key: &str, name: &str, value: &toml::Value) -> Result<(), Misuse> {
    let well_typed = match name {
        "name" | "cluster" => value.is_str(),
        "plain_env" => value.as_array().is_some_and(|items| items.iter().all(toml::Value::is_str)),
        _ => {
            let help = did_you_mean(name, SERVICE_KEYS.iter().copied());
            let help = help.or_else(|| Some(format!("a service has {}", SERVICE_KEYS.join(", "))));
            return Err(wrong(format!("[service.{key}] has no key `{name}`")).maybe_hint(help));
        }
    };
    match well_typed {
        true => Ok(()),
        false => Err(wrong(format!("`{name}` in [service.{key}] has the wrong type"))
            .hint("name and cluster are strings, plain_env is a list of strings")),
    }
}

fn read_service(table: &toml::Table, choice: &mut ServiceChoice) {
    let text = |name: &str| table.get(name).and_then(toml::Value::as_str).map(str::to_owned);
    if let Some(name) = text("name") {
        choice.name = name;
    }
    choice.cluster = text("cluster").or(choice.cluster.take());
    if let Some(names) = table.get("plain_env").and_then(toml::Value::as_array) {
        choice.plain_env = names.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect();
    }
}

fn wrong(what: String) -> Misuse {
    Misuse::new(format!("{FILE}: {what}"))
}

/// The reader's own message, with its excerpt, and the nearest right key.
fn explain(error: &toml::de::Error) -> Misuse {
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let help = match quoted.split_first() {
        Some((typed, expected)) if message.starts_with("unknown field") => did_you_mean(typed, expected.iter().copied()),
        _ => None,
    };
    Misuse::new(format!("{FILE} cannot be read: {message}")).detail(error.to_string().trim_end().to_owned()).maybe_hint(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [env.prod]
        cluster = "c"
        [env.dev]
        [service.wallet]
        name = "wallet-service"
        plain_env = ["PORT"]
        [service.wallet.dev]
        name = "wallet-service-dev"
    "#;

    #[test]
    fn an_environment_overrides_what_it_names() {
        let config = Config::read(TEXT).unwrap();
        let dev = config.service("wallet", Some("dev")).unwrap();
        assert_eq!((dev.name.as_str(), dev.plain_env.as_slice()), ("wallet-service-dev", &["PORT".to_owned()][..]));
        assert_eq!(config.service("wallet", Some("prod")).unwrap().name, "wallet-service");
    }

    #[test]
    fn a_local_environment_lies_where_its_source_lies() {
        let config =
            Config::read(&format!("{TEXT}\n[env.local]\nsource = \"dev\"\nfile = \".env\"\n[env.dev.terraform]\nmanaged = true"));
        let config = config.unwrap_or_else(|misuse| panic!("{misuse:?}"));
        let local = config.environment("local").unwrap();
        assert!(local.is_local() && config.terraform_managed(&local) == Some(true));
        assert_eq!(config.service("wallet", Some("local")).unwrap().name, "wallet-service-dev");
    }

    #[test]
    fn typos_are_refused_with_the_nearest_key() {
        for (text, hint) in [
            ("[env.prod]\n[env.local]\nsource = \"prd\"", "did you mean `prod`?"),
            ("[env.local]\nfile = \".env\"", "source = \"dev\" says which environment they come from"),
            ("[env.prod]\nregoin = \"x\"", "did you mean `region`?"),
            ("[service.w]\nnam = \"x\"", "did you mean `name`?"),
            ("[limits]\ndepth = 20000", "it is how deeply functions may call each other, and more does not fit on the stack"),
            ("[limits]\ndepth = 0", "it is how deeply functions may call each other, and more does not fit on the stack"),
            ("[env.prod]\n[service.w.prd]\nname = \"x\"", "did you mean `prod`?"),
        ] {
            assert_eq!(Config::read(text).unwrap_err().hint.as_deref(), Some(hint), "{text}");
        }
    }
}
