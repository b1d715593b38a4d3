//! M1 to M9: what is measured, and which metrics there are.

use rollbook::map;
use rollbook::value::Value;

use super::super::scaling::bear;
use super::super::stage::{CLUSTER, SERVICE, Stage};
use super::{ask, assert_refused, balancer, before, fixed, float, of_service, pairs, values};

/// M1 A service's CPU and memory are its load over the tasks that run, minute by
/// minute, the past as it was then; no task, no datapoint.
#[test]
fn m01_services() {
    let mut stage = fixed();
    let cpu = || ("AWS/ECS", "CPUUtilization", of_service());
    assert_eq!(values(&mut stage, cpu(), "Average", 3), [65.0, 65.0, 65.0]);
    assert_eq!(values(&mut stage, ("AWS/ECS", "MemoryUtilization", of_service()), "Maximum", 1), [45.0]);
    assert_eq!(values(&mut stage, cpu(), "SampleCount", 1), [2.0], "one value a task");
    bear(&mut stage, "cpu = 150\nmemory = 320");
    stage.wait(179);
    assert_eq!(values(&mut stage, cpu(), "Average", 5), [65.0, 65.0, 75.0, 75.0, 75.0]);
    assert_eq!(values(&mut stage, ("AWS/ECS", "MemoryUtilization", of_service()), "Average", 1), [100.0], "no more than all");
    let gone = ("AWS/ECS", "CPUUtilization", pairs(&[("ClusterName", CLUSTER), ("ServiceName", "nobody")]));
    assert_eq!(values(&mut stage, gone, "Average", 5), [] as [f64; 0]);
    super::scaling(&mut stage, "register_scalable_target", map! { "MinCapacity" => 0, "MaxCapacity" => 2 });
    stage.update("desiredCount", 0);
    stage.wait(300);
    assert_eq!(values(&mut stage, cpu(), "Average", 1), [] as [f64; 0]);
}

/// M2 Dimensions must be all of a metric's, in any order: without them, or with
/// others, there is no data.
#[test]
fn m02_dimensions() {
    let mut stage = Stage::new();
    let turned = pairs(&[("ServiceName", SERVICE), ("ClusterName", CLUSTER)]);
    assert_eq!(values(&mut stage, ("AWS/ECS", "CPUUtilization", turned), "Average", 1).len(), 1);
    let some = pairs(&[("ServiceName", SERVICE)]);
    for dimensions in [vec![], some, [of_service(), pairs(&[("Other", "x")])].concat()] {
        assert_eq!(values(&mut stage, ("AWS/ECS", "CPUUtilization", dimensions), "Average", 5), [] as [f64; 0]);
    }
}

/// M3 A target group counts its hosts, and its requests as the load says; the
/// load balancer those of all its groups.
#[test]
fn m03_balancers() {
    let mut stage = Stage::new();
    let (balancer, group) = balancer(&mut stage);
    let both = || pairs(&[("LoadBalancer", balancer.as_str()), ("TargetGroup", group.as_str())]);
    let alone = || pairs(&[("LoadBalancer", balancer.as_str())]);
    let metric = |name, dimensions| ("AWS/ApplicationELB", name, dimensions);
    for (name, dimensions, statistic, expected) in [
        ("RequestCount", both(), "Sum", vec![1200.0]),
        ("RequestCount", both(), "Average", vec![1.0]),
        ("RequestCount", alone(), "Sum", vec![1230.0]),
        ("RequestCountPerTarget", pairs(&[("TargetGroup", group.as_str())]), "Sum", vec![600.0]),
        ("HTTPCode_Target_2XX_Count", both(), "Sum", vec![1200.0]),
        ("HealthyHostCount", both(), "Minimum", vec![2.0]),
        ("UnHealthyHostCount", both(), "Maximum", vec![0.0]),
        ("HealthyHostCount", alone(), "Minimum", vec![]),
        ("HTTPCode_ELB_5XX_Count", both(), "Sum", vec![]),
    ] {
        assert_eq!(values(&mut stage, metric(name, dimensions), statistic, 1), expected, "{name} {statistic}");
    }
    let time = |stage: &mut Stage| values(stage, metric("TargetResponseTime", both()), "Average", 1)[0];
    let calm = time(&mut stage);
    assert!((0.01..0.2).contains(&calm), "{calm}");
    bear(&mut stage, "cpu = 190");
    stage.wait(60);
    assert!(time(&mut stage) > 3.0 * calm, "a busy target takes longer");
}

/// M4 What counts what went wrong is told only when something did.
#[test]
fn m04_errors_are_sparse() {
    let mut stage = fixed();
    let (balancer, group) = balancer(&mut stage);
    let both = || pairs(&[("LoadBalancer", balancer.as_str()), ("TargetGroup", group.as_str())]);
    let target_errors = || ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", both());
    let own_errors = || ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", pairs(&[("LoadBalancer", balancer.as_str())]));
    assert_eq!((values(&mut stage, target_errors(), "Sum", 5), values(&mut stage, own_errors(), "Sum", 5)), (vec![], vec![]));
    bear(&mut stage, "cpu = 400");
    stage.wait(60);
    assert_eq!(values(&mut stage, target_errors(), "Sum", 1), [600.0], "two tasks can do half of it");
    super::scaling(&mut stage, "register_scalable_target", map! { "MinCapacity" => 0, "MaxCapacity" => 2 });
    stage.update("desiredCount", 0);
    stage.wait(300);
    assert_eq!(values(&mut stage, own_errors(), "Sum", 1), [1200.0], "nobody is there to answer");
    assert_eq!(values(&mut stage, target_errors(), "Sum", 1), [] as [f64; 0]);
}

fn listed(stage: &mut Stage, request: Value) -> Vec<String> {
    let answer = ask(stage, "list_metrics", request);
    let shown = |metric: &Value| {
        let dimensions: Vec<&str> = metric.items("Dimensions").iter().filter_map(|pair| pair.text("Name")).collect();
        format!("{} {}", metric.text("MetricName").unwrap(), dimensions.join("+"))
    };
    answer.items("Metrics").iter().map(shown).collect()
}

/// M5 ListMetrics filters by namespace, name and dimensions: a metric with more
/// dimensions than asked for passes.
#[test]
fn m05_list_metrics() {
    let mut stage = Stage::new();
    let (_, group) = balancer(&mut stage);
    let ecs = listed(&mut stage, map! { "Namespace" => "AWS/ECS" });
    assert_eq!(ecs.len(), 4, "{ecs:?}");
    assert_eq!(ecs[0], "CPUUtilization ClusterName+ServiceName");
    let filter = pairs(&[("TargetGroup", group.as_str())]);
    let of_group = listed(&mut stage, map! { "Namespace" => "AWS/ApplicationELB", "Dimensions" => filter.clone() });
    assert!(of_group.contains(&"RequestCount LoadBalancer+TargetGroup".to_owned()), "{of_group:?}");
    assert!(of_group.iter().all(|metric| metric.contains("TargetGroup")), "{of_group:?}");
    let named = listed(&mut stage, map! { "MetricName" => "HealthyHostCount", "Dimensions" => filter });
    assert_eq!(named, ["HealthyHostCount LoadBalancer+TargetGroup"]);
    let any = listed(&mut stage, map! { "MetricName" => "RequestCount", "Dimensions" => vec![map! { "Name" => "TargetGroup" }] });
    assert_eq!(any.len(), 2, "one of each group: {any:?}");
    assert_eq!(listed(&mut stage, map! { "Namespace" => "aws/ecs" }), [] as [String; 0]);
}

fn publish(stage: &mut Stage, data: Vec<Value>) -> Value {
    ask(stage, "put_metric_data", map! { "Namespace" => "Wallet", "MetricData" => data })
}

/// M6 What clients publish can be asked for by the minute: single values, counted
/// values and statistics add up, with the unit that they came in.
#[test]
fn m06_published() {
    let mut stage = Stage::new();
    let at = before(&stage, 2);
    let datum = |more: Value| {
        let mut members = map! { "MetricName" => "Logins", "Timestamp" => at, "Unit" => "Count" }.as_map().cloned().unwrap();
        members.extend(more.as_map().cloned().unwrap());
        Value::Map(members)
    };
    publish(
        &mut stage,
        vec![
            datum(map! { "Value" => 4 }),
            datum(map! { "Values" => vec![1.0, 2.0], "Counts" => vec![2.0, 1.0] }),
            datum(map! { "StatisticValues" => map! { "SampleCount" => 2, "Sum" => 20, "Minimum" => 8, "Maximum" => 12 } }),
        ],
    );
    for (statistic, value) in [("Sum", 28.0), ("SampleCount", 6.0), ("Minimum", 1.0), ("Maximum", 12.0)] {
        assert_eq!(values(&mut stage, ("Wallet", "Logins", vec![]), statistic, 5), [value], "{statistic}");
    }
    assert_eq!(listed(&mut stage, map! { "Namespace" => "Wallet" }), ["Logins "]);
    let request = |unit: &str| {
        map! {
            "Namespace" => "Wallet", "MetricName" => "Logins", "StartTime" => at, "EndTime" => stage.now, "Period" => 60,
            "Statistics" => vec!["Sum"], "Unit" => unit,
        }
    };
    let (count, percent) = (request("Count"), request("Percent"));
    assert_eq!(ask(&mut stage, "get_metric_statistics", count).items("Datapoints")[0].text("Unit"), Some("Count"));
    assert_eq!(ask(&mut stage, "get_metric_statistics", percent).items("Datapoints"), []);
}

/// M7 What is published stays bounded: two weeks, so many points, so many metrics.
#[test]
fn m07_published_data_is_bounded() {
    let mut stage = Stage::new();
    for round in 0..60 {
        let datum = |second: i64| {
            let at = stage.now - jiff::SignedDuration::from_secs(round * 100 + second);
            map! { "MetricName" => "Fine", "Timestamp" => at, "Value" => 1, "StorageResolution" => 1 }
        };
        let data = (0..100).map(datum).collect();
        publish(&mut stage, data);
    }
    let size = stage.sim.to_json().len();
    for round in 0..12 {
        let data = (0..100).map(|number| map! { "MetricName" => format!("m{round}-{number}"), "Value" => 1 }).collect();
        publish(&mut stage, data);
    }
    let answer = ask(&mut stage, "list_metrics", map! { "Namespace" => "Wallet" });
    assert_eq!(answer.items("Metrics").len(), 500, "a page");
    let token = answer.text("NextToken").unwrap();
    let more = ask(&mut stage, "list_metrics", map! { "Namespace" => "Wallet", "NextToken" => token });
    assert_eq!((more.items("Metrics").len(), more.get("NextToken")), (500, None), "a thousand at most");
    assert!(stage.sim.to_json().len() < size + 300_000);
    stage.wait(15 * 24 * 3600);
    publish(&mut stage, vec![map! { "MetricName" => "m11-99", "Value" => 2 }]);
    stage.wait(60);
    assert_eq!(values(&mut stage, ("Wallet", "m11-99", vec![]), "Sum", 24), [2.0]);
}

/// M8 PutMetricData refuses what it cannot keep, and then keeps nothing of it.
#[test]
fn m08_put_metric_data_refuses() {
    let mut stage = Stage::new();
    let request = |namespace: &str, datum: Value| map! { "Namespace" => namespace, "MetricData" => vec![datum] };
    let fine = || map! { "MetricName" => "x", "Value" => 1 };
    let with = |more: Value| {
        let mut members = fine().as_map().cloned().unwrap();
        members.extend(more.as_map().cloned().unwrap());
        Value::Map(members)
    };
    let old = before(&stage, 60 * 24 * 15);
    for (request, code, part) in [
        (request("AWS/ECS", fine()), "InvalidParameterValue", "The value AWS/ECS for parameter Namespace is invalid."),
        (map! { "Namespace" => "Wallet" }, "MissingParameter", "MetricData"),
        (request("Wallet", map! { "MetricName" => "x" }), "MissingParameter", "MetricData.member.1.Value is required"),
        (request("Wallet", with(map! { "Values" => vec![1.0] })), "InvalidParameterCombination", "mutually exclusive"),
        (
            request("Wallet", map! { "MetricName" => "x", "Values" => vec![1.0], "Counts" => vec![1.0, 2.0] }),
            "InvalidParameterValue",
            "must be of the same size",
        ),
        (request("Wallet", with(map! { "Value" => 1e200 })), "InvalidParameterValue", "MetricData.member.1.Value is invalid"),
        (request("Wallet", with(map! { "StorageResolution" => 10 })), "InvalidParameterValue", "must be 1 or 60"),
        (request("Wallet", with(map! { "Timestamp" => old })), "InvalidParameterValue", "past two weeks"),
        (request("Wallet", with(map! { "Timestamp" => before(&stage, -121) })), "InvalidParameterValue", "two hours"),
    ] {
        assert_refused(&mut stage, "put_metric_data", request, code, part);
    }
    let one_wrong = vec![fine(), map! { "MetricName" => "y" }];
    assert_refused(
        &mut stage,
        "put_metric_data",
        map! { "Namespace" => "Wallet", "MetricData" => one_wrong },
        "MissingParameter",
        "MetricData.member.2.Value",
    );
}

/// M9 GetMetricStatistics gives a datapoint a period, refuses more than 1,440,
/// and has percentiles of what was counted.
#[test]
fn m09_get_metric_statistics() {
    let mut stage = Stage::new();
    let (balancer, group) = balancer(&mut stage);
    let request = |period: i64, minutes: i64, more: Value| {
        let mut members = map! {
            "Namespace" => "AWS/ApplicationELB", "MetricName" => "TargetResponseTime", "Period" => period,
            "Dimensions" => pairs(&[("LoadBalancer", balancer.as_str()), ("TargetGroup", group.as_str())]),
            "StartTime" => before(&stage, minutes), "EndTime" => stage.now,
        };
        members.as_map_mut().unwrap().extend(more.as_map().cloned().unwrap());
        members
    };
    let percentiles = request(300, 20, map! { "ExtendedStatistics" => vec!["p50", "p99.9"] });
    let averages = request(3600, 60, map! { "Statistics" => vec!["Average", "Sum"] });
    let refusals = [
        (request(60, 60, map! {}), "InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics"),
        (
            request(60, 60 * 24 + 1, map! { "Statistics" => vec!["Sum"] }),
            "InvalidParameterCombination",
            "You have requested up to 1,441 datapoints, which exceeds the limit of 1,440.",
        ),
        (request(61, 60, map! { "Statistics" => vec!["Sum"] }), "InvalidParameterValue", "multiple of 60"),
        (request(60, 0, map! { "Statistics" => vec!["Sum"] }), "InvalidParameterValue", "must be less than"),
        (request(60, 5, map! { "ExtendedStatistics" => vec!["p101"] }), "InvalidParameterValue", "p101"),
    ];
    let answer = ask(&mut stage, "get_metric_statistics", percentiles);
    assert_eq!(answer.text("Label"), Some("TargetResponseTime"));
    let points = answer.items("Datapoints");
    assert_eq!(points.len(), 4);
    let extended = points[0].get("ExtendedStatistics").unwrap();
    assert!(float(extended, "p50") < float(extended, "p99.9"), "{extended:?}");
    let answer = ask(&mut stage, "get_metric_statistics", averages);
    let point = &answer.items("Datapoints")[0];
    assert!(answer.items("Datapoints").len() == 1 && float(point, "Average") < float(point, "Sum"));
    assert_eq!(point.text("Unit"), Some("Seconds"));
    for (request, code, part) in refusals {
        assert_refused(&mut stage, "get_metric_statistics", request, code, part);
    }
}
