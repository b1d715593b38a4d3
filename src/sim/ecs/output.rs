//! Where the containers of a task write their log lines.

use super::super::Sim;
use super::families;
use crate::value::Value;

pub struct Output {
    pub container: String,
    pub image: String,
    pub port: Option<i64>,
    /// The names of the variables that come from secrets.
    pub secrets: Vec<String>,
    pub group: String,
    pub stream: String,
}

/// One for each container that writes to CloudWatch Logs.
pub fn outputs(sim: &Sim, id: &str) -> Vec<Output> {
    let definition = sim.ecs.tasks.get(id).and_then(|task| families::find(sim, task.document.text("taskDefinitionArn")));
    let containers = definition.map_or(&[][..], |definition| definition.document.items("containerDefinitions"));
    containers.iter().filter_map(|container| output(container, id)).collect()
}

fn output(container: &Value, id: &str) -> Option<Output> {
    let log = container.get("logConfiguration").filter(|log| log.text("logDriver") == Some("awslogs"))?;
    let options = log.get("options")?;
    let name = container.text("name").unwrap_or_default();
    let names = container.items("secrets").iter().filter_map(|secret| secret.text("name"));
    Some(Output {
        container: name.to_owned(),
        image: container.text("image").unwrap_or_default().to_owned(),
        port: container.items("portMappings").first().and_then(|port| port.get("containerPort")?.as_int()),
        secrets: names.map(str::to_owned).collect(),
        group: options.text("awslogs-group")?.to_owned(),
        stream: format!("{}/{name}/{id}", options.text("awslogs-stream-prefix").unwrap_or("ecs")),
    })
}
