//! What the standard library reads out of names: images, places in ECR,
//! references to secrets; what it changes in a definition; which size is one.

use serde_json::{Value, json};

use super::{assert_table, play};

const DIGEST: &str = "sha256:28402db69fec7c17e179ea87882667f1e054391138f77ffaf0c3eb388efc3ffb";
const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/prod-AbCdEf";

#[test]
fn a_repository_is_the_image_without_tag_and_digest() {
    let rows = [
        ("nginx", "nginx"),
        ("nginx:1.27", "nginx"),
        ("team/web:v42", "team/web"),
        ("localhost:5000/web", "localhost:5000/web"),
        ("localhost:5000/web:v42", "localhost:5000/web"),
        ("host.example:5000/team/sub/web:1.2.3-rc.1", "host.example:5000/team/sub/web"),
        (&format!("{ECR}/web:v42"), &format!("{ECR}/web")),
        (&format!("{ECR}/team/web@{DIGEST}"), &format!("{ECR}/team/web")),
        (&format!("{ECR}/web:v42@{DIGEST}"), &format!("{ECR}/web")),
        (&format!("localhost:5000/web@{DIGEST}"), "localhost:5000/web"),
        (&format!("nginx@{DIGEST}"), "nginx"),
        ("", ""),
    ];
    let rows: Vec<_> = rows.iter().map(|(image, wanted)| (json!(image), json!(wanted))).collect();
    assert_table("definition", "definition::repository(one.input)", &rows);
}

#[test]
fn a_place_in_ecr_is_told_from_other_registries() {
    let place = |repository: &str, tag: Value, digest: Value| json!({ "account": "123456789012", "region": "eu-west-1", "repository": repository, "tag": tag, "digest": digest });
    let rows = [
        (format!("{ECR}/web:v42"), place("web", json!("v42"), Value::Null)),
        (format!("{ECR}/web"), place("web", Value::Null, Value::Null)),
        (format!("{ECR}/team/sub/web:1.2.3"), place("team/sub/web", json!("1.2.3"), Value::Null)),
        (format!("{ECR}/web@{DIGEST}"), place("web", Value::Null, json!(DIGEST))),
        (format!("{ECR}/team/web:v42@{DIGEST}"), place("team/web", json!("v42"), json!(DIGEST))),
        ("123456789012.dkr-ecr.eu-west-1.on.aws/web:v42".to_owned(), place("web", json!("v42"), Value::Null)),
        ("123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com/web:v42".to_owned(), place("web", json!("v42"), Value::Null)),
        ("nginx:1.27".to_owned(), Value::Null),
        ("team/web".to_owned(), Value::Null),
        ("public.ecr.aws/nginx/nginx:1.27".to_owned(), Value::Null),
        ("localhost:5000/web:v42".to_owned(), Value::Null),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com".to_owned(), Value::Null),
        ("123456789012.dkr.ecr.eu-west-1.example.com/web".to_owned(), Value::Null),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(image, wanted)| (json!(image), wanted)).collect();
    assert_table("definition", "definition::ecr_place(one.input)", &rows);
    let china = json!({ "account": "1", "region": "cn-north-1", "repository": "web", "tag": "v1", "digest": null });
    let rows = [(json!("1.dkr.ecr.cn-north-1.amazonaws.com.cn/web:v1"), china)];
    assert_table("definition", "definition::ecr_place(one.input)", &rows);
}

#[test]
fn a_reference_names_its_secret_and_may_pin_it() {
    // The reference, the secret that it names, whether it follows AWSCURRENT no more.
    let rows = [
        (SECRET.to_owned(), SECRET, false),
        (format!("{SECRET}:API_KEY::"), SECRET, false),
        (format!("{SECRET}:API_KEY:AWSCURRENT:"), SECRET, false),
        (format!("{SECRET}:API_KEY:AWSPREVIOUS:"), SECRET, true),
        (format!("{SECRET}::AWSPENDING:"), SECRET, true),
        (format!("{SECRET}:API_KEY::11111111-2222-3333-4444-555555555555"), SECRET, true),
        (format!("{SECRET}:::"), SECRET, false),
        ("web/prod".to_owned(), "web/prod", false),
        ("/prod/db/password".to_owned(), "/prod/db/password", false),
        (
            "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db".to_owned(),
            "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db",
            false,
        ),
        (
            "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:web-AbCdEf:KEY::".to_owned(),
            "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:web-AbCdEf",
            false,
        ),
    ];
    let arns: Vec<_> = rows.iter().map(|(reference, arn, _)| (json!(reference), json!(arn))).collect();
    assert_table("definition", "definition::secret_arn(one.input)", &arns);
    let pinned: Vec<_> = rows.iter().map(|(reference, _, pinned)| (json!(reference), json!(pinned))).collect();
    assert_table("definition", "definition::is_pinned(one.input)", &pinned);
    let names = [(json!(SECRET), json!("web/prod")), (json!("web"), json!("web"))];
    assert_table("definition", "definition::secret_name(one.input)", &names);
}

fn definition(containers: &[(&str, &str)]) -> Value {
    let containers: Vec<Value> = containers.iter().map(|(name, image)| json!({ "name": name, "image": image })).collect();
    json!({ "family": "web", "containerDefinitions": containers })
}

#[test]
fn an_image_finds_its_containers() {
    let two = definition(&[("app", "localhost:5000/web:v1"), ("router", "fluent/bit:2")]);
    let twins = definition(&[("app", "team/web:v1"), ("worker", &format!("team/web@{DIGEST}")), ("router", "fluent/bit:2")]);
    let one = definition(&[("app", "team/web:v1")]);
    let ask = |definition: &Value, image: &str, named: Value| json!({ "definition": definition, "image": image, "named": named });
    let rows = [
        (ask(&two, "localhost:5000/web:v2", Value::Null), json!(["app"])),
        (ask(&two, "localhost:5000/web:v2", json!([])), json!(["app"])),
        (ask(&two, "other/thing:1", json!(["router"])), json!(["router"])),
        (ask(&twins, "team/web:v2", Value::Null), json!(["app", "worker"])),
        (ask(&one, "other/thing:1", Value::Null), json!(["app"])),
        (ask(&two, "localhost:5001/web:v2", Value::Null), json!({ "throws": "none of the containers" })),
        (ask(&two, "web:v2", Value::Null), json!({ "throws": "runs web: say which with --container" })),
        (ask(&two, "web:v2", json!(["ap"])), json!({ "throws": "there is no container ap in web" })),
    ];
    assert_table("definition", "definition::containers_for(one.input.definition, one.input.image, one.input.named)", &rows);
}

#[test]
fn settings_change_only_what_is_named() {
    let env = json!([{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }]);
    let secrets = json!([{ "name": "S", "valueFrom": SECRET }]);
    let app =
        json!({ "name": "app", "image": "web:1", "environment": env, "secrets": secrets, "unknownToday": { "a": [1, 2.5] } });
    let other = json!({ "name": "router", "image": "fluent/bit:2" });
    let definition = json!({ "family": "web", "containerDefinitions": [app, other], "ephemeralStorage": { "sizeInGiB": 40 } });
    let ask = |variables: Value, references: Value| json!({ "definition": definition, "variables": variables, "references": references });
    let with = |environment: Value, secrets: Value| {
        let mut changed = definition.clone();
        changed["containerDefinitions"][0]["environment"] = environment;
        changed["containerDefinitions"][0]["secrets"] = secrets;
        changed
    };
    let of = |pairs: &[(&str, &str)]| {
        Value::from(pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>())
    };
    let rows = [
        (ask(json!([]), json!([])), definition.clone()),
        // The same value in the same place: nothing to deploy.
        (ask(json!(["A=1"]), json!([])), definition.clone()),
        (ask(json!(["A=9"]), json!([])), with(of(&[("A", "9"), ("B", "2")]), secrets.clone())),
        (ask(json!(["C=x=y=="]), json!([])), with(of(&[("A", "1"), ("B", "2"), ("C", "x=y==")]), secrets.clone())),
        (ask(json!(["A="]), json!([])), with(of(&[("B", "2")]), secrets.clone())),
        (ask(json!(["NONE="]), json!([])), definition.clone()),
        // A name stands in one of the two lists only.
        (ask(json!(["S=plain"]), json!([])), with(of(&[("A", "1"), ("B", "2"), ("S", "plain")]), json!([]))),
        (ask(json!([]), json!(["S=other"])), with(env.clone(), json!([{ "name": "S", "valueFrom": "other" }]))),
        (
            ask(json!([]), json!([format!("A={SECRET}:KEY::")])),
            with(
                of(&[("B", "2")]),
                json!([{ "name": "S", "valueFrom": SECRET }, { "name": "A", "valueFrom": format!("{SECRET}:KEY::") }]),
            ),
        ),
        (ask(json!(["A"]), json!([])), json!({ "throws": "one of the settings is no NAME=value" })),
        (ask(json!(["=1"]), json!([])), json!({ "throws": "one of the settings is no NAME=value" })),
    ];
    let call = "definition::with_settings(one.input.definition, [\"app\"], one.input.variables, one.input.references)";
    assert_table("definition", call, &rows);
    // A container without either list gets the one that it needs.
    let bare =
        json!({ "definition": { "containerDefinitions": [{ "name": "app" }] }, "variables": ["A=1", "B="], "references": [] });
    let wanted = json!({ "containerDefinitions": [{ "name": "app", "environment": [{ "name": "A", "value": "1" }] }] });
    assert_table("definition", call, &[(bare, wanted)]);
}

#[test]
fn fargate_has_these_sizes() {
    let good = [
        ("256", "512"),
        ("256", "1024"),
        ("256", "2048"),
        ("512", "4096"),
        ("1024", "8192"),
        ("2048", "16384"),
        ("4096", "30720"),
        ("8192", "16384"),
        ("8192", "61440"),
        ("16384", "122880"),
        ("32768", "61440"),
        ("32768", "122880"),
        ("32768", "249856"),
        (".25 vCPU", "0.5 GB"),
        ("1 vCPU", "3GB"),
    ];
    let bad = [
        ("256", "1536"),
        ("256", "4096"),
        ("512", "512"),
        ("512", "5120"),
        ("1024", "1024"),
        ("4096", "31744"),
        ("8192", "18432"),
        ("16384", "36864"),
        ("32768", "81920"),
        ("128", "512"),
        ("1 vCPU", "1 GB"),
    ];
    let ask = |(cpu, memory): &(&str, &str)| json!({ "cpu": cpu, "memory": memory, "requiresCompatibilities": ["FARGATE"] });
    let mut rows: Vec<(Value, Value)> = good.iter().map(|size| (ask(size), Value::Null)).collect();
    rows.extend(bad.iter().map(|size| (ask(size), json!({ "throws": "Fargate has no task of cpu" }))));
    // What is not Fargate's, or not said, is not for us to judge.
    for other in [
        json!({ "cpu": "128", "memory": "64", "requiresCompatibilities": ["EC2"] }),
        json!({ "cpu": "128", "memory": "64" }),
        json!({ "cpu": "256", "requiresCompatibilities": ["FARGATE"] }),
        json!({ "cpu": "a lot", "memory": "512", "requiresCompatibilities": ["FARGATE"] }),
    ] {
        rows.push((other, Value::Null));
    }
    assert_table("checks", "checks::size(one.input)", &rows);
}

#[test]
fn only_what_went_wrong_is_a_failure() {
    let rows = [
        ("TaskFailedToStart", "Task failed to start", true),
        ("EssentialContainerExited", "Essential container in task exited", true),
        ("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn:x)", true),
        ("ServiceSchedulerInitiated", "Task failed container health checks", true),
        ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", false),
        ("UserInitiated", "Task stopped by user: it failed", false),
        ("SpotInterruption", "Your Spot Task was interrupted.", false),
        ("TerminationNotice", "Host EC2 (instance i-1) failed and was terminated.", false),
        ("InfrastructureHealth", "The instance became unhealthy", false),
        ("", "Essential container in task exited", true),
        ("", "CannotPullContainerError: not found", true),
        ("", "Scaling activity initiated by (deployment ecs-svc/1)", false),
        ("", "", false),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(code, reason, failed)| {
            let code = if code.is_empty() { Value::Null } else { json!(code) };
            (json!({ "stopCode": code, "stoppedReason": reason }), json!(failed))
        })
        .collect();
    assert_table("evidence", "evidence::failed(one.input)", &rows);
}

#[test]
fn a_task_belongs_to_the_deployment_that_started_it() {
    let task = |by: &str, definition: &str, at: &str| json!({ "startedBy": by, "taskDefinitionArn": definition, "createdAt": format!("2026-07-01T{at}Z") });
    let known = json!({ "id": "ecs-svc/42", "definition": "web:42", "since": "2026-07-01T09:00:00Z" });
    let unknown = json!({ "id": null, "definition": "web:42", "since": "2026-07-01T09:00:00Z" });
    let rows = [
        (task("ecs-svc/42", "web:42", "09:01:00"), &known, true),
        // The same definition from another deployment, or from before.
        (task("ecs-svc/41", "web:42", "09:01:00"), &known, false),
        (task("", "web:42", "09:01:00"), &known, false),
        (task("ecs-svc/42", "web:42", "09:01:00"), &unknown, true),
        (task("ecs-svc/40", "web:42", "08:01:00"), &unknown, false),
        (task("ecs-svc/41", "web:41", "09:01:00"), &unknown, false),
    ];
    let rows: Vec<_> =
        rows.iter().map(|(task, rollout, mine)| (json!({ "task": task, "rollout": rollout }), json!(mine))).collect();
    assert_table("evidence", "evidence::is_of(one.input.task, one.input.rollout)", &rows);
}

#[test]
fn the_container_that_took_its_task_down_is_found() {
    let container = |name: &str, exit: Value, reason: &str, essential: bool| json!({ "name": name, "exit_code": exit, "reason": reason, "essential": essential });
    let app = |exit: i64, reason: &str| container("app", json!(exit), reason, true);
    let router = |exit: i64| container("router", json!(exit), "", false);
    let second = |exit: i64| container("second", json!(exit), "", true);
    let rows = [
        (json!([router(1), app(1, "")]), json!("app")),
        (json!([second(0), app(1, "")]), json!("app")),
        (json!([second(137), app(1, "")]), json!("app")),
        (json!([second(143), app(0, "")]), json!("app")),
        (json!([second(1), app(137, "OutOfMemoryError: Container killed due to memory usage")]), json!("app")),
        (json!([second(143), app(143, "")]), Value::Null),
        (json!([router(1), container("app", Value::Null, "CannotPullContainerError: x", true)]), json!("app")),
        (json!([container("router", json!(137), "OutOfMemoryError", false)]), Value::Null),
        (json!([]), Value::Null),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(containers, name)| (json!({ "containers": containers }), name)).collect();
    assert_table("cause", "cause::culprit(one.input)?.name", &rows);
}

#[test]
fn a_brief_and_a_verdict_bear_what_ecs_leaves_out() {
    let bare = json!({ "taskArn": "arn:aws:ecs:eu-west-1:1:task/web/abc" });
    let given = &play(&["evidence"], "evidence::in_brief(one)", std::slice::from_ref(&bare))[0];
    assert_eq!((given["id"].as_str(), &given["containers"], &given["ran"]), (Some("abc"), &json!([]), &Value::Null), "{given}");
    let task = json!({
        "taskArn": "web/abc", "startedAt": "2026-07-01T09:00:00Z", "stoppingAt": "2026-07-01T09:01:30Z",
        "containers": [{ "name": "app", "exitCode": 1 }],
    });
    let given = &play(&["evidence"], "evidence::in_brief(one)", &[task])[0];
    assert_eq!((&given["ran"], &given["containers"][0]["exit_code"]), (&json!("1m30s"), &json!(1)), "{given}");
}
