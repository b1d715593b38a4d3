//! `rollbook init`: a first rollbook.toml, to be filled in.

use std::path::Path;

use clap::Args;

use crate::effect::outside;
use crate::runbook::{CONFIG_FILE, Misuse};

#[derive(Args)]
pub struct Init {
    /// The cluster of the first environment
    #[arg(long, default_value = "my-cluster")]
    cluster: String,
    /// The name of the first service, as ECS has it
    #[arg(long, default_value = "my-service")]
    service: String,
    /// The region of the first environment
    #[arg(long, default_value = "ap-northeast-2")]
    region: String,
}

impl Init {
    pub fn execute(self) -> Result<u8, Misuse> {
        let file = CONFIG_FILE;
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
        let Init { cluster, service, region } = self;
        // Quoted by the library: a name may hold anything.
        let quoted = |text: &str| toml::Value::from(text).to_string();
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
            region = quoted(region),
            cluster = quoted(cluster),
            service = quoted(service),
        )
    }
}
