//! The calls that came in, for a test to look at: the last ones, within a bound
//! that is said.

use std::collections::VecDeque;

use crate::api::{Operation, Reading, conceal_request};
use crate::map;
use crate::value::{Timestamp, Value, to_json_with};

pub const KEPT: usize = 10_000;
/// Large requests push out more than one small one.
const BYTES_KEPT: usize = 32 << 20;

#[derive(Default)]
pub struct Calls {
    number: u64,
    /// Each as one JSON document, oldest first.
    kept: VecDeque<(u64, String)>,
    bytes: usize,
}

impl Calls {
    /// The number of the call that comes in now.
    pub fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// What is sensitive in the request is hidden before it is kept.
    pub fn keep(&mut self, number: u64, at: Timestamp, operation: Option<&Operation>, request: Option<&Value>, outcome: &str) {
        let request = request.cloned().map(|mut request| {
            if let Some(operation) = operation {
                conceal_request(operation, &mut request, &Reading::default());
            }
            request
        });
        let call = map! {
            "number" => number as i64, "at" => at, "service" => operation.map(|operation| operation.module),
            "operation" => operation.map(|operation| operation.name), "request" => request, "outcome" => outcome,
        };
        let text = to_json_with(&call, &|_| Some("(secret)".into())).expect("every secret has its stand-in");
        self.bytes += text.len();
        self.kept.push_back((number, text));
        while self.kept.len() > KEPT || (self.bytes > BYTES_KEPT && self.kept.len() > 1) {
            self.bytes -= self.kept.pop_front().map_or(0, |(_, text)| text.len());
        }
    }

    /// A JSON document of the calls after number `after`; `forgotten` of them
    /// are not kept any more.
    pub fn show(&self, after: u64) -> String {
        let first_kept = self.kept.front().map_or(self.number + 1, |(number, _)| *number);
        let forgotten = first_kept.saturating_sub(after + 1);
        let wanted = self.kept.iter().filter(|(number, _)| *number > after);
        let calls: Vec<&str> = wanted.map(|(_, text)| text.as_str()).collect();
        let last = self.number;
        format!("{{\"calls\":[{}],\"last\":{last},\"forgotten\":{forgotten},\"kept_at_most\":{KEPT}}}", calls.join(",\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::operation;

    #[test]
    fn the_last_calls_are_kept_without_their_secrets() {
        let put = operation("secretsmanager", "put_secret_value").unwrap();
        let request = map! { "SecretId" => "s", "SecretString" => "hunter2hunter2" };
        let mut calls = Calls::default();
        for _ in 0..KEPT + 5 {
            let number = calls.next();
            calls.keep(number, Timestamp::UNIX_EPOCH, Some(put), Some(&request), "OK");
        }
        let all: serde_json::Value = serde_json::from_str(&calls.show(0)).unwrap();
        assert_eq!((all["calls"].as_array().unwrap().len(), all["forgotten"].as_u64()), (KEPT, Some(5)));
        let last: serde_json::Value = serde_json::from_str(&calls.show(KEPT as u64 + 4)).unwrap();
        assert_eq!(last["calls"][0]["request"]["SecretString"], "(secret)");
        assert_eq!(last["forgotten"], 0);
        assert!(!calls.show(0).contains("hunter2"));
    }
}
