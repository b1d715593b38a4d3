//! The fates of tasks, as a scenario's text brings them about.

use super::super::Sim;
use super::super::document::Document;
use super::fate::Sickness;
use super::{Crash, Fate, Launch, Scenario, fate};
use crate::map;
use crate::value::Value;

/// A task of two containers: an essential one with an image and two secrets,
/// and a helper.
fn definition(image: &str, fargate: bool) -> Document {
    let source = |rest: &str| map! { "name" => "X", "valueFrom" => format!("arn:aws:{rest}") };
    let secret = "secretsmanager:ap-northeast-2:123456789012:secret:wallet-AbCdEf";
    let secrets =
        vec![source("ssm:r:1:parameter/p:x:y"), source(&format!("{secret}:TOKEN::")), source(&format!("{secret}:URL::"))];
    let helper = map! { "name" => "helper", "image" => "helper:1", "essential" => false };
    let main = map! { "name" => "main", "image" => image, "essential" => true, "secrets" => secrets };
    Document::from(map! {
        "family" => "wallet",
        "requiresCompatibilities" => if fargate { vec!["FARGATE"] } else { vec!["EC2"] },
        "containerDefinitions" => vec![helper, main],
    })
}

struct Launchpad {
    sim: Sim,
    definition: Document,
    service: Option<&'static str>,
}

fn playing(text: &str) -> Launchpad {
    let mut sim = Sim::guide(1);
    sim.play(Scenario::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    Launchpad { sim, definition: definition("web:v58", true), service: Some("web") }
}

impl Launchpad {
    fn launch(&mut self) -> Fate {
        let launch = Launch { cluster: "blue", service: self.service, definition: &self.definition };
        fate(&mut self.sim, &launch)
    }

    fn struck(&mut self, launches: usize) -> Vec<bool> {
        (0..launches).map(|_| self.launch() != Fate::default()).collect()
    }
}

fn fault(kind: &str, rest: &str) -> String {
    format!("[[fault]]\nkind = \"{kind}\"\n{rest}\n")
}

fn fate_of(kind: &str, rest: &str) -> Fate {
    playing(&fault(kind, rest)).launch()
}

#[test]
fn without_a_scenario_every_fate_is_good() {
    assert_eq!(playing("").launch(), Fate::default());
}

#[test]
fn an_image_that_cannot_be_pulled_names_the_container_and_the_image() {
    let (container, reason) = fate_of("image-cannot-be-pulled", "").unpullable.unwrap();
    assert_eq!(container, "main");
    let expected = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref web:v58: \
                    web:v58: not found";
    assert_eq!(reason, expected);
}

#[test]
fn a_missing_secret_key_is_the_one_named_or_the_first_of_secrets_manager() {
    let reason = |rest| fate_of("secret-key-missing", rest).unreadable.unwrap_or_default();
    assert!(reason("").ends_with("retrieved secret from Secrets Manager did not contain json key TOKEN"), "{}", reason(""));
    assert!(reason("").starts_with("ResourceInitializationError: unable to pull secrets or registry auth: "));
    assert!(reason("key = \"URL\"").ends_with(" json key URL"));
    assert_eq!(reason("key = \"OTHER\""), "");
    assert_eq!(reason("container = \"helper\""), "", "it reads no secret");
}

#[test]
fn a_crash_says_when_how_and_why() {
    let crash = fate_of("crash", "after = \"1m 20s\"\nexit_code = 3").crash.unwrap();
    assert_eq!(crash, Crash { container: "main".into(), after_ms: 80_000, exit_code: 3, reason: None });
    let crash = fate_of("crash", "out_of_memory = true\ncontainer = \"help*\"").crash.unwrap();
    assert_eq!((crash.container.as_str(), crash.after_ms, crash.exit_code), ("helper", 0, 137));
    assert_eq!(crash.reason.unwrap(), "OutOfMemoryError: Container killed due to memory usage");
}

#[test]
fn health_checks_fail_at_the_target_in_the_container_or_both() {
    let at = |after_ms| Some(Sickness { after_ms });
    let sick = |rest| {
        let fate = fate_of("unhealthy", rest);
        (fate.target, fate.container)
    };
    assert_eq!(sick(""), (at(0), at(0)));
    assert_eq!(sick("check = \"target\"\nafter = \"5m\""), (at(300_000), None));
    assert_eq!(sick("check = \"container\""), (None, at(0)));
}

#[test]
fn a_container_may_ignore_the_stop_signal() {
    assert_eq!(fate_of("ignores-stop", ""), Fate { ignores_stop: true, ..Fate::default() });
}

#[test]
fn no_capacity_says_so_in_the_words_of_the_launch_type() {
    let fargate = "Capacity is unavailable at this time. Please try again later or in a different availability zone";
    assert_eq!(fate_of("no-capacity", "").no_place.unwrap(), fargate);
    assert_eq!(fate_of("no-capacity", "reason = \"RESOURCE:ENI\"").no_place.unwrap(), "RESOURCE:ENI");
    let mut instances = playing(&fault("no-capacity", ""));
    instances.definition = definition("web:v1", false);
    assert_eq!(instances.launch().no_place.unwrap(), "RESOURCE:MEMORY");
}

#[test]
fn a_fault_strikes_whom_it_names_and_nobody_else() {
    for (rest, strikes) in [
        ("image = \"*:v58\"", true),
        ("image = \"*:v98\"", false),
        ("image = \"helper:*\"\ncontainer = \"main\"", false),
        ("service = \"we*\"\ncluster = \"blue\"\nfamily = \"wallet\"", true),
        ("service = \"api\"", false),
        ("cluster = \"green\"", false),
        ("family = \"api\"", false),
    ] {
        assert_eq!(playing(&fault("slow-start", rest)).struck(1), [strikes], "{rest}");
    }
    let mut alone = playing(&fault("slow-start", "service = \"*\""));
    alone.service = None;
    assert_eq!(alone.struck(1), [false], "a task that was run on its own has no service");
}

#[test]
fn times_count_the_tasks_that_were_struck() {
    let mut pad = playing(&fault("slow-start", "times = 2\nimage = \"*:v58\""));
    pad.definition = definition("web:v1", true);
    assert_eq!(pad.struck(3), [false; 3]);
    pad.definition = definition("web:v58", true);
    assert_eq!(pad.struck(4), [true, true, false, false]);
}

#[test]
fn chance_is_the_seeds_and_about_what_was_asked_for() {
    let text = fault("slow-start", "chance = 0.3");
    let struck = playing(&text).struck(1000);
    assert_eq!(playing(&text).struck(1000), struck, "the same seed, the same luck");
    let count = struck.iter().filter(|struck| **struck).count();
    assert!((250..350).contains(&count), "{count}");
    assert_eq!(playing(&fault("slow-start", "chance = 0")).struck(50), [false; 50]);
}

#[test]
fn a_fault_strikes_from_its_beginning_until_its_end() {
    let mut pad = playing(&fault("slow-start", "from = \"10s\"\nfor = \"20s\""));
    let start = pad.sim.now();
    for (second, strikes) in [(0, false), (9, false), (10, true), (29, true), (30, false), (90, false)] {
        pad.sim.advance(start + jiff::SignedDuration::from_secs(second));
        assert_eq!(pad.struck(1), [strikes], "{second} s");
    }
}

#[test]
fn several_faults_strike_one_task_together() {
    let crashes = [fault("crash", "after = \"1m\""), fault("crash", "after = \"9s\"\nexit_code = 2")].concat();
    let slow = [fault("slow-start", "by = \"1m\""), fault("slow-start", "by = \"5s\"")].concat();
    let text = [crashes, slow, fault("unhealthy", "")].concat();
    let fate = playing(&text).launch();
    assert_eq!(fate.slower_ms, 65_000);
    let crash = fate.crash.unwrap();
    assert_eq!((crash.after_ms, crash.exit_code), (9_000, 2), "the earlier crash is the one that happens");
    assert!(fate.target.is_some());
}

#[test]
fn what_stops_a_task_early_leaves_later_faults_unused() {
    let text = ["crash", "image-cannot-be-pulled", "no-capacity"].map(|kind| fault(kind, "times = 1")).concat();
    let mut pad = playing(&text);
    let fates: Vec<Fate> = (0..4).map(|_| pad.launch()).collect();
    assert_eq!(fates[0], Fate { no_place: fates[0].no_place.clone(), ..Fate::default() });
    assert!(fates[0].no_place.is_some() && fates[1].unpullable.is_some() && fates[2].crash.is_some());
    assert!(fates[1].crash.is_none() && fates[3] == Fate::default());
}

#[test]
fn a_scenario_in_play_is_part_of_the_world() {
    let slow = fault("slow-start", "times = 3\nchance = 0.5");
    let text = [slow, fault("stale-reads", ""), fault("autoscaler", "count = 3")].concat();
    let mut pad = playing(&format!("throttle = true\n{text}"));
    pad.launch();
    let mut copy = Sim::from_json(&pad.sim.to_json()).unwrap();
    assert_eq!(copy.to_json(), pad.sim.to_json());
    let rest = pad.struck(20);
    std::mem::swap(&mut pad.sim, &mut copy);
    assert_eq!(pad.struck(20), rest);
}

#[test]
fn an_essential_container_is_preferred_and_another_will_do() {
    let mut pad = playing(&fault("crash", ""));
    let containers = vec![map! { "name" => "a", "essential" => false }, map! { "name" => "b" }];
    pad.definition.set("containerDefinitions", containers);
    assert_eq!(pad.launch().crash.unwrap().container, "b");
    pad.definition.set("containerDefinitions", Value::List(vec![]));
    assert_eq!(pad.launch(), Fate::default());
}
