//! The rules of Secrets Manager. Numbers are never used twice.

mod access;
mod lifecycle;
mod limits;
mod listing;
mod reading;
mod stages;
mod values;

use jiff::SignedDuration;
use rollbook::api::{self, AwsError, Failure, Known};
use rollbook::map;
use rollbook::sim::Sim;
use rollbook::value::{Timestamp, Value};

const NAME: &str = "team/db";

/// The guide's account with one more secret, and the moment of its caller.
struct Account {
    sim: Sim,
    now: Timestamp,
}

impl Account {
    /// With `team/db`, whose only version is `token(1)` and says "one".
    fn new() -> Account {
        let mut account = Account::empty();
        let request = map! { "Name" => NAME, "SecretString" => "one", "ClientRequestToken" => token(1) };
        account.ask("create_secret", request);
        account
    }

    fn empty() -> Account {
        let sim = Sim::guide(5);
        Account { now: sim.now(), sim }
    }

    fn wait_hours(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    fn send(&mut self, method: &str, mut request: Value) -> Result<Value, Failure> {
        let operation = api::operation("secretsmanager", method).expect("an operation of the table");
        let valid = api::validate(operation, &mut request, &Known::default());
        assert!(valid.is_ok(), "{method}: {valid:?}");
        self.sim.handle(self.now, operation, &request)
    }

    #[track_caller]
    fn ask(&mut self, method: &str, request: Value) -> Value {
        self.send(method, request).unwrap_or_else(|failure| panic!("{method}: {failure:?}"))
    }

    /// A refusal, which must have changed nothing.
    #[track_caller]
    fn refused(&mut self, method: &str, request: Value) -> AwsError {
        self.sim.advance(self.now);
        let before = self.sim.to_json();
        let answer = self.send(method, request);
        assert!(self.sim.to_json() == before, "{method} was refused and changed something all the same");
        match answer {
            Err(Failure::Answered(error)) => error,
            other => panic!("{method} was not refused: {other:?}"),
        }
    }

    #[track_caller]
    fn assert_refused(&mut self, method: &str, request: Value, code: &str, message: &str) {
        let error = self.refused(method, request);
        assert_eq!((error.code.as_str(), error.status), (code, 400), "{}", error.message);
        assert!(error.message.contains(message), "{}", error.message);
    }

    /// Puts a value as version `token(number)`; without labels it becomes current.
    fn put(&mut self, number: u32, labels: &[&str]) -> Value {
        let mut request = about(&[("SecretString", &format!("value {number}")), ("ClientRequestToken", &token(number))]);
        if !labels.is_empty() {
            set(&mut request, "VersionStages", labels.to_vec());
        }
        self.ask("put_secret_value", request)
    }

    fn describe(&mut self) -> Value {
        self.ask("describe_secret", about(&[]))
    }

    fn value(&mut self) -> String {
        text(&self.ask("get_secret_value", about(&[])), "SecretString")
    }

    /// The labels of version `token(number)`.
    fn labels(&mut self, number: u32) -> Vec<String> {
        let described = self.describe();
        let versions = described.get("VersionIdsToStages").cloned().unwrap_or_default();
        versions.items(&token(number)).iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The numbers of the versions that ListSecretVersionIds tells of.
    fn versions(&mut self, deprecated: bool) -> Vec<u32> {
        let mut request = about(&[]);
        set(&mut request, "IncludeDeprecated", deprecated);
        let answer = self.ask("list_secret_version_ids", request);
        answer.items("Versions").iter().map(|version| text(version, "VersionId").parse().expect("a number")).collect()
    }
}

/// A version's id of 32 characters that is a number.
fn token(number: u32) -> String {
    format!("{number:032}")
}

/// A request about `team/db`.
fn about(members: &[(&str, &str)]) -> Value {
    let mut request = map! { "SecretId" => NAME };
    for (name, value) in members {
        set(&mut request, name, *value);
    }
    request
}

fn set(request: &mut Value, name: &str, value: impl Into<Value>) {
    request.as_map_mut().expect("a request").insert(name.into(), value.into());
}

fn text(value: &Value, name: &str) -> String {
    value.text(name).unwrap_or_else(|| panic!("no text {name} in {value:?}")).to_owned()
}

fn time(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::Time(time)) => time.to_string(),
        other => panic!("no time {name}: {other:?}"),
    }
}

fn names(answer: &Value) -> Vec<String> {
    answer.items("SecretList").iter().map(|secret| text(secret, "Name")).collect()
}
