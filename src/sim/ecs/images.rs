//! What the tags of images mean. A service deployment asks once, when it is
//! created: its tasks run what the tags meant then.

use sha2::{Digest, Sha256};

use super::super::Sim;
use super::super::document::Document;
use super::super::ecr;
use crate::value::Value;

/// From now on the tag means another image.
pub fn move_tag(sim: &mut Sim, image: &str, digest: &str) {
    let own = image.strip_prefix(&format!("{}/", ecr::registry(sim))).and_then(|path| path.split_once(':'));
    let pushed = own.map(|(repository, tag)| (repository.to_owned(), tag.to_owned()));
    let pushed = pushed.is_some_and(|(repository, tag)| ecr::push(sim, &repository, &tag, digest).is_ok());
    if !pushed {
        sim.ecs.images.insert(image.to_owned(), digest.to_owned());
    }
}

/// The digest behind an image's tag: the same tag, the same digest, until the
/// tag is moved.
pub fn digest(sim: &Sim, image: &str) -> String {
    if let Some((_, digest)) = image.split_once('@') {
        return digest.to_owned();
    }
    let moved = sim.ecs.images.get(image).cloned();
    moved.or_else(|| ecr::digest_of(sim, image)?.ok()).unwrap_or_else(|| hashed(image))
}

/// A digest for an image that nobody here keeps: the same tag, the same digest.
pub fn hashed(image: &str) -> String {
    let bytes = Sha256::digest(image.as_bytes());
    bytes.iter().fold(String::from("sha256:"), |text, byte| text + format!("{byte:02x}").as_str())
}

/// Why an image of the account's own registry cannot be pulled, if it is not
/// there: neither under its tag nor under the digest that the tag once meant.
pub fn missing(sim: &Sim, image: &str, digest: &str) -> Option<String> {
    let reason = ecr::digest_of(sim, image)?.err()?;
    let bare = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(image, |(bare, _)| bare);
    ecr::digest_of(sim, &format!("{bare}@{digest}"))?.err().map(|_| format!("CannotPullContainerError: {reason}"))
}

/// The digests of a definition's containers, in their order, as they now are.
pub fn digests(sim: &Sim, definition: &Document) -> Vec<String> {
    let images = definition.items("containerDefinitions").iter().map(|container| container.text("image").unwrap_or_default());
    images.map(|image| digest(sim, image)).collect()
}

/// The digests that a service revision has kept.
pub fn kept(revision: &Document) -> Vec<String> {
    let digests = revision.items("containerImages").iter().filter_map(|image| image.text("imageDigest"));
    digests.map(str::to_owned).collect()
}

/// A revision's `containerImages`.
pub fn resolved(sim: &Sim, definition: &Document) -> Value {
    let containers = definition.items("containerDefinitions").iter();
    let images = containers.map(|container| {
        let image = container.text("image").unwrap_or_default();
        let name = container.text("name").unwrap_or_default();
        crate::map! { "containerName" => name, "image" => image, "imageDigest" => digest(sim, image) }
    });
    Value::List(images.collect())
}
