//! `:doc`: what an operation, a member, a native, a module, a runbook or a
//! command is, in words; and `:type`.

mod example;
mod lines;
mod operation;
mod type_of;

use std::collections::BTreeSet;

use super::known::Known;
use crate::api::{SERVICES, did_you_mean};
use crate::report::Paint;
use crate::runbook::Header;
use crate::script::{Function, service_module, service_modules};
use lines::{Page, Row};

pub use example::{example, literal, request as example_request};
pub use lines::wrap;
pub use operation::members_at;
pub use type_of::type_of;

/// The description of `topic`, or a sentence that says what there is instead.
pub fn doc(topic: &str, known: &Known, paint: Paint, width: usize) -> Result<String, String> {
    let topic = topic.trim().trim_end_matches("()").trim_end_matches("::");
    let page = Page::new(paint, width);
    let found = match topic {
        "" => return Err(USAGE.into()),
        _ if topic.starts_with(':') => command(topic, known, page),
        _ => operation::page(topic, page.clone())
            .or_else(|| service(topic, page.clone()))
            .or_else(|| function(topic, known, page.clone()))
            .or_else(|| module(topic, known, page.clone()))
            .or_else(|| variable(topic, known, page.clone()))
            .or_else(|| runbook(topic, known, page.clone()))
            .or_else(|| word(topic, page)),
    };
    found.map(Page::text).ok_or_else(|| nothing(topic, known))
}

const USAGE: &str = "say what: :doc ecs::update_service, :doc ecs::update_service.deploymentConfiguration, :doc table, \
    :doc std/service, :doc deploy";

fn service(topic: &str, mut page: Page) -> Option<Page> {
    let service = service_module(topic)?;
    page.title(
        topic,
        match service.operations.len() {
            1 => "1 operation".to_owned(),
            count => format!("{count} operations"),
        }
        .as_str(),
    );
    page.rows(service.operations.iter().map(|operation| Row {
        name: operation.method.to_owned(),
        mark: if operation.is_write() { "write".into() } else { "read".into() },
        text: operation.page().map_or(String::new(), |_| format!("in pages; {topic}::all::{} gathers them", operation.method)),
    }));
    page.next(&format!(":doc {topic}::{}", service.operations.first()?.method));
    Some(page)
}

/// A native, a function of a module, or one that was typed here.
fn function(topic: &str, known: &Known, mut page: Page) -> Option<Page> {
    let (module, name) = topic.rsplit_once("::").unwrap_or(("", topic));
    let own = known.functions.iter().filter(|function| module.is_empty() && function.name == name);
    let path = known.imports.get(module).map_or(module, String::as_str);
    let contents = if module.is_empty() { None } else { known.book.module(path) };
    let of_module = contents.into_iter().flat_map(|contents| &contents.functions).filter(|function| function.name == name);
    let forms: Vec<&Function> = own.chain(of_module).chain(known.book.native(module, name)).collect();
    let first = forms.first()?;
    page.title(topic, if contents.is_some() { "a function of a module" } else { "a function" });
    let prefix = if module.is_empty() { String::new() } else { format!("{module}::") };
    let mut told = "";
    for form in &forms {
        page.code(&format!("{prefix}{}", form.signature()));
        // Of many forms each is told in a paragraph, one alone in full.
        let help = if forms.len() > 1 { form.help.split("\n\n").next().unwrap_or_default() } else { &form.help };
        if help != told {
            page.paragraphs(help);
            told = help;
        }
    }
    if contents.is_some() && !known.imports.contains_key(module) {
        let alias = path.rsplit('/').next().unwrap_or(path).replace('-', "_");
        page.next(&format!("import \"{path}\" as {alias};   then {alias}::{}(…)", first.name));
    }
    Some(page)
}

fn module(topic: &str, known: &Known, mut page: Page) -> Option<Page> {
    let path = known.imports.get(topic).map_or(topic, String::as_str);
    if !path.contains('/') && known.book.namespaces().contains(&path) {
        page.title(path, "functions");
        let natives = known.book.natives().iter().filter(|native| native.module == path);
        page.rows(natives.map(|native| Row::plain(&native.signature(), native.summary())));
        return Some(page);
    }
    // A runbook can be imported too; as a topic it is a runbook.
    let contents = known.book.module(path).filter(|_| known.book.runbook(path).is_none())?;
    page.title(path, "a module");
    page.paragraphs(&contents.help);
    page.heading("functions");
    page.rows(contents.functions.iter().map(|function| Row::plain(&function.signature(), function.summary())));
    if let Some(first) = contents.functions.first() {
        page.next(&format!(":doc {path}::{}", first.name));
    }
    Some(page)
}

fn variable(topic: &str, known: &Known, mut page: Page) -> Option<Page> {
    let variable = known.variables.get(topic)?;
    page.title(topic, &format!("a variable: {}", variable.kind));
    if let Some(value) = &variable.value {
        page.code(&type_of(value));
    }
    Some(page)
}

fn runbook(topic: &str, known: &Known, mut page: Page) -> Option<Page> {
    let Header { summary, version, params, permits, returns, .. } = known.book.runbook(topic)?;
    page.title(topic, &format!("a runbook, {version}"));
    page.paragraphs(summary);
    if !params.is_empty() {
        page.heading("params");
    }
    page.rows(params.iter().map(|param| Row {
        name: param.name.clone(),
        mark: if param.required { "required".into() } else { param.kind.name().into() },
        text: param.help.clone(),
    }));
    if let Some(returns) = returns {
        page.heading("gives");
        page.rows(returns.lines().iter().map(|(place, kind)| Row::plain(place, kind)));
    }
    let writes = if permits.is_empty() { "it writes nothing".to_owned() } else { permits.join(", ") };
    page.blank();
    page.pairs(&[("permits", writes)]);
    let needed: Vec<String> = params.iter().filter(|param| param.required).map(|param| format!(" {}=…", param.name)).collect();
    page.next(&format!(":run {topic}{}", needed.concat()));
    Some(page)
}

/// Words of the language that Rhai's own book does not have, or not so.
const WORDS: &[(&str, &str, &str)] = &[
    ("step", "step \"name\" { … }", "A stretch of work that people see begin and end. It is worth what its block is worth."),
    ("import", "import \"std/service\" as service;", "Makes a module's functions known as service::…; Tab shows the modules."),
    ("fn", "fn name(a, b) { … }", "A function. The last expression is its result; it sees its params and nothing around it."),
    ("let", "let name = …;", "A variable, which stays for the lines to come."),
    ("for", "for one in list { … }", "Does something with each item of a list."),
    ("if", "if … { … } else { … }", "An expression: it is worth what the block is worth that was taken."),
    ("switch", "switch value { 1 => …, _ => … }", "Takes the first arm that fits; an expression, too."),
    ("try", "try { … } catch (error) { … }", "Goes on after an error; `error.code` is AWS's own, where AWS refused."),
    ("throw", "throw \"why\"", "Ends with an error, unless somebody catches it."),
];

fn word(topic: &str, mut page: Page) -> Option<Page> {
    let (word, form, help) = WORDS.iter().find(|(word, ..)| *word == topic)?;
    page.title(word, "a word of the language");
    page.code(form);
    page.paragraphs(help);
    Some(page)
}

fn command(topic: &str, known: &Known, mut page: Page) -> Option<Page> {
    let command = known.book.command(topic.trim_start_matches(':'))?;
    page.title(topic, "a command of the prompt");
    page.paragraphs(command.help);
    Some(page)
}

fn nothing(topic: &str, known: &Known) -> String {
    let near = suggestion(topic, known);
    let near = near.map_or_else(|| "Tab shows what there is".to_owned(), |near| near.trim_end_matches('?').to_owned());
    match topic.split_once("::") {
        Some((module, rest)) if service_module(module).is_some() => {
            let what = if rest.contains('.') { "member" } else { "operation" };
            format!("there is no {what} `{topic}`: {near}?").replace("is?", "is")
        }
        _ => format!("there is nothing called `{topic}`: {near}?").replace("is?", "is"),
    }
}

fn suggestion(topic: &str, known: &Known) -> Option<String> {
    let (path, member) = topic.rsplit_once('.').unwrap_or((topic, ""));
    if !member.is_empty()
        && let Some(members) = members_at(path)
    {
        return did_you_mean(member, members.iter().map(|(name, _)| name.as_str()));
    }
    if let Some((module, method)) = topic.split_once("::")
        && let Some(service) = service_module(module)
    {
        return did_you_mean(method, service.operations.iter().map(|operation| operation.method));
    }
    let mut names: BTreeSet<String> = service_modules().map(str::to_owned).collect();
    names.extend(known.book.natives().iter().map(|native| native.name.clone()));
    names.extend(known.book.modules().map(str::to_owned));
    names.extend(known.book.runbooks().map(str::to_owned));
    names.extend(known.book.commands().iter().map(|command| format!(":{}", command.name)));
    names.extend(SERVICES.iter().flat_map(|service| service.operations).map(|operation| operation.method.to_owned()));
    did_you_mean(topic, names.iter().map(String::as_str))
}
