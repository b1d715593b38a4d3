//! Names at the head of an expression, behind `::`, and paths of imports.

use super::Gathering;
use super::request::operation_candidate;
use super::scan::Scan;
use crate::repl::known::Known;
use crate::script::{ALL_PAGES, Function, KEYWORDS, service_module, service_modules};

/// Behind `module::`: operations, or functions.
pub fn in_module(gathering: &mut Gathering, scan: &Scan, path: &[&str], known: &Known) {
    let follows = scan.text[scan.typed.end..].starts_with('(');
    match path {
        [module, rest @ ..] if service_module(module).is_some() => {
            let Some(service) = service_module(module) else { return };
            let only_pages = match rest {
                [] => false,
                [ALL_PAGES] => true,
                _ => return,
            };
            for operation in service.operations.iter().filter(|operation| !only_pages || operation.page().is_some()) {
                let candidate = operation_candidate(operation, follows);
                gathering.offer(operation.method, candidate.text, candidate.note);
            }
            if !only_pages && service.operations.iter().any(|operation| operation.page().is_some()) {
                gathering.offer(ALL_PAGES, format!("{ALL_PAGES}::"), "operations, all pages at once".into());
            }
        }
        [namespace] => {
            let natives: Vec<&Function> = known.book.natives().iter().filter(|native| native.module == *namespace).collect();
            functions(gathering, natives.into_iter(), follows);
            let contents = known.imports.get(*namespace).and_then(|path| known.book.module(path));
            functions(gathering, contents.into_iter().flat_map(|contents| &contents.functions), follows);
        }
        _ => {}
    }
}

fn functions<'f>(gathering: &mut Gathering, functions: impl Iterator<Item = &'f Function>, follows: bool) {
    for function in functions {
        let ending = match (follows, function.params.is_empty()) {
            (true, _) => "",
            (_, true) => "()",
            _ => "(",
        };
        gathering.offer(&function.name, format!("{}{ending}", function.name), function.summary().to_owned());
    }
}

/// A bare name: what is held first, then modules, functions and words.
pub fn bare(gathering: &mut Gathering, scan: &Scan, known: &Known) {
    // Nothing typed asks for everything: natives and words would bury the rest.
    let typing = !scan.typed().is_empty();
    local_names(scan).into_iter().for_each(|name| gathering.offer(name, name.to_owned(), "of this text".into()));
    for (name, variable) in &known.variables {
        gathering.offer(name, name.clone(), variable.kind.clone());
    }
    for (name, path) in &known.imports {
        gathering.offer(name, format!("{name}::"), path.clone());
    }
    for module in service_modules() {
        gathering.offer(module, format!("{module}::"), "operations of AWS".into());
    }
    known.book.namespaces().into_iter().for_each(|name| gathering.offer(name, format!("{name}::"), "functions".into()));
    let follows = scan.text[scan.typed.end..].starts_with('(');
    functions(gathering, known.functions.iter(), follows);
    if typing {
        functions(gathering, known.book.natives().iter().filter(|native| native.module.is_empty()), follows);
        KEYWORDS.iter().for_each(|word| gathering.offer(word, (*word).to_owned(), String::new()));
    }
}

/// What this very text declares before the cursor.
fn local_names<'a>(scan: &Scan<'a>) -> Vec<&'a str> {
    let declares = |index: &usize| {
        matches!(scan.previous(*index), "let" | "const" | "for" | "as" | "fn")
            && scan.shape(*index) == Some(crate::repl::lexer::Shape::Word)
    };
    let mut names: Vec<&str> = (0..scan.before).filter(declares).map(|index| scan.word(index)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// `import "std/…"`
pub fn import_paths(gathering: &mut Gathering, known: &Known) {
    for path in known.book.modules() {
        // Reading all modules for their first lines would take too long for a key.
        gathering.offer_quoted(path, String::new(), "module".into());
    }
}

/// `import "std/service" as service`
pub fn import_name(gathering: &mut Gathering, scan: &Scan) {
    let path = scan.before.checked_sub(2).and_then(|at| scan.name_at(at)).unwrap_or_default();
    if let Some(name) = path.rsplit('/').next().filter(|name| !name.is_empty()) {
        let name = name.replace('-', "_");
        gathering.offer(&name, format!("{name};"), path.to_owned());
    }
}
