//! What goes wrong at a keyboard: the wrong revision, the wrong environment, a
//! tag that was moved, a permission that is missing.

use rollbook::sim::Sim;
use serde_json::json;

use super::rows::IMAGE;
use crate::harness::{Project, Ran};
use crate::stdlib::play;

const CONFIG: &str = r#"
[env.prod]
cluster = "nest-wallet-cluster"
sandbox = true
[service.wallet]
name = "nest-wallet-service"
"#;

const DENIED: &str = "[[fault]]\nkind = \"access-denied\"\noperation = \"ecs:UpdateService\"\n";
const CRASH: &str = "[[fault]]\nkind = \"crash\"\nafter = \"15s\"\nexit_code = 3\nimage = \"*:v58\"\n";
const HERE: &str = "--sandbox --env prod";

/// A project whose environment is the sandbox's prod.
struct Desk(Project);

impl Desk {
    fn new() -> Desk {
        let files = Project::new().file("rollbook.toml", CONFIG);
        Desk(files.file("denied.toml", DENIED).file("crash.toml", CRASH))
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.0.run(&[arguments, &["--env", "prod"]].concat())
    }

    fn deploy(&self, tag: &str, more: &[&str]) -> Ran {
        self.run(&[&["deploy", "--image", &image(tag)], more].concat())
    }

    /// A few lines as a runbook of their own.
    fn by_hand(&self, body: &str) {
        let header = "const RUNBOOK = #{ summary: \"s\", version: \"1.0.0\", permits: [\"ecs:UpdateService\", \
                      \"ecs:RegisterTaskDefinition\", \"ecs:DeregisterTaskDefinition\", \"iam:PassRole\"] };\n";
        self.0.write("runbooks/by_hand.rhai", &format!("{header}{body}"));
        self.run(&["by_hand"]).status(0);
    }

    fn without_breaker(&self) {
        self.by_hand(
            "ecs::update_service(#{ cluster: env.cluster, service: env.service, deploymentConfiguration: #{ \
             deploymentCircuitBreaker: #{ enable: false, rollback: false } } });",
        );
    }

    /// Somebody pushes another image under the same tag.
    fn push(&self, tag: &str, letter: &str) {
        let world = self.0.read("state/sandbox.json").expect("a world");
        let mut sim = Sim::from_json(&world).expect("a world");
        sim.move_tag(&image(tag), &format!("sha256:{}", letter.repeat(64)));
        self.0.write("state/sandbox.json", &sim.to_json());
    }
}

fn image(tag: &str) -> String {
    IMAGE.replace("v58", tag)
}

#[test]
fn another_familys_revision_is_not_gone_back_to() {
    let desk = Desk::new();
    let refused = desk.run(&["rollback", "--to", "nest-wallet-task-dev:12", "--accept-tag"]);
    refused.status(6).says("nest-wallet-task-dev:12 is of the family nest-wallet-task-dev");
    refused.says("nest-wallet-service runs nest-wallet-task:").says(&format!("rollbook revisions {HERE}"));
    // Where it got there all the same, the way back is open to whoever names it.
    desk.by_hand(
        "ecs::update_service(#{ cluster: env.cluster, service: env.service, taskDefinition: \"nest-wallet-task-dev:12\" });",
    );
    desk.run(&["wait"]).status(0);
    let named = desk.run(&["rollback"]);
    named.status(6).says(&format!("rollbook rollback {HERE} --to nest-wallet-task:41"));
    desk.run(&["rollback", "--to", "nest-wallet-task:41"]).status(0).prints("as nest-wallet-task:41 was");
}

#[test]
fn a_diagnosis_tells_what_failed_before_from_what_is_wrong_now() {
    let desk = Desk::new();
    let earlier = "earlier: 4 tasks of nest-wallet-task:42 failed, the last ";
    desk.deploy("v58", &["--scenario", "crash.toml"]).status(3);
    desk.run(&["diagnose"])
        .status(0)
        .says("exits with code 3")
        .prints("serves again instead of nest-wallet-task:42")
        .prints(earlier);
    desk.deploy("v57", &[]).status(0);
    let well = desk.run(&["diagnose"]);
    well.status(0).prints("nothing is wrong that ECS tells of. nest-wallet-task:43").prints(earlier).never_says("Cause");
    desk.deploy("v56", &["--no-wait"]).status(0);
    let rolling = desk.run(&["diagnose"]);
    rolling.status(0).prints("nest-wallet-task:44 is being rolled out").prints(earlier).never_says("Cause");
    let document = desk.run(&["diagnose", "--output", "json"]).json();
    assert_eq!(document["result"]["causes"], json!([]), "{document:#}");
    assert_eq!(document["result"]["earlier"][0]["revision"], "nest-wallet-task:42", "{document:#}");
}

#[test]
fn a_tag_that_means_another_image_now_is_rolled_out() {
    let desk = Desk::new();
    desk.deploy("v42", &[]).status(0);
    desk.deploy("v42", &[]).status(0).says("nothing to do");
    desk.push("v42", "c");
    let moved = desk.deploy("v42", &[]);
    moved.status(0).says("nest-wallet:v42 means another image now: sha256:").says("→ sha256:cccc").says("new 2/2");
    moved.never_says("nothing to do").never_says("nest-wallet-task:43");
    desk.deploy("v42", &[]).status(0).says("nothing to do");
    // Who may not look says so, and how to do without.
    desk.0.write("blind.toml", "[[fault]]\nkind = \"access-denied\"\noperation = \"ecr:DescribeImages\"\n");
    let blind = desk.deploy("v42", &["--scenario", "blind.toml"]);
    blind.status(0).says("not checked: whether nest-wallet:v42 means another image by now; --force rolls it out");
}

#[test]
fn a_revision_that_is_there_already_is_rolled_out_as_it_is() {
    let desk = Desk::new();
    let register = "let one = ecs::describe_task_definition(#{ taskDefinition: \"nest-wallet-task:41\" }).taskDefinition;\
                    ecs::register_task_definition(#{ family: one.family, containerDefinitions: one.containerDefinitions, cpu: one.cpu, \
                    memory: \"2048\", networkMode: one.networkMode, requiresCompatibilities: one.requiresCompatibilities, \
                    executionRoleArn: one.executionRoleArn });";
    desk.by_hand(register);
    let latest = "nest-wallet-task:42 is the latest revision, and nest-wallet-task:41 is what runs";
    let restart = desk.run(&["restart"]);
    restart.status(0).says(latest).says(&format!("rollbook deploy {HERE} --revision 42"));
    let rolled = desk.run(&["deploy", "--revision", "42"]);
    rolled.status(0).prints("runs nest-wallet-task:42, 2/2 running").says("→ 2048").never_says(":43").never_says(latest);
    desk.run(&["deploy", "--revision", "42"]).status(0).says("nothing to do");
    let stranger = desk.run(&["deploy", "--revision", "nest-wallet-task-dev:12"]);
    stranger.status(6).says("is of the family nest-wallet-task-dev, and nest-wallet-service runs nest-wallet-task");
    desk.run(&["deploy", "--revision", "42", "--image", IMAGE]).status(1).says("--revision brings the whole definition");
    desk.run(&["deploy", "--revision", "999"]).status(1).says("nest-wallet-task:999 cannot be read");
    desk.by_hand("ecs::deregister_task_definition(#{ taskDefinition: \"nest-wallet-task:41\" });");
    let inactive = desk.run(&["deploy", "--revision", "41"]);
    inactive.status(6).says("is INACTIVE").says(&format!("rollbook rollback {HERE} --to 41 --copy"));
}

#[test]
fn a_plain_value_takes_no_secrets_place_by_accident() {
    let desk = Desk::new();
    let variable = ["--variable", "NEXT_PUBLIC_API_URL=https://x.example"];
    let refused = desk.run(&[&["deploy"], &variable[..]].concat());
    refused
        .status(1)
        .says("NEXT_PUBLIC_API_URL comes from a secret (nest-wallet-prod-secrets")
        .says("--set NEXT_PUBLIC_API_URL=prompt");
    refused.says("on purpose: add --secret NEXT_PUBLIC_API_URL=").never_says("x.example").never_says("nest-wallet-task:42");
    let away = desk.run(&["deploy", "--variable", "NEXT_PUBLIC_API_URL="]);
    away.status(1).says("to take the reference away, say --secret NEXT_PUBLIC_API_URL= instead");
    let twice = desk.run(&[&["deploy", "--secret", "NEXT_PUBLIC_API_URL=arn"], &variable[..]].concat());
    twice.status(1).says("given twice");
    let meant = desk.run(&[&["deploy", "--secret", "NEXT_PUBLIC_API_URL="], &variable[..]].concat());
    meant
        .status(0)
        .says("secrets[NEXT_PUBLIC_API_URL]  removed")
        .says("environment[NEXT_PUBLIC_API_URL]  added")
        .never_says("x.example");
}

#[test]
fn a_refused_update_says_what_stays_and_what_to_type() {
    let desk = Desk::new();
    let refused = desk.deploy("v42", &["--scenario", "denied.toml"]);
    assert_ne!(refused.status, 0, "{refused}");
    refused.says("nest-wallet-service is unchanged: nest-wallet-task:41 runs on, 2/2 running");
    refused
        .says(&format!("nest-wallet-task:42 stays registered; once the refusal is mended: rollbook deploy {HERE} --revision 42"));
    desk.run(&["deploy", "--revision", "42"]).status(0).prints("runs nest-wallet-task:42");
}

#[test]
fn what_to_type_next_is_said() {
    let desk = Desk::new();
    let ended = desk.deploy("v58", &["--scenario", "crash.toml", "--max-failed-tasks", "5"]);
    ended.status(3).says("--max-failed-tasks 5 does not count here").never_says("read its last log lines");
    ended.says(&format!("mend what the log lines above tell of; more of them: rollbook logs {HERE} --task "));
    let other = "[[fault]]\nkind = \"somebody-deploys\"\nafter_call = \"ecs:UpdateService\"\ndelay = \"20s\"\n";
    desk.0.write("other.toml", other);
    let superseded = desk.deploy("v57", &["--scenario", "other.toml"]);
    superseded.status(4).says("nest-wallet-task:43 is not what runs. Whether nest-wallet-task:44 has your change");
    superseded.says(&format!("rollbook revisions {HERE} --compare 43,44; if not, deploy again"));
    desk.deploy("v56", &[]).status(6).says(&format!("(rollbook wait {HERE}), or add --supersede"));
    desk.run(&["wait"]).status(0);
    desk.without_breaker();
    let trying = desk.deploy("v58", &["--scenario", "crash.toml"]);
    trying.status(10).says(&format!("ECS goes on trying. To end it: rollbook rollback {HERE} brings back what ran before"));
    trying.says(&format!("rollbook stop-deployment {HERE} stops this one")).never_says("does not count here");
}

#[test]
fn a_restart_of_nothing_says_so() {
    let desk = Desk::new();
    desk.by_hand("ecs::update_service(#{ cluster: env.cluster, service: env.service, desiredCount: 0 });");
    let restart = desk.run(&["restart"]);
    restart
        .status(0)
        .says("is scaled to zero: there is no task to replace")
        .prints("runs no task of nest-wallet-task:41, 0/0 running");
}

/// An event that tells of a failed task again is no failure more.
#[test]
fn a_cause_counts_tasks_and_not_what_is_said_of_them() {
    let reason = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)";
    let task = |id: &str| json!({ "id": id, "reason": reason, "containers": [] });
    let event = "(service web) (port 3000) is unhealthy in (target-group web) due to (reason Health checks failed)";
    let given = json!({ "failures": [task("a"), task("b"), task("c")], "events": [event, event, event] });
    let ranked = &play(&["cause"], "cause::rank(one)", &[given, json!({ "events": [event, event] })]);
    assert_eq!((&ranked[0][0]["count"], &ranked[0][1]), (&json!(3), &json!(null)), "{ranked:?}");
    assert_eq!(ranked[1][0]["count"], 2, "{ranked:?}");
}

#[test]
fn the_status_shows_the_services_own_alarms_and_short_events() {
    let desk = Desk::new();
    desk.run(&["alarms"]).status(0);
    desk.deploy("v42", &[]).status(0);
    let status = desk.run(&["status", "--events", "10"]);
    for name in ["nest-wallet-cpu-high", "nest-wallet-memory-high", "nest-wallet-unhealthy-hosts", "nest-wallet-elb-5xx"] {
        status.prints(name);
    }
    let events = status.stdout.split("EVENT").nth(1).expect("a table");
    assert!(events.contains("registered 1 targets in ") || events.contains("registered 2 targets in "), "{status}");
    assert!(!events.contains("arn:aws") && !events.contains("(service nest-wallet-service)"), "{status}");
    desk.0.write("blind.toml", "[[fault]]\nkind = \"access-denied\"\noperation = \"cloudwatch:DescribeAlarms\"\n");
    desk.run(&["status", "--scenario", "blind.toml"]).status(0).says("not checked: the service's own alarms");
}
