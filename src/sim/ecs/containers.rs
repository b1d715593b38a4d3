//! The documents of a task's containers and of the network interface it gets.

use super::super::dice::Dice;
use super::super::place::Place;
use crate::map;
use crate::value::{Map, Value};

pub struct Interface {
    pub attachment: String,
    pub address: String,
    pub document: Value,
}

/// What awsvpc attaches to a task, in one of the service's subnets.
pub fn interface(dice: &mut Dice, place: &Place, network: Option<&Value>) -> Interface {
    let subnets = network.and_then(|network| network.get("awsvpcConfiguration")).map_or(&[][..], |vpc| vpc.items("subnets"));
    let subnet = match subnets.len() {
        0 => Value::from("subnet-0"),
        count => subnets[dice.below(count as u64) as usize].clone(),
    };
    let (attachment, eni, mac) = (dice.uuid(), dice.hex(17), dice.hex(6));
    let address = format!("10.0.{}.{}", dice.below(4), 4 + dice.below(250));
    let detail = |name: &str, value: Value| map! { "name" => name, "value" => value };
    let host = format!("ip-{}.{}.compute.internal", address.replace('.', "-"), place.region);
    let details = vec![
        detail("subnetId", subnet),
        detail("networkInterfaceId", format!("eni-{eni}").into()),
        detail("macAddress", format!("0a:00:00:{}:{}:{}", &mac[..2], &mac[2..4], &mac[4..]).into()),
        detail("privateDnsName", host.into()),
        detail("privateIPv4Address", address.as_str().into()),
    ];
    let document = map! {
        "id" => attachment.as_str(), "type" => "ElasticNetworkInterface", "status" => "PRECREATED", "details" => details,
    };
    Interface { attachment, address, document }
}

/// One container of a task, from its definition.
pub fn container(dice: &mut Dice, place: &Place, definition: &Value, task_arn: &str, interface: &Interface) -> Value {
    let path = task_arn.split_once(":task/").map_or(task_arn, |(_, path)| path);
    let mut container = Map::new();
    let mut set = |name: &str, value: Value| container.insert(name.into(), value);
    set("containerArn", place.ecs(&format!("container/{path}/{}", dice.uuid())).into());
    set("taskArn", task_arn.into());
    set("name", definition.text("name").unwrap_or_default().into());
    set("image", definition.text("image").unwrap_or_default().into());
    set("lastStatus", "PENDING".into());
    set("healthStatus", "UNKNOWN".into());
    set("networkBindings", Value::List(vec![]));
    let address = map! { "attachmentId" => interface.attachment.as_str(), "privateIpv4Address" => interface.address.as_str() };
    set("networkInterfaces", Value::List(vec![address]));
    set("cpu", definition.get("cpu").and_then(Value::as_int).unwrap_or(0).to_string().into());
    for name in ["memory", "memoryReservation"] {
        if let Some(size) = definition.get(name).and_then(Value::as_int) {
            set(name, size.to_string().into());
        }
    }
    Value::Map(container)
}
