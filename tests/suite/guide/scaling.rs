//! Scaling, by hand and by itself: the bounds, what a policy follows, the count,
//! the size of a task; and that a deploy leaves the autoscaler as it found it.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{CLUSTER, Desk, SERVICE};
use crate::crash::{appends_of, killed, only_journal};
use crate::door::Server;
use crate::harness::{Project, Ran};
use crate::moto::{finish, python};

const RESOURCE: &str = "service/nest-wallet-cluster/nest-wallet-service";
const DIMENSION: &str = "ecs:service:DesiredCount";
const PLACE: [&str; 4] = ["--cluster", CLUSTER, "--service", SERVICE];
const NEW: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";

fn run(desk: &Desk, arguments: &[&str]) -> Ran {
    desk.run(&[arguments, &PLACE].concat())
}

fn scaling(desk: &Desk, command: &str, more: &[&str]) -> Value {
    let place = ["--service-namespace", "ecs", "--resource-id", RESOURCE, "--scalable-dimension", DIMENSION];
    desk.aws(&[&["application-autoscaling", command][..], &place, more].concat())
}

fn target(desk: &Desk) -> Value {
    let place = ["--service-namespace", "ecs", "--resource-ids", RESOURCE];
    let answer = desk.aws(&[&["application-autoscaling", "describe-scalable-targets"][..], &place].concat());
    answer["ScalableTargets"][0].clone()
}

fn policies(desk: &Desk) -> Vec<Value> {
    scaling(desk, "describe-scaling-policies", &[])["ScalingPolicies"].as_array().expect("a list").clone()
}

/// Target and policies without what AWS makes up.
fn settings(desk: &Desk) -> Value {
    let kept = |one: &Value, names: &[&str]| names.iter().map(|name| one[*name].clone()).collect::<Vec<_>>();
    let policy = |one: &Value| {
        let tracking = &one["TargetTrackingScalingPolicyConfiguration"];
        json!([one["PolicyName"], one["PolicyType"], tracking["TargetValue"], tracking["PredefinedMetricSpecification"]])
    };
    let policies: Vec<Value> = policies(desk).iter().map(policy).collect();
    json!({ "target": kept(&target(desk), &["MinCapacity", "MaxCapacity", "SuspendedState"]), "policies": policies })
}

fn service(desk: &Desk) -> Value {
    desk.aws(&["ecs", "describe-services", "--cluster", CLUSTER, "--services", SERVICE])["services"][0].clone()
}

fn last_call(server: &Server) -> u64 {
    server.control("GET", "calls?after=999999999", "")["last"].as_u64().expect("a number")
}

/// The names of the writes since a call.
fn writes(server: &Server, after: u64) -> Vec<String> {
    let calls = server.control("GET", &format!("calls?after={after}"), "")["calls"].as_array().expect("calls").clone();
    let names = calls.iter().map(|call| call["operation"].as_str().unwrap_or_default().to_owned());
    names.filter(|name| !["Describe", "List", "Get"].iter().any(|read| name.starts_with(read))).collect()
}

#[test]
fn bounds_and_target_values_are_set_read_back_and_written_once() {
    let Some(desk) = Desk::new("") else { return };
    let arguments = ["set-autoscaling", "--min", "3", "--max", "8", "--cpu", "60", "--memory", "80"];
    let ran = run(&desk, &arguments);
    ran.status(0).says("min  2 → 3").says("max  10 → 8").says("cpu  70 → 60").says("memory  added: 80");
    ran.says("the new bounds move the count at once: 2 → 3").prints("3 to 8 tasks, CPU 60%, memory 80%");
    let found = target(&desk);
    assert_eq!((&found["MinCapacity"], &found["MaxCapacity"]), (&json!(3), &json!(8)));
    let all = policies(&desk);
    let values: Vec<&Value> = all.iter().map(|one| &one["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]).collect();
    assert_eq!(values, [&json!(60.0), &json!(80.0)]);
    assert_eq!(all[0]["PolicyName"], "nest-wallet-scale-up", "the policy that follows the CPU already is changed");
    assert_eq!(all[0]["TargetTrackingScalingPolicyConfiguration"]["ScaleInCooldown"], 300, "and keeps the rest");
    assert_eq!(service(&desk)["desiredCount"], 3);

    let before = last_call(&desk.server);
    run(&desk, &arguments).status(0).says("nothing to do");
    assert_eq!(writes(&desk.server, before), [""; 0], "twice writes once");
    run(&desk, &["set-autoscaling", "--memory", "0"]).status(0);
    assert_eq!(policies(&desk).len(), 1);
    assert_eq!(writes(&desk.server, before), ["DeleteScalingPolicy"]);
}

#[test]
fn the_guides_own_commands_come_to_the_same() {
    let (Some(by_hand), Some(by_runbook)) = (Desk::new(""), Desk::new("")) else { return };
    for desk in [&by_hand, &by_runbook] {
        scaling(desk, "deregister-scalable-target", &[]);
        assert_eq!((target(desk), policies(desk).len()), (Value::Null, 0));
    }
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guide/commands.sh")).expect("text");
    for command in ["register-scalable-target", "put-scaling-policy"] {
        let at = text.find(&format!("aws application-autoscaling {command}")).expect("the command stands in the guide");
        let words = text[at..].split("\n\n").next().expect("a paragraph");
        shell(&by_hand, words);
    }
    let policy = policies(&by_hand)[0]["PolicyName"].as_str().expect("a name").to_owned();
    run(&by_runbook, &["set-autoscaling", "--min", "2", "--max", "10", "--cpu", "70"]).status(0);
    let mut same = settings(&by_runbook);
    assert_eq!(same["policies"][0][0], "nest-wallet-service-cpu", "nobody has named it");
    same["policies"][0][0] = json!(policy);
    assert_eq!(settings(&by_hand), same);
}

#[test]
fn it_is_shown_as_it_is() {
    let Some(desk) = Desk::new("") else { return };
    let before = last_call(&desk.server);
    let ran = run(&desk, &["set-autoscaling", "--show", "--output", "json"]);
    let shown = ran.status(0).json()["result"].clone();
    let found = target(&desk);
    assert_eq!((&shown["min"], &shown["max"], &shown["cpu"]), (&found["MinCapacity"], &found["MaxCapacity"], &json!(70)));
    assert_eq!(shown["desired"], service(&desk)["desiredCount"]);
    run(&desk, &["set-autoscaling"]).status(0).prints("autoscaler: 2 to 10 tasks, CPU 70%").prints("nest-wallet-scale-up");
    assert_eq!(writes(&desk.server, before), [""; 0]);
    run(&desk, &["set-autoscaling", "--show", "--min", "3"]).status(1).says("--show changes nothing");
    run(&desk, &["set-autoscaling", "--min", "11"]).status(1).says("at least 11 and at most 10 tasks is impossible");
    run(&desk, &["set-autoscaling", "--suspend", "--resume"]).status(1).says("give one of them");
}

#[test]
fn what_stops_the_service_or_leaves_it_unwatched_is_said() {
    let Some(desk) = Desk::new("") else { return };
    let before = last_call(&desk.server);
    let nothing = ["set-autoscaling", "--min", "0", "--max", "0"];
    run(&desk, &nothing).status(6).says("2 → 0").says("this stops nest-wallet-service").says("with --stop");
    assert_eq!(writes(&desk.server, before), [""; 0]);
    let ran = run(&desk, &["set-autoscaling", "--cpu", "0"]);
    ran.status(0).says("no policy is left that follows anything").says("keeps 2 to 10 tasks");
    run(&desk, &[&nothing[..], &["--stop"]].concat()).status(0).prints("0 to 0 tasks");
    assert_eq!(service(&desk)["desiredCount"], 0);
}

#[test]
fn scaling_rests_and_goes_on() {
    let Some(desk) = Desk::new("") else { return };
    run(&desk, &["set-autoscaling", "--suspend"]).status(0).prints("all scaling suspended");
    let all =
        |on: bool| json!({ "DynamicScalingInSuspended": on, "DynamicScalingOutSuspended": on, "ScheduledScalingSuspended": on });
    assert_eq!(target(&desk)["SuspendedState"], all(true));
    run(&desk, &["status"]).status(0).prints("2 to 10 tasks, CPU 70% · all scaling suspended");
    run(&desk, &["set-autoscaling", "--resume"]).status(0);
    assert_eq!(target(&desk)["SuspendedState"], all(false));
}

#[test]
fn the_count_is_set_where_the_autoscaler_leaves_it() {
    let Some(desk) = Desk::new("") else { return };
    let ran = run(&desk, &["scale", "--to", "4"]);
    ran.status(0).says("the autoscaler goes on").says("desiredCount  2 → 4").prints("has 4 tasks, 4/4 running");
    let found = service(&desk);
    assert_eq!((&found["desiredCount"], &found["runningCount"]), (&json!(4), &json!(4)));
    let before = last_call(&desk.server);
    let ran = run(&desk, &["scale", "--to", "12"]);
    let first = |bounds: &str| format!("rollbook set-autoscaling --service {SERVICE} --cluster {CLUSTER} {bounds}");
    ran.status(6).says("keeps 2 to 10 tasks, and would undo 12").says(&first("--max 12")).prints_nothing();
    run(&desk, &["scale", "--to", "1"]).status(6).says(&first("--min 1"));
    run(&desk, &["scale", "--to", "4"]).status(0).prints("4/4 running");
    assert_eq!(writes(&desk.server, before), [""; 0]);
    run(&desk, &["scale", "--to", "1", "--force"])
        .status(0)
        .says("it leaves 1 until it scales out next, and then goes to 2 or more");
    run(&desk, &["scale", "--to", "0", "--force"]).status(6).says("this stops nest-wallet-service").says("with --stop");
    assert_eq!(service(&desk)["desiredCount"], 1);
    let ran = run(&desk, &["scale", "--to", "0", "--force", "--stop"]);
    ran.status(0).says("of 0 tasks it measures nothing").prints("has 0 tasks");
    assert_eq!(service(&desk)["runningCount"], 0);
    run(&desk, &["scale", "--to=-1"]).status(1).says("--to counts tasks");
}

#[test]
fn a_count_that_somebody_else_changes_is_said_and_so_is_one_that_does_not_come() {
    let place = ["--sandbox", "--scenario", "s.toml"];
    let scenario = "[[fault]]\nkind = \"somebody-scales\"\ncount = 3\nafter_call = \"ecs:UpdateService\"\ndelay = \"5s\"\n";
    let project = Project::new().file("s.toml", scenario);
    let ran = project.run(&[&["scale", "--to", "6"][..], &place].concat());
    ran.status(4).says("set the count to 3 meanwhile");
    let project = Project::new().file("s.toml", "[[fault]]\nkind = \"no-capacity\"\n");
    let ran = project.run(&[&["scale", "--to", "3", "--timeout", "5m"][..], &place].concat());
    ran.status(5).says("2 of 3 tasks run after 5m").says("was unable to place a task");
}

#[test]
fn a_task_gets_another_size_and_keeps_all_else() {
    let Some(desk) = Desk::new("") else { return };
    let before = desk.definition(SERVICE);
    run(&desk, &["resize", "--cpu", "512"]).status(1).says("with that cpu it has 1024 to 4096 in steps of 1024");
    run(&desk, &["resize", "--cpu", "300"]).status(1).says("Fargate has no task of cpu 300; it has");
    run(&desk, &["resize", "--memory", "much"]).status(1).says("--memory is MiB or GB");
    run(&desk, &["resize"]).status(2).says("give --cpu, --memory or both");
    assert_eq!(desk.definition(SERVICE), before);
    let ran = run(&desk, &["resize", "--cpu", "0.5 vCPU", "--memory", "1 GB"]);
    ran.status(0).says("cpu  256 → 512").says("memory  512 → 1024").prints("with cpu 512 and memory 1024, 2/2 running");
    // As by hand: the same definition with another size, registered, and the service pointed at it.
    let mut by_hand = before.clone();
    for (name, value) in [("cpu", json!("512")), ("memory", json!("1024")), ("revision", json!(42))] {
        by_hand[name] = value;
    }
    by_hand["taskDefinitionArn"] = json!(before["taskDefinitionArn"].as_str().expect("an ARN").replace(":41", ":42"));
    assert_eq!(desk.definition(SERVICE), by_hand);
    run(&desk, &["resize", "--cpu", "512", "--memory", "1024"]).status(0).says("nothing to do");
}

#[test]
fn status_tells_what_the_aws_cli_tells() {
    let Some(desk) = Desk::new("") else { return };
    let alarms = "alarms={alarmNames=[nest-wallet-cpu-high],enable=true,rollback=true}";
    desk.aws(&["ecs", "update-service", "--cluster", CLUSTER, "--service", SERVICE, "--deployment-configuration", alarms]);
    let shown = run(&desk, &["status", "--output", "json"]).status(0).json()["result"].clone();
    let found = service(&desk);
    for (ours, theirs) in
        [("desired", "desiredCount"), ("running", "runningCount"), ("pending", "pendingCount"), ("status", "status")]
    {
        assert_eq!(shown[ours], found[theirs]);
    }
    assert_eq!(shown["deployments"][0]["rollout"], found["deployments"][0]["rolloutState"]);
    assert_eq!(shown["scaling"]["max"], target(&desk)["MaxCapacity"]);
    let alarm = desk.aws(&["cloudwatch", "describe-alarms", "--alarm-names", "nest-wallet-cpu-high"])["MetricAlarms"][0].clone();
    assert_eq!((&shown["alarms"][0]["name"], &shown["alarms"][0]["state"]), (&alarm["AlarmName"], &alarm["StateValue"]));
    let listed = desk.aws(&["ecs", "list-service-deployments", "--cluster", CLUSTER, "--service", SERVICE]);
    let statuses = |list: &Value| list.as_array().expect("a list").iter().map(|one| one["status"].clone()).collect::<Vec<_>>();
    assert_eq!(statuses(&shown["latest"]), statuses(&listed["serviceDeployments"]));
    let ran = run(&desk, &["status"]);
    ran.status(0)
        .prints("nest-wallet-cpu-high")
        .prints("SUCCESSFUL  nest-wallet-task:41")
        .prints("autoscaler: 2 to 10 tasks, CPU 70%");
}

/// A line of the guide, as an operator types it.
fn shell(desk: &Desk, line: &str) {
    let bin = python().and_then(std::path::Path::parent).expect("it was asked for before");
    let mut command = Command::new("bash");
    command.args(["-euc", line]).env_clear().current_dir(desk.project.path()).env("HOME", desk.project.path());
    command.env("AWS_ENDPOINT_URL", &desk.server.url).env("AWS_DEFAULT_REGION", "ap-northeast-2");
    command.env("AWS_ACCESS_KEY_ID", "sandbox").env("AWS_SECRET_ACCESS_KEY", "sandbox");
    command.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default()));
    finish(&mut command).unwrap_or_else(|why| panic!("{why}"));
}

/// Load for nine tasks, from the start.
const BUSY: &str = "[[fault]]\nkind = \"load\"\nservice = \"nest-wallet-service\"\ncpu = 600\nafter = \"0s\"\n";
const CRASHES: &str = "[[fault]]\nkind = \"crash\"\nimage = \"*:v42\"\nafter = \"5s\"\nexit_code = 1\n";
const DEPLOY: &[&str] = &["deploy", "--image", NEW, "--suspend-scaling"];

/// In the middle of scaling out, with scaling in suspended by somebody before.
fn busy(scenario: &str) -> Option<Desk> {
    let file = Project::new().file("busy.toml", &format!("{BUSY}{scenario}"));
    let path = file.path().join("busy.toml");
    let desk = Desk::with("", &["--scenario", path.to_str().expect("a path")])?;
    scaling(&desk, "register-scalable-target", &["--suspended-state", "DynamicScalingInSuspended=true"]);
    desk.server.control("POST", "advance", "{\"seconds\":240}");
    assert_eq!(service(&desk)["desiredCount"], 3, "it has scaled out once and will again");
    Some(desk)
}

/// As it was before the deploy; and it goes on scaling out.
#[track_caller]
fn is_restored(desk: &Desk, ran: &Ran) {
    let found = target(desk)["SuspendedState"].clone();
    let before =
        json!({ "DynamicScalingInSuspended": true, "DynamicScalingOutSuspended": false, "ScheduledScalingSuspended": false });
    assert_eq!(found, before, "{ran}");
    desk.server.control("POST", "advance", "{\"seconds\":900}");
    assert!(service(desk)["desiredCount"].as_i64() > Some(3), "{ran}");
}

#[test]
fn a_deploy_in_the_middle_of_scaling_out_leaves_the_autoscaler_as_it_was() {
    for (scenario, status) in [("", 0), (CRASHES, 3)] {
        let Some(desk) = busy(scenario) else { return };
        let ran = run(&desk, DEPLOY);
        ran.status(status).says("the autoscaler of nest-wallet-service rests").says("the autoscaler goes on as before");
        ran.says("3/3 running");
        is_restored(&desk, &ran);
    }
}

#[test]
fn a_deploy_that_is_killed_and_resumed_leaves_the_autoscaler_as_it_was() {
    let Some(desk) = busy("") else { return };
    let world = desk.server.control("GET", "world", "").to_string();
    let arguments = [DEPLOY, &PLACE].concat();
    let machine = || desk.server.project().variable("ROLLBOOK_SANDBOX_CLOCK", "1");
    let whole = machine();
    whole.run(&arguments).status(0);
    let suspended = appends_of(&only_journal(&whole).1, "RegisterScalableTarget");
    let last = appends_of(&only_journal(&whole).1, "").pop().expect("events");
    // About to rest, resting, in the deployment, about to go on, going on.
    let (first, back) = (suspended[0], *suspended.last().expect("twice"));
    for at in [first, first + 1, (first + back) / 2, back, back + 1] {
        assert!(at < last);
        desk.server.control("PUT", "world", &world);
        let project = machine();
        killed(&project, &format!("append:{at}"), &arguments);
        let ran = project.run(&["resume"]);
        ran.status(0);
        is_restored(&desk, &ran);
    }
}

#[test]
fn ctrl_c_in_a_deploy_puts_the_autoscaler_back_at_once_and_the_resumed_run_leaves_it_so() {
    let Some(desk) = busy("") else { return };
    // Its clock stands still: the run waits until somebody interrupts it.
    let project = desk.server.project();
    let mut command = project.command(&[DEPLOY, &PLACE].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let before = last_call(&desk.server);
    while !writes(&desk.server, 0).contains(&"UpdateService".to_owned()) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(target(&desk)["SuspendedState"]["DynamicScalingOutSuspended"], true);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs").success());
    let ran = Ran::new(&child.wait_with_output().expect("it ends"), &["deploy"]);
    ran.status(7).says("the autoscaler goes on as before").says("rollbook resume");
    let expected = ["RegisterScalableTarget", "RegisterTaskDefinition", "UpdateService", "RegisterScalableTarget"];
    let sent = writes(&desk.server, before);
    assert!(
        expected.iter().filter(|name| **name == "RegisterScalableTarget").count() == 2
            && sent.last().is_some_and(|last| last == expected[3]),
        "{sent:?}"
    );
    assert_eq!(target(&desk)["SuspendedState"]["DynamicScalingOutSuspended"], false);
    let (name, _) = only_journal(&project);
    project.run(&["journal", "verify", &name]).status(0);
    let project = project.variable("ROLLBOOK_SANDBOX_CLOCK", "1");
    let ran = project.run(&["resume"]);
    ran.status(0).prints("nest-wallet-task:42");
    is_restored(&desk, &ran);
}
