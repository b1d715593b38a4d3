//! A desk at which a test puts requests to the sandbox of the guide's project,
//! through the library's front door.

use jiff::SignedDuration;
use rollbook::api::{self, AwsError, Failure, Known};
use rollbook::map;
use rollbook::sim::Sim;
use rollbook::value::{Map, Timestamp, Value};

pub const CLUSTER: &str = "nest-wallet-cluster";
pub const SERVICE: &str = "nest-wallet-service";

pub struct Desk {
    sim: Sim,
    now: Timestamp,
}

impl Desk {
    pub fn new() -> Desk {
        let sim = Sim::guide(7);
        Desk { now: sim.now(), sim }
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// The members that the API's shapes do not have may be given, nothing else
    /// that they would not let pass.
    pub fn send(&mut self, method: &str, mut request: Value) -> Result<Value, Failure> {
        let operation = api::operation("ecs", method).expect("an operation of the table");
        let faults = api::validate(operation, &mut request, &Known::default()).err().unwrap_or_default();
        let real: Vec<_> = faults.iter().filter(|fault| !fault.message.contains("is not a member")).collect();
        assert!(real.is_empty(), "{method} {real:?}");
        self.sim.handle(self.now, operation, &request)
    }

    pub fn ask(&mut self, method: &str, request: Value) -> Value {
        self.send(method, request).unwrap_or_else(|failure| panic!("{method}: {failure}"))
    }

    /// Asserts that the request is refused so, and that it changes nothing.
    pub fn refuses(&mut self, method: &str, request: Value, code: &str, message: &str) {
        self.sim.advance(self.now);
        let before = self.sim.to_json();
        match self.send(method, request) {
            Err(Failure::Answered(AwsError { code: found, message: said, status, .. })) => {
                assert_eq!((found.as_str(), status), (code, 400), "{method}: {said}");
                assert!(said.contains(message), "{method}: {said}");
            }
            other => panic!("{method} was not refused with {message:?}: {other:?}"),
        }
        assert!(self.sim.to_json() == before, "{method} was refused and changed something");
    }

    pub fn service(&mut self, name: &str) -> Value {
        let answer = self.ask("describe_services", map! { "cluster" => CLUSTER, "services" => vec![name] });
        answer.items("services").first().cloned().unwrap_or_else(|| panic!("no service {name}"))
    }

    /// The ARNs of the service's tasks.
    pub fn tasks(&mut self, service: &str, status: &str) -> Vec<String> {
        let request = map! { "cluster" => CLUSTER, "serviceName" => service, "desiredStatus" => status };
        texts(&self.ask("list_tasks", request), "taskArns")
    }
}

pub fn texts(value: &Value, name: &str) -> Vec<String> {
    value.items(name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

pub fn int(value: &Value, name: &str) -> i64 {
    value.get(name).and_then(Value::as_int).unwrap_or_else(|| panic!("no integer {name} in {value:?}"))
}

pub fn text(value: &Value, name: &str) -> String {
    value.text(name).unwrap_or_else(|| panic!("no text {name} in {value:?}")).to_owned()
}

pub fn member(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_else(|| panic!("no {name} in {value:?}"))
}

/// A request with the members of another laid over it; null takes one away.
pub fn with(request: Value, over: Value) -> Value {
    let mut members = request.as_map().cloned().unwrap_or_default();
    members.extend(over.as_map().cloned().unwrap_or_default());
    Value::Map(members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map>())
}

pub fn tag(key: &str, value: &str) -> Value {
    map! { "key" => key, "value" => value }
}

/// A definition that Fargate takes, with one container.
pub fn definition(family: &str) -> Value {
    map! {
        "family" => family, "networkMode" => "awsvpc", "requiresCompatibilities" => vec!["FARGATE"],
        "cpu" => "256", "memory" => "512", "containerDefinitions" => vec![container()],
    }
}

pub fn container() -> Value {
    let ports = vec![map! { "containerPort" => 8080 }];
    map! { "name" => "app", "image" => "public.ecr.aws/nginx/nginx:1", "portMappings" => ports }
}

/// The same definition with its container changed.
pub fn definition_with(over: Value) -> Value {
    with(definition("f"), map! { "containerDefinitions" => vec![with(container(), over)] })
}

/// A service of the guide's newest definition.
pub fn service(name: &str) -> Value {
    map! {
        "cluster" => CLUSTER, "serviceName" => name, "taskDefinition" => "nest-wallet-task", "desiredCount" => 1,
        "launchType" => "FARGATE", "networkConfiguration" => network("subnet-1"),
    }
}

pub fn network(subnet: &str) -> Value {
    map! { "awsvpcConfiguration" => map! { "subnets" => vec![subnet] } }
}

pub fn balancer(container: &str, port: i64) -> Value {
    let arn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/web/0123456789abcdef";
    map! { "targetGroupArn" => arn, "containerName" => container, "containerPort" => port }
}
