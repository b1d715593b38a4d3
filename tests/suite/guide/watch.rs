//! The rows "dashboard" and "CPU alarm".

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CLUSTER, Desk, SERVICE};

const CONFIG: &str = "[env.prod]\ncluster = \"nest-wallet-cluster\"\n[service.wallet]\nname = \"nest-wallet-service\"\n";

/// What the guide puts on its dashboard.
const GUIDE_BOARD: &str = r#"{"widgets":[{"type":"metric","x":0,"y":0,"width":12,"height":6,"properties":{
  "metrics":[["AWS/ECS","CPUUtilization","ServiceName","nest-wallet-service","ClusterName","nest-wallet-cluster"]],
  "period":300,"stat":"Average","region":"ap-northeast-2","title":"CPU"}}]}"#;

const GUIDE_ALARM: &[&str] = &[
    "cloudwatch",
    "put-metric-alarm",
    "--alarm-name",
    "nest-wallet-cpu-high",
    "--alarm-description",
    "CPU usage is high",
    "--metric-name",
    "CPUUtilization",
    "--namespace",
    "AWS/ECS",
    "--statistic",
    "Average",
    "--period",
    "300",
    "--threshold",
    "80",
    "--comparison-operator",
    "GreaterThanThreshold",
    "--evaluation-periods",
    "2",
];

impl Desk {
    fn board(&self) -> Value {
        let found = self.aws(&["cloudwatch", "get-dashboard", "--dashboard-name", "nest-wallet-monitoring"]);
        serde_json::from_str(found["DashboardBody"].as_str().expect("a body")).expect("JSON")
    }

    fn alarm(&self, name: &str) -> Value {
        self.aws(&["cloudwatch", "describe-alarms", "--alarm-names", name])["MetricAlarms"][0].clone()
    }

    fn pass(&self, seconds: u64) {
        self.server.control("POST", "advance", &json!({ "seconds": seconds }).to_string());
    }
}

fn titled<'a>(board: &'a Value, title: &str) -> &'a Value {
    let widgets = board["widgets"].as_array().expect("widgets");
    widgets.iter().find(|one| one["properties"]["title"] == title).unwrap_or_else(|| panic!("no {title}: {board:#}"))
}

/// Every metric of a dashboard, without how it is drawn.
fn metrics(board: &Value) -> BTreeSet<Vec<String>> {
    let charts = board["widgets"].as_array().expect("widgets").iter();
    let all = charts.flat_map(|one| one["properties"]["metrics"].as_array().cloned().unwrap_or_default());
    all.map(|metric| metric.as_array().expect("a list").iter().filter_map(|part| part.as_str().map(str::to_owned)).collect())
        .collect()
}

#[test]
fn the_dashboard_is_there_after_one_command_and_written_once() {
    let Some(desk) = Desk::new(CONFIG) else { return };
    desk.aws(&["cloudwatch", "delete-dashboards", "--dashboard-names", "nest-wallet-monitoring"]);
    desk.run(&["dashboard", "--env", "prod"]).status(0).says("Requests is new: RequestCount").says("read back as written");
    let board = desk.board();
    let again = desk.run(&["dashboard", "--env", "prod", "--output", "json"]);
    assert_eq!(again.status(0).json()["result"]["changed"], json!(false));
    assert_eq!((desk.count("PutDashboard"), desk.board()), (1, board.clone()));

    // CPU, memory, requests, response time, errors: and each of them is a metric that there is.
    let names: BTreeSet<String> = metrics(&board).iter().map(|metric| metric[1].clone()).collect();
    for name in [
        "CPUUtilization",
        "MemoryUtilization",
        "RequestCount",
        "TargetResponseTime",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_ELB_5XX_Count",
    ] {
        assert!(names.contains(name), "{names:?}");
    }
    for metric in metrics(&board).iter().filter(|metric| !metric[1].contains("5XX")) {
        let dimensions: Vec<String> = metric[2..].chunks(2).map(|pair| format!("Name={},Value={}", pair[0], pair[1])).collect();
        let mut arguments =
            vec!["cloudwatch", "list-metrics", "--namespace", &metric[0], "--metric-name", &metric[1], "--dimensions"];
        arguments.extend(dimensions.iter().map(String::as_str));
        let found = desk.aws(&arguments);
        assert_eq!(found["Metrics"][0]["Dimensions"].as_array().map(Vec::len), Some(dimensions.len()), "{metric:?}: {found}");
    }

    // The guide's own command comes to the same chart.
    let Some(guide) = Desk::new(CONFIG) else { return };
    guide.project.write("dashboard.json", GUIDE_BOARD);
    let put = [
        "cloudwatch",
        "put-dashboard",
        "--dashboard-name",
        "nest-wallet-monitoring",
        "--dashboard-body",
        "file://dashboard.json",
    ];
    assert_eq!(guide.aws(&put)["DashboardValidationMessages"], json!([]));
    assert_eq!(titled(&guide.board(), "CPU"), titled(&board, "CPU"));
}

#[test]
fn what_somebody_else_put_on_the_dashboard_stays() {
    let Some(desk) = Desk::new(CONFIG) else { return };
    let other =
        json!({ "type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": { "markdown": "# Call Kim first" } });
    let stale = json!({ "type": "metric", "x": 6, "y": 9, "width": 6, "height": 6, "properties": {
        "title": "CPU", "region": "ap-northeast-2", "metrics": [["AWS/ECS", "CPUUtilization"]] } });
    desk.project.write("dashboard.json", &json!({ "start": "-P1D", "widgets": [other, stale] }).to_string());
    desk.aws(&[
        "cloudwatch",
        "put-dashboard",
        "--dashboard-name",
        "nest-wallet-monitoring",
        "--dashboard-body",
        "file://dashboard.json",
    ]);
    for _ in 0..2 {
        desk.run(&["dashboard", "--env", "prod"]).status(0);
    }
    assert_eq!(desk.count("PutDashboard"), 2, "the aws CLI once, rollbook once");
    let board = desk.board();
    let text = board["widgets"].as_array().unwrap().iter().find(|one| one["type"] == "text").unwrap().clone();
    assert_eq!((&text["properties"], &text["y"], &board["start"]), (&other["properties"], &json!(18), &json!("-P1D")));
    assert_eq!(board["widgets"].as_array().map(Vec::len), Some(7));
    assert_ne!(titled(&board, "CPU"), &stale);
}

#[test]
fn the_alarms_are_there_after_one_command_and_written_once() {
    let Some(desk) = Desk::new(CONFIG) else { return };
    desk.aws(&["cloudwatch", "delete-alarms", "--alarm-names", "nest-wallet-cpu-high"]);
    let ran = desk.run(&["alarms", "--env", "prod"]);
    ran.status(0).says("nest-wallet-cpu-high is new: CPUUtilization > 80, 2 of 2 times 5 min");
    assert_eq!(desk.count("PutMetricAlarm"), 5);
    let again = desk.run(&["alarms", "--env", "prod", "--output", "json"]);
    assert_eq!(again.status(0).json()["result"]["changed"], json!([]));
    assert_eq!(desk.count("PutMetricAlarm"), 5);
    desk.pass(900);
    for name in ["cpu-high", "memory-high", "unhealthy-hosts", "5xx", "elb-5xx"] {
        assert_eq!(desk.alarm(&format!("nest-wallet-{name}"))["StateValue"], "OK", "{name}");
    }

    // A threshold and a topic: only what differs is put, and what the account added stays.
    let topic = "arn:aws:sns:ap-northeast-2:123456789012:ops";
    desk.aws(&["cloudwatch", "disable-alarm-actions", "--alarm-names", "nest-wallet-memory-high"]);
    desk.run(&["alarms", "--env", "prod", "--cpu", "70"]).status(0).says("Threshold  80.0 → 70.0");
    assert_eq!((desk.count("PutMetricAlarm"), desk.alarm("nest-wallet-cpu-high")["Threshold"].clone()), (6, json!(70.0)));
    desk.run(&["alarms", "--env", "prod"]).status(0).says("nothing to do").says("nobody is told when these 5 alarms go off");
    desk.run(&["alarms", "--env", "prod", "--topic", topic]).status(0);
    desk.run(&["alarms", "--env", "prod"]).status(0).says("nothing to do").never_says("nobody is told");
    assert_eq!(desk.count("PutMetricAlarm"), 11);
    assert_eq!(desk.alarm("nest-wallet-5xx")["AlarmActions"], json!([topic]));
    assert_eq!(desk.alarm("nest-wallet-memory-high")["ActionsEnabled"], json!(false));
    desk.run(&["alarms", "--env", "prod", "--topic", "ops"]).status(1).says("takes the ARN of a topic");
    desk.run(&["alarms", "--env", "prod", "--cpu", "0"]).status(1).says("from 1 to 99");
    desk.run(&["alarms", "--env", "prod", "--memory", "200"]).status(1).says("from 1 to 99");
}

#[test]
fn the_guides_own_alarm_is_the_same_but_for_what_it_watches() {
    let (Some(ours), Some(guide)) = (Desk::new(CONFIG), Desk::new(CONFIG)) else { return };
    for desk in [&ours, &guide] {
        desk.aws(&["cloudwatch", "delete-alarms", "--alarm-names", "nest-wallet-cpu-high"]);
    }
    ours.run(&["alarms", "--env", "prod"]).status(0);
    guide.aws(GUIDE_ALARM);
    let (alarm, other) = (ours.alarm("nest-wallet-cpu-high"), guide.alarm("nest-wallet-cpu-high"));
    for name in [
        "AlarmName",
        "AlarmDescription",
        "MetricName",
        "Namespace",
        "Statistic",
        "Period",
        "Threshold",
        "ComparisonOperator",
        "EvaluationPeriods",
    ] {
        assert_eq!(alarm[name], other[name], "{name}");
    }
    // Without dimensions it watches a metric that AWS does not have.
    assert_eq!((other["Dimensions"].clone(), alarm["Dimensions"].as_array().map(Vec::len)), (json!([]), Some(2)));
    for desk in [&ours, &guide] {
        desk.pass(900);
    }
    let states = [&ours, &guide].map(|desk| desk.alarm("nest-wallet-cpu-high")["StateValue"].clone());
    assert_eq!(states, [json!("OK"), json!("INSUFFICIENT_DATA")]);
    guide.run(&["alarms", "--env", "prod"]).status(0).says("nest-wallet-cpu-high changes:").says("Dimensions");
    guide.pass(60);
    assert_eq!(guide.alarm("nest-wallet-cpu-high")["StateValue"], "OK");
}

#[test]
fn what_would_be_put_is_shown_and_not_written() {
    let Some(desk) = Desk::new(CONFIG) else { return };
    let shown = desk.run(&["alarms", "--env", "prod", "--cpu", "70", "--show"]);
    shown.status(0).says("Threshold  80.0 → 70.0").says("nest-wallet-5xx is new").says("nothing was written");
    // What is there, not what would be.
    shown.prints("CPUUtilization > 80").prints("not there yet");
    shown.says(
        "nest-wallet-elb-5xx watches all of nest-wallet-alb, and goes off for what else is behind it too: nest-wallet-dev-tg",
    );
    let shown = desk.run(&["dashboard", "--env", "prod", "--show", "--output", "json"]);
    let result = shown.status(0).says("Requests is new: RequestCount").json()["result"].clone();
    assert_eq!(result["charts"], json!(["CPU", "Memory"]));
    assert_eq!((&result["changed"], &result["differs"]), (&json!(false), &json!(true)));
    desk.run(&["dashboard", "--env", "prod", "--show", "--name", "none"]).status(0).prints("there is no dashboard none yet");
    assert_eq!((desk.count("PutMetricAlarm"), desk.count("PutDashboard")), (0, 0));
}

/// The load goes up after eight minutes, while the new tasks are still watched.
const HOT: &str = "[[fault]]\nkind = \"load\"\nservice = \"nest-wallet-service\"\nafter = \"8m\"\ncpu = 190\n";

#[test]
fn an_alarm_that_goes_off_takes_a_deployment_back() {
    let scenario = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(scenario.path(), HOT).expect("it can be written");
    let Some(desk) = Desk::with(CONFIG, &["--scenario", scenario.path().to_str().expect("a path")]) else { return };
    let dimensions = [format!("Name=ClusterName,Value={CLUSTER}"), format!("Name=ServiceName,Value={SERVICE}")];
    let mut put = GUIDE_ALARM.to_vec();
    put.extend(["--dimensions", &dimensions[0], &dimensions[1], "--period", "60"]);
    desk.aws(&put);
    let watch = json!({ "alarms": { "alarmNames": ["nest-wallet-cpu-high"], "enable": true, "rollback": true }, "bakeTimeInMinutes": 20 });
    desk.aws(&[
        "ecs",
        "update-service",
        "--cluster",
        CLUSTER,
        "--service",
        SERVICE,
        "--deployment-configuration",
        &watch.to_string(),
    ]);
    desk.pass(120);
    let image = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";
    desk.run(&["deploy", "--env", "prod", "--image", image]).status(3).says("alarm");
    let history = desk.aws(&[
        "cloudwatch",
        "describe-alarm-history",
        "--alarm-name",
        "nest-wallet-cpu-high",
        "--history-item-type",
        "StateUpdate",
    ]);
    let told: Vec<&str> =
        history["AlarmHistoryItems"].as_array().unwrap().iter().filter_map(|item| item["HistorySummary"].as_str()).collect();
    assert!(told.contains(&"Alarm updated from OK to ALARM"), "{told:?}");
    let service = desk.aws(&["ecs", "describe-services", "--cluster", CLUSTER, "--services", SERVICE]);
    assert!(service["services"][0]["taskDefinition"].as_str().is_some_and(|arn| arn.ends_with(":41")), "{service:#}");
}
