//! An operation, or a member of its request or answer, described from the
//! shapes and from the table of effects.

use super::example::example;
use super::lines::{Page, Row};
use crate::api::{Effect, Member, Model, Operation, Settle, Structure, Type, operation};
use crate::script::{ALL_PAGES, service_module};

/// `ecs::update_service`, or `ecs::update_service.deploymentConfiguration`.
pub fn page(topic: &str, page: Page) -> Option<Page> {
    let (operation, path) = read(topic)?;
    match path.is_empty() {
        true => Some(whole(operation, page)),
        false => member(operation, &path, page),
    }
}

fn read(topic: &str) -> Option<(&'static Operation, Vec<&str>)> {
    let (module, rest) = topic.split_once("::")?;
    let rest = rest.strip_prefix(ALL_PAGES).and_then(|rest| rest.strip_prefix("::")).unwrap_or(rest);
    let mut parts = rest.split('.');
    let method = parts.next()?;
    // The API's own names are understood too: ecs::UpdateService.
    let service = service_module(module)?;
    let by_name = || service.operations.iter().find(|operation| operation.name == method);
    let operation = operation(service.module, method).or_else(by_name)?;
    let path = parts.map(|part| part.split('[').next().unwrap_or(part)).collect();
    Some((operation, path))
}

fn whole(operation: &'static Operation, mut page: Page) -> Page {
    let model = operation.service().model();
    let effect = if operation.is_write() { "a write" } else { "a read" };
    page.title(&format!("{}::{}", operation.module, operation.method), &format!("{}, {effect}", operation.name));
    page.pairs(&facts(operation));
    page.heading("takes");
    match operation.input().filter(|input| !input.members.is_empty()) {
        Some(input) => page.rows(members(model, input)),
        None => page.paragraphs("  nothing"),
    }
    page.heading("gives");
    match operation.output().filter(|output| !output.members.is_empty()) {
        Some(output) => page.rows(members(model, output)),
        None => page.paragraphs("  nothing"),
    }
    page.heading("example");
    page.code(&example(operation));
    let members = operation.input().into_iter().flat_map(|input| &input.members);
    let deep = members.filter(|(_, member)| structure_of(model, &member.kind).is_some());
    // A map says more of the operation than a list of tags does.
    let deeper = deep.min_by_key(|(name, member)| (!matches!(member.kind, Type::Structure(_)), *name));
    if let Some((name, _)) = deeper {
        page.next(&format!(":doc {}::{}.{name}", operation.module, operation.method));
    }
    page
}

fn facts(operation: &'static Operation) -> Vec<(&'static str, String)> {
    let mut actions = vec![operation.action()];
    actions.extend(operation.dependent_actions().map(str::to_owned));
    let mut facts = vec![("IAM", actions.join(", "))];
    match operation.resource {
        "" => facts.push(("on", "everything: IAM cannot narrow it".into())),
        resource => facts.push(("on", resource.to_owned())),
    }
    if let Effect::Write(settle) = operation.effect {
        facts.push(("if unsure", settled(settle)));
    }
    if operation.page().is_some() {
        facts.push(("pages", format!("{}::{ALL_PAGES}::{} gathers all of them", operation.module, operation.method)));
    }
    facts
}

/// What happens when the answer of a write is lost.
fn settled(settle: Settle) -> String {
    match settle {
        Settle::Idempotent => "it is sent again: twice leaves the same as once".into(),
        Settle::Token(member) => format!("it is sent again: AWS knows it by `{member}`, which rollbook fills in"),
        Settle::ReadBack => "rollbook looks whether it happened before it sends anything else".into(),
        Settle::Ask => "only a person can tell whether it happened: look, then decide".into(),
    }
}

fn members(model: &'static Model, structure: &'static Structure) -> impl Iterator<Item = Row> {
    let mut all: Vec<(&String, &Member)> = structure.members.iter().collect();
    all.sort_by_key(|(name, member)| (!member.required, *name));
    all.into_iter().map(move |(name, member)| Row {
        name: name.clone(),
        mark: if member.required { "required".into() } else { String::new() },
        text: describe(model, member),
    })
}

fn describe(model: &Model, member: &Member) -> String {
    let mut words = vec![match innermost(&member.kind) {
        Type::Enum(name) if matches!(member.kind, Type::List(_)) => format!("a list of {}", model.enum_values(name).join(" | ")),
        Type::Enum(name) => model.enum_values(name).join(" | "),
        _ => member.kind.describe(),
    }];
    if member.secret {
        words.push("secret: never shown".into());
    }
    if member.token {
        words.push("filled in by rollbook".into());
    }
    words.join("; ")
}

fn innermost(kind: &Type) -> &Type {
    match kind {
        Type::List(item) | Type::Map(item) => innermost(item),
        kind => kind,
    }
}

fn structure_of(model: &'static Model, kind: &'static Type) -> Option<&'static Structure> {
    match innermost(kind) {
        Type::Structure(name) => model.structure(name),
        _ => None,
    }
}

/// The member that a path leads to, in the request or else in the answer.
fn find(operation: &'static Operation, path: &[&str]) -> Option<(&'static Member, bool)> {
    let model = operation.service().model();
    let descend = |top: Option<&'static Structure>| {
        let (last, above) = path.split_last()?;
        let structure = above.iter().try_fold(top?, |structure, name| structure_of(model, &structure.members.get(*name)?.kind));
        structure?.members.get(*last)
    };
    let asked = descend(operation.input()).map(|member| (member, true));
    asked.or_else(|| descend(operation.output()).map(|member| (member, false)))
}

fn member(operation: &'static Operation, path: &[&str], mut page: Page) -> Option<Page> {
    let (member, in_request) = find(operation, path)?;
    let model = operation.service().model();
    let whose = if in_request { "takes" } else { "gives" };
    page.title(&path.join("."), &format!("what {}::{} {whose}", operation.module, operation.method));
    let mut facts = vec![("type", describe(model, member))];
    if in_request {
        facts.push(("required", if member.required { "yes".into() } else { "no".into() }));
    }
    page.pairs(&facts);
    if let Some(structure) = structure_of(model, &member.kind) {
        page.heading(&format!("members of {}", structure.name));
        page.rows(members(model, structure));
    }
    Some(page)
}

/// The members below a topic, each with a word about it: of a request, or of
/// one of its members.
pub fn members_at(topic: &str) -> Option<Vec<(String, String)>> {
    let (operation, path) = read(topic)?;
    let model = operation.service().model();
    let structures: Vec<&Structure> = match path.is_empty() {
        // Of an operation, both sides.
        true => operation.input().into_iter().chain(operation.output()).collect(),
        false => vec![structure_of(model, &find(operation, &path)?.0.kind)?],
    };
    let members = structures.iter().flat_map(|structure| &structure.members);
    let mut found: Vec<(String, String)> = members.map(|(name, member)| (name.clone(), describe(model, member))).collect();
    found.sort();
    found.dedup_by(|one, other| one.0 == other.0);
    Some(found)
}
