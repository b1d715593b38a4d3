//! The cursor inside a request: which member, of which shape, which are given.

use super::held::Held;
use super::kinds;
use super::scan::{Bracket, Frame, Scan};
use super::{Candidate, Gathering};
use crate::api::{Member, Model, Operation, Structure, Type};
use crate::repl::known::Known;
use crate::script::{ALL_PAGES, service_module};

/// What belongs at the cursor.
pub enum Spot<'a> {
    /// The one argument of an operation.
    Argument(&'static Operation),
    /// A member's name, in a map whose keys so far are these.
    Key { operation: &'static Operation, structure: &'static Structure, given: Vec<&'a str> },
    /// A member's value; `whole` when the list that it wants has not begun.
    Value(Wanted),
}

pub struct Wanted {
    pub operation: &'static Operation,
    pub member: String,
    pub kind: &'static Type,
    pub whole: bool,
    /// Index of the frame whose members stand beside it.
    pub map: usize,
}

/// The operation that a call's bracket belongs to.
pub fn operation_of(scan: &Scan, frame: &Frame) -> Option<&'static Operation> {
    if frame.bracket != Bracket::Call || frame.commas > 0 {
        return None;
    }
    let (_, path) = scan.path_ending(frame.open.checked_sub(1)?)?;
    operation_at(&path)
}

/// `ecs::describe_services` or `ecs::all::describe_services`.
pub fn operation_at(path: &[&str]) -> Option<&'static Operation> {
    match path {
        [module, ALL_PAGES, method] => service_module(module)?.operation(method).filter(|operation| operation.page().is_some()),
        [module, method] => service_module(module)?.operation(method),
        _ => None,
    }
}

/// The structure that the innermost map is, whatever key stands before the cursor.
pub fn innermost_structure(scan: &Scan) -> Option<&'static Structure> {
    let (last, above) = scan.frames.split_last()?;
    let mut frames = above.to_vec();
    frames.push(Frame { key: None, ..last.clone() });
    match spot_in(scan, &frames)? {
        Spot::Key { structure, .. } => Some(structure),
        _ => None,
    }
}

pub fn spot<'a>(scan: &'a Scan) -> Option<Spot<'a>> {
    spot_in(scan, &scan.frames)
}

fn spot_in<'a>(scan: &Scan<'a>, frames: &'a [Frame]) -> Option<Spot<'a>> {
    let inner = frames.iter().rev().take_while(|frame| matches!(frame.bracket, Bracket::Map | Bracket::List)).count();
    let call = frames.len().checked_sub(inner + 1)?;
    let operation = operation_of(scan, &frames[call])?;
    let model = operation.service().model();
    let Some(mut structure) = operation.input() else {
        return (inner == 0).then_some(Spot::Argument(operation));
    };
    if inner == 0 {
        return Some(Spot::Argument(operation));
    }
    if frames[call + 1].bracket != Bracket::Map {
        return None;
    }
    // The member whose value is descended into, and the map that it stands in.
    let mut wanted: Option<(&'static Type, String, usize)> = None;
    for (depth, frame) in frames.iter().enumerate().skip(call + 1) {
        if let Some((kind, ..)) = &wanted {
            match (frame.bracket, kind) {
                (Bracket::List, Type::List(item)) => {
                    wanted = wanted.map(|(_, member, map)| (&**item, member, map));
                    continue;
                }
                (Bracket::Map, Type::Map(item)) => {
                    let key = frame.key.clone()?;
                    wanted = Some((&**item, key, depth));
                    continue;
                }
                (Bracket::Map, Type::Structure(name)) => structure = model.structure(name)?,
                _ => return None,
            }
        }
        let Some(key) = &frame.key else {
            let mut given: Vec<&str> = frame.keys.iter().map(String::as_str).collect();
            given.extend(scan.keys_after());
            return Some(Spot::Key { operation, structure, given });
        };
        let member: &'static Member = structure.members.get(key)?;
        wanted = Some((&member.kind, key.clone(), depth));
    }
    let (kind, member, map) = wanted?;
    let whole = !matches!(frames.last()?.bracket, Bracket::List);
    Some(Spot::Value(Wanted { operation, member, kind, whole, map }))
}

/// Members by their use: required ones first, then those that name the thing,
/// then the rest; pages and tokens at the end.
pub fn ranked<'s>(structure: &'s Structure, given: &[&str]) -> Vec<(&'s str, &'s Member)> {
    let mut members: Vec<(&str, &Member)> = structure.members.iter().map(|(name, member)| (name.as_str(), member)).collect();
    members.retain(|(name, _)| !given.contains(name));
    members.sort_by_key(|(name, member)| (!member.required, rank(name, member), *name));
    members
}

fn rank(name: &str, member: &Member) -> u8 {
    let folded = name.to_lowercase();
    match () {
        () if member.token || folded.ends_with("token") || folded.starts_with("max") || folded == "limit" => 2,
        () if folded.starts_with("cluster") || folded.starts_with("service") => 0,
        () => 1,
    }
}

/// What a list says of a member.
pub fn note(model: &Model, member: &Member) -> String {
    let mut words = Vec::new();
    if member.required {
        words.push("required".to_owned());
    }
    words.push(match &member.kind {
        Type::Enum(name) => match model.enum_values(name) {
            values if values.len() <= 4 => values.join(" | "),
            values => format!("{} | …", values[..3].join(" | ")),
        },
        kind => kind.describe(),
    });
    if member.secret {
        words.push("secret".into());
    }
    if member.token {
        words.push("filled in by rollbook".into());
    }
    words.join(", ")
}

pub fn keys(gathering: &mut Gathering, operation: &'static Operation, structure: &'static Structure, given: &[&str]) {
    let model = operation.service().model();
    for (name, member) in ranked(structure, given) {
        gathering.offer(name, format!("{name}: "), note(model, member));
    }
}

/// Values that a person would type: enum values, true and false, live names.
pub fn values(gathering: &mut Gathering, scan: &Scan, wanted: &Wanted, known: &Known) {
    let model = wanted.operation.service().model();
    let (kind, in_list) = match wanted.kind {
        Type::List(item) if wanted.whole => (&**item, true),
        kind => (kind, false),
    };
    let wrapped = |text: &str| match in_list {
        true => format!("[\"{text}\"]"),
        false => format!("\"{text}\""),
    };
    match kind {
        Type::Boolean => ["true", "false"].iter().for_each(|word| gathering.offer(word, (*word).to_owned(), String::new())),
        Type::Enum(name) => {
            model.enum_values(name).iter().for_each(|value| gathering.offer_quoted(value, wrapped(value), String::new()));
        }
        Type::Structure(_) | Type::Map(_) if gathering.is_bare() => {
            let open = if in_list { "[#{ " } else { "#{ " };
            gathering.offer(open.trim_end(), open.to_owned(), kind.describe());
        }
        Type::Text => {
            for (name, place) in
                live_names(scan, wanted, known).iter().flat_map(|(names, place)| names.iter().map(move |name| (name, place)))
            {
                let code = if gathering.is_bare() { wrapped(name) } else { String::new() };
                gathering.offer_quoted(name, code, (*place).to_owned());
            }
        }
        _ => {}
    }
}

type Names = (std::sync::Arc<[String]>, &'static str);

/// The names that could stand here; revisions only behind a family's colon.
fn live_names(scan: &Scan, wanted: &Wanted, known: &Known) -> Vec<Names> {
    use crate::repl::live::Kind;
    let Some(kind) = kinds::of_member(wanted.operation.module, &wanted.member) else { return Vec::new() };
    let within = place_of(scan, wanted, kind, known);
    let mut found = vec![(known.live.names(kind, &within), "")];
    if kind == Kind::TaskDefinition {
        found.insert(0, (known.live.names(Kind::Family, ""), "the newest revision"));
    }
    found
}

/// The cluster or group that the same request names, or the environment's.
fn place_of(scan: &Scan, wanted: &Wanted, kind: crate::repl::live::Kind, known: &Known) -> String {
    let beside = kinds::within(kind);
    if beside.is_empty() {
        return String::new();
    }
    let said = scan.frames.get(wanted.map).and_then(|frame| said_beside(scan, frame, beside, known));
    let is_service_or_task = beside.contains(&"cluster");
    said.or_else(|| known.cluster.clone().filter(|_| is_service_or_task)).unwrap_or_default()
}

/// The literal or the variable's text behind one of these keys of a map.
fn said_beside(scan: &Scan, frame: &Frame, keys: &[&str], known: &Known) -> Option<String> {
    let end = scan.partner(frame.open).unwrap_or(scan.tokens.len());
    let mut index = frame.open + 1;
    while index < end {
        if scan.shape(index) == Some(crate::repl::lexer::Shape::Open) {
            index = scan.partner(index).unwrap_or(end);
        } else if scan.word(index + 1) == ":" && scan.name_at(index).is_some_and(|name| keys.contains(&name)) {
            let value = index + 2;
            return match scan.shape(value)? {
                crate::repl::lexer::Shape::Text => scan.name_at(value).map(str::to_owned),
                _ => said_by_variable(scan, value, known),
            };
        }
        index += 1;
    }
    None
}

fn said_by_variable(scan: &Scan, first: usize, known: &Known) -> Option<String> {
    let ends = |index: &usize| matches!(scan.word(*index), "," | "}" | "");
    let last = (first..first + 12).find(ends)?.checked_sub(1)?;
    match super::held::at(scan, last, known)? {
        Held::Value(value) => value.as_str().map(str::to_owned),
        _ => None,
    }
}

/// What to type where an operation's request begins.
pub fn argument(gathering: &mut Gathering, operation: &'static Operation) {
    match operation.input() {
        Some(structure) if !structure.members.is_empty() => gathering.offer("#{", "#{ ".into(), "the request".into()),
        _ => gathering.offer(")", ")".into(), "it takes no members".into()),
    }
}

/// `ecs::update_service(#{ service: …, … })`, as a signature.
pub fn signature(operation: &Operation) -> String {
    let Some(structure) = operation.input().filter(|structure| !structure.members.is_empty()) else {
        return ")".into();
    };
    let mut members: Vec<String> =
        structure.members.iter().filter(|(_, member)| member.required).map(|(name, _)| format!("{name}: …")).collect();
    if members.len() < structure.members.len() {
        members.push("…".into());
    }
    format!("#{{ {} }})", members.join(", "))
}

pub fn operation_candidate(operation: &Operation, follows: bool) -> Candidate {
    let members = operation.input().map_or(0, |input| input.members.len());
    let required = operation.input().is_some_and(|input| input.members.values().any(|member| member.required));
    let ending = match () {
        () if follows => "",
        () if members == 0 => "()",
        () if required => "(#{ ",
        () => "(",
    };
    Candidate {
        text: format!("{}{ending}", operation.method),
        shown: operation.method.to_owned(),
        note: if operation.is_write() { "write".into() } else { "read".into() },
    }
}
