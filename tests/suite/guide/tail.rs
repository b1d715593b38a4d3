//! `aws logs tail --follow` of version 2 of the CLI, which the pinned version
//! lacks: the same sequence of requests, sent by boto3.

use serde_json::json;

use crate::door::Server;
use crate::harness::Project;

/// It asks from ten minutes ago on, interleaved, and turns the pages; then it
/// asks again from the time of the newest line and leaves out what it knows of
/// that time.
const TAIL: &str = r#"
logs = client("logs")
group, shown = "/ecs/nest-wallet", []
now = datetime.datetime.fromisoformat(control("advance", {"seconds": 1})["now"])
request = {"logGroupName": group, "interleaved": True, "startTime": int(now.timestamp() * 1000) - 600_000}
known, pages, restarted = {}, 0, False
while pages < 60:
    response = logs.filter_log_events(limit=7, **request)
    pages += 1
    for event in response["events"]:
        ids = known.setdefault(event["timestamp"], set())
        if event["eventId"] not in ids:
            ids.add(event["eventId"])
            shown.append([event["timestamp"], event["logStreamName"], event["message"], event["ingestionTime"]])
    if known:
        newest = max(known)
        known = {newest: known[newest]}
    if "nextToken" in response:
        request["nextToken"] = response["nextToken"]
        continue
    request.pop("nextToken", None)
    if known: request["startTime"] = max(known)
    if not restarted:
        restarted = True
        client("ecs").update_service(cluster="nest-wallet-cluster", service="nest-wallet-service", forceNewDeployment=True)
    control("advance", {"seconds": 5})
end = shown[-1][0]
whole, token = [], {}
while True:
    page = logs.filter_log_events(logGroupName=group, startTime=int(now.timestamp() * 1000) - 600_000, endTime=end, **token)
    whole += [[event["timestamp"], event["logStreamName"], event["message"], event["ingestionTime"]] for event in page["events"]]
    if "nextToken" not in page: break
    token = {"nextToken": page["nextToken"]}
answer({"repeated": len(shown) - len({json.dumps(line) for line in shown}), "missing": [line for line in whole if line not in shown],
        "started": sum("starting nest-wallet-container" in line[2] for line in shown), "lines": len(shown)})
"#;

#[test]
fn the_requests_of_tail_follow_are_answered_without_gap_or_repetition() {
    let project = Project::new();
    let server = Server::start(&project, &[]);
    let Some(answer) = server.boto3(project.path(), &format!("import datetime\n{TAIL}")) else { return };
    assert_eq!((&answer["repeated"], &answer["missing"]), (&json!(0), &json!([])), "{answer}");
    assert!(answer["started"] == json!(2) && answer["lines"].as_u64() > Some(20), "{answer}");
}
