//! `rollbook sandbox faults`: the kinds of faults and their members, as the
//! simulator declares them, and a scenario to start from.

use crate::runbook::Misuse;
use crate::sim::{Kind, Member, Strikes};

const EXAMPLE: &str = include_str!("faults_example.toml");

pub fn list() -> Result<u8, Misuse> {
    anstream::print!("{}", text());
    Ok(0)
}

fn text() -> String {
    let mut text = String::from("A scenario is a TOML file with [[fault]] tables: rollbook deploy --sandbox --scenario FILE …\n");
    text.push_str("throttle = true at its top throttles requests at the rates that AWS has, as --throttle does.\n");
    for (strikes, title) in [
        (Strikes::Tasks, "Faults of tasks, decided when a task is launched"),
        (Strikes::Requests, "Faults of requests"),
        (Strikes::Services, "What others do in the middle"),
    ] {
        text.push_str(&format!("\n{title}\n"));
        let kinds = || Kind::ALL.iter().map(|kind| kind.row()).filter(|row| row.strikes == strikes);
        for row in kinds() {
            text.push_str(&format!("\n  {}\n    {}\n", row.name, row.help));
            row.own().iter().for_each(|member| text.push_str(&line(member)));
        }
        text.push_str("\n  and each of them has\n");
        strikes.members().iter().for_each(|member| text.push_str(&line(member)));
    }
    text.push_str("\nAn example:\n\n");
    EXAMPLE.lines().for_each(|line| text.push_str(&format!("  {line}\n").replace("  \n", "\n")));
    text
}

fn line(member: &Member) -> String {
    let note = match (member.default, member.required) {
        (Some(default), _) => format!(" [default: {default}]"),
        (None, true) => " [required]".into(),
        (None, false) => String::new(),
    };
    format!("    {:<13} {}: {}{note}\n", member.name, member.takes.describe(), member.help)
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
