//! `rollbook init`: a first rollbook.toml. At a terminal, and of the sandbox, the
//! runbook `init` asks and looks into the account; elsewhere it is a form to be
//! filled in.

use std::io::IsTerminal;
use std::path::Path;

use clap::Args;

use super::run::Run;
use crate::effect::outside;
use crate::runbook::{CONFIG_FILE, Misuse, Shelf};

#[derive(Args)]
pub struct Init {
    /// The cluster of the first environment
    #[arg(long)]
    cluster: Option<String>,
    /// The name of the first service, as ECS has it
    #[arg(long)]
    service: Option<String>,
    /// The region of the first environment
    #[arg(long)]
    region: Option<String>,
    /// Write one for the built-in simulator, which needs no AWS account
    #[arg(long)]
    sandbox: bool,
}

impl Init {
    pub fn execute(self, shelf: Shelf) -> Result<u8, Misuse> {
        let file = CONFIG_FILE;
        // What was typed needs no look.
        let is_typed = self.cluster.is_some() || self.service.is_some() || self.region.is_some();
        let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if !outside::is_there(Path::new(file)) && !is_typed && (self.sandbox || is_asked) {
            let flag = self.sandbox.then(|| "--sandbox".to_owned());
            return Run::from_words([Some("init".to_owned()), flag].into_iter().flatten().collect()).execute(shelf);
        }
        outside::create_text(Path::new(file), &self.text()).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Misuse::new(format!("{file} is there already")).hint("edit it; nothing was written")
            }
            _ => Misuse::new(format!("cannot write {file}: {error}")),
        })?;
        anstream::println!("{file}");
        anstream::eprintln!("fill it in, then try: rollbook run status --env prod");
        Ok(0)
    }

    fn text(&self) -> String {
        let Init { cluster, service, region, .. } = self;
        // Quoted by the library: a name may hold anything.
        let quoted =
            |given: &Option<String>, otherwise: &str| toml::Value::from(given.as_deref().unwrap_or(otherwise)).to_string();
        format!(
            r#"# Environments and services of this project, for rollbook.

[env.prod]
region = {region}
cluster = {cluster}
# account = "123456789012"       # refuse to run anywhere else
# profile = "prod"               # a profile of ~/.aws/config; or role_arn = "arn:…"
protected = true                 # a change wants a person's word, or --confirm prod

[env.sandbox]
sandbox = true                   # the built-in simulator: nothing here reaches AWS

[service.main]
name = {service}
plain_env = ["NODE_ENV", "PORT"] # environment values that may be shown; all others are secret

[service.main.sandbox]
name = "nest-wallet-service"     # what the simulator starts with
cluster = "nest-wallet-cluster"
"#,
            region = quoted(region, "ap-northeast-2"),
            cluster = quoted(cluster, "my-cluster"),
            service = quoted(service, "my-service"),
        )
    }
}
