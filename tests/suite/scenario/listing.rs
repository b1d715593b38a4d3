//! `rollbook sandbox faults`: the kinds as the simulator declares them.

use rollbook::sim::{Kind, Scenario};

use crate::harness::Project;

#[test]
fn every_kind_and_member_is_listed() {
    let ran = Project::new().run(&["sandbox", "faults"]);
    ran.status(0);
    for row in Kind::ALL.iter().map(|kind| kind.row()) {
        ran.prints(&format!("  {}\n    {}\n", row.name, row.help));
        for member in row.members() {
            ran.prints(&format!("    {} = ", member.name));
        }
    }
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 90), "{ran}");
    insta::assert_snapshot!("faults", ran.stdout);
}

#[test]
fn the_example_of_the_listing_can_be_played() {
    let listing = Project::new().run(&["sandbox", "faults"]).stdout;
    let (_, example) = listing.split_once("An example\n").expect("there is an example");
    let scenario = Scenario::parse(example).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(scenario.faults.len(), 2);
}
