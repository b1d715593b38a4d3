//! What tells one metric from another: namespace, name, and all dimensions.

use serde::{Deserialize, Serialize};

use crate::map;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    pub namespace: String,
    pub name: String,
    /// In the order of their names: AWS does not care for the order given.
    pub dimensions: Vec<(String, String)>,
}

impl Metric {
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Metric {
        let mut dimensions: Vec<_> = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        dimensions.sort();
        Metric { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }

    /// Of whatever has a namespace, a name and dimensions: a request, an alarm,
    /// a metric inside a query.
    pub fn of(value: &Value) -> Metric {
        let text = |value: &Value, name: &str| value.text(name).unwrap_or_default().to_owned();
        let mut dimensions: Vec<_> =
            value.items("Dimensions").iter().map(|pair| (text(pair, "Name"), text(pair, "Value"))).collect();
        dimensions.sort();
        Metric { namespace: text(value, "Namespace"), name: text(value, "MetricName"), dimensions }
    }

    pub fn dimension(&self, name: &str) -> Option<&str> {
        self.dimensions.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The values of exactly these dimensions, when it has them and no others.
    pub fn only<const COUNT: usize>(&self, names: [&str; COUNT]) -> Option<[&str; COUNT]> {
        if self.dimensions.len() != COUNT || names.iter().any(|name| self.dimension(name).is_none()) {
            return None;
        }
        Some(names.map(|name| self.dimension(name).unwrap_or_default()))
    }

    pub fn to_value(&self) -> Value {
        let dimensions = self.dimensions.iter().map(|(name, value)| map! { "Name" => name.as_str(), "Value" => value.as_str() });
        map! {
            "Namespace" => self.namespace.as_str(), "MetricName" => self.name.as_str(),
            "Dimensions" => dimensions.collect::<Vec<_>>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_dimensions_does_not_matter() {
        let pair = |name: &str, value: &str| map! { "Name" => name, "Value" => value };
        let metric = |pairs: Vec<Value>| {
            Metric::of(&map! { "Namespace" => "AWS/ECS", "MetricName" => "CPUUtilization", "Dimensions" => pairs })
        };
        let one = metric(vec![pair("ServiceName", "s"), pair("ClusterName", "c")]);
        assert_eq!(one, metric(vec![pair("ClusterName", "c"), pair("ServiceName", "s")]));
        assert_eq!(one, Metric::new("AWS/ECS", "CPUUtilization", &[("ServiceName", "s"), ("ClusterName", "c")]));
        assert_eq!(one.only(["ClusterName", "ServiceName"]), Some(["c", "s"]));
        assert_eq!((one.only(["ClusterName"]), one.only(["ClusterName", "Other"])), (None, None));
    }
}
