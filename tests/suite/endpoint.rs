//! What goes over the wire: bodies, pages, secrets, and the protocols that are
//! not JSON.

use std::sync::{Arc, Barrier};

use serde_json::json;

use crate::harness::Project;
use crate::stub::{Answer, Stub};

#[test]
fn pages_are_gathered_on_request() {
    let page = |items: &[&str], next: Option<&str>| Answer::ok(json!({ "serviceArns": items, "nextToken": next }));
    let stub = Stub::start().on("ListServices", [page(&["a", "b"], Some("t1")), page(&[], Some("t2")), page(&["c"], None)]);
    let body = "let all = ecs::all::list_services(#{ cluster: \"c\" }); print(all); print(ecs::list_services().serviceArns);";
    let project = Project::at(&stub.url).runbook("r", "", body);
    project.run(&["run", "r"]).status(0).prints("#{\"serviceArns\": [\"a\", \"b\", \"c\"]}").prints("[\"c\"]");
    let tokens: Vec<_> = stub.received("ListServices").iter().map(|request| request.json()["nextToken"].clone()).collect();
    assert_eq!(tokens, [json!(null), json!("t1"), json!("t2"), json!(null)]);
}

#[test]
fn log_events_end_where_the_token_comes_back() {
    let page = |message: &str, token: &str| {
        Answer::ok(json!({ "events": [{ "message": message, "timestamp": 1 }], "nextForwardToken": token }))
    };
    let stub = Stub::start().on("GetLogEvents", [page("one", "f/1"), page("two", "f/2"), page("three", "f/2")]);
    let body = "logs::all::get_log_events(#{ logStreamName: \"s\", startFromHead: true }).events.map(|event| event.message)";
    let project = Project::at(&stub.url).runbook("r", "", body);
    let ran = project.run(&["run", "r"]);
    ran.status(0).prints("three");
    assert_eq!(stub.received("GetLogEvents").len(), 3);
}

#[test]
fn secrets_go_out_whole_and_are_shown_nowhere() {
    let secret = json!({ "ARN": "arn", "Name": "n", "VersionId": "v", "SecretString": "{\"KEY\":\"hunter2hunter2\",\"OTHER\":\"sesame-sesame\"}" });
    let stub = Stub::start().on("GetSecretValue", [Answer::ok(secret)]).on("PutSecretValue", [Answer::ok(json!({}))]);
    let body = "let old = secrets::get_secret_value(#{ SecretId: \"n\" }).SecretString;\n\
                let new = old.with_key(\"KEY\", environment_secret(\"FRESH\"));\n\
                print(old == new); print(new.keys()); print(new.key(\"OTHER\") == old.key(\"OTHER\"));\n\
                show_diff(#{ a: old }, #{ a: new });\n\
                secrets::put_secret_value(#{ SecretId: \"n\", SecretString: new });\n#{ kept: new }";
    let project =
        Project::at(&stub.url).variable("FRESH", "fresh-fresh-fresh").runbook("r", "\"secretsmanager:PutSecretValue\"", body);
    let ran = project.run(&["run", "r"]);
    ran.status(0).prints("false\n[\"KEY\", \"OTHER\"]\ntrue").says("a  (secret) → (secret)").prints("\"kept\": \"(secret)\"");
    ran.never_says("hunter2").never_says("sesame").never_says("fresh-fresh");
    let sent = stub.received("PutSecretValue")[0].json();
    assert_eq!(sent["SecretString"], json!("{\"KEY\":\"fresh-fresh-fresh\",\"OTHER\":\"sesame-sesame\"}"));
    assert_eq!(sent["ClientRequestToken"].as_str().map(str::len), Some(36));
}

#[test]
fn a_secret_that_would_become_text_ends_the_run() {
    let secret = json!({ "SecretString": "hunter2hunter2" });
    for leak in [
        "print(s)",
        "print(`it is ${s}`)",
        "print(\"it is \" + s)",
        "debug(s)",
        "say([s])",
        "print(#{ a: s })",
        "throw `${s}`",
        "print([1, s].to_string())",
        "print(json::text(s))",
        "print(#{ a: s }.to_json())",
        "let t = \"\"; t += s; print(t)",
        "print(s.to_string())",
        "step `${s}` { }",
        "warn(s)",
        "print(to_string(s))",
    ] {
        let stub = Stub::start().on("GetSecretValue", [Answer::ok(secret.clone())]);
        let body = format!(
            "let s = secrets::get_secret_value(#{{ SecretId: \"n\" }}).SecretString;\ntry {{ {leak} }} catch {{ }}\nprint(\"went on\");"
        );
        let ran = Project::at(&stub.url).runbook("r", "", &body).run(&["run", "r"]);
        ran.status(2).says("secret").never_says("hunter2").never_says("went on");
        ran.prints_nothing();
    }
}

#[test]
fn environment_values_are_secret_unless_named_plain() {
    let environment = json!([{ "name": "API_KEY", "value": "hunter2hunter2" }, { "name": "PORT", "value": "80" }]);
    let answer = json!({ "taskDefinition": { "containerDefinitions": [{ "name": "a", "environment": environment }] } });
    let body = "for e in ecs::describe_task_definition(#{ taskDefinition: \"t\" }).taskDefinition.containerDefinitions[0].environment {\n\
                print(`${e.name} ${type_of(e.value)}`); }";
    let stub = Stub::start().on("DescribeTaskDefinition", [Answer::ok(answer)]);
    let config = "[env.prod]\n[service.s]\nplain_env = [\"PORT\"]\n";
    let project = Project::at(&stub.url).runbook("r", "", body).file("rollbook.toml", config);
    project.run(&["run", "r"]).status(0).prints("API_KEY secret\nPORT string").never_says("hunter2");
}

#[test]
fn cloudwatch_is_the_same_json_over_cbor() {
    let alarms = ciborium_body(&json!({ "MetricAlarms": [{ "AlarmName": "high", "Threshold": 80.0, "EvaluationPeriods": 2 }] }));
    let stub = Stub::start().on("DescribeAlarms", [Answer::Bytes(200, "application/cbor", alarms)]);
    let body = "let a = cloudwatch::describe_alarms(#{ AlarmNames: [\"high\"] }).MetricAlarms[0]; print(`${a.AlarmName} ${a.Threshold} ${a.EvaluationPeriods}`)";
    let project = Project::at(&stub.url).runbook("r", "", body);
    project.run(&["run", "r"]).status(0).prints("high 80.0 2");
}

#[test]
fn a_cloudwatch_error_bears_the_name_that_boto3_gives_it() {
    let error = ciborium_body(&json!({ "__type": "com.amazonaws.cloudwatch#ResourceNotFound", "message": "no dashboard" }));
    let stub = Stub::start().on("GetDashboard", [Answer::Bytes(404, "application/cbor", error)]);
    let body = "try { cloudwatch::get_dashboard(#{ DashboardName: \"d\" }) } catch (e) { print(`${e.code} ${e.status} ${e.message} ${e.request_id}`) }";
    Project::at(&stub.url).runbook("r", "", body).run(&["run", "r"]).status(0).prints("ResourceNotFound 404 no dashboard req-1");
}

#[test]
fn parallel_branches_really_run_together() {
    // Every answer waits until four requests are there: one after the other
    // would never be answered.
    let together = Answer::Together(Arc::new(Barrier::new(4)), "{\"clusters\":[],\"failures\":[]}".into());
    let stub = Stub::start().on("DescribeClusters", [together]);
    let body = "let r = parallel([1, 2, 3, 4, 5, 6, 7, 8], 4, |n| { ecs::describe_clusters(#{ clusters: [`c${n}`] }); n * n }); print(r)";
    let project = Project::at(&stub.url).runbook("r", "", body);
    project.run(&["run", "r"]).status(0).prints("[1, 4, 9, 16, 25, 36, 49, 64]");
    assert_eq!(stub.received("DescribeClusters").len(), 8);
}

fn ciborium_body(value: &serde_json::Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&to_cbor(value), &mut bytes).expect("it is encodable");
    bytes
}

fn to_cbor(value: &serde_json::Value) -> ciborium::Value {
    use serde_json::Value as Json;
    match value {
        Json::String(text) => ciborium::Value::Text(text.clone()),
        Json::Number(number) if number.is_i64() => ciborium::Value::Integer(number.as_i64().unwrap().into()),
        Json::Number(number) => ciborium::Value::Float(number.as_f64().unwrap()),
        Json::Array(items) => ciborium::Value::Array(items.iter().map(to_cbor).collect()),
        Json::Object(map) => {
            ciborium::Value::Map(map.iter().map(|(name, item)| (ciborium::Value::Text(name.clone()), to_cbor(item))).collect())
        }
        Json::Bool(flag) => ciborium::Value::Bool(*flag),
        Json::Null => ciborium::Value::Null,
    }
}

#[test]
fn a_secret_that_aws_gives_back_unmarked_stays_secret() {
    let echo =
        json!({ "taskDefinition": { "containerDefinitions": [{ "name": "a", "command": ["run", "--key=hunter2hunter2"] }] } });
    let stub = Stub::start().on("RegisterTaskDefinition", [Answer::ok(echo)]);
    let body = "let key = secret(\"hunter2hunter2\");\n\
                let made = ecs::register_task_definition(#{ family: \"f\", containerDefinitions: [#{ name: \"a\", command: [key] }] });\n\
                print(type_of(made.taskDefinition.containerDefinitions[0].command[1])); made";
    let project = Project::at(&stub.url).runbook("r", "\"ecs:RegisterTaskDefinition\"", body);
    project.run(&["run", "r"]).status(0).prints("secret").never_says("hunter2");
}

#[test]
fn an_error_that_quotes_a_secret_is_redacted() {
    let refusal = Answer::error("ValidationException", "Value 'hunter2hunter2' at 'secretString' failed to satisfy constraint");
    let stub = Stub::start().on("PutSecretValue", [refusal]);
    // Plain text in a member that AWS calls sensitive is a secret from there on.
    let body = "secrets::put_secret_value(#{ SecretId: \"n\", SecretString: \"hunter2\" + \"hunter2\" })";
    let project = Project::at(&stub.url).runbook("r", "\"secretsmanager:PutSecretValue\"", body);
    let ran = project.run(&["run", "r", "--output", "json"]);
    ran.status(1).says("Value '(secret)' at 'secretString'").never_says("hunter2hunter2");
}

#[test]
fn a_secret_file_loses_the_newline_of_the_editor() {
    let stub = Stub::start();
    let project =
        Project::at(&stub.url).file("pw", "hunter2\n").runbook("r", "", "print(read_secret_file(\"pw\") == secret(\"hunter2\"))");
    project.run(&["run", "r"]).status(0).prints("true");
}
