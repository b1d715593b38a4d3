//! CloudWatch on the socket, as boto3, the aws CLI and rollbook's own SDK ask it.

use serde_json::{Value, json};

use super::Server;
use crate::harness::Project;

/// Everything that boto3 has for metrics, alarms and dashboards.
const EVERYTHING: &str = r#"
from datetime import datetime, timedelta, timezone
cloudwatch = client("cloudwatch")
def pages(operation, items, **request):
    return [one for page in cloudwatch.get_paginator(operation).paginate(**request) for one in page[items]]
now = datetime(2026, 7, 1, 9, 0, tzinfo=timezone.utc)
own = [{"Name": "ServiceName", "Value": "nest-wallet-service"}, {"Name": "ClusterName", "Value": "nest-wallet-cluster"}]
alarm = dict(Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=own, Statistic="Average", Period=60,
             EvaluationPeriods=1, Threshold=30, ComparisonOperator="GreaterThanThreshold")
topic = "arn:aws:sns:ap-northeast-2:123456789012:ops"
for number in range(3):
    cloudwatch.put_metric_alarm(AlarmName=f"boto-{number}", AlarmActions=[topic], Tags=[{"Key": "team", "Value": "wallet"}], **alarm)
control("advance", {"seconds": 60})
cloudwatch.get_waiter("alarm_exists").wait(AlarmNames=["boto-0"], WaiterConfig={"Delay": 0, "MaxAttempts": 1})
described = pages("describe_alarms", "MetricAlarms", AlarmNamePrefix="boto-", PaginationConfig={"PageSize": 1})
cloudwatch.set_alarm_state(AlarmName="boto-1", StateValue="OK", StateReason="a drill")
cloudwatch.disable_alarm_actions(AlarmNames=["boto-2"])
history = pages("describe_alarm_history", "AlarmHistoryItems", AlarmName="boto-0", ScanBy="TimestampAscending")
arn = described[0]["AlarmArn"]
tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
of_metric = cloudwatch.describe_alarms_for_metric(Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=own, Period=60)
stat = {"Metric": {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Dimensions": own}, "Period": 60, "Stat": "Average"}
queries = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": "m1 * 2", "Label": "twice"}]
window = dict(StartTime=now - timedelta(minutes=10), EndTime=now)
data = {}
for page in cloudwatch.get_paginator("get_metric_data").paginate(MetricDataQueries=queries, PaginationConfig={"PageSize": 7}, **window):
    for result in page["MetricDataResults"]:
        data.setdefault(result["Label"], []).extend(result["Values"])
statistics = cloudwatch.get_metric_statistics(Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=own, Period=300,
                                              Statistics=["Maximum"], ExtendedStatistics=["p99"], **window)
# More than ten kilobytes: boto3 compresses them.
cloudwatch.put_metric_data(Namespace="Wallet", MetricData=[
    {"MetricName": "Logins", "Dimensions": [{"Name": "Shop", "Value": f"shop-number-{number}"}], "Value": number, "Unit": "Count"}
    for number in range(600)])
published = pages("list_metrics", "Metrics", Namespace="Wallet")
body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "hello"}}]})
cloudwatch.put_dashboard(DashboardName="boto", DashboardBody=body)
listed = pages("list_dashboards", "DashboardEntries", DashboardNamePrefix="bo")
kept = cloudwatch.get_dashboard(DashboardName="boto")["DashboardBody"] == body
cloudwatch.delete_dashboards(DashboardNames=["boto"])
cloudwatch.delete_alarms(AlarmNames=["boto-0", "boto-1", "boto-2"])
answer({
    "states": [one["StateValue"] for one in described], "reason": described[0]["StateReason"],
    "updated": described[0]["StateUpdatedTimestamp"].isoformat(),
    "history": [one["HistorySummary"] for one in history], "tags": tags,
    "of_metric": [[one["AlarmName"], one["StateValue"], one["ActionsEnabled"]] for one in of_metric["MetricAlarms"] if one["AlarmName"].startswith("boto")],
    "data": {label: [len(values), sorted(set(values))] for label, values in data.items()},
    "statistics": sorted([point["Maximum"], point["ExtendedStatistics"]["p99"], point["Unit"]] for point in statistics["Datapoints"]),
    "published": len(published), "dashboards": [one["Size"] == len(body) for one in listed], "kept": kept,
    "refused": [refused(cloudwatch.put_metric_alarm, AlarmName="x", **{**alarm, "Period": 7}),
                refused(cloudwatch.put_dashboard, DashboardName="x", DashboardBody="{"),
                refused(cloudwatch.get_dashboard, DashboardName="boto"), refused(cloudwatch.delete_alarms, AlarmNames=["boto-0"])],
})
"#;

#[test]
fn boto3_watches() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let Some(answer) = server.boto3(project.path(), EVERYTHING) else { return };
    assert_eq!(answer["states"], json!(["ALARM", "ALARM", "ALARM"]));
    let reason = "Threshold Crossed: 1 datapoint [65.0 (01/07/26 09:00:00)] was greater than the threshold (30.0).";
    assert_eq!((&answer["reason"], &answer["updated"]), (&json!(reason), &json!("2026-07-01T09:01:00+00:00")));
    let history = [
        "Alarm \"boto-0\" created",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        "Successfully executed action arn:aws:sns:ap-northeast-2:123456789012:ops",
    ];
    assert_eq!((&answer["history"], &answer["tags"]), (&json!(history), &json!([{ "Key": "team", "Value": "wallet" }])));
    assert_eq!(answer["of_metric"], json!([["boto-0", "ALARM", true], ["boto-1", "OK", true], ["boto-2", "ALARM", false]]));
    assert_eq!(answer["data"], json!({ "CPUUtilization": [10, [65.0]], "twice": [10, [130.0]] }));
    assert_eq!(answer["statistics"], json!([[65.0, 65.0, "Percent"], [65.0, 65.0, "Percent"]]));
    assert_eq!((&answer["published"], &answer["dashboards"], &answer["kept"]), (&json!(600), &json!([true]), &json!(true)));
    let refused =
        json!([["ValidationError", 400], ["InvalidParameterInput", 400], ["ResourceNotFound", 404], ["ResourceNotFound", 404]]);
    assert_eq!(answer["refused"], refused);
}

/// The SDK that rollbook is built with speaks CBOR with CloudWatch.
#[test]
fn rollbook_watches() {
    let server = Server::start(&Project::new(), &[]);
    let script = r#"
let own = [#{ Name: "ServiceName", Value: "nest-wallet-service" }, #{ Name: "ClusterName", Value: "nest-wallet-cluster" }];
let metric = #{ Namespace: "AWS/ECS", MetricName: "CPUUtilization", Dimensions: own };
let query = #{ Id: "m1", MetricStat: #{ Metric: metric, Period: 60, Stat: "Average" } };
let to = time("2026-07-01T09:00:00Z");
let data = cloudwatch::get_metric_data(#{ MetricDataQueries: [query], StartTime: to - duration("3m"), EndTime: to }).MetricDataResults[0];
let statistics = cloudwatch::get_metric_statistics(metric + #{ StartTime: to - duration("3m"), EndTime: to, Period: 180, Statistics: ["Sum", "SampleCount"] });
let names = cloudwatch::all::list_metrics(#{ Namespace: "AWS/ApplicationELB", MetricName: "RequestCount" }).Metrics.map(|one| one.Dimensions.len());
let history = cloudwatch::describe_alarm_history(#{ AlarmName: "nest-wallet-cpu-high", StartDate: to - duration("24h") }).AlarmHistoryItems;
try { cloudwatch::put_dashboard(#{ DashboardName: "a b", DashboardBody: "{}" }) } catch (e) { print(e.code) }
print(json::text([data.Values, data.Timestamps[0] == to - duration("1m"), statistics.Datapoints[0].Sum, statistics.Datapoints[0].SampleCount, names, history.len()]));
"#;
    let project = server.project().runbook("look", "\"cloudwatch:PutDashboard\"", script);
    let ran = project.run(&["run", "look"]);
    let printed: Vec<&str> = ran.status(0).stdout.lines().collect();
    assert_eq!(printed[0], "InvalidParameterInput");
    let found: Value = serde_json::from_str(printed[1]).expect("JSON");
    assert_eq!(found, json!([[65.0, 65.0, 65.0], true, 390.0, 6.0, [1, 2, 2], 2]), "{ran}");
}

/// Older clients send forms and read XML.
#[test]
fn the_query_protocol_watches() {
    let server = Server::start(&Project::new(), &[]);
    let ask = |form: &str| {
        let body = format!("{form}&Version=2010-08-01");
        server.http("POST", "/", &[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")], body.as_bytes())
    };
    let alarm = "Action=PutMetricAlarm&AlarmName=form&Namespace=AWS%2FECS&MetricName=CPUUtilization&Statistic=Average&Period=60\
                 &EvaluationPeriods=1&Threshold=30.5&ComparisonOperator=GreaterThanThreshold\
                 &Dimensions.member.1.Name=ClusterName&Dimensions.member.1.Value=nest-wallet-cluster\
                 &Dimensions.member.2.Name=ServiceName&Dimensions.member.2.Value=nest-wallet-service";
    assert_eq!(ask(alarm).status, 200);
    server.control("POST", "advance", "{\"seconds\": 60}");
    let described = ask("Action=DescribeAlarms&AlarmNames.member.1=form").text();
    assert!(
        described.contains("<StateValue>ALARM</StateValue>") && described.contains("<Threshold>30.5</Threshold>"),
        "{described}"
    );
    let listed = ask(
        "Action=ListMetrics&Namespace=AWS%2FECS&Dimensions.member.1.Name=ServiceName&Dimensions.member.1.Value=nest-wallet-service",
    );
    assert_eq!(listed.text().matches("<MetricName>").count(), 2, "{}", listed.text());
    let refused = ask("Action=PutDashboard&DashboardName=x&DashboardBody=%7B");
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("<Code>InvalidParameterInput</Code>"), "{}", refused.text());
}
