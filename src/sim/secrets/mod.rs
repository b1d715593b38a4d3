//! Secrets Manager: secrets, their versions, and which version carries which
//! staging label. Values stand here in clear: nothing is kept from the owner of
//! a sandbox.
//!
//! It is one region of one account. Replicas are not here, no Lambda function
//! is called, so nothing rotates by itself, and resource policies are kept but
//! never refuse anybody.

mod lifecycle;
mod limits;
mod listing;
mod password;
mod policy;
mod reference;
mod rotation;
mod secret;
mod stages;
mod tags;
mod values;
mod versions;

pub use reference::Given;
pub use secret::Secrets;

use super::{Answer, Sim};
use crate::map;
use crate::value::Value;

pub fn handle(sim: &mut Sim, method: &str, request: &Value) -> Option<Answer> {
    let answer: fn(&mut Sim, &Value) -> Answer = match method {
        "batch_get_secret_value" => values::batch_get,
        "cancel_rotate_secret" => rotation::cancel,
        "create_secret" => lifecycle::create,
        "delete_resource_policy" => policy::delete,
        "delete_secret" => lifecycle::delete,
        "describe_secret" => listing::describe,
        "get_random_password" => password::get,
        "get_resource_policy" => policy::get,
        "get_secret_value" => values::get,
        "list_secret_version_ids" => versions::list,
        "list_secrets" => listing::list,
        "put_resource_policy" => policy::put,
        "put_secret_value" => values::put,
        "restore_secret" => lifecycle::restore,
        "rotate_secret" => rotation::rotate,
        "tag_resource" => tags::tag,
        "untag_resource" => tags::untag,
        "update_secret" => lifecycle::update,
        "update_secret_version_stage" => stages::update,
        "validate_resource_policy" => policy::validate,
        // Replication is about other regions.
        _ => return None,
    };
    sim.secrets.purge(sim.now);
    Some(limits::check(request).and_then(|()| answer(sim, request)))
}

/// Puts a secret into the world that somebody has been using.
pub fn create(sim: &mut Sim, name: &str, description: &str, text: &str) -> String {
    let request = map! { "Name" => name, "Description" => description, "SecretString" => text };
    lifecycle::create(sim, &request).expect("a valid secret with a new name");
    let secret = sim.secrets.get_mut(name).expect("it was created above");
    secret.accessed(sim.now);
    secret.document.text("ARN").to_owned()
}

/// What a task that starts now is given for a container's `valueFrom`, if that
/// is of this world; or the end of the reason with which ECS stops it.
pub fn resolve(sim: &Sim, value_from: &str) -> Result<Option<Given>, String> {
    reference::resolve(sim, value_from)
}
