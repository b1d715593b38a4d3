//! `:save`: the lines of a session that worked, as a runbook that makes the
//! same calls. Imports come first, results that later lines use get names, and
//! what was only shown is printed.

use std::collections::BTreeSet;

use super::discreet::types_a_secret;
use super::session::{Good, Prompt};
use crate::runbook::{Book, Found, Misuse, ScriptFault, Source};
use crate::script::{Declared, Import, Kind, Scan, Severity, Text, scan};

/// The text of the runbook, checked.
pub(super) fn runbook(prompt: &Prompt, name: &str) -> Result<String, Misuse> {
    let lines = lines(&prompt.good)?;
    if lines.is_empty() {
        return Err(Misuse::new("there is nothing to save yet").hint("lines that worked are saved"));
    }
    let imports = used_imports(prompt.workspace.imports(), &lines);
    let it = prompt.session.announcement();
    let head = format!("//! Saved from a prompt's session, run {} on {}.\n", it.run, it.environment);
    let text = format!("{head}\n{imports}{}\n{}\n", header(prompt, name), lines.join("\n"));
    check(prompt, name, &text)?;
    Ok(text)
}

/// A runbook that cannot run is not worth writing.
fn check(prompt: &Prompt, name: &str, text: &str) -> Result<(), Misuse> {
    let text = Text { name: format!("runbooks/{name}.rhai"), text: text.to_owned() };
    let found = Found { name: name.to_owned(), source: Source::Project, text: text.clone(), revision: None };
    let book = Book::open(&prompt.host, found)?;
    let mut findings = prompt.host.check(&text, Some(&Declared { params: &[], permits: &book.header.permits }));
    findings.retain(|finding| finding.severity == Severity::Error);
    match findings.is_empty() {
        true => Ok(()),
        false => Err(Misuse::script(name, ScriptFault::Findings(findings)).hint("nothing was written")),
    }
}

fn header(prompt: &Prompt, name: &str) -> String {
    let writes: Vec<_> = prompt.calls.since(0).into_iter().filter(|call| call.write && call.answer.is_some()).collect();
    let actions: BTreeSet<String> = writes.iter().filter_map(|call| action(&call.operation)).collect();
    let own = prompt.session.env().text("service").map(short);
    let changes_service = writes.iter().any(|call| own.is_some() && call.request.text("service").map(short) == own);
    let list = |items: &BTreeSet<String>| items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ");
    let permits = if actions.is_empty() { String::new() } else { format!("    permits: [{}],\n", list(&actions)) };
    let holds = if changes_service { "    holds: [\"service\"],\n" } else { "" };
    format!("const RUNBOOK = #{{\n    summary: \"{name}: saved from a prompt\",\n    version: \"0.1.0\",\n{permits}{holds}}};\n")
}

/// By name or by ARN, it is the same service.
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// `ecs:UpdateService` of `ecs UpdateService`.
fn action(operation: &str) -> Option<String> {
    let (module, name) = operation.split_once(' ')?;
    let known = crate::api::service(module)?.operations.iter().find(|known| known.name == name)?;
    Some(known.action())
}

fn lines(good: &[Good]) -> Result<Vec<String>, Misuse> {
    let used = used_results(good);
    let mut before = None;
    let mut lines = Vec::new();
    for line in good {
        if types_a_secret(&line.text) {
            return Err(Misuse::new("a line of this session has a secret typed into it; nothing was written")
                .hint("a runbook takes its secrets from params (secret: true), environment_secret or ask_secret"));
        }
        lines.extend(written(line, before, &used));
        before = line.number.or(before);
    }
    Ok(lines)
}

/// The numbers of results that other lines need.
fn used_results(good: &[Good]) -> BTreeSet<usize> {
    let mut used = BTreeSet::new();
    let mut before = None;
    for line in good {
        used.extend(scan(&line.text).results(&line.text).filter_map(|(_, number)| number.or(before)));
        before = line.number.or(before);
    }
    used
}

/// One line as the runbook has it; `last` is the number that `_` had.
fn written(line: &Good, last: Option<usize>, used: &BTreeSet<usize>) -> Option<String> {
    let text = with_names(&line.text, last);
    let text = without_imports(&text);
    let bare = text.trim().trim_end_matches(';').trim_end();
    if scan(bare).is_blank() {
        return (!bare.is_empty()).then(|| bare.to_owned());
    }
    let at = scan(bare).last_statement(bare);
    let (first, expression) = bare.split_at(at);
    Some(match line.number {
        Some(number) if used.contains(&number) => format!("{first}let result_{number} = {expression};"),
        // What was looked at is what the runbook prints.
        Some(_) if line.is_plain && !line.wrote => format!("{first}print(json::text({expression}));"),
        _ => ended(bare),
    })
}

/// A block needs no semicolon behind it.
fn ended(text: &str) -> String {
    let is_block = text.ends_with('}')
        && ["fn ", "if ", "for ", "while ", "loop ", "private fn ", "step ", "switch ", "try "]
            .iter()
            .any(|start| text.starts_with(start));
    if is_block || text.is_empty() { text.to_owned() } else { format!("{text};") }
}

/// Results get names that a script may have.
fn with_names(text: &str, last: Option<usize>) -> String {
    let found: Vec<_> = scan(text).results(text).map(|(lexeme, number)| (lexeme, number.or(last))).collect();
    let mut text = text.to_owned();
    for (lexeme, number) in found.into_iter().rev() {
        text.replace_range(lexeme.start..lexeme.end, &format!("result_{}", number.unwrap_or_default()));
    }
    text
}

/// The text without its imports, which stand at the top of the runbook.
fn without_imports(text: &str) -> String {
    let scan = scan(text);
    let word = |at: usize| scan.lexemes.get(at).map_or("", |lexeme| &text[lexeme.start..lexeme.end]);
    let mut kept = text.to_owned();
    for at in (0..scan.lexemes.len()).rev() {
        let begins = at == 0 || matches!(word(at - 1), ";") || scan.lexemes[at - 1].kind == Kind::Comment;
        if begins && word(at) == "import" && word(at + 2) == "as" {
            let last = if word(at + 4) == ";" { at + 4 } else { at + 3 };
            let end = scan.lexemes.get(last).map_or(text.len(), |lexeme| lexeme.end);
            kept.replace_range(scan.lexemes[at].start..end, "");
        }
    }
    kept
}

fn used_imports(imports: &[Import], lines: &[String]) -> String {
    let uses = |scan: &Scan, line: &str, name: &str| {
        let words: Vec<&str> = scan.lexemes.iter().map(|lexeme| &line[lexeme.start..lexeme.end]).collect();
        words.windows(2).any(|pair| pair[0] == name && pair[1] == "::")
    };
    let used = imports.iter().filter(|import| lines.iter().any(|line| uses(&scan(line), line, &import.name)));
    let text: String = used.map(|import| format!("import \"{}\" as {};\n", import.path, import.name)).collect();
    if text.is_empty() { text } else { text + "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str, number: Option<usize>, wrote: bool) -> Good {
        Good { text: text.into(), number, is_plain: true, wrote }
    }

    #[test]
    fn lines_become_a_script() {
        let lines = lines(&[
            good("import \"std/service\" as service; let now = service::current(env);", None, false),
            good("now.service", Some(1), false),
            good("_.deployments", Some(2), false),
            good("ecs::update_service(#{ service: _1.serviceName })", Some(3), true),
            good("let f = |x| switch x { 1 => \"a\", _ => \"b\" }", None, false),
            good("fn g() { 1 }", None, false),
            good("let a = 1; a + 1", Some(4), false),
        ]);
        assert_eq!(
            lines.unwrap(),
            [
                "let now = service::current(env);",
                "let result_1 = now.service;",
                "print(json::text(result_1.deployments));",
                "ecs::update_service(#{ service: result_1.serviceName });",
                "let f = |x| switch x { 1 => \"a\", _ => \"b\" };",
                "fn g() { 1 }",
                "let a = 1; print(json::text(a + 1));",
            ]
        );
    }
}
