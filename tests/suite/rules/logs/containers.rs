//! G16 to G19: what containers write.

use rollbook::sim::Scenario;

use super::super::stage::CLUSTER;
use super::*;

const APP: &str = "nest-wallet-container";

fn lines(stage: &mut Stage, request: Value) -> Vec<Value> {
    pages(stage, &with(&request, "logGroupName", GROUP)).concat()
}

fn said(stage: &mut Stage, stream: &str) -> Vec<String> {
    let found = lines(stage, map! { "logStreamNames" => vec![stream] });
    found.iter().map(|event| text(event, "message")).collect()
}

fn stream_of(task: &Value) -> String {
    let arn = text(task, "taskArn");
    format!("ecs/{APP}/{}", arn.rsplit('/').next().unwrap())
}

/// G16 A container writes to prefix/container/task: that it starts, about
/// requests now and then while it runs, and how it stops, then nothing more.
#[test]
fn g16_a_life_in_lines() {
    let mut stage = Stage::new();
    let old = stream_of(&stage.tasks("RUNNING")[0]);
    stage.update("forceNewDeployment", true);
    stage.wait(600);
    let said = said(&mut stage, &old);
    assert!(said[0].starts_with("starting nest-wallet-container from "), "{said:?}");
    assert!(said.contains(&"listening on port 3000".to_owned()));
    assert_eq!(said[said.len() - 2..], ["received SIGTERM, closing connections", "stopped"]);
    let requests = said.iter().filter(|line| line.starts_with("GET ")).count();
    // Twenty hours, three of four minutes.
    assert!((800..=1000).contains(&requests), "{requests}");
    stage.wait(3600);
    assert_eq!(self::said(&mut stage, &old).len(), said.len());
    let groups = ask(&mut stage, "describe_log_streams", map! { "logGroupName" => GROUP, "logStreamNamePrefix" => old.as_str() });
    let stream = groups.items("logStreams")[0].clone();
    assert!(int(&stream, "firstEventTimestamp") < int(&stream, "lastEventTimestamp"));
}

/// G17 What containers write is the same whenever and in whatever pieces it is
/// read, and a world that goes on for a week does not grow by it.
#[test]
fn g17_lines_are_not_stored() {
    let mut stage = Stage::new();
    let stream = stream_of(&stage.tasks("RUNNING")[0]);
    let whole = lines(&mut stage, map! { "logStreamNames" => vec![stream.as_str()] });
    let pieces = pages(&mut stage, &map! { "logGroupName" => GROUP, "logStreamNames" => vec![stream.as_str()], "limit" => 37 });
    assert_eq!(pieces.concat(), whole);
    let middle = int(&whole[whole.len() / 2], "timestamp");
    let later = lines(&mut stage, map! { "logStreamNames" => vec![stream.as_str()], "startTime" => middle });
    assert_eq!(later[..], whole[whole.len() / 2..]);
    let size = stage.sim.to_json().len();
    stage.wait(7 * 24 * 3600);
    let grown = stage.sim.to_json().len().saturating_sub(size);
    let more = lines(&mut stage, map! { "logStreamNames" => vec![stream.as_str()] }).len() - whole.len();
    // The service says every six hours that it is steady.
    assert!(more > 5_000 && grown < 20_000, "{more} lines, {grown} bytes");
}

/// G18 With late logs a line comes later than usual, out of order with others,
/// and is found by its own time once it is there.
#[test]
fn g18_late_lines() {
    let mut stage = Stage::new();
    let scenario = "[[fault]]\nkind = \"late-logs\"\nby = \"5m\"\n";
    stage.sim.play(Scenario::parse(scenario).unwrap());
    stage.update("forceNewDeployment", true);
    stage.wait(200);
    let task = stage.tasks("RUNNING").into_iter().max_by_key(|task| super::super::stage::time(task, "startedAt")).unwrap();
    let stream = stream_of(&task);
    let request = map! { "logStreamNames" => vec![stream.as_str()], "filterPattern" => "-GET" };
    let mut seen = vec![];
    let mut growths = 0;
    for _ in 0..40 {
        let found = lines(&mut stage, request.clone());
        let now = stage.now.as_millisecond();
        assert!(found.iter().all(|event| int(event, "ingestionTime") <= now));
        assert!(found.iter().map(|event| int(event, "timestamp")).is_sorted());
        assert!(seen.iter().all(|event| found.contains(event)), "what was there once stays");
        growths += i32::from(found.len() > seen.len());
        seen = found;
        stage.wait(10);
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(growths > 1, "they came one after the other");
    let late = seen.iter().map(|event| int(event, "ingestionTime") - int(event, "timestamp")).max().unwrap();
    assert!((10_000..=300_500).contains(&late), "{late}");
}

/// G19 A task that was run on its own says what it runs, is silent about
/// requests, and ends with "done", or with the code of its crash.
#[test]
fn g19_an_errand() {
    let run = |stage: &mut Stage| {
        let network = stage.service().get("networkConfiguration").cloned().unwrap();
        let command = map! { "name" => APP, "command" => vec!["npm", "run", "migrate"] };
        let request = map! {
            "cluster" => CLUSTER, "taskDefinition" => "nest-wallet-task", "launchType" => "FARGATE",
            "networkConfiguration" => network, "overrides" => map! { "containerOverrides" => vec![command] },
        };
        let task = stage.ask("run_task", request).items("tasks")[0].clone();
        stage.wait(300);
        said(stage, &stream_of(&task))
    };
    let mut stage = Stage::new();
    let well = run(&mut stage);
    assert_eq!(well[well.len() - 2..], ["running npm run migrate", "done"]);
    let scenario = "[[fault]]\nkind = \"crash\"\nfamily = \"nest-wallet-task\"\nafter = \"5s\"\nexit_code = 3\n";
    stage.sim.play(Scenario::parse(scenario).unwrap());
    let ill = run(&mut stage);
    assert_eq!(ill[ill.len() - 2..], ["running npm run migrate", "fatal: uncaught exception, exiting with code 3"]);
}
