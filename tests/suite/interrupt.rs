//! Ctrl-C stops promptly, in a sleep and in a call, whatever the script catches.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::harness::{Project, Ran};
use crate::stub::{Answer, Stub};

/// Waits, within bounds, until the run has come as far as `reached` says.
fn interrupt(mut child: Child, signal: &str, reached: impl Fn() -> bool) -> Ran {
    for _ in 0..500 {
        if reached() || child.try_wait().expect("a child").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(reached(), "the run never came to the point");
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    Ran::new(&output, &["(interrupted)"])
}

fn start(project: &Project) -> Child {
    project.command(&["run", "r"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
}

#[test]
fn a_sleep_ends_at_once_and_no_catch_goes_on() {
    for signal in ["-INT", "-TERM"] {
        let stub = Stub::start().on("ListClusters", [Answer::Json(200, "{\"clusterArns\":[]}".into())]);
        let body = "ecs::list_clusters(); try { [1].map(|x| sleep(3600)) } catch { } print(\"went on\")";
        let project = Project::at(&stub.url).runbook("r", "", body);
        let ran = interrupt(start(&project), signal, || !stub.received("ListClusters").is_empty());
        ran.status(7).says("interrupted").prints_nothing();
    }
}

#[test]
fn a_read_in_flight_is_given_up() {
    let stub = Stub::start().on("ListClusters", [Answer::Slow(Duration::from_secs(25), "{}".into())]);
    let project = Project::at(&stub.url).runbook("r", "", "try { ecs::list_clusters() } catch { } print(\"went on\")");
    let ran = interrupt(start(&project), "-INT", || !stub.received("ListClusters").is_empty());
    ran.status(7).prints_nothing();
}

#[test]
fn a_request_of_the_scripts_own_is_given_up_too() {
    for (call, code) in [("get(web)", 7), ("post(web, \"x\", #{ again: true })", 7), ("post(web, \"x\")", 8)] {
        let slow = || [Answer::Slow(Duration::from_secs(25), "{}".into())];
        let stub = Stub::start().on("GET /", slow()).on("POST /", slow());
        let body = format!("let web = environment(\"AWS_ENDPOINT_URL\"); try {{ http::{call} }} catch {{ }} print(\"went on\")");
        let project = Project::at(&stub.url).runbook("r", "\"http:POST\"", &body);
        let ran = interrupt(start(&project), "-INT", || !stub.operations().is_empty());
        ran.status(code).prints_nothing();
    }
}

#[test]
fn all_branches_of_a_parallel_stop() {
    let stub = Stub::start().on("ListClusters", [Answer::Json(200, "{\"clusterArns\":[]}".into())]);
    let body = "parallel([1, 2, 3], |n| { ecs::list_clusters(); try { sleep(3600) } catch { } print(n) }); print(\"went on\")";
    let project = Project::at(&stub.url).runbook("r", "", body);
    let ran = interrupt(start(&project), "-INT", || stub.received("ListClusters").len() == 3);
    ran.status(7).prints_nothing();
}

#[test]
fn a_write_in_flight_is_not_called_merely_interrupted() {
    let stub = Stub::start().on("UpdateService", [Answer::Slow(Duration::from_secs(25), "{}".into())]);
    let body = "try { ecs::update_service(#{ service: \"s\" }) } catch { } print(\"went on\")";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:UpdateService\"", body);
    let ran = interrupt(start(&project), "-INT", || !stub.received("UpdateService").is_empty());
    ran.status(8).says("ecs UpdateService was sent and nobody knows whether it took effect").prints_nothing();
}

#[test]
fn a_write_that_is_answered_in_time_is_known() {
    let stub = Stub::start().on("UpdateService", [Answer::Slow(Duration::from_millis(700), "{}".into())]);
    let project = Project::at(&stub.url).runbook(
        "r",
        "\"ecs:UpdateService\"",
        "ecs::update_service(#{ service: \"s\" }); print(\"went on\")",
    );
    let ran = interrupt(start(&project), "-INT", || !stub.received("UpdateService").is_empty());
    ran.status(7).prints_nothing();
}

#[test]
fn a_time_limit_ends_a_wait() {
    let stub = Stub::start();
    let project = Project::at(&stub.url).runbook("r", "", "sleep(3600)").file("rollbook.toml", "[limits]\ntime = \"300ms\"\n");
    project.run(&["run", "r"]).status(2).says("the run took too long (limit: 300ms)");
}

#[test]
fn an_interrupted_run_says_how_to_go_on_and_does() {
    let stub = Stub::start().on("TagResource", [Answer::ok(serde_json::json!({}))]).on(
        "ListClusters",
        [Answer::Slow(Duration::from_secs(25), "{}".into()), Answer::ok(serde_json::json!({ "clusterArns": [] }))],
    );
    let body = "ecs::tag_resource(#{ resourceArn: \"a\", tags: [] }); ecs::list_clusters(); print(\"went on\")";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", body);
    let ran = interrupt(start(&project), "-INT", || !stub.received("ListClusters").is_empty());
    ran.status(7).says("rollbook resume ").prints_nothing();
    project.run(&["resume"]).status(0).says("resumed").prints("went on");
    assert_eq!(stub.operations(), ["TagResource", "ListClusters", "ListClusters"], "what was done is not done again");
}

#[test]
fn a_lost_terminal_is_an_interruption_too() {
    let stub = Stub::start().on("ListClusters", [Answer::Slow(Duration::from_secs(25), "{}".into())]);
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", "ecs::list_clusters()");
    let ran = interrupt(start(&project), "-HUP", || !stub.received("ListClusters").is_empty());
    ran.status(7).says("rollbook resume ");
}

#[test]
fn the_second_interrupt_stops_at_once_and_the_run_goes_on_later() {
    // A write in flight is waited for, but not if somebody insists.
    let stub =
        Stub::start().on("TagResource", [Answer::Slow(Duration::from_secs(25), "{}".into()), Answer::ok(serde_json::json!({}))]);
    let body = "ecs::tag_resource(#{ resourceArn: \"a\", tags: [] }); print(\"went on\")";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:TagResource\"", body);
    let child = start(&project);
    let process = child.id().to_string();
    let twice = || {
        let sent = !stub.received("TagResource").is_empty();
        if sent {
            Command::new("kill").args(["-INT", &process]).status().expect("kill runs");
            std::thread::sleep(Duration::from_millis(300));
        }
        sent
    };
    let sent = std::sync::atomic::AtomicBool::new(false);
    // The first signal as soon as the write is on its way, the second after it.
    let ran = interrupt(child, "-TERM", || {
        sent.load(std::sync::atomic::Ordering::Relaxed) || {
            let now = twice();
            sent.store(now, std::sync::atomic::Ordering::Relaxed);
            now
        }
    });
    ran.status(7).says("stopped at once").says("rollbook resume ").prints_nothing();
    project.run(&["resume"]).status(0).prints("went on");
    assert_eq!(stub.received("TagResource").len(), 2, "an idempotent write is sent again");
}

#[test]
fn a_script_may_say_what_an_interrupt_means() {
    for (verdict, code, says) in [("succeeded", 0, "seen enough"), ("interrupted", 7, "seen enough")] {
        let stub = Stub::start().on("ListClusters", [Answer::Json(200, "{\"clusterArns\":[]}".into())]);
        let body = format!("on_interrupt(\"{verdict}\", \"seen enough\"); ecs::list_clusters(); sleep(3600)");
        let project = Project::at(&stub.url).runbook("r", "", &body);
        let ran = interrupt(start(&project), "-INT", || !stub.received("ListClusters").is_empty());
        ran.status(code).says(says).says(verdict).prints_nothing();
    }
    let project = Project::new().runbook("r", "", "on_interrupt(\"rolled back\", \"\")");
    project.run(&["run", "r", "--sandbox"]).status(2).says("who interrupts a run does not decide that it is rolled back");
}

#[test]
fn a_script_may_pass_an_exit_code_on() {
    let run = |code: &str| {
        let project = Project::new().runbook("r", "", &format!("conclude(\"failed\", \"it said {code}\", {code})"));
        project.run(&["run", "r", "--sandbox", "--output", "json"])
    };
    let ran = run("42");
    assert_eq!(ran.status(42).json()["exit_code"], 42);
    assert_eq!(ran.json()["verdict"], "failed");
    run("256").status(2).says("256 is no exit code: they go from 0 to 255");
}

const RESTS: &str = r#"
let back = #{ ServiceNamespace: "ecs", ResourceId: "service/c/s", ScalableDimension: "ecs:service:DesiredCount", MinCapacity: 2 };
if_interrupted("application-autoscaling:RegisterScalableTarget", back, "as it was");
ecs::tag_resource(#{ resourceArn: "a", tags: [] });
"#;
const PERMITS: &str = "\"ecs:TagResource\", \"application-autoscaling:RegisterScalableTarget\"";

fn resting(answers: Vec<Answer>) -> Stub {
    let stub = Stub::start().on("TagResource", [Answer::ok(serde_json::json!({}))]).on("RegisterScalableTarget", answers);
    let slow = Answer::Slow(Duration::from_secs(25), "{}".into());
    stub.on("ListClusters", [slow, Answer::ok(serde_json::json!({ "clusterArns": [] }))])
}

#[test]
fn what_was_to_be_put_back_is_put_back_when_somebody_interrupts() {
    let stub = resting(vec![Answer::ok(serde_json::json!({ "ScalableTargetARN": "t" }))]);
    let body = format!("{RESTS}ecs::list_clusters(); print(\"went on\")");
    let project = Project::at(&stub.url).runbook("r", PERMITS, &body);
    let ran = interrupt(start(&project), "-INT", || !stub.received("ListClusters").is_empty());
    ran.status(7).says("as it was").says("rollbook resume ").prints_nothing();
    assert_eq!(stub.received("RegisterScalableTarget").len(), 1);
    assert_eq!(stub.received("RegisterScalableTarget")[0].json()["MinCapacity"], 2);
    project.run(&["history"]).status(0).prints("interrupted");
    // The record answers as if it had never been sent, and a run that ends by itself sends nothing.
    project.run(&["resume"]).status(0).prints("went on");
    assert_eq!(stub.operations().iter().filter(|name| *name == "TagResource").count(), 1);
    assert_eq!(stub.received("RegisterScalableTarget").len(), 1);
}

#[test]
fn what_cannot_be_put_back_is_said() {
    let stub = resting(vec![Answer::error("ValidationException", "no such thing")]);
    let body = format!("{RESTS}ecs::list_clusters();");
    let project = Project::at(&stub.url).runbook("r", PERMITS, &body);
    let ran = interrupt(start(&project), "-INT", || !stub.received("ListClusters").is_empty());
    ran.status(7).says("this could not be put back as it was: application_autoscaling RegisterScalableTarget");
    ran.says("no such thing").says("rollbook resume ");
}

#[test]
fn an_error_and_a_verdict_put_back_too_and_what_is_done_is_not_done_again() {
    for (end, status, sent) in [
        ("throw \"x\"", 1, 1),
        ("conclude(\"timed out\", \"x\")", 5, 1),
        ("1", 0, 0),
        ("if_interrupted_nothing(); throw \"x\"", 1, 0),
    ] {
        let stub = resting(vec![Answer::ok(serde_json::json!({ "ScalableTargetARN": "t" }))]);
        let project = Project::at(&stub.url).runbook("r", PERMITS, &format!("{RESTS}{end}"));
        let ran = project.run(&["run", "r"]);
        ran.status(status);
        assert_eq!(stub.received("RegisterScalableTarget").len(), sent, "{end}\n{ran}");
    }
}

#[test]
fn only_a_write_that_is_permitted_and_can_be_sent_twice_is_put_back() {
    let stub = Stub::start();
    for (action, permits, status, says) in [
        ("ecs:UpdateService", "\"ecs:UpdateService\"", 2, "is no write that can be sent twice"),
        ("ecs:Nonsense", "", 2, "is no write that can be sent twice"),
        ("application-autoscaling:RegisterScalableTarget", "", 6, "does not permit itself"),
    ] {
        let request = "#{ ServiceNamespace: \"ecs\", ResourceId: \"r\", ScalableDimension: \"ecs:service:DesiredCount\" }";
        let body = format!("if_interrupted(\"{action}\", {request}, \"x\")");
        Project::at(&stub.url).runbook("r", permits, &body).run(&["run", "r"]).status(status).says(says);
    }
}
