//! What a scenario needs of ECS to let somebody else deploy.

use super::super::Sim;
use super::families;

/// Every service there is, as its cluster and its name.
pub fn services(sim: &Sim) -> Vec<(String, String)> {
    sim.ecs.services.values().map(|service| (service.cluster.clone(), service.name.clone())).collect()
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
