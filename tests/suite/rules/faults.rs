//! The rules of faults: whom a scenario strikes, when, and what comes of it.
//! Numbers are never used twice.

use jiff::SignedDuration;
use rollbook::api::{AwsError, Failure, operation};
use rollbook::map;
use rollbook::sim::{Scenario, Sim};
use rollbook::value::{Timestamp, Value};

const CLUSTER: &str = "nest-wallet-cluster";
const SERVICE: &str = "nest-wallet-service";
const DEV: &str = "nest-wallet-service-dev";

/// The guide's project with a scenario in play.
struct Play {
    sim: Sim,
    start: Timestamp,
    now: Timestamp,
}

type Answer = Result<Value, Failure>;

fn play(text: &str) -> Play {
    let mut sim = Sim::guide(1);
    sim.play(Scenario::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    Play { start: sim.now(), now: sim.now(), sim }
}

impl Play {
    /// So long after the scenario began.
    fn at(&mut self, seconds: i64) -> &mut Play {
        self.now = self.start + SignedDuration::from_secs(seconds);
        self
    }

    fn send(&mut self, module: &str, method: &str, request: Value) -> Answer {
        self.sim.handle(self.now, operation(module, method).expect("an operation of the table"), &request)
    }

    fn ask(&mut self, module: &str, method: &str, request: Value) -> Value {
        self.send(module, method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
    }

    fn refused(&mut self, module: &str, method: &str, request: Value) -> AwsError {
        match self.send(module, method, request) {
            Err(Failure::Answered(error)) => error,
            other => panic!("{method} was not refused: {other:?}"),
        }
    }

    fn service(&mut self, name: &str) -> Value {
        let request = map! { "cluster" => CLUSTER, "services" => vec![name] };
        self.ask("ecs", "describe_services", request).items("services")[0].clone()
    }

    fn scale(&mut self, count: i64) -> Answer {
        self.send("ecs", "update_service", map! { "cluster" => CLUSTER, "service" => SERVICE, "desiredCount" => count })
    }

    fn desired(&mut self, name: &str) -> i64 {
        self.service(name).get("desiredCount").and_then(Value::as_int).unwrap()
    }

    /// How many of `count` requests at this moment were let through.
    fn let_through(&mut self, module: &str, method: &str, count: i64) -> i64 {
        let throttled = |answer: &Answer| answer.as_ref().is_err_and(Failure::is_throttle);
        let answers = (0..count).map(|_| self.send(module, method, map! {}));
        answers.filter(|answer| !throttled(answer)).count() as i64
    }
}

fn fault(kind: &str, rest: &str) -> String {
    format!("[[fault]]\nkind = \"{kind}\"\n{rest}\n")
}

fn definition(service: &Value) -> &str {
    service.text("taskDefinition").and_then(|arn| arn.rsplit('/').next()).unwrap()
}

/// F01 A throttled request is refused with "Rate exceeded" and changes nothing.
#[test]
fn f01_a_throttled_request_changes_nothing() {
    let mut play = play(&fault("throttle", "operation = \"ecs:UpdateService\""));
    let expected =
        AwsError { code: "ThrottlingException".into(), message: "Rate exceeded".into(), status: 400, request_id: None };
    assert_eq!(play.scale(5), Err(Failure::Answered(expected)));
    assert_eq!(play.desired(SERVICE), 2);
}

/// F02 A fault of requests strikes the operations of its pattern and no others.
#[test]
fn f02_a_pattern_names_operations() {
    for (pattern, describe, list, caller) in [
        ("ecs:DescribeServices", true, false, false),
        ("ecs:Describe*", true, false, false),
        ("ecs:*", true, true, false),
        ("*", true, true, true),
        ("sts:*", false, false, true),
    ] {
        let mut play = play(&fault("throttle", &format!("operation = \"{pattern}\"")));
        let services = map! { "cluster" => CLUSTER, "services" => vec![SERVICE] };
        assert_eq!(play.send("ecs", "describe_services", services).is_err(), describe, "{pattern}");
        assert_eq!(play.send("ecs", "list_clusters", map! {}).is_err(), list, "{pattern}");
        assert_eq!(play.send("sts", "get_caller_identity", map! {}).is_err(), caller, "{pattern}");
    }
}

/// F03 `times` limits how many requests are struck.
#[test]
fn f03_times_limit_requests() {
    let mut play = play(&fault("throttle", "operation = \"ecs:ListClusters\"\ntimes = 3"));
    assert_eq!(play.let_through("ecs", "list_clusters", 10), 7);
}

/// F04 A fault lasts from `from`, after the scenario was put in, for as long as `for` says.
#[test]
fn f04_a_fault_has_its_time() {
    let mut play = play(&fault("throttle", "from = \"1m\"\nfor = \"2m\""));
    for (second, through) in [(0, 1), (59, 1), (60, 0), (179, 0), (180, 1), (3600, 1)] {
        assert_eq!(play.at(second).let_through("ecs", "list_clusters", 1), through, "{second} s");
    }
}

/// F05 `chance` strikes about its part of the requests, the same ones for the same seed.
#[test]
fn f05_chance_is_seeded() {
    let text = fault("throttle", "chance = 0.3");
    let strikes = || {
        let mut play = play(&text);
        (0..1000).map(|_| play.let_through("ecs", "list_clusters", 1)).collect::<Vec<_>>()
    };
    assert!((650..750).contains(&strikes().iter().sum::<i64>()), "{:?}", strikes());
    assert_eq!(strikes(), strikes());
}

/// F06 Several faults are in play at once, and the first that strikes answers.
#[test]
fn f06_the_first_that_strikes_answers() {
    let text = [fault("throttle", "times = 1"), fault("server-error", "times = 1"), fault("access-denied", "times = 1")].concat();
    let mut play = play(&text);
    let codes: Vec<String> = (0..3).map(|_| play.refused("ecs", "list_clusters", map! {}).code).collect();
    assert_eq!(codes, ["ThrottlingException", "ServerException", "AccessDeniedException"]);
    play.ask("ecs", "list_clusters", map! {});
}

/// F07 A denied request says who may not do what on which resource.
#[test]
fn f07_a_denial_says_who_and_what() {
    let update = map! { "cluster" => CLUSTER, "service" => SERVICE, "desiredCount" => 3 };
    let arn = "arn:aws:ecs:ap-northeast-2:123456789012:";
    let secret = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:s";
    for (module, method, request, action, resource) in [
        ("ecs", "update_service", update, "ecs:UpdateService", format!("{arn}service/{CLUSTER}/{SERVICE}")),
        ("ecs", "describe_task_definition", map! { "taskDefinition" => "t" }, "ecs:DescribeTaskDefinition", "*".into()),
        ("ecs", "stop_task", map! { "task" => format!("{arn}task/c/1") }, "ecs:StopTask", format!("{arn}task/c/1")),
        (
            "ecs",
            "describe_services",
            map! { "cluster" => format!("{arn}cluster/c"), "services" => vec!["s"] },
            "ecs:DescribeServices",
            format!("{arn}service/c/s"),
        ),
        (
            "ecs",
            "register_task_definition",
            map! { "family" => "f" },
            "ecs:RegisterTaskDefinition",
            format!("{arn}task-definition/f:*"),
        ),
        ("secretsmanager", "get_secret_value", map! { "SecretId" => "s" }, "secretsmanager:GetSecretValue", secret.into()),
        (
            "application_autoscaling",
            "register_scalable_target",
            map! {},
            "application-autoscaling:RegisterScalableTarget",
            "*".into(),
        ),
    ] {
        let error = play(&fault("access-denied", "")).refused(module, method, request);
        let expected = format!(
            "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: {action} on resource: {resource} because \
             no identity-based policy allows the {action} action"
        );
        assert_eq!((error.code.as_str(), error.status, error.message), ("AccessDeniedException", 400, expected));
    }
}

/// F08 Nobody is denied to ask who he is.
#[test]
fn f08_the_caller_may_ask_who_he_is() {
    play(&fault("access-denied", "operation = \"*\"")).ask("sts", "get_caller_identity", map! {});
}

/// F09 A server error is HTTP 500 in the words of the service, and changes nothing.
#[test]
fn f09_a_server_error_changes_nothing() {
    let mut play = play(&fault("server-error", "times = 5"));
    assert!(play.scale(5).is_err_and(|failure| failure.leaves_doubt()));
    for (module, method, code) in [
        ("ecs", "list_clusters", "ServerException"),
        ("secretsmanager", "list_secrets", "InternalServiceError"),
        ("application_autoscaling", "describe_scalable_targets", "InternalServiceException"),
        ("logs", "describe_log_groups", "ServiceUnavailableException"),
    ] {
        let error = play.refused(module, method, map! {});
        assert_eq!((error.code.as_str(), error.status), (code, 500));
        assert_eq!(error.message, "Service Unavailable. Please try again later.");
    }
    assert_eq!(play.desired(SERVICE), 2);
}

/// F10 A request whose answer is lost took effect all the same.
#[test]
fn f10_a_lost_answer_took_effect() {
    let mut play = play(&fault("answer-lost", "operation = \"ecs:UpdateService\""));
    assert!(matches!(play.scale(5), Err(Failure::Lost(_))));
    assert_eq!(play.desired(SERVICE), 5);
    assert!(play.scale(6).is_ok(), "once is enough unless the scenario says more");
}

/// F11 Without a pattern only the answers of writes are lost, and refusals always arrive.
#[test]
fn f11_refusals_arrive() {
    let mut play = play(&fault("answer-lost", ""));
    play.ask("ecs", "list_clusters", map! {});
    assert_eq!(play.refused("ecs", "update_service", map! { "service" => "none" }).code, "ClusterNotFoundException");
    assert!(matches!(play.scale(5), Err(Failure::Lost(_))));
}

/// F12 Stale reads show the old state and then the new.
#[test]
fn f12_stale_reads_catch_up() {
    let mut play = play(&fault("stale-reads", "by = \"15s\""));
    play.at(20).scale(5).unwrap();
    for (second, desired) in [(20, 2), (34, 2), (35, 5), (100, 5)] {
        assert_eq!(play.at(second).desired(SERVICE), desired, "{second} s");
    }
}

/// F13 A stale read shows the whole world of exactly that moment, and nothing older than the scenario.
#[test]
fn f13_a_stale_read_is_exact() {
    // The same chance in both, but one never reads what is stale.
    let late = |operation: &str| play(&fault("stale-reads", &format!("by = \"1m\"\noperation = \"ecs:{operation}\"")));
    let (mut truth, mut stale) = (late("ListServices"), late("DescribeServices"));
    let (mut seen, mut seen_late) = (vec![], vec![]);
    for second in 0..=200 {
        for play in [&mut truth, &mut stale] {
            if let Some(count) = [(20, 3), (40, 4), (65, 1)].iter().find(|(at, _)| *at == second).map(|(_, count)| *count) {
                play.at(second).scale(count).unwrap();
            }
        }
        seen.push(truth.at(second).service(SERVICE));
        seen_late.push(stale.at(second).service(SERVICE));
    }
    assert!(seen_late[..=60].iter().all(|service| *service == seen[0]), "nothing is older than the scenario");
    assert_eq!(seen_late[60..], seen[..=140]);
    assert_ne!(seen[0], seen[140]);
}

/// F14 A write is never stale, and stale reads end with their time.
#[test]
fn f14_a_write_is_never_stale() {
    let mut play = play(&fault("stale-reads", "by = \"10m\"\nfor = \"30s\""));
    play.at(10).scale(5).unwrap();
    assert_eq!(play.desired(SERVICE), 2);
    let written = play.at(20).scale(6).unwrap();
    assert_eq!(written.get("service").and_then(|service| service.get("desiredCount")), Some(&Value::Int(6)));
    assert_eq!(play.at(29).desired(SERVICE), 2);
    assert_eq!(play.at(30).desired(SERVICE), 6);
}

/// F15 Somebody else deploys another revision with the same tags, once, and leaves a name.
#[test]
fn f15_somebody_deploys() {
    let who = "arn:aws:sts::123456789012:assumed-role/oncall/kim";
    let rest = format!("service = \"{SERVICE}\"\nafter = \"45s\"\nimage = \"web:hotfix\"\nwho = \"{who}\"");
    let mut play = play(&fault("somebody-deploys", &rest));
    assert_eq!(definition(&play.at(44).service(SERVICE)), "nest-wallet-task:41");
    assert_eq!(definition(&play.at(45).service(SERVICE)), "nest-wallet-task:42");
    assert_eq!(definition(&play.service(DEV)), "nest-wallet-task-dev:12", "the other service is left alone");
    let describe = |revision: &str| map! { "taskDefinition" => revision, "include" => vec!["TAGS"] };
    let new = play.ask("ecs", "describe_task_definition", describe("nest-wallet-task:42"));
    let old = play.ask("ecs", "describe_task_definition", describe("nest-wallet-task:41"));
    let of = |answer: &Value| answer.get("taskDefinition").cloned().unwrap();
    assert_eq!(of(&new).text("registeredBy"), Some(who));
    let images = |answer: &Value| {
        of(answer).items("containerDefinitions").iter().map(|one| one.text("image").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(images(&new)[0].as_deref(), Some("web:hotfix"));
    assert_eq!(images(&new)[1..], images(&old)[1..]);
    assert_eq!(new.items("tags"), old.items("tags"));
    assert_eq!(definition(&play.at(3600).service(SERVICE)), "nest-wallet-task:42", "once");
}

/// F16 What waits for a request happens so long after it, and to its service alone.
#[test]
fn f16_somebody_deploys_after_a_call() {
    let mut play = play(&fault("somebody-deploys", "after_call = \"ecs:UpdateService\"\ndelay = \"25s\""));
    assert_eq!(definition(&play.at(600).service(SERVICE)), "nest-wallet-task:41");
    play.scale(3).unwrap();
    assert_eq!(definition(&play.at(624).service(SERVICE)), "nest-wallet-task:41");
    assert_eq!(definition(&play.at(625).service(SERVICE)), "nest-wallet-task:42");
    assert_eq!(definition(&play.service(DEV)), "nest-wallet-task-dev:12");
}

/// F17 Others are not struck by the faults of the caller's requests.
#[test]
fn f17_others_have_their_own_luck() {
    let text =
        [fault("access-denied", "operation = \"ecs:*\"\nfor = \"5m\""), fault("somebody-deploys", "after = \"1s\"")].concat();
    assert_eq!(definition(&play(&text).at(300).service(SERVICE)), "nest-wallet-task:42");
}

/// F18 The autoscaler moves the count at its time, and deploys nothing.
#[test]
fn f18_the_autoscaler_moves_the_count() {
    let mut play = play(&fault("autoscaler", &format!("service = \"{SERVICE}\"\ncount = 6\nafter = \"2m\"")));
    assert_eq!(play.at(119).desired(SERVICE), 2);
    assert_eq!(play.at(120).desired(SERVICE), 6);
    assert_eq!(play.desired(DEV), 1);
    assert_eq!(definition(&play.service(SERVICE)), "nest-wallet-task:41", "it deploys nothing");
}

/// F19 A suspended autoscaler waits until it is resumed.
#[test]
fn f19_a_suspended_autoscaler_waits() {
    let mut play = play(&fault("autoscaler", &format!("service = \"{SERVICE}\"\ncount = 6\nafter = \"1m\"")));
    let suspend = |suspended: bool| {
        map! {
            "ServiceNamespace" => "ecs", "ResourceId" => format!("service/{CLUSTER}/{SERVICE}"),
            "ScalableDimension" => "ecs:service:DesiredCount",
            "SuspendedState" => map! { "DynamicScalingOutSuspended" => suspended },
        }
    };
    play.ask("application_autoscaling", "register_scalable_target", suspend(true));
    assert_eq!(play.at(600).desired(SERVICE), 2);
    play.ask("application_autoscaling", "register_scalable_target", suspend(false));
    assert_eq!(play.at(660).desired(SERVICE), 6);
}

/// F20 The autoscaler takes no task away in the middle of a deployment.
#[test]
fn f20_no_scale_in_during_a_deployment() {
    let mut play = play(&fault("autoscaler", &format!("service = \"{SERVICE}\"\ncount = 1\nafter = \"10s\"")));
    let update = map! { "cluster" => CLUSTER, "service" => SERVICE, "forceNewDeployment" => true };
    play.ask("ecs", "update_service", update);
    assert_eq!(play.at(60).desired(SERVICE), 2);
    assert_eq!(play.at(200).desired(SERVICE), 1);
}

/// F21 A new scenario takes the place of the one before.
#[test]
fn f21_a_new_scenario_replaces_the_old() {
    let mut play = play(&[fault("throttle", ""), fault("autoscaler", "count = 9")].concat());
    assert_eq!(play.let_through("ecs", "list_clusters", 1), 0);
    play.sim.play(Scenario::parse(&fault("throttle", "operation = \"ecs:ListServices\"")).unwrap());
    assert_eq!(play.at(600).let_through("ecs", "list_clusters", 1), 1);
    assert_eq!(play.desired(SERVICE), 2);
}

/// F22 Without a scenario the world is what it would have been, and an ended one strikes no more.
#[test]
fn f22_an_empty_scenario_is_none() {
    let (mut untouched, mut ended) = (Sim::guide(1), play(&fault("throttle", "operation = \"sts:*\"")));
    ended.sim.play(Scenario::default());
    ended.at(60);
    untouched.advance(ended.now);
    let mut calm = play("");
    calm.sim.advance(ended.now);
    assert_eq!(calm.sim.to_json(), untouched.to_json(), "an empty scenario is none");
    assert_eq!(ended.let_through("sts", "get_caller_identity", 1), 1);
}

/// Method, burst, per second: as many requests as the burst are let through at
/// once, and after that as many a second as the rate.
const BUCKETS: &[(&str, &[&str], i64, i64)] = &[
    ("ecs", &["create_service", "update_service", "delete_service"], 50, 5),
    ("ecs", &["describe_services", "list_services"], 100, 20),
    ("ecs", &["register_task_definition", "deregister_task_definition"], 20, 1),
    ("ecs", &["delete_task_definitions"], 5, 1),
    ("ecs", &["describe_task_definition", "list_task_definitions"], 50, 20),
    ("ecs", &["run_task", "start_task", "stop_task", "execute_command"], 100, 40),
    ("ecs", &["describe_tasks", "list_tasks"], 100, 20),
    ("ecs", &["describe_service_deployments", "list_service_deployments"], 50, 20),
    ("ecs", &["describe_service_revisions"], 50, 20),
    ("ecs", &["describe_clusters", "list_clusters"], 50, 20),
    ("secretsmanager", &["put_secret_value", "update_secret", "update_secret_version_stage"], 50, 50),
];

/// F23 Every bucket lets its burst through and fills again at its rate, up to the burst.
#[test]
fn f23_buckets_have_their_figures() {
    for (module, methods, burst, rate) in BUCKETS {
        for method in *methods {
            let mut play = play("throttle = true");
            assert_eq!(play.let_through(module, method, burst + 10), *burst, "{method}: the burst");
            assert_eq!(play.at(1).let_through(module, method, burst + 10), *rate, "{method}: a second later");
            assert_eq!(play.at(3).let_through(module, method, burst + 100), (2 * rate).min(*burst), "{method}: two more");
            assert_eq!(play.at(600).let_through(module, method, burst + 10), *burst, "{method}: full again, and no fuller");
        }
    }
}

/// F24 The operations of a row share a bucket, and other rows have their own.
#[test]
fn f24_rows_share_a_bucket() {
    for (module, methods, burst, _) in BUCKETS {
        let mut play = play("throttle = true");
        assert_eq!(play.let_through(module, methods[0], *burst), *burst);
        for method in *methods {
            assert_eq!(play.let_through(module, method, 1), 0, "{method} drinks from the same bucket");
        }
        for (module, others, ..) in BUCKETS.iter().filter(|row| row.1 != *methods) {
            assert_eq!(play.let_through(module, others[0], 1), 1, "{} after {}", others[0], methods[0]);
        }
    }
}

/// F25 Buckets are there only when they are asked for.
#[test]
fn f25_buckets_are_asked_for() {
    assert_eq!(play("throttle = false").let_through("ecs", "register_task_definition", 500), 500);
    assert_eq!(play("").let_through("ecs", "register_task_definition", 500), 500);
}
