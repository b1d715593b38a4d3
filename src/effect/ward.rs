//! Services of other environments that are protected. Environments share
//! clusters and secrets: who works in one may reach over into another, and
//! needs the same word there.

use super::guard::Protection;
use super::seen::short;
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Ward {
    pub protection: Protection,
    pub cluster: String,
    pub service: String,
}

impl Ward {
    /// Whether a write names the service: by its members, or anywhere by an ARN
    /// or an id such as `service/cluster/name`.
    pub(super) fn is_named_in(&self, request: &Value) -> bool {
        let called = |name: &str| request.text(name).is_some_and(|text| short(text) == self.service);
        let cluster = short(request.text("cluster").unwrap_or("default"));
        let mut named = cluster == self.cluster && (called("service") || called("serviceName"));
        request.walk(&mut |inner| named |= inner.as_str().is_some_and(|text| self.is_meant_by(text)));
        named
    }

    /// `…:service/cluster/name`, or its deployment `…:service-deployment/cluster/name/id`.
    pub(super) fn is_meant_by(&self, arn: &str) -> bool {
        let thing = arn.rsplit(':').next().unwrap_or(arn);
        let mut parts = thing.split('/');
        let kind = parts.next();
        matches!(kind, Some("service" | "service-deployment" | "service-revision"))
            && parts.next() == Some(&self.cluster)
            && parts.next() == Some(&self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn a_service_is_known_by_name_by_arn_and_by_id() {
        let protection = Protection { environment: "prod".into(), confirmed: false };
        let ward = Ward { protection, cluster: "main".into(), service: "web".into() };
        let arn = |thing: &str| format!("arn:aws:ecs:eu-west-1:123456789012:{thing}");
        for (request, named) in [
            (map! { "cluster" => "main", "service" => "web" }, true),
            (map! { "cluster" => arn("cluster/main"), "service" => arn("service/main/web") }, true),
            (map! { "cluster" => "main", "serviceName" => "web" }, true),
            (map! { "cluster" => "other", "service" => "web" }, false),
            (map! { "service" => "web" }, false),
            (map! { "cluster" => "main", "service" => "web-dev" }, false),
            (map! { "ResourceId" => "service/main/web", "MinCapacity" => 0 }, true),
            (map! { "ResourceId" => "service/main/web-dev" }, false),
            (map! { "serviceDeploymentArn" => arn("service-deployment/main/web/abc") }, true),
            (map! { "resourceArn" => arn("service/main/web"), "tags" => Value::List(vec![]) }, true),
            (map! { "family" => "web" }, false),
        ] {
            assert_eq!(ward.is_named_in(&request), named, "{request:?}");
        }
    }
}
