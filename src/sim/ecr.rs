//! ECR: the account's own repositories, their images and which tag means which.
//! Layers and manifests are not kept: nobody here pulls.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::paging::Paging;
use super::refuse::{invalid_parameter, refuse};
use super::request::texts;
use super::{Answer, Sim};
use crate::api::Failure;
use crate::map;
use crate::value::{Timestamp, Value};

const PAGING: Paging = Paging { size: "maxResults", token: "nextToken", size_default: 100, refusal: "InvalidParameterException" };

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Ecr(BTreeMap<String, Repository>);

#[derive(Clone, Serialize, Deserialize)]
struct Repository {
    document: Document,
    /// By digest; without tags, which move.
    images: BTreeMap<String, Document>,
    /// The digest behind each tag.
    tags: BTreeMap<String, String>,
}

pub fn handle(sim: &Sim, method: &str, request: &Value) -> Option<Answer> {
    Some(match method {
        "describe_repositories" => describe_repositories(sim, request),
        "describe_images" => describe_images(sim, request),
        "list_images" => list_images(sim, request),
        _ => return None,
    })
}

pub fn create_repository(sim: &mut Sim, name: &str, at: Timestamp) {
    let document = Document::from(map! {
        "repositoryArn" => sim.place.arn("ecr", &format!("repository/{name}")),
        "registryId" => sim.place.account.as_str(),
        "repositoryName" => name,
        "repositoryUri" => format!("{}/{name}", registry(sim)),
        "createdAt" => at,
        "imageTagMutability" => "MUTABLE",
        "imageScanningConfiguration" => map! { "scanOnPush" => false },
        "encryptionConfiguration" => map! { "encryptionType" => "AES256" },
    });
    sim.ecr.0.insert(name.to_owned(), Repository { document, images: BTreeMap::new(), tags: BTreeMap::new() });
}

/// Somebody pushes an image: the tag is new, or moves to this digest.
pub fn push(sim: &mut Sim, repository: &str, tag: &str, digest: &str) -> Result<(), Failure> {
    push_at(sim, repository, tag, digest, sim.now)
}

/// The same at another time than now, for a world that is being built.
pub fn push_at(sim: &mut Sim, repository: &str, tag: &str, digest: &str, at: Timestamp) -> Result<(), Failure> {
    let unknown = no_repository(repository, &sim.place.account);
    let found = sim.ecr.0.get_mut(repository).ok_or(unknown)?;
    found.images.entry(digest.to_owned()).or_insert_with(|| image(digest, at));
    found.tags.insert(tag.to_owned(), digest.to_owned());
    Ok(())
}

fn image(digest: &str, at: Timestamp) -> Document {
    // Some size between 80 and 96 MiB, and the same for the same image.
    let mebibytes = digest.bytes().map(i64::from).sum::<i64>() % 16 + 80;
    Document::from(map! {
        "imageDigest" => digest,
        "imageSizeInBytes" => mebibytes << 20,
        "imagePushedAt" => at,
        "imageManifestMediaType" => "application/vnd.docker.distribution.manifest.v2+json",
        "artifactMediaType" => "application/vnd.docker.container.image.v1+json",
        "imageStatus" => "ACTIVE",
    })
}

/// Where the account's images of this region are: what stands before the
/// repository's name.
pub fn registry(sim: &Sim) -> String {
    format!("{}.dkr.ecr.{}.amazonaws.com", sim.place.account, sim.place.region)
}

/// What is behind an image as a container names it. Nothing if it is not in
/// the account's own registry of this region: nobody here can tell. If it is
/// missing there, what ECS says after `CannotPullContainerError: `.
pub fn digest_of(sim: &Sim, image: &str) -> Option<Result<String, String>> {
    let path = image.strip_prefix(&registry(sim))?.strip_prefix('/')?;
    let (path, digest) = path.split_once('@').map_or((path, None), |(path, digest)| (path, Some(digest)));
    let (name, tag) = path.split_once(':').map_or((path, None), |(name, tag)| (name, Some(tag)));
    let found = sim.ecr.0.get(name).and_then(|repository| match digest {
        Some(digest) => repository.images.get_key_value(digest).map(|(digest, _)| digest),
        None => repository.tags.get(tag.unwrap_or("latest")),
    });
    let missing = || {
        let meant = if digest.is_none() && tag.is_none() { format!("{image}:latest") } else { image.to_owned() };
        format!("pull image manifest has been retried 5 time(s): failed to resolve ref {meant}: {meant}: not found")
    };
    Some(found.cloned().ok_or_else(missing))
}

fn no_repository(name: &str, registry: &str) -> Failure {
    let message = format!("The repository with name '{name}' does not exist in the registry with id '{registry}'");
    refuse("RepositoryNotFoundException", message)
}

/// The account whose registry the request means.
fn asked<'a>(sim: &'a Sim, request: &'a Value) -> &'a str {
    request.text("registryId").unwrap_or(&sim.place.account)
}

fn named<'a>(sim: &'a Sim, request: &Value, name: &str) -> Result<&'a Repository, Failure> {
    let registry = asked(sim, request);
    let found = sim.ecr.0.get(name).filter(|_| registry == sim.place.account);
    found.ok_or_else(|| no_repository(name, registry))
}

fn describe_repositories(sim: &Sim, request: &Value) -> Answer {
    let names = texts(request, "repositoryNames");
    let repositories: Vec<&Repository> = match names.is_empty() {
        false => names.into_iter().map(|name| named(sim, request, name)).collect::<Result<_, _>>()?,
        true => sim.ecr.0.values().filter(|_| asked(sim, request) == sim.place.account).collect(),
    };
    PAGING.page(request, "repositories", repositories.into_iter().map(|found| found.document.to_value()).collect())
}

impl Repository {
    fn tags_of(&self, digest: &str) -> Vec<&str> {
        self.tags.iter().filter(|(_, meant)| *meant == digest).map(|(tag, _)| tag.as_str()).collect()
    }

    /// The digest that an `imageId` means.
    fn find(&self, id: &Value) -> Result<&String, Failure> {
        let (digest, tag) = (id.text("imageDigest"), id.text("imageTag"));
        let found = match (digest, tag) {
            (None, None) => return Err(invalid_parameter("Invalid request parameters: both tag and digest cannot be null")),
            (Some(digest), None) => self.images.get_key_value(digest).map(|(digest, _)| digest),
            (None, Some(tag)) => self.tags.get(tag),
            (Some(digest), Some(tag)) => self.tags.get(tag).filter(|meant| *meant == digest),
        };
        let text = |name| self.document.text(name);
        let missing = || {
            let id = format!("{{imageDigest:'{}', imageTag:'{}'}}", digest.unwrap_or("null"), tag.unwrap_or("null"));
            let place = format!("repository with name '{}' in the registry with id", text("repositoryName"));
            let message = format!("The image with imageId {id} does not exist within the {place} '{}'", text("registryId"));
            refuse("ImageNotFoundException", message)
        };
        found.ok_or_else(missing)
    }

    fn shown(&self, digest: &str) -> Value {
        let mut detail = self.images[digest].clone();
        detail.copy(&self.document, &["registryId", "repositoryName"]);
        let tags = self.tags_of(digest);
        if !tags.is_empty() {
            detail.set("imageTags", tags);
        }
        detail.to_value()
    }

    /// The digests that the request's filter lets pass, in their order.
    fn filtered<'a>(&'a self, request: &Value) -> impl Iterator<Item = &'a String> {
        let filter = |name| request.get("filter").and_then(|filter| filter.text(name)).unwrap_or("ANY").to_owned();
        let (tagged, status) = (filter("tagStatus"), filter("imageStatus"));
        let passes = move |digest: &str, image: &Document| {
            let tag = if self.tags_of(digest).is_empty() { "UNTAGGED" } else { "TAGGED" };
            let fits = |wanted: &str, found| wanted == "ANY" || wanted == found;
            fits(&tagged, tag) && fits(&status, image.text("imageStatus"))
        };
        self.images.iter().filter(move |(digest, image)| passes(digest, image)).map(|(digest, _)| digest)
    }
}

fn describe_images(sim: &Sim, request: &Value) -> Answer {
    let repository = named(sim, request, request.text("repositoryName").unwrap_or_default())?;
    let mut digests: Vec<&String> = vec![];
    for id in request.items("imageIds") {
        let digest = repository.find(id)?;
        if !digests.contains(&digest) {
            digests.push(digest);
        }
    }
    if request.items("imageIds").is_empty() {
        digests = repository.filtered(request).collect();
    }
    PAGING.page(request, "imageDetails", digests.into_iter().map(|digest| repository.shown(digest)).collect())
}

/// An image with two tags stands there twice.
fn list_images(sim: &Sim, request: &Value) -> Answer {
    let repository = named(sim, request, request.text("repositoryName").unwrap_or_default())?;
    let ids = repository.filtered(request).flat_map(|digest| match repository.tags_of(digest) {
        tags if tags.is_empty() => vec![map! { "imageDigest" => digest.as_str() }],
        tags => tags.into_iter().map(|tag| map! { "imageDigest" => digest.as_str(), "imageTag" => tag }).collect(),
    });
    PAGING.page(request, "imageIds", ids.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet";

    fn found(sim: &Sim, end: &str) -> Option<Result<String, String>> {
        digest_of(sim, &format!("{ADDRESS}{end}"))
    }

    #[test]
    fn the_guides_images_have_the_digests_that_their_containers_report() {
        let sim = Sim::guide(1);
        for tag in (1..=60).flat_map(|number| [format!(":v{number}"), format!(":dev-{number}")]) {
            let digest = super::super::ecs::hashed(&format!("{ADDRESS}{tag}"));
            assert_eq!(found(&sim, &tag), Some(Ok(digest.clone())));
            assert_eq!(found(&sim, &format!("@{digest}")), Some(Ok(digest.clone())));
            assert_eq!(found(&sim, &format!("{tag}@{digest}")), Some(Ok(digest)));
        }
    }

    #[test]
    fn a_missing_image_has_the_words_of_a_stopped_task() {
        let sim = Sim::guide(1);
        let reason = |image: &str| {
            format!("pull image manifest has been retried 5 time(s): failed to resolve ref {image}: {image}: not found")
        };
        for (end, shown) in [(":v589", ":v589"), ("", ":latest"), ("-other:v1", "-other:v1"), ("@sha256:0", "@sha256:0")] {
            assert_eq!(found(&sim, end), Some(Err(reason(&format!("{ADDRESS}{shown}")))));
        }
    }

    #[test]
    fn nobody_can_tell_what_is_in_other_registries() {
        let sim = Sim::guide(1);
        for image in [
            "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
            "nest-wallet:v1",
            "999999999999.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v1",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/nest-wallet:v1",
        ] {
            assert_eq!(digest_of(&sim, image), None, "{image}");
        }
    }

    #[test]
    fn a_push_moves_a_tag_and_leaves_the_old_image_without() {
        let mut sim = Sim::guide(1);
        let old = found(&sim, ":v42").unwrap().unwrap();
        push(&mut sim, "nest-wallet", "v42", "sha256:new").unwrap();
        assert_eq!(found(&sim, ":v42"), Some(Ok("sha256:new".into())));
        assert_eq!(found(&sim, &format!("@{old}")), Some(Ok(old.clone())));
        push(&mut sim, "nest-wallet", "blue", "sha256:new").unwrap();
        let filter = |status: &str| map! { "repositoryName" => "nest-wallet", "filter" => map! { "tagStatus" => status } };
        let untagged = list_images(&sim, &filter("UNTAGGED")).unwrap();
        assert_eq!(untagged.items("imageIds"), [map! { "imageDigest" => old.as_str() }]);
        let ids = vec![map! { "imageTag" => "blue" }];
        let described = describe_images(&sim, &map! { "repositoryName" => "nest-wallet", "imageIds" => ids }).unwrap();
        let image = &described.items("imageDetails")[0];
        assert_eq!(image.get("imageTags"), Some(&Value::from(vec!["blue", "v42"])));
        assert_eq!(image.get("imagePushedAt"), Some(&Value::Time(sim.now)));
        assert_eq!(push(&mut sim, "other", "v1", "sha256:new").unwrap_err().code(), "RepositoryNotFoundException");
    }
}
