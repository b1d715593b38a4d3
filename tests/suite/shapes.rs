//! The two tables of AWS's operations against each other and against AWS's
//! published models, of which botocore brings a copy.
//!
//! That every write has a rule for an unknown outcome is not tested: its type
//! has no other form.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rollbook::api::{Effect, Operation, SERVICES, Service, Settle, Structure, Type};

use crate::moto::{finish, python};

/// What no script may call: these are for the ECS agent.
const FOR_AGENTS: &[&str] =
    &["DiscoverPollEndpoint", "SubmitAttachmentStateChanges", "SubmitContainerStateChange", "SubmitTaskStateChange"];

/// What AWS's models have and the SDK's newest crate does not.
const NOT_IN_THE_SDK: &[&str] = &["AssociateCrossAccountReplica", "DisassociateCrossAccountReplica", "ListResourcePolicies"];

fn each_operation(mut look: impl FnMut(&'static Operation) -> Result<(), String>) {
    let operations = SERVICES.iter().flat_map(|service| service.operations);
    let faults: Vec<String> =
        operations.filter_map(|operation| look(operation).err().map(|why| format!("{operation}: {why}"))).collect();
    assert!(faults.is_empty(), "in the table of operations:\n{}", faults.join("\n"));
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn rows(service: &Service) -> BTreeSet<String> {
    names(service.operations.iter().map(|operation| operation.name))
}

fn has(structure: Option<&Structure>, member: &str) -> Result<(), String> {
    match structure.is_some_and(|structure| structure.members.contains_key(member)) {
        true => Ok(()),
        false => Err(format!("{} has no member {member}", structure.map_or("nothing", |it| &it.name))),
    }
}

#[test]
fn the_generated_shapes_are_what_the_generator_writes() {
    let Some(python) = python() else { return };
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/shapes");
    let fresh = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(python);
    command.arg("-B").arg(checked_in.join("generate.py")).arg(fresh.path());
    finish(&mut command).unwrap_or_else(|why| panic!("{why}"));

    let (ours, theirs) = (json_files(&checked_in), json_files(fresh.path()));
    assert_eq!(ours, theirs, "one file a service");
    assert_eq!(ours.len(), SERVICES.len(), "one file a service, {ours:?}");
    for name in &ours {
        let read = |folder: &Path| fs::read(folder.join(name)).expect("a file of shapes");
        let same = read(&checked_in) == read(fresh.path());
        assert!(
            same,
            "src/api/shapes/{} is not what generate.py writes: run it with the botocore of tests/requirements.txt",
            name.display()
        );
    }
}

fn json_files(folder: &Path) -> BTreeSet<PathBuf> {
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let json = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    json.map(|path| path.file_name().expect("a name").into()).collect()
}

#[test]
fn both_tables_list_the_same_operations() {
    for service in SERVICES {
        let generated = names(service.model().operations());
        let without_shapes: BTreeSet<_> = rows(service).difference(&generated).cloned().collect();
        assert_eq!(without_shapes, BTreeSet::new(), "{}: rows of operations.rs without generated shapes", service.module);
        let without_row: BTreeSet<_> = generated.difference(&rows(service)).cloned().collect();
        assert_eq!(without_row, BTreeSet::new(), "{}: generated shapes without a row in operations.rs", service.module);
        assert_eq!(rows(service).len(), service.operations.len(), "{}: a row stands twice", service.module);
    }
}

#[test]
fn every_operation_is_found_by_its_method() {
    each_operation(|operation| match rollbook::api::operation(operation.module, operation.method) {
        Some(found) if found.name == operation.name => Ok(()),
        _ => Err(format!("{} leads elsewhere", operation.method)),
    });
}

#[test]
fn every_token_is_a_member_of_its_request() {
    let mut tokens = 0;
    each_operation(|operation| match operation.effect {
        Effect::Write(Settle::Token(member)) => {
            tokens += 1;
            has(operation.input(), member)
        }
        _ => Ok(()),
    });
    assert!(tokens > 0, "no row names a token");
}

#[test]
fn every_resource_is_built_from_members_of_the_request() {
    each_operation(|operation| {
        for hole in operation.resource.split('{').skip(1) {
            let Some((members, _)) = hole.split_once('}') else { return Err(format!("{{{hole} is not closed")) };
            members.split('|').try_for_each(|member| has(operation.input(), member))?;
        }
        Ok(())
    });
}

#[test]
fn every_volatile_member_is_a_member_of_the_answer() {
    each_operation(|operation| operation.volatile.iter().try_for_each(|path| resolve(operation, path)));
}

/// Follows `services[].deployments[].id` from the answer down.
fn resolve(operation: &Operation, path: &str) -> Result<(), String> {
    let model = operation.service().model();
    let mut structure = operation.output();
    for step in path.split('.') {
        let name = step.trim_end_matches("[]");
        has(structure, name).map_err(|why| format!("{path}: {why}"))?;
        let mut kind = &structure.expect("it has a member").members[name].kind;
        for _ in 0..step.matches("[]").count() {
            match kind {
                Type::List(inner) | Type::Map(inner) => kind = inner,
                _ => return Err(format!("{path}: {name} is {}", kind.describe())),
            }
        }
        structure = if let Type::Structure(name) = kind { model.structure(name) } else { None };
    }
    Ok(())
}

#[test]
fn every_page_is_asked_for_and_found_by_members_there_are() {
    let mut paged = 0;
    each_operation(|operation| {
        let Some(page) = operation.page() else { return Ok(()) };
        paged += 1;
        if page.request_tokens.len() != page.answer_tokens.len() {
            return Err("as many tokens go in as come out".into());
        }
        let asked = page.request_tokens.iter().chain(&page.size);
        asked.map(String::as_str).try_for_each(|member| has(operation.input(), member))?;
        page.answer_tokens.iter().chain(&page.items).try_for_each(|path| resolve(operation, path))
    });
    assert!(paged > 0, "no operation has pages");
}

#[test]
fn every_action_is_one_that_iam_could_know() {
    each_operation(|operation| {
        for action in operation.dependent_actions().map(str::to_owned).chain([operation.action()]) {
            let named = action.split_once(':').is_some_and(|(service, name)| {
                let lower = |letter: char| letter.is_ascii_lowercase() || letter == '-';
                service.chars().all(lower) && name.starts_with(|first: char| first.is_ascii_uppercase())
            });
            if !named {
                return Err(format!("{action} is no action"));
            }
        }
        Ok(())
    });
}

#[test]
fn actions_bear_the_name_that_iam_has_for_the_service() {
    for (module, method, action) in [
        ("application_autoscaling", "describe_scalable_targets", "application-autoscaling:DescribeScalableTargets"),
        ("cloudwatch", "describe_alarms", "cloudwatch:DescribeAlarms"),
        ("ecr", "describe_images", "ecr:DescribeImages"),
        ("elbv2", "describe_target_health", "elasticloadbalancing:DescribeTargetHealth"),
    ] {
        assert_eq!(rollbook::api::operation(module, method).map(Operation::action).as_deref(), Some(action));
    }
}

#[test]
fn every_operation_of_the_main_services_is_there() {
    let Some(python) = python() else { return };
    let all_but = [("ecs", FOR_AGENTS), ("secretsmanager", NOT_IN_THE_SDK), ("application_autoscaling", &[])];
    for (module, left_out) in all_but {
        let service = rollbook::api::service(module).unwrap_or_else(|| panic!("{module} is a service"));
        let published = published(python, &module.replace('_', "-"));
        let missing: BTreeSet<String> = published.difference(&rows(service)).cloned().collect();
        assert_eq!(missing, names(left_out.iter().copied()), "{module}: missing from operations.rs, then those meant to be");
        let invented: BTreeSet<String> = rows(service).difference(&published).cloned().collect();
        assert_eq!(invented, BTreeSet::new(), "{module}: operations that AWS does not publish");
    }
}

/// The operations of botocore's own model of a service.
fn published(python: &Path, service: &str) -> BTreeSet<String> {
    let script = "import sys\n\
        from botocore.loaders import Loader\n\
        loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)\n\
        print(*loader.load_service_model(sys.argv[1], 'service-2')['operations'])";
    let printed = finish(Command::new(python).args(["-c", script, service])).unwrap_or_else(|why| panic!("{why}"));
    names(printed.split_whitespace())
}
