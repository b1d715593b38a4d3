//! Lines for the prompt itself: `:doc ecs::`, `:run deploy image=…`.

use std::path::Path;

use super::{Completion, Gathering, kinds};
use crate::outside;
use crate::repl::book::Argument;
use crate::repl::known::Known;
use crate::runbook::{Param, ParamType};
use crate::script::{service_module, service_modules};

/// `text` begins with a colon, spaces aside; the cursor is at `position`.
pub fn complete(text: &str, position: usize, known: &Known) -> Completion {
    let colon = text.find(':').unwrap_or_default() + 1;
    if position < colon {
        return Completion { start: position, candidates: Vec::new() };
    }
    let name_end = text[colon..].find(char::is_whitespace).map_or(text.len(), |end| colon + end);
    if position <= name_end {
        let mut gathering = Gathering::words(&text[colon..position]);
        for command in known.book.commands() {
            let ending = if command.argument == Argument::Nothing { "" } else { " " };
            let shown = format!(":{}", command.name);
            gathering.offer_shown(command.name, shown, format!("{}{ending}", command.name), command.help.to_owned());
        }
        return gathering.at(colon);
    }
    let Some(command) = known.book.command(&text[colon..name_end]) else {
        return Completion { start: position, candidates: Vec::new() };
    };
    let begin = name_end + text[name_end..position].len() - text[name_end..position].trim_start().len();
    argument(command.argument, &text[begin..], begin, position - begin, known)
}

fn argument(argument: Argument, rest: &str, begin: usize, position: usize, known: &Known) -> Completion {
    let typed = &rest[..position];
    match argument {
        Argument::Expression => {
            let found = super::complete(rest, position, known);
            Completion { start: found.start + begin, ..found }
        }
        Argument::Topic => topic(typed, known).at(begin),
        Argument::Runbook => runbooks(typed, "", known).at(begin),
        Argument::Run => run(typed, begin, known),
        Argument::Words(words) => {
            let mut gathering = Gathering::words(typed);
            words.iter().for_each(|word| gathering.offer(word, (*word).to_owned(), String::new()));
            gathering.at(begin)
        }
        Argument::File => files(typed).at(begin),
        Argument::Nothing | Argument::Free => Completion { start: begin + position, candidates: Vec::new() },
    }
}

/// The one place here that looks at a disk, and only when Tab asks.
fn files(typed: &str) -> Gathering {
    let (folder, _) = typed.rfind('/').map_or(("", typed), |slash| typed.split_at(slash + 1));
    let mut gathering = Gathering::words(typed);
    let path = Path::new(if folder.is_empty() { "." } else { folder });
    for name in outside::file_names(path).into_iter().filter(|name| !name.starts_with('.')) {
        gathering.offer_shown(&format!("{folder}{name}"), name.clone(), format!("{folder}{name}"), String::new());
    }
    gathering
}

/// Whether the argument of this line is a path.
pub fn is_about_files(text: &str, known: &Known) -> bool {
    let name = text.trim_start().trim_start_matches(':').split(char::is_whitespace).next().unwrap_or_default();
    known.book.command(name).is_some_and(|command| command.argument == Argument::File)
}

fn runbooks(typed: &str, ending: &str, known: &Known) -> Gathering {
    let mut gathering = Gathering::words(typed);
    for name in known.book.runbooks() {
        gathering.offer(name, format!("{name}{ending}"), "runbook".into());
    }
    gathering
}

/// `deploy image=… timeout=…`
fn run(typed: &str, begin: usize, known: &Known) -> Completion {
    let Some((name, _)) = typed.split_once(char::is_whitespace) else {
        return runbooks(typed, " ", known).at(begin);
    };
    let last = typed.rfind(char::is_whitespace).map_or(0, |at| at + typed[at..].chars().next().map_or(1, char::len_utf8));
    let (before, word) = typed.split_at(last);
    let Some(header) = known.book.runbook(name) else {
        return Completion { start: begin + typed.len(), candidates: Vec::new() };
    };
    let named = |param: &&Param, said: &str| param.name == said || param.flag() == said;
    if let Some((said, value)) = word.split_once('=') {
        let mut gathering = Gathering::words(value);
        if let Some(param) = header.params.iter().find(|param| named(param, said)) {
            param_values(&mut gathering, param, known);
        }
        return gathering.at(begin + last + said.len() + 1);
    }
    let given: Vec<&str> = before.split_whitespace().map(|word| word.split_once('=').map_or(word, |(name, _)| name)).collect();
    let mut gathering = Gathering::words(word);
    let mut params: Vec<&Param> = header.params.iter().filter(|param| !given.iter().any(|said| named(param, said))).collect();
    params.sort_by_key(|param| !param.required);
    for param in params {
        let required = if param.required { "required. " } else { "" };
        // A flag is set by its name.
        let ending = if param.kind == ParamType::Boolean { " " } else { "=" };
        gathering.offer(&param.name, format!("{}{ending}", param.name), format!("{required}{}", param.help));
    }
    gathering.at(begin + last)
}

fn param_values(gathering: &mut Gathering, param: &Param, known: &Known) {
    param.choices.iter().for_each(|choice| gathering.offer(choice, choice.clone(), String::new()));
    if param.kind == ParamType::Boolean {
        ["true", "false"].iter().for_each(|word| gathering.offer(word, (*word).to_owned(), String::new()));
    }
    if let Some(kind) = kinds::of_param(&param.name) {
        let within = known.cluster.clone().filter(|_| !kinds::within(kind).is_empty()).unwrap_or_default();
        known.live.names(kind, &within).iter().for_each(|name| gathering.offer(name, name.clone(), String::new()));
    }
}

/// What `:doc` knows: `ecs::update_service.deploymentConfiguration`, natives,
/// modules, runbooks, commands.
fn topic(typed: &str, known: &Known) -> Gathering {
    if let Some(members) = member_topics(typed) {
        return members;
    }
    let mut gathering = Gathering::words(typed);
    for module in service_modules() {
        match typed.contains("::") {
            true if typed.starts_with(&format!("{module}::")) => {
                for operation in service_module(module).into_iter().flat_map(|service| service.operations) {
                    let name = format!("{module}::{}", operation.method);
                    let note = if operation.is_write() { "write" } else { "read" };
                    gathering.offer(&name, name.clone(), note.to_owned());
                }
            }
            true => {}
            false => gathering.offer(module, format!("{module}::"), "operations of AWS".into()),
        }
    }
    for native in known.book.natives() {
        let name = if native.module.is_empty() { native.name.clone() } else { format!("{}::{}", native.module, native.name) };
        gathering.offer(&name, name.clone(), native.summary().to_owned());
    }
    for path in known.book.modules().filter(|path| path.starts_with("std/")) {
        match typed.starts_with(&format!("{path}::")) {
            true => known.book.module(path).into_iter().flat_map(|contents| &contents.functions).for_each(|function| {
                let name = format!("{path}::{}", function.name);
                gathering.offer(&name, name.clone(), function.summary().to_owned());
            }),
            false => gathering.offer(path, path.to_owned(), "module".into()),
        }
    }
    known.book.runbooks().for_each(|name| gathering.offer(name, name.to_owned(), "runbook".into()));
    gathering
}

/// Behind `ecs::update_service.`, the members of the request.
fn member_topics(typed: &str) -> Option<Gathering> {
    let (path, _) = typed.rsplit_once('.')?;
    let members = crate::repl::doc::members_at(path)?;
    let mut gathering = Gathering::words(typed);
    for (name, note) in members {
        gathering.offer(&format!("{path}.{name}"), format!("{path}.{name}"), note);
    }
    Some(gathering)
}
