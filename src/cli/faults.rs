//! `rollbook sandbox faults`: the kinds of faults and their members, as the
//! simulator declares them, and a scenario to start from.

use crate::runbook::Misuse;
use crate::sim::{Kind, Member, Strikes};

const EXAMPLE: &str = r#"# The new image starts and dies; ECS is slow to answer meanwhile.
[[fault]]
kind = "crash"
after = "20s"
exit_code = 1
image = "*:v58"

[[fault]]
kind = "throttle"
operation = "ecs:DescribeServices"
from = "1m"
for = "2m"
chance = 0.5
"#;

pub fn list() -> Result<u8, Misuse> {
    anstream::print!("{}", text());
    Ok(0)
}

const INTRODUCTION: &str = "\
A scenario is a TOML file of faults: rollbook deploy --sandbox --scenario FILE …
It holds for that command. `throttle = true` above the first fault throttles
requests at the rates that AWS has for an account, as --throttle does.

A DURATION is text as \"20s\" or \"2m 30s\". In a PATTERN, * stands for anything.
An OPERATION is a pattern as \"ecs:UpdateService\", \"ecs:*\" or \"*\".
A value that is shown holds where the file says nothing.
";

/// Which kinds stand below which title.
const SECTIONS: &[(Strikes, &str)] = &[
    (Strikes::Tasks, "Faults of tasks, decided when a task is launched"),
    (Strikes::Requests, "Faults of requests"),
    (Strikes::Services, "What others do to a service"),
];

fn text() -> String {
    let sections = SECTIONS.iter().map(|(strikes, title)| section(*strikes, title));
    let example = EXAMPLE.lines().map(|line| format!("{}\n", format!("  {line}").trim_end()));
    format!("{INTRODUCTION}{}\nAn example\n\n{}", sections.collect::<String>(), example.collect::<String>())
}

fn section(strikes: Strikes, title: &str) -> String {
    let lines = |members: &[Member]| members.iter().map(line).collect::<String>();
    let rows = Kind::ALL.iter().map(|kind| kind.row()).filter(|row| row.strikes == strikes);
    let rows = rows.map(|row| format!("  {}\n    {}\n{}\n", row.name, row.help, lines(row.own())));
    format!("\n{title}\n\n{}  All of these have:\n{}", rows.collect::<String>(), lines(strikes.members()))
}

/// As the file would say it, and what it means.
fn line(member: &Member) -> String {
    let setting = format!("{} = {}", member.name, member.default.unwrap_or(member.takes.placeholder()));
    let required = if member.required { " (required)" } else { "" };
    format!("    {setting:<24} {}{required}\n", member.help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Scenario;

    #[test]
    fn the_example_is_a_scenario() {
        assert!(Scenario::parse(EXAMPLE).unwrap_or_else(|error| panic!("{error}")).faults.len() > 1);
    }
}
