//! Protocols that today's clients here do not pick by themselves, and what
//! belongs to HTTP.

use std::io::{Read, Write};

use ciborium::value::Value as Cbor;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::{Server, parse};
use crate::harness::Project;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const LIST_CLUSTERS: (&str, &str) = ("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters");
const JSON: (&str, &str) = ("Content-Type", "application/x-amz-json-1.1");

#[test]
fn cloudwatch_answers_forms_with_xml() {
    let server = Server::start(&Project::new(), &[]);
    let ask = |action: &str| server.http("POST", "/", &[FORM], format!("Action={action}&Version=2010-08-01").as_bytes());
    let answer = ask("DescribeAlarms&AlarmNames.member.1=nest-wallet-cpu-high&AlarmNames.member.2=other");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/xml")));
    let text = answer.text();
    assert!(text.starts_with("<DescribeAlarmsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"), "{text}");
    assert!(text.contains("<MetricAlarms><member>") && text.contains("<Threshold>80.0</Threshold>"), "{text}");
    assert!(text.contains("<StateUpdatedTimestamp>2026-07-01T06:"), "{text}");
    let body = ask("GetDashboard&DashboardName=nest-wallet-monitoring").text();
    assert!(body.contains("<DashboardBody>{&quot;widgets&quot;"), "{body}");
    let refused = ask("GetDashboard&DashboardName=no%3Cpe%3E");
    assert_eq!(refused.status, 404);
    let text = refused.text();
    assert!(text.contains("<Code>ResourceNotFound</Code><Message>Dashboard no&lt;pe&gt; does not exist</Message>"), "{text}");
    assert!(ask("PutScalingPolicy").text().contains("<Code>InvalidAction</Code>"));
    assert!(ask("DescribeAlarms&MaxRecords=many").text().contains("<Code>SerializationException</Code>"));
    assert!(ask("GetDashboard").text().contains("Value null at 'DashboardName'"));
}

#[test]
fn cloudwatch_answers_json_with_the_codes_of_its_older_protocol() {
    let server = Server::start(&Project::new(), &[]);
    let ask = |operation: &str, body: &str| {
        let target = format!("GraniteServiceVersion20100801.{operation}");
        server.http("POST", "/", &[("X-Amz-Target", &target), ("Content-Type", "application/x-amz-json-1.0")], body.as_bytes())
    };
    let answer = ask("DescribeAlarms", r#"{"AlarmNamePrefix":"nest-"}"#);
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.0"));
    assert_eq!(answer.json()["MetricAlarms"][0]["AlarmName"], "nest-wallet-cpu-high");
    let refused = ask("GetDashboard", r#"{"DashboardName":"nope"}"#);
    assert_eq!((refused.status, refused.header("x-amzn-query-error")), (404, Some("ResourceNotFound;Sender")));
    assert_eq!(refused.json()["__type"], "ResourceNotFound");
}

#[test]
fn cloudwatch_answers_cbor_with_times_as_times() {
    let server = Server::start(&Project::new(), &[]);
    let ask = |operation: &str, pairs: &[(&str, Cbor)]| {
        let mut body = Vec::new();
        let pairs = pairs.iter().map(|(name, value)| (Cbor::Text((*name).to_owned()), value.clone()));
        ciborium::into_writer(&Cbor::Map(pairs.collect()), &mut body).unwrap();
        let path = format!("/service/GraniteServiceVersion20100801/operation/{operation}");
        let headers = [("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")];
        let answer = server.http("POST", &path, &headers, &body);
        assert_eq!(
            (answer.header("smithy-protocol"), answer.header("content-type")),
            (Some("rpc-v2-cbor"), Some("application/cbor"))
        );
        let document: Cbor = ciborium::from_reader(&answer.body[..]).unwrap();
        (answer, document)
    };
    let (answer, document) = ask("DescribeAlarms", &[("AlarmNames", Cbor::Array(vec!["nest-wallet-cpu-high".into()]))]);
    assert_eq!(answer.status, 200);
    let alarm = &member(&document, "MetricAlarms").as_array().unwrap()[0];
    assert_eq!(member(alarm, "Threshold").as_float(), Some(80.0));
    assert!(matches!(member(alarm, "StateUpdatedTimestamp"), Cbor::Tag(1, _)), "{alarm:?}");
    let (answer, document) = ask("GetDashboard", &[("DashboardName", "nope".into())]);
    assert_eq!((answer.status, answer.header("x-amzn-query-error")), (404, Some("ResourceNotFound;Sender")));
    assert_eq!(member(&document, "__type").as_text(), Some("com.amazonaws.cloudwatch#ResourceNotFound"));
    let time = |seconds: f64| Cbor::Tag(1, Box::new(Cbor::Float(seconds)));
    let (answer, document) = ask("DescribeAlarmHistory", &[("StartDate", time(1.5e9))]);
    assert_eq!(answer.status, 200, "the time was understood");
    assert!(member(&document, "AlarmHistoryItems").as_array().is_some_and(|items| items.len() >= 2));
    for wrong in [time(f64::NAN), time(1e300), Cbor::Bool(true)] {
        let (answer, _) = ask("DescribeAlarmHistory", &[("StartDate", wrong)]);
        assert_eq!(answer.header("x-amzn-query-error"), Some("SerializationException;Sender"));
    }
}

fn member<'a>(document: &'a Cbor, name: &str) -> &'a Cbor {
    let pairs = document.as_map().expect("a map");
    pairs
        .iter()
        .find(|(key, _)| key.as_text() == Some(name))
        .map(|(_, value)| value)
        .unwrap_or_else(|| panic!("{name}: {pairs:?}"))
}

#[test]
fn requests_are_checked_as_aws_checks_them() {
    let server = Server::start(&Project::new(), &[]);
    let ask = |operation: &str, request| {
        let answer = server.json(&format!("AmazonEC2ContainerServiceV20141113.{operation}"), &request);
        (answer.status, answer.json()["__type"].as_str().unwrap_or_default().to_owned())
    };
    let is = |status, code: &str| (status, code.to_owned());
    let service = json!({ "cluster": "nest-wallet-cluster", "service": "nest-wallet-service", "desiredCount": "many" });
    assert_eq!(ask("UpdateService", service), is(400, "SerializationException"));
    assert_eq!(ask("UpdateService", json!([])), is(400, "SerializationException"));
    assert_eq!(ask("UpdateService", json!({})), is(400, "InvalidParameterException"));
    assert_eq!(ask("NoSuchThing", json!({})), is(400, "UnknownOperationException"));
    // AWS ignores what it does not know, and null is nothing.
    assert_eq!(ask("ListClusters", json!({ "unheardOf": 1, "maxResults": null })), is(200, ""));
    let put = json!({ "SecretId": "nest-wallet-prod-secrets", "SecretBinary": "not base64!" });
    assert_eq!(server.json("secretsmanager.PutSecretValue", &put).json()["__type"], "SerializationException");
}

#[test]
fn bodies_are_unpacked_or_clearly_refused() {
    let server = Server::start(&Project::new(), &[]);
    let mut zip = GzEncoder::new(Vec::new(), Compression::default());
    zip.write_all(br#"{"DashboardName":"nest-wallet-monitoring"}"#).unwrap();
    let target = ("X-Amz-Target", "GraniteServiceVersion20100801.GetDashboard");
    let kind = ("Content-Type", "application/x-amz-json-1.0");
    let ask = |encoding, body: &[u8]| server.http("POST", "/", &[target, kind, ("Content-Encoding", encoding)], body);
    assert_eq!(ask("gzip", &zip.finish().unwrap()).json()["DashboardName"], "nest-wallet-monitoring");
    assert_eq!(ask("gzip", b"not gzip").json()["__type"], "SerializationException");
    let refused = ask("aws-chunked", b"2\r\n{}\r\n0\r\n\r\n");
    assert_eq!((refused.status, refused.json()["__type"].as_str()), (415, Some("UnsupportedMediaType")));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::default());
    bomb.write_all(&vec![b' '; 9 << 20]).unwrap();
    assert_eq!(ask("gzip", &bomb.finish().unwrap()).status, 413);
    assert_eq!(server.http("POST", "/", &[LIST_CLUSTERS, JSON], &vec![b' '; 9 << 20]).status, 413);
}

#[test]
fn a_connection_is_kept_and_a_client_may_wait_for_leave_to_send() {
    let server = Server::start(&Project::new(), &[]);
    let mut stream = server.connect();
    let head = |more: &str| {
        format!(
            "POST / HTTP/1.1\r\nHost: x\r\n{}: {}\r\n{}: {}\r\nContent-Length: 2\r\n{more}\r\n",
            LIST_CLUSTERS.0, LIST_CLUSTERS.1, JSON.0, JSON.1
        )
    };
    let read = |stream: &mut std::net::TcpStream, until: &str| {
        let (mut seen, mut byte) = (Vec::new(), [0; 1]);
        while !seen.ends_with(until.as_bytes()) {
            assert_eq!(stream.read(&mut byte).expect("an answer"), 1, "{}", String::from_utf8_lossy(&seen));
            seen.push(byte[0]);
        }
        parse(&seen)
    };
    for _ in 0..3 {
        stream.write_all(format!("{}{{}}", head("")).as_bytes()).unwrap();
        assert_eq!(read(&mut stream, "]}").json()["clusterArns"].as_array().map(Vec::len), Some(1));
    }
    stream.write_all(head("Expect: 100-continue\r\n").as_bytes()).unwrap();
    assert_eq!(read(&mut stream, "\r\n\r\n").status, 100);
    stream.write_all(b"{}").unwrap();
    assert_eq!(read(&mut stream, "]}").status, 200);
}
