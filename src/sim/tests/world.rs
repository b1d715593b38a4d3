//! The state as a whole: seeds, time and the way into a file and back.

use super::super::Sim;
use super::{Bench, text};
use crate::value::{Value, to_json};

/// A deploy with a second one in its middle; all answers as text.
fn story(mut bench: Bench) -> (String, String) {
    let mut said = String::new();
    bench.update("taskDefinition", "nest-wallet-task:40");
    for step in 0..20 {
        bench.wait(7);
        said += &to_json(&bench.service()).unwrap();
        said += &to_json(&Value::List(bench.tasks("STOPPED"))).unwrap();
        if step == 5 {
            bench.update("taskDefinition", "nest-wallet-task:39");
        }
    }
    (said, bench.sim.to_json())
}

#[test]
fn equal_seeds_give_equal_bytes_and_others_do_not() {
    assert_eq!(story(Bench::new(11)), story(Bench::new(11)));
    assert_ne!(story(Bench::new(11)).1, story(Bench::new(12)).1);
}

#[test]
fn a_world_goes_on_from_its_file_as_if_it_had_never_been_in_one() {
    let mut bench = Bench::new(11);
    bench.update("forceNewDeployment", true);
    bench.wait(47);
    bench.service();
    let text = bench.sim.to_json();
    let copy = Bench { sim: Sim::from_json(&text).unwrap(), now: bench.now };
    assert_eq!(copy.sim.to_json(), text);
    assert_eq!(story(bench), story(copy));
}

#[test]
fn what_is_no_world_is_refused() {
    assert!(Sim::from_json("{}").is_err());
}

#[test]
fn time_passes_alike_in_one_stride_and_in_steps_and_never_back() {
    let (mut strides, mut steps) = (Bench::new(3), Bench::new(3));
    strides.update("forceNewDeployment", true);
    steps.update("forceNewDeployment", true);
    strides.wait(150);
    strides.sim.advance(strides.now);
    for _ in 0..150 {
        steps.wait(1);
        steps.sim.advance(steps.now);
    }
    assert_eq!(strides.sim.to_json(), steps.sim.to_json());
    strides.sim.advance(Bench::new(3).now);
    assert_eq!(strides.sim.to_json(), steps.sim.to_json());
}

#[test]
fn a_year_of_nothing_is_quickly_over() {
    let mut bench = Bench::new(3);
    bench.wait(365 * 24 * 3600);
    assert_eq!(text(&bench.service(), "status"), "ACTIVE");
}
