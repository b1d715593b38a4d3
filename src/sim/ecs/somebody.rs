//! What others need to know of services: a scenario that lets somebody else
//! deploy, a load balancer that is asked who stands behind it.

use super::super::Sim;
use super::families;
use super::service::Service;

/// Every service there is, as its cluster and its name.
pub fn services(sim: &Sim) -> Vec<(String, String)> {
    sim.ecs.services.values().map(|service| (service.cluster.clone(), service.name.clone())).collect()
}

/// The keys of the services whose tasks register at this target group.
pub fn behind(sim: &Sim, group: &str) -> Vec<String> {
    let names = |service: &&Service| {
        let groups = service.document.items("loadBalancers").iter();
        groups.filter_map(|balancer| balancer.text("targetGroupArn")).any(|arn| arn == group)
    };
    sim.ecs.services.values().filter(names).map(Service::key).collect()
}

/// The revision `arn` was registered by `who`.
pub fn sign(sim: &mut Sim, arn: &str, who: &str) {
    let (family, revision) = families::split(arn);
    let family = sim.ecs.families.get_mut(family);
    let definition = family.and_then(|family| family.revisions.get_mut(&revision?));
    if let Some(definition) = definition {
        definition.document.set("registeredBy", who);
    }
}
