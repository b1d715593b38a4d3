//! Where the containers of a task write their log lines.

use super::super::Sim;
use super::families;
use super::task::Task;
use crate::value::Value;

pub struct Output {
    pub container: String,
    pub image: String,
    pub port: Option<i64>,
    /// The names of the variables that come from secrets.
    pub secrets: Vec<String>,
    pub group: String,
    pub stream: String,
    /// What a task does that was run on its own, as far as its command says.
    pub errand: Option<String>,
    /// Its lines arrive up to so much later than they were written.
    pub late_ms: i64,
}

/// One for each container that writes to CloudWatch Logs.
pub fn outputs(sim: &Sim, id: &str) -> Vec<Output> {
    let Some(task) = sim.ecs.tasks.get(id) else {
        return vec![];
    };
    let definition = families::find(sim, task.document.text("taskDefinitionArn"));
    let containers = definition.map_or(&[][..], |definition| definition.document.items("containerDefinitions"));
    containers.iter().filter_map(|container| output(container, task)).collect()
}

/// The same for those that run and heed the stop signal.
pub fn heeding_outputs(sim: &Sim, id: &str) -> Vec<Output> {
    let Some(task) = sim.ecs.tasks.get(id) else {
        return vec![];
    };
    let named = |name: &str| task.document.items("containers").iter().find(|container| container.text("name") == Some(name));
    let runs = |name: &str| named(name).and_then(|container| container.text("lastStatus")) == Some("RUNNING");
    let killed = |name: &String| task.kill_after_ms.is_some() && task.essential.contains(name);
    let mut outputs = outputs(sim, id);
    outputs.retain(|output| runs(&output.container) && !killed(&output.container));
    outputs
}

/// The same for the container that is about to exit by itself.
pub fn crashing_outputs(sim: &Sim, id: &str) -> Vec<Output> {
    let crash = sim.ecs.tasks.get(id).and_then(|task| task.fate.crash.as_ref());
    let mut outputs = outputs(sim, id);
    outputs.retain(|output| crash.is_some_and(|crash| crash.container == output.container));
    outputs
}

/// The container that is about to exit by itself, and the line it leaves.
pub struct LastWords {
    pub container: String,
    pub line: String,
}

pub fn last_words(sim: &Sim, id: &str) -> Option<LastWords> {
    let crash = sim.ecs.tasks.get(id)?.fate.crash.as_ref()?;
    let line = match (crash.exit_code, &crash.reason) {
        (0, _) => "done".to_owned(),
        // Killed from outside: nothing is left to say anything.
        (137 | 139, _) => return None,
        (code, Some(reason)) => format!("fatal: {reason}, exiting with code {code}"),
        (code, None) => format!("fatal: uncaught exception, exiting with code {code}"),
    };
    Some(LastWords { container: crash.container.clone(), line })
}

fn output(container: &Value, task: &Task) -> Option<Output> {
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
        stream: format!("{}/{name}/{}", options.text("awslogs-stream-prefix").unwrap_or("ecs"), task.id()),
        errand: task.service.is_empty().then(|| command(container, task)),
        late_ms: task.fate.log_delay_ms,
    })
}

/// What the task overrides goes before what the definition says.
fn command(container: &Value, task: &Task) -> String {
    let named = |given: &&Value| given.text("name") == container.text("name");
    let overrides = task.document.get("overrides").map_or(&[][..], |overrides| overrides.items("containerOverrides"));
    let given = overrides.iter().find(named).map_or(&[][..], |given| given.items("command"));
    let words = if given.is_empty() { container.items("command") } else { given };
    words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}
