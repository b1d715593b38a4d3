//! Bytes that no client sends: the server answers or hangs up, and goes on.

use serde_json::json;

use super::{Server, definition};
use crate::harness::Project;

const TARGETS: &[&str] = &[
    "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition",
    "AmazonEC2ContainerServiceV20141113.UpdateService",
    "secretsmanager.PutSecretValue",
    "Logs_20140328.FilterLogEvents",
    "AnyScaleFrontendService.RegisterScalableTarget",
    "GraniteServiceVersion20100801.DescribeAlarms",
    "GraniteServiceVersion20100801.",
    ".ListClusters",
    "nothing",
];
const KINDS: &[&str] = &[
    "application/x-amz-json-1.1",
    "application/x-amz-json-1.0",
    "application/x-www-form-urlencoded",
    "application/cbor",
    "text/plain",
];
const PATHS: &[&str] =
    &["/", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", "/service/x", "/service//operation/", "/a?b"];

fn random(dice: &mut fastrand::Rng, bytes_max: usize) -> Vec<u8> {
    let length = dice.usize(0..bytes_max);
    std::iter::repeat_with(|| dice.u8(..)).take(length).collect()
}

fn body(dice: &mut fastrand::Rng) -> Vec<u8> {
    let whole = definition("web", "1").to_string().into_bytes();
    match dice.u8(0..8) {
        0 => random(dice, 400),
        1 => whole[..dice.usize(0..whole.len())].to_vec(),
        2 => b"[".repeat(10_000),
        3 => [&b"{\"containerDefinitions\":"[..], &b"[{\"a\":".repeat(10_000)].concat(),
        // CBOR: ten thousand lists in each other, and a text longer than memory.
        4 => vec![0x81; 10_000],
        5 => vec![0xa1, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        6 => [&b"Action=DescribeAlarms&Version=2010-08-01&AlarmNames."[..], &b"a.".repeat(100_000), &b"=%"[..]].concat(),
        _ => {
            let mut changed = whole;
            for _ in 0..dice.usize(1..6) {
                let at = dice.usize(0..changed.len());
                changed[at] = dice.u8(..);
            }
            changed
        }
    }
}

#[test]
fn malformed_bodies_of_every_protocol_are_refused() {
    let server = Server::start(&Project::new(), &[]);
    let mut dice = fastrand::Rng::with_seed(20_260_701);
    let mut statuses = std::collections::BTreeMap::new();
    for round in 0..400 {
        let body = body(&mut dice);
        let mut headers = vec![("Content-Type", *dice.choice(KINDS).unwrap())];
        if dice.bool() {
            headers.push(("X-Amz-Target", dice.choice(TARGETS).unwrap()));
        }
        if dice.u8(0..4) == 0 {
            headers.push(("Smithy-Protocol", "rpc-v2-cbor"));
        }
        let answer =
            server.http(dice.choice(["POST", "POST", "GET", "PUT"]).unwrap(), dice.choice(PATHS).unwrap(), &headers, &body);
        // A changed byte may leave a request that is fine; nothing may be the server's own failure.
        assert!(matches!(answer.status, 200 | 400..=415), "round {round}: {headers:?} {} {}", answer.head, answer.text());
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    assert!(statuses[&400] > 200, "{statuses:?}");
    server.ecs("ListClusters", json!({}));
}

#[test]
fn what_is_no_http_is_no_harm() {
    let server = Server::start(&Project::new(), &[]);
    let mut dice = fastrand::Rng::with_seed(4);
    for _ in 0..50 {
        server.raw(&random(&mut dice, 2000), true);
    }
    for text in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET /",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        server.raw(text.as_bytes(), true);
    }
    server.raw(format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(1 << 20)).as_bytes(), true);
    // Many that say nothing, and one that says a little.
    let silent: Vec<_> = (0..100).map(|_| server.connect()).collect();
    server.ecs("ListClusters", json!({}));
    assert_eq!(silent.len(), 100);
}
