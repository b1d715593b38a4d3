//! Scenarios as a user plays them: a file, a command, and what is said.

mod files;
mod listing;
mod others;
mod requests;
mod shipped;

use crate::harness::{Project, Ran};

pub const REPOSITORY: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet";

/// A project with this scenario in `trial.toml`.
pub fn project(scenario: &str) -> Project {
    Project::new().file("trial.toml", scenario)
}

/// `rollbook deploy --sandbox --scenario trial.toml --image …:tag`, and more.
pub fn deploy(project: &Project, tag: &str, more: &[&str]) -> Ran {
    let image = format!("{REPOSITORY}:{tag}");
    project.run(&[&["deploy", "--sandbox", "--scenario", "trial.toml", "--image", &image], more].concat())
}

pub fn fault(kind: &str, rest: &str) -> String {
    format!("[[fault]]\nkind = \"{kind}\"\n{rest}\n")
}
mod failing_tasks;
